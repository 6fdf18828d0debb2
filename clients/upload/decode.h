/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * decode: octets of a text file as UTF-8 without a byte order mark and without NUL, piece by piece.
 * UTF-16 is known by its mark, or, where there is none, by the NULs of its first two letters.  A
 * surrogate without its other half becomes U+FFFD.  What is neither is handed on as it is: who
 * reads fields says which of them is not UTF-8.
 */
#include <stddef.h>
#include <stdint.h>

enum { DECODE_HEAD = 4 };

typedef enum decode_form {
    DECODE_UNKNOWN,
    DECODE_UTF8,
    DECODE_UTF16LE,
    DECODE_UTF16BE
} decode_form;

/* What is decoded goes here. */
typedef void decode_sink(void *context, const uint8_t *octets, size_t size);

typedef struct decoder {
    decode_sink *sink;
    void *context;
    decode_form form;
    uint8_t head[DECODE_HEAD]; /* until the form is known; then the half of a UTF-16 unit */
    size_t held;
    uint16_t high; /* a surrogate that waits for its other half */
} decoder;

void decode_begin(decoder *d, decode_sink *sink, void *context);
void decode_feed(decoder *d, const uint8_t *octets, size_t size);
void decode_end(decoder *d);
