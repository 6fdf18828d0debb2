/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/status_index.h"

#include <assert.h>
#include <string.h>

enum { CHUNK_BITS = STATUS_CHUNK_BYTES * 8 };

status_list_row *
status_list_newest(sj_txn *txn, uint64_t org, uint32_t *list)
{
    sj_key prefix = sj_key_org(org);
    sj_scan scan;

    sj_scan_begin(&scan, txn, TABLE_STATUS_LIST, &prefix, NULL);
    if (!sj_scan_next(&scan))
        return NULL;
    *list = UINT32_MAX - sj_read_u32((const uint8_t *) scan.key.at + 8);
    return sj_unpack(txn, &sijill__certificate__status_list_row__descriptor, scan.value);
}

status_list_row *
status_list_get(sj_txn *txn, uint64_t org, uint32_t list)
{
    sj_key key = certificate_list_key(org, list);

    return sj_row_get(txn, TABLE_STATUS_LIST, &key,
                      &sijill__certificate__status_list_row__descriptor);
}

void
status_list_put(sj_txn *txn, uint64_t org, uint32_t list, const status_list_row *row)
{
    sj_key key = certificate_list_key(org, list);

    sj_row_put(txn, TABLE_STATUS_LIST, &key, &row->base);
}

static sj_key
chunk_key(uint64_t org, uint32_t list, uint32_t chunk)
{
    sj_key key = sj_key_org(org);

    sj_key_add_u32(&key, list);
    sj_key_add_u32(&key, chunk);
    return key;
}

/* A chunk without a row has no bit set. */
static void
chunk_get(sj_txn *txn, unsigned table, uint64_t org, status_place place,
          uint8_t bits[STATUS_CHUNK_BYTES])
{
    sj_key key = chunk_key(org, place.list, place.index / CHUNK_BITS);
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    sj_bytes value;

    memset(bits, 0, STATUS_CHUNK_BYTES);
    if (sj_get(txn, table, &key, &value)) {
        assert(value.size == STATUS_CHUNK_BYTES);
        memcpy(bits, value.at, STATUS_CHUNK_BYTES);
    }
    sj_arena_release(sj_txn_arena(txn), mark);
}

static bool
bit_in(const uint8_t bits[STATUS_CHUNK_BYTES], uint32_t index)
{
    return sj_status_list_get(bits, STATUS_CHUNK_BYTES, index % CHUNK_BITS);
}

static void
bit_put(sj_txn *txn, unsigned table, uint64_t org, status_place place)
{
    uint8_t bits[STATUS_CHUNK_BYTES];
    uint32_t at = place.index % CHUNK_BITS;
    sj_key key = chunk_key(org, place.list, place.index / CHUNK_BITS);

    assert(place.index < SJ_STATUS_LIST_BITS);
    chunk_get(txn, table, org, place, bits);
    bits[at / 8] |= (uint8_t) (0x80 >> (at % 8));
    sj_put(txn, table, &key, (sj_bytes){ bits, sizeof bits });
}

static bool
place_free(sj_txn *txn, uint64_t org, status_place place)
{
    uint8_t bits[STATUS_CHUNK_BYTES];

    chunk_get(txn, TABLE_STATUS_TAKEN, org, place, bits);
    return !bit_in(bits, place.index);
}

status_place
status_place_choose(sj_txn *txn, uint64_t org, const uint8_t draws[4 * STATUS_DRAWS])
{
    status_place place = { .list = 0 };
    status_list_row *row = status_list_newest(txn, org, &place.list);

    if (row != NULL && row->taken >= STATUS_LIST_FILL)
        place.list++;
    for (size_t i = 0; i < STATUS_DRAWS; i++) {
        place.index = sj_read_u32(draws + 4 * i) % SJ_STATUS_LIST_BITS;
        if (place_free(txn, org, place))
            return place;
    }
    /* At most half of the places are taken: one is near. */
    uint32_t tries = 0;

    do {
        tries++;
        assert(tries <= SJ_STATUS_LIST_BITS);
        place.index = (place.index + 1) % SJ_STATUS_LIST_BITS;
    } while (sj_txn_fault(txn) == SJ_FAULT_NONE && !place_free(txn, org, place));
    return place;
}

void
status_place_take(sj_txn *txn, uint64_t org, status_place place)
{
    status_list_row *known = status_list_get(txn, org, place.list);
    status_list_row row;

    sijill__certificate__status_list_row__init(&row);
    if (known != NULL)
        row = *known;
    row.has_taken = true;
    row.taken++;
    status_list_put(txn, org, place.list, &row);
    bit_put(txn, TABLE_STATUS_TAKEN, org, place);
}

void
status_bit_set(sj_txn *txn, uint64_t org, status_place place)
{
    bit_put(txn, TABLE_STATUS_SET, org, place);
}

void
status_bits_read(sj_txn *txn, unsigned table, uint64_t org, uint32_t list,
                 uint8_t bits[SJ_STATUS_LIST_BYTES])
{
    for (uint32_t chunk = 0; chunk < STATUS_CHUNKS; chunk++)
        chunk_get(txn, table, org, (status_place){ list, chunk * CHUNK_BITS },
                  bits + (size_t) chunk * STATUS_CHUNK_BYTES);
}
