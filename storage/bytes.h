/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * bytes: a borrowed run of octets.  Who made it says how long it lives; nobody frees it through
 * this.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct sj_bytes {
    const void *at;
    size_t size;
} sj_bytes;

/* Same length and same octets. */
static inline bool
sj_bytes_equal(sj_bytes a, sj_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

/* Big-endian, so that numbers sort as their octets do. */
static inline void
sj_write_u32(void *at, uint32_t value)
{
    uint8_t *octet = at;

    octet[0] = (uint8_t) (value >> 24); /* spelt out, a compiler makes it one store */
    octet[1] = (uint8_t) (value >> 16);
    octet[2] = (uint8_t) (value >> 8);
    octet[3] = (uint8_t) value;
}

static inline void
sj_write_u64(void *at, uint64_t value)
{
    sj_write_u32(at, (uint32_t) (value >> 32));
    sj_write_u32((uint8_t *) at + 4, (uint32_t) value);
}

static inline uint32_t
sj_read_u32(const void *at)
{
    const uint8_t *octet = at;

    return (uint32_t) octet[0] << 24 | (uint32_t) octet[1] << 16 | (uint32_t) octet[2] << 8 |
           octet[3];
}

static inline uint64_t
sj_read_u64(const void *at)
{
    const uint8_t *octet = at;

    return (uint64_t) sj_read_u32(octet) << 32 | sj_read_u32(octet + 4);
}
