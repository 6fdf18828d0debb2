/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * vectors: files of tests/vectors as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "proto/credential/span.h"

enum { VECTOR_MAX = 4096 };

/* Read a whole file of tests/vectors into buffer, which gets a closing NUL. */
static inline sj_span
vector_read(const char *name, char buffer[static VECTOR_MAX])
{
    char path[512];

    (void) snprintf(path, sizeof path, "%s/%s", SIJILL_VECTORS, name);
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    size_t length = fread(buffer, 1, VECTOR_MAX - 1, file);

    assert_int_equal(fclose(file), 0);
    assert_true(length > 0 && length < VECTOR_MAX - 1);
    buffer[length] = '\0';
    return (sj_span){ .at = buffer, .length = length };
}

/* A span as a NUL-terminated copy. */
static inline const char *
text_of(sj_span span, char *buffer, size_t size)
{
    assert_true(span.length < size);
    memcpy(buffer, span.at, span.length);
    buffer[span.length] = '\0';
    return buffer;
}
