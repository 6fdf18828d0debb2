/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * jcs: a writer of canonical JSON (RFC 8785) into a buffer of the caller.
 *
 * The caller names the members in their canonical order, by UTF-16 code units (RFC 8785, 3.2.3); a
 * wrong order or an unbalanced shape is a mistake in our code and ends the process.  What depends
 * on input - a full buffer, text that is not UTF-8 - sticks to the writer: later calls do nothing,
 * and sj_jcs_close tells.  Reals are not written: our documents have none.
 */
#include <stdint.h>

#include "proto/credential/span.h"

enum {
    SJ_JCS_DEPTH_MAX = 32 /* objects and arrays inside one another; writer and scanner */
};

#define SJ_JCS_INTEGER_MAX INT64_C(9007199254740991) /* 2^53 - 1: exact in a double */

typedef enum {
    SJ_JCS_OK = 0,
    SJ_JCS_OVERFLOW, /* the buffer is too small */
    SJ_JCS_NOT_UTF8  /* a string or a name is not UTF-8 (lone surrogates are not) */
} sj_jcs_status;

typedef struct {
    bool array;
    bool empty;
    bool named;   /* a member's name is written, its value is awaited */
    sj_span last; /* the last member's name, to prove the order */
} sj_jcs_level;

typedef struct {
    char *buffer;
    size_t size;
    size_t length; /* written so far */
    sj_jcs_status status;
    bool in_string; /* between sj_jcs_string_begin and sj_jcs_string_end */
    bool done;      /* the one top value is complete */
    unsigned depth;
    sj_jcs_level levels[SJ_JCS_DEPTH_MAX];
} sj_jcs;

/* Begin a text in buffer; the buffer stays the caller's. */
void sj_jcs_open(sj_jcs *jcs, char *buffer, size_t size);

void sj_jcs_object_begin(sj_jcs *jcs);
void sj_jcs_object_end(sj_jcs *jcs);
void sj_jcs_array_begin(sj_jcs *jcs);
void sj_jcs_array_end(sj_jcs *jcs);

/* The next member's name.  Greater than the one before (asserted); borrowed until the next name of
 * the same object. */
void sj_jcs_name(sj_jcs *jcs, const char *name);

/* A string value, escaped by RFC 8785, 3.2.2.2; no normalization. */
void sj_jcs_string(sj_jcs *jcs, const char *text);
void sj_jcs_string_span(sj_jcs *jcs, sj_span text);

/* A string value in parts, each whole UTF-8 by itself. */
void sj_jcs_string_begin(sj_jcs *jcs);
void sj_jcs_string_part(sj_jcs *jcs, const char *text);
void sj_jcs_string_end(sj_jcs *jcs);

/* An integer within +-SJ_JCS_INTEGER_MAX (asserted). */
void sj_jcs_integer(sj_jcs *jcs, int64_t number);

void sj_jcs_bool(sj_jcs *jcs, bool value);

/* A value that is canonical already, as it stands; not looked at. */
void sj_jcs_raw(sj_jcs *jcs, sj_span value);

/* Shorthand: a name and its string. */
void sj_jcs_member(sj_jcs *jcs, const char *name, const char *text);

/* End the text.  On SJ_JCS_OK *text is what was written, inside the caller's buffer. */
sj_jcs_status sj_jcs_close(sj_jcs *jcs, sj_span *text);

/* NULL for SJ_JCS_OK, else words for a person. */
const char *sj_jcs_words(sj_jcs_status status);

/* Order of two names by UTF-16 code units, from UTF-8: below, at or above 0. */
int sj_utf16_compare(sj_span a, sj_span b);

/* Bytes of the UTF-8 sequence at the start of text (RFC 3629: shortest form, no surrogates, up to
 * U+10FFFF); 0 when there is none. */
size_t sj_utf8_step(const char *text, size_t length);
