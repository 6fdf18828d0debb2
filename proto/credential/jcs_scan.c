/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/jcs_scan.h"

typedef struct {
    const char *at;
    const char *end;
    unsigned depth;
} scan;

static bool
accept(scan *s, char byte)
{
    if (s->at == s->end || *s->at != byte)
        return false;
    s->at++;
    return true;
}

static bool
accept_word(scan *s, const char *word)
{
    size_t length = strlen(word);

    if ((size_t) (s->end - s->at) < length || memcmp(s->at, word, length) != 0)
        return false;
    s->at += length;
    return true;
}

/* After a backslash: the one escape that RFC 8785 has for the character. */
static bool
scan_escape(scan *s)
{
    if (s->at == s->end)
        return false;
    if (memchr("\"\\btnfr", *s->at, 7) != NULL) {
        s->at++;
        return true;
    }
    if (!accept_word(s, "u00") || s->end - s->at < 2)
        return false;
    char high = s->at[0];
    char low = s->at[1];

    s->at += 2;
    if (high == '0') /* 08 09 0a 0c 0d have letters */
        return (low >= '0' && low <= '7') || low == 'b' || low == 'e' || low == 'f';
    return high == '1' && ((low >= '0' && low <= '9') || (low >= 'a' && low <= 'f'));
}

/* The first octet that is not a plain ASCII character of a string: nearly all are, and a signer
 * looks at each document several times. */
static const char *
plain_end(const char *at, const char *end)
{
    while (at != end && *at >= ' ' && *at < 0x7f && *at != '"' && *at != '\\')
        at++;
    return at;
}

static bool
scan_string(scan *s, bool escapes)
{
    if (!accept(s, '"'))
        return false;
    for (;;) {
        size_t step;

        s->at = plain_end(s->at, s->end);
        if (s->at == s->end || *s->at == '"')
            return accept(s, '"');
        if (*s->at == '\\') {
            s->at++;
            if (!escapes || !scan_escape(s))
                return false;
            continue;
        }
        step = sj_utf8_step(s->at, (size_t) (s->end - s->at));
        if (step == 0 || (unsigned char) *s->at < 0x20)
            return false;
        s->at += step;
    }
}

static bool
scan_integer(scan *s)
{
    bool minus = accept(s, '-');
    int64_t number = 0;

    if (s->at == s->end || *s->at < '0' || *s->at > '9')
        return false;
    if (accept(s, '0'))
        return !minus; /* and no digit follows: that is no delimiter */
    while (s->at != s->end && *s->at >= '0' && *s->at <= '9') {
        number = number * 10 + (*s->at++ - '0');
        if (number > SJ_JCS_INTEGER_MAX)
            return false;
    }
    return true;
}

static bool
scan_name(scan *s, sj_span *name)
{
    const char *from = s->at;

    if (!scan_string(s, false))
        return false;
    *name = (sj_span){ .at = from + 1, .length = (size_t) (s->at - from) - 2 };
    return accept(s, ':');
}

static bool
scan_value(scan *s)
{
    if (s->at == s->end)
        return false;
    char kind = *s->at;

    if (kind == '"')
        return scan_string(s, true);
    if (kind != '{' && kind != '[')
        return accept_word(s, "true") || accept_word(s, "false") || accept_word(s, "null") ||
               scan_integer(s);
    char closing = kind == '{' ? '}' : ']';
    sj_span last = { .at = NULL };

    if (s->depth++ == SJ_JCS_DEPTH_MAX)
        return false;
    s->at++;
    if (!accept(s, closing)) {
        do {
            sj_span name = { .at = NULL };

            if (kind == '{' && !scan_name(s, &name))
                return false;
            if (last.at != NULL && sj_utf16_compare(last, name) >= 0)
                return false;
            last = name;
            if (!scan_value(s))
                return false;
        } while (accept(s, ','));
        if (!accept(s, closing))
            return false;
    }
    s->depth--;
    return true;
}

bool
sj_jcs_canonical(sj_span text)
{
    scan s = { .at = text.at, .end = text.at + text.length };

    return scan_value(&s) && s.at == s.end;
}

bool
sj_jcs_enter(sj_span container, sj_jcs_cursor *cursor)
{
    if (container.length < 2 || (container.at[0] != '{' && container.at[0] != '['))
        return false;
    *cursor = (sj_jcs_cursor){
        .at = container.at + 1,
        .end = container.at + container.length,
        .object = container.at[0] == '{',
        .first = true,
    };
    return true;
}

bool
sj_jcs_next(sj_jcs_cursor *cursor, sj_span *name, sj_span *value)
{
    scan s = { .at = cursor->at, .end = cursor->end };

    if (accept(&s, cursor->object ? '}' : ']'))
        return false;
    if (!cursor->first && !accept(&s, ','))
        return false;
    *name = (sj_span){ .at = s.at, .length = 0 };
    if (cursor->object && !scan_name(&s, name))
        return false;
    value->at = s.at;
    if (!scan_value(&s))
        return false;
    value->length = (size_t) (s.at - value->at);
    cursor->at = s.at;
    cursor->first = false;
    return true;
}

bool
sj_jcs_find(sj_span object, const char *name, sj_span *value)
{
    sj_jcs_cursor cursor;
    sj_span wanted = sj_span_of(name);
    sj_span found;

    if (!sj_jcs_enter(object, &cursor) || !cursor.object)
        return false;
    while (sj_jcs_next(&cursor, &found, value))
        if (sj_span_equal(found, wanted))
            return true;
    return false;
}

bool
sj_jcs_find_in(sj_span object, const char *outer, const char *inner, sj_span *value)
{
    sj_span between;

    return sj_jcs_find(object, outer, &between) && sj_jcs_find(between, inner, value);
}

bool
sj_jcs_is_string(sj_span value, const char *text)
{
    size_t length = strlen(text);

    return value.length == length + 2 && value.at[0] == '"' && value.at[length + 1] == '"' &&
           memcmp(value.at + 1, text, length) == 0;
}

bool
sj_jcs_has_string(sj_span value, const char *text)
{
    sj_jcs_cursor cursor;
    sj_span name;
    sj_span item;

    if (!sj_jcs_enter(value, &cursor) || cursor.object)
        return false;
    while (sj_jcs_next(&cursor, &name, &item))
        if (sj_jcs_is_string(item, text))
            return true;
    return false;
}

bool
sj_jcs_place(sj_span object, const char *name, size_t *offset)
{
    sj_jcs_cursor cursor;
    sj_span wanted = sj_span_of(name);
    sj_span found;
    sj_span value;

    if (!sj_jcs_enter(object, &cursor) || !cursor.object)
        return false;
    while (sj_jcs_next(&cursor, &found, &value)) {
        int order = sj_utf16_compare(found, wanted);

        if (order == 0)
            return false;
        if (order > 0) {
            *offset = (size_t) (found.at - object.at) - 1; /* before its quote */
            return true;
        }
    }
    if (cursor.end - cursor.at != 1)
        return false; /* malformed: the walk stopped before the closing brace */
    *offset = object.length - 1;
    return true;
}
