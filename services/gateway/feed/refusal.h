/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * refusal: a code of the wire as an answer of HTTP, for sites that are no route of the API.
 */
#include "services/gateway/api/codes.h"
#include "services/gateway/http/problem.h"

/* `field` "": none.  The status follows from the code. */
void refusal_answer(request *r, uint32_t code, const char *field, const char *words);
/* The document alone; `trace` may be NULL. */
size_t refusal_write(uint32_t code, const char *field, const char *words, const char *trace,
                     char at[static PROBLEM_MAX]);
