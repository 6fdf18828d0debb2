/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/multikey.h"

#include <assert.h>

#include "proto/credential/base58.h"

enum {
    CODE_0 = 0xed, /* multicodec ed25519-pub, as a varint */
    CODE_1 = 0x01,
    CODE_BYTES = 2
};

void
sj_multikey_encode(const uint8_t key[SJ_PUBLIC_KEY_BYTES], char out[SJ_MULTIKEY_SIZE])
{
    uint8_t coded[CODE_BYTES + SJ_PUBLIC_KEY_BYTES] = { CODE_0, CODE_1 };
    size_t length;

    memcpy(coded + CODE_BYTES, key, SJ_PUBLIC_KEY_BYTES);
    out[0] = 'z';
    length = sj_base58_encode(coded, sizeof coded, out + 1, SJ_MULTIKEY_SIZE - 1);
    assert(length == SJ_MULTIKEY_LENGTH - 1);
}

bool
sj_multikey_decode(sj_span text, uint8_t key[SJ_PUBLIC_KEY_BYTES])
{
    uint8_t coded[CODE_BYTES + SJ_PUBLIC_KEY_BYTES];

    if (text.length != SJ_MULTIKEY_LENGTH || text.at[0] != 'z')
        return false;
    if (!sj_base58_decode((sj_span){ text.at + 1, text.length - 1 }, coded, sizeof coded))
        return false;
    if (coded[0] != CODE_0 || coded[1] != CODE_1)
        return false;
    memcpy(key, coded + CODE_BYTES, SJ_PUBLIC_KEY_BYTES);
    return true;
}
