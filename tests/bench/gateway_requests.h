/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * gateway_requests: what the benchmark of the gateway sends, each of another person; `people`
 * counts them.  All are written before a clock starts.
 */
#include "tests/bench/http_load.h"

#include <stdint.h>

enum { GATEWAY_REQUEST_MAX = 2048 };

typedef struct webhook_sender {
    const char *path;   /* the hook's */
    const char *secret; /* that it and Zoom know */
} webhook_sender;

typedef struct registrar {
    const char *event; /* slug */
    const char *key;   /* a header line: "Authorization: ..." */
} registrar;

/* Zoom's webinar.registration_created, signed now. */
void write_webhooks(http_requests *to, const webhook_sender *from, size_t count, uint64_t *people);
/* POST /v1/events/{event}/registrations with an Idempotency-Key. */
void write_registrations(http_requests *to, const registrar *from, size_t count, uint64_t *people);
