/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * idempotency: the header Idempotency-Key.  A UUIDv7 is the request id itself; anything else stands
 * for one, hashed with organisation and actor, so that nobody meets another's.
 */
#include "clients/c/sijill.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

typedef struct idempotency {
    uint8_t request_id[SIJILL_ID_SIZE];
    bool has_outside;
    uint8_t outside[SIJILL_ID_SIZE];
} idempotency;

/* NULL: read; else words. */
const char *idempotency_read(idempotency *i, const char *header, uint64_t org,
                             const uint8_t actor[SIJILL_ID_SIZE]);

/* An id that is the same for every try of a request; `n` tells several of one request apart. */
void idempotency_made(const idempotency *i, uint32_t n, uint8_t id[SIJILL_ID_SIZE]);
