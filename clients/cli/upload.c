/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload: a file of a platform, a form or our own: people become registrations, a report of
 * presence is put beside the ledger.  What the file is, is read from it.
 */
#include <stdio.h>

#include "clients/cli/upload.h"

#include "clients/cli/commands.h"
#include "clients/upload/people.h"
#include "clients/upload/spool.h"
#include "clients/upload/times.h"
#include "proto/wire/check.h"

#include <stdlib.h>
#include <string.h>

enum { SESSIONS_MAX = 1024, COLUMNS_SAID_MAX = 400 };

/* ---- what it is ---- */

static int
mapping_given(cli *c, mapping *m)
{
    const char *saved = arg_text(c, "mapping");
    const char *pair;
    const char *wrong = NULL;
    size_t at = 0;

    memset(m, 0, sizeof *m);
    if (saved != NULL) {
        wrong = mapping_load(m, c->home, saved);
        m->header[0] = '\0'; /* asked for by name: any header that has its columns */
        if (wrong != NULL)
            return fail(c, EXIT_USAGE, "--mapping %s: %s", saved, wrong);
    }
    while ((pair = arg_next(c, "map", &at)) != NULL) {
        wrong = mapping_add(m, pair);
        if (wrong != NULL)
            return fail(c, EXIT_USAGE, "--map is '%s': %s", pair, wrong);
    }
    if (m->count == 0 && arg_text(c, "save-mapping") != NULL)
        return fail(c, EXIT_USAGE, "--save-mapping keeps what --map says: give --map NAME=COLUMN");
    return EXIT_DONE;
}

typedef struct search {
    FILE *spool;
    report *found;
    mapping map;
} search;

static bool
search_try(void *context, const mapping *m)
{
    search *s = context;
    const char *why;

    s->map = *m;
    s->found = report_open(s->spool, &s->map, &why);
    if (s->found != NULL && report_is(s->found) == REPORT_UNKNOWN)
        report_close(&s->found);
    return s->found != NULL;
}

static int
unknown(cli *c, const report *r, const mapping *m)
{
    json_t *columns = report_columns(r);
    char *found = value_text(columns);
    int outcome;

    found[sj_utf8_cut(found, COLUMNS_SAID_MAX)] = '\0'; /* a message holds so much */
    if (report_suspect(r) != NULL && m->count == 0)
        outcome = fail(c, EXIT_USAGE,
                       "column '%s' is of a report of presence whose headings are not known: "
                       "map it with --map join_time=COLUMN --map leave_time=COLUMN --map "
                       "email=COLUMN, or people with --map name=COLUMN --map email=COLUMN, and "
                       "keep it: --save-mapping NAME. The columns of %s are: %s",
                       report_suspect(r), arg_operand(c, 0), found);
    else if (m->count > 0)
        outcome =
            fail(c, EXIT_USAGE,
                 "no row of %s has all the columns that are mapped, with a name and an e-mail "
                 "or external id (or join_time and leave_time with an e-mail); its columns "
                 "are: %s",
                 arg_operand(c, 0), found);
    else
        outcome =
            fail(c, EXIT_USAGE,
                 "%s is of no kind that is known here; its columns are: %s. Say what they mean: "
                 "--map email=COLUMN --map name=COLUMN (or first_name, last_name; country, "
                 "institution, external_id; for presence join_time, leave_time), and keep it for "
                 "the next file: --save-mapping NAME",
                 arg_operand(c, 0), json_array_size(columns) == 0 ? "none" : found);
    free(found);
    json_decref(columns);
    return outcome;
}

/* The mapping that was given goes first, then one that was saved for this header, then what the
 * columns say themselves. */
