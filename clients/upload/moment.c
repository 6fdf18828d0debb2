/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/moment.h"

#include "clients/upload/fold.h"
#include "clients/upload/times.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TEXT_MAX = 96, MONTHS = 12, CENTURY = 2000, DAY_S = 86400 };

/* What was read of a text, before it is an instant. */
typedef struct parts {
    int first, second; /* of a numeric date with the year last */
    bool ordered;      /* day and month are known */
    bool dated;
    date day;
    int hour, minute, second_of_minute;
    bool zoned;
    int offset_minutes;
} parts;

/* Letters that are another form of a plain one: blanks that do not break, marks of direction,
 * digits and the comma of Arabic. */
static void
plain(const char *text, char out[TEXT_MAX])
{
    static const struct {
        const char *from;
        const char *to;
    } forms[] = {
        { "\xc2\xa0", " " },    { "\xe2\x80\xaf", " " }, { "\xe2\x80\x8e", "" },
        { "\xe2\x80\x8f", "" }, { "\xd8\x9c", "" },      { "\xd8\x8c", "," },
    };
    size_t used = 0;

    while (*text != '\0' && used + 4 < TEXT_MAX) {
        const unsigned char *at = (const unsigned char *) text;
        size_t i = 0;

        while (i < sizeof forms / sizeof forms[0] &&
               strncmp(text, forms[i].from, strlen(forms[i].from)) != 0)
            i++;
        if (i < sizeof forms / sizeof forms[0]) {
            if (forms[i].to[0] != '\0')
                out[used++] = forms[i].to[0];
            text += strlen(forms[i].from);
        } else if (at[0] == 0xd9 && at[1] >= 0xa0 && at[1] <= 0xa9) {
            out[used++] = (char) ('0' + at[1] - 0xa0);
            text += 2;
        } else if (at[0] == 0xdb && at[1] >= 0xb0 && at[1] <= 0xb9) {
            out[used++] = (char) ('0' + at[1] - 0xb0);
            text += 2;
        } else {
            out[used++] = *text++;
        }
    }
    out[used] = '\0';
}

static void
blanks_skip(const char **at)
{
    while (**at == ' ' || **at == ',' || **at == '\t')
        (*at)++;
}

/* false: no digit, or more than max of them. */
static bool
number_scan(const char **at, size_t max, int *out)
{
    size_t count = 0;

    *out = 0;
    while (isdigit((unsigned char) **at)) {
        if (++count > max)
            return false;
        *out = *out * 10 + *(*at)++ - '0';
    }
    return count > 0;
}

/* The number of the month whose name begins so, 0: none. */
static int
month_scan(const char **at)
{
    static const char *const months[MONTHS] = {
        "jan|ene|gen|oca|янв|يناير|كانون الثاني",
        "feb|fév|fev|şub|фев|فبراير|شباط",
        "mar|mär|мар|مارس|آذار",
        "apr|avr|abr|nis|апр|أبريل|ابريل|نيسان",
        "may|mai|mag|май|мая|مايو|أيار",
        "jun|juin|giu|haz|июн|يونيو|حزيران",
        "jul|juil|lug|tem|июл|يوليو|تموز",
        "aug|aoû|aou|ago|ağu|авг|أغسطس|آب",
        "sep|set|eyl|сен|سبتمبر|أيلول",
        "oct|okt|out|ott|eki|окт|أكتوبر|تشرين الأول",
        "nov|kas|ноя|نوفمبر|تشرين الثاني",
        "dec|déc|dez|dic|ara|дек|ديسمبر|كانون الأول",
    };
    size_t length = 0;
    char word[FOLD_MAX];
    char name[FOLD_MAX];

    while ((*at)[length] != '\0' && strchr(" ,.-/0123456789", (*at)[length]) == NULL)
        length++;
    (void) fold(*at, length, word);
    for (int i = 0; i < MONTHS; i++)
        for (const char *from = months[i]; *from != '\0';
             from += strcspn(from, "|"), from += *from == '|') {
            (void) fold(from, strcspn(from, "|"), name);
            if (name[0] != '\0' && strncmp(word, name, strlen(name)) == 0) {
                *at += length;
                *at += **at == '.';
                return i + 1;
            }
        }
    return 0;
}

static int
year_of(int year)
{
    return year < 100 ? year + CENTURY : year;
}

