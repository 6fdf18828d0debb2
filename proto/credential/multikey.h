/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * multikey: an Ed25519 public key as text, "z6Mk..." (W3C Controlled Identifiers 1.0, 2.2.2):
 * "z" and base58btc of 0xed 0x01 and the 32 bytes of the key.
 */
#include <stdint.h>

#include "proto/credential/span.h"

enum {
    SJ_PUBLIC_KEY_BYTES = 32,
    SJ_MULTIKEY_LENGTH = 48,
    SJ_MULTIKEY_SIZE = SJ_MULTIKEY_LENGTH + 1 /* with NUL */
};

void sj_multikey_encode(const uint8_t key[SJ_PUBLIC_KEY_BYTES], char out[SJ_MULTIKEY_SIZE]);

/* False when text is not the multikey of an Ed25519 key.  Whether the point is sane is asked by the
 * verification of a signature. */
bool sj_multikey_decode(sj_span text, uint8_t key[SJ_PUBLIC_KEY_BYTES]);
