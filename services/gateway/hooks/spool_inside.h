/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * spool_inside: what the files of the spool share.
 */
#include "services/gateway/hooks/spool.h"
#include "services/gateway/hooks/spool_writer.h"

enum { SPOOL_PRUNE_MS = 10000, DONE_MAX = 1024, SPOOL_EXIT_UNKNOWN = 70 };

struct spool {
    loop *loop;
    sj_store *store;
    sj_arena batch_arena, read_arena;
    sj_txn *batch; /* the loop's own; NULL: nothing was written in this turn */
    spool_writer *writer;
    spool_batch waiting, writing; /* for the writer, and by it */
    bool is_unread;               /* something durable can not be read yet */
    spool_readable_fn *readable;
    void *readable_context;
    uint64_t last; /* number of the last that is durable */
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

/* A transaction on the spool from its beginning to its end, `last` in its digest. */
sj_txn *spool_begin(sj_store *store, sj_arena *arena, uint64_t now_ms);
spool_outcome spool_commit(sj_txn *txn, uint64_t last);
