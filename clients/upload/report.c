/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/report_own.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOK_ROWS = 60,   /* of a file without a header that is known */
    TITLE_ROWS = 3,   /* between a section's title and its header */
    BBB_COLUMNS = 12, /* before the polls */
};

static const struct {
    const char *name;
    const char *platform;
} kinds[REPORT_KINDS] = {
    [REPORT_UNKNOWN] = { "unknown", NULL },
    [REPORT_ZOOM_REGISTRATIONS] = { "zoom_registrations", "zoom" },
    [REPORT_ZOOM_IMPORT] = { "zoom_registrant_import", "zoom" },
    [REPORT_ZOOM_WEBINAR] = { "zoom_webinar_attendees", "zoom" },
    [REPORT_ZOOM_MEETING] = { "zoom_meeting_participants", "zoom" },
    [REPORT_TEAMS] = { "teams_attendance", "teams" },
    [REPORT_BBB_TABLE] = { "bbb_learning_dashboard", "bbb" },
    [REPORT_BBB_DATA] = { "bbb_learning_dashboard_data", "bbb" },
    [REPORT_GOOGLE_FORMS] = { "google_forms", "google_forms" },
    [REPORT_LIMESURVEY] = { "limesurvey", "limesurvey" },
    [REPORT_PEOPLE] = { "people", NULL },
    [REPORT_FACTS] = { "facts", NULL },
    [REPORT_MAPPED] = { "mapped", NULL },
};

const char *
report_name(report_kind kind)
{
    return kinds[kind].name;
}

const char *
report_platform(report_kind kind)
{
    return kinds[kind].platform;
}

static bool
sectioned(const report *r)
{
    return r->kind == REPORT_ZOOM_WEBINAR || r->kind == REPORT_TEAMS;
}

/* Hosts come first, then panelists; a title in a language that is known says it better. */
static report_part
staff_part(report *r)
{
    r->staff++;
    if (r->title == TITLE_HOSTS || r->title == TITLE_PANELISTS)
        return r->title == TITLE_HOSTS ? PART_HOSTS : PART_STAFF;
    return r->staff == 1 ? PART_HOSTS : PART_STAFF;
}

static report_part
is(report *r, report_kind kind, report_part part)
{
    if (r->kind == REPORT_UNKNOWN)
        r->kind = kind;
    return part;
}

static bool
looks_like_teams(const report *r, const heads *h)
{
    return r->kind == REPORT_TEAMS || r->numbered || heads_have(h, HEAD_UPN) ||
           (heads_have(h, HEAD_ROLE) && !heads_have(h, HEAD_GUEST) &&
            !heads_have(h, HEAD_WAITING_ROOM));
}

/* A header of a report of presence. */
static report_part
shape_of_presence(report *r, const heads *h)
{
    bool named = heads_have(h, HEAD_NAME) || heads_have(h, HEAD_FIRST_NAME);
    bool joins = heads_have(h, HEAD_JOIN_TIME) && heads_have(h, HEAD_LEAVE_TIME);

    if (named && heads_have(h, HEAD_MODERATOR) && heads_have(h, HEAD_ACTIVITY_SCORE) &&
        r->in.column_count >= BBB_COLUMNS)
        return is(r, REPORT_BBB_TABLE, PART_BOUNDS);
    if (joins && heads_have(h, HEAD_ATTENDED)) {
        bool registered = heads_have(h, HEAD_APPROVAL) || heads_have(h, HEAD_REGISTERED_AT) ||
                          heads_have(h, HEAD_FIRST_NAME);

        return is(r, REPORT_ZOOM_WEBINAR, registered ? PART_ATTENDEES : staff_part(r));
    }
    if (joins && named) {
        r->activities = r->activities || looks_like_teams(r, h);
        return is(r, looks_like_teams(r, h) ? REPORT_TEAMS : REPORT_ZOOM_MEETING, PART_CONNECTIONS);
    }
    if (named && heads_have(h, HEAD_FIRST_JOIN) && heads_have(h, HEAD_LAST_LEAVE))
        return is(r, REPORT_TEAMS, PART_BOUNDS);
    if (named && heads_have(h, HEAD_ACTION) && heads_have(h, HEAD_TIMESTAMP))
        return is(r, REPORT_TEAMS, PART_ACTIONS);
    if (named && heads_have(h, HEAD_TOTAL_DURATION))
        return is(r, REPORT_ZOOM_MEETING, PART_TOTALS);
    return PART_NONE;
}

