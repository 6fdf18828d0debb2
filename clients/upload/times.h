/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * times: dates, local times and time zones.  The services know UTC milliseconds only; here they
 * become and come from what people write, by the system's time zone data.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DATE_SIZE = 11, ZONE_SIZE = 65, INSTANT_SIZE = 40 };

#define ZONE_FALLBACK "Europe/Istanbul"

typedef struct date {
    int year, month, day;
} date;

/* "2025-02-28", a day that exists. */
bool date_read(const char *text, date *out);
void date_write(date d, char out[DATE_SIZE]);
int64_t date_days(date d); /* since 1970-01-01 */
date date_of_days(int64_t days);

/* An IANA name that this system knows. */
bool zone_known(const char *zone);
/* The zone of a country with only one, or of a city that a zone is named after; false: open. */
bool zone_of_place(const char *country, const char *city, char zone[ZONE_SIZE]);

/* A local time as UTC ms.  A time that a clock change skips is moved forward by the gap, one that
 * comes twice is the first.  The zone must be known. */
uint64_t local_ms(date d, int hour, int minute, int second, const char *zone);
/* "2025-01-21T09:00", a space for T, seconds and fractions allowed; with Z or an offset it is that
 * instant, else local in `zone` (NULL: refused).  NULL: good; else words. */
const char *instant_read(const char *text, const char *zone, uint64_t *ms);
/* "2025-01-21 09:00:00 +03", in the zone; NULL zone: "2025-01-21T06:00:00Z". */
void instant_write(uint64_t ms, const char *zone, char out[INSTANT_SIZE]);
