/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * base58: base58btc, the alphabet of Bitcoin (draft-msporny-base58), without the multibase prefix.
 */
#include <stdint.h>

#include "proto/credential/span.h"

enum {
    SJ_BASE58_BYTES_MAX = 96, /* the longest input of both functions' binary side */
    SJ_BASE58_TEXT_MAX = 132  /* the longest text: 96 x log(256)/log(58), rounded up */
};

/* Write bytes as text with a closing NUL.  The length without NUL, or 0 when out is too small.
 * length is at most SJ_BASE58_BYTES_MAX (asserted). */
size_t sj_base58_encode(const uint8_t *bytes, size_t length, char *out, size_t size);

/* Read exactly length bytes.  False on a foreign character or another length; out is then
 * unspecified. */
bool sj_base58_decode(sj_span text, uint8_t *out, size_t length);