static int
file_know(upload *u, FILE *spool, search *s)
{
    cli *c = u->c;
    const char *why = NULL;
    char name[MAPPING_NAME_MAX + 1];
    int outcome = mapping_given(c, &s->map);

    if (outcome != EXIT_DONE)
        return outcome;
    s->spool = spool;
    if (s->map.count > 0) {
        u->file = report_open(spool, &s->map, &why);
    } else if (mapping_search(c->home, name, search_try, s)) {
        u->file = s->found;
        note(c, "columns as mapping '%s' says", name);
    } else {
        s->map.count = 0;
        u->file = report_open(spool, NULL, &why);
    }
    if (u->file == NULL)
        return fail(c, EXIT_USAGE, "cannot read %s: %s", arg_operand(c, 0), why);
    if (report_is(u->file) == REPORT_UNKNOWN)
        return unknown(c, u->file, &s->map);
    return EXIT_DONE;
}

/* The header stands after the first row that is read. */
static int
mapping_keep(upload *u, const mapping *m)
{
    const char *name = arg_text(u->c, "save-mapping");
    const char *wrong;
    report_row row;

    if (name == NULL)
        return EXIT_DONE;
    report_rewind(u->file);
    (void) report_next(u->file, &row);
    wrong = mapping_save(m, u->c->home, name, report_csv(u->file));
    report_rewind(u->file);
    return wrong == NULL ? EXIT_DONE : fail(u->c, EXIT_USAGE, "--save-mapping %s: %s", name, wrong);
}

/* ---- when ---- */

static int
times_settle(upload *u)
{
    cli *c = u->c;
    bool day = arg_flag(c, "day-first");
    bool month = arg_flag(c, "month-first");
    const char *given = arg_text(c, "zone");
    const char *words;

    if (day && month)
        return fail(c, EXIT_USAGE, "--day-first and --month-first: which of them?");
    u->zone = given == NULL ? u->event->event->time_zone : given;
    if (u->zone != NULL && u->zone[0] == '\0')
        u->zone = NULL;
    if (u->zone != NULL && !zone_known(u->zone))
        return fail(c, EXIT_USAGE,
                    "the time zone '%s' is not known here: give one such as Europe/Istanbul",
                    u->zone);
    if (u->zone == NULL && report_of_presence(u->file) && report_is(u->file) != REPORT_BBB_DATA)
        return fail(c, EXIT_USAGE,
                    "in which time zone are its times? The event has none: say --zone, such as "
                    "Europe/Istanbul");
    words = report_times(u->file, u->zone,
                         day     ? ORDER_DAY_FIRST
                         : month ? ORDER_MONTH_FIRST
                                 : ORDER_OPEN);
    return words == NULL ? EXIT_DONE : fail(c, EXIT_USAGE, "%s: %s", arg_operand(c, 0), words);
}

static size_t
ends_of(const Sijill__V1__Event *event, uint64_t ends[SESSIONS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < event->n_sessions && count < SESSIONS_MAX; i++)
        ends[count++] = event->sessions[i]->ends_ms;
    return count;
}

/* ---- on its way ---- */

static int
seed_read(upload *u)
{
    const char *given = arg_text(u->c, "request-id");

    if (given == NULL)
        sijill_request_id(u->seed);
    else if (!sijill_unhex(given, u->seed))
        return fail(u->c, EXIT_USAGE,
                    "--request-id is '%s': give the id of the earlier try, or a new UUIDv7 (32 "
                    "hexadecimal digits)",
                    given);
    return EXIT_DONE;
}

static int
rows_send(upload *u)
{
    cli *c = u->c;
    report_kind kind = report_is(u->file);
    bool registers = arg_flag(c, "registrations") && report_of_people(u->file);
    const char *lack;
    int outcome = EXIT_DONE;

    u->source = arg_text(c, "source") == NULL ? report_platform(kind) : arg_text(c, "source");
    verdicts_open(&u->verdicts, c, "rows", true);
    u->verdicts.more = json_pack("{s:s, s:s*}", "format", report_name(kind), "zone", u->zone);
    if (kind == REPORT_FACTS) {
        outcome = catch_up(c, ATTENDANCE, u->event_id);
        if (outcome == EXIT_DONE)
            outcome = upload_facts(u);
    } else if (!report_of_presence(u->file)) {
        report_row row;

        (void) report_next(u->file, &row);
        lack = people_lack(report_heads(u->file), u->source);
        outcome =
            lack == NULL ? upload_people(u) : fail(c, EXIT_USAGE, "%s %s", arg_operand(c, 0), lack);
    } else {
        if (registers)
            outcome = upload_people(u);
        if (outcome == EXIT_DONE)
            outcome = upload_presence(u);
    }
    if (outcome == EXIT_DONE)
        return verdicts_close(&u->verdicts);
    verdicts_drop(&u->verdicts); /* the error was said, and is the last word */
    return outcome;
}

