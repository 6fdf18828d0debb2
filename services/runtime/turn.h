/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * turn: what was taken becomes durable, then is answered.
 */
#include "services/runtime/service.h"

/* Apply what waits (records of feeds, internal commands, requests), commit, answer, then answer
 * queries.  True: more waits. */
bool sj_turn(sj_service *service, uint64_t now_us);
