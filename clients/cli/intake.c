/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/cli/intake.h"

#include "clients/c/clock.h"
#include "clients/cli/json_of.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RING = SIJILL_OUTSTANDING_MAX, KINDS_MAX = 12, PROGRESS_MS = 200 };

struct intake {
    cli *c;
    sijill *service;
    int number;
    const char *things;
    intake_verdict *verdict;
    uint64_t first; /* the oldest row not printed; counts from 0 */
    uint64_t next;
    const char *kinds[KINDS_MAX];
    uint64_t counts[KINDS_MAX];
    size_t kind_count;
    uint64_t printed;
    uint64_t progress_ms;
    bool progress;
    bool quiet;
    bool gone; /* the service does not answer any more */
    int exit;
    intake_row rows[RING];
};

const char *
outcome_word(Sijill__V1__Outcome outcome)
{
    static const char *const words[] = { "unchanged", "created", "updated" };

    return (unsigned) outcome < 3 ? words[outcome] : "done";
}

const char *
intake_defined(const sijill_reply *reply, intake_row *row)
{
    Sijill__V1__Defined *out = sijill_unpack(reply, &sijill__v1__defined__descriptor);
    const char *verdict = out == NULL ? "done" : outcome_word(out->outcome);

    (void) row;
    sijill_free(out);
    return verdict;
}

const char *
intake_registered(const sijill_reply *reply, intake_row *row)
{
    Sijill__V1__Registered *out = sijill_unpack(reply, &sijill__v1__registered__descriptor);
    const char *verdict = out == NULL ? "done" : outcome_word(out->outcome);

    if (out != NULL) {
        json_t *whole = json_of(&out->base);

        row->more = json_object();
        (void) json_object_set(row->more, "registration_id",
                               json_object_get(whole, "registration_id"));
        (void) json_object_set(row->more, "state", json_object_get(whole, "state"));
        (void) json_object_set(row->more, "place", json_object_get(whole, "place"));
        if (out->marks_dropped)
            (void) json_object_set_new(
                row->more, "notes",
                json_pack("[s]", "direction marks (U+200E, U+200F) were taken out of a text"));
        json_decref(whole);
    }
    sijill_free(out);
    return verdict;
}

intake *
intake_open(cli *c, int service, const char *things, intake_verdict *verdict)
{
    intake *in = calloc(1, sizeof *in);

    if (in == NULL)
        abort();
    in->c = c;
    in->number = service;
    in->service = service_of(c, service);
    in->things = things;
    in->verdict = verdict;
    in->progress = c->progress || (isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO));
    in->quiet = arg_flag(c, "quiet");
    if (c->json)
        (void) fputs("{\"rows\":[", stdout);
    else if (c->csv)
        (void) fputs("row,id,verdict,column,why\r\n", stdout);
    return in;
}

static void
row_json(const intake *in, const intake_row *row)
{
    json_t *out = json_pack("{s:I, s:o, s:s}", "row", (json_int_t) row->row, "id",
                            json_text(row->id), "verdict", row->verdict);

    if (row->why[0] != '\0')
        (void) json_object_set_new(out, "why", json_text(row->why));
    if (row->column[0] != '\0')
        (void) json_object_set_new(out, "column", json_text(row->column));
    if (row->code != 0)
        (void) json_object_set_new(out, "code", json_string(sijill_code_name(row->code)));
    if (row->more != NULL)
        (void) json_object_update(out, row->more);
    (void) fputs(in->printed == 0 ? "\n" : ",\n", stdout);
    (void) json_dumpf(out, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(out);
}

static void
row_csv(const intake_row *row)
{
    const char *const fields[] = { row->id, row->verdict, row->column, row->why };

    (void) printf("%llu", (unsigned long long) row->row);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        (void) putchar(',');
        csv_print(stdout, fields[i]);
    }
    (void) fputs("\r\n", stdout);
}

static void
row_words(const intake_row *row)
{
    char *state = row->more == NULL ? NULL : value_text(json_object_get(row->more, "state"));
    char *place = row->more == NULL ? NULL : value_text(json_object_get(row->more, "place"));
    char *notes = row->more == NULL ? NULL : value_text(json_object_get(row->more, "notes"));

    (void) printf("row %-5llu %-9s %s", (unsigned long long) row->row, row->verdict, row->id);
    if (state != NULL && state[0] != '\0')
        (void) printf("  %s%s%s", state, place[0] == '\0' ? "" : " ", place);
    if (row->column[0] != '\0')
        (void) printf("  %s:", row->column);
    if (row->why[0] != '\0')
        (void) printf(" %s", row->why);
    if (notes != NULL && notes[0] != '\0')
        (void) printf("  (%s)", notes);
    (void) putchar('\n');
    free(state);
    free(place);
    free(notes);
}

static void
row_count(intake *in, const char *verdict)
{
    size_t i = 0;

    while (i < in->kind_count && strcmp(in->kinds[i], verdict) != 0)
        i++;
    if (i == in->kind_count && i < KINDS_MAX)
        in->kinds[in->kind_count++] = verdict;
    if (i < KINDS_MAX)
        in->counts[i]++;
}

