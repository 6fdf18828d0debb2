/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/text.h"

#include "proto/wire/check.h"

#include <idn2.h>
#include <string.h>
#include <utf8proc.h>

enum { COMBINING_MAX = 4, EMAIL_MAX = 254, USER_MAX = 64 };

static void
fail_full_arena(sj_txn *txn)
{
    if (sj_txn_arena(txn)->full)
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the command needs more memory than a command may have");
}

static const char *
copy_trimmed(sj_arena *arena, const char *at, size_t size)
{
    char *copy;

    while (size > 0 && *at == ' ') {
        at++;
        size--;
    }
    while (size > 0 && at[size - 1] == ' ')
        size--;
    copy = sj_arena_take(arena, size + 1);
    if (copy == NULL)
        return "";
    memmove(copy, at,
            size); /* `at` may be scratch that was given back: it lies at the same place or above */
    copy[size] = '\0';
    return copy;
}

static bool
is_combining(utf8proc_int32_t point)
{
    utf8proc_category_t category = utf8proc_category(point);

    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

/* Take out the marks U+200E and U+200F, count what remains. */
static sj_text_result
sift(utf8proc_int32_t *points, utf8proc_ssize_t *count, size_t max)
{
    utf8proc_ssize_t kept = 0;
    unsigned combining = 0;
    bool dropped = false;

    for (utf8proc_ssize_t i = 0; i < *count; i++) {
        if (points[i] == 0x200e || points[i] == 0x200f) {
            dropped = true;
            continue;
        }
        combining = is_combining(points[i]) ? combining + 1 : 0;
        if (combining > COMBINING_MAX)
            return SJ_TEXT_COMBINING;
        points[kept++] = points[i];
    }
    *count = kept;
    if ((size_t) kept > max)
        return SJ_TEXT_LONG;
    return dropped ? SJ_TEXT_MARKS_DROPPED : SJ_TEXT_OK;
}

static sj_text_result
clean_unicode(sj_arena *arena, const char *text, size_t size, size_t max, const char **clean)
{
    size_t mark = sj_arena_mark(arena);
    size_t room = 4 * size + 1; /* NFC decomposes first: at most fourfold in points a UTF-8 octet */
    utf8proc_int32_t *points = sj_arena_take(arena, room * sizeof *points);
    utf8proc_ssize_t count;
    sj_text_result result;

    if (points == NULL)
        return SJ_TEXT_EMPTY;
    count = utf8proc_decompose((const utf8proc_uint8_t *) text, (utf8proc_ssize_t) size, points,
                               (utf8proc_ssize_t) room, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (count < 0 || (size_t) count >= room)
        return SJ_TEXT_CONTROL;
    count = utf8proc_normalize_utf32(points, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    result = sift(points, &count, max);
    if (result != SJ_TEXT_OK && result != SJ_TEXT_MARKS_DROPPED)
        return result;
    count = utf8proc_reencode(points, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    sj_arena_release(arena, mark);
    *clean = copy_trimmed(arena, (const char *) points, (size_t) count);
    return result;
}

sj_text_result
sj_text_clean_in(sj_arena *arena, const char *text, size_t points, const char **clean)
{
    size_t size = strlen(text);
    sj_text_result result = SJ_TEXT_OK;
    const char *made = NULL;

    if (sj_text_plain(text, size)) {
        if (size <= points)
            made = copy_trimmed(arena, text, size);
        else
            result = SJ_TEXT_LONG;
    } else if (!sj_utf8_valid(text, size) || !sj_text_harmless(text, size)) {
        result = SJ_TEXT_CONTROL;
    } else {
        result = clean_unicode(arena, text, size, points, &made);
    }
    if (made == NULL)
        return result;
    if (made[0] == '\0')
        return SJ_TEXT_EMPTY;
    *clean = made;
    return result;
}

sj_text_result
sj_text_clean(sj_txn *txn, const char *text, size_t points, const char **clean)
{
    sj_text_result result = sj_text_clean_in(sj_txn_arena(txn), text, points, clean);

    fail_full_arena(txn);
    return result;
}

/* What stands for a point that sj_text_clean would not take: a space for what separates words and
 * lines, nothing for the rest. */
static utf8proc_int32_t
harmless(utf8proc_int32_t point, const utf8proc_uint8_t *at, size_t size)
{
    if (point == '\t' || point == '\n' || point == '\r' || point == 0x85 || point == 0x2028 ||
        point == 0x2029)
        return ' ';
    if (point == 0x200e || point == 0x200f || !sj_text_harmless(at, size))
        return 0;
    return point;
}

/* The octets of `text` that are UTF-8 and harmless, into `safe`, which is as large; how many. */
static size_t
keep_harmless(const utf8proc_uint8_t *at, size_t size, utf8proc_uint8_t *safe)
{
    size_t kept = 0;

    for (size_t i = 0; i < size;) {
        utf8proc_int32_t point;
        utf8proc_ssize_t step = utf8proc_iterate(at + i, (utf8proc_ssize_t) (size - i), &point);

        if (step <= 0) {
            i++;
            continue;
        }
        point = harmless(point, at + i, (size_t) step);
        if (point != 0)
            kept += (size_t) utf8proc_encode_char(point, safe + kept);
        i += (size_t) step;
    }
    return kept;
}

/* As sift, but nothing is refused: what is too much is left out. */
static utf8proc_ssize_t
thin(utf8proc_int32_t *points, utf8proc_ssize_t count)
{
    utf8proc_ssize_t kept = 0;
    unsigned combining = 0;

    for (utf8proc_ssize_t i = 0; i < count; i++) {
        combining = is_combining(points[i]) ? combining + 1 : 0;
        if (combining <= COMBINING_MAX)
            points[kept++] = points[i];
    }
    return kept;
}

/* The octets of the first `points` code points, and not more than `octets`. */
static size_t
cut(const char *text, size_t size, size_t points, size_t octets)
{
    size_t at = 0;

    while (at < size && points > 0) {
        size_t next = at + 1;

        while (next < size && ((unsigned char) text[next] & 0xc0) == 0x80)
            next++;
        if (next > octets)
            break;
        at = next;
        points--;
    }
    return at;
}

static const char *
mend_unicode(sj_arena *arena, sj_bytes text, size_t points, size_t octets)
{
    size_t mark = sj_arena_mark(arena);
    utf8proc_uint8_t *safe = sj_arena_take(arena, text.size);
    utf8proc_int32_t *room = sj_arena_take(arena, (4 * text.size + 1) * sizeof *room);
    utf8proc_ssize_t count;
    size_t size;

    if (safe == NULL || room == NULL)
        return "";
    size = keep_harmless(text.at, text.size, safe);
    count = utf8proc_decompose(safe, (utf8proc_ssize_t) size, room,
                               (utf8proc_ssize_t) (4 * text.size + 1),
                               UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (count < 0 || (size_t) count > 4 * text.size)
        count = 0;
    count = utf8proc_normalize_utf32(room, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    count = thin(room, count);
    size = (size_t) utf8proc_reencode(room, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    sj_arena_release(arena, mark);
    return copy_trimmed(arena, (const char *) room, cut((const char *) room, size, points, octets));
}

const char *
sj_text_mend(sj_arena *arena, sj_bytes text, size_t points, size_t octets)
{
    const char *made;

    if (text.size > 4 * octets)
        text.size = 4 * octets; /* what is normalised at all; NFC makes it a third at the least */
    made = sj_text_plain(text.at, text.size)
               ? copy_trimmed(arena, text.at, cut(text.at, text.size, points, octets))
               : mend_unicode(arena, text, points, octets);
    return made[0] == '\0' ? NULL : made;
}

const char *
sj_text_words(sj_text_result result)
{
    switch (result) {
    case SJ_TEXT_CONTROL:
        return "the text holds a control or bidi-override character; remove it";
    case SJ_TEXT_COMBINING:
        return "the text has more than 4 combining marks on one letter";
    case SJ_TEXT_LONG:
        return "the text is too long";
    case SJ_TEXT_EMPTY:
        return "the text is empty";
    case SJ_TEXT_OK:
    case SJ_TEXT_MARKS_DROPPED:
        break;
    }
    return "";
}

static bool
is_special(char c)
{
    switch (c) {
    case ' ':
    case '"':
    case '(':
    case ')':
    case ',':
    case ':':
    case ';':
    case '<':
    case '>':
    case '[':
    case '\\':
    case ']':
    case '@':
        return true;
    default:
        return false;
    }
}

static bool
user_plausible(const char *user, size_t size)
{
    if (size == 0 || size > USER_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (is_special(user[i]))
            return false;
    return true;
}

static bool
domain_plausible(const char *domain)
{
    size_t size = strlen(domain);
    bool dot = false;

    if (size < 3 || domain[0] == '.' || domain[0] == '-' || domain[size - 1] == '.')
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = domain[i];

        if (c == '.' && domain[i + 1] == '.')
            return false;
        dot = dot || c == '.';
        if (!(c == '.' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')))
            return false;
    }
    return dot;
}

static void
lower_ascii(char *text)
{
    for (; *text != '\0'; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char) (*text + ('a' - 'A'));
}

/* Lower case of a user part beyond ASCII is by simple mapping: the key of a person, not what is
 * sent. */
static bool
lower_unicode(char *user, size_t *size, size_t room)
{
    utf8proc_uint8_t lowered[4 * USER_MAX];
    size_t used = 0;

    for (size_t i = 0; i < *size;) {
        utf8proc_int32_t point;
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *) user + i,
                                                 (utf8proc_ssize_t) (*size - i), &point);

        if (step <= 0 || used + 4 > sizeof lowered)
            return false;
        used += (size_t) utf8proc_encode_char(utf8proc_tolower(point), lowered + used);
        i += (size_t) step;
    }
    if (used > room)
        return false;
    memcpy(user, lowered, used);
    *size = used;
    return true;
}

static const char *
normal_unicode(sj_arena *arena, char *user, size_t size, const char *domain)
{
    char *ascii = NULL;
    char *normal = NULL;

    if (idn2_lookup_u8((const uint8_t *) domain, (uint8_t **) &ascii,
                       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return NULL;
    lower_ascii(ascii);
    if (domain_plausible(ascii) && lower_unicode(user, &size, USER_MAX)) {
        normal = sj_arena_take(arena, size + 1 + strlen(ascii) + 1);
        if (normal != NULL) {
            memcpy(normal, user, size);
            normal[size] = '@';
            memcpy(normal + size + 1, ascii, strlen(ascii) + 1);
        }
    }
    idn2_free(ascii);
    return normal;
}

const char *
sj_email_normal_in(sj_arena *arena, const char *email)
{
    const char *clean = NULL;
    char *copy, *at;
    size_t size;

    (void) sj_text_clean_in(arena, email, EMAIL_MAX, &clean); /* NFC, or one address had two keys */
    if (clean == NULL)
        return NULL;
    copy = (char *) (uintptr_t) clean;
    size = strlen(copy);
    at = strrchr(copy, '@');

    if (size > EMAIL_MAX || at == NULL || !user_plausible(copy, (size_t) (at - copy)))
        return NULL;
    if (!sj_text_plain(copy, size))
        return normal_unicode(arena, copy, (size_t) (at - copy), at + 1);
    lower_ascii(copy);
    return domain_plausible(at + 1) ? copy : NULL;
}

const char *
sj_email_normal(sj_txn *txn, const char *email)
{
    const char *normal = sj_email_normal_in(sj_txn_arena(txn), email);

    fail_full_arena(txn);
    return normal;
}
