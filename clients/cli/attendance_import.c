/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attendance import: a CSV file of what was observed, a row a fact.  Each fact has a nonce made of
 * its content, so the same file twice is the same evidence.
 */
#include "clients/cli/commands.h"
#include "clients/cli/import.h"
#include "clients/upload/facts.h"
#include "clients/upload/times.h"

#include <string.h>

typedef struct facts {
    csv *in;
    heads columns;
    fact_rules rules;
    intake *to;
} facts;

/* false: the service has gone. */
static bool
row_send(facts *f, csv_result result)
{
    fact one;
    const char *why;
    const char *wrong;
    intake_row *row =
        intake_begin(f->to, f->in->row, result == CSV_BAD ? "-" : fact_key(f->in, &f->columns));

    if (row == NULL)
        return false;
    if (result == CSV_BAD) {
        intake_settle(f->to, row, "refused", "", f->in->reason);
        return true;
    }
    wrong = fact_read(f->in, &f->columns, &f->rules, &one, &why);
    if (wrong != NULL)
        intake_settle(f->to, row, "refused", wrong, why);
    else
        intake_evidence(f->to, row, &one.evidence);
    return true;
}

static int
rows_send(cli *c, facts *f)
{
    verdicts v;
    csv_result result;

    verdicts_open(&v, c, "facts", false);
    f->to = verdicts_intake(&v, ATTENDANCE, intake_recorded, arg_flag(c, "dry-run"), NULL);
    while ((result = csv_next(f->in)) != CSV_END && row_send(f, result))
        ;
    intake_close(&f->to);
    return verdicts_close(&v);
}

static int
import_rows(cli *c, csv *in)
{
    static const head known[] = { HEAD_EMAIL,        HEAD_EXTERNAL_ID, HEAD_REGISTRATION_ID,
                                  HEAD_DISPLAY_NAME, HEAD_KIND,        HEAD_OCCURRED_AT,
                                  HEAD_ENDED_AT,     HEAD_SESSION,     HEAD_MARK,
                                  HEAD_DEVICE,       HEAD_DEVICE_SEQ,  HEAD_CONNECTION,
                                  HEAD_REMARK,       HEAD_NONCE };
    facts f = { .in = in, .columns = heads_find(in) };
    Sijill__V1__EventView *event = NULL;
    const char *zone;
    int outcome;

    if (!heads_have(&f.columns, HEAD_OCCURRED_AT))
        return fail(c, EXIT_USAGE,
                    "%s has no column `occurred_at`: its first row must name the columns",
                    arg_operand(c, 0));
    import_note(c, in, &f.columns, known, sizeof known / sizeof known[0]);
    outcome = event_find(c, arg_text(c, "event"), &event);
    if (outcome != EXIT_DONE)
        return outcome;
    memcpy(f.rules.event_id, event->event->id.data, sizeof f.rules.event_id);
    zone = arg_text(c, "time-zone") == NULL ? event->event->time_zone : arg_text(c, "time-zone");
    f.rules.times.zone = zone;
    f.rules.source = arg_text(c, "source");
    if (zone != NULL && !zone_known(zone))
        outcome =
            fail(c, EXIT_USAGE,
                 "the time zone '%s' is not known here: give one such as Europe/Istanbul", zone);
    if (outcome == EXIT_DONE)
        outcome = catch_up(c, ATTENDANCE, f.rules.event_id);
    if (outcome == EXIT_DONE)
        outcome = rows_send(c, &f);
    sijill_free(event);
    return outcome;
}

static int
import_run(cli *c)
{
    return import_csv(c, import_rows);
}

static const option import_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "time-zone", "ZONE", "of times without an offset (default: the event's)", false },
    { "source", "NAME", "the platform's name, for external ids", false },
    { "dry-run", NULL, "decide every row, write nothing", false },
    { "quiet", NULL, "print refused rows only", false },
    { NULL, NULL, NULL, false },
};

const command attendance_import_commands[] = {
    { "attendance import", "FILE", "what was observed, from a CSV file; a verdict a row",
      import_options, import_run,
      "The first row names the columns, in any order: email external_id or registration_id, kind "
      "(check_in check_out\n"
      "join leave span mark platform_end), occurred_at, ended_at, session, mark, device, "
      "connection, remark, nonce.\n"
      "Times are 2025-01-21T09:00Z, with an offset, or local.  The same file again changes "
      "nothing." },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
