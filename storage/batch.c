/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions as the runtime drives them: one write transaction for a batch of commands, and the
 * read transaction beside it.
 */
#include "storage/internal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static const char broken_words[] = "the journal cannot be read again; start the service anew";

static void
begin(sj_txn *txn, sj_store *store, sj_arena *arena, bool writable)
{
    memset(txn, 0, sizeof *txn);
    txn->store = store;
    txn->arena = arena;
    txn->cursors = writable ? store->write_cursors : store->read_cursors;
    (void) pthread_mutex_lock(&store->meta_lock);
    txn->meta = store->meta;
    (void) pthread_mutex_unlock(&store->meta_lock);
    txn->revision = txn->meta.seq + 1;
    txn->writable = writable;
    txn->about.now_ms = txn->meta.log_ms;
}

sj_txn *
sj_write_begin(sj_store *store, sj_arena *arena)
{
    sj_txn *txn = &store->write;
    int code;

    begin(txn, store, arena, true);
    store->batches++;
    code = store->open == NULL && !store->broken ? mdb_txn_begin(store->env, NULL, 0, &store->open)
                                                 : 0;
    if (store->broken)
        sj_txn_fail(txn, SJ_FAULT_STORAGE, broken_words);
    else if (code != 0)
        sj_txn_fail_lmdb(txn, code, "mdb_txn_begin");
    txn->mdb = store->open;
    return txn;
}

void
sj_command_begin(sj_txn *txn, const sj_about *about)
{
    assert(about->now_ms >= txn->meta.log_ms);
    txn->about = *about;
    txn->revision = txn->meta.seq + 1;
    txn->emitted = 0;
    txn->wrote = false;
    txn->before = txn->after = (sj_trail){ .any = false };
    txn->has_event = false;
    txn->file = (sj_file_note){ .any = false };
}

uint64_t
sj_command_last(const sj_txn *txn)
{
    return txn->meta.seq + (txn->emitted > 1 ? txn->emitted : 1);
}

uint64_t
sj_command_accept(sj_txn *txn, sj_bytes mark)
{
    size_t digest_size = sizeof txn->meta.digest;
    size_t size = digest_size + sizeof txn->meta.seq + mark.size;
    unsigned char *link;

    if (!txn->wrote || txn->about.dry_run || txn->fault != SJ_FAULT_NONE)
        return txn->meta.seq;
    link = sj_arena_take(txn->arena, size);
    if (link == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the reply is too long");
        return txn->meta.seq;
    }
    txn->meta.seq = sj_command_last(txn);
    txn->meta.log_ms = txn->about.now_ms;
    memcpy(link, txn->meta.digest, digest_size);
    sj_write_u64(link + digest_size, txn->meta.seq);
    memcpy(link + digest_size + sizeof txn->meta.seq, mark.at, mark.size);
    (void) crypto_generichash(txn->meta.digest, digest_size, link, size, NULL, 0);
    txn->pending = true;
    return txn->meta.seq;
}

bool
sj_write_pending(const sj_txn *txn)
{
    return txn->pending;
}

/* Durable when true. */
static bool
make_durable(sj_txn *txn)
{
    sj_store *store = txn->store;
    int code;

    if (sj_is_journalled(store) && journal_fits(&store->journal)) {
        if (!journal_write(&store->journal, txn->meta.secret, txn->meta.seq))
            sj_txn_fail(txn, SJ_FAULT_STORAGE, "the journal cannot be written");
    } else if (!sj_save(store, &code)) {
        if (code != 0)
            sj_txn_fail_lmdb(txn, code, "mdb_txn_commit");
        else
            sj_txn_fail(txn, SJ_FAULT_STORAGE, "the data file cannot be extended");
    }
    return txn->fault == SJ_FAULT_NONE;
}

bool
sj_write_commit(sj_txn *txn)
{
    assert(txn->fault == SJ_FAULT_NONE);
    txn->about.dry_run = false;
    sj_cursor_flush(txn);
    txn->revision = txn->meta.seq; /* whatever was refused since */
    sj_meta_put(txn);
    if (txn->fault != SJ_FAULT_NONE) {
        sj_write_abort(txn);
        return false;
    }
    txn->mdb = NULL;
    if (!make_durable(txn))
        return false;
    (void) pthread_mutex_lock(&txn->store->meta_lock);
    txn->store->meta = txn->meta;
    (void) pthread_mutex_unlock(&txn->store->meta_lock);
    return true;
}

/* LMDB's transaction is of all batches since the last checkpoint: to undo one is to undo all, and
 * to put the others again from the journal.  It is this thread's, so where there is nothing else in
 * it, it ends. */
void
sj_write_abort(sj_txn *txn)
{
    sj_store *store = txn->store;
    uint8_t before[JOURNAL_SUM_SIZE];
    bool untouched = sj_is_journalled(store) && !journal_has_rows(&store->journal);

    txn->mdb = NULL;
    if (store->open == NULL || (untouched && sj_store_unsaved(store) > 0))
        return;
    mdb_txn_abort(store->open);
    store->open = NULL;
    memset(store->write_cursors, 0, sizeof store->write_cursors);
    if (untouched || !sj_is_journalled(store))
        return;
    memcpy(before, store->journal.before, sizeof before);
    store->broken = !sj_recover(store) || memcmp(before, store->journal.before, sizeof before) != 0;
}

sj_txn *
sj_read_begin(sj_store *store, sj_arena *arena, uint64_t now_ms)
{
    sj_txn *txn = &store->read;
    int code;

    begin(txn, store, arena, false);
    if (now_ms > txn->about.now_ms)
        txn->about.now_ms = now_ms;
    assert(store->schema.snapshots || !journal_has_rows(&store->journal)); /* no half batches */
    if (store->broken) {
        sj_txn_fail(txn, SJ_FAULT_STORAGE, broken_words);
        return txn;
    }
    if (!store->schema.snapshots && store->open != NULL) {
        txn->mdb = store->open; /* what is durable is more than the data file has */
        return txn;
    }
    code = store->reader == NULL ? mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->reader)
                                 : mdb_txn_renew(store->reader);
    if (code != 0) {
        sj_txn_fail_lmdb(txn, code, "mdb_txn_begin");
        return txn;
    }
    txn->mdb = store->reader;
    return txn;
}

void
sj_read_end(sj_txn *txn)
{
    sj_txn_close_cursors(txn);
    if (txn->mdb != NULL && txn->mdb == txn->store->reader)
        mdb_txn_reset(txn->mdb);
    txn->mdb = NULL;
}