/* "Mar 1, 2026" or "1 March 2026". */
static bool
worded_date(const char **at, parts *out)
{
    const char *start = *at;

    if (isdigit((unsigned char) **at)) {
        if (!number_scan(at, 2, &out->day.day))
            return false;
        while (**at == '.' || **at == ' ' || **at == '-')
            (*at)++;
        if (strncmp(*at, "de ", 3) == 0)
            *at += 3;
    }
    out->day.month = month_scan(at);
    if (out->day.month == 0) {
        *at = start;
        return false;
    }
    while (**at == ' ' || **at == ',' || **at == '-')
        (*at)++;
    if (strncmp(*at, "de ", 3) == 0)
        *at += 3;
    if (isdigit((unsigned char) *start)) {
        out->ordered = number_scan(at, 4, &out->day.year);
    } else {
        out->ordered = number_scan(at, 2, &out->day.day);
        blanks_skip(at);
        out->ordered = out->ordered && number_scan(at, 4, &out->day.year);
    }
    out->day.year = year_of(out->day.year);
    return out->ordered;
}

/* "2020/10/30", "01.03.26", "3/1/26". */
static bool
numeric_date(const char **at, parts *out)
{
    int numbers[3];
    char separator;
    size_t digits;
    const char *start = *at;

    if (!number_scan(at, 4, &numbers[0]))
        return false;
    digits = (size_t) (*at - start);
    separator = **at;
    if (separator == '\0' || strchr("/.-", separator) == NULL)
        return false;
    (*at)++;
    *at += **at == ' ';
    if (!number_scan(at, 2, &numbers[1]) || **at != separator)
        return false;
    (*at)++;
    *at += **at == ' ';
    if (!number_scan(at, 4, &numbers[2]))
        return false;
    if (digits == 4) {
        out->day = (date){ numbers[0], numbers[1], numbers[2] };
        out->ordered = true;
        return true;
    }
    out->first = numbers[0];
    out->second = numbers[1];
    out->day.year = year_of(numbers[2]);
    if (separator == '.') { /* nobody writes the month first with points */
        out->day.day = numbers[0];
        out->day.month = numbers[1];
        out->ordered = true;
    }
    return true;
}

static bool
half_scan(const char **at, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncasecmp(*at, names[i], strlen(names[i])) == 0) {
            *at += strlen(names[i]);
            return true;
        }
    return false;
}

/* "12:01:00", with AM or PM in some language. */
static bool
clock_read(const char **at, parts *out)
{
    static const char *const before[] = { "am", "a.m.", "a. m.", "ص", "öö", "ÖÖ" };
    static const char *const after[] = { "pm", "p.m.", "p. m.", "م", "ös", "ÖS" };
    bool morning = half_scan(at, before, sizeof before / sizeof before[0]);
    bool evening = !morning && half_scan(at, after, sizeof after / sizeof after[0]);
    int fraction;

    blanks_skip(at);
    if (!number_scan(at, 2, &out->hour) || *(*at)++ != ':' || !number_scan(at, 2, &out->minute))
        return false;
    if (**at == ':') {
        (*at)++;
        if (!number_scan(at, 2, &out->second_of_minute))
            return false;
        if (**at == '.') {
            (*at)++;
            if (!number_scan(at, 9, &fraction))
                return false;
        }
    }
    blanks_skip(at);
    if (!morning && !evening) {
        morning = half_scan(at, before, sizeof before / sizeof before[0]);
        evening = !morning && half_scan(at, after, sizeof after / sizeof after[0]);
    }
    if ((morning || evening) && (out->hour < 1 || out->hour > 12))
        return false;
    if (morning && out->hour == 12)
        out->hour = 0;
    if (evening && out->hour < 12)
        out->hour += 12;
    return out->hour < 24 && out->minute < 60 && out->second_of_minute < 60;
}

/* "GMT+1", "UTC", "GMT-3:30". */
static bool
zone_scan(const char **at, parts *out)
{
    int hours = 0;
    int minutes = 0;
    int sign;

    blanks_skip(at);
    if (**at == '\0')
        return true;
    if (strncmp(*at, "GMT", 3) != 0 && strncmp(*at, "UTC", 3) != 0)
        return false;
    *at += 3;
    out->zoned = true;
    if (**at == '+' || **at == '-') {
        sign = *(*at)++ == '-' ? -1 : 1;
        if (!number_scan(at, 2, &hours))
            return false;
        if (**at == ':') {
            (*at)++;
            if (!number_scan(at, 2, &minutes))
                return false;
        }
        out->offset_minutes = sign * (hours * 60 + minutes);
    }
    blanks_skip(at);
    return **at == '\0' && hours < 15 && minutes < 60;
}

