/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * bare: the limit.  The rows that the service wrote for its registrations, read back from its own
 * store, are put once more by a loop that does nothing else, into a copy of the store as it was
 * before: the same tables, keys and sizes, the same disk.
 */
#include "tests/bench/figures.h"

#include <lmdb.h>
#include <stdbool.h>

typedef struct bare_row {
    uint64_t revision; /* of the command that wrote it */
    uint32_t table;
    uint32_t key_size, value_size;
    unsigned char *octets; /* key, then value */
} bare_row;

enum { BARE_TABLES_MAX = 32 };

typedef struct bare_rows {
    bare_row *rows; /* rising by revision */
    size_t count, room;
    bare_row counter; /* the row of seats, put again for each registration */
    bare_row meta;    /* put once a commit */
    char tables[BARE_TABLES_MAX][64];
    size_t table_count;
} bare_rows;

/* Until the data file at `path` has all up to `seq`: a running service puts what it journalled
 * there a little later. */
void bare_await(const char *path, uint64_t seq);
/* All rows of the store at `path` that commands after `seq` wrote. */
bool bare_read(bare_rows *rows, const char *path, uint64_t seq);
void bare_free(bare_rows *rows);

/* Put them into the store at `path`, `batch` registrations a commit; how many, the time of all and
 * of each commit. */
size_t bare_write(const bare_rows *rows, const char *path, size_t batch, uint64_t *total_us,
                  figures *commits);
/* A consistent copy of the store at `path`, beside its running writer, page for page. */
bool bare_copy(const char *path, const char *to);
