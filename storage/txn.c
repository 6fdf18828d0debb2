/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

void
sj_txn_fail(sj_txn *txn, sj_fault fault, const char *words)
{
    if (txn->fault != SJ_FAULT_NONE)
        return;
    txn->fault = fault;
    (void) snprintf(txn->words, sizeof txn->words, "%s", words);
}

void
sj_txn_fail_lmdb(sj_txn *txn, int code, const char *call)
{
    char words[FAULT_WORDS_MAX];
    bool full = code == MDB_MAP_FULL || code == ENOSPC || code == MDB_TXN_FULL;

    (void) snprintf(words, sizeof words, "%s: %s", call, mdb_strerror(code));
    sj_txn_fail(txn, full ? SJ_FAULT_FULL : SJ_FAULT_STORAGE, words);
}

void
sj_txn_fail_damage(sj_txn *txn, unsigned table, sj_bytes key)
{
    char words[FAULT_WORDS_MAX];
    size_t used = (size_t) snprintf(words, sizeof words, "damaged record: table %s, key ",
                                    sj_table_name(txn->store, table));
    const unsigned char *octets = key.at;

    for (size_t i = 0; i < key.size && used + 3 < sizeof words; i++)
        used += (size_t) snprintf(words + used, sizeof words - used, "%02x", octets[i]);
    sj_txn_fail(txn, SJ_FAULT_DAMAGE, words);
}

static const char full_arena[] = "the command needs more memory than a command may have";

static void
fail_full_arena(sj_txn *txn)
{
    sj_txn_fail(txn, SJ_FAULT_ARENA, full_arena);
}

/* Whoever filled the arena, what follows may stand on something that was never made. */
static bool
stuck(sj_txn *txn)
{
    if (txn->arena->full)
        fail_full_arena(txn);
    return txn->fault != SJ_FAULT_NONE;
}

/* Every row passes here when it is read. */
static bool
open_value(sj_txn *txn, unsigned table, sj_bytes key, MDB_val stored, sj_bytes *row,
           uint64_t *revision)
{
    sj_bytes value = { stored.mv_data, stored.mv_size };

    if (sj_unseal(txn->arena, txn->meta.secret, table, key, value, row, revision))
        return true;
    if (txn->arena->full)
        fail_full_arena(txn);
    else
        sj_txn_fail_damage(txn, table, key);
    return false;
}

/*
 * All of a transaction goes through one cursor a table: what is read or written next mostly stands
 * on the page of what was last, and then LMDB does not come down from the root again.  NULL: a
 * fault.
 */
static MDB_cursor *
cursor_of(sj_txn *txn, unsigned table)
{
    MDB_cursor **cursor = &txn->cursors[table];
    int code;

    if (*cursor != NULL)
        return *cursor;
    code = mdb_cursor_open(txn->mdb, txn->store->dbis[table], cursor);
    if (code == 0)
        return *cursor;
    *cursor = NULL;
    sj_txn_fail_lmdb(txn, code, "mdb_cursor_open");
    return NULL;
}

static void
close_cursor(sj_txn *txn, unsigned table)
{
    if (txn->cursors[table] != NULL)
        mdb_cursor_close(txn->cursors[table]);
    txn->cursors[table] = NULL;
}

void
sj_txn_close_cursors(sj_txn *txn)
{
    for (unsigned table = 0; table < SJ_TABLES_MAX; table++)
        close_cursor(txn, table);
}

static bool
look_up(sj_txn *txn, unsigned table, const sj_key *key, sj_bytes *row, uint64_t *revision)
{
    MDB_val name = { key->size, (void *) (uintptr_t) key->at };
    MDB_cursor *cursor;
    MDB_val stored;
    int code;

    *row = (sj_bytes){ NULL, 0 };
    *revision = 0;
    if (stuck(txn))
        return false;
    if (sj_known_get(txn, table, key, row, revision))
        return true;
    cursor = cursor_of(txn, table);
    if (cursor == NULL)
        return false;
    code = mdb_cursor_get(cursor, &name, &stored, MDB_SET);
    if (code == MDB_NOTFOUND)
        return false;
    if (code != 0) {
        sj_txn_fail_lmdb(txn, code, "mdb_cursor_get");
        return false;
    }
    if (!open_value(txn, table, sj_key_bytes(key), stored, row, revision))
        return false;
    sj_known_read(txn, table, key, *row, *revision);
    return true;
}

bool
sj_get(sj_txn *txn, unsigned table, const sj_key *key, sj_bytes *value)
{
    uint64_t revision;

    return look_up(txn, table, key, value, &revision);
}

bool
sj_exists(sj_txn *txn, unsigned table, const sj_key *key)
{
    sj_bytes value;

    return sj_get(txn, table, key, &value);
}

uint64_t
sj_revision(sj_txn *txn, unsigned table, const sj_key *key)
{
    uint64_t revision;
    sj_bytes value;

    (void) look_up(txn, table, key, &value, &revision);
    return revision;
}

