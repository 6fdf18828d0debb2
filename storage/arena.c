/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

bool
sj_arena_open(sj_arena *arena, size_t size)
{
    *arena = (sj_arena){ .base = malloc(size), .size = size };
    return arena->base != NULL;
}

void
sj_arena_close(sj_arena *arena)
{
    free(arena->base);
    *arena = (sj_arena){ .base = NULL };
}

void *
sj_arena_take(sj_arena *arena, size_t size)
{
    size_t start = (arena->used + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);

    if (arena->full || start > arena->size || size > arena->size - start) {
        arena->full = true;
        return NULL;
    }
    arena->used = start + size;
    return arena->base + start;
}

sj_bytes
sj_arena_copy(sj_arena *arena, sj_bytes bytes)
{
    void *copy = sj_arena_take(arena, bytes.size);

    if (copy == NULL)
        return (sj_bytes){ NULL, 0 };
    if (bytes.size > 0)
        memcpy(copy, bytes.at, bytes.size);
    return (sj_bytes){ copy, bytes.size };
}

void
sj_arena_reset(sj_arena *arena)
{
    arena->used = 0;
    arena->full = false;
}

size_t
sj_arena_mark(const sj_arena *arena)
{
    return arena->used;
}

void
sj_arena_release(sj_arena *arena, size_t mark)
{
    if (!arena->full)
        arena->used = mark;
}
