/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * jcs_scan: reads members out of canonical JSON text without a JSON library.
 *
 * Made for hostile text: every call checks what it walks over and never reads beyond the span.  Ask
 * sj_jcs_canonical once; after that a member found is the only one of its name.
 */
#include "proto/credential/jcs.h"

/* True when text is exactly one canonical value of the kind that our writer makes: RFC 8785 text,
 * integers within +-SJ_JCS_INTEGER_MAX only, names without escapes, at most SJ_JCS_DEPTH_MAX deep.
 */
bool sj_jcs_canonical(sj_span text);

typedef struct {
    const char *at;
    const char *end;
    bool object;
    bool first;
} sj_jcs_cursor;

/* Stand before the first element of an object or array; false when container is neither. */
bool sj_jcs_enter(sj_span container, sj_jcs_cursor *cursor);

/* The next element: *name (without quotes; empty in an array) and *value as it stands.  False at
 * the end and on malformed text. */
bool sj_jcs_next(sj_jcs_cursor *cursor, sj_span *name, sj_span *value);

/* The value of a member of an object; false when there is none. */
bool sj_jcs_find(sj_span object, const char *name, sj_span *value);

/* The value of a member of a member, such as issuer.id. */
bool sj_jcs_find_in(sj_span object, const char *outer, const char *inner, sj_span *value);

/* True when value is the string text; text must hold nothing that JSON escapes. */
bool sj_jcs_is_string(sj_span value, const char *text);

/* True when value is an array that holds the string text. */
bool sj_jcs_has_string(sj_span value, const char *text);

/* Where a member of this name belongs: *offset counts from object.at and stands before the name of
 * the next greater member or before the closing brace.  False when the name is there already or
 * object is none. */
bool sj_jcs_place(sj_span object, const char *name, size_t *offset);
