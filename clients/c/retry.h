/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * retry: what to do with an answer.  Pure, so that its table can be tested.
 */
#include <stdbool.h>
#include <stdint.h>

#include "sijill/v1/wire.pb-c.h"

typedef enum retry_step {
    RETRY_DONE,  /* give it to the caller */
    RETRY_AFTER, /* the same request on this connection, after *wait_ms */
    RETRY_GREET, /* HELLO again, then the same request */
} retry_step;

/* A service that drains still answers what it has begun, so the connection is kept until it says
 * GOODBYE. status NULL is OK.  tries: how often the request was sent.  faults: INTERNAL answers
 * before this one. */
retry_step retry_decide(const Sijill__V1__Status *status, unsigned tries, unsigned faults,
                        uint64_t *wait_ms);

/* How long to wait for an answer to the n-th try (1..). */
uint64_t retry_patience_ms(uint32_t type, bool barrier, unsigned tries);

/* Queries are the 50s to 99s of each hundred; the rest are commands. */
bool retry_is_query(uint32_t type);
