/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * reader: what happened at the three services after a position, for one who asks over HTTP.  Each
 * service's records come in order; between services there is no order but that in which they
 * arrive.
 */
#include "services/gateway/address.h"
#include "services/gateway/api/position.h"
#include "services/gateway/http/loop.h"

enum { READER_TYPES_MAX = 16 };

typedef struct reader reader;

typedef struct reader_options {
    const addresses *services;
    uint64_t org;
    position after;
    bool from_oldest; /* `after` is of no concern: from the first that is kept */
    const uint32_t *types;
    size_t type_count;
    /* A record; false: no more is wanted now, this one included. */
    bool (*each)(void *context, unsigned service, const Sijill__V1__Record *record);
    /* After each burst, and when it ended: code is OK, or why (TRIMMED, DIVERGED). */
    void (*came)(void *context, uint32_t code);
    void *context;
} reader_options;

reader *reader_open(loop *l, const reader_options *options);
void reader_close(reader **r);
/* All up to here was given to `each` (and was not refused by it). */
const position *reader_position(const reader *r);
/* Stop or go on taking records; one that was refused is not given again. */
void reader_pause(reader *r, bool paused);
