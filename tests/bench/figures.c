/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/figures.h"

#include <stdlib.h>
#include <time.h>

void
figures_open(figures *f, size_t room)
{
    f->us = calloc(room, sizeof *f->us);
    f->count = 0;
    f->room = f->us == NULL ? 0 : room;
}

void
figures_close(figures *f)
{
    free(f->us);
    f->us = NULL;
}

void
figures_add(figures *f, uint64_t us)
{
    if (f->count < f->room)
        f->us[f->count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t) us;
}

static int
compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

    return x < y ? -1 : x > y;
}

uint32_t
figures_at(figures *f, unsigned per_mille)
{
    if (f->count == 0)
        return 0;
    qsort(f->us, f->count, sizeof *f->us, compare);
    return f->us[(f->count - 1) * per_mille / 1000];
}

uint64_t
bench_now_us(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}
