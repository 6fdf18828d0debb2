/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/ledger.h"

#include "storage/internal.h"

#include <string.h>

enum { ROW_MAX = 672, ID_TIME_SHIFT = 16 };

/* Of both tables; `id` is a request's, or from outside. */
static sj_key
key_of(const uint8_t id[SJ_ID_SIZE], const uint8_t actor[SJ_ID_SIZE])
{
    sj_key key = sj_key_empty();

    sj_key_add_id(&key, id);
    sj_key_add_id(&key, actor);
    return key;
}

/* Unpacked by hand of protobuf-c but without its mallocs: the row is a few fields. */
static bool
read_row(sj_txn *txn, sj_bytes value, sj_ledger_entry *entry)
{
    Sijill__V1__LedgerRow *row = sijill__v1__ledger_row__unpack(NULL, value.size, value.at);
    bool good = row != NULL && row->body_hash.len == sizeof entry->body_hash;

    if (good) {
        memcpy(entry->body_hash, row->body_hash.data, sizeof entry->body_hash);
        entry->seq = row->seq;
        entry->has_outside = row->has_outside && row->outside.len == sizeof entry->outside;
        if (entry->has_outside)
            memcpy(entry->outside, row->outside.data, sizeof entry->outside);
        entry->result = sj_arena_copy(txn->arena, (sj_bytes){ row->result.data, row->result.len });
    }
    if (row != NULL)
        sijill__v1__ledger_row__free_unpacked(row, NULL);
    return good;
}

bool
sj_ledger_find(sj_txn *txn, const uint8_t id[SJ_ID_SIZE], const uint8_t actor[SJ_ID_SIZE],
               sj_ledger_entry *entry)
{
    sj_key key = key_of(id, actor);
    sj_bytes value;

    if (!sj_get(txn, SJ_TABLE_LEDGER, &key, &value))
        return false;
    if (read_row(txn, value, entry))
        return true;
    sj_txn_fail_damage(txn, SJ_TABLE_LEDGER, sj_key_bytes(&key));
    return false;
}

bool
sj_outside_find(sj_txn *txn, const uint8_t outside[SJ_ID_SIZE], const uint8_t actor[SJ_ID_SIZE],
                uint8_t id[SJ_ID_SIZE])
{
    sj_key key = key_of(outside, actor);
    sj_bytes value;

    if (!sj_get(txn, SJ_TABLE_OUTSIDE, &key, &value))
        return false;
    if (value.size != SJ_ID_SIZE) {
        sj_txn_fail_damage(txn, SJ_TABLE_OUTSIDE, sj_key_bytes(&key));
        return false;
    }
    memcpy(id, value.at, SJ_ID_SIZE);
    return true;
}

static ProtobufCBinaryData
data_of(const void *at, size_t size)
{
    return (ProtobufCBinaryData){ size, (uint8_t *) (uintptr_t) at };
}

void
sj_ledger_add(sj_txn *txn, const uint8_t id[SJ_ID_SIZE], const uint8_t actor[SJ_ID_SIZE],
              const sj_ledger_entry *entry)
{
    Sijill__V1__LedgerRow row;
    unsigned char packed[ROW_MAX];
    sj_key key = key_of(id, actor);

    sijill__v1__ledger_row__init(&row);
    row.has_body_hash = row.has_seq = row.has_result = 1;
    row.body_hash = data_of(entry->body_hash, sizeof entry->body_hash);
    row.seq = entry->seq;
    row.result = data_of(entry->result.at, entry->result.size);
    row.has_outside = entry->has_outside;
    row.outside = data_of(entry->outside, sizeof entry->outside);
    if (sijill__v1__ledger_row__get_packed_size(&row) > sizeof packed) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the reply is too long to be remembered");
        return;
    }

    sj_bytes value = { packed, sijill__v1__ledger_row__pack(&row, packed) };

    sj_put(txn, SJ_TABLE_LEDGER, &key, value);
    if (!entry->has_outside)
        return;
    key = key_of(entry->outside, actor);
    sj_put(txn, SJ_TABLE_OUTSIDE, &key, (sj_bytes){ id, SJ_ID_SIZE });
}

/* The row of `outside` that came with the ledger's row under the scan. */
static void
forget_outside(sj_txn *txn, const sj_scan *scan)
{
    const uint8_t *actor = scan->at.at + SJ_ID_SIZE;
    sj_ledger_entry entry;
    sj_key key;

    if (scan->at.size != 2 * SJ_ID_SIZE || !read_row(txn, scan->value, &entry)) {
        sj_txn_fail_damage(txn, SJ_TABLE_LEDGER, scan->key);
        return;
    }
    if (!entry.has_outside)
        return;
    key = key_of(entry.outside, actor);
    sj_delete(txn, SJ_TABLE_OUTSIDE, &key);
}

size_t
sj_ledger_forget(sj_txn *txn, uint64_t before_ms, size_t max)
{
    sj_key all = sj_key_empty();
    sj_scan scan;
    size_t gone = 0;

    sj_scan_begin(&scan, txn, SJ_TABLE_LEDGER, &all, NULL);
    while (gone < max) {
        size_t mark = sj_arena_mark(txn->arena);

        if (!sj_scan_next(&scan) || sj_read_u64(scan.key.at) >> ID_TIME_SHIFT >= before_ms)
            break;
        forget_outside(txn, &scan);
        sj_delete(txn, SJ_TABLE_LEDGER, &scan.at);
        sj_arena_release(txn->arena, mark);
        gone++;
    }
    return gone;
}