static void
progress_print(intake *in, bool last)
{
    uint64_t now = clock_mono_ms();

    if (!in->progress || (!last && now < in->progress_ms))
        return;
    in->progress_ms = now + PROGRESS_MS;
    (void) fprintf(stderr, "\r%llu %s", (unsigned long long) in->printed, in->things);
    for (size_t i = 0; i < in->kind_count; i++)
        (void) fprintf(stderr, ", %llu %s", (unsigned long long) in->counts[i], in->kinds[i]);
    (void) fputs(last ? "\n" : "   ", stderr);
}

static void
rows_print(intake *in)
{
    while (in->first < in->next && in->rows[in->first % RING].done) {
        intake_row *row = &in->rows[in->first++ % RING];
        bool refused = strcmp(row->verdict, "refused") == 0;

        if (refused && in->exit == EXIT_DONE)
            in->exit = EXIT_REFUSED;
        if (in->c->json)
            row_json(in, row);
        else if (in->c->csv)
            row_csv(row);
        else if (!in->quiet || refused)
            row_words(row);
        row_count(in, row->verdict);
        in->printed++;
        json_decref(row->more);
        row->more = NULL;
    }
    progress_print(in, false);
}

static bool
answer_take(intake *in, int timeout_ms)
{
    sijill_reply reply;

    if (!sijill_wait(in->service, &reply, timeout_ms))
        return false;

    intake_row *row = reply.context;

    row->done = true;
    row->code = reply.code;
    if (reply.code == SIJILL__V1__CODE__OK) {
        row->verdict = in->verdict(&reply, row);
        return true;
    }
    row->verdict = exit_of(reply.code) == EXIT_UNREACHABLE ? "unanswered" : "refused";
    (void) snprintf(row->why, sizeof row->why, "%s",
                    reply.detail[0] == '\0' ? sijill_code_name(reply.code) : reply.detail);
    (void) snprintf(row->column, sizeof row->column, "%s", reply.field);
    if (exit_of(reply.code) == EXIT_UNREACHABLE && !in->gone) {
        in->gone = true;
        in->exit = fail_reply(in->c, in->number, &reply);
    }
    return true;
}

intake_row *
intake_begin(intake *in, uint64_t number, const char *id)
{
    while (in->next - in->first == RING) {
        (void) answer_take(in, -1);
        rows_print(in);
    }
    if (in->gone)
        return NULL;

    intake_row *row = &in->rows[in->next++ % RING];

    memset(row, 0, sizeof *row);
    row->row = number;
    (void) snprintf(row->id, sizeof row->id, "%s", id);
    return row;
}

void
intake_send(intake *in, intake_row *row, uint32_t type, const ProtobufCMessage *body)
{
    sijill_request request = { .type = type,
                               .body = body,
                               .dry_run = arg_flag(in->c, "dry-run"),
                               .min_pos = in->c->min_pos[in->number],
                               .context = row };

    if (!sijill_submit(in->service,
                       &request)) /* the ring has as many places as there may be outstanding */
        intake_settle(in, row, "refused", "", "the row is larger than a message may be (63 KiB)");
    while (answer_take(in, 0))
        ;
    rows_print(in);
}

void
intake_settle(intake *in, intake_row *row, const char *verdict, const char *where, const char *why)
{
    row->done = true;
    row->verdict = verdict;
    (void) snprintf(row->column, sizeof row->column, "%s", where == NULL ? "" : where);
    (void) snprintf(row->why, sizeof row->why, "%s", why);
    rows_print(in);
}

void
intake_drain(intake *in)
{
    while (sijill_outstanding(in->service) > 0 && answer_take(in, -1))
        rows_print(in);
    rows_print(in);
}

int
intake_close(intake **in)
{
    intake *end = *in;
    int outcome;

    intake_drain(end);
    if (end->progress)
        progress_print(end, true);
    outcome = end->exit;
    if (end->c->json) {
        (void) printf("\n],\"summary\":{\"rows\":%llu,\"dry_run\":%s",
                      (unsigned long long) end->printed,
                      arg_flag(end->c, "dry-run") ? "true" : "false");
        for (size_t i = 0; i < end->kind_count; i++)
            (void) printf(",\"%s\":%llu", end->kinds[i], (unsigned long long) end->counts[i]);
        (void) fputs("}}\n", stdout);
    } else if (!end->c->csv) {
        (void) printf("%llu %s%s:", (unsigned long long) end->printed, end->things,
                      arg_flag(end->c, "dry-run") ? " (dry run, nothing was written)" : "");
        for (size_t i = 0; i < end->kind_count; i++)
            (void) printf("%s %llu %s", i == 0 ? "" : ",", (unsigned long long) end->counts[i],
                          end->kinds[i]);
        (void) putchar('\n');
    }
    free(end);
    *in = NULL;
    return outcome;
}

int
intake_csv(cli *c, int (*import)(cli *c, csv *in))
{
    const char *path = arg_operand(c, 0);
    FILE *file = fopen(path, "rb");
    csv *in = calloc(1, sizeof *in);
    const char *wrong;
    int outcome;

    if (in == NULL)
        abort();
    if (file == NULL) {
        free(in);
        return fail(c, EXIT_USAGE, "cannot read %s: is the path right?", path);
    }
    wrong = csv_open(in, file);
    outcome = wrong == NULL ? import(c, in) : fail(c, EXIT_USAGE, "%s: %s", path, wrong);
    csv_close(in);
    free(in);
    (void) fclose(file);
    return outcome;
}