/*
 * Where rows come in the order of their keys, LMDB is told: it fills pages then instead of halving
 * them.  Only the outbox must; a row of another growing table may come late, and finds its place.
 */
static int
put_row(const sj_txn *txn, MDB_cursor *cursor, unsigned table, MDB_val *name, MDB_val *stored)
{
    bool must = table == SJ_TABLE_OUTBOX || table == SJ_TABLE_OUTBOX_PERSONAL;
    bool may =
        table == SJ_TABLE_AUDIT ||
        (table >= SJ_TABLE_OWN && (txn->store->schema.growing >> (table - SJ_TABLE_OWN) & 1) != 0);
    int code = must || may ? mdb_cursor_put(cursor, name, stored, MDB_APPEND) : MDB_KEYEXIST;

    return must || code != MDB_KEYEXIST ? code : mdb_cursor_put(cursor, name, stored, 0);
}

static bool
has_trail(const sj_txn *txn, unsigned table)
{
    return txn->about.audited && (table >= SJ_TABLE_OWN || table == SJ_TABLE_KEY);
}

static void
follow(sj_txn *txn, sj_trail *trail, unsigned table, MDB_val name, MDB_val stored)
{
    if (!sj_trail_add(trail, txn->meta.secret, table, (sj_bytes){ stored.mv_data, stored.mv_size }))
        sj_txn_fail_damage(txn, table, (sj_bytes){ name.mv_data, name.mv_size });
}

/* The trail costs no search of its own: that for the place of a new row finds the old one. */
static int
put_followed(sj_txn *txn, MDB_cursor *cursor, unsigned table, MDB_val *name, MDB_val *stored)
{
    MDB_val old = *stored;
    int code;

    follow(txn, &txn->after, table, *name, *stored);
    code = mdb_cursor_put(cursor, name, &old, MDB_NOOVERWRITE);
    if (code != MDB_KEYEXIST)
        return code;
    follow(txn, &txn->before, table, *name, old);
    return mdb_cursor_put(cursor, name, stored, MDB_CURRENT);
}

static bool
may_write(sj_txn *txn)
{
    assert(txn->writable); /* a query never writes */
    if (stuck(txn))
        return false;
    txn->wrote = true;
    return !txn->about.dry_run;
}

/* Seal a row, in the arena, and remember it for the journal; deleted: it goes.  *stored is the
 * value that LMDB gets.  False: a fault. */
static bool
seal_row(sj_txn *txn, unsigned table, const sj_key *key, bool deleted, sj_bytes row,
         MDB_val *stored)
{
    sj_bytes sealed =
        sj_seal(txn->arena, txn->meta.secret, table, sj_key_bytes(key), txn->revision, row);
    sj_bytes name, value;

    if (sealed.at == NULL) {
        fail_full_arena(txn);
        return false;
    }
    if (sj_is_journalled(txn->store))
        journal_add(&txn->store->journal, deleted, sealed);
    value = sj_seal_open(sealed, &table, &name);
    *stored = (MDB_val){ value.size, (void *) (uintptr_t) value.at };
    return true;
}

void
sj_put(sj_txn *txn, unsigned table, const sj_key *key, sj_bytes value)
{
    MDB_val name = { key->size, (void *) (uintptr_t) key->at };
    size_t mark = sj_arena_mark(txn->arena);
    MDB_cursor *cursor;
    MDB_val stored;
    int code;

    assert(value.size <= SJ_VALUE_MAX);
    cursor = may_write(txn) ? cursor_of(txn, table) : NULL;
    if (cursor == NULL || !seal_row(txn, table, key, false, value, &stored))
        return;
    code = has_trail(txn, table) ? put_followed(txn, cursor, table, &name, &stored)
                                 : put_row(txn, cursor, table, &name, &stored);
    if (code != 0)
        sj_txn_fail_lmdb(txn, code, "mdb_cursor_put");
    sj_known_changed(txn, table, key, &value);
    sj_arena_release(txn->arena, mark);
}

/* The row that is about to go. */
static void
follow_deleted(sj_txn *txn, unsigned table, MDB_val name)
{
    MDB_cursor *cursor = cursor_of(txn, table);
    MDB_val stored;
    int code;

    if (cursor == NULL)
        return;
    code = mdb_cursor_get(cursor, &name, &stored, MDB_SET);
    if (code == 0)
        follow(txn, &txn->before, table, name, stored);
    else if (code != MDB_NOTFOUND)
        sj_txn_fail_lmdb(txn, code, "mdb_cursor_get");
}

