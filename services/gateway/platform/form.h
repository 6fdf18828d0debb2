/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * form: names and values as application/x-www-form-urlencoded has them, in bodies and in queries.
 */
#include "storage/arena.h"

typedef enum form_found {
    FORM_NONE,
    FORM_ONE,
    FORM_WRONG, /* there more than once, not well escaped, or the arena is full */
} form_found;

/* The value of a field, decoded, with a NUL behind it that is not counted. */
form_found form_field(sj_arena *arena, sj_bytes form, const char *name, sj_bytes *value);
/* Octets decoded: %XX, and + for a space when `plus`; at is NULL: not well escaped, or full. */
sj_bytes form_decode(sj_arena *arena, sj_bytes text, bool plus);
/* Text with all but letters, digits and -._~ as %XX; NULL: the arena is full. */
const char *form_escape(sj_arena *arena, const char *text);
