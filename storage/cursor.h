/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * cursor: how far a feed was followed.  A consumer commits its cursor together with the effects:
 * delivered at least once, effective exactly once.  The same table keeps, on the producer's side,
 * how far its named consumers have come.
 */
#include "storage/txn.h"

typedef struct sj_cursor {
    uint64_t epoch;
    uint64_t seq;
} sj_cursor;

/* Of a feed this service follows, by the producer's shard; {0, 0}: from the beginning. */
sj_cursor sj_cursor_get(sj_txn *txn, uint32_t shard);
void sj_cursor_put(sj_txn *txn, uint32_t shard, sj_cursor at);

/* Of a consumer of this service's own feed, by its name. */
void sj_consumer_put(sj_txn *txn, const char *name, sj_cursor at);
bool sj_consumer_get(sj_txn *txn, const char *name, sj_cursor *at);
/* The slowest named consumer's sequence; `none` when nobody has a name here. */
uint64_t sj_consumer_slowest(sj_txn *txn, uint64_t none);

/* A record of another service that was refused: kept for a human, because the cursor moves past it.
 */
void sj_dead_letter_put(sj_txn *txn, uint32_t shard, uint64_t seq, uint32_t type, uint32_t status,
                        const char *words);
/* The words of the last one of a feed, on the transaction's arena; NULL: there is none. */
const char *sj_dead_letter_words(sj_txn *txn, uint32_t shard);
