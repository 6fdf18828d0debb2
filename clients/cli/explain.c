/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attendance explain: the evidence, and the arithmetic of a verdict line by line.
 */
#include <stdio.h>

#include "clients/cli/attendance.h"
#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/width.h"
#include "clients/upload/times.h"

#include <stdlib.h>
#include <string.h>

static void
safe_print(const char *text)
{
    size_t width;
    char *fit = text_fit(text == NULL ? "" : text, 0, &width);

    (void) fputs(fit, stdout);
    free(fit);
}

static void
flags_print(const Sijill__V1__Flag *flags, size_t count)
{
    char name[64];

    for (size_t i = 0; i < count; i++)
        (void) printf("%s%s", i == 0 ? "  ! " : ", ",
                      enum_name(&sijill__v1__flag__descriptor, (int) flags[i], name, sizeof name));
}

static void
evidence_print(const Sijill__V1__EvidenceView *view, size_t number, const char *zone)
{
    const Sijill__V1__Evidence *e = view->evidence;
    char at[INSTANT_SIZE];
    char name[64];

    if (e == NULL)
        return;
    instant_write(e->occurred_ms, zone, at);
    (void) printf(
        "  %2zu. %s  %-9s", number, at,
        enum_name(&sijill__v1__evidence_kind__descriptor, (int) e->kind, name, sizeof name));
    if (e->has_mark)
        (void) printf(" %s", enum_name(&sijill__v1__mark_value__descriptor, (int) e->mark, name,
                                       sizeof name));
    if (e->has_ended_ms) {
        instant_write(e->ended_ms, zone, at);
        (void) printf(" to %s", at);
    }
    if (e->has_session)
        (void) printf(" session %u", e->session);
    (void) printf(" by %s", enum_name(&sijill__v1__evidence_source__descriptor, (int) e->source,
                                      name, sizeof name));
    if (e->connection != NULL) {
        (void) fputs(" connection ", stdout);
        safe_print(e->connection);
    }
    if (e->bound_to != NULL) {
        (void) fputs(" belongs to ", stdout);
        safe_print(e->bound_to);
    }
    if (e->remark != NULL) {
        (void) fputs(" \"", stdout);
        safe_print(e->remark);
        (void) putchar('"');
    }
    if (view->voided)
        (void) fputs("  (taken back: does not count)", stdout);
    flags_print(view->flag, view->n_flag);
    (void) putchar('\n');
}

static void
intervals_print(const Sijill__V1__SessionVerdict *s, const char *zone)
{
    for (size_t i = 0; i < s->n_present; i++) {
        char from[INSTANT_SIZE];
        char to[INSTANT_SIZE];

        instant_write(s->present[i]->starts_ms, zone, from);
        instant_write(s->present[i]->ends_ms, zone, to);
        (void) printf(
            "      present %s to %s: %llu s\n", from, to,
            (unsigned long long) ((s->present[i]->ends_ms - s->present[i]->starts_ms) / 1000));
    }
}

static void
session_print(const Sijill__V1__SessionVerdict *s, uint32_t threshold, const char *zone)
{
    char name[64];
    const char *basis = s->basis == NULL ? "none" : s->basis;

    (void) printf("  session %u%s, scheduled %llu s\n", s->number,
                  s->mandatory ? " (mandatory)" : "", (unsigned long long) s->scheduled);
    intervals_print(s, zone);
    if (!s->counts) {
        (void) puts("      excused: left out of the sum");
        return;
    }
    if (strcmp(basis, "mark") == 0)
        (void) printf("      marked %s: ", enum_name(&sijill__v1__mark_value__descriptor,
                                                     (int) s->mark, name, sizeof name));
    else if (strcmp(basis, "check_in") == 0)
        (void) fputs("      checked in, in person, without leaving: ", stdout);
    else if (strcmp(basis, "seconds") == 0)
        (void) fputs("      by the time present, within the session and less its breaks: ", stdout);
    else
        (void) fputs("      no evidence: ", stdout);
    (void) printf("%llu of %llu s count\n", (unsigned long long) s->seconds,
                  (unsigned long long) s->scheduled);
    if (s->missed)
        (void) printf("      missed: mandatory, and below %u.%02u %% on its own\n", threshold / 100,
                      threshold % 100);
}

