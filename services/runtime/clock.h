/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * clock: the only place that reads one.
 */
#include <stdint.h>

/* Wall clock, Unix milliseconds: stamps commands. */
uint64_t sj_clock_ms(void);
/* Monotonic microseconds: for waiting and measuring; counts suspension, too. */
uint64_t sj_monotonic_us(void);
