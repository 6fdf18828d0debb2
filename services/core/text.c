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
    sj_txn_fail(txn, SJ_FAULT_ARENA, "the command needs more memory than a command may have");
}

static const char *
copy_trimmed(sj_txn *txn, const char *at, size_t size)
{
    char *copy;

    while (size > 0 && *at == ' ') {
        at++;
        size--;
    }
    while (size > 0 && at[size - 1] == ' ')
        size--;
    copy = sj_arena_take(sj_txn_arena(txn), size + 1);
    if (copy == NULL) {
        fail_full_arena(txn);
        return "";
    }
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
clean_unicode(sj_txn *txn, const char *text, size_t size, size_t max, const char **clean)
{
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    size_t room = 4 * size + 1; /* NFC decomposes first: at most fourfold in points a UTF-8 octet */
    utf8proc_int32_t *points = sj_arena_take(sj_txn_arena(txn), room * sizeof *points);
    utf8proc_ssize_t count;
    sj_text_result result;

    if (points == NULL) {
        fail_full_arena(txn);
        return SJ_TEXT_EMPTY;
    }
    count = utf8proc_decompose((const utf8proc_uint8_t *) text, (utf8proc_ssize_t) size, points,
                               (utf8proc_ssize_t) room, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (count < 0 || (size_t) count >= room)
        return SJ_TEXT_CONTROL;
    count = utf8proc_normalize_utf32(points, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    result = sift(points, &count, max);
    if (result != SJ_TEXT_OK && result != SJ_TEXT_MARKS_DROPPED)
        return result;
    count = utf8proc_reencode(points, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    sj_arena_release(sj_txn_arena(txn), mark);
    *clean = copy_trimmed(txn, (const char *) points, (size_t) count);
    return result;
}

sj_text_result
sj_text_clean(sj_txn *txn, const char *text, size_t points, const char **clean)
{
    size_t size = strlen(text);
    sj_text_result result = SJ_TEXT_OK;
    const char *made = NULL;

    if (sj_text_plain(text, size)) {
        if (size <= points)
            made = copy_trimmed(txn, text, size);
        else
            result = SJ_TEXT_LONG;
    } else if (!sj_utf8_valid(text, size) || !sj_text_harmless(text, size)) {
        result = SJ_TEXT_CONTROL;
    } else {
        result = clean_unicode(txn, text, size, points, &made);
    }
    if (made == NULL)
        return result;
    if (made[0] == '\0')
        return SJ_TEXT_EMPTY;
    *clean = made;
    return result;
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
normal_unicode(sj_txn *txn, char *user, size_t size, const char *domain)
{
    char *ascii = NULL;
    char *normal = NULL;

    if (idn2_lookup_u8((const uint8_t *) domain, (uint8_t **) &ascii,
                       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return NULL;
    lower_ascii(ascii);
    if (domain_plausible(ascii) && lower_unicode(user, &size, USER_MAX)) {
        normal = sj_arena_take(sj_txn_arena(txn), size + 1 + strlen(ascii) + 1);
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
sj_email_normal(sj_txn *txn, const char *email)
{
    const char *clean = NULL;
    char *copy, *at;
    size_t size;

    (void) sj_text_clean(txn, email, EMAIL_MAX, &clean); /* NFC, or one address had two keys */
    if (clean == NULL)
        return NULL;
    copy = (char *) (uintptr_t) clean;
    size = strlen(copy);
    at = strrchr(copy, '@');

    if (size > EMAIL_MAX || at == NULL || !user_plausible(copy, (size_t) (at - copy)))
        return NULL;
    if (!sj_text_plain(copy, size))
        return normal_unicode(txn, copy, (size_t) (at - copy), at + 1);
    lower_ascii(copy);
    return domain_plausible(at + 1) ? copy : NULL;
}
