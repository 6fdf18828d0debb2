/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/jcs.h"

#include <assert.h>

static void
put(sj_jcs *jcs, const char *bytes, size_t length)
{
    if (jcs->status != SJ_JCS_OK)
        return;
    if (length > jcs->size - jcs->length) {
        jcs->status = SJ_JCS_OVERFLOW;
        return;
    }
    if (length > 0)
        memcpy(jcs->buffer + jcs->length, bytes, length);
    jcs->length += length;
}

static sj_jcs_level *
top(sj_jcs *jcs)
{
    assert(jcs->depth > 0);
    return &jcs->levels[jcs->depth - 1];
}

/* Every value passes here: a comma between elements of an array, a name before those of an object.
 */
static void
value_begin(sj_jcs *jcs)
{
    assert(!jcs->done && !jcs->in_string);
    if (jcs->depth == 0) {
        jcs->done = true;
        return;
    }
    sj_jcs_level *level = top(jcs);

    if (level->array) {
        if (!level->empty)
            put(jcs, ",", 1);
        level->empty = false;
    } else {
        assert(level->named);
        level->named = false;
    }
}

static void
container_begin(sj_jcs *jcs, bool array)
{
    value_begin(jcs);
    assert(jcs->depth < SJ_JCS_DEPTH_MAX);
    jcs->done = false;
    jcs->levels[jcs->depth++] = (sj_jcs_level){ .array = array, .empty = true };
    put(jcs, array ? "[" : "{", 1);
}

static void
container_end(sj_jcs *jcs, bool array)
{
    assert(!jcs->in_string && top(jcs)->array == array && !top(jcs)->named);
    jcs->depth--;
    jcs->done = jcs->depth == 0;
    put(jcs, array ? "]" : "}", 1);
}

/* The escape of a byte below 0x20, a quote or a backslash; its length. */
static size_t
escape(unsigned char byte, char out[6])
{
    static const char digits[] = "0123456789abcdef";
    static const char letters[] = "btn\0fr"; /* 0x08..0x0d; 0x0b has none */

    out[0] = '\\';
    if (byte == '"' || byte == '\\') {
        out[1] = (char) byte;
        return 2;
    }
    if (byte >= 0x08 && byte <= 0x0d && byte != 0x0b) {
        out[1] = letters[byte - 0x08];
        return 2;
    }
    memcpy(out + 1, "u00", 3);
    out[4] = digits[byte >> 4];
    out[5] = digits[byte & 15];
    return 6;
}

static void
put_escaped(sj_jcs *jcs, sj_span text)
{
    size_t from = 0;

    for (size_t at = 0; at < text.length;) {
        unsigned char byte = (unsigned char) text.at[at];
        char escaped[6];

        if (byte >= 0x80) {
            size_t step = sj_utf8_step(text.at + at, text.length - at);

            if (step == 0 && jcs->status == SJ_JCS_OK)
                jcs->status = SJ_JCS_NOT_UTF8;
            if (step == 0)
                return;
            at += step;
            continue;
        }
        if (byte < 0x20 || byte == '"' || byte == '\\') {
            put(jcs, text.at + from, at - from);
            size_t length = escape(byte, escaped);

            put(jcs, escaped, length);
            from = at + 1;
        }
        at++;
    }
    put(jcs, text.at + from, text.length - from);
}

size_t
sj_utf8_step(const char *text, size_t length)
{
    if (length == 0)
        return 0;
    const unsigned char *at = (const unsigned char *) text;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    size_t step;

    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    step = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (step > length)
        return 0;
    if (at[0] == 0xe0)
        low = 0xa0; /* shorter forms exist */
    else if (at[0] == 0xed)
        high = 0x9f; /* surrogates */
    else if (at[0] == 0xf0)
        low = 0x90;
    else if (at[0] == 0xf4)
        high = 0x8f; /* beyond U+10FFFF */
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < step; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return step;
}

