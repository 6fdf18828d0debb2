/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/outbox.h"

#include "storage/internal.h"

#include <assert.h>

static sj_key
key_of(uint64_t seq)
{
    sj_key key = sj_key_empty();

    sj_key_add_u64(&key, seq);
    return key;
}

static void
put_record(sj_txn *txn, const sj_key *key, Sijill__V1__Record *record)
{
    size_t size = sijill__v1__record__get_packed_size(record);
    void *packed = sj_arena_take(txn->arena, size);

    if (packed == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the record needs more memory than a command may have");
        return;
    }
    (void) sijill__v1__record__pack(record, packed);
    sj_put(txn, SJ_TABLE_OUTBOX, key, (sj_bytes){ packed, size });
}

void
sj_emit(sj_txn *txn, uint32_t type, sj_bytes body, sj_bytes personal)
{
    Sijill__V1__Record record;
    uint64_t seq = txn->revision + txn->emitted;
    sj_key key = key_of(seq);

    if (txn->fault != SJ_FAULT_NONE)
        return;
    sijill__v1__record__init(&record);
    record.has_seq = record.has_at_ms = record.has_type = record.has_org = record.has_key = 1;
    record.has_body = record.has_actor = 1;
    record.seq = seq;
    record.at_ms = txn->about.now_ms;
    record.type = type;
    record.org = txn->about.org;
    record.key = (ProtobufCBinaryData){ SJ_ID_SIZE, txn->about.id };
    record.actor = (ProtobufCBinaryData){ SJ_ID_SIZE, txn->about.actor };
    record.body = (ProtobufCBinaryData){ body.size, (uint8_t *) (uintptr_t) body.at };
    put_record(txn, &key, &record);
    if (personal.size > 0)
        sj_put(txn, SJ_TABLE_OUTBOX_PERSONAL, &key, personal);
    txn->emitted++;
}

void
sj_emit_as(sj_txn *txn, uint64_t org)
{
    txn->about.org = org;
}

bool
sj_outbox_look(sj_txn *txn, uint64_t after, sj_outbox_record *record)
{
    sj_key all = sj_key_empty();
    sj_key from = key_of(after);
    sj_scan scan;

    sj_scan_begin_after(&scan, txn, SJ_TABLE_OUTBOX, &all, &from);
    if (!sj_scan_next(&scan))
        return false;
    record->seq = sj_read_u64(scan.key.at);
    record->record = scan.value;
    record->personal = (sj_bytes){ NULL, 0 };
    return true;
}

bool
sj_outbox_fill(sj_txn *txn, sj_outbox_record *record)
{
    sj_key key = key_of(record->seq);

    if (!sj_get(txn, SJ_TABLE_OUTBOX_PERSONAL, &key, &record->personal))
        record->personal = (sj_bytes){ NULL, 0 };
    return sj_txn_fault(txn) == SJ_FAULT_NONE;
}

bool
sj_outbox_next(sj_txn *txn, uint64_t after, sj_outbox_record *record)
{
    return sj_outbox_look(txn, after, record) && sj_outbox_fill(txn, record);
}

size_t
sj_outbox_trim(sj_txn *txn, uint64_t seq, size_t max)
{
    sj_key all = sj_key_empty();
    sj_scan scan;
    size_t gone = 0;

    sj_scan_begin(&scan, txn, SJ_TABLE_OUTBOX, &all, NULL);
    while (gone < max) {
        size_t mark = sj_arena_mark(txn->arena);

        if (!sj_scan_next(&scan) || sj_read_u64(scan.key.at) > seq)
            break;
        sj_delete(txn, SJ_TABLE_OUTBOX, &scan.at);
        sj_delete(txn, SJ_TABLE_OUTBOX_PERSONAL, &scan.at);
        txn->meta.outbox_first = sj_read_u64(scan.key.at);
        sj_arena_release(txn->arena, mark);
        gone++;
    }
    return gone;
}

uint64_t
sj_outbox_first(const sj_txn *txn)
{
    return txn->meta.outbox_first;
}
