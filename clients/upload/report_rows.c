/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/report_own.h"

#include "proto/wire/check.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    BBB_JOIN =
        9, /* columns of BigBlueButton's table, which has them in one order in every language */
    BBB_LEFT = 10,
    BBB_DURATION = 11,
    SLACK_MS = 2000, /* of a duration that was rounded */
    SECOND_MS = 1000,
};

static const char NO_TIMES[] = "there are no times: did not attend";

typedef struct span_columns {
    int join, leave, duration;
} span_columns;

static span_columns
columns_of(const report *r)
{
    if (r->kind == REPORT_BBB_TABLE)
        return (span_columns){ BBB_JOIN, BBB_LEFT, BBB_DURATION };
    if (r->part == PART_BOUNDS)
        return (span_columns){ r->columns.at[HEAD_FIRST_JOIN], r->columns.at[HEAD_LAST_LEAVE],
                               r->columns.at[HEAD_DURATION] };
    return (span_columns){ r->columns.at[HEAD_JOIN_TIME], r->columns.at[HEAD_LEAVE_TIME],
                           r->columns.at[HEAD_DURATION] };
}

void
report_look(report *r)
{
    static const head dates[] = { HEAD_REGISTERED_AT, HEAD_TIMESTAMP, HEAD_OCCURRED_AT,
                                  HEAD_ENDED_AT };
    span_columns at = columns_of(r);

    if (r->part == PART_PEOPLE || r->part == PART_TOTALS)
        return;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        moment_look(heads_text(&r->in, &r->columns, dates[i]), &r->proof);
    moment_look(csv_field(&r->in, at.join), &r->proof);
    moment_look(csv_field(&r->in, at.leave), &r->proof);
}

/* "--", "-" and nothing are no value. */
static bool
empty(const char *text)
{
    return text[strspn(text, "- ")] == '\0';
}

static const char *
present_or_null(const char *text)
{
    return text == NULL || empty(text) ? NULL : text;
}

static const char *
title_of(const report *r, int column)
{
    return column < 0 || (size_t) column >= r->in.column_count ? "" : r->in.names[column];
}

static void
row_refuse(report_row *row, const char *column, const char *why)
{
    row->column = column;
    row->why = why;
}

/* "1h 2m 10s", "00:59:30", "15 Min.": in every way in which the numbers can be meant, whether it is
 * as long as that. */
static bool
duration_is(const char *text, uint64_t ms)
{
    static const uint64_t units[] = { 3600, 60, 1 };
    uint64_t numbers[3];
    size_t count = 0;

    for (const char *at = text; *at != '\0' && count < 3;) {
        char *end;

        if (!isdigit((unsigned char) *at)) {
            at++;
            continue;
        }
        numbers[count++] = strtoull(at, &end, 10) % 1000000;
        at = end;
    }
    for (size_t first = 0; count > 0 && first + count <= 3; first++) {
        uint64_t said = 0;

        for (size_t i = 0; i < count; i++)
            said += numbers[i] * units[first + i] * SECOND_MS;
        if (said <= ms + SLACK_MS && ms <= said + SLACK_MS)
            return true;
    }
    return false;
}

/* One presence from two cells. */
static void
span_read(report *r, report_row *row, span_columns at)
{
    const char *join = csv_field(&r->in, at.join);
    const char *leave = csv_field(&r->in, at.leave);
    const char *words;

    if (empty(join)) {
        row->skip = empty(leave) ? NO_TIMES : "a leave without a join gives no minutes";
        return;
    }
    words = moment_read(join, &r->times, &row->from_ms);
    if (words != NULL) {
        row_refuse(row, title_of(r, at.join), words);
        return;
    }
    if (empty(leave)) {
        report_open_end(r, row);
        return;
    }
    words = moment_read_after(leave, &r->times, row->from_ms, &row->to_ms);
    if (words == NULL && row->to_ms < row->from_ms)
        words = "is before the join";
    if (words != NULL)
        row_refuse(row, title_of(r, at.leave), words);
    else
        row->timed = true;
}

static void
bounds_read(report *r, report_row *row)
{
    span_columns at = columns_of(r);

    if (r->activities) {
        row->skip = "the section of activities has it in full";
        return;
    }
    span_read(r, row, at);
    if (row->timed && row->note == NULL &&
        !duration_is(csv_field(&r->in, at.duration), row->to_ms - row->from_ms)) {
        row->timed = false;
        row->skip = "came several times, and this table does not say when: not counted";
    }
}

