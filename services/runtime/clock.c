/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/clock.h"

#include <time.h>

uint64_t
sj_clock_ms(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

uint64_t
sj_monotonic_us(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}
