/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/codes.h"

#include "clients/c/sijill.h"

#include <stdio.h>
#include <string.h>

enum {
    INVALID_SYNTAX = 400,
    RETRY_SOON = 1, /* seconds: a queue that is full empties in less */
    RETRY_LATER = 5 /* a service that is down or stopping */
};

#define CODE(name) SIJILL__V1__CODE__##name

/* clang-format off */
const api_code api_codes[] = {
    { CODE(INVALID), 422, 0, NULL, "A member of the request is wrong" },
    { CODE(UNAUTHENTICATED), 401, 0, NULL, "The key is not good" },
    { CODE(FORBIDDEN), 403, 0, NULL, "The key may not do this" },
    { CODE(NOT_FOUND), 404, 0, NULL, "There is no such thing" },
    { API_METHOD, 405, 0, "UNSUPPORTED", "This address takes other methods" },
    { CODE(CONFLICT), 409, 0, NULL, "It contradicts what is stored" },
    { CODE(PRECONDITION), 409, 0, NULL, "The state of the thing does not allow it" },
    { CODE(FULL), 409, 0, NULL, "No seat and no waiting list" },
    { CODE(CLOSED), 409, 0, NULL, "Outside the time for it" },
    { CODE(EXPIRED), 409, 0, NULL, "The Idempotency-Key is too old or from the future" },
    { CODE(STALE), 412, 0, NULL, "It was changed meanwhile" },
    { CODE(TOO_LARGE), 413, 0, NULL, "The request is too large" },
    { API_MEDIA, 415, 0, "UNSUPPORTED", "The body is of another type" },
    { CODE(KEY_REUSED), 422, 0, NULL, "The Idempotency-Key came before with another request" },
    { CODE(BUSY), 429, RETRY_SOON, NULL, "Too much at once" },
    { CODE(INTERNAL), 500, 0, NULL, "A fault of the machine; nothing was done" },
    { CODE(DRAINING), 503, RETRY_LATER, NULL, "The service is stopping" },
    { CODE(LAGGING), 503, RETRY_SOON, NULL, "That position was not reached in time" },
    { CODE(UNAVAILABLE), 503, RETRY_LATER, NULL, "The service cannot write now" },
    { CODE(UNKNOWN_OUTCOME), 503, RETRY_SOON, NULL, "No answer in time: it may have been done" },
    { SIJILL_UNREACHABLE, 503, RETRY_LATER, "UNREACHABLE", "The service is not there" },
};
/* clang-format on */
const size_t api_code_count = sizeof api_codes / sizeof api_codes[0];

static const api_code *
code_of(uint32_t code)
{
    for (size_t i = 0; i < api_code_count; i++)
        if (api_codes[i].code == code)
            return &api_codes[i];
    return code_of(CODE(INTERNAL)); /* what no service answers to a request as it should be */
}

unsigned
api_status(const api_problem *problem)
{
    if (problem->code == CODE(INVALID) && (problem->syntax || problem->field[0] == '\0'))
        return INVALID_SYNTAX;
    return code_of(problem->code)->status;
}

const char *
api_code_name(uint32_t code)
{
    const api_code *row = code_of(code);

    return row->name != NULL ? row->name : sijill_code_name(row->code);
}

unsigned
api_retry_seconds(uint32_t code)
{
    return code_of(code)->retry_seconds;
}

void
api_field_name(const char *field, char *name, size_t size)
{
    json_name(field, name, size);
}

void
api_wrong(api_problem *problem, uint32_t code, const char *field, const char *words)
{
    size_t size = strnlen(words, sizeof problem->words - 1);

    problem->code = code;
    problem->syntax = false;
    api_field_name(field, problem->field, sizeof problem->field);
    memcpy(problem->words, words, size);
    problem->words[size] = '\0';
}

void
api_wrong_parameter(api_problem *problem, const char *name, const char *words)
{
    api_wrong(problem, CODE(INVALID), "", words);
    (void) snprintf(problem->field, sizeof problem->field, "%s", name);
}
