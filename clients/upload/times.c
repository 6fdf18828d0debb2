/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/times.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char ZONE_FOLDER[] = "/usr/share/zoneinfo";

static bool
digits_read(const char **at, size_t count, int *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char) **at))
            return false;
        *out = *out * 10 + *(*at)++ - '0';
    }
    return true;
}

static int
month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool
date_scan(const char **at, date *out)
{
    return digits_read(at, 4, &out->year) && *(*at)++ == '-' && digits_read(at, 2, &out->month) &&
           *(*at)++ == '-' && digits_read(at, 2, &out->day) && out->year >= 1900 &&
           out->month >= 1 && out->month <= 12 && out->day >= 1 &&
           out->day <= month_days(out->year, out->month);
}

bool
date_read(const char *text, date *out)
{
    return date_scan(&text, out) && *text == '\0';
}

void
date_write(date d, char out[DATE_SIZE])
{
    (void) snprintf(out, DATE_SIZE, "%04u-%02u-%02u", (unsigned) d.year % 10000,
                    (unsigned) d.month % 100, (unsigned) d.day % 100);
}

/* Days from the civil calendar, counted in years that begin in March: the leap day is then the
 * last. */
int64_t
date_days(date d)
{
    int64_t year = d.month <= 2 ? d.year - 1 : d.year;
    int64_t era = year / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

date
date_of_days(int64_t days)
{
    time_t seconds = (time_t) (days * 86400);
    struct tm civil;

    (void) gmtime_r(&seconds, &civil);
    return (date){ civil.tm_year + 1900, civil.tm_mon + 1, civil.tm_mday };
}

static bool
zone_look(const char *zone)
{
    char path[sizeof ZONE_FOLDER + ZONE_SIZE + 1];
    char magic[4] = { 0 };

    if (zone[0] == '\0' || strlen(zone) >= ZONE_SIZE || zone[0] == '/' ||
        strstr(zone, "..") != NULL)
        return false;
    for (const char *at = zone; *at != '\0'; at++)
        if (!isalnum((unsigned char) *at) && strchr("_+-/", *at) == NULL)
            return false;
    (void) snprintf(path, sizeof path, "%s/%s", ZONE_FOLDER, zone);

    FILE *file = fopen(path, "rb");

    if (file == NULL)
        return strcmp(zone, "UTC") == 0;

    bool known =
        fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "TZif", 4) == 0;

    (void) fclose(file);
    return known;
}

/* A file of a hundred thousand times asks for one zone: the last that was found is remembered. */
bool
zone_known(const char *zone)
{
    static char last[ZONE_SIZE];

    if (zone[0] != '\0' && strcmp(zone, last) == 0)
        return true;
    if (!zone_look(zone))
        return false;
    (void) snprintf(last, sizeof last, "%s", zone);
    return true;
}

/* Europe/Istanbul is named after the city "Istanbul", America/New_York after "New York". */
static bool
named_after(const char *zone, const char *city)
{
    const char *name = strrchr(zone, '/');

    if (name == NULL || city == NULL)
        return false;
    for (name++; *name != '\0' && *city != '\0'; name++, city++)
        if (tolower((unsigned char) *name) != tolower((unsigned char) (*city == ' ' ? '_' : *city)))
            return false;
    return *name == '\0' && *city == '\0';
}

/* zone.tab: country, coordinates, zone, comment; tabs between them. */
static bool
row_zone(char *line, const char *country, char zone[ZONE_SIZE])
{
    char *rest = NULL;
    const char *code = strtok_r(line, "\t\n", &rest);
    const char *place = strtok_r(NULL, "\t\n", &rest);
    const char *name = strtok_r(NULL, "\t\n", &rest);

    if (code == NULL || place == NULL || name == NULL || code[0] == '#' ||
        strcasecmp(code, country) != 0 || strlen(name) >= ZONE_SIZE)
        return false;
    (void) snprintf(zone, ZONE_SIZE, "%s", name);
    return true;
}

bool
zone_of_place(const char *country, const char *city, char zone[ZONE_SIZE])
{
    FILE *file = country == NULL ? NULL : fopen("/usr/share/zoneinfo/zone.tab", "r");
    char line[512];
    char candidate[ZONE_SIZE];
    size_t count = 0;
    bool by_city = false;

    if (file == NULL)
        return false;
    while (!by_city && fgets(line, sizeof line, file) != NULL)
        if (row_zone(line, country, candidate)) {
            count++;
            by_city = named_after(candidate, city);
            (void) snprintf(zone, ZONE_SIZE, "%s", candidate);
        }
    (void) fclose(file);
    return (by_city || count == 1) && zone_known(zone);
}

/* What a report's times ask for again and again: its minutes.  No clock changes inside of one. */
typedef struct known_minute {
    date day;
    int hour, of_hour;
    uint64_t ms; /* 0: empty */
} known_minute;

enum { MINUTES = 1024 };

static known_minute known_minutes[MINUTES];

