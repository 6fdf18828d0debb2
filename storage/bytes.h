/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * bytes: a borrowed run of octets.  Who made it says how long it lives; nobody frees it through
 * this.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sj_bytes {
    const void *at;
    size_t size;
} sj_bytes;

/* Same length and same octets. */
bool sj_bytes_equal(sj_bytes a, sj_bytes b);

/* Big-endian, so that numbers sort as their octets do. */
void sj_write_u32(void *at, uint32_t value);
void sj_write_u64(void *at, uint64_t value);
uint32_t sj_read_u32(const void *at);
uint64_t sj_read_u64(const void *at);
