/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/signature.h"

#include <sodium.h>
#include <string.h>

enum { NUMBER_DIGITS_MAX = 13 };

const char *
delivery_header(const platform_delivery *in, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < in->header_count; i++) {
        if (strcmp(in->header[i].name, name) != 0)
            continue;
        if (value != NULL)
            return NULL; /* which of the two was meant is nothing to guess */
        value = in->header[i].value;
    }
    return value == NULL || value[0] == '\0' ? NULL : value;
}

bool
delivery_has_header(const platform_delivery *in, const char *name)
{
    for (size_t i = 0; i < in->header_count; i++)
        if (strcmp(in->header[i].name, name) == 0)
            return true;
    return false;
}

const char *
delivery_setting(const platform_delivery *in, const char *name)
{
    if (in->settings == NULL)
        return NULL;
    for (char *const *at = in->settings; at[0] != NULL && at[1] != NULL; at += 2)
        if (strcmp(at[0], name) == 0)
            return at[1];
    return NULL;
}

bool
signature_number(const char *digits, size_t size, uint64_t *number)
{
    uint64_t value = 0;

    if (size == 0 || size > NUMBER_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return false;
        value = 10 * value + (uint64_t) (digits[i] - '0');
    }
    *number = value;
    return true;
}

bool
signature_fresh(const platform_delivery *in, uint64_t seconds)
{
    uint64_t now = in->now_ms / 1000;
    uint64_t apart = now > seconds ? now - seconds : seconds - now;

    return apart <= PLATFORM_FRESH_MS / 1000;
}

bool
signature_same(sj_bytes given, sj_bytes expected)
{
    return given.size == expected.size && expected.size > 0 &&
           sodium_memcmp(given.at, expected.at, expected.size) == 0;
}

bool
signature_same_text(const char *given, size_t size, const char *expected)
{
    return signature_same((sj_bytes){ given, size }, signature_text(expected));
}

bool
signature_hex(digest_kind kind, sj_bytes key, const sj_bytes *part, size_t count,
              char text[SIGNATURE_TEXT_MAX])
{
    uint8_t hash[DIGEST_MAX];

    if (!digest_hmac(kind, key, part, count, hash))
        return false;
    (void) sodium_bin2hex(text, SIGNATURE_TEXT_MAX, hash, digest_size(kind));
    return true;
}

bool
signature_base64(digest_kind kind, sj_bytes key, const sj_bytes *part, size_t count,
                 char text[SIGNATURE_TEXT_MAX])
{
    uint8_t hash[DIGEST_MAX];

    if (!digest_hmac(kind, key, part, count, hash))
        return false;
    (void) sodium_bin2base64(text, SIGNATURE_TEXT_MAX, hash, digest_size(kind),
                             sodium_base64_VARIANT_ORIGINAL);
    return true;
}

sj_bytes
signature_text(const char *text)
{
    return (sj_bytes){ text, strlen(text) };
}

void
answer_accept(platform_answer *out, unsigned status)
{
    *out = (platform_answer){ .status = status, .keep = true, .outcome = "accepted" };
}

void
answer_refuse(platform_answer *out, unsigned status, const char *outcome)
{
    *out = (platform_answer){ .status = status, .outcome = outcome };
}
