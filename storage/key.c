/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/key.h"

#include <assert.h>
#include <string.h>

sj_key
sj_key_empty(void)
{
    sj_key key;

    key.size = 0;
    return key;
}

sj_key
sj_key_org(uint64_t org)
{
    sj_key key;

    sj_write_u64(key.at, org);
    key.size = sizeof org;
    return key;
}

void
sj_key_add(sj_key *key, const void *at, size_t size)
{
    assert(size <= SJ_KEY_MAX - key->size);
    memcpy(key->at + key->size, at, size);
    key->size += size;
}

void
sj_key_add_id(sj_key *key, const uint8_t id[SJ_ID_SIZE])
{
    sj_key_add(key, id, SJ_ID_SIZE);
}

void
sj_key_add_u32(sj_key *key, uint32_t value)
{
    uint8_t octets[4];

    sj_write_u32(octets, value);
    sj_key_add(key, octets, sizeof octets);
}

void
sj_key_add_u64(sj_key *key, uint64_t value)
{
    uint8_t octets[8];

    sj_write_u64(octets, value);
    sj_key_add(key, octets, sizeof octets);
}

void
sj_key_add_text(sj_key *key, const char *text)
{
    sj_key_add(key, text, strlen(text));
}

sj_bytes
sj_key_bytes(const sj_key *key)
{
    return (sj_bytes){ key->at, key->size };
}

bool
sj_key_begins(sj_bytes row, const sj_key *prefix)
{
    return row.size >= prefix->size && memcmp(row.at, prefix->at, prefix->size) == 0;
}
