/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/identity.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { BLOCK_SIZE = 64, UUID_TIME_SIZE = 6 };

void
sj_random(const sj_command *cmd, uint32_t n, void *at, size_t size)
{
    uint8_t *octets = at;

    for (uint32_t block = 0; size > 0; block++) {
        uint8_t stream[BLOCK_SIZE], place[8];
        size_t part = size < sizeof stream ? size : sizeof stream;

        sj_write_u32(place, n);
        sj_write_u32(place + 4, block);
        (void) crypto_generichash(stream, sizeof stream, place, sizeof place, cmd->entropy,
                                  sizeof cmd->entropy);
        memcpy(octets, stream, part);
        octets += part;
        size -= part;
    }
}

void
sj_new_id(const sj_command *cmd, uint32_t n, uint8_t id[SJ_ID_SIZE])
{
    uint8_t place[4];

    /* SipHash under the entropy: as unguessable as an id needs to be, and it tells nothing of the
     * entropy. */
    sj_write_u32(place, n);
    (void) crypto_shorthash_siphashx24(id, place, sizeof place, cmd->entropy);
    for (int i = 0; i < UUID_TIME_SIZE; i++)
        id[i] = (uint8_t) (cmd->now_ms >> (8 * (UUID_TIME_SIZE - 1 - i)));
    id[6] = (uint8_t) (0x70 | (id[6] & 0x0f)); /* version 7 */
    id[8] = (uint8_t) (0x80 | (id[8] & 0x3f)); /* RFC 9562 variant */
}

uint64_t
sj_id_ms(const uint8_t id[SJ_ID_SIZE])
{
    return sj_read_u64(id) >> 16;
}

void
sj_hash_keyed(const sj_txn *txn, sj_bytes bytes, uint8_t hash[16])
{
    static_assert(crypto_shorthash_siphashx24_BYTES == 16, "128 bits");
    static_assert(crypto_shorthash_siphashx24_KEYBYTES == SJ_ID_SIZE, "the store's secret");
    (void) crypto_shorthash_siphashx24(hash, bytes.at, bytes.size, sj_secret(txn));
}

void
sj_hash(sj_bytes bytes, uint8_t hash[16])
{
    (void) crypto_generichash(hash, 16, bytes.at, bytes.size, NULL, 0);
}

const char *
sj_hex(sj_txn *txn, const uint8_t id[SJ_ID_SIZE])
{
    char *hex = sj_arena_take(sj_txn_arena(txn), 2 * SJ_ID_SIZE + 1);

    return hex == NULL ? "?" : sodium_bin2hex(hex, 2 * SJ_ID_SIZE + 1, id, SJ_ID_SIZE);
}
