/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a batch has read it need not search and check again: commands that came together ask for the
 * same key, the same event.  Of each table the row that was last read is kept, as long as the batch
 * lasts; each write of the batch passes here, so it is never another one than the table's.
 */
#include "storage/internal.h"

#include <string.h>

static bool
holds(const sj_txn *txn, const known *k, const sj_key *key)
{
    return k->batch == txn->store->batches && k->key_size == key->size &&
           memcmp(k->key, key->at, key->size) == 0;
}

bool
sj_known_get(sj_txn *txn, unsigned table, const sj_key *key, sj_bytes *row, uint64_t *revision)
{
    const known *k = &txn->store->known[table];

    if (!txn->writable || !holds(txn, k, key))
        return false;
    *row = sj_arena_copy(txn->arena, (sj_bytes){ k->row, k->size });
    *revision = k->revision;
    return row->at != NULL;
}

void
sj_known_read(sj_txn *txn, unsigned table, const sj_key *key, sj_bytes row, uint64_t revision)
{
    known *k = &txn->store->known[table];

    if (!txn->writable || row.size > sizeof k->row)
        return;
    k->batch = txn->store->batches;
    k->revision = revision;
    k->key_size = key->size;
    k->size = row.size;
    memcpy(k->key, key->at, key->size);
    memcpy(k->row, row.at, row.size);
}

void
sj_known_changed(sj_txn *txn, unsigned table, const sj_key *key, const sj_bytes *row)
{
    known *k = &txn->store->known[table];

    if (!holds(txn, k, key))
        return;
    k->batch = 0;
    if (row != NULL)
        sj_known_read(txn, table, key, *row, txn->revision);
}