/* Nobody has a seat by a word that nobody understood. */
static const char UNKNOWN_STATUS[] =
    "is not known here: write approved, pending, denied or cancelled";

static const char *
approval_skip(const char *text)
{
    if (word_refused(text))
        return "was not approved, or cancelled, on the platform";
    if (word_waits(text))
        return "waits for approval on the platform";
    return empty(text) || word_approved(text) ? NULL : UNKNOWN_STATUS;
}

/* What a name says of its bearer: "Andrea (Host)". */
static bool
named_host(const char *name)
{
    static const char *const marks[] = { "(host)", "(anfitrión)", "(organisateur)" };
    size_t length = name == NULL ? 0 : strlen(name);

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (length > strlen(marks[i]) &&
            strcasecmp(name + length - strlen(marks[i]), marks[i]) == 0)
            return true;
    return false;
}

static bool
staff(const report *r, const report_row *row)
{
    const char *role = heads_text(&r->in, &r->columns, HEAD_ROLE);

    if (r->kind == REPORT_BBB_TABLE)
        return strcasecmp(heads_text(&r->in, &r->columns, HEAD_MODERATOR), "true") == 0;
    if (r->kind == REPORT_TEAMS)
        return strncasecmp(role, "organi", 6) == 0 || strncasecmp(role, "presenter", 9) == 0 ||
               strcasecmp(role, "referent") == 0;
    return r->kind == REPORT_ZOOM_MEETING && named_host(row->name);
}

static void
presence_read(report *r, report_row *row)
{
    const char *attended = heads_value(&r->in, &r->columns, HEAD_ATTENDED);

    if (row->part == PART_HOSTS) {
        row->skip = "a host's presence is no attendance";
    } else if (row->part == PART_TOTALS) {
        row->skip = "the report has sums without times, which are not counted: export it again "
                    "without \"Show unique users\"";
    } else if (attended != NULL && !word_yes(attended)) {
        row->skip = "did not attend";
    } else if (word_yes(heads_text(&r->in, &r->columns, HEAD_WAITING_ROOM))) {
        row->skip = "was in the waiting room";
    } else if (row->part == PART_BOUNDS) {
        bounds_read(r, row);
    } else {
        span_read(r, row, columns_of(r));
    }
    if (row->part != PART_HOSTS && row->part != PART_STAFF && staff(r, row))
        row->part = PART_STAFF;
}

static void
who_read(report *r, report_row *row)
{
    row->email = present_or_null(heads_value(&r->in, &r->columns, HEAD_EMAIL));
    row->registrant = present_or_null(heads_value(&r->in, &r->columns, HEAD_EXTERNAL_ID));
    if (r->kind != REPORT_PEOPLE && r->kind != REPORT_MAPPED)
        row->registrant = NULL; /* a platform's "ID" is the meeting's, or the answer's */
    if (row->email == NULL && r->kind == REPORT_TEAMS)
        row->email = present_or_null(heads_value(&r->in, &r->columns, HEAD_UPN));
    if (row->email != NULL && strchr(row->email, '@') == NULL)
        row->email = NULL; /* the platform's own name of somebody */
    row->name = present_or_null(heads_value(&r->in, &r->columns, HEAD_NAME));
    if (row->name == NULL && r->part != PART_PEOPLE) {
        (void) snprintf(r->row_text, sizeof r->row_text, "%s %s",
                        heads_text(&r->in, &r->columns, HEAD_FIRST_NAME),
                        heads_text(&r->in, &r->columns, HEAD_LAST_NAME));
        row->name = empty(r->row_text) ? NULL : r->row_text;
    }
    row->id = row->email != NULL        ? row->email
              : row->registrant != NULL ? row->registrant
              : row->name != NULL       ? row->name
                                        : "-";
}

static bool
utf8(const char *text)
{
    return text == NULL || sj_utf8_valid(text, strlen(text));
}

