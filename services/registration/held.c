/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/held.h"

#include "services/registration/links.h"

#include <assert.h>

held_row *
held_read(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE], uint64_t *number)
{
    sj_key key = key_in_org(org, id);
    sj_bytes value;

    if (!sj_get(txn, TABLE_HELD_ID, &key, &value))
        return NULL;
    assert(value.size == sizeof *number);
    *number = sj_read_u64(value.at);
    key = key_held(org, *number);
    return sj_row_get(txn, TABLE_HELD, &key, &sijill__v1__hold_push__descriptor);
}

bool
held_webinar_key(sj_txn *txn, uint64_t org, uint64_t number, const held_row *row, sj_key *key)
{
    uint8_t hash[HASH_SIZE];

    if (row->push == NULL || row->push->platform == NULL || row->push->external_id == NULL)
        return false;
    webinar_hash(txn, row->push->platform, row->push->external_id, hash);
    *key = key_in_org(org, hash);
    sj_key_add_u64(key, number);
    return true;
}

void
held_write(sj_txn *txn, uint64_t org, uint64_t number, held_row *row)
{
    sj_key by_number = key_held(org, number), by_id = key_in_org(org, row->id.data), by_webinar;
    uint8_t value[sizeof number], why = (uint8_t) row->why;

    sj_write_u64(value, number);
    sj_row_put(txn, TABLE_HELD, &by_number, &row->base);
    sj_put(txn, TABLE_HELD_ID, &by_id, (sj_bytes){ value, sizeof value });
    if (held_webinar_key(txn, org, number, row, &by_webinar))
        sj_put(txn, TABLE_HELD_OF, &by_webinar, (sj_bytes){ &why, sizeof why });
}

void
held_drop(sj_txn *txn, uint64_t org, uint64_t number, held_row *row)
{
    sj_key by_number = key_held(org, number), by_id = key_in_org(org, row->id.data), by_webinar;

    sj_delete(txn, TABLE_HELD, &by_number);
    sj_delete(txn, TABLE_HELD_ID, &by_id);
    if (held_webinar_key(txn, org, number, row, &by_webinar))
        sj_delete(txn, TABLE_HELD_OF, &by_webinar);
}

uint32_t
held_count(sj_txn *txn, uint64_t org, const char *platform, const char *external_id)
{
    sj_arena *arena = sj_txn_arena(txn);
    size_t mark = sj_arena_mark(arena);
    uint8_t hash[HASH_SIZE];
    uint32_t count = 0;
    sj_key prefix;
    sj_scan scan;

    webinar_hash(txn, platform, external_id, hash);
    prefix = key_in_org(org, hash);
    sj_scan_begin(&scan, txn, TABLE_HELD_OF, &prefix, NULL);
    for (uint32_t n = 0; n < HELD_COUNT_MAX && sj_scan_next(&scan); n++) {
        assert(scan.value.size == 1);
        if (*(const uint8_t *) scan.value.at == SIJILL__V1__HELD_WHY__UNLINKED)
            count++;
        sj_arena_release(arena, mark);
    }
    return count;
}