void
sj_delete(sj_txn *txn, unsigned table, const sj_key *key)
{
    MDB_val name = { key->size, (void *) (uintptr_t) key->at };
    size_t mark = sj_arena_mark(txn->arena);
    MDB_val sealed;
    int code;

    if (!may_write(txn))
        return;
    if (has_trail(txn, table))
        follow_deleted(txn, table, name);
    if (txn->fault != SJ_FAULT_NONE ||
        !seal_row(txn, table, key, true, (sj_bytes){ NULL, 0 }, &sealed))
        return;
    sj_arena_release(txn->arena, mark);
    sj_known_changed(txn, table, key, NULL);
    close_cursor(txn, table); /* pages may be merged under it */
    code = mdb_del(txn->mdb, txn->store->dbis[table], &name, NULL);
    if (code != 0 && code != MDB_NOTFOUND)
        sj_txn_fail_lmdb(txn, code, "mdb_del");
}

void
sj_scan_begin(sj_scan *scan, sj_txn *txn, unsigned table, const sj_key *prefix, const sj_key *from)
{
    scan->txn = txn;
    scan->table = table;
    scan->prefix = *prefix;
    scan->at = from == NULL ? *prefix : *from;
    scan->started = false;
    scan->key = scan->value = (sj_bytes){ NULL, 0 };
}

void
sj_scan_begin_after(sj_scan *scan, sj_txn *txn, unsigned table, const sj_key *prefix,
                    const sj_key *after)
{
    sj_scan_begin(scan, txn, table, prefix, after);
    scan->started = true;
}

static int
step(sj_scan *scan, MDB_cursor *cursor, MDB_val *name, MDB_val *stored)
{
    int code;

    *name = (MDB_val){ scan->at.size, scan->at.at };
    if (scan->at.size == 0)
        return mdb_cursor_get(cursor, name, stored, MDB_FIRST);
    code = mdb_cursor_get(cursor, name, stored, MDB_SET_RANGE);
    if (code == 0 && scan->started && name->mv_size == scan->at.size &&
        memcmp(name->mv_data, scan->at.at, scan->at.size) == 0)
        code = mdb_cursor_get(cursor, name, stored, MDB_NEXT);
    return code;
}

bool
sj_scan_next(sj_scan *scan)
{
    sj_txn *txn = scan->txn;
    MDB_cursor *cursor;
    MDB_val name, stored;
    uint64_t revision;
    int code;

    cursor = stuck(txn) ? NULL : cursor_of(txn, scan->table);
    if (cursor == NULL)
        return false;
    code = step(scan, cursor, &name, &stored);
    if (code != 0 && code != MDB_NOTFOUND)
        sj_txn_fail_lmdb(txn, code, "mdb_cursor_get");
    if (code != 0 || !sj_key_begins((sj_bytes){ name.mv_data, name.mv_size }, &scan->prefix))
        return false;
    assert(name.mv_size <= SJ_KEY_MAX);
    scan->at.size = name.mv_size;
    memcpy(scan->at.at, name.mv_data, name.mv_size);
    scan->started = true;
    scan->key = (sj_bytes){ scan->at.at, scan->at.size };
    return open_value(txn, scan->table, scan->key, stored, &scan->value, &revision);
}

const sj_trail *
sj_trail_before(const sj_txn *txn)
{
    return &txn->before;
}

const sj_trail *
sj_trail_after(const sj_txn *txn)
{
    return &txn->after;
}

void
sj_note_event(sj_txn *txn, const uint8_t event[SJ_ID_SIZE])
{
    txn->has_event = true;
    memcpy(txn->event, event, SJ_ID_SIZE);
}

const uint8_t *
sj_noted_event(const sj_txn *txn)
{
    return txn->has_event ? txn->event : NULL;
}

void
sj_note_file(sj_txn *txn, const uint8_t hash[SJ_FILE_HASH_SIZE], uint64_t size)
{
    txn->file.any = true;
    txn->file.size = size;
    memcpy(txn->file.hash, hash, sizeof txn->file.hash);
}

const sj_file_note *
sj_noted_file(const sj_txn *txn)
{
    return &txn->file;
}

uint64_t
sj_now(const sj_txn *txn)
{
    return txn->about.now_ms;
}

uint64_t
sj_log_time(const sj_txn *txn)
{
    return txn->meta.log_ms;
}

uint64_t
sj_sequence(const sj_txn *txn)
{
    return txn->writable ? txn->revision : txn->meta.seq;
}

const uint8_t *
sj_secret(const sj_txn *txn)
{
    return txn->meta.secret;
}

const uint8_t *
sj_store_name(const sj_txn *txn)
{
    return txn->meta.store_id;
}

sj_arena *
sj_txn_arena(sj_txn *txn)
{
    return txn->arena;
}

sj_fault
sj_txn_fault(const sj_txn *txn)
{
    return txn->fault == SJ_FAULT_NONE && txn->arena->full ? SJ_FAULT_ARENA : txn->fault;
}

const char *
sj_txn_fault_words(const sj_txn *txn)
{
    return txn->fault == SJ_FAULT_NONE && txn->arena->full ? full_arena : txn->words;
}

bool
sj_txn_wrote(const sj_txn *txn)
{
    return txn->wrote;
}
