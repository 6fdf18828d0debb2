/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * codes: what went wrong, and which status of HTTP that is.  The wire's codes are the contract; one
 * table says the rest.  services/gateway/http/problem.h writes the document.
 */
#include "services/gateway/api/json.h"

enum {
    API_WORDS_SIZE = 257,
    /* Codes of HTTP itself, beside Sijill__V1__Code and SIJILL_UNREACHABLE. */
    API_METHOD = 1100, /* another method is wanted */
    API_MEDIA,         /* another Content-Type */
};

typedef struct api_problem {
    uint32_t code;
    char words[API_WORDS_SIZE];
    char field[JSON_PATH_SIZE]; /* as in JSON; "": none */
    bool syntax;                /* not to be understood: 400, where a wrong field is 422 */
} api_problem;

void api_wrong(api_problem *problem, uint32_t code, const char *field, const char *words);

/* INVALID, of a parameter by its own name. */
void api_wrong_parameter(api_problem *problem, const char *name, const char *words);

/* "registration_id" and "event.title" of a service as JSON has them. */
void api_field_name(const char *field, char *name, size_t size);

unsigned api_status(const api_problem *problem);
/* "NOT_FOUND" */
const char *api_code_name(uint32_t code);
/* Seconds after which to ask again; 0: not at all. */
unsigned api_retry_seconds(uint32_t code);

/* Each code that an answer may have, for the description; count of them. */
typedef struct api_code {
    uint32_t code;
    unsigned status;
    unsigned retry_seconds;
    const char *name; /* NULL: the wire's own */
    const char *title;
} api_code;
extern const api_code api_codes[];
extern const size_t api_code_count;
