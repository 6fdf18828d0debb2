/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * spool_inside: what the files of the spool share.
 */
#include "services/gateway/hooks/spool.h"

enum { SPOOL_PRUNE_MS = 10000, DONE_MAX = 1024 };

typedef struct promise {
    spool_stored_fn *stored;
    void *context;
} promise;

struct spool {
    loop *loop;
    sj_store *store;
    sj_arena batch_arena, read_arena;
    sj_txn *batch; /* NULL: nothing was written in this turn */
    promise *promises;
    size_t promise_count, promise_room;
    uint64_t last; /* number given last */
    uint64_t low;  /* all up to here are done */
    uint64_t done_above;
    uint64_t done[DONE_MAX]; /* that the store does not know yet */
    size_t done_count;
    uint64_t lost; /* batches */
    loop_timer prune_timer, done_timer;
};

static inline sj_key
spool_key(uint64_t number)
{
    sj_key key = sj_key_empty();

    sj_key_add_u64(&key, number);
    return key;
}

/* A loop_fn: what was confirmed long ago goes, a few at a time. */
void spool_prune(void *context);
