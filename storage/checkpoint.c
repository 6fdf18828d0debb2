/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from the journal to LMDB: by a checkpoint while the service runs, by recovery after a
 * crash and after a batch that was given up.
 */
#include "storage/folder.h"
#include "storage/internal.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than the journal holds, and more than a batch of the largest commands writes. */
#define AHEAD_MIN (UINT64_C(256) << 20)

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
sj_save(sj_store *store, int *code)
{
    uint8_t seal[CHECKSUM_SIZE] = { 0 };
    MDB_txn *mdb = store->open;
    bool good;

    *code = 0;
    good = sj_meta_seal(store, mdb, seal) && reserve_file(store, AHEAD_MIN);
    store->open = NULL;
    memset(store->write_cursors, 0, sizeof store->write_cursors); /* they end with it */
    if (good)
        *code = mdb_txn_commit(mdb);
    else
        mdb_txn_abort(mdb);
    good = good && *code == 0 && reserve_file(store, 0); /* more than was reserved */
    store->broken = !good;
    if (good && sj_is_journalled(store))
        journal_restart(&store->journal, seal);
    return good;
}

uint64_t
sj_store_unsaved(const sj_store *store)
{
    return sj_is_journalled(store) && store->open != NULL ? store->journal.at : 0;
}

bool
sj_store_checkpoint(sj_store *store, char words[SJ_WORDS_MAX])
{
    int code;

    if (sj_store_unsaved(store) == 0)
        return true;
    assert(!journal_has_rows(&store->journal)); /* half a batch is not to be saved */
    return sj_save(store, &code) ||
           sj_path_fail(words, "cannot write", "what the journal holds into the data file",
                        code == 0 ? "it cannot be extended" : mdb_strerror(code));
}

typedef struct again {
    sj_store *store;
    uint64_t rows;
} again;

static bool
put_again(void *context, bool deleted, sj_bytes sealed)
{
    again *a = context;
    unsigned table;
    sj_bytes name, stored = sj_seal_open(sealed, &table, &name);
    MDB_val key = { name.size, (void *) (uintptr_t) name.at };
    MDB_val value = { stored.size, (void *) (uintptr_t) stored.at };
    MDB_dbi dbi;
    int code;

    if (table >= a->store->tables)
        return false;
    a->rows++;
    dbi = a->store->dbis[table];
    code = deleted ? mdb_del(a->store->open, dbi, &key, NULL)
                   : mdb_put(a->store->open, dbi, &key, &value, 0);
    return code == 0 || (deleted && code == MDB_NOTFOUND);
}

bool
sj_recover(sj_store *store)
{
    again a = { .store = store };
    uint8_t seal[CHECKSUM_SIZE];
    bool good;
    int code;

    if (mdb_txn_begin(store->env, NULL, 0, &store->open) != 0) {
        store->open = NULL;
        return false;
    }
    store->broken = false;
    good = sj_meta_seal(store, store->open, seal);
    if (good) {
        journal_restart(&store->journal, seal);
        good = journal_replay(&store->journal, store->meta.secret, put_again, &a);
    }
    if (good && a.rows > 0)
        return sj_save(store, &code);
    mdb_txn_abort(store->open);
    store->open = NULL;
    return good;
}
