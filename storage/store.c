/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/folder.h"
#include "storage/internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MODE = 0750, FILE_MODE = 0640, OPEN_ARENA = 64 * 1024 };

static const char *const common_tables[SJ_TABLE_OWN] = {
    "meta",        "ledger", "outbox", "outbox_personal", "cursor",
    "dead_letter", "key",    "audit",  "outside",
};

const char *
sj_table_name(const sj_store *store, unsigned table)
{
    return table < SJ_TABLE_OWN ? common_tables[table] : store->schema.tables[table - SJ_TABLE_OWN];
}

/* One writer: a lock on a file of our own, because opening or closing LMDB's lock file would drop
 * LMDB's locks. */
static bool
lock_writer(sj_store *store, const char *folder, char words[SJ_WORDS_MAX])
{
    char path[SJ_PATH_MAX];

    if (!sj_path(path, folder, "writer.lock"))
        return sj_path_fail(words, "the path is too long:", folder, "choose a shorter --home");
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (store->lock_fd < 0)
        return sj_path_fail(words, "cannot open", path, strerror(errno));
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return sj_path_fail(words, "another process is writing to", folder,
                            "a store has one writer; stop that one first, or give another --home");
    return true;
}

bool
sj_env_open(sj_store *store, const char *path, unsigned flags, char words[SJ_WORDS_MAX])
{
    int code = mdb_env_create(&store->env);

    if (code == 0)
        code = mdb_env_set_maxdbs(store->env, SJ_TABLES_MAX);
    if (code == 0)
        code = mdb_env_set_mapsize(store->env, SJ_MAP_SIZE);
    if (code == 0)
        code = mdb_env_open(store->env, path, flags, FILE_MODE);
    if (code == 0)
        code = mdb_env_get_fd(store->env, &store->data_fd);
    return code == 0 || sj_path_fail(words, "cannot open", path, mdb_strerror(code));
}

static bool
open_tables(sj_store *store, MDB_txn *mdb, unsigned flags, char words[SJ_WORDS_MAX])
{
    store->tables = SJ_TABLE_OWN;
    while (store->schema.tables[store->tables - SJ_TABLE_OWN] != NULL)
        store->tables++;
    assert(store->tables <= SJ_TABLES_MAX);
    for (unsigned table = 0; table < store->tables; table++) {
        int code = mdb_dbi_open(mdb, sj_table_name(store, table), flags, &store->dbis[table]);

        if (code == MDB_NOTFOUND)
            return sj_path_fail(
                words, "no table", sj_table_name(store, table),
                "this is another store, or a damaged one: give the right --home, or restore "
                "the last backup");
        if (code != 0)
            return sj_path_fail(words, "cannot open table", sj_table_name(store, table),
                                mdb_strerror(code));
    }
    return true;
}

/* Tables open in a write transaction of their own, so that their handles outlive it. */
static bool
create_tables(sj_store *store, const sj_birth *birth, sj_arena *arena, char words[SJ_WORDS_MAX])
{
    sj_txn *txn = sj_write_begin(store, arena);

    if (txn->fault != SJ_FAULT_NONE)
        return sj_path_fail(words, "cannot write", "a new store", txn->words);
    if (!open_tables(store, txn->mdb, MDB_CREATE, words)) {
        sj_write_abort(txn);
        return false;
    }
    memcpy(txn->meta.store_id, birth->store_id, SJ_ID_SIZE);
    memcpy(txn->meta.secret, birth->secret, SJ_ID_SIZE);
    txn->meta.epoch = 1;
    txn->meta.created_ms = txn->meta.log_ms = txn->about.now_ms = birth->now_ms;
    return sj_write_commit(txn) || sj_path_fail(words, "cannot write", "a new store", txn->words);
}

void
sj_env_close(sj_store *store)
{
    if (store->open != NULL)
        mdb_txn_abort(store->open);
    store->open = NULL;
    if (store->reader != NULL)
        mdb_txn_abort(store->reader);
    if (store->env != NULL)
        mdb_env_close(store->env);
    store->reader = NULL;
    store->env = NULL;
}

/* Made beside its place and renamed: a crash while LMDB writes its first pages would leave a file
 * that is no database. */
static bool
create(sj_store *store, const char *folder, const char *path, const sj_birth *birth,
       sj_arena *arena, char words[SJ_WORDS_MAX])
{
    char fresh[SJ_PATH_MAX], file[SJ_PATH_MAX];
    bool good;

    if (!sj_path(fresh, folder, ".new-XXXXXX") || mkdtemp(fresh) == NULL)
        return sj_path_fail(words, "cannot make a folder in", folder, strerror(errno));
    if (chmod(fresh, FOLDER_MODE) != 0)
        return sj_path_fail(words, "cannot set the mode of", fresh, strerror(errno));
    good = sj_env_open(store, fresh, 0, words);
    store->page_size = (uint32_t) sysconf(_SC_PAGESIZE);
    good = good && create_tables(store, birth, arena, words);
    sj_env_close(store);
    if (good && (!sj_path_sync(fresh) || rename(fresh, path) != 0 || !sj_path_sync(folder)))
        good = sj_path_fail(words, "cannot put in place", path, strerror(errno));
    if (!good) {
        if (sj_path(file, fresh, "data.mdb"))
            (void) unlink(file);
        if (sj_path(file, fresh, "lock.mdb"))
            (void) unlink(file);
        (void) rmdir(fresh);
    }
    store->file_size = 0;
    return good;
}

