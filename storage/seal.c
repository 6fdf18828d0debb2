/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LMDB has no checksums: of 600 bits flipped in data pages it reported none.  Each stored value
 * therefore ends in BLAKE2b-128 over its table, key, revision and row; a row that was moved to
 * another key does not fit either.
 */
#include "storage/internal.h"

#include <sodium.h>
#include <string.h>

enum { PLACE_SIZE = 2 }; /* table and length of the key */

static unsigned char *
write_place(unsigned char *at, unsigned table, sj_bytes key)
{
    at[0] = (unsigned char) table;
    at[1] = (unsigned char) key.size;
    memcpy(at + PLACE_SIZE, key.at, key.size);
    return at + PLACE_SIZE + key.size;
}

sj_bytes
sj_seal(sj_arena *arena, unsigned table, sj_bytes key, uint64_t revision, sj_bytes row)
{
    size_t head = PLACE_SIZE + key.size;
    size_t hashed = head + REVISION_SIZE + row.size;
    unsigned char *at = sj_arena_take(arena, hashed + CHECKSUM_SIZE);
    unsigned char *value;

    if (at == NULL)
        return (sj_bytes){ NULL, 0 };
    value = write_place(at, table, key);
    sj_write_u64(value, revision);
    if (row.size > 0)
        memcpy(value + REVISION_SIZE, row.at, row.size);
    (void) crypto_generichash(at + hashed, CHECKSUM_SIZE, at, hashed, NULL, 0);
    return (sj_bytes){ value, ROW_EXTRA + row.size };
}

bool
sj_unseal(sj_arena *arena, unsigned table, sj_bytes key, sj_bytes stored, sj_bytes *row,
          uint64_t *revision)
{
    unsigned char checksum[CHECKSUM_SIZE];
    unsigned char *at, *value;

    if (stored.size < ROW_EXTRA)
        return false;
    at = sj_arena_take(arena, PLACE_SIZE + key.size + stored.size);
    if (at == NULL)
        return false;
    value = write_place(at, table, key);
    memcpy(value, stored.at, stored.size);

    size_t hashed = PLACE_SIZE + key.size + stored.size - CHECKSUM_SIZE;

    (void) crypto_generichash(checksum, sizeof checksum, at, hashed, NULL, 0);
    *row = (sj_bytes){ value + REVISION_SIZE, stored.size - ROW_EXTRA };
    *revision = sj_read_u64(value);
    return memcmp(checksum, at + hashed, sizeof checksum) == 0;
}
