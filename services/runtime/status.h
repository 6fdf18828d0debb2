/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * status: how the service is, for `sijill status` (type 950).
 */
#include "services/runtime/service.h"

void sj_status_answer(sj_service *service, sj_txn *txn, sj_reply *reply);