bool
sj_store_load_meta(sj_store *store, sj_arena *arena, char words[SJ_WORDS_MAX])
{
    sj_meta meta = { .epoch = 0 };
    sj_txn *txn = sj_read_begin(store, arena, 0);
    bool good = sj_meta_get(txn, &meta, words);

    sj_read_end(txn);
    sj_arena_reset(arena);
    store->meta = meta;
    return good;
}

bool
sj_store_load(sj_store *store, sj_arena *arena, char words[SJ_WORDS_MAX])
{
    MDB_txn *mdb;
    bool good;
    int dead;
    int code = mdb_reader_check(store->env, &dead);

    if (code == 0)
        code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &mdb);
    if (code != 0)
        return sj_path_fail(words, "cannot read", "the store", mdb_strerror(code));
    good = open_tables(store, mdb, 0, words);
    if (!good) {
        mdb_txn_abort(mdb);
        return false;
    }
    code = mdb_txn_commit(mdb); /* keeps the handles */
    if (code != 0)
        return sj_path_fail(words, "cannot read", "the store", mdb_strerror(code));
    return sj_store_load_meta(store, arena, words);
}

/* Its name is its instant: one backup restored twice begins two histories, and a reader of the
 * first must not take the second for it. */
static void
name_epoch(sj_meta *meta, uint64_t now_ms)
{
    if (meta->past_count == SJ_PASTS_MAX)
        memmove(&meta->pasts[0], &meta->pasts[1], --meta->past_count * sizeof meta->pasts[0]);
    meta->pasts[meta->past_count++] = (sj_past){ meta->epoch, meta->seq };
    meta->epoch = now_ms > meta->epoch ? now_ms : meta->epoch + 1;
}

static bool
is_restored(const char *path, char manifest[SJ_PATH_MAX])
{
    return sj_path(manifest, path, "BACKUP") && access(manifest, F_OK) == 0;
}

/* What was durable when the last writer was killed.  A journal beside a restored backup is of what
 * was there before it, and goes. */
static bool
open_journal(sj_store *store, const char *path, sj_arena *arena, char words[SJ_WORDS_MAX])
{
    char file[SJ_PATH_MAX], manifest[SJ_PATH_MAX];

    if (!sj_path(file, path, "journal"))
        return sj_path_fail(words, "the path is too long:", path, "choose a shorter --home");
    if (is_restored(path, manifest) && unlink(file) != 0 && errno != ENOENT)
        return sj_path_fail(words, "cannot remove", file, strerror(errno));
    if (!journal_open(&store->journal, file, words))
        return false;
    if (!sj_path_sync(path))
        return sj_path_fail(words, "cannot make durable", path, strerror(errno));
    if (!sj_recover(store))
        return sj_path_fail(words, "cannot put again what is in", file,
                            "is there room on the disk, and memory? then start again");
    if (!sj_store_load_meta(store, arena, words))
        return false;
    return journal_newest(&store->journal, store->meta.secret) <= store->meta.seq ||
           sj_path_fail(words, "damaged, and no longer whole:", file,
                        "it held what was durable; restore the last backup");
}

/* A store that came back from a backup begins a new epoch: sequences after its head will be given
 * out a second time. */
static bool
begin_epoch(sj_store *store, const char *path, uint64_t now_ms, sj_arena *arena,
            char words[SJ_WORDS_MAX])
{
    char manifest[SJ_PATH_MAX];
    sj_txn *txn;

    if (!is_restored(path, manifest))
        return true;
    txn = sj_write_begin(store, arena);
    name_epoch(&txn->meta, now_ms);
    if (txn->fault != SJ_FAULT_NONE || !sj_write_commit(txn))
        return sj_path_fail(words, "cannot begin a new epoch in", path, txn->words);
    if (unlink(manifest) != 0 || !sj_path_sync(path))
        return sj_path_fail(words, "cannot remove", manifest, strerror(errno));
    return true;
}

static bool
open_writer(sj_store *store, const char *folder, const sj_birth *birth, sj_arena *arena,
            char words[SJ_WORDS_MAX])
{
    char path[SJ_PATH_MAX], file[SJ_PATH_MAX];

    if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
        return sj_path_fail(words, "cannot make the folder", folder, strerror(errno));
    if (!sj_path(path, folder, "store") || !sj_path(file, path, "data.mdb"))
        return sj_path_fail(words, "the path is too long:", folder, "choose a shorter --home");
    if (!lock_writer(store, folder, words))
        return false;
    if (access(path, F_OK) != 0 && !create(store, folder, path, birth, arena, words))
        return false;
    return sj_data_file_check(file, &store->page_size, words) &&
           sj_env_open(store, path, 0, words) && sj_store_load(store, arena, words) &&
           open_journal(store, path, arena, words) &&
           begin_epoch(store, path, birth->now_ms, arena, words);
}

