/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/spool_inside.h"

#include "services/core/message.h"
#include "services/runtime/clock.h"
#include "storage/store.h"

enum { PRUNE_MORE_MS = 250 /* when there was more than is taken at once */ };

void
spool_prune(void *context)
{
    spool *s = context;
    sj_txn *txn = sj_read_begin(s->store, &s->read_arena, sj_clock_ms());
    uint64_t before_ms = sj_clock_ms() - SPOOL_KEEP_MS;
    uint64_t old[SPOOL_PRUNE_MAX];
    uint32_t parts[SPOOL_PRUNE_MAX];
    size_t count = 0;
    size_t mark = sj_arena_mark(&s->read_arena);
    sj_key all = sj_key_empty();
    sj_scan scan;

    sj_scan_begin(&scan, txn, SPOOL_DELIVERY, &all, NULL);
    while (count < SPOOL_PRUNE_MAX && sj_scan_next(&scan)) {
        Sijill__V1__DeliveryRow *row =
            sj_unpack(txn, &sijill__v1__delivery_row__descriptor, scan.value);

        if (row == NULL || row->received_ms >= before_ms || sj_read_u64(scan.key.at) > s->low)
            break;
        parts[count] = row->body_parts;
        old[count++] = sj_read_u64(scan.key.at);
        sj_arena_release(&s->read_arena, mark);
    }
    sj_read_end(txn);
    sj_arena_reset(&s->read_arena);
    for (size_t i = 0; i < count; i++) {
        sj_key key = spool_key(old[i]);

        sj_delete(spool_write(s), SPOOL_DELIVERY, &key);
        for (uint32_t part = 0; part < parts[i]; part++) {
            key = spool_key(old[i]);
            sj_key_add_u32(&key, part);
            sj_delete(spool_write(s), SPOOL_BODY, &key);
        }
    }
    sj_store_check_readers(s->store);
    loop_at(s->loop, &s->prune_timer,
            loop_mono_ms(s->loop) + (count < SPOOL_PRUNE_MAX ? SPOOL_PRUNE_MS : PRUNE_MORE_MS));
}