static void
zone_enter(const char *zone)
{
    static char last[ZONE_SIZE + 1];
    char value[ZONE_SIZE + 1];

    (void) snprintf(value, sizeof value, ":%s", zone);
    if (strcmp(value, last) == 0)
        return;
    memcpy(last, value, sizeof last);
    memset(known_minutes, 0, sizeof known_minutes);
    (void) setenv("TZ", value, 1);
    tzset();
}

static uint64_t
minute_ms(date d, int hour, int of_hour)
{
    struct tm civil = { .tm_year = d.year - 1900,
                        .tm_mon = d.month - 1,
                        .tm_mday = d.day,
                        .tm_hour = hour,
                        .tm_min = of_hour,
                        .tm_isdst = -1 };
    struct tm summer = civil;
    time_t seconds = mktime(&civil);
    time_t first;

    /* A time that comes twice: the clock on summer time shows it first. */
    summer.tm_isdst = 1;
    first = mktime(&summer);
    if (summer.tm_isdst == 1 && summer.tm_hour == hour && summer.tm_min == of_hour &&
        first < seconds)
        seconds = first;
    return seconds < 0 ? 0 : (uint64_t) seconds * 1000;
}

uint64_t
local_ms(date d, int hour, int of_hour, int second, const char *zone)
{
    known_minute *known = &known_minutes[(unsigned) (d.day * 1440 + hour * 60 + of_hour) % MINUTES];

    assert(zone_known(zone));
    zone_enter(zone);
    if (known->ms == 0 || known->day.year != d.year || known->day.month != d.month ||
        known->day.day != d.day || known->hour != hour || known->of_hour != of_hour)
        *known = (known_minute){ d, hour, of_hour, minute_ms(d, hour, of_hour) };
    return known->ms == 0 ? 0 : known->ms + (uint64_t) second * 1000;
}

typedef struct clock_time {
    int hour, minute, second, ms;
} clock_time;

static bool
clock_scan(const char **at, clock_time *out)
{
    out->second = out->ms = 0;
    if (!digits_read(at, 2, &out->hour) || *(*at)++ != ':' || !digits_read(at, 2, &out->minute))
        return false;
    if (**at == ':') {
        (*at)++;
        if (!digits_read(at, 2, &out->second))
            return false;
    }
    if (**at == '.' || **at == ',') {
        int scale = 100;

        for ((*at)++; isdigit((unsigned char) **at); (*at)++, scale /= 10)
            out->ms += (**at - '0') * scale;
    }
    return out->hour < 24 && out->minute < 60 && out->second < 60;
}

/* "Z" or "+03:00"; minutes east of UTC. */
static bool
offset_scan(const char **at, int *minutes)
{
    int hour;
    int minute = 0;
    int sign = **at == '-' ? -1 : 1;

    *minutes = 0;
    if (**at == 'Z' || **at == 'z') {
        (*at)++;
        return true;
    }
    if (**at != '+' && **at != '-')
        return false;
    (*at)++;
    if (!digits_read(at, 2, &hour))
        return false;
    *at += **at == ':';
    if (isdigit((unsigned char) **at) && !digits_read(at, 2, &minute))
        return false;
    *minutes = sign * (hour * 60 + minute);
    return hour < 24 && minute < 60;
}

const char *
instant_read(const char *text, const char *zone, uint64_t *ms)
{
    const char *at = text;
    date d;
    clock_time t;
    int offset;

    if (!date_scan(&at, &d))
        return "it begins with no date that exists (2025-01-21T09:00)";
    if (*at != 'T' && *at != 't' && *at != ' ')
        return "after the date comes a time (2025-01-21T09:00)";
    at++;
    if (!clock_scan(&at, &t))
        return "its time is not hours:minutes[:seconds]";
    if (*at == '\0') {
        if (zone == NULL)
            return "it has no offset: end it with Z or +03:00, or give --time-zone";
        *ms = local_ms(d, t.hour, t.minute, t.second, zone) + (uint64_t) t.ms;
        return NULL;
    }
    at += *at == ' ';
    if (!offset_scan(&at, &offset) || *at != '\0')
        return "after the time comes Z, an offset (+03:00), or nothing";

    int64_t seconds = date_days(d) * 86400 + t.hour * 3600 + t.minute * 60 + t.second - offset * 60;

    if (seconds < 0)
        return "it is before 1970";
    *ms = (uint64_t) seconds * 1000 + (uint64_t) t.ms;
    return NULL;
}

void
instant_write(uint64_t ms, const char *zone, char out[INSTANT_SIZE])
{
    time_t seconds = (time_t) (ms / 1000);
    struct tm civil;

    if (zone == NULL || !zone_known(zone)) {
        (void) gmtime_r(&seconds, &civil);
        (void) strftime(out, INSTANT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &civil);
        return;
    }
    zone_enter(zone);
    (void) localtime_r(&seconds, &civil);
    (void) strftime(out, INSTANT_SIZE, "%Y-%m-%d %H:%M:%S %z", &civil);
}
