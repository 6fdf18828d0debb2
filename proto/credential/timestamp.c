/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/timestamp.h"

enum { DAY_SECONDS = 86400 };

/* Days since 1970-01-01 of a date in the Gregorian calendar; the year begins in March, so that the
 * leap day is its last. */
static int64_t
days_from_date(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t from_march = (month + 9) % 12;

    return y * 365 + y / 4 - y / 100 + y / 400 + (from_march * 153 + 2) / 5 + day - 1 - 719468;
}

static int64_t
days_in_month(int64_t year, int64_t month)
{
    int64_t next =
        month == 12 ? days_from_date(year + 1, 1, 1) : days_from_date(year, month + 1, 1);

    return next - days_from_date(year, month, 1);
}

static void
put_number(char *out, int64_t number, size_t digits)
{
    while (digits-- > 0) {
        out[digits] = (char) ('0' + number % 10);
        number /= 10;
    }
}

/* Exactly this many digits at text.at + offset; -1 when there are others. */
static int64_t
read_number(sj_span text, size_t offset, size_t digits)
{
    int64_t number = 0;

    if (offset + digits > text.length)
        return -1;
    for (size_t i = offset; i < offset + digits; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return -1;
        number = number * 10 + (text.at[i] - '0');
    }
    return number;
}

/* "Z" or +hh:mm or -hh:mm, to the end of the text. */
static bool
read_zone(sj_span text, size_t offset, int64_t *seconds)
{
    *seconds = 0;
    if (text.length == offset + 1)
        return text.at[offset] == 'Z';
    if (text.length != offset + 6 || text.at[offset + 3] != ':')
        return false;
    int64_t hours = read_number(text, offset + 1, 2);
    int64_t minutes = read_number(text, offset + 4, 2);

    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return false;
    *seconds = (hours * 60 + minutes) * 60;
    if (text.at[offset] == '-')
        *seconds = -*seconds;
    return text.at[offset] == '+' || text.at[offset] == '-';
}

/* A fraction, if there is one, in milliseconds; moves *offset behind it. */
static bool
read_fraction(sj_span text, size_t *offset, int64_t *ms)
{
    int64_t weight = 100;
    size_t at = *offset + 1;

    *ms = 0;
    if (*offset >= text.length || text.at[*offset] != '.')
        return true;
    for (; at < text.length && text.at[at] >= '0' && text.at[at] <= '9'; at++) {
        *ms += (text.at[at] - '0') * weight;
        weight /= 10;
    }
    if (at == *offset + 1)
        return false;
    *offset = at;
    return true;
}

bool
sj_timestamp_write(int64_t unix_ms, char out[SJ_TIMESTAMP_SIZE])
{
    out[0] = '\0';
    if (unix_ms < 0 || unix_ms > SJ_TIMESTAMP_MAX_MS)
        return false;
    int64_t seconds = unix_ms / 1000;
    int64_t days = seconds / DAY_SECONDS;
    int64_t year = 1970 + days / 366; /* at most a few too low */
    int64_t month = 1;

    while (days_from_date(year + 1, 1, 1) <= days)
        year++;
    while (month < 12 && days_from_date(year, month + 1, 1) <= days)
        month++;
    memcpy(out, "0000-00-00T00:00:00Z", SJ_TIMESTAMP_SIZE);
    put_number(out, year, 4);
    put_number(out + 5, month, 2);
    put_number(out + 8, days - days_from_date(year, month, 1) + 1, 2);
    put_number(out + 11, seconds % DAY_SECONDS / 3600, 2);
    put_number(out + 14, seconds % 3600 / 60, 2);
    put_number(out + 17, seconds % 60, 2);
    return true;
}

bool
sj_timestamp_read(sj_span text, int64_t *unix_ms)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    size_t at = sizeof form - 1;
    int64_t fraction;
    int64_t zone;

    if (text.length <= at)
        return false;
    for (size_t i = 0; i < at; i++)
        if (form[i] != 'd' && text.at[i] != form[i])
            return false;
    int64_t year = read_number(text, 0, 4);
    int64_t month = read_number(text, 5, 2);
    int64_t day = read_number(text, 8, 2);
    int64_t hour = read_number(text, 11, 2);
    int64_t minute = read_number(text, 14, 2);
    int64_t second = read_number(text, 17, 2);

    if (year < 1969 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    if (!read_fraction(text, &at, &fraction) || !read_zone(text, at, &zone))
        return false;
    *unix_ms = (days_from_date(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 +
                second - zone) *
                   1000 +
               fraction;
    return *unix_ms >= 0 && *unix_ms <= SJ_TIMESTAMP_MAX_MS;
}
