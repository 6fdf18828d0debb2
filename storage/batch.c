/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions as the runtime drives them: one write transaction for a batch of commands, and the
 * read transaction beside it.
 */
#include "storage/internal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than a batch of the largest commands writes. */
#define AHEAD_MIN (UINT64_C(256) << 20)

static void
begin(sj_txn *txn, sj_store *store, sj_arena *arena, bool writable)
{
    memset(txn, 0, sizeof *txn);
    txn->store = store;
    txn->arena = arena;
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
    code = mdb_txn_begin(store->env, NULL, 0, &txn->mdb);
    if (code != 0) {
        txn->mdb = NULL;
        sj_txn_fail_lmdb(txn, code, "mdb_txn_begin");
    }
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

/*
 * LMDB may end a transaction with pages at the file's end that it allocated and never wrote; the
 * file is then shorter than its last page.  That is harmless to LMDB, but not to be told from a
 * truncated file, so the file is longer than needed before a commit: afterwards would be too late
 * for a process that is killed in between, and for a backup that looks in between.  The room ahead
 * is a hole, it takes no space of the disk.
 */
static bool
reserve_file(sj_store *store, uint64_t ahead)
{
    MDB_envinfo info;
    struct stat status;
    uint64_t size;

    (void) mdb_env_info(store->env, &info);
    size = ((uint64_t) info.me_last_pgno + 1) * store->page_size + ahead;
    if (size <= store->file_size)
        return true;
    size += AHEAD_MIN; /* not at each commit */
    if (fstat(store->data_fd, &status) != 0)
        return false;
    if ((uint64_t) status.st_size < size &&
        (ftruncate(store->data_fd, (off_t) size) != 0 || fsync(store->data_fd) != 0))
        return false;
    store->file_size = size;
    return true;
}

bool
sj_write_commit(sj_txn *txn)
{
    int code;

    assert(txn->fault == SJ_FAULT_NONE);
    txn->about.dry_run = false;
    txn->revision = txn->meta.seq; /* whatever was refused since */
    sj_meta_put(txn);
    if (txn->fault != SJ_FAULT_NONE) {
        sj_write_abort(txn);
        return false;
    }
    if (!reserve_file(txn->store, AHEAD_MIN)) {
        sj_txn_fail(txn, SJ_FAULT_STORAGE, "the data file cannot be extended");
        sj_write_abort(txn);
        return false;
    }
    code = mdb_txn_commit(txn->mdb);
    txn->mdb = NULL;
    if (code != 0) {
        sj_txn_fail_lmdb(txn, code, "mdb_txn_commit");
        return false;
    }
    (void) pthread_mutex_lock(&txn->store->meta_lock);
    txn->store->meta = txn->meta;
    (void) pthread_mutex_unlock(&txn->store->meta_lock);
    if (!reserve_file(txn->store, 0)) { /* more than was reserved */
        sj_txn_fail(txn, SJ_FAULT_STORAGE, "the data file cannot be extended");
        return false;
    }
    return true;
}

void
sj_write_abort(sj_txn *txn)
{
    if (txn->mdb != NULL)
        mdb_txn_abort(txn->mdb);
    txn->mdb = NULL;
}

sj_txn *
sj_read_begin(sj_store *store, sj_arena *arena, uint64_t now_ms)
{
    sj_txn *txn = &store->read;
    int code;

    begin(txn, store, arena, false);
    if (now_ms > txn->about.now_ms)
        txn->about.now_ms = now_ms;
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
    if (txn->mdb != NULL)
        mdb_txn_reset(txn->mdb);
    txn->mdb = NULL;
}