static void
table_row_read(report *r, report_row *row)
{
    row->part = r->part;
    who_read(r, row);
    if (!utf8(row->email) || !utf8(row->name) || !utf8(row->registrant)) {
        row_refuse(row, utf8(row->name) ? "email" : "name",
                   "is not UTF-8: save the file as \"CSV UTF-8\"");
        return;
    }
    if (r->part == PART_FACTS) {
        row->fact = true;
        return;
    }
    if (r->part == PART_PEOPLE || r->part == PART_ATTENDEES) {
        row->skip = approval_skip(heads_text(&r->in, &r->columns, HEAD_APPROVAL));
        row->person = row->skip == NULL;
        if (row->skip == UNKNOWN_STATUS && r->part == PART_PEOPLE) {
            row_refuse(row, title_of(r, r->columns.at[HEAD_APPROVAL]), UNKNOWN_STATUS);
            return;
        }
    }
    if (r->kind == REPORT_LIMESURVEY && empty(heads_text(&r->in, &r->columns, HEAD_SUBMITTED)))
        row->skip = "the answers were not submitted";
    row->person = row->person && row->skip == NULL;
    if (r->part == PART_PEOPLE)
        return;
    row->skip = NULL; /* who came, came, approved or not */
    presence_read(r, row);
}

static bool
action_give(action *a, report_row *row)
{
    row->row = a->row;
    row->part = PART_CONNECTIONS;
    row->id = row->name = a->name;
    return true;
}

/* A joining that nobody ended. */
static bool
held_give(report *r, report_row *row)
{
    r->holding = false;
    (void) action_give(&r->held, row);
    row->from_ms = r->held.at_ms;
    report_open_end(r, row);
    return true;
}

/* One row of "User Action"; true: *row is to be given. */
static bool
action_take(report *r, report_row *row)
{
    const char *word = heads_text(&r->in, &r->columns, HEAD_ACTION);
    const char *when = heads_text(&r->in, &r->columns, HEAD_TIMESTAMP);
    const char *words;
    action next = { .row = r->in.sheet, .joined = word_joined(word) };

    (void) snprintf(next.name, sizeof next.name, "%s", heads_text(&r->in, &r->columns, HEAD_NAME));
    words = moment_read(when, &r->times, &next.at_ms);
    if (words != NULL || !utf8(next.name) || (!next.joined && !word_left(word))) {
        r->second = next;
        (void) action_give(&r->second, row);
        if (!utf8(next.name))
            row->id = row->name = "-";
        row_refuse(row, words != NULL ? "Timestamp" : "User Action",
                   words != NULL ? words : "is neither a joining nor a leaving that is known here");
        return true;
    }
    if (next.joined) {
        bool waited = r->holding && held_give(r, row);

        if (waited) { /* its text is overwritten by what comes */
            (void) snprintf(r->row_text, sizeof r->row_text, "%s", r->held.name);
            row->id = row->name = r->row_text;
        }
        r->held = next;
        r->holding = true;
        return waited;
    }
    r->second = next;
    if (r->holding && strcmp(r->held.name, next.name) == 0 && next.at_ms >= r->held.at_ms) {
        r->holding = false;
        r->seconding = true;
        (void) action_give(&r->held, row);
        row->from_ms = r->held.at_ms;
        row->to_ms = next.at_ms;
        return row->timed = true;
    }
    (void) action_give(&r->second, row);
    row->skip = "a leave without a join gives no minutes";
    return true;
}

static bool
actions_end(report *r, report_row *row)
{
    if (r->seconding) {
        r->seconding = false;
        (void) action_give(&r->second, row);
        row->skip = "ends the presence of the row before it";
        return true;
    }
    return false;
}

bool
report_row_read(report *r, report_row *row)
{
    csv_result result;

    if (actions_end(r, row))
        return true;
    while ((result = csv_raw(&r->in)) != CSV_END) {
        row->row = r->in.sheet;
        if (result == CSV_ROW && !report_place(r))
            continue;
        if (result == CSV_BAD ? r->part != PART_NONE : !csv_fits(&r->in)) {
            row->part = r->part;
            row->id = "?";
            row_refuse(row, "", r->in.reason);
            return true;
        }
        if (result == CSV_BAD)
            continue;
        if (r->part != PART_ACTIONS) {
            table_row_read(r, row);
            return true;
        }
        if (action_take(r, row))
            return true;
    }
    return r->holding && held_give(r, row);
}

bool
report_next(report *r, report_row *row)
{
    memset(row, 0, sizeof *row);
    row->id = "-";
    return r->data != NULL ? report_bbb_next(r, row) : report_row_read(r, row);
}
