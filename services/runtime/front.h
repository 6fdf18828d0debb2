/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * front: requests from the ROUTER into the queue, and answers back.
 */
#include "services/runtime/service.h"

/* Take all that waits on the port, as far as the queue has room. */
void sj_front_receive(sj_service *service, sj_port *port);
/* Answer a job and make it free. */
void sj_front_answer(sj_service *service, sj_job *job);
/* What was answered leaves. */
void sj_front_flush(sj_service *service);
