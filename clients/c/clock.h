/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * clock: the two clocks of a client.  Time-outs are counted on the one that only goes forward.
 */
#include <stdint.h>
#include <time.h>

static inline uint64_t
clock_read_ms(clockid_t which)
{
    struct timespec now;

    (void) clock_gettime(which, &now);
    return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

static inline uint64_t
clock_mono_ms(void)
{
    return clock_read_ms(CLOCK_MONOTONIC);
}

static inline uint64_t
clock_wall_ms(void)
{
    return clock_read_ms(CLOCK_REALTIME);
}
