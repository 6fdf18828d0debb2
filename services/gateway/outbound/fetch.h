/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fetch: one request to somebody else's server, over https (or http to this machine), without
 * waiting.  No redirect is followed, addresses are bounded, and so are times and sizes.
 */
#include "services/gateway/http/loop.h"

#include <stddef.h>

enum {
    FETCH_BODY_MAX = 4 * 1024 * 1024, /* of an answer; a longer one fails */
    FETCH_TIMEOUT_MS = 15000,
    FETCH_RUNNING_MAX = 64,
};

typedef struct fetch fetch;

typedef struct fetch_request {
    const char *method; /* NULL: GET */
    const char *url;
    const char *const *headers; /* "Name: value", ended by NULL; NULL: none */
    const char *token;          /* Authorization: Bearer; NULL: none */
    const void *body;           /* copied */
    size_t body_size;
} fetch_request;

typedef struct fetch_result {
    unsigned status;   /* HTTP; 0: there was no answer */
    const char *words; /* status 0: why */
    const void *body;  /* lent for the call; NUL behind it */
    size_t body_size;
    unsigned retry_after_s; /* of a header Retry-After; 0: none */
    unsigned took_ms;
} fetch_result;

typedef void fetch_fn(void *context, const fetch_result *result);

fetch *fetch_open(loop *l);
void fetch_close(fetch **f);
/* https anywhere, http only where it does not leave this machine. */
bool fetch_may_ask(const char *url);
/* `done` is called exactly once (unless f is closed), never before this returns.  False: too many
 * are running, or the address is none that may be asked. */
bool fetch_start(fetch *f, const fetch_request *request, fetch_fn *done, void *context);
