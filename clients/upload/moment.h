/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * moment: instants as platforms write them in files: "Mar 1, 2026 12:01:00", "03/01/2026 08:58:30
 * PM", "3/1/26, 11:58:02 AM", "01.03.26, 18:01:00", "2020/10/30 3:08:44 PM GMT+1", and what times.h
 * reads.
 *
 * 03/01 is the third of January or the first of March; nothing is guessed.  A file proves its order
 * when some date in it has a day above 12, and then for all of it; else who uploads it says so.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum moment_order { ORDER_OPEN, ORDER_DAY_FIRST, ORDER_MONTH_FIRST } moment_order;

/* What the dates of a file prove, all of them together. */
typedef struct moment_proof {
    uint64_t day_first; /* dates that can only be read so */
    uint64_t month_first;
    uint64_t open;   /* dates that can be read both ways, as different days */
    char sample[48]; /* the first of those */
} moment_proof;

typedef struct moment_rules {
    const char *zone; /* of what names none; known (times.h), or NULL */
    moment_order order;
} moment_rules;

void moment_look(const char *text, moment_proof *proof);
/* NULL: good; else words. */
const char *moment_read(const char *text, const moment_rules *rules, uint64_t *ms);
/* The same, and a time without a date is the first such time from `after` on. */
const char *moment_read_after(const char *text, const moment_rules *rules, uint64_t after,
                              uint64_t *ms);
