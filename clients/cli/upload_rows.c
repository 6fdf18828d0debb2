/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/upload.h"

#include "clients/upload/facts.h"
#include "clients/upload/people.h"

#include <string.h>

/* The file's own name of the column that a reader names by its word. */
static const char *
column_title(const upload *u, const char *word)
{
    head which = head_of(word);
    const char *title =
        which == HEADS ? "" : heads_title(report_csv(u->file), report_heads(u->file), which);

    return title[0] == '\0' ? word : title;
}

/* Of "person.email", what a service calls a field, the file's own name of that column. */
static const char *
field_title(const void *of, const char *field)
{
    const char *dot = strrchr(field, '.');
    const char *word = dot == NULL ? field : dot + 1;

    return head_of(word) == HEADS ? field : column_title(of, word);
}

/* What needs no service; true: the row is settled. */
static bool
settled(intake *to, intake_row *row, const report_row *one)
{
    if (one->why != NULL)
        intake_settle(to, row, "refused", one->column, one->why);
    else if (one->skip != NULL)
        intake_settle(to, row, "skipped", "", one->skip);
    return one->why != NULL || one->skip != NULL;
}

static void
person_send(const upload *u, intake *to, intake_row *row, const people_rules *rules)
{
    person_row person;
    const char *why;
    const char *wrong =
        person_read(report_csv(u->file), report_heads(u->file), rules, &person, &why);

    if (wrong != NULL)
        intake_settle(to, row, "refused", column_title(u, wrong), why);
    else
        intake_send(to, row, 110, &person.in.base);
}

int
upload_people(upload *u)
{
    bool mixed = report_of_presence(u->file); /* other rows have their verdict elsewhere */
    people_rules rules = { .source = u->source,
                           .override = arg_flag(u->c, "override"),
                           .words_are_free = report_platform(report_is(u->file)) != NULL };
    intake *to = verdicts_intake(&u->verdicts, REGISTRATION, intake_registered,
                                 arg_flag(u->c, "dry-run"), u->seed);
    report_row one;
    intake_row *row = NULL;

    memcpy(rules.event_id, u->event_id, sizeof rules.event_id);
    u->verdicts.title = field_title;
    u->verdicts.of = u;
    report_rewind(u->file);
    while (report_next(u->file, &one)) {
        if (mixed && !one.person)
            continue;
        row = intake_begin(to, one.row, one.id);
        if (row == NULL)
            break;
        if (mixed)
            person_send(u, to, row, &rules);
        else if (!settled(to, row, &one))
            person_send(u, to, row, &rules);
    }
    intake_close(&to);
    return u->verdicts.exit == EXIT_UNREACHABLE ? EXIT_UNREACHABLE : EXIT_DONE;
}

int
upload_facts(upload *u)
{
    fact_rules rules = { .source = u->source, .times = report_rules(u->file) };
    intake *to = verdicts_intake(&u->verdicts, ATTENDANCE, intake_recorded,
                                 arg_flag(u->c, "dry-run"), u->seed);
    report_row one;

    memcpy(rules.event_id, u->event_id, sizeof rules.event_id);
    report_rewind(u->file);
    while (report_next(u->file, &one)) {
        fact evidence;
        const char *why;
        const char *wrong;
        intake_row *row =
            intake_begin(to, one.row, fact_key(report_csv(u->file), report_heads(u->file)));

        if (row == NULL)
            break;
        if (settled(to, row, &one))
            continue;
        wrong = fact_read(report_csv(u->file), report_heads(u->file), &rules, &evidence, &why);
        if (wrong != NULL)
            intake_settle(to, row, "refused", column_title(u, wrong), why);
        else
            intake_evidence(to, row, &evidence.evidence);
    }
    intake_close(&to);
    return u->verdicts.exit == EXIT_UNREACHABLE ? EXIT_UNREACHABLE : EXIT_DONE;
}
