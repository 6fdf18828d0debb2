/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * figures: times of single operations, and what is said of them.
 */
#include <stddef.h>
#include <stdint.h>

typedef struct figures {
    uint32_t *us;
    size_t count;
    size_t room;
} figures;

void figures_open(figures *f, size_t room);
void figures_close(figures *f);
void figures_add(figures *f, uint64_t us);
/* The value below which `per_mille` of them lie; sorts. */
uint32_t figures_at(figures *f, unsigned per_mille);

uint64_t bench_now_us(void);
