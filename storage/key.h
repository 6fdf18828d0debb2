/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * key: row keys, built by hand so that their octets sort as their parts do.
 * A key begins with the organisation; rows of one event lie beside each other because the event
 * comes next. Parts have fixed width, but for one text at the end.
 */
#include "storage/bytes.h"

enum {
    SJ_KEY_MAX = 160, /* LMDB allows 511 */
    SJ_ID_SIZE = 16,
    SJ_SLUG_MAX = 96,
};

typedef struct sj_key {
    unsigned char at[SJ_KEY_MAX];
    size_t size;
} sj_key;

/* A key that begins with an organisation. */
sj_key sj_key_org(uint64_t org);
/* An empty key, for tables that belong to no organisation. */
sj_key sj_key_empty(void);

/* Append a part.  Too long a key is a broken invariant: input is limited before it gets here. */
void sj_key_add(sj_key *key, const void *at, size_t size);
void sj_key_add_id(sj_key *key, const uint8_t id[SJ_ID_SIZE]);
void sj_key_add_u32(sj_key *key, uint32_t value);
void sj_key_add_u64(sj_key *key, uint64_t value);
void sj_key_add_text(sj_key *key, const char *text); /* without its NUL; last part only */

sj_bytes sj_key_bytes(const sj_key *key);
/* Whether `row` begins with all of `prefix`. */
bool sj_key_begins(sj_bytes row, const sj_key *prefix);
