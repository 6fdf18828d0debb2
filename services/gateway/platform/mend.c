/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/mend.h"

#include <string.h>

enum {
    UNIT_SIZE = 6,    /* as an escape */
    WORD_DIGITS = 19, /* a shorter number without an exponent fits into 64 bits */
    FLAGS = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
};

bool
mend_unit(const char *at, size_t size, uint32_t *unit)
{
    if (size < UNIT_SIZE || at[0] != '\\' || at[1] != 'u')
        return false;
    *unit = 0;
    for (size_t i = 2; i < UNIT_SIZE; i++) {
        char c = at[i];
        char lower = c >= 'A' && c <= 'F' ? (char) (c - 'A' + 'a') : c;

        if (!(c >= '0' && c <= '9') && !(lower >= 'a' && lower <= 'f'))
            return false;
        *unit = *unit << 4 | (uint32_t) (c <= '9' ? c - '0' : lower - 'a' + 10);
    }
    return true;
}

bool
mend_is_high(uint32_t unit)
{
    return unit >> 10 == 0xd800 >> 10;
}

bool
mend_is_low(uint32_t unit)
{
    return unit >> 10 == 0xdc00 >> 10;
}

/* ---- characters and numbers --------------------------------------------------------------------
 */

/* What begins with a backslash, to `to`; how many octets it is, here and there. */
static size_t
copy_escape(const char *at, size_t size, char *to)
{
    uint32_t unit, low;
    size_t used = size < 2 ? size : 2;

    if (mend_unit(at, size, &unit)) {
        used = UNIT_SIZE;
        if (mend_is_high(unit) && mend_unit(at + used, size - used, &low) && mend_is_low(low)) {
            used += UNIT_SIZE;
        } else if (mend_is_high(unit) || mend_is_low(unit)) {
            memcpy(to, "\\ufffd", UNIT_SIZE);
            return used;
        }
    }
    memcpy(to, at, used);
    return used;
}

static size_t
number_size(const char *at, size_t size)
{
    size_t used = 0;

    while (used < size && at[used] != '\0' && strchr("+-.0123456789eE", at[used]) != NULL)
        used++;
    return used;
}

static bool
is_too_large(const char *at, size_t size)
{
    json_error_t error;
    json_t *number;

    if (size < WORD_DIGITS && memchr(at, 'e', size) == NULL && memchr(at, 'E', size) == NULL)
        return false;
    number = json_loadb(at, size, JSON_DECODE_ANY, &error);
    json_decref(number);
    return number == NULL && json_error_code(&error) == json_error_numeric_overflow;
}

/* `to` has room for half as much again: a number that gets quotes has five digits and more. */
static size_t
copy_mended(const char *at, size_t size, char *to)
{
    size_t used = 0, step;
    bool inside = false; /* a string */

    for (size_t i = 0; i < size; i += step) {
        step = 1;
        if (inside && at[i] == '\\') {
            step = copy_escape(at + i, size - i, to + used);
            used += step;
            continue;
        }
        if (at[i] == '"')
            inside = !inside;
        if (inside || (step = number_size(at + i, size - i)) == 0) {
            to[used++] = at[i];
            step = 1;
            continue;
        }
        bool quote = is_too_large(at + i, step);

        if (quote)
            to[used++] = '"';
        memcpy(to + used, at + i, step);
        used += step;
        if (quote)
            to[used++] = '"';
    }
    return used;
}

/* ---- items -------------------------------------------------------------------------------------
 */

static size_t
skip_space(const char *at, size_t i, size_t size)
{
    while (i < size && (at[i] == ' ' || at[i] == '\t' || at[i] == '\r' || at[i] == '\n'))
        i++;
    return i;
}

/* The end of the string that begins at i, behind its quote. */
static size_t
string_end(const char *at, size_t i, size_t size)
{
    for (i++; i < size && at[i] != '"'; i++)
        if (at[i] == '\\')
            i++;
    return i < size ? i + 1 : size;
}

/* Where what begins at i ends: at the comma or bracket of what it is part of. */
static size_t
part_end(const char *at, size_t i, size_t size)
{
    size_t depth = 0;

    while (i < size) {
        if (at[i] == '"') {
            i = string_end(at, i, size);
            continue;
        }
        if (depth == 0 && (at[i] == ',' || at[i] == ']' || at[i] == '}'))
            return i;
        if (at[i] == '[' || at[i] == '{')
            depth++;
        else if (at[i] == ']' || at[i] == '}')
            depth--;
        i++;
    }
    return size;
}

/* Of the array that begins at i: what is no JSON by itself becomes 0. */
static void
blank_items(char *at, size_t i, size_t size)
{
    do {
        size_t begin = skip_space(at, i + 1, size);
        json_t *item;

        i = part_end(at, begin, size);
        if (i == begin)
            continue;
        item = json_loadb(at + begin, i - begin, FLAGS | JSON_DECODE_ANY, NULL);
        if (item == NULL) {
            memset(at + begin, ' ', i - begin);
            at[begin] = '0';
        }
        json_decref(item);
    } while (i < size && at[i] == ',');
}

static void
blank_batches(char *at, size_t size)
{
    size_t i = skip_space(at, 0, size);

    if (i < size && at[i] == '[')
        blank_items(at, i, size);
    if (i == size || at[i] != '{')
        return;
    do {
        size_t value = skip_space(at, i + 1, size);

        i = part_end(at, value, size);
        if (value < size && at[value] == '"')
            value = skip_space(at, string_end(at, value, size), size);
        if (value < size && at[value] == ':')
            value = skip_space(at, value + 1, size);
        if (value < i && at[value] == '[')
            blank_items(at, value, size);
    } while (i < size && at[i] == ',');
}

json_t *
mend_json(sj_arena *arena, sj_bytes text, json_error_t *error)
{
    const char *at = text.size == 0 ? "" : text.at;
    json_t *json = json_loadb(at, text.size, FLAGS, error);
    size_t size = text.size;
    char *copy;

    if (json != NULL) /* nearly always */
        return json;
    copy = sj_arena_take(arena, size + size / 2 + 1);
    if (copy == NULL)
        return NULL;
    size = copy_mended(at, size, copy);
    json = json_loadb(copy, size, FLAGS, error);
    if (json != NULL)
        return json;
    blank_batches(copy, size);
    return json_loadb(copy, size, FLAGS, error);
}
