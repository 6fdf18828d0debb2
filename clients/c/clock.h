/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * clock: the two clocks of a client.  Time-outs are counted on the one that only goes forward.
 */
#include <limits.h>
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

/* Milliseconds until then, for a poll: 0 when it is past. */
static inline int
clock_until_ms(uint64_t mono_ms)
{
    uint64_t now_ms = clock_mono_ms();

    if (mono_ms <= now_ms)
        return 0;
    return mono_ms - now_ms > INT_MAX ? INT_MAX : (int) (mono_ms - now_ms);
}

static inline uint64_t
clock_wall_ms(void)
{
    return clock_read_ms(CLOCK_REALTIME);
}
