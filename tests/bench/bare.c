/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bare.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOKS_MAX = 1000, LOOK_US = 10000 };

static const size_t map_size = (size_t) 64 << 30;

static MDB_env *
open_env(const char *path, unsigned flags)
{
    MDB_env *env = NULL;

    if (mdb_env_create(&env) != 0 || mdb_env_set_maxdbs(env, BARE_TABLES_MAX) != 0 ||
        mdb_env_set_mapsize(env, map_size) != 0 || mdb_env_open(env, path, flags, 0600) != 0) {
        (void) fprintf(stderr, "cannot open %s\n", path);
        exit(1);
    }
    return env;
}

static uint64_t
revision_of(const MDB_val *value)
{
    const unsigned char *octets = value->mv_data;
    uint64_t revision = 0;

    for (int i = 0; i < 8; i++)
        revision = revision << 8 | octets[i];
    return revision;
}

static bare_row
copy_row(uint32_t table, const MDB_val *key, const MDB_val *value)
{
    bare_row row = { revision_of(value), table, (uint32_t) key->mv_size, (uint32_t) value->mv_size,
                     malloc(key->mv_size + value->mv_size) };

    memcpy(row.octets, key->mv_data, key->mv_size);
    memcpy(row.octets + key->mv_size, value->mv_data, value->mv_size);
    return row;
}

static void
keep(bare_rows *rows, bare_row row)
{
    if (rows->count == rows->room) {
        rows->room = rows->room == 0 ? 1 << 16 : rows->room * 2;
        rows->rows = realloc(rows->rows, rows->room * sizeof *rows->rows);
    }
    rows->rows[rows->count++] = row;
}

static void
read_table(bare_rows *rows, MDB_txn *txn, uint32_t table, uint64_t seq)
{
    const char *name = rows->tables[table];
    MDB_cursor *cursor;
    MDB_val key, value;
    MDB_dbi dbi;

    if (mdb_dbi_open(txn, name, 0, &dbi) != 0 || mdb_cursor_open(txn, dbi, &cursor) != 0)
        return;
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        if (value.mv_size < 8 || revision_of(&value) <= seq)
            continue;
        if (strcmp(name, "meta") == 0)
            rows->meta = copy_row(table, &key, &value);
        else if (strcmp(name, "seats") == 0)
            rows->counter = copy_row(table, &key, &value);
        else if (strcmp(name, "cursor") != 0)
            keep(rows, copy_row(table, &key, &value));
    }
    mdb_cursor_close(cursor);
}

static int
by_revision(const void *a, const void *b)
{
    uint64_t x = ((const bare_row *) a)->revision, y = ((const bare_row *) b)->revision;

    return x < y ? -1 : x > y;
}

static void
read_names(bare_rows *rows, MDB_txn *txn)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    MDB_dbi main;

    if (mdb_dbi_open(txn, NULL, 0, &main) != 0 || mdb_cursor_open(txn, main, &cursor) != 0)
        return;
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0 &&
           rows->table_count < BARE_TABLES_MAX)
        (void) snprintf(rows->tables[rows->table_count++], sizeof rows->tables[0], "%.*s",
                        (int) key.mv_size, (const char *) key.mv_data);
    mdb_cursor_close(cursor);
}

static uint64_t
last_revision(MDB_env *env)
{
    MDB_val key = { 4, (void *) (uintptr_t) "meta" }, value;
    uint64_t revision = 0;
    MDB_txn *txn;
    MDB_dbi dbi;

    if (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0)
        return 0;
    if (mdb_dbi_open(txn, "meta", 0, &dbi) == 0 && mdb_get(txn, dbi, &key, &value) == 0)
        revision = revision_of(&value);
    mdb_txn_abort(txn);
    return revision;
}

void
bare_await(const char *path, uint64_t seq)
{
    MDB_env *env = open_env(path, MDB_RDONLY);

    for (unsigned look = 0; last_revision(env) < seq; look++) {
        if (look == LOOKS_MAX) {
            (void) fprintf(stderr, "no checkpoint of %s\n", path);
            exit(1);
        }
        (void) usleep(LOOK_US);
    }
    mdb_env_close(env);
}

bool
bare_read(bare_rows *rows, const char *path, uint64_t seq)
{
    MDB_env *env = open_env(path, MDB_RDONLY);
    MDB_txn *txn;

    memset(rows, 0, sizeof *rows);
    if (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0)
        return false;
    read_names(rows, txn);
    for (uint32_t table = 0; table < rows->table_count; table++)
        read_table(rows, txn, table, seq);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    qsort(rows->rows, rows->count, sizeof *rows->rows, by_revision);
    return rows->count > 0;
}

void
bare_free(bare_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free(rows->rows[i].octets);
    free(rows->rows);
    free(rows->counter.octets);
    free(rows->meta.octets);
}

static void
put(MDB_txn *txn, const MDB_dbi *dbis, const bare_rows *rows, const bare_row *row)
{
    MDB_val key = { row->key_size, row->octets };
    MDB_val value = { row->value_size, row->octets + row->key_size };
    bool append = strncmp(rows->tables[row->table], "outbox", 6) == 0;
    int code;

    if (row->octets == NULL)
        return;
    code = mdb_put(txn, dbis[row->table], &key, &value, append ? MDB_APPEND : 0);
    if (code != 0) {
        (void) fprintf(stderr, "bare put: %s\n", mdb_strerror(code));
        exit(1);
    }
}

static void
open_tables(MDB_env *env, const bare_rows *rows, MDB_dbi *dbis)
{
    MDB_txn *txn;

    if (mdb_txn_begin(env, NULL, 0, &txn) != 0)
        exit(1);
    for (size_t i = 0; i < rows->table_count; i++)
        if (mdb_dbi_open(txn, rows->tables[i], 0, &dbis[i]) != 0)
            exit(1);
    if (mdb_txn_commit(txn) != 0)
        exit(1);
}

/* Made durable before anything is measured: the first commit must not have to flush the copy. */
static bool
sync_data(const char *folder)
{
    char path[800];
    int fd;
    bool good;

    (void) snprintf(path, sizeof path, "%s/data.mdb", folder);
    fd = open(path, O_RDONLY);
    good = fd >= 0 && fsync(fd) == 0;
    (void) close(fd);
    return good;
}

bool
bare_copy(const char *path, const char *to)
{
    MDB_env *env = open_env(path, MDB_RDONLY);
    int code = mdb_env_copy(env, to);

    mdb_env_close(env);
    return code == 0 && sync_data(to);
}

size_t
bare_write(const bare_rows *rows, const char *path, size_t batch, uint64_t *total_us,
           figures *commits)
{
    MDB_env *env = open_env(path, 0);
    MDB_dbi dbis[BARE_TABLES_MAX];
    uint64_t begun;
    size_t done = 0, at = 0;

    open_tables(env, rows, dbis);
    begun = bench_now_us();
    while (at < rows->count) {
        uint64_t start = bench_now_us();
        MDB_txn *txn;

        if (mdb_txn_begin(env, NULL, 0, &txn) != 0)
            exit(1);
        for (size_t i = 0; i < batch && at < rows->count; i++, done++) {
            uint64_t revision = rows->rows[at].revision;

            while (at < rows->count && rows->rows[at].revision == revision)
                put(txn, dbis, rows, &rows->rows[at++]);
            put(txn, dbis, rows, &rows->counter);
        }
        put(txn, dbis, rows, &rows->meta);
        if (mdb_txn_commit(txn) != 0)
            exit(1);
        figures_add(commits, bench_now_us() - start);
    }
    *total_us = bench_now_us() - begun;
    mdb_env_close(env);
    return done;
}
