/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/teams_report.h"

#include "services/gateway/platform/graph_path.h"
#include "services/gateway/platform/platforms.h"
#include "services/gateway/platform/reading.h"
#include "services/gateway/platform/signature.h"

#include <stdio.h>
#include <string.h>

enum { OFFSET_DIGITS_MAX = 9 };

/* What is being told of an answer. */
typedef struct telling {
    reading *r;
    const char *fetch;
    const char *webinar, *session; /* "": not in the path */
    uint64_t skip;                 /* items that an earlier part told */
    uint64_t told;                 /* items of this part and earlier ones */
    bool full;
} telling;

/* Whether the next item is to be told now. */
static bool
is_due(telling *t)
{
    if (t->skip > 0) {
        t->skip--;
        t->told++;
        return false;
    }
    if (t->r->out->count + 1 >= PLATFORM_PUSHES_MAX) /* one is left for the next part */
        t->full = true;
    else
        t->told++;
    return !t->full;
}

static char *
id_of(const telling *t, const char *text)
{
    return text[0] == '\0' ? NULL : reading_id_of(t->r, (const char *const[]){ text, NULL });
}

/* ---- a registration ----------------------------------------------------------------------------
 */

/* Of one registration the same moment has several states; registration knows which of them wins. */
static Sijill__V1__Push__Kind
kind_of(const char *status, bool *pending)
{
    *pending = strcmp(status, "pendingApproval") == 0 || strcmp(status, "waitlisted") == 0;
    if (*pending)
        return SIJILL__V1__PUSH__KIND__REGISTERED;
    if (strcmp(status, "registered") == 0)
        return SIJILL__V1__PUSH__KIND__APPROVED;
    if (strcmp(status, "canceled") == 0)
        return SIJILL__V1__PUSH__KIND__WITHDRAWN;
    if (strcmp(status, "rejectedByOrganizer") == 0)
        return SIJILL__V1__PUSH__KIND__DENIED;
    return SIJILL__V1__PUSH__KIND__NONE;
}

static void
read_registration(const telling *t, const json_t *root)
{
    const char *status = reading_string(root, "status");
    const json_t *registered = json_object_get(root, "registrationDateTime");
    const json_t *cancelled = json_object_get(root, "cancelationDateTime");
    bool pending;
    Sijill__V1__Push__Kind kind = kind_of(status, &pending);
    Sijill__V1__Push *push;

    if (kind == SIJILL__V1__PUSH__KIND__NONE) {
        reading_words(t->r, "what Microsoft answered is no registration in a state that is known");
        return;
    }
    push = reading_push(t->r, kind);
    push->external_id = id_of(t, t->webinar);
    push->registrant_id = reading_id(t->r, json_object_get(root, "id"));
    push->email = reading_email(t->r, json_object_get(root, "email"));
    push->name =
        reading_name(t->r, json_object_get(root, "firstName"), json_object_get(root, "lastName"));
    push->language = reading_language(t->r, json_object_get(root, "preferredLanguage"));
    push->has_pending = kind == SIJILL__V1__PUSH__KIND__REGISTERED;
    push->pending = pending;
    if (kind != SIJILL__V1__PUSH__KIND__WITHDRAWN)
        cancelled = NULL;
    reading_occurred(t->r, push, reading_instant(cancelled), reading_instant(registered));
    reading_same(t->r, push,
                 (const char *const[]){ "registration", t->webinar, reading_string(root, "id"),
                                        status, reading_raw(t->r, registered),
                                        reading_raw(t->r, cancelled), NULL });
}

/* ---- an attendance report ----------------------------------------------------------------------
 */

/* Who a record is about, as far as it says. */
typedef struct attendee {
    const json_t *record;
    const json_t *registration; /* id of it; NULL: none */
    const char *key;            /* what tells this record's person from others */
} attendee;

static attendee
attendee_of(const telling *t, const json_t *record)
{
    attendee a = { .record = record, .registration = json_object_get(record, "registrationId") };
    const json_t *outside = json_object_get(record, "externalRegistrationInformation");

    if (reading_raw(t->r, a.registration)[0] == '\0')
        a.registration = json_object_get(outside, "registrationId");
    a.key = reading_raw(t->r, a.registration);
    if (a.key[0] == '\0')
        a.key = reading_raw(t->r, json_object_get(record, "id"));
    if (a.key[0] == '\0')
        a.key = reading_string(record, "emailAddress");
    if (a.key[0] == '\0')
        a.key = reading_string(json_object_get(record, "identity"), "displayName");
    return a;
}

static uint64_t
end_of(const json_t *interval, uint64_t joined)
{
    uint64_t left = reading_instant(json_object_get(interval, "leaveDateTime"));
    json_int_t seconds = json_integer_value(json_object_get(interval, "durationInSeconds"));

    if (left == 0 && seconds > 0 && seconds < 7 * 24 * 3600)
        left = joined + (uint64_t) seconds * 1000;
    return left;
}

