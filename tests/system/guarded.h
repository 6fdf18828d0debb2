/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * guarded: a registration service that serves by tcp, its key and its list, and who is on it: an
 * operator, a gateway, a follower; the stranger is not.
 */
#include "tests/system/raw.h"

enum {
    LIST_EVENTS = 151,
    HANDSHAKE_FAILED = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                       ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
};

extern world at;
extern char front[WORLD_PATH], feed[WORLD_PATH], address[64];
extern raw_keys service, operator, gateway, follower, stranger;

int guarded_open(void **state); /* for cmocka */
int guarded_close(void **state);

/* A file in the world's folder, whole in one moment. */
void guarded_write(const char *name, const char *text, mode_t mode);
/* The list, with these lines behind the three. */
void guarded_admit(const char *more);
/* A fresh pair for this service. */
void guarded_keys(raw_keys *keys);
/* Until the service's log says so. */
void guarded_await(const char *words);

/* How much any peer has asked, this question included. */
uint64_t guarded_handled(void);
void guarded_query(raw *r, uint32_t type);
/* Of the answer to a request without a body. */
uint32_t guarded_code(raw *r, uint32_t type);
/* The operator is answered. */
void guarded_serves(void);
/* Who says HELLO and asks with these keys (NULL: in the clear) is not heard. */
void guarded_shuts_out(const char *endpoint, const raw_keys *keys);
