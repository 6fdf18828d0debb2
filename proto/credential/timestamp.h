/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * timestamp: UTC milliseconds since 1970 as an XSD dateTimeStamp and back (VC Data Model 2.0, 4.9).
 * Written in whole seconds with "Z": 2025-05-14T16:00:00Z.
 */
#include <stdint.h>

#include "proto/credential/span.h"

enum {
    SJ_TIMESTAMP_SIZE = 21 /* with NUL */
};

#define SJ_TIMESTAMP_MAX_MS INT64_C(253402300799999) /* the end of the year 9999 */

/* Cuts off the part of a second.  False, and out is empty, outside 0..SJ_TIMESTAMP_MAX_MS. */
bool sj_timestamp_write(int64_t unix_ms, char out[SJ_TIMESTAMP_SIZE]);

/* Reads YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm|-hh:mm); the zone is mandatory.  False when text is
 * none, names no day of the calendar or lies outside 0..SJ_TIMESTAMP_MAX_MS. */
bool sj_timestamp_read(sj_span text, int64_t *unix_ms);