/* False: the interval says nothing. */
static bool
read_interval(telling *t, const attendee *a, const json_t *interval)
{
    uint64_t joined = reading_instant(json_object_get(interval, "joinDateTime"));
    uint64_t left = joined == 0 ? 0 : end_of(interval, joined);
    char from[24], to[24];
    Sijill__V1__Push *push;

    if (joined == 0 || left <= joined)
        return false;
    if (!is_due(t))
        return true;
    (void) snprintf(from, sizeof from, "%llu", (unsigned long long) joined);
    (void) snprintf(to, sizeof to, "%llu", (unsigned long long) left);
    push = reading_push(t->r, SIJILL__V1__PUSH__KIND__PRESENT);
    push->external_id = id_of(t, t->webinar);
    push->instance = id_of(t, t->session);
    push->registrant_id = reading_id(t->r, a->registration);
    push->email = reading_email(t->r, json_object_get(a->record, "emailAddress"));
    push->name =
        reading_text(t->r, json_object_get(json_object_get(a->record, "identity"), "displayName"),
                     READING_NAME_MAX);
    push->connection = reading_connection(t->r, push, (const char *const[]){ a->key, from, NULL });
    reading_occurred(t->r, push, joined, 0);
    push->has_ended_ms = true;
    push->ended_ms = left;
    reading_same(t->r, push,
                 (const char *const[]){ "present", t->webinar, a->key, from, to, NULL });
    return true;
}

static void
read_record(telling *t, const json_t *record)
{
    const attendee a = attendee_of(t, record);
    const json_t *interval;
    bool any = false;
    size_t i;

    if (strcmp(reading_string(record, "role"), "Organizer") == 0 &&
        reading_raw(t->r, a.registration)[0] == '\0')
        return;
    json_array_foreach(json_object_get(record, "attendanceIntervals"), i, interval) any =
        read_interval(t, &a, interval) || any;
    if (!any && json_integer_value(json_object_get(record, "totalAttendanceInSeconds")) > 0 &&
        is_due(t))
        reading_words(t->r, "a report of Microsoft gives minutes of somebody without their times");
}

/* The next part of this answer, or the next page that Graph tells of. */
static void
read_rest(const telling *t, const char *next)
{
    const char *base = delivery_setting(t->r->in, "fetch.base_url");
    size_t path = strcspn(t->fetch, "#"), size = path + OFFSET_DIGITS_MAX + 2;
    char *text;

    if (t->full) {
        text = sj_arena_take(t->r->arena, size);
        if (text != NULL && (size_t) snprintf(text, size, "%.*s#%llu", (int) path, t->fetch,
                                              (unsigned long long) t->told) < size)
            reading_fetch(t->r, text);
        return;
    }
    if (next[0] == '\0')
        return;
    size = base == NULL ? 0 : strlen(base);
    if (size > 0 && strncmp(next, base, size) == 0 && next[size] == '/' &&
        next[strspn(next, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                          "-_.~:/?[]@!$&'()*+,;=%")] == '\0') {
        sj_bytes copy =
            sj_arena_copy(t->r->arena, (sj_bytes){ next + size + 1, strlen(next + size + 1) + 1 });

        if (copy.at != NULL)
            reading_fetch(t->r, copy.at);
        return;
    }
    reading_words(t->r, "Microsoft's report goes on at another address than fetch.base_url");
}

static void
read_report(telling *t, const json_t *root)
{
    const json_t *records = json_object_get(root, "attendanceRecords");
    const char *next = reading_string(root, "attendanceRecords@odata.nextLink");
    const json_t *record;
    size_t i;

    if (records == NULL)
        records = json_object_get(root, "value");
    if (next[0] == '\0')
        next = reading_string(root, "@odata.nextLink");
    if (!json_is_array(records))
        reading_words(t->r, "what Microsoft answered is no report of who attended");
    json_array_foreach(records, i, record)
    {
        if (t->full)
            break;
        read_record(t, record);
    }
    read_rest(t, next);
}

static uint64_t
offset_of(const char *fetch)
{
    const char *mark = strchr(fetch, '#');
    uint64_t offset;

    if (mark == NULL || strlen(mark + 1) > OFFSET_DIGITS_MAX ||
        !signature_number(mark + 1, strlen(mark + 1), &offset))
        return 0;
    return offset;
}

void
teams_read_fetched(sj_arena *arena, const platform_delivery *in, const char *fetch, sj_bytes json,
                   platform_items *out)
{
    const char *webinar = graph_path_id(arena, fetch, "webinars");
    const char *session = graph_path_id(arena, fetch, "sessions");
    reading r;
    telling t = { .r = &r, .fetch = fetch, .skip = offset_of(fetch) };
    json_t *root;

    t.webinar = webinar == NULL ? "" : webinar;
    t.session = session == NULL ? "" : session;
    reading_begin(&r, arena, in, platform_teams.name, out);
    root = reading_json(&r, json);
    if (root != NULL && graph_path_id(arena, fetch, "registrations") != NULL)
        read_registration(&t, root);
    else if (root != NULL)
        read_report(&t, root);
    json_decref(root);
}
