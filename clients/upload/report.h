/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * report: a file that a platform, a form or a person made, as rows of people and of presence.
 *
 * What it is, is known by its content, never by its name: by the columns of its header rows, in any
 * of the languages of heads.h.  A report may begin with a preamble and have several sections, each
 * with a title and a header of its own.  It is read once to know what it is and what its dates
 * prove, and then as often as needed, with memory for one row.
 */
#include <jansson.h>

#include "clients/upload/heads.h"
#include "clients/upload/mapping.h"
#include "clients/upload/moment.h"

typedef enum report_kind {
    REPORT_UNKNOWN,
    REPORT_ZOOM_REGISTRATIONS,
    REPORT_ZOOM_IMPORT,
    REPORT_ZOOM_WEBINAR,
    REPORT_ZOOM_MEETING,
    REPORT_TEAMS,
    REPORT_BBB_TABLE,
    REPORT_BBB_DATA,
    REPORT_GOOGLE_FORMS,
    REPORT_LIMESURVEY,
    REPORT_PEOPLE,
    REPORT_FACTS,
    REPORT_MAPPED,
    REPORT_KINDS
} report_kind;

typedef enum report_part {
    PART_NONE,        /* a preamble, or a section that says nothing of people */
    PART_PEOPLE,      /* to register */
    PART_ATTENDEES,   /* of a webinar: to register, and present */
    PART_HOSTS,       /* not attendance */
    PART_STAFF,       /* panelists, moderators, organisers: present if they are registered */
    PART_CONNECTIONS, /* one row a connection */
    PART_BOUNDS,      /* first join, last leave: one presence only if it lasted all that time */
    PART_TOTALS,      /* a sum without times: nothing to count */
    PART_ACTIONS,     /* a row a joining or leaving */
    PART_FACTS,       /* our own evidence */
} report_part;

/* One row.  Borrows its text until the next. */
typedef struct report_row {
    uint64_t row; /* as a spreadsheet numbers it; of JSON: which session, from 1 */
    report_part part;
    const char *id;    /* what its verdict calls it: e-mail, platform's id or name; never NULL */
    const char *email; /* NULL: none, as the others */
    const char *name;
    const char *registrant; /* the platform's id of the registration */
    bool person;            /* to register: person_read of people.h takes it */
    bool fact;              /* fact_read of facts.h takes it */
    bool timed;             /* present from from_ms to to_ms */
    uint64_t from_ms;
    uint64_t to_ms;
    const char *skip;   /* passed over, and why; NULL */
    const char *column; /* refused: what its column is called, and why */
    const char *why;    /* NULL: not refused */
    const char *note;   /* taken, and something to know about it; NULL */
} report_row;

typedef struct report report;

/* Reads it through.  The spool stays the caller's.  NULL: *why says why it cannot be read at all.
 * What is read and not known is REPORT_UNKNOWN. */
report *report_open(FILE *spool, const mapping *map, const char **why);
void report_close(report **r);

report_kind report_is(const report *r);
/* "zoom_webinar_attendees" */
const char *report_name(report_kind kind);
/* "zoom"; NULL: of no platform. */
const char *report_platform(report_kind kind);
/* It tells who was there when. */
bool report_of_presence(const report *r);
/* Its rows may be registered: people, or a webinar's attendees. */
bool report_of_people(const report *r);
/* The columns that were found, of what is not known: an array of texts. */
json_t *report_columns(const report *r);

/* Of what is not known: the column by which it is a report of presence, and so nothing else that is
 * read; NULL. */
const char *report_suspect(const report *r);

/* Before rows are read: the zone (known, or NULL), and the order that was asked for.  NULL: good;
 * else words: the dates contradict it, or leave it open. */
const char *report_times(report *r, const char *zone, moment_order asked);
/* When sessions end: a presence without a leave ends with its session.  The list stays the
 * caller's. */
void report_sessions(report *r, const uint64_t *ends_ms, size_t count);

void report_rewind(report *r);
/* false: that was the last row. */
bool report_next(report *r, report_row *row);

/* The row that was read last, for person_read and fact_read; the times for fact_read. */
const csv *report_csv(const report *r);
const heads *report_heads(const report *r);
moment_rules report_rules(const report *r);
