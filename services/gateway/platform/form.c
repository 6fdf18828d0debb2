/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/form.h"

#include <string.h>

static int
digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

sj_bytes
form_decode(sj_arena *arena, sj_bytes text, bool plus)
{
    const char *at = text.at;
    char *made = sj_arena_take(arena, text.size + 1);
    size_t size = 0;

    if (made == NULL)
        return (sj_bytes){ NULL, 0 };
    for (size_t i = 0; i < text.size; i++) {
        char c = at[i];

        if (c == '%') {
            int high = i + 2 < text.size ? digit_value(at[i + 1]) : -1;
            int low = i + 2 < text.size ? digit_value(at[i + 2]) : -1;

            if (high < 0 || low < 0)
                return (sj_bytes){ NULL, 0 };
            c = (char) (16 * high + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        made[size++] = c;
    }
    made[size] = '\0';
    return (sj_bytes){ made, size };
}

form_found
form_field(sj_arena *arena, sj_bytes form, const char *name, sj_bytes *value)
{
    const char *at = form.at, *end = at + form.size;
    size_t size = strlen(name);
    form_found found = FORM_NONE;

    for (const char *next; at < end; at = next + 1) {
        next = memchr(at, '&', (size_t) (end - at));
        if (next == NULL)
            next = end;
        if ((size_t) (next - at) < size + 1 || memcmp(at, name, size) != 0 || at[size] != '=')
            continue;
        if (found != FORM_NONE)
            return FORM_WRONG;
        at += size + 1;
        *value = form_decode(arena, (sj_bytes){ at, (size_t) (next - at) }, true);
        found = value->at == NULL ? FORM_WRONG : FORM_ONE;
    }
    return found;
}

const char *
form_escape(sj_arena *arena, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *made = sj_arena_take(arena, 3 * strlen(text) + 1), *to = made;

    if (made == NULL)
        return NULL;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char) *text;

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~') {
            *to++ = (char) c;
            continue;
        }
        *to++ = '%';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 0x0f];
    }
    *to = '\0';
    return made;
}
