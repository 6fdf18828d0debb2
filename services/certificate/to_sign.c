/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/to_sign.h"

#include <assert.h>
#include <string.h>

#include "services/certificate/rows.h"

/* Whether the row belongs to the batch; the first one makes the batch what it is. */
static bool
belongs(to_sign_batch *batch, uint64_t org, const to_sign_row *line)
{
    assert(line->public_key.len == sizeof batch->public_key);
    if (batch->count == 0) {
        batch->org = org;
        batch->purpose = line->purpose;
        memcpy(batch->public_key, line->public_key.data, sizeof batch->public_key);
        return true;
    }
    return batch->org == org && batch->purpose == line->purpose &&
           memcmp(batch->public_key, line->public_key.data, sizeof batch->public_key) == 0;
}

/* Hand one row's intent out.  False: the batch ends before it. */
static bool
hand_out(sj_txn *txn, const sj_scan *scan, to_sign_batch *batch, to_sign_take *take, void *context)
{
    const to_sign_row *line =
        sj_unpack(txn, &sijill__certificate__to_sign_row__descriptor, scan->value);
    const intent_row *intent =
        sj_row_get(txn, TABLE_INTENT, &scan->at, &sijill__certificate__intent_row__descriptor);
    to_sign_item item;
    size_t octets;

    if (sj_txn_fault(txn) != SJ_FAULT_NONE)
        return false;
    assert(line != NULL && intent != NULL); /* written together */
    item.document = sj_data_bytes(intent->document);
    item.options = sj_data_bytes(intent->options);
    memcpy(item.id, intent->id.data, SJ_ID_SIZE);
    octets = item.document.size + item.options.size;
    if (batch->octets + octets > TO_SIGN_OCTETS_MAX ||
        !belongs(batch, sj_read_u64(scan->at.at), line) || !take(context, &item))
        return false;
    batch->count++;
    batch->octets += octets;
    return true;
}

size_t
certificate_next_to_sign(sj_txn *txn, to_sign_position *position, to_sign_batch *batch,
                         to_sign_take *take, void *context)
{
    sj_key all = sj_key_empty();
    bool more = true;
    sj_scan scan;

    *batch = (to_sign_batch){ .count = 0 };
    if (position->started)
        sj_scan_begin_after(&scan, txn, TABLE_TO_SIGN, &all, &position->at);
    else
        sj_scan_begin(&scan, txn, TABLE_TO_SIGN, &all, NULL);
    while (more && batch->count < TO_SIGN_ITEMS_MAX) {
        size_t mark = sj_arena_mark(sj_txn_arena(txn));

        more = sj_scan_next(&scan) && hand_out(txn, &scan, batch, take, context);
        if (more)
            *position = (to_sign_position){ .started = true, .at = scan.at };
        sj_arena_release(sj_txn_arena(txn), mark);
    }
    return batch->count;
}
