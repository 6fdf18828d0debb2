/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fault/damage.h"

#include "services/registration/core.h"
#include "storage/store.h"

#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROW_HEAD = 8, CHECKSUM = 16, TABLES = 32, NEWER = 1000, ARENA = 64 * 1024 };

const char *
damage_file(const world *w, which s, char path[WORLD_PATH])
{
    char name[64];

    (void) snprintf(name, sizeof name, "%s/store/data.mdb", which_names[s]);
    return world_path(w, name, path);
}

/* ---- one row -----------------------------------------------------------------------------------
 */

typedef struct found_row {
    unsigned char *value;
    size_t size;
} found_row;

static void
keep_row(found_row *row, const MDB_val *value, const MDB_val *name, char key[DAMAGE_KEY])
{
    const unsigned char *octets = name->mv_data;

    free(row->value);
    row->size = value->mv_size;
    row->value = malloc(row->size);
    assert_non_null(row->value);
    memcpy(row->value, value->mv_data, row->size);
    for (size_t i = 0; i < name->mv_size; i++)
        (void) snprintf(key + 2 * i, 3, "%02x", octets[i]);
}

static found_row
find_row(const world *w, which s, const char *table, const char *words, char key[DAMAGE_KEY])
{
    char folder[WORLD_PATH], path[WORLD_PATH];
    found_row row = { NULL, 0 };
    MDB_val name, value;
    MDB_cursor *cursor;
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;

    (void) snprintf(folder, sizeof folder, "%s/store", which_names[s]);
    (void) world_path(w, folder, path);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, TABLES), 0);
    assert_int_equal(mdb_env_open(env, path, MDB_RDONLY, 0), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, table, 0, &dbi), 0);
    assert_int_equal(mdb_cursor_open(txn, dbi, &cursor), 0);
    while (mdb_cursor_get(cursor, &name, &value, MDB_NEXT) == 0)
        if (words == NULL || memmem(value.mv_data, value.mv_size, words, strlen(words)) != NULL)
            keep_row(&row, &value, &name, key);
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    assert_non_null(row.value);
    assert_true(row.size > ROW_HEAD + CHECKSUM);
    return row;
}

/* Octets that LMDB uses; the file is longer. */
static size_t
used_size(const world *w, which s)
{
    char folder[WORLD_PATH], name[64];
    MDB_envinfo info;
    MDB_env *env;

    (void) snprintf(name, sizeof name, "%s/store", which_names[s]);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_open(env, world_path(w, name, folder), MDB_RDONLY, 0), 0);
    assert_int_equal(mdb_env_info(env, &info), 0);
    mdb_env_close(env);
    return (info.me_last_pgno + 1) * (size_t) sysconf(_SC_PAGESIZE);
}

static unsigned char *
read_file(const char *path, size_t size)
{
    unsigned char *all = malloc(size);
    size_t done = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_non_null(all);
    while (done < size) {
        ssize_t got = read(fd, all + done, size - done);

        assert_true(got > 0);
        done += (size_t) got;
    }
    (void) close(fd);
    return all;
}

void
damage_octets(const world *w, which s, long long offset, const void *octets, size_t size)
{
    char path[WORLD_PATH];
    int fd = open(damage_file(w, s, path), O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, octets, size, (off_t) offset), (ssize_t) size);
    (void) close(fd);
}

/* The value carries its checksum, so it is found in the file by its octets alone; copies that lie
 * on pages no longer in use are changed as well. */
void
damage_row(const world *w, which s, const char *table, const char *words, char key[DAMAGE_KEY])
{
    found_row row = find_row(w, s, table, words, key);
    char path[WORLD_PATH];
    size_t size = used_size(w, s), count = 0;
    unsigned char *all = read_file(damage_file(w, s, path), size);
    unsigned char *at = all;

    while ((at = memmem(at, size - (size_t) (at - all), row.value, row.size)) != NULL) {
        size_t middle = (row.size - CHECKSUM + ROW_HEAD) / 2;
        unsigned char flipped = (unsigned char) (at[middle] ^ 4);

        damage_octets(w, s, (long long) (at - all) + (long long) middle, &flipped, 1);
        at += row.size;
        count++;
    }
    assert_true(count > 0);
    free(all);
    free(row.value);
}

/* ---- the file ----------------------------------------------------------------------------------
 */

void
damage_cut(const world *w, which s, long long size)
{
    char path[WORLD_PATH];

    if (size < 0)
        size += (long long) used_size(w, s);
    assert_int_equal(truncate(damage_file(w, s, path), (off_t) size), 0);
}

void
damage_newer_schema(const world *w)
{
    sj_schema schema = { .service = registration_core.name,
                         .version = NEWER,
                         .tables = registration_core.tables };
    sj_birth birth = { .now_ms = wall_ms() };
    char words[SJ_WORDS_MAX], home[WORLD_PATH];
    sj_store *store;
    sj_arena arena;

    (void) world_path(w, "registration", home);
    assert_true(sj_arena_open(&arena, ARENA));
    assert_true(sj_store_open(&store, home, &schema, &birth, words));
    assert_true(sj_write_commit(sj_write_begin(store, &arena)));
    sj_store_close(&store);
    sj_arena_close(&arena);
}