/* A form asks what it likes; its first columns are the program's. */
static bool
google_form(const report *r, heads *h)
{
    if (h->at[HEAD_TIMESTAMP] != 0 || heads_have(h, HEAD_KIND) || heads_have(h, HEAD_MARK))
        return false;
    if (!heads_have(h, HEAD_EMAIL) && csv_column(&r->in, "username") == 1) { /* before 2020 */
        h->at[HEAD_EMAIL] = 1;
        if (h->at[HEAD_NAME] == 1)
            h->at[HEAD_NAME] = csv_column(&r->in, "name|full name|your name");
    }
    h->at[HEAD_EXTERNAL_ID] = -1;
    return true;
}

/* A header of people, or of our own facts. */
static report_part
shape_of_people(report *r, heads *h)
{
    bool survey = heads_have(h, HEAD_RESPONSE_ID) && heads_have(h, HEAD_SUBMITTED);
    bool form = !survey && google_form(r, h);
    bool named;
    bool keyed;

    if (survey) /* the number of an answer is nobody's id: who answers twice is one person */
        h->at[HEAD_EXTERNAL_ID] = -1;
    named = heads_have(h, HEAD_NAME) || heads_have(h, HEAD_FIRST_NAME);
    keyed = heads_have(h, HEAD_EMAIL) || heads_have(h, HEAD_EXTERNAL_ID);
    if (survey || form)
        return named && keyed ? is(r, survey ? REPORT_LIMESURVEY : REPORT_GOOGLE_FORMS, PART_PEOPLE)
                              : PART_NONE;
    if (heads_have(h, HEAD_OCCURRED_AT) &&
        (keyed || heads_have(h, HEAD_REGISTRATION_ID) || heads_have(h, HEAD_DISPLAY_NAME)))
        return is(r, REPORT_FACTS, PART_FACTS);
    if (!named || !keyed)
        return PART_NONE;
    if (heads_have(h, HEAD_FIRST_NAME) && heads_have(h, HEAD_EMAIL) &&
        (heads_have(h, HEAD_REGISTERED_AT) || heads_have(h, HEAD_APPROVAL)))
        return is(r, REPORT_ZOOM_REGISTRATIONS, PART_PEOPLE);
    if (h->at[HEAD_EMAIL] == 0 && h->at[HEAD_FIRST_NAME] == 1 && h->at[HEAD_LAST_NAME] == 2 &&
        r->in.column_count == 3)
        return is(r, REPORT_ZOOM_IMPORT, PART_PEOPLE);
    return is(r, REPORT_PEOPLE, PART_PEOPLE);
}

/* Strangers answer a form's questions, and a role may be a seat beyond the event's capacity: only
 * who uploads says that a column is one, by our own CSV or by a mapping. */
static bool
role_believed(const report *r, report_part part)
{
    return (part != PART_PEOPLE && part != PART_ATTENDEES) || r->kind == REPORT_PEOPLE ||
           (r->map != NULL && mapping_names(r->map, HEAD_ROLE));
}

static report_part
shape_of(report *r, heads *h)
{
    report_kind kind = r->kind;
    bool joins;
    report_part part;

    if (r->map != NULL) {
        if (!mapping_fits(r->map, &r->in))
            return PART_NONE;
        mapping_apply(r->map, &r->in, h);
    }
    joins = heads_have(h, HEAD_JOIN_TIME) && heads_have(h, HEAD_LEAVE_TIME);
    if (r->kind == REPORT_ZOOM_WEBINAR && joins && !heads_have(h, HEAD_ATTENDED))
        return PART_CONNECTIONS; /* "Other Attended" */
    part = shape_of_presence(r, h);
    if (part == PART_NONE && !sectioned(r))
        part = shape_of_people(r, h);
    if ((part == PART_PEOPLE || part == PART_FACTS) && report_smells(r, h, part)) {
        r->kind = kind;
        return PART_NONE;
    }
    if (part == PART_NONE && r->map != NULL && joins && heads_have(h, HEAD_EMAIL))
        part = is(r, REPORT_MAPPED, PART_CONNECTIONS);
    if (r->map != NULL && (r->kind == REPORT_PEOPLE || r->kind == REPORT_ZOOM_MEETING))
        r->kind = REPORT_MAPPED;
    if (!role_believed(r, part))
        h->at[HEAD_ROLE] = -1;
    return part;
}

static size_t
filled(const csv *in)
{
    size_t count = 0;

    for (size_t i = 0; i < in->field_count; i++)
        count += in->fields[i][0] != '\0';
    return count;
}

/* A row with one text, the first, stands over a section. */
static bool
title_place(report *r)
{
    const char *text = r->in.fields[0];

    if (text[0] == '\0' || filled(&r->in) != 1)
        return false;
    if (isdigit((unsigned char) text[0]) && text[1] == '.' && text[2] == ' ')
        r->numbered = true;
    if (!sectioned(r))
        return false;
    r->title = title_read(text);
    r->part = PART_NONE;
    r->looked = 0;
    r->look_max = TITLE_ROWS;
    return true;
}

