/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registration import: a CSV file of people, row by row.  The same file again changes nothing.
 */
#include "clients/cli/commands.h"
#include "clients/cli/import.h"
#include "clients/upload/people.h"

#include <string.h>

typedef struct people {
    csv *in;
    heads columns;
    people_rules rules;
    intake *to;
} people;

/* false: the service has gone. */
static bool
row_send(people *p, csv_result result)
{
    person_row one;
    const char *key = person_key(p->in, &p->columns);
    const char *why;
    const char *wrong;
    intake_row *row = intake_begin(p->to, p->in->row, result == CSV_BAD || key == NULL ? "?" : key);

    if (row == NULL)
        return false;
    if (result == CSV_BAD) {
        intake_settle(p->to, row, "refused", "", p->in->reason);
        return true;
    }
    wrong = person_read(p->in, &p->columns, &p->rules, &one, &why);
    if (wrong != NULL)
        intake_settle(p->to, row, "refused", wrong, why);
    else
        intake_send(p->to, row, 110, &one.in.base);
    return true;
}

static int
import_rows(cli *c, csv *in)
{
    static const head known[] = { HEAD_EMAIL,    HEAD_NAME,     HEAD_FIRST_NAME,  HEAD_LAST_NAME,
                                  HEAD_COUNTRY,  HEAD_ROLE,     HEAD_MODE,        HEAD_INSTITUTION,
                                  HEAD_POSITION, HEAD_LANGUAGE, HEAD_EXTERNAL_ID, HEAD_NAME_LATIN };
    people p = { .in = in, .columns = heads_find(in) };
    const char *lack;
    csv_result result;
    verdicts v;
    int outcome;

    p.rules.source = arg_text(c, "source");
    p.rules.override = arg_flag(c, "override");
    lack = people_lack(&p.columns, p.rules.source);
    if (lack != NULL)
        return fail(c, EXIT_USAGE, "%s %s", arg_operand(c, 0), lack);
    import_note(c, in, &p.columns, known, sizeof known / sizeof known[0]);
    outcome = event_id_find(c, p.rules.event_id);
    if (outcome != EXIT_DONE)
        return outcome;
    verdicts_open(&v, c, "registrations", false);
    p.to = verdicts_intake(&v, REGISTRATION, intake_registered, arg_flag(c, "dry-run"), NULL);
    while ((result = csv_next(in)) != CSV_END && row_send(&p, result))
        ;
    intake_close(&p.to);
    return verdicts_close(&v);
}

static int
import_run(cli *c)
{
    return import_csv(c, import_rows);
}

static const option import_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "source", "NAME", "the upload's or platform's name, for external ids", false },
    { "override", NULL, "as an organiser: outside the time of registration", false },
    { "dry-run", NULL, "decide every row, write nothing", false },
    { "quiet", NULL, "print refused rows only", false },
    { NULL, NULL, NULL, false },
};

const command registration_import_commands[] = {
    { "registration import", "FILE", "people of a CSV file; a verdict a row", import_options,
      import_run,
      "The first row names the columns, in any order: email name country role mode institution "
      "position language\n"
      "external_id name_latin (or first name and last name).  Delimiters are , ; or tab.  Known "
      "people are updated,\n"
      "so the same file may be sent twice.  Exit 3 when a row was refused; the others are "
      "imported.\n"
      "What platforms and forms export, `sijill upload` reads." },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