static void
verdict_print(const Sijill__V1__Verdict *v, const char *zone)
{
    char name[64];
    unsigned missed = 0;

    (void) printf("\nSessions\n");
    for (size_t i = 0; i < v->n_session; i++) {
        session_print(v->session[i], v->threshold, zone);
        missed += v->session[i]->missed ? 1 : 0;
    }
    if (v->n_session == 0)
        (void) puts("  the event has none, so nothing can be attended");
    (void) printf("\nSum\n  %llu s of %llu s", (unsigned long long) v->seconds,
                  (unsigned long long) v->scheduled);
    if (v->scheduled > 0)
        (void) printf("; floor(10000 x %llu / %llu) = %u, that is %u.%02u %%",
                      (unsigned long long) v->seconds, (unsigned long long) v->scheduled, v->share,
                      v->share / 100, v->share % 100);
    (void) printf("\n  threshold %u.%02u %%: %s\n", v->threshold / 100, v->threshold % 100,
                  v->share >= v->threshold ? "reached" : "not reached");
    if (missed > 0)
        (void) printf("  mandatory sessions missed: %u\n", missed);
    if (v->n_flag > 0) {
        (void) fputs("  for a human to look at:", stdout);
        flags_print(v->flag, v->n_flag);
        (void) putchar('\n');
    }
    (void) printf(
        "\nVerdict: %s (rules version %u, %u pieces of evidence)\n",
        enum_name(&sijill__v1__verdict_value__descriptor, (int) v->value, name, sizeof name),
        v->rule_version, v->evidence_count);
}

static void
explanation_print(const Sijill__V1__Explanation *e, const Sijill__V1__Event *event)
{
    const char *title = text_choose(event->title, event->n_title, NULL);

    safe_print(e->row->name);
    (void) fputs(" <", stdout);
    safe_print(e->row->email);
    (void) fputs("> at ", stdout);
    safe_print(title);
    (void) printf("\ntimes in %s\n\nEvidence, in the order in which it counts\n",
                  event->time_zone == NULL ? "UTC" : event->time_zone);
    for (size_t i = 0; i < e->n_evidence; i++)
        evidence_print(e->evidence[i], i + 1, event->time_zone);
    if (e->n_evidence == 0)
        (void) puts("  none");
    if (e->more_evidence)
        (void) puts("  ... there is more than fits here; it counts all the same");
    if (e->row->verdict != NULL)
        verdict_print(e->row->verdict, event->time_zone);
}

static json_t *
explanation_json(const Sijill__V1__Explanation *e)
{
    json_t *out = attendance_row(e->row);
    json_t *evidence = json_array();
    json_t *sessions = json_array();

    for (size_t i = 0; i < e->n_evidence; i++)
        (void) json_array_append_new(evidence, evidence_row(e->evidence[i], NULL));
    for (size_t i = 0; e->row->verdict != NULL && i < e->row->verdict->n_session; i++)
        (void) json_array_append_new(sessions, json_of(&e->row->verdict->session[i]->base));
    (void) json_object_set_new(out, "sessions", sessions);
    (void) json_object_set_new(out, "evidence", evidence);
    (void) json_object_set_new(out, "more_evidence", json_boolean(e->more_evidence));
    return out;
}

static int
explain_run(cli *c)
{
    Sijill__V1__EventView *event = NULL;
    Sijill__V1__RegistrationView *view = NULL;
    Sijill__V1__Explanation *out = NULL;
    Sijill__V1__ExplainVerdict in;
    int outcome = event_find(c, arg_text(c, "event"), &event);

    if (outcome == EXIT_DONE)
        outcome = registration_find(c, event->event->id.data, &view);
    if (outcome == EXIT_DONE)
        outcome = catch_up(c, ATTENDANCE, event->event->id.data);
    if (outcome == EXIT_DONE) {
        sijill__v1__explain_verdict__init(&in);
        in.has_event_id = in.has_registration_id = true;
        in.event_id = event->event->id;
        in.registration_id = view->id;
        outcome = ask(c, 251, &in.base, &sijill__v1__explanation__descriptor, &out);
    }
    if (outcome == EXIT_DONE && out->row == NULL)
        outcome = fail(c, EXIT_REFUSED, "attendance answered without a verdict");
    if (outcome == EXIT_DONE && c->json)
        output_object(c, explanation_json(out));
    else if (outcome == EXIT_DONE)
        explanation_print(out, event->event);
    sijill_free(out);
    sijill_free(view);
    sijill_free(event);
    return outcome;
}

static const option explain_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "email", "E", "whose verdict, or", false },
    { "id", "ID", "of which registration", false },
    { NULL, NULL, NULL, false },
};

const command explain_commands[] = {
    { "attendance explain", NULL, "a verdict's evidence and arithmetic, line by line",
      explain_options, explain_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