static void
found_note(report *r)
{
    if (r->found != NULL || filled(&r->in) < 2)
        return;
    r->found = json_array();
    for (size_t i = 0; i < r->in.field_count; i++) {
        json_t *text = json_string(r->in.fields[i]);

        (void) json_array_append_new(r->found, text == NULL ? json_string("?") : text);
    }
}

bool
report_place(report *r)
{
    report_part part;

    if (csv_blank(&r->in) || title_place(r))
        return false;
    if (r->part != PART_NONE)
        return true;
    if (r->looked++ >= r->look_max)
        return false;
    found_note(r);
    csv_header(&r->in);
    r->columns = heads_find(&r->in);
    part = shape_of(r, &r->columns);
    if (part == PART_NONE)
        return false;
    r->part = part;
    r->presence = r->presence || (part != PART_PEOPLE && part != PART_FACTS);
    r->people = r->people || part == PART_PEOPLE || part == PART_ATTENDEES;
    return false;
}

void
report_rewind(report *r)
{
    csv_close(&r->in);
    csv_start(&r->in, r->file);
    r->part = PART_NONE;
    r->title = TITLE_OTHER;
    r->staff = r->looked = 0;
    r->numbered = false;
    r->look_max = LOOK_ROWS;
    r->holding = r->seconding = false;
    r->data_at = 0;
}

/* Everything that only the whole file can tell. */
static void
read_through(report *r)
{
    csv_result result;

    while ((result = csv_raw(&r->in)) != CSV_END) {
        if (result == CSV_ROW && report_place(r)) {
            report_look(r);
            report_sample(r);
        }
        if (r->kind == REPORT_UNKNOWN && r->looked >= LOOK_ROWS)
            break;
    }
    report_judge(r);
}

report *
report_open(FILE *spool, const mapping *map, const char **why)
{
    report *r = calloc(1, sizeof *r);

    if (r == NULL)
        abort();
    r->file = spool;
    r->map = map;
    *why = NULL;
    if (!report_bbb_open(r, why) && *why == NULL) {
        report_rewind(r);
        if (getc(spool) == EOF)
            *why = "it is empty";
        report_rewind(r);
        read_through(r);
    }
    if (*why != NULL)
        report_close(&r);
    else
        report_rewind(r);
    return r;
}

void
report_close(report **r)
{
    csv_close(&(*r)->in);
    json_decref((*r)->found);
    json_decref((*r)->data);
    free(*r);
    *r = NULL;
}

report_kind
report_is(const report *r)
{
    return r->kind;
}

bool
report_of_presence(const report *r)
{
    return r->presence;
}

bool
report_of_people(const report *r)
{
    return r->people;
}

json_t *
report_columns(const report *r)
{
    return r->found == NULL ? json_array() : json_incref(r->found);
}

const char *
report_suspect(const report *r)
{
    return r->suspect[0] == '\0' ? NULL : r->suspect;
}

const char *
report_times(report *r, const char *zone, moment_order asked)
{
    const moment_proof *p = &r->proof;

    r->times.zone = zone;
    r->times.order = asked;
    if (p->day_first > 0 && p->month_first > 0)
        return "its dates contradict each other: in some the first number can only be a day, in "
               "others only the month";
    if (asked == ORDER_MONTH_FIRST && p->day_first > 0)
        return "its dates have the day first (one has a first number above 12): leave out "
               "--month-first";
    if (asked == ORDER_DAY_FIRST && p->month_first > 0)
        return "its dates have the month first (one has a second number above 12): leave out "
               "--day-first";
    if (p->day_first > 0)
        r->times.order = ORDER_DAY_FIRST;
    if (p->month_first > 0)
        r->times.order = ORDER_MONTH_FIRST;
    if (r->times.order == ORDER_OPEN && p->open > 0)
        return "nothing in it says whether its dates have the day first or the month: say "
               "--day-first or --month-first";
    return NULL;
}

void
report_sessions(report *r, const uint64_t *ends_ms, size_t count)
{
    r->ends_ms = ends_ms;
    r->end_count = count;
}

/* The first end of a session after the join. */
void
report_open_end(const report *r, report_row *row)
{
    uint64_t end = 0;

    for (size_t i = 0; i < r->end_count; i++)
        if (r->ends_ms[i] > row->from_ms && (end == 0 || r->ends_ms[i] < end))
            end = r->ends_ms[i];
    row->to_ms = end;
    row->timed = end != 0;
    if (row->timed)
        row->note = "no leave: counted to the end of its session";
    else
        row->skip = "no leave, and no session ends after it";
}

const csv *
report_csv(const report *r)
{
    return &r->in;
}

const heads *
report_heads(const report *r)
{
    return &r->columns;
}

moment_rules
report_rules(const report *r)
{
    return r->times;
}
