/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/catalogue_dates.h"

#include "clients/upload/times.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_HOUR = 9, LAST_HOUR = 17, SESSIONS_MAX = 64 };

static void
precision_read(draft *d, Sijill__V1__Event *event)
{
    char *text = draft_text(d, "date_precision");
    bool dates = event->start_date != NULL || event->end_date != NULL;

    event->has_date_precision = true;
    event->date_precision = SIJILL__V1__DATE_PRECISION__DATE_DAY;
    if (text != NULL && strcmp(text, "month") == 0)
        event->date_precision = SIJILL__V1__DATE_PRECISION__DATE_MONTH;
    else if (text != NULL && strcmp(text, "none") == 0)
        event->date_precision = SIJILL__V1__DATE_PRECISION__DATE_NONE;
    else if (text != NULL && strcmp(text, "day") != 0) {
        draft_note(
            d, "date_precision '%s' is not one of day, month, none: the days are taken as unknown",
            text);
        event->date_precision = SIJILL__V1__DATE_PRECISION__DATE_MONTH;
    }
    if (!dates && event->date_precision != SIJILL__V1__DATE_PRECISION__DATE_NONE) {
        if (text != NULL)
            draft_note(d, "date_precision is '%s' and there are no dates", text);
        event->date_precision = SIJILL__V1__DATE_PRECISION__DATE_NONE;
    }
    if (dates && event->date_precision == SIJILL__V1__DATE_PRECISION__DATE_NONE) {
        draft_note(d, "date_precision is none: the dates are kept as a month");
        event->date_precision = SIJILL__V1__DATE_PRECISION__DATE_MONTH;
    }
}

static bool
month_only(const char *text, char full[DATE_SIZE], date *out)
{
    if (strlen(text) != 7)
        return false;
    (void) snprintf(full, DATE_SIZE, "%.7s-01", text);
    return date_read(full, out);
}

/* A date that exists; "2025-05" only where a month is enough. */
static bool
date_check(draft *d, Sijill__V1__Event *event, const char *column, const char *text, date *out)
{
    char full[DATE_SIZE];

    if (date_read(text, out))
        return true;
    if (month_only(text, full, out)) {
        if (event->date_precision == SIJILL__V1__DATE_PRECISION__DATE_DAY) {
            draft_note(d, "%s '%s' names no day: taken as a month", column, text);
            event->date_precision = SIJILL__V1__DATE_PRECISION__DATE_MONTH;
        }
        return true;
    }
    draft_refuse(d, column, "'%.40s' is no date of the calendar (2025-01-21)", text);
    return false;
}

static void
zone_read(draft *d, Sijill__V1__Event *event, const char *zone)
{
    char found[ZONE_SIZE];
    char *own = draft_text(d, "time_zone");

    if (own != NULL && zone_known(own)) {
        event->time_zone = own;
        return;
    }
    if (own != NULL)
        draft_note(d, "time_zone '%s' is not known on this system: left out", own);
    if (zone == NULL && zone_of_place(event->country, event->city, found))
        zone = found;
    if (zone == NULL)
        zone = ZONE_FALLBACK;
    event->time_zone = pool_text(d->memory, zone, strlen(zone));
}

void
sessions_assume(draft *d, Sijill__V1__Event *event, const char *first, const char *last)
{
    date from = { 0 };
    date to = { 0 };

    if (!date_read(first, &from) || !date_read(last, &to))
        return;

    int64_t count = date_days(to) - date_days(from) + 1;

    if (count > DAY_SESSIONS_MAX) {
        draft_note(d, "the event lasts %lld days: it gets no sessions of assumed hours",
                   (long long) count);
        return;
    }
    event->sessions = pool_take(d->memory, (size_t) count * sizeof *event->sessions);
    for (int64_t day = 0; day < count; day++) {
        Sijill__V1__Session *session = pool_take(d->memory, sizeof *session);
        date at = date_of_days(date_days(from) + day);

        sijill__v1__session__init(session);
        session->has_number = session->has_starts_ms = session->has_ends_ms = true;
        session->number = (uint32_t) day + 1;
        session->starts_ms = local_ms(at, FIRST_HOUR, 0, 0, event->time_zone);
        session->ends_ms = local_ms(at, LAST_HOUR, 0, 0, event->time_zone);
        session->date = pool_take(d->memory, DATE_SIZE);
        date_write(at, session->date);
        event->sessions[event->n_sessions++] = session;
    }
    event->has_assumed_hours = event->assumed_hours = true;
}

const char *
session_add(pool *memory, Sijill__V1__Event *event, const char *text)
{
    char day[DATE_SIZE];
    char from[32];
    char to[32];
    char begins[64];
    char ends[64];
    Sijill__V1__Session *session = pool_take(memory, sizeof *session);
    Sijill__V1__Session **grown = pool_take(memory, (event->n_sessions + 1) * sizeof *grown);
    const char *words;

    if (event->n_sessions == SESSIONS_MAX)
        return "an event has at most 64 sessions";
    if (sscanf(text, "%10[0-9-] %8[0-9:] - %20[0-9: -]", day, from, to) != 3 &&
        sscanf(text, "%10[0-9-]T%8[0-9:] - %20[0-9: -]", day, from, to) != 3)
        return "a session is written '2025-01-21 09:00-17:00'";
    (void) snprintf(begins, sizeof begins, "%s %s", day, from);
    (void) snprintf(ends, sizeof ends, "%s%s%s", strlen(to) > 8 ? "" : day,
                    strlen(to) > 8 ? "" : " ", to);
    sijill__v1__session__init(session);
    words = instant_read(begins, event->time_zone, &session->starts_ms);
    if (words == NULL)
        words = instant_read(ends, event->time_zone, &session->ends_ms);
    if (words != NULL)
        return words;
    if (session->ends_ms <= session->starts_ms)
        return "a session ends after it starts";
    session->has_starts_ms = session->has_ends_ms = session->has_number = true;
    session->number = (uint32_t) event->n_sessions + 1;
    session->date = pool_text(memory, day, strlen(day));
    if (event->n_sessions > 0)
        memcpy((void *) grown, (void *) event->sessions, event->n_sessions * sizeof *grown);
    grown[event->n_sessions++] = session;
    event->sessions = grown;
    return NULL;
}

void
catalogue_dates(draft *d, Sijill__V1__Event *event, const char *zone)
{
    date first;
    date last;
    bool has;

    event->start_date = draft_text(d, "start_date");
    event->end_date = draft_text(d, "end_date");
    event->date_source = draft_text(d, "date_source");
    event->date_uncertain = draft_flag(d, "date_uncertain", &has);
    event->has_date_uncertain = has;
    precision_read(d, event);
    zone_read(d, event, zone);
    if (event->start_date == NULL && event->end_date != NULL) {
        draft_note(d, "start_date is missing: the end is taken");
        event->start_date = event->end_date;
    }
    if (event->start_date == NULL)
        return;
    if (event->end_date == NULL)
        event->end_date = event->start_date;
    if (!date_check(d, event, "start_date", event->start_date, &first) ||
        !date_check(d, event, "end_date", event->end_date, &last))
        return;
    if (date_days(last) < date_days(first)) {
        draft_refuse(d, "end_date", "%s is before start_date %s", event->end_date,
                     event->start_date);
        return;
    }
    if (event->date_precision == SIJILL__V1__DATE_PRECISION__DATE_DAY)
        sessions_assume(d, event, event->start_date, event->end_date);
}
