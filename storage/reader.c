/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading beside the process that writes.  LMDB shows the last checkpoint; what is durable since
 * then lies in the journal, so the next checkpoint is waited for.
 */
#include "storage/folder.h"
#include "storage/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS_MAX = 500, LOOK_NS = 20 * 1000 * 1000 }; /* ten seconds */

/* The last sequence that the journal holds, which another process may be writing. */
static uint64_t
newest_in_journal(const sj_store *store, const char *path)
{
    journal read = { .fd = -1, .write_fd = -1 };
    char file[SJ_PATH_MAX];
    uint64_t newest = 0;

    if (sj_path(file, path, "journal"))
        read.fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (read.fd >= 0)
        newest = journal_newest(&read, store->meta.secret);
    journal_close(&read);
    return newest;
}

static bool
is_written(const char *folder)
{
    char path[SJ_PATH_MAX];
    bool locked;
    int fd;

    if (!sj_path(path, folder, "writer.lock"))
        return false;
    fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;
    if (fd >= 0)
        (void) close(fd);
    return locked;
}

/* The last writer was killed: what a start would do first.  LMDB opens a file once in a process, so
 * the reader steps aside. */
static bool
save_what_was_left(sj_store *store, const char *folder, const char *path, sj_arena *arena,
                   char words[SJ_WORDS_MAX])
{
    sj_birth birth = { .now_ms = store->meta.log_ms };
    sj_store *writer;
    bool good;

    sj_env_close(store);
    good = sj_store_open(&writer, folder, &store->schema, &birth, words);
    sj_store_close(&writer);
    return good && sj_env_open(store, path, MDB_RDONLY, words) &&
           sj_store_load(store, arena, words);
}

static bool
catch_up(sj_store *store, const char *folder, const char *path, sj_arena *arena,
         char words[SJ_WORDS_MAX])
{
    const struct timespec pause = { .tv_nsec = LOOK_NS };
    uint64_t newest = newest_in_journal(store, path);

    if (store->meta.seq < newest && !is_written(folder))
        return save_what_was_left(store, folder, path, arena, words);
    for (unsigned look = 0; store->meta.seq < newest && look < LOOKS_MAX; look++) {
        (void) nanosleep(&pause, NULL);
        if (!sj_store_load_meta(store, arena, words))
            return false;
    }
    return store->meta.seq >= newest ||
           sj_path_fail(words, "the last writes are not yet in", path,
                        "its service does not go on; look at its log, then try again");
}

bool
sj_reader_open(sj_store *store, const char *folder, sj_arena *arena, char words[SJ_WORDS_MAX])
{
    char path[SJ_PATH_MAX], file[SJ_PATH_MAX];

    if (!sj_path(path, folder, "store") || !sj_path(file, path, "data.mdb"))
        return sj_path_fail(words, "the path is too long:", folder, "choose a shorter --home");
    return sj_data_file_check(file, &store->page_size, words) &&
           sj_env_open(store, path, MDB_RDONLY, words) && sj_store_load(store, arena, words) &&
           catch_up(store, folder, path, arena, words);
}
