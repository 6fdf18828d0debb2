/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * arena: memory of fixed size that is handed out upwards and taken back all at once.
 * Full is sticky: the job that filled it is a fault, not a crash.  Nothing in it is freed one by
 * one.
 */
#include "storage/bytes.h"

typedef struct sj_arena {
    unsigned char *base;
    size_t size;
    size_t used;
    bool full;
} sj_arena;

/* Reserve `size` octets from the system; false when there is no memory. */
bool sj_arena_open(sj_arena *arena, size_t size);
void sj_arena_close(sj_arena *arena);

/* `size` octets, aligned for any type, not cleared; NULL and `full` when they do not fit. */
void *sj_arena_take(sj_arena *arena, size_t size);

/* A copy of `bytes` in the arena; {NULL, 0} when full. */
sj_bytes sj_arena_copy(sj_arena *arena, sj_bytes bytes);

/* Give everything back. */
void sj_arena_reset(sj_arena *arena);

/* For loops over many rows: remember how full the arena is, and give back what was taken since. */
size_t sj_arena_mark(const sj_arena *arena);
void sj_arena_release(sj_arena *arena, size_t mark);
