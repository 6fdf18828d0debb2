/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * status_list: the bits of a Bitstring Status List (W3C Bitstring Status List 1.0).
 *
 * Index 0 is the left-most bit, 0x80 of byte 0.  Encoded: "u", base64url without padding, gzip with
 * time 0, so that the same bits give the same text.  zlib works in memory lent by the caller.
 */
#include <stdint.h>

#include "proto/credential/span.h"

enum {
    SJ_STATUS_LIST_BITS = 131072, /* the least that the specification allows; our only size */
    SJ_STATUS_LIST_BYTES = SJ_STATUS_LIST_BITS / 8,
    SJ_STATUS_LIST_ENCODED_MAX = 22528,     /* text of any list of ours, with NUL */
    SJ_STATUS_LIST_ENCODE_WORK = 48 * 1024, /* memory lent to sj_status_list_encode */
    SJ_STATUS_LIST_DECODE_WORK =
        16 * 1024 /* lent to sj_status_list_decode, beside the text's length */
};

/* True when the bit is set.  index is below 8 x bytes (asserted). */
bool sj_status_list_get(const uint8_t *bits, size_t bytes, uint32_t index);

/* Set a bit of a list of SJ_STATUS_LIST_BITS; there is no way back.  index in range (asserted). */
void sj_status_list_set(uint8_t bits[SJ_STATUS_LIST_BYTES], uint32_t index);

/* The encodedList of a list; work is SJ_STATUS_LIST_ENCODE_WORK bytes, aligned as by malloc.  NULL,
 * or words: the buffer is too small. */
const char *sj_status_list_encode(const uint8_t bits[SJ_STATUS_LIST_BYTES], void *work,
                                  char *buffer, size_t size, sj_span *encoded);

/* Read a stranger's encodedList into bits.  Never writes more than size bytes, whatever the text
 * inflates to; work is at least SJ_STATUS_LIST_DECODE_WORK + encoded.length bytes, aligned as by
 * malloc. NULL and *bytes (at least SJ_STATUS_LIST_BYTES), or words that say what is wrong. */
const char *sj_status_list_decode(sj_span encoded, void *work, size_t work_size, uint8_t *bits,
                                  size_t size, size_t *bytes);