static bool
open_as(sj_store **opened, const char *folder, const sj_schema *schema, const sj_birth *birth,
        char words[SJ_WORDS_MAX])
{
    sj_store *store = calloc(1, sizeof *store);
    sj_arena arena;
    bool good;

    *opened = NULL;
    if (store == NULL || !sj_arena_open(&arena, OPEN_ARENA) || sodium_init() < 0) {
        free(store);
        return sj_path_fail(words, "cannot open", folder, "no memory");
    }
    store->schema = *schema;
    (void) pthread_mutex_init(&store->meta_lock, NULL);
    store->lock_fd = -1;
    store->journal = (journal){ .fd = -1, .write_fd = -1 };
    good = birth != NULL ? open_writer(store, folder, birth, &arena, words)
                         : sj_reader_open(store, folder, &arena, words);
    sj_arena_close(&arena);
    if (!good)
        sj_store_close(&store);
    *opened = store;
    return good;
}

bool
sj_store_open(sj_store **store, const char *folder, const sj_schema *schema, const sj_birth *birth,
              char words[SJ_WORDS_MAX])
{
    return open_as(store, folder, schema, birth, words);
}

bool
sj_store_open_read_only(sj_store **store, const char *folder, const sj_schema *schema,
                        char words[SJ_WORDS_MAX])
{
    return open_as(store, folder, schema, NULL, words);
}

/* The room ahead of the last page, given back: in a file at rest its end is the last page's, so one
 * that lost its end on the way to another disk is known by its size.  Not if nothing was committed
 * here: a store that was refused is left as it is. */
static void
give_back_room(const sj_store *store)
{
    struct stat status;
    MDB_envinfo info;

    if (store->env == NULL || store->file_size == 0 || fstat(store->data_fd, &status) != 0)
        return;
    (void) mdb_env_info(store->env, &info);
    if (info.me_last_pgno >= (uint64_t) status.st_size / store->page_size)
        return; /* damaged: what lost its end must not get a new one */
    if (ftruncate(store->data_fd, (off_t) ((info.me_last_pgno + 1) * store->page_size)) == 0)
        (void) fsync(store->data_fd); /* if not, it stays longer, which harms nothing */
}

void
sj_store_close(sj_store **store)
{
    char words[SJ_WORDS_MAX];

    if (*store == NULL)
        return;
    /* What cannot be saved stays in the journal. */
    if (!journal_has_rows(&(*store)->journal))
        (void) sj_store_checkpoint(*store, words);
    give_back_room(*store);
    sj_env_close(*store);
    journal_close(&(*store)->journal);
    if ((*store)->lock_fd >= 0)
        (void) close((*store)->lock_fd);
    (void) pthread_mutex_destroy(&(*store)->meta_lock);
    free(*store);
    *store = NULL;
}

const sj_meta *
sj_store_meta(const sj_store *store)
{
    return &store->meta;
}

const sj_schema *
sj_store_schema(const sj_store *store)
{
    return &store->schema;
}

bool
sj_store_was_at(const sj_store *store, uint64_t epoch, uint64_t seq)
{
    const sj_meta *meta = &store->meta;
    uint64_t last = UINT64_MAX;

    if (seq == 0)
        return true;
    if (seq > meta->seq || epoch == meta->epoch)
        return seq <= meta->seq;
    for (size_t i = meta->past_count; i-- > 0;) {
        last = meta->pasts[i].last < last ? meta->pasts[i].last : last;
        if (meta->pasts[i].epoch == epoch)
            return seq <= last;
    }
    return false;
}

void
sj_store_usage(const sj_store *store, uint64_t *used, uint64_t *map)
{
    MDB_envinfo info;

    (void) mdb_env_info(store->env, &info);
    *used = ((uint64_t) info.me_last_pgno + 1) * store->page_size;
    *map = info.me_mapsize;
}

typedef struct reader_count {
    uint32_t count;
    uint64_t oldest;
} reader_count;

/* LMDB tells of its readers in lines: process, thread, and the transaction, which is "-" for one
 * that rests.  Our own comes and goes with a turn. */
static int
count_reader(const char *line, void *context)
{
    reader_count *readers = context;
    unsigned long long transaction;
    long process;

    if (sscanf(line, "%ld %*s %llu", &process, &transaction) != 2 || process == (long) getpid())
        return 0;
    readers->count++;
    if (transaction < readers->oldest)
        readers->oldest = transaction;
    return 0;
}

void
sj_store_readers(const sj_store *store, uint32_t *count, uint64_t *behind)
{
    reader_count readers = { .oldest = UINT64_MAX };
    MDB_envinfo info;

    (void) mdb_env_info(store->env, &info);
    (void) mdb_reader_list(store->env, count_reader, &readers);
    *count = readers.count;
    *behind = readers.oldest < info.me_last_txnid ? info.me_last_txnid - readers.oldest : 0;
}

void
sj_store_check_readers(sj_store *store)
{
    int dead;

    (void) mdb_reader_check(store->env, &dead);
}
