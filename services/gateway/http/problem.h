/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * problem: refusals as RFC 9457 problem details.
 */
#include "services/gateway/http/http.h"

/* `code` is one of proto/sijill/v1/wire.proto's names ("NOT_FOUND"), `detail` says what to do. */
void problem_answer(request *r, unsigned status, const char *code, const char *detail);