int
sj_utf16_compare(sj_span a, sj_span b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    size_t i = 0;

    while (i < common && a.at[i] == b.at[i])
        i++;
    if (i == common)
        return (a.length > b.length) - (a.length < b.length);
    unsigned char left = (unsigned char) a.at[i];
    unsigned char right = (unsigned char) b.at[i];

    /* Beyond U+FFFF a character is two surrogates, 0xD800 and up: below U+E000..U+FFFF. */
    if (left >= 0xf0 && (right == 0xee || right == 0xef))
        return -1;
    if (right >= 0xf0 && (left == 0xee || left == 0xef))
        return 1;
    return left < right ? -1 : 1;
}

const char *
sj_jcs_words(sj_jcs_status status)
{
    switch (status) {
    case SJ_JCS_OK:
        return NULL;
    case SJ_JCS_OVERFLOW:
        return "the text is longer than its buffer";
    case SJ_JCS_NOT_UTF8:
        return "a text is not UTF-8";
    }
    return "unknown status";
}

void
sj_jcs_open(sj_jcs *jcs, char *buffer, size_t size)
{
    memset(jcs, 0, sizeof *jcs);
    jcs->buffer = buffer;
    jcs->size = size;
}

void
sj_jcs_object_begin(sj_jcs *jcs)
{
    container_begin(jcs, false);
}

void
sj_jcs_object_end(sj_jcs *jcs)
{
    container_end(jcs, false);
}

void
sj_jcs_array_begin(sj_jcs *jcs)
{
    container_begin(jcs, true);
}

void
sj_jcs_array_end(sj_jcs *jcs)
{
    container_end(jcs, true);
}

void
sj_jcs_name(sj_jcs *jcs, const char *name)
{
    sj_jcs_level *level = top(jcs);
    sj_span text = sj_span_of(name);

    assert(!level->array && !level->named && !jcs->in_string);
    assert(level->empty || sj_utf16_compare(level->last, text) < 0);
    if (!level->empty)
        put(jcs, ",", 1);
    level->empty = false;
    level->named = true;
    level->last = text;
    put(jcs, "\"", 1);
    put_escaped(jcs, text);
    put(jcs, "\":", 2);
}

void
sj_jcs_string_begin(sj_jcs *jcs)
{
    value_begin(jcs);
    jcs->in_string = true;
    put(jcs, "\"", 1);
}

void
sj_jcs_string_part(sj_jcs *jcs, const char *text)
{
    assert(jcs->in_string);
    put_escaped(jcs, sj_span_of(text));
}

void
sj_jcs_string_end(sj_jcs *jcs)
{
    assert(jcs->in_string);
    jcs->in_string = false;
    put(jcs, "\"", 1);
}

void
sj_jcs_string_span(sj_jcs *jcs, sj_span text)
{
    sj_jcs_string_begin(jcs);
    put_escaped(jcs, text);
    sj_jcs_string_end(jcs);
}

void
sj_jcs_string(sj_jcs *jcs, const char *text)
{
    sj_jcs_string_span(jcs, sj_span_of(text));
}

void
sj_jcs_integer(sj_jcs *jcs, int64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t left = number < 0 ? (uint64_t) 0 - (uint64_t) number : (uint64_t) number;

    assert(number >= -SJ_JCS_INTEGER_MAX && number <= SJ_JCS_INTEGER_MAX);
    value_begin(jcs);
    do {
        digits[--at] = (char) ('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0)
        digits[--at] = '-';
    put(jcs, digits + at, sizeof digits - at);
}

void
sj_jcs_bool(sj_jcs *jcs, bool value)
{
    sj_jcs_raw(jcs, sj_span_of(value ? "true" : "false"));
}

void
sj_jcs_raw(sj_jcs *jcs, sj_span value)
{
    value_begin(jcs);
    put(jcs, value.at, value.length);
}

void
sj_jcs_member(sj_jcs *jcs, const char *name, const char *text)
{
    sj_jcs_name(jcs, name);
    sj_jcs_string(jcs, text);
}

sj_jcs_status
sj_jcs_close(sj_jcs *jcs, sj_span *text)
{
    assert(jcs->done && jcs->depth == 0);
    *text = (sj_span){ .at = jcs->buffer, .length = jcs->status == SJ_JCS_OK ? jcs->length : 0 };
    return jcs->status;
}
