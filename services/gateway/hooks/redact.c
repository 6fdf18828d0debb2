/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/redact.h"

#include "services/gateway/platform/mend.h"

#include <string.h>

/* What a backslash and a letter mean; 0: a letter that has no such meaning. */
static char
control_of(char letter)
{
    static const char letters[] = "bfnrt", controls[] = "\b\f\n\r\t";
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);

    return found == NULL ? '\0' : controls[found - letters];
}

static size_t
utf8_of(uint32_t point, char text[4])
{
    if (point < 0x80) {
        text[0] = (char) point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = size - 1; i > 0; i--, point >>= 6)
        text[i] = (char) (0x80 | (point & 0x3f));
    text[0] = (char) ((0xf00 >> size & 0xff) | point);
    return size;
}

/* The octets of the next character of a string of JSON; how many octets it is written in. */
static size_t
character_of(const char *at, size_t size, char text[4], size_t *text_size)
{
    uint32_t unit, low;

    *text_size = 1;
    text[0] = at[0];
    if (at[0] != '\\' || size < 2)
        return 1;
    if (!mend_unit(at, size, &unit)) {
        text[0] = control_of(at[1]) != '\0' ? control_of(at[1]) : at[1];
        return 2;
    }
    if (mend_is_high(unit) && mend_unit(at + 6, size - 6, &low) && mend_is_low(low)) {
        *text_size = utf8_of(0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff), text);
        return 12;
    }
    *text_size = utf8_of(unit, text);
    return 6;
}

/* How many octets here are the secret; 0: it is not here. */
static size_t
match(const char *at, size_t size, sj_bytes secret)
{
    const char *rest = secret.at;
    size_t left = secret.size, used = 0;

    if (left == 0)
        return 0;
    if (left <= size && memcmp(at, rest, left) == 0)
        return left;
    while (left > 0 && used < size) {
        char text[4];
        size_t text_size;

        used += character_of(at + used, size - used, text, &text_size);
        if (text_size > left || memcmp(text, rest, text_size) != 0)
            return 0;
        rest += text_size;
        left -= text_size;
    }
    return left == 0 ? used : 0;
}

size_t
redact_copy(const platform_delivery *in, char *copy, size_t size)
{
    const char *at = in->body.at;
    size_t kept = in->body.size < size ? in->body.size : size;

    if (kept > 0)
        memcpy(copy, at, kept);
    for (size_t i = 0; i < kept; i++) {
        size_t hidden = 0;

        for (size_t n = 0; n < in->secret_count; n++) {
            size_t found = match(at + i, in->body.size - i, in->secret[n]);

            hidden = found > hidden ? found : hidden;
        }
        if (hidden == 0)
            continue;
        memset(copy + i, '*', hidden < kept - i ? hidden : kept - i);
        i += hidden - 1;
    }
    return kept;
}
