/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/peek.h"

#include <stdbool.h>

enum wire_type { VARINT = 0, FIXED64 = 1, BLOCK = 2, FIXED32 = 5 };

typedef struct reader {
    const unsigned char *at, *end;
} reader;

static bool
read_varint(reader *in, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        unsigned char octet = *in->at++;

        *value |= (uint64_t) (octet & 0x7f) << shift;
        if (octet < 0x80)
            return true;
    }
    return false;
}

static bool
read_fixed(reader *in, size_t size, uint64_t *value)
{
    if ((size_t) (in->end - in->at) < size)
        return false;
    *value = 0;
    for (size_t i = 0; i < size; i++)
        *value |= (uint64_t) in->at[i] << 8 * i;
    in->at += size;
    return true;
}

static bool
skip_block(reader *in)
{
    uint64_t size;

    if (!read_varint(in, &size) || size > (uint64_t) (in->end - in->at))
        return false;
    in->at += size;
    return true;
}

static bool
read_field(reader *in, unsigned wire, uint64_t *value)
{
    *value = 0;
    switch (wire) {
    case VARINT:
        return read_varint(in, value);
    case FIXED64:
        return read_fixed(in, sizeof(uint64_t), value);
    case FIXED32:
        return read_fixed(in, sizeof(uint32_t), value);
    case BLOCK:
        return skip_block(in);
    default:
        return false;
    }
}

uint64_t
sj_peek_number(const void *packed, size_t size, unsigned number)
{
    reader in = { packed, (const unsigned char *) packed + size };
    uint64_t tag, value;

    while (read_varint(&in, &tag) && tag >> 3 <= number && read_field(&in, tag & 7, &value))
        if (tag >> 3 == number)
            return value;
    return 0;
}