static bool
date_scan_any(const char **at, parts *out)
{
    const char *start = *at;

    if (numeric_date(at, out))
        return out->dated = true;
    *at = start;
    return out->dated = worded_date(at, out);
}

/* NULL: good, but for the order. */
static const char *
parts_read(const char *text, bool date_needed, parts *out)
{
    char buffer[TEXT_MAX];
    const char *at = buffer;

    memset(out, 0, sizeof *out);
    plain(text, buffer);
    blanks_skip(&at);
    if (!date_scan_any(&at, out)) {
        if (date_needed)
            return "it begins with no date that is known here (2026-03-01 12:01:00 is)";
        at = buffer;
        blanks_skip(&at);
    }
    blanks_skip(&at);
    if (*at == 'T')
        at++;
    if (strncmp(at, "at ", 3) == 0)
        at += 3;
    if (!clock_read(&at, out))
        return "after the date comes no time (12:01:00, or 12:01:00 PM)";
    if (!zone_scan(&at, out))
        return "what follows the time is no zone that is known here (GMT+1 is)";
    return NULL;
}

void
moment_look(const char *text, moment_proof *proof)
{
    parts p;

    if (text[0] == '\0' || parts_read(text, true, &p) != NULL || p.ordered)
        return;
    if (p.first > 12 && p.second <= 12) {
        proof->day_first++;
    } else if (p.second > 12 && p.first <= 12) {
        proof->month_first++;
    } else if (p.first != p.second) {
        if (proof->open++ == 0)
            (void) snprintf(proof->sample, sizeof proof->sample, "%s", text);
    }
}

static const char *
date_settle(parts *p, moment_order order)
{
    char words[DATE_SIZE];
    date again;

    if (!p->ordered) {
        if (order == ORDER_OPEN && p->first != p->second)
            return "is the day first, or the month? Say --day-first or --month-first";
        p->day.day = order == ORDER_MONTH_FIRST ? p->second : p->first;
        p->day.month = order == ORDER_MONTH_FIRST ? p->first : p->second;
    }
    if (p->day.year < 1970 || p->day.year > 9999 || p->day.month < 1 || p->day.month > MONTHS ||
        p->day.day < 1 || p->day.day > 31)
        return "there is no such date";
    date_write(p->day, words);
    return date_read(words, &again) ? NULL : "there is no such date";
}

static const char *
instant_of(const parts *p, const char *zone, uint64_t *ms)
{
    int64_t seconds;

    if (!p->zoned) {
        if (zone == NULL)
            return "in which time zone is it? Say --zone, such as Europe/Istanbul";
        *ms = local_ms(p->day, p->hour, p->minute, p->second_of_minute, zone);
        return NULL;
    }
    seconds = date_days(p->day) * DAY_S + p->hour * 3600 + p->minute * 60 + p->second_of_minute -
              p->offset_minutes * 60;
    if (seconds < 0)
        return "it is before 1970";
    *ms = (uint64_t) seconds * 1000;
    return NULL;
}

const char *
moment_read(const char *text, const moment_rules *rules, uint64_t *ms)
{
    const char *words = instant_read(text, rules->zone, ms);
    parts p;

    if (words == NULL)
        return NULL;
    words = parts_read(text, true, &p);
    if (words == NULL)
        words = date_settle(&p, rules->order);
    return words == NULL ? instant_of(&p, rules->zone, ms) : words;
}

const char *
moment_read_after(const char *text, const moment_rules *rules, uint64_t after, uint64_t *ms)
{
    char instant[INSTANT_SIZE];
    const char *words;
    parts p;

    words = parts_read(text, false, &p);
    if (words != NULL || p.dated)
        return moment_read(text, rules, ms);
    if (rules->zone == NULL)
        return "in which time zone is it? Say --zone, such as Europe/Istanbul";
    instant_write(after, rules->zone, instant);
    instant[DATE_SIZE - 1] = '\0';
    if (!date_read(instant, &p.day))
        return "there is no such date";
    *ms = local_ms(p.day, p.hour, p.minute, p.second_of_minute, rules->zone);
    if (*ms < after) {
        p.day = date_of_days(date_days(p.day) + 1);
        *ms = local_ms(p.day, p.hour, p.minute, p.second_of_minute, rules->zone);
    }
    return NULL;
}
