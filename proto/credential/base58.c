/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/base58.h"

#include <assert.h>

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

size_t
sj_base58_encode(const uint8_t *bytes, size_t length, char *out, size_t size)
{
    uint8_t digits[SJ_BASE58_TEXT_MAX]; /* base 58, least first */
    size_t count = 0;
    size_t zeros = 0;

    assert(length <= SJ_BASE58_BYTES_MAX);
    while (zeros < length && bytes[zeros] == 0)
        zeros++;
    for (size_t i = zeros; i < length; i++) {
        unsigned carry = bytes[i];

        for (size_t j = 0; j < count; j++) {
            carry += (unsigned) digits[j] << 8;
            digits[j] = (uint8_t) (carry % 58);
            carry /= 58;
        }
        for (; carry > 0; carry /= 58)
            digits[count++] = (uint8_t) (carry % 58);
    }
    if (zeros + count >= size)
        return 0;
    memset(out, alphabet[0], zeros);
    for (size_t j = 0; j < count; j++)
        out[zeros + j] = alphabet[digits[count - 1 - j]];
    out[zeros + count] = '\0';
    return zeros + count;
}

bool
sj_base58_decode(sj_span text, uint8_t *out, size_t length)
{
    size_t zeros = 0;
    size_t used = 0; /* bytes in use, at the end of out */

    if (length > SJ_BASE58_BYTES_MAX || text.length > SJ_BASE58_TEXT_MAX)
        return false;
    while (zeros < text.length && text.at[zeros] == alphabet[0])
        zeros++;
    for (size_t i = zeros; i < text.length; i++) {
        const char *digit = memchr(alphabet, text.at[i], sizeof alphabet - 1);
        unsigned carry;

        if (digit == NULL)
            return false;
        carry = (unsigned) (digit - alphabet);
        for (size_t j = 0; j < used; j++) {
            carry += out[length - 1 - j] * 58u;
            out[length - 1 - j] = (uint8_t) carry;
            carry >>= 8;
        }
        if (carry > 0 && used == length)
            return false;
        if (carry > 0)
            out[length - 1 - used++] = (uint8_t) carry;
    }
    if (zeros + used != length) /* one spelling only: each leading zero byte is one "1" */
        return false;
    memset(out, 0, zeros);
    return true;
}
