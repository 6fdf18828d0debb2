/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sender: tells each endpoint what its queue holds, one record after the other, signed as Standard
 * Webhooks 1.0.0 has it.  A receiver that does not say 2xx is tried again over three days; 410 and
 * the end of the three days disable the endpoint, with words, at registration.
 */
#include "services/gateway/backend.h"
#include "services/gateway/outbound/endpoints.h"
#include "services/gateway/outbound/fetch.h"

typedef struct sender sender;

typedef struct sender_parts {
    loop *loop;
    endpoints *endpoints;
    backend *backend;
    fetch *fetch;
} sender_parts;

sender *sender_open(const sender_parts *parts);
void sender_close(sender **s);
/* Something was queued, or an endpoint is another one now. */
void sender_wake(sender *s);

typedef struct sender_counts {
    uint64_t told, failed, given_up;
} sender_counts;
void sender_count(const sender *s, sender_counts *counts);

/* The header webhook-signature for a body: "v1,..." or "v1a,...".  Source: standard-webhooks 1.0.0,
 * "Signature scheme". */
enum { SIGNATURE_SIZE = 128 };
void sender_sign(const endpoint *p, const char *id, uint64_t seconds, const void *body, size_t size,
                 char signature[SIGNATURE_SIZE]);
