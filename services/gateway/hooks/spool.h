/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * spool: what platforms sent, from the moment it was accepted until its owner has confirmed it, and
 * for a while after: attended minutes are disputed, and must be computed again from what came.
 *
 * Deliveries are written by a thread of their own, all that came while it wrote the last ones at
 * once; only then is anybody told that they are stored.  They can be read a little later, in a rush
 * half a second.  What else a turn of the loop wants to write is one transaction, committed
 * at the turn's end.
 */
#include "services/gateway/http/loop.h"
#include "sijill/v1/gateway_store.pb-c.h"
#include "sijill/v1/platform.pb-c.h"
#include "storage/arena.h"
#include "storage/cursor.h"

/* Its own tables; those of outbound/ are read and written there. */
enum {
    SPOOL_DELIVERY = SJ_TABLE_OWN,
    SPOOL_BODY,
    SPOOL_DONE,
    SPOOL_HOOK,
    SPOOL_ENDPOINT,
    SPOOL_OUT,
    SPOOL_OUT_LOG,
};

enum { SPOOL_PART_SIZE = 40 * 1024, SPOOL_PRUNE_MAX = 256 };
#define SPOOL_KEEP_MS (UINT64_C(30) * 24 * 3600 * 1000) /* confirmed deliveries, as evidence */

typedef struct spool spool;

/* Open or make the spool in `home`.  NULL: words on the log. */
spool *spool_open(loop *l, const char *home);
void spool_close(spool **s);

/* The turn's end: commit, tell those whose deliveries are durable, and have the next ones written.
 * A loop_fn: of all that is done each turn it is the last. */
void spool_flush(void *context);

/* Keep a delivery; `body` is copied.  `stored` is called in a later spool_flush: true: it is
 * durable. False: it is not, nothing was kept (the disk is full, say); without memory it is called
 * at once. */
typedef void spool_stored_fn(void *context, bool durable);
void spool_add(spool *s, const Sijill__V1__DeliveryRow *row, sj_bytes body, spool_stored_fn *stored,
               void *context);

/* Called in a spool_flush after which more deliveries can be read. */
typedef void spool_readable_fn(void *context);
void spool_on_readable(spool *s, spool_readable_fn *readable, void *context);

/* The owner has confirmed it. */
void spool_done(spool *s, uint64_t number);

/* The first delivery after `after` that can be read and is not done, with its body in the arena.
 * False: none, or the arena is too small. */
bool spool_next(spool *s, uint64_t after, sj_arena *arena, uint64_t *number,
                Sijill__V1__DeliveryRow **row, sj_bytes *body);
uint64_t spool_waiting(const spool *s); /* how many are not done */
bool spool_is_writing(const spool *s);  /* whether one is not stored yet, or cannot be read yet */
/* How many turns' writings were lost so far (a full disk): who has written a place on a feed begins
 * again at the place that is durable. */
uint64_t spool_lost(const spool *s);

/* Copies of hooks. */
void spool_put_hook(spool *s, uint64_t org, const Sijill__V1__Hook *hook);
typedef void spool_hook_fn(void *context, uint64_t org, const Sijill__V1__Hook *hook);
void spool_each_hook(spool *s, spool_hook_fn *each, void *context);

/* Where the feed of a service has been read to. */
sj_cursor spool_cursor(spool *s, uint32_t shard);
void spool_put_cursor(spool *s, uint32_t shard, sj_cursor at);

/* The turn's own transaction, and one that reads what was committed before; end that within the
 * function that began it. */
sj_txn *spool_write(spool *s);
sj_txn *spool_read(spool *s);
void spool_read_end(spool *s, sj_txn *txn);

/* Octets used of those that may be used. */
void spool_usage(const spool *s, uint64_t *used, uint64_t *map);
