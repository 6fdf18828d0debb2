/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/json_string.h"

#include "proto/wire/check.h"

#include <string.h>

static bool
read_four(const char *at, const char *end, uint32_t *unit)
{
    if (end - at < 4)
        return false;
    *unit = 0;
    for (size_t i = 0; i < 4; i++) {
        char digit = at[i];

        *unit <<= 4;
        if (digit >= '0' && digit <= '9')
            *unit |= (uint32_t) (digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            *unit |= (uint32_t) (digit - 'a') + 10;
        else if (digit >= 'A' && digit <= 'F')
            *unit |= (uint32_t) (digit - 'A') + 10;
        else
            return false;
    }
    return true;
}

static size_t
put_point(uint32_t point, char *to)
{
    if (point < 0x80) {
        to[0] = (char) point;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (char) (0xc0 | point >> 6);
        to[1] = (char) (0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        to[0] = (char) (0xe0 | point >> 12);
        to[1] = (char) (0x80 | (point >> 6 & 0x3f));
        to[2] = (char) (0x80 | (point & 0x3f));
        return 3;
    }
    to[0] = (char) (0xf0 | point >> 18);
    to[1] = (char) (0x80 | (point >> 12 & 0x3f));
    to[2] = (char) (0x80 | (point >> 6 & 0x3f));
    to[3] = (char) (0x80 | (point & 0x3f));
    return 4;
}

/* Behind "\u": one unit of UTF-16, or two of a pair. */
static const char *
read_unit(const char **at, const char *end, uint32_t *point)
{
    uint32_t low;

    if (!read_four(*at, end, point))
        return "four hexadecimal digits are wanted after \\u";
    *at += 4;
    if (*point == 0)
        return "a text cannot hold NUL";
    if (*point < 0xd800 || *point > 0xdfff)
        return NULL;
    if (*point > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u' ||
        !read_four(*at + 2, end, &low) || low < 0xdc00 || low > 0xdfff)
        return "a lone surrogate is no character";
    *at += 6;
    *point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
    return NULL;
}

/* Behind a backslash. */
static const char *
read_escape(const char **at, const char *end, uint32_t *point)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *found;
    char letter;

    if (*at == end)
        return "the text ends in the middle of a string";
    letter = *(*at)++;
    if (letter == 'u')
        return read_unit(at, end, point);
    found = letter == '\0' ? NULL : strchr(letters, letter);
    if (found == NULL)
        return "no such escape; a backslash itself is written \\\\";
    *point = (uint32_t) meant[found - letters];
    return NULL;
}

/* The closing quote; NULL: there is none. */
static const char *
find_end(const char *at, const char *end)
{
    const char *quote = memchr(at, '"', (size_t) (end - at));

    if (quote == NULL || memchr(at, '\\', (size_t) (quote - at)) == NULL)
        return quote;
    for (; at < end && *at != '"'; at++)
        if (*at == '\\' && at + 1 < end)
            at++;
    return at < end ? at : NULL;
}

const char *
json_string_read(sj_arena *arena, const char **at, const char *end, sj_bytes *text)
{
    const char *from = *at + 1, *last = find_end(from, end);
    bool plain;
    char *to;
    size_t size = 0;

    if (last == NULL)
        return "the text ends in the middle of a string";
    plain = sj_text_plain(from, (size_t) (last - from));
    if (!plain && !sj_utf8_valid(from, (size_t) (last - from)))
        return "the text is not UTF-8, or holds NUL";
    to = sj_arena_take(arena, (size_t) (last - from) + 1);
    if (to == NULL)
        return "the text is too long";
    *at = from;
    while (*at < last) {
        const char *run = *at, *words;
        uint32_t point;

        if (plain && (run = memchr(run, '\\', (size_t) (last - run))) == NULL)
            run = last;
        while (run < last && *run != '\\' && (unsigned char) *run >= 0x20)
            run++;
        memcpy(to + size, *at, (size_t) (run - *at));
        size += (size_t) (run - *at);
        *at = run;
        if (run == last)
            break;
        if (*run != '\\')
            return "a control character in a text is written as an escape";
        (*at)++;
        words = read_escape(at, last, &point);
        if (words != NULL)
            return words;
        size += put_point(point, to + size);
    }
    to[size] = '\0';
    *text = (sj_bytes){ to, size };
    *at = last + 1;
    return NULL;
}
