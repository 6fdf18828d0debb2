/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/spans.h"

#include <stdlib.h>

static int
compare(const void *left, const void *right)
{
    const span *a = left;
    const span *b = right;

    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

size_t
spans_union(span *list, size_t count)
{
    size_t used = 0;

    qsort(list, count, sizeof *list, compare);
    for (size_t i = 0; i < count; i++) {
        if (list[i].from >= list[i].to)
            continue;
        if (used > 0 && list[i].from <= list[used - 1].to) {
            if (list[i].to > list[used - 1].to)
                list[used - 1].to = list[i].to;
        } else {
            list[used++] = list[i];
        }
    }
    return used;
}

size_t
spans_both(const span *a, size_t a_count, const span *b, size_t b_count, span *out)
{
    size_t used = 0;

    for (size_t i = 0, k = 0; i < a_count && k < b_count;) {
        uint64_t from = a[i].from > b[k].from ? a[i].from : b[k].from;
        uint64_t to = a[i].to < b[k].to ? a[i].to : b[k].to;

        if (from < to)
            out[used++] = (span){ from, to };
        if (a[i].to < b[k].to)
            i++;
        else
            k++;
    }
    return used;
}

size_t
spans_less(const span *a, size_t a_count, const span *b, size_t b_count, span *out)
{
    size_t used = 0;
    size_t k = 0;

    for (size_t i = 0; i < a_count; i++) {
        uint64_t from = a[i].from;

        while (k < b_count && b[k].to <= from)
            k++;
        for (size_t at = k; at < b_count && b[at].from < a[i].to; at++) {
            if (b[at].from > from)
                out[used++] = (span){ from, b[at].from };
            if (b[at].to > from)
                from = b[at].to;
        }
        if (from < a[i].to)
            out[used++] = (span){ from, a[i].to };
    }
    return used;
}

uint64_t
spans_length(const span *list, size_t count)
{
    uint64_t length = 0;

    for (size_t i = 0; i < count; i++)
        length += list[i].to - list[i].from;
    return length;
}
