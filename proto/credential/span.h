/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * span: borrowed text with its length; not ended by NUL, never freed by who receives it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct {
    const char *at;
    size_t length; /* bytes */
} sj_span;

/* The span of a NUL-terminated string, without the NUL. */
static inline sj_span
sj_span_of(const char *text)
{
    return (sj_span){ .at = text, .length = strlen(text) };
}

static inline bool
sj_span_equal(sj_span a, sj_span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}
