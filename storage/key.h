/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * key: row keys, built by hand so that their octets sort as their parts do.
 * A key begins with the organisation; rows of one event lie beside each other because the event
 * comes next. Parts have fixed width, but for one text at the end.
 */
#include "storage/bytes.h"

#include <assert.h>
#include <string.h>

enum {
    SJ_KEY_MAX = 160, /* LMDB allows 511 */
    SJ_ID_SIZE = 16,
    SJ_SLUG_MAX = 96,
};

typedef struct sj_key {
    unsigned char at[SJ_KEY_MAX];
    size_t size;
} sj_key;

/* All in sight of the compiler: a key is made of a few stores where it is used. */

/* An empty key, for tables that belong to no organisation. */
static inline sj_key
sj_key_empty(void)
{
    sj_key key;

    key.size = 0;
    return key;
}

/* Append a part.  Too long a key is a broken invariant: input is limited before it gets here. */
static inline void
sj_key_add(sj_key *key, const void *at, size_t size)
{
    assert(size <= SJ_KEY_MAX - key->size);
    memcpy(key->at + key->size, at, size);
    key->size += size;
}

static inline void
sj_key_add_id(sj_key *key, const uint8_t id[SJ_ID_SIZE])
{
    sj_key_add(key, id, SJ_ID_SIZE);
}

static inline void
sj_key_add_u32(sj_key *key, uint32_t value)
{
    uint8_t part[4];

    sj_write_u32(part, value);
    sj_key_add(key, part, sizeof part);
}

static inline void
sj_key_add_u64(sj_key *key, uint64_t value)
{
    uint8_t part[8];

    sj_write_u64(part, value);
    sj_key_add(key, part, sizeof part);
}

/* Without its NUL; last part only. */
static inline void
sj_key_add_text(sj_key *key, const char *text)
{
    sj_key_add(key, text, strlen(text));
}

/* A key that begins with an organisation. */
static inline sj_key
sj_key_org(uint64_t org)
{
    sj_key key = sj_key_empty();

    sj_key_add_u64(&key, org);
    return key;
}

static inline sj_bytes
sj_key_bytes(const sj_key *key)
{
    return (sj_bytes){ key->at, key->size };
}

/* Whether `row` begins with all of `prefix`. */
static inline bool
sj_key_begins(sj_bytes row, const sj_key *prefix)
{
    return row.size >= prefix->size && memcmp(row.at, prefix->at, prefix->size) == 0;
}
