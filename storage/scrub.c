/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/backup.h"

#include "storage/internal.h"

enum { SCRUB_ARENA = 256 * 1024 };

/* One table, by LMDB's cursor: a damaged record must not end the walk, as it would end a
 * transaction of the service. */
static uint64_t
scrub_table(sj_store *store, sj_txn *txn, unsigned table, sj_damage_found *found, void *context)
{
    MDB_cursor *cursor;
    MDB_val name, stored;
    uint64_t count = 0;
    int code = mdb_cursor_open(txn->mdb, store->dbis[table], &cursor);

    if (code != 0) {
        found(context, mdb_strerror(code));
        return 0;
    }
    while ((code = mdb_cursor_get(cursor, &name, &stored, MDB_NEXT)) == 0) {
        sj_bytes key = { name.mv_data, name.mv_size };
        sj_bytes value = { stored.mv_data, stored.mv_size };
        sj_bytes row;
        uint64_t revision;

        count++;
        sj_arena_reset(txn->arena);
        if (sj_unseal(txn->arena, txn->meta.secret, table, key, value, &row, &revision))
            continue;
        txn->fault = SJ_FAULT_NONE;
        sj_txn_fail_damage(txn, table, key);
        found(context, txn->words);
    }
    if (code != MDB_NOTFOUND)
        found(context, mdb_strerror(code));
    mdb_cursor_close(cursor);
    return count;
}

uint64_t
sj_scrub_records(sj_store *store, sj_damage_found *found, void *context)
{
    sj_arena arena;
    uint64_t count = 0;
    sj_txn *txn;

    if (!sj_arena_open(&arena, SCRUB_ARENA)) {
        found(context, "no memory");
        return 0;
    }
    txn = sj_read_begin(store, &arena, 0);
    if (txn->fault != SJ_FAULT_NONE)
        found(context, txn->words);
    for (unsigned table = 0; txn->mdb != NULL && table < store->tables; table++)
        count += scrub_table(store, txn, table, found, context);
    sj_read_end(txn);
    sj_arena_close(&arena);
    return count;
}
