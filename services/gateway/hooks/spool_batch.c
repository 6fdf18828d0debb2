/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/spool_batch.h"

#include "services/gateway/hooks/spool_inside.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64 * 1024, COUNT_FIRST = 64 };

/* Before each row's octets.  A delivery's own row comes after the parts of its body. */
typedef struct row_head {
    uint32_t table, part;
    size_t size;
} row_head;

/* Twice as large until it fits; NULL: no memory, `at` is as it was. */
static void *
grown(void *at, size_t *room, size_t need, size_t first, size_t each)
{
    size_t larger = *room == 0 ? first : *room;
    void *moved;

    while (larger < need)
        larger *= 2;
    if (larger == *room)
        return at;
    moved = realloc(at, larger * each);
    if (moved != NULL)
        *room = larger;
    return moved;
}

static bool
make_room(spool_batch *b, size_t octets)
{
    unsigned char *rows;
    promise *promises;

    if (b->size + octets > SPOOL_BATCH_MAX)
        return false;
    rows = grown(b->rows, &b->room, b->size + octets, ROOM_FIRST, 1);
    if (rows == NULL)
        return false;
    b->rows = rows;
    promises = grown(b->promises, &b->count_room, b->count + 1, COUNT_FIRST, sizeof *b->promises);
    if (promises == NULL)
        return false;
    b->promises = promises;
    return true;
}

static unsigned char *
add_row(spool_batch *b, uint32_t table, uint32_t part, size_t size)
{
    row_head head = { table, part, size };
    unsigned char *at = b->rows + b->size;

    memcpy(at, &head, sizeof head);
    b->size += sizeof head + size;
    return at + sizeof head;
}

bool
spool_batch_add(spool_batch *b, const Sijill__V1__DeliveryRow *row, sj_bytes body, promise p)
{
    Sijill__V1__DeliveryRow out = *row;
    uint32_t parts = 0;
    size_t size;

    out.has_body = body.size <= SPOOL_PART_SIZE;
    out.body = (ProtobufCBinaryData){ body.size, (uint8_t *) (uintptr_t) body.at };
    size = protobuf_c_message_get_packed_size(&out.base);
    if (!out.has_body || size > SJ_VALUE_MAX) { /* headers may be long as well */
        parts = (uint32_t) ((body.size + SPOOL_PART_SIZE - 1) / SPOOL_PART_SIZE);
        out.has_body = false;
        out.has_body_parts = true;
        out.body_parts = parts;
        size = protobuf_c_message_get_packed_size(&out.base);
    }
    if (!make_room(b, size + body.size + (parts + 1) * sizeof(row_head)))
        return false;
    for (uint32_t part = 0; part < parts; part++) {
        size_t from = (size_t) part * SPOOL_PART_SIZE, left = body.size - from;
        size_t length = left < SPOOL_PART_SIZE ? left : SPOOL_PART_SIZE;

        memcpy(add_row(b, SPOOL_BODY, part, length), (const unsigned char *) body.at + from,
               length);
    }
    (void) protobuf_c_message_pack(&out.base, add_row(b, SPOOL_DELIVERY, 0, size));
    b->promises[b->count++] = p;
    return true;
}

void
spool_batch_clear(spool_batch *b)
{
    b->size = b->count = 0;
}

void
spool_batch_free(spool_batch *b)
{
    free(b->rows);
    free(b->promises);
    *b = (spool_batch){ 0 };
}

void
spool_batch_write(const spool_batch *b, sj_txn *txn, uint64_t first)
{
    row_head head;

    for (size_t at = 0; at < b->size; at += sizeof head + head.size) {
        sj_key key = spool_key(first);

        memcpy(&head, b->rows + at, sizeof head);
        if (head.table == SPOOL_BODY)
            sj_key_add_u32(&key, head.part);
        else
            first++;
        sj_put(txn, head.table, &key, (sj_bytes){ b->rows + at + sizeof head, head.size });
    }
}
