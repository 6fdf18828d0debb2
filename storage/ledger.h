/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * ledger: the reply given to each request, so that a retry gets the same answer and no second
 * effect. One row an accepted command, written in that command's own transaction.  Its key is
 * (request id, actor): ids are time-ordered, so rows are appends whoever the actors are, and the
 * oldest stand first when they are forgotten. Rows leave by the pulse command, never by the wall
 * clock: every replica forgets at the same moment.
 *
 * A command may also bring a key from outside (hashed; the caller's, not ours).  Another row then
 * leads from (key, actor) to the request id that first came with it.  It stands at a random place,
 * so only those commands pay for it; it comes and goes with the ledger's row.
 */
#include "storage/txn.h"

typedef struct sj_ledger_entry {
    uint8_t body_hash[16]; /* of type and body */
    uint64_t seq;
    sj_bytes result;
    bool has_outside;
    uint8_t outside[SJ_ID_SIZE];
} sj_ledger_entry;

/* Whether this request was answered before; entry->result is a copy in the arena. */
bool sj_ledger_find(sj_txn *txn, const uint8_t id[SJ_ID_SIZE], const uint8_t actor[SJ_ID_SIZE],
                    sj_ledger_entry *entry);
void sj_ledger_add(sj_txn *txn, const uint8_t id[SJ_ID_SIZE], const uint8_t actor[SJ_ID_SIZE],
                   const sj_ledger_entry *entry);
/* The request id that first came with a key from outside; false: none did. */
bool sj_outside_find(sj_txn *txn, const uint8_t outside[SJ_ID_SIZE],
                     const uint8_t actor[SJ_ID_SIZE], uint8_t id[SJ_ID_SIZE]);
/* Forget requests made before an instant, at most `max`, each with its row of `outside`;
 * how many went. */
size_t sj_ledger_forget(sj_txn *txn, uint64_t before_ms, size_t max);
