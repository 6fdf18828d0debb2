/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * problem: an error as a program wants it (RFC 9457, application/problem+json):
 *
 *   {"type":"urn:sijill:problem:NOT_FOUND","title":"Not Found","status":404,
 *    "code":"NOT_FOUND","field":"event_id","trace":"4bf9…",
 *    "instance":"urn:sijill:request:4bf9…","detail":"no such event"}
 *
 * `code` is a name of Code in /proto/sijill/v1/wire.proto, and stable; `detail` is for people.
 */
#include "services/gateway/http/http.h"

enum { PROBLEM_MAX = 4096 /* octets of the JSON; details that are longer are cut */ };

typedef struct problem {
    unsigned status;
    const char *code;
    const char *detail;        /* NULL: none */
    const char *field;         /* NULL: none */
    const char *trace;         /* NULL: none; problem_say sets it */
    const http_header *header; /* of the answer, besides: Allow, Retry-After */
    size_t header_count;
} problem;

/* The JSON, at most PROBLEM_MAX octets; octets that are not UTF-8 become U+FFFD. */
size_t problem_write(const problem *p, char at[static PROBLEM_MAX]);
/* The answer, with the request's trace. */
void problem_say(request *r, const problem *p);
void problem_answer(request *r, unsigned status, const char *code, const char *detail);
/* 405; `allowed` as the header Allow wants it: "GET, POST". */
void problem_wrong_method(request *r, const char *allowed);
