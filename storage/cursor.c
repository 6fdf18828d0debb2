/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/cursor.h"

#include "storage/internal.h"

#include <assert.h>
#include <string.h>

enum { ROW_MAX = 64, FOLLOWED = 'f', CONSUMER = 'c', LETTER_MAX = 512 };

static sj_key
key_of_feed(uint32_t shard)
{
    sj_key key = sj_key_empty();
    uint8_t kind = FOLLOWED;

    sj_key_add(&key, &kind, 1);
    sj_key_add_u32(&key, shard);
    return key;
}

static sj_key
key_of_consumer(const char *name)
{
    sj_key key = sj_key_empty();
    uint8_t kind = CONSUMER;

    sj_key_add(&key, &kind, 1);
    sj_key_add_text(&key, name);
    return key;
}

static bool
read_row(sj_txn *txn, const sj_key *key, sj_bytes value, sj_cursor *at)
{
    Sijill__V1__CursorRow *row = sijill__v1__cursor_row__unpack(NULL, value.size, value.at);

    if (row == NULL) {
        sj_txn_fail_damage(txn, SJ_TABLE_CURSOR, sj_key_bytes(key));
        return false;
    }
    *at = (sj_cursor){ row->epoch, row->seq };
    sijill__v1__cursor_row__free_unpacked(row, NULL);
    return true;
}

static bool
get(sj_txn *txn, const sj_key *key, sj_cursor *at)
{
    sj_bytes value;

    *at = (sj_cursor){ 0, 0 };
    return sj_get(txn, SJ_TABLE_CURSOR, key, &value) && read_row(txn, key, value, at);
}

static void
put(sj_txn *txn, const sj_key *key, sj_cursor at)
{
    Sijill__V1__CursorRow row;
    unsigned char packed[ROW_MAX];

    sijill__v1__cursor_row__init(&row);
    row.has_epoch = row.has_seq = row.has_at_ms = 1;
    row.epoch = at.epoch;
    row.seq = at.seq;
    row.at_ms = txn->about.now_ms;

    sj_bytes value = { packed, sijill__v1__cursor_row__pack(&row, packed) };

    sj_put(txn, SJ_TABLE_CURSOR, key, value);
}

void
sj_cursor_flush(sj_txn *txn)
{
    uint64_t now_ms = txn->about.now_ms, revision = txn->revision;
    sj_key key = key_of_feed(txn->followed.shard);

    if (!txn->followed.any)
        return;
    txn->about.now_ms = txn->followed.at_ms;
    txn->revision = txn->followed.revision;
    put(txn, &key, txn->followed.at);
    txn->about.now_ms = now_ms;
    txn->revision = revision;
    txn->followed.any = false;
}

sj_cursor
sj_cursor_get(sj_txn *txn, uint32_t shard)
{
    sj_key key = key_of_feed(shard);
    sj_cursor at;

    sj_cursor_flush(txn);
    (void) get(txn, &key, &at);
    return at;
}

/* Nobody sees where it stood within the batch: the last of its records writes it, as it would. */
void
sj_cursor_put(sj_txn *txn, uint32_t shard, sj_cursor at)
{
    assert(txn->writable && !txn->about.dry_run);
    if (txn->followed.shard != shard)
        sj_cursor_flush(txn);
    txn->followed = (followed){
        .any = true, .shard = shard, .at = at, .at_ms = txn->about.now_ms, .revision = txn->revision
    };
    txn->wrote = true;
}

void
sj_consumer_put(sj_txn *txn, const char *name, sj_cursor at)
{
    sj_key key = key_of_consumer(name);

    put(txn, &key, at);
}

bool
sj_consumer_get(sj_txn *txn, const char *name, sj_cursor *at)
{
    sj_key key = key_of_consumer(name);

    return get(txn, &key, at);
}

uint64_t
sj_consumer_slowest(sj_txn *txn, uint64_t none)
{
    sj_key prefix = key_of_consumer("");
    sj_scan scan;
    uint64_t slowest = UINT64_MAX;
    bool found = false;

    sj_scan_begin(&scan, txn, SJ_TABLE_CURSOR, &prefix, NULL);
    while (sj_scan_next(&scan)) {
        sj_cursor at;

        if (read_row(txn, &scan.at, scan.value, &at) && at.seq < slowest)
            slowest = at.seq;
        found = true;
    }
    return found ? slowest : none;
}

void
sj_dead_letter_put(sj_txn *txn, uint32_t shard, uint64_t seq, uint32_t type, uint32_t status,
                   const char *words)
{
    Sijill__V1__DeadLetterRow row;
    unsigned char packed[LETTER_MAX];
    sj_key key = sj_key_empty();

    sj_key_add_u32(&key, shard);
    sj_key_add_u64(&key, seq);
    sijill__v1__dead_letter_row__init(&row);
    row.has_type = row.has_status = row.has_at_ms = 1;
    row.type = type;
    row.status = status;
    row.words = (char *) (uintptr_t) words;
    row.at_ms = txn->about.now_ms;
    if (sijill__v1__dead_letter_row__get_packed_size(&row) > sizeof packed)
        row.words = NULL;

    sj_bytes value = { packed, sijill__v1__dead_letter_row__pack(&row, packed) };

    sj_put(txn, SJ_TABLE_DEAD_LETTER, &key, value);
    txn->meta.dead_letters++;
}

/* The greatest key of a feed in the table; false: there is none. */
static bool
last_letter(sj_txn *txn, uint32_t shard, sj_key *key)
{
    sj_key feed = sj_key_empty(), beyond = sj_key_empty();
    MDB_cursor *cursor;
    MDB_val name, value;
    int code;

    if (txn->fault != SJ_FAULT_NONE ||
        mdb_cursor_open(txn->mdb, txn->store->dbis[SJ_TABLE_DEAD_LETTER], &cursor) != 0)
        return false;
    sj_key_add_u32(&feed, shard);
    sj_key_add_u32(&beyond, shard + 1);
    name = (MDB_val){ beyond.size, beyond.at };
    code = mdb_cursor_get(cursor, &name, &value, MDB_SET_RANGE);
    code = mdb_cursor_get(cursor, &name, &value, code == 0 ? MDB_PREV : MDB_LAST);
    *key = sj_key_empty();
    if (code == 0 && name.mv_size > feed.size && memcmp(name.mv_data, feed.at, feed.size) == 0)
        sj_key_add(key, name.mv_data, name.mv_size);
    mdb_cursor_close(cursor);
    return key->size > 0;
}

const char *
sj_dead_letter_words(sj_txn *txn, uint32_t shard)
{
    Sijill__V1__DeadLetterRow *row;
    const char *words = NULL;
    sj_bytes value;
    sj_key key;

    if (!last_letter(txn, shard, &key) || !sj_get(txn, SJ_TABLE_DEAD_LETTER, &key, &value))
        return NULL;
    row = sijill__v1__dead_letter_row__unpack(NULL, value.size, value.at);
    if (row != NULL && row->words != NULL)
        words = sj_arena_copy(txn->arena, (sj_bytes){ row->words, strlen(row->words) + 1 }).at;
    sijill__v1__dead_letter_row__free_unpacked(row, NULL);
    return words == NULL ? "(no words)" : words;
}
