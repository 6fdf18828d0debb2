/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * internal: what the files of storage/ share and nobody else sees.
 */
#include "storage/cursor.h"
#include "storage/journal.h"
#include "storage/store.h"

#include <lmdb.h>
#include <pthread.h>

enum {
    CHECKSUM_SIZE = 16,
    REVISION_SIZE = 8,
    ROW_EXTRA = REVISION_SIZE + CHECKSUM_SIZE, /* octets that a stored value has beside the row */
    FAULT_WORDS_MAX = 256,
};

/* How far a feed was followed, as it will be written. */
typedef struct followed {
    bool any;
    uint32_t shard;
    sj_cursor at;
    uint64_t at_ms, revision;
} followed;

struct sj_txn {
    sj_store *store;
    MDB_txn *mdb;
    MDB_cursor **cursors; /* one a table, from its first use on */
    sj_arena *arena;
    sj_about about;
    sj_meta meta;      /* as it will be after the commands so far */
    uint64_t revision; /* that this command gives to rows */
    uint32_t emitted;  /* records, by this command */
    sj_trail before;   /* of this command, when it is audited */
    sj_trail after;
    bool has_event;
    uint8_t event[SJ_ID_SIZE]; /* that this command is about */
    sj_file_note file;         /* that this command stands for */
    followed followed;         /* by the last record so far */
    bool writable;
    bool wrote;   /* this command */
    bool pending; /* some command of the batch */
    sj_fault fault;
    char words[FAULT_WORDS_MAX];
};

enum { KNOWN_MAX = 512 }; /* octets of a row */

typedef struct known {
    uint64_t batch; /* that knows it */
    uint64_t revision;
    size_t key_size, size;
    unsigned char key[SJ_KEY_MAX], row[KNOWN_MAX];
} known;

struct sj_store {
    MDB_env *env;
    MDB_dbi dbis[SJ_TABLES_MAX];
    unsigned tables;
    sj_schema schema;
    sj_meta meta;
    pthread_mutex_t meta_lock; /* a read may begin while another thread commits the batch */
    int lock_fd;
    int data_fd;
    uint64_t file_size;
    uint32_t page_size;
    sj_txn write;
    sj_txn read;
    MDB_cursor *write_cursors[SJ_TABLES_MAX];
    MDB_cursor *read_cursors[SJ_TABLES_MAX];
    known known[SJ_TABLES_MAX];
    uint64_t batches; /* begun so far */
    MDB_txn *open;    /* holds what the journal holds, and the batch under way; NULL: neither */
    MDB_txn *reader;  /* kept between reads: renewed, not begun */
    journal journal;
    _Atomic bool
        broken; /* the data file is behind what is durable, or unknown: nothing may be read */
};

/* A row as it is stored, behind where it stands: table, size of the key, key; then the value:
 * revision, row, checksum over all before it.  In the arena; {NULL, 0}: full. */
sj_bytes sj_seal(sj_arena *arena, const uint8_t secret[SJ_ID_SIZE], unsigned table, sj_bytes key,
                 uint64_t revision, sj_bytes row);
/* Whether this is what sj_seal made, all of it. */
bool sj_seal_holds(const uint8_t secret[SJ_ID_SIZE], sj_bytes sealed);
/* The value in it, and where it stands. */
sj_bytes sj_seal_open(sj_bytes sealed, unsigned *table, sj_bytes *key);
/* The row inside a stored value, copied into the arena.  False with arena->full unset: the checksum
 * does not fit. */
bool sj_unseal(sj_arena *arena, const uint8_t secret[SJ_ID_SIZE], unsigned table, sj_bytes key,
               sj_bytes stored, sj_bytes *row, uint64_t *revision);

/* Go on with a trail by a stored value's seal.  False: the value is too short to have one. */
bool sj_trail_add(sj_trail *trail, const uint8_t secret[SJ_ID_SIZE], unsigned table,
                  sj_bytes stored);

/* Cursors of a read transaction end before it; LMDB ends those of a write transaction. */
void sj_txn_close_cursors(sj_txn *txn);
/* Make the code of a failed LMDB call stick. */
void sj_txn_fail_lmdb(sj_txn *txn, int code, const char *call);
void sj_txn_fail_damage(sj_txn *txn, unsigned table, sj_bytes key);
const char *sj_table_name(const sj_store *store, unsigned table);

static inline bool
sj_is_journalled(const sj_store *store)
{
    return store->journal.fd >= 0;
}

/* Commit `store->open` to the data file; the journal begins again.  False: *code is LMDB's, or 0
 * when the file cannot be extended; the outcome is unknown. */
bool sj_save(sj_store *store, int *code);
/* Put what the journal holds into the data file, which has nothing since its last commit. */
bool sj_recover(sj_store *store);

/* LMDB's environment; its tables and meta row; the meta row alone, as of now. */
bool sj_env_open(sj_store *store, const char *path, unsigned flags, char words[SJ_WORDS_MAX]);
void sj_env_close(sj_store *store);
bool sj_store_load(sj_store *store, sj_arena *arena, char words[SJ_WORDS_MAX]);
bool sj_store_load_meta(sj_store *store, sj_arena *arena, char words[SJ_WORDS_MAX]);
/* As sj_store_open_read_only, of a store that has its schema. */
bool sj_reader_open(sj_store *store, const char *folder, sj_arena *arena, char words[SJ_WORDS_MAX]);

/* The row, when the batch knows it. */
bool sj_known_get(sj_txn *txn, unsigned table, const sj_key *key, sj_bytes *row,
                  uint64_t *revision);
/* It was read; it was changed to `row`, or deleted (NULL). */
void sj_known_read(sj_txn *txn, unsigned table, const sj_key *key, sj_bytes row, uint64_t revision);
void sj_known_changed(sj_txn *txn, unsigned table, const sj_key *key, const sj_bytes *row);

/* Write the cursor of the feed that the batch has followed. */
void sj_cursor_flush(sj_txn *txn);
/* The meta row. */
void sj_meta_put(sj_txn *txn);
/* Its seal, as it stands in this transaction of LMDB's. */
bool sj_meta_seal(const sj_store *store, MDB_txn *mdb, uint8_t seal[CHECKSUM_SIZE]);
bool sj_meta_get(sj_txn *txn, sj_meta *meta, char words[SJ_WORDS_MAX]);

/* Check the header of data.mdb against the file's size before LMDB maps it: a short file would be
 * SIGBUS later. */
bool sj_data_file_check(const char *path, uint32_t *page_size, char words[SJ_WORDS_MAX]);
