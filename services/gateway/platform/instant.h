/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * instant: the times that platforms write, in milliseconds since 1970.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 3339 with a zone: "2026-03-01T08:01:00Z", "...08:01:00.572+04:00".  False: it is no such
 * time, or one before 1970-01-01T00:00:00.001Z or after the year 9999. */
bool instant_read(const char *text, uint64_t *ms);
