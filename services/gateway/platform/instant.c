/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/instant.h"

#include "proto/wire/limits.h"

#include <string.h>

enum {
    FRACTION_MAX = 9, /* digits; three are kept */
    ZONE_HOURS_MAX = 23,
    DAY_MS = 24 * 3600 * 1000,
};

/* `count` digits and what must follow them; '\0': nothing must. */
static bool
digits(const char **at, unsigned count, char then, int64_t *number)
{
    int64_t value = 0;

    for (unsigned i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        value = 10 * value + (**at - '0');
    }
    *number = value;
    if (then == '\0')
        return true;
    return *(*at)++ == then;
}

static bool
is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01; false: there is no such day. */
static bool
read_date(const char **at, int64_t *days)
{
    static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
    int64_t year, month, day, last;

    if (!digits(at, 4, '-', &year) || !digits(at, 2, '-', &month) || !digits(at, 2, '\0', &day) ||
        (**at != 'T' && **at != 't' && **at != ' '))
        return false;
    (*at)++;
    if (year < 1970 || month < 1 || month > 12 || day < 1)
        return false;
    last = before[month] - before[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
    if (day > last)
        return false;
    year -= 1; /* whole years before this one */
    *days = year * 365 + year / 4 - year / 100 + year / 400 - 719162;
    *days += before[month - 1] + (month > 2 && is_leap(year + 1) ? 1 : 0) + day - 1;
    return true;
}

static bool
read_clock(const char **at, int64_t *ms)
{
    int64_t hour, minute, second, fraction = 0;
    unsigned count = 0;

    if (!digits(at, 2, ':', &hour) || !digits(at, 2, ':', &minute) ||
        !digits(at, 2, '\0', &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    if (**at == '.') {
        for ((*at)++; **at >= '0' && **at <= '9'; (*at)++, count++)
            if (count < 3)
                fraction = 10 * fraction + (**at - '0');
        if (count == 0 || count > FRACTION_MAX)
            return false;
        for (; count < 3; count++)
            fraction *= 10;
    }
    *ms = ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
    return true;
}

static bool
read_zone(const char **at, int64_t *ms)
{
    int64_t sign = **at == '-' ? -1 : 1, hour, minute;

    *ms = 0;
    if (**at == 'Z' || **at == 'z') {
        (*at)++;
        return true;
    }
    if (**at != '+' && **at != '-')
        return false;
    (*at)++;
    if (!digits(at, 2, ':', &hour) || !digits(at, 2, '\0', &minute) || hour > ZONE_HOURS_MAX ||
        minute > 59)
        return false;
    *ms = sign * (hour * 60 + minute) * 60 * 1000;
    return true;
}

bool
instant_read(const char *text, uint64_t *ms)
{
    int64_t days, clock, zone, value;

    if (!read_date(&text, &days) || !read_clock(&text, &clock) || !read_zone(&text, &zone) ||
        *text != '\0')
        return false;
    value = days * DAY_MS + clock - zone;
    if (value < 1 || value > SJ_INSTANT_MAX_MS)
        return false;
    *ms = (uint64_t) value;
    return true;
}
