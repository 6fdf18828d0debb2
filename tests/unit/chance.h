/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * chance: splitmix64, so that a seed is all there is to repeat a run on any machine.
 */
#include <stdint.h>

static inline uint64_t
chance(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A number below `end`. */
static inline uint32_t
chance_below(uint64_t *seed, uint32_t end)
{
    return (uint32_t) (chance(seed) % end);
}
