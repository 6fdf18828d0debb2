/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/cli/verdicts.h"

#include "clients/c/clock.h"
#include "clients/cli/json_of.h"
#include "clients/cli/width.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROGRESS_MS = 200, PROGRESS_ROWS = 1000 };

void
verdicts_open(verdicts *v, cli *c, const char *things, bool lines)
{
    memset(v, 0, sizeof *v);
    v->c = c;
    v->things = things;
    v->lines = lines;
    v->progress = c->progress || (isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO));
    v->quiet = arg_flag(c, "quiet");
    if (c->json && !lines)
        (void) fputs("{\"rows\":[", stdout);
    else if (c->csv)
        (void) fputs("row,id,verdict,column,why\r\n", stdout);
}

static void
print_row(void *context, const intake_row *row)
{
    const verdicts *v = context;
    intake_row shown = *row;

    if (v->title != NULL && row->code != 0 && row->column[0] != '\0')
        (void) snprintf(shown.column, sizeof shown.column, "%s", v->title(v->of, row->column));
    verdicts_print(context, &shown);
}

static void
say_gone(void *context, const sijill_reply *reply)
{
    verdicts *v = context;

    v->exit = fail_reply(v->c, v->service, reply);
}

intake *
verdicts_intake(verdicts *v, int service, intake_verdict *verdict, bool dry_run,
                const uint8_t *seed)
{
    const intake_options options = { .service = service_of(v->c, service),
                                     .min_pos = v->c->min_pos[service],
                                     .dry_run = dry_run,
                                     .seed = seed,
                                     .verdict = verdict,
                                     .print = print_row,
                                     .gone = say_gone,
                                     .context = v };

    v->service = service;
    return intake_open(&options);
}

static void
row_json(const verdicts *v, const intake_row *row)
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
    if (!v->lines)
        (void) fputs(v->printed == 0 ? "\n" : ",\n", stdout);
    (void) json_dumpf(out, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
    if (v->lines)
        (void) putchar('\n');
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

/* A member of the verdict in words; to be freed, NULL: it is not there. */
static char *
member_words(const intake_row *row, const char *name)
{
    return row->more == NULL ? NULL : value_text(json_object_get(row->more, name));
}

static void
row_words(const intake_row *row)
{
    char *state = member_words(row, "state");
    char *place = member_words(row, "place");
    char *notes = member_words(row, "notes");
    size_t width;
    char *id = text_fit(row->id, 0, &width); /* a stranger's words, harmless to a terminal */
    char *why = text_fit(row->why, 0, &width);
    char *where = text_fit(row->column, 0, &width);

    (void) printf("row %-5llu %-9s %s", (unsigned long long) row->row, row->verdict, id);
    if (state != NULL && state[0] != '\0')
        (void) printf("  %s%s%s", state, place[0] == '\0' ? "" : " ", place);
    if (where[0] != '\0')
        (void) printf("  %s:", where);
    if (why[0] != '\0')
        (void) printf(" %s", why);
    if (notes != NULL && notes[0] != '\0')
        (void) printf("  (%s)", notes);
    (void) putchar('\n');
    free(state);
    free(place);
    free(notes);
    free(id);
    free(why);
    free(where);
}

static void
row_count(verdicts *v, const char *verdict)
{
    size_t i = 0;

    while (i < v->kind_count && strcmp(v->kinds[i], verdict) != 0)
        i++;
    if (i == v->kind_count && i < KINDS_MAX)
        v->kinds[v->kind_count++] = verdict;
    if (i < KINDS_MAX)
        v->counts[i]++;
}

static void
progress_words(verdicts *v, uint64_t rows, bool last)
{
    uint64_t now = clock_mono_ms();

    if (!v->progress || (!last && now < v->progress_ms))
        return;
    v->progress_ms = now + PROGRESS_MS;
    (void) fprintf(stderr, "\r%llu %s", (unsigned long long) rows, v->things);
    for (size_t i = 0; i < v->kind_count; i++)
        (void) fprintf(stderr, ", %llu %s", (unsigned long long) v->counts[i], v->kinds[i]);
    (void) fputs(last ? "\n" : "   ", stderr);
}

void
verdicts_progress(verdicts *v, uint64_t rows)
{
    if (v->lines && v->c->json && rows % PROGRESS_ROWS == 0) {
        (void) printf("{\"progress\":{\"rows\":%llu}}\n", (unsigned long long) rows);
        (void) fflush(stdout); /* who reads it waits for it */
    }
    progress_words(v, rows, false);
}

void
verdicts_print(verdicts *v, const intake_row *row)
{
    bool refused = strcmp(row->verdict, "refused") == 0;

    if (refused && v->exit == EXIT_DONE)
        v->exit = EXIT_REFUSED;
    if (v->c->json)
        row_json(v, row);
    else if (v->c->csv)
        row_csv(row);
    else if (!v->quiet || refused)
        row_words(row);
    row_count(v, row->verdict);
    v->printed++;
    verdicts_progress(v, v->printed);
}

void
verdicts_object(verdicts *v, const char *name, json_t *object, const char *words)
{
    if (v->c->json) {
        json_t *line = json_pack("{s:o}", name, object);

        (void) json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
        (void) putchar('\n');
        json_decref(line);
        return;
    }
    json_decref(object);
    if (!v->c->csv && !v->quiet)
        (void) puts(words);
}

static void
summary_json(const verdicts *v)
{
    json_t *summary = json_pack("{s:I, s:b}", "rows", (json_int_t) v->printed, "dry_run",
                                arg_flag(v->c, "dry-run"));

    for (size_t i = 0; i < v->kind_count; i++)
        (void) json_object_set_new(summary, v->kinds[i], json_integer((json_int_t) v->counts[i]));
    if (v->more != NULL)
        (void) json_object_update(summary, v->more);
    (void) fputs(v->lines ? "{\"summary\":" : "\n],\"summary\":", stdout);
    (void) json_dumpf(summary, stdout, JSON_COMPACT);
    (void) fputs("}\n", stdout);
    json_decref(summary);
}

static void
summary_words(const verdicts *v)
{
    const char *key;
    json_t *value;
    bool first = true;

    (void) printf("%llu %s%s:", (unsigned long long) v->printed, v->things,
                  arg_flag(v->c, "dry-run") ? " (dry run, nothing was written)" : "");
    for (size_t i = 0; i < v->kind_count; i++, first = false)
        (void) printf("%s %llu %s", first ? "" : ",", (unsigned long long) v->counts[i],
                      v->kinds[i]);
    json_object_foreach(v->more, key, value)
    {
        char *text = value_text(value);

        (void) printf("%s %s %s", first ? "" : ",", key, text);
        free(text);
        first = false;
    }
    (void) putchar('\n');
}

int
verdicts_close(verdicts *v)
{
    if (v->progress)
        progress_words(v, v->printed, true);
    if (v->c->json)
        summary_json(v);
    else if (!v->c->csv)
        summary_words(v);
    json_decref(v->more);
    v->more = NULL;
    return v->exit;
}

void
verdicts_drop(verdicts *v)
{
    json_decref(v->more);
    v->more = NULL;
}
