/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * spans: times from an instant to another, the end not part of it.  A list in order is sorted and
 * its spans neither meet nor overlap.
 */
#include <stddef.h>
#include <stdint.h>

typedef struct span {
    uint64_t from;
    uint64_t to;
} span;

/* Puts a list in order, in place; gives back how many are left.  Empty ones go. */
size_t spans_union(span *list, size_t count);
/* What is in both; each in order; room for a_count + b_count in out. */
size_t spans_both(const span *a, size_t a_count, const span *b, size_t b_count, span *out);
/* What is in a and not in b; room for a_count + b_count in out. */
size_t spans_less(const span *a, size_t a_count, const span *b, size_t b_count, span *out);
uint64_t spans_length(const span *list, size_t count);
