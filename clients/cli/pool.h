/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * pool: memory that goes all at once, for messages built by hand.  Running out of memory ends the
 * program.
 */
#include <stddef.h>

typedef struct pool_block pool_block;

typedef struct pool {
    pool_block *last;
} pool;

void *pool_take(pool *p, size_t size); /* zeroed */
char *pool_text(pool *p, const char *text, size_t size);
char *pool_print(pool *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void pool_empty(pool *p);
