/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/form.h"

#include "services/core/text.h"

#include <assert.h>
#include <string.h>

enum { LANG_PRIMARY_MIN = 2, LANG_PART_MAX = 8, DATE_SIZE = 10, MONTH_SIZE = 7 };

static bool
lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool
digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
    return lower(c) || (c >= 'A' && c <= 'Z');
}

bool
form_slug(const char *text)
{
    size_t size = strlen(text);

    if (size == 0 || size > SJ_SLUG_MAX || text[0] == '-' || text[size - 1] == '-')
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (!lower(*at) && !digit(*at) && *at != '-')
            return false;
    return true;
}

bool
form_word(const char *text)
{
    if (text[0] == '\0')
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (!lower(*at) && !digit(*at) && *at != '-' && *at != '_')
            return false;
    return true;
}

bool
form_lang(const char *text)
{
    size_t part = 0, parts = 1;

    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '-') {
            if (part == 0 || (parts == 1 && part < LANG_PRIMARY_MIN))
                return false;
            part = 0;
            parts++;
        } else if (!(parts == 1 ? lower(*at) : letter(*at) || digit(*at)) ||
                   ++part > LANG_PART_MAX) {
            return false;
        }
    }
    return parts == 1 ? part >= LANG_PRIMARY_MIN : part > 0;
}

bool
form_zone(const char *text)
{
    if (!letter(text[0]))
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if (!letter(*at) && !digit(*at) && strchr("/_+-", *at) == NULL)
            return false;
    return true;
}

/* `size` digits as a number; false: not all are digits. */
static bool
number(const char *at, size_t size, uint32_t *value)
{
    *value = 0;
    for (size_t n = 0; n < size; n++) {
        if (!digit(at[n]))
            return false;
        *value = *value * 10 + (uint32_t) (at[n] - '0');
    }
    return true;
}

static uint32_t
days_in_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

bool
form_month(const char *text, uint32_t *day)
{
    uint32_t year, month;

    if (strlen(text) < MONTH_SIZE || !number(text, 4, &year) || text[4] != '-' ||
        !number(text + 5, 2, &month) || year < 1 || month < 1 || month > 12)
        return false;

    uint32_t before = year - 1;

    *day = before * 365 + before / 4 - before / 100 + before / 400;
    for (uint32_t earlier = 1; earlier < month; earlier++)
        *day += days_in_month(year, earlier);
    return text[MONTH_SIZE] == '\0' || text[MONTH_SIZE] == '-';
}

bool
form_date(const char *text, uint32_t *day)
{
    uint32_t year, month, in_month;

    if (strlen(text) != DATE_SIZE || !form_month(text, day) || !number(text + 8, 2, &in_month))
        return false;
    (void) number(text, 4, &year);
    (void) number(text + 5, 2, &month);
    if (in_month < 1 || in_month > days_in_month(year, month))
        return false;
    *day += in_month - 1;
    return true;
}

bool
form_country(char **code)
{
    char *at = *code;

    if (at == NULL || at[0] == '\0') {
        *code = NULL;
        return true;
    }
    for (char *c = at; *c != '\0'; c++)
        if (lower(*c))
            *c = (char) (*c - 'a' + 'A');
    return sj_country_known(at);
}

void
form_set(char **text, const char *to)
{
    memcpy(text, &to, sizeof to);
}

/* What cleaning took besides the text itself goes back to the arena: sixteen octets for each that
 * came in. */
static bool
keep_text(sj_arena *arena, size_t mark, const char *clean, char **text)
{
    size_t size = strlen(clean) + 1;
    char *kept;

    sj_arena_release(arena, mark);
    kept = sj_arena_take(arena, size); /* not above `clean`, which is intact until it is moved */
    assert(kept != NULL);
    memmove(kept, clean, size);
    *text = kept;
    return true;
}

bool
form_text(sj_txn *txn, char **text, size_t points, bool *marks_dropped, const char **words)
{
    sj_arena *arena = sj_txn_arena(txn);
    size_t mark = sj_arena_mark(arena);
    const char *clean = NULL;

    if (*text == NULL)
        return true;

    sj_text_result result = sj_text_clean(txn, *text, points, &clean);

    if (result == SJ_TEXT_EMPTY) {
        *text = NULL;
        return true;
    }
    if (result != SJ_TEXT_OK && result != SJ_TEXT_MARKS_DROPPED) {
        *words = sj_text_words(result);
        return false;
    }
    *marks_dropped = *marks_dropped || result == SJ_TEXT_MARKS_DROPPED;
    return keep_text(arena, mark, clean, text);
}
