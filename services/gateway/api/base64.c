/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/base64.h"

#include <string.h>

enum { NO_DIGIT = 64, EXACT_MAX = 64 };

static size_t
write_with(const char *alphabet, bool padded, const uint8_t *from, size_t size, char *letters)
{
    char *to = letters;
    uint32_t group;

    for (; size >= 3; size -= 3, from += 3) {
        group = (uint32_t) from[0] << 16 | (uint32_t) from[1] << 8 | from[2];
        *to++ = alphabet[group >> 18];
        *to++ = alphabet[group >> 12 & 63];
        *to++ = alphabet[group >> 6 & 63];
        *to++ = alphabet[group & 63];
    }
    if (size > 0) {
        group = (uint32_t) from[0] << 16 | (size > 1 ? (uint32_t) from[1] << 8 : 0);
        *to++ = alphabet[group >> 18];
        *to++ = alphabet[group >> 12 & 63];
        if (size > 1)
            *to++ = alphabet[group >> 6 & 63];
        for (; padded && (to - letters) % 4 != 0; to++)
            *to = '=';
    }
    return (size_t) (to - letters);
}

size_t
base64_write(const void *octets, size_t size, char *letters)
{
    return write_with("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true,
                      octets, size, letters);
}

size_t
base64_write_url(const void *octets, size_t size, char *letters)
{
    return write_with("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false,
                      octets, size, letters);
}

static unsigned
digit64(char letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return (unsigned) (letter - 'A');
    if (letter >= 'a' && letter <= 'z')
        return (unsigned) (letter - 'a') + 26;
    if (letter >= '0' && letter <= '9')
        return (unsigned) (letter - '0') + 52;
    if (letter == '+' || letter == '-')
        return 62;
    return letter == '/' || letter == '_' ? 63 : NO_DIGIT;
}

bool
base64_read(const char *letters, size_t count, uint8_t *octets, size_t *size)
{
    size_t digits = count;
    uint32_t bits = 0;
    unsigned held = 0;

    while (digits > 0 && count - digits < 2 && letters[digits - 1] == '=')
        digits--;
    if (digits % 4 == 1 || (digits != count && count % 4 != 0))
        return false;
    *size = 0;
    for (size_t i = 0; i < digits; i++) {
        unsigned digit = digit64(letters[i]);

        if (digit == NO_DIGIT)
            return false;
        bits = (bits << 6 | digit) & 0xffff;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        octets[(*size)++] = (uint8_t) (bits >> held);
    }
    return true;
}

static int
digit16(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : -1;
}

static bool
hex_read(const char *letters, uint8_t *octets, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        int high = digit16(letters[2 * i]), low = digit16(letters[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        octets[i] = (uint8_t) (high << 4 | low);
    }
    return true;
}

bool
octets_read(const char *letters, size_t count, uint8_t *octets, size_t size)
{
    uint8_t read[BASE64_OCTETS(BASE64_LETTERS(EXACT_MAX))];
    size_t got;

    if (size > EXACT_MAX)
        return false;
    if (count == 2 * size)
        return hex_read(letters, octets, size);
    if (count > BASE64_LETTERS(size) || !base64_read(letters, count, read, &got) || got != size)
        return false;
    memcpy(octets, read, size);
    return true;
}
