/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * backend: the gateway's conversation with the three services.  Requests go out together at the end
 * of a turn and answers come back in a later one, in any order; a service that is down makes its
 * requests wait until their deadline, and nobody else's.
 */
#include "services/gateway/address.h"
#include "services/gateway/http/loop.h"

typedef enum backend_service {
    BACKEND_REGISTRATION,
    BACKEND_ATTENDANCE,
    BACKEND_CERTIFICATE,
    BACKEND_SERVICES,
} backend_service;

enum { BACKEND_WAITING_MAX = 4096 /* requests that wait here for a place at one service */ };

typedef struct backend backend;
typedef void backend_fn(void *context, const sijill_reply *reply);

backend *backend_open(loop *l, const addresses *services); /* kept: the caller's */
void backend_close(backend **b);

/* Ask, for organisation `org`.  `answered` is called exactly once (unless the backend is closed),
 * never before this returns; its reply is lent for the call.  request->context is not looked at;
 * the rest is copied.  False: too many are waiting already: BUSY. */
bool backend_ask(backend *b, backend_service service, uint64_t org, const sijill_request *request,
                 backend_fn *answered, void *context);

/* Whether the service answered anything in the last seconds; position it has answered with. */
bool backend_is_up(const backend *b, backend_service service);
sijill_pos backend_position(const backend *b, backend_service service);
/* Ask a service how it is, so that its position is known; not again while that is on its way. */
void backend_greet(backend *b, backend_service service);
const char *backend_name(backend_service service); /* "registration" */