static int
file_send(upload *u, const mapping *m)
{
    cli *c = u->c;
    uint64_t ends[SESSIONS_MAX];
    int outcome = event_find(c, arg_text(c, "event"), &u->event);

    if (outcome == EXIT_DONE &&
        (u->event->event == NULL || u->event->event->id.len != SIJILL_ID_SIZE))
        outcome = fail(c, EXIT_REFUSED, "registration answered without the event's id");
    if (outcome == EXIT_DONE)
        outcome = times_settle(u);
    if (outcome == EXIT_DONE)
        outcome = mapping_keep(u, m);
    if (outcome == EXIT_DONE)
        outcome = seed_read(u);
    if (outcome == EXIT_DONE) {
        memcpy(u->event_id, u->event->event->id.data, sizeof u->event_id);
        report_sessions(u->file, ends, ends_of(u->event->event, ends));
        outcome = rows_send(u);
    }
    sijill_free(u->event);
    return outcome;
}

static int
upload_run(cli *c)
{
    upload u = { .c = c };
    search s = { .found = NULL };
    const char *why;
    FILE *spool = spool_path(arg_operand(c, 0), &why);
    int outcome;

    if (spool == NULL)
        return fail(c, EXIT_USAGE, "cannot read %s: %s", arg_operand(c, 0), why);
    outcome = file_know(&u, spool, &s);
    if (outcome == EXIT_DONE)
        outcome = file_send(&u, &s.map);
    if (u.file != NULL)
        report_close(&u.file);
    (void) fclose(spool);
    return outcome;
}

static const option upload_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "dry-run", NULL, "decide every row, write nothing", false },
    { "zone", "IANA", "of the file's times (default: the event's)", false },
    { "day-first", NULL, "03/01 is the third of January, where the file does not prove it", false },
    { "month-first", NULL, "03/01 is the first of March", false },
    { "map", "NAME=COLUMN", "what a column means that is not known; may be repeated", false },
    { "save-mapping", "NAME", "keep --map for files with the same header", false },
    { "mapping", "NAME", "use a mapping that was kept", false },
    { "apply", NULL, "append to the ledger what only the report has", false },
    { "registrations", NULL, "register a webinar report's approved attendees first", false },
    { "source", "NAME", "whose external ids these are (default: the platform)", false },
    { "override", NULL, "as an organiser: outside the time of registration", false },
    { "request-id", "ID", "a UUIDv7: the same one with the same file has one effect", false },
    { "quiet", NULL, "print refused rows and the summary only", false },
    { NULL, NULL, NULL, false },
};

const command upload_commands[] = {
    { "upload", "FILE", "a platform's report, a form's answers or our own CSV; a verdict a row",
      upload_options, upload_run,
      "FILE is - for standard input.  What it is, is read from it: Zoom's registration, attendee "
      "and participants\n"
      "reports and its registrant import, Teams' attendance report, BigBlueButton's learning "
      "dashboard (CSV or JSON),\n"
      "Google Forms, LimeSurvey, our own CSV; UTF-8 or UTF-16, headings in nine languages.  People "
      "become registrations.\n"
      "A report of presence is compared with the ledger, and changes it with --apply only.  The "
      "same file again changes\n"
      "nothing.  With --json every line is an object: a row, {\"registrant\"}, {\"unmatched\"}, "
      "{\"progress\"}, at last {\"summary\"}." },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
