/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/feed/refusal.h"

#include "sijill/v1/wire.pb-c.h"

#include <stdio.h>

enum { SECONDS_SIZE = 16, HEADERS = 2, UNAUTHORIZED = 401, GONE = 410 };

static problem
problem_of(const api_problem *wrong)
{
    bool lost =
        wrong->code == SIJILL__V1__CODE__TRIMMED || wrong->code == SIJILL__V1__CODE__DIVERGED;

    return (problem){ .status = lost ? GONE : api_status(wrong),
                      .code = api_code_name(wrong->code),
                      .detail = wrong->words,
                      .field = wrong->field[0] == '\0' ? NULL : wrong->field };
}

size_t
refusal_write(uint32_t code, const char *field, const char *words, const char *trace,
              char at[static PROBLEM_MAX])
{
    api_problem wrong;
    problem p;

    api_wrong(&wrong, code, field, words);
    p = problem_of(&wrong);
    p.trace = trace;
    return problem_write(&p, at);
}

void
refusal_answer(request *r, uint32_t code, const char *field, const char *words)
{
    http_header headers[HEADERS];
    char seconds[SECONDS_SIZE];
    api_problem wrong;
    problem p;

    if (code == API_METHOD) {
        problem_wrong_method(r, "GET");
        return;
    }
    api_wrong(&wrong, code, field, words);
    p = problem_of(&wrong);
    p.header = headers;
    if (api_retry_seconds(code) != 0) {
        (void) snprintf(seconds, sizeof seconds, "%u", api_retry_seconds(code));
        headers[p.header_count++] = (http_header){ "Retry-After", seconds };
    }
    if (p.status == UNAUTHORIZED)
        headers[p.header_count++] = (http_header){ "WWW-Authenticate", "Bearer" };
    problem_say(r, &p);
}
