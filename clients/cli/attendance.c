/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attendance list, mark, unmatched and match.
 */
#include "clients/cli/attendance.h"

#include "clients/c/clock.h"
#include "clients/cli/args.h"
#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/upload/times.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES_MAX = 16, SESSIONS_MAX = 64 };

void
span_words(uint64_t seconds, char *out, size_t size)
{
    if (seconds >= 3600)
        (void) snprintf(out, size, "%llu h %02llu min", (unsigned long long) (seconds / 3600),
                        (unsigned long long) (seconds / 60 % 60));
    else
        (void) snprintf(out, size, "%llu min", (unsigned long long) (seconds / 60));
    if (seconds % 60 != 0)
        (void) snprintf(out + strlen(out), size - strlen(out), " %02llu s",
                        (unsigned long long) (seconds % 60));
}

json_t *
attendance_row(const Sijill__V1__AttendanceRow *row)
{
    json_t *out = json_of(&row->base);
    json_t *verdict = json_incref(json_object_get(out, "verdict"));
    static const char *const same[] = { "seconds",      "scheduled",      "threshold",
                                        "rule_version", "evidence_count", "evidence_hash" };
    char name[64];
    char words[64] = "";

    (void) json_object_set_new(
        out, "role",
        json_string(enum_name(&sijill__v1__role__descriptor, (int) row->role, name, sizeof name)));
    (void) json_object_set_new(out, "state",
                               json_string(enum_name(&sijill__v1__registration_state__descriptor,
                                                     (int) row->state, name, sizeof name)));
    if (row->verdict != NULL) {
        for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
            (void) json_object_set(out, same[i], json_object_get(verdict, same[i]));
        (void) json_object_set(out, "verdict", json_object_get(verdict, "value"));
        (void) json_object_set_new(out, "share", json_real((double) row->verdict->share / 10000));
        (void) json_object_set(out, "flags", json_object_get(verdict, "flag"));
        span_words(row->verdict->seconds, words, sizeof words);
        (void) json_object_set_new(out, "time", json_string(words));
    }
    json_decref(verdict);
    return out;
}

static const column list_columns[] = {
    { "name", "NAME", 36, false },         { "email", "E-MAIL", 40, false },
    { "role", "ROLE", 0, false },          { "state", "STATE", 0, false },
    { "verdict", "VERDICT", 0, false },    { "time", "TIME", 0, true },
    { "share", "SHARE", 0, true },         { "flags", "LOOK AT", 0, false },
    { "registration_id", NULL, 0, false }, { "external_id", NULL, 0, false },
    { "seconds", NULL, 0, false },         { "scheduled", NULL, 0, false },
};

static int
list_run(cli *c)
{
    uint8_t event_id[SIJILL_ID_SIZE];
    uint8_t after[SIJILL_ID_SIZE];
    Sijill__V1__ListAttendance list;
    output *out = NULL;
    bool more = true;
    int outcome = event_id_find(c, event_id);

    if (outcome == EXIT_DONE)
        outcome = catch_up(c, ATTENDANCE, event_id);
    sijill__v1__list_attendance__init(&list);
    list.has_event_id = list.has_limit = true;
    list.event_id = id_data(event_id);
    list.limit = 200;
    while (more && outcome == EXIT_DONE) {
        Sijill__V1__AttendanceList *page = NULL;

        outcome = ask(c, 250, &list.base, &sijill__v1__attendance_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, list_columns, sizeof list_columns / sizeof list_columns[0],
                              "no registrations");
        for (size_t i = 0; i < page->n_row; i++)
            output_row(out, attendance_row(page->row[i]));
        more = page->has_next && page->next.len == sizeof after;
        if (more)
            memcpy(after, page->next.data, sizeof after);
        list.has_after = more;
        list.after = id_data(after);
        sijill_free(page);
    }
    if (out != NULL)
        output_close(&out);
    return outcome;
}

json_t *
evidence_row(const Sijill__V1__EvidenceView *view, const char *zone)
{
    json_t *row = json_of(&view->base);
    json_t *evidence = json_incref(json_object_get(row, "evidence"));
    char at[INSTANT_SIZE];

    (void) json_object_del(row, "evidence");
    if (view->evidence != NULL) {
        (void) json_object_update_missing(row, evidence);
        instant_write(view->evidence->occurred_ms, zone, at);
        (void) json_object_set_new(row, "occurred_at", json_string(at));
        if (view->evidence->has_ended_ms) {
            instant_write(view->evidence->ended_ms, zone, at);
            (void) json_object_set_new(row, "ended_at", json_string(at));
        }
        if (view->evidence->identity != NULL) {
            const Sijill__V1__Identity *who = view->evidence->identity;

            (void) json_object_set_new(row, "email",
                                       json_text(who->email == NULL ? "" : who->email));
            (void) json_object_set_new(
                row, "external_id",
                json_text(who->registrant_id == NULL ? "" : who->registrant_id));
            (void) json_object_set_new(
                row, "display_name", json_text(who->display_name == NULL ? "" : who->display_name));
            (void) json_object_set_new(row, "platform",
                                       json_text(who->platform == NULL ? "" : who->platform));
        }
    }
    json_decref(evidence);
    return row;
}

static const column unmatched_columns[] = {
    { "id", "EVIDENCE", 0, false },
    { "email", "E-MAIL", 40, false },
    { "external_id", "PLATFORM'S ID", 24, false },
    { "display_name", "CALLS THEMSELVES", 32, false },
    { "kind", "KIND", 0, false },
    { "occurred_at", "WHEN", 0, false },
    { "ended_at", "TO", 0, false },
    { "platform", NULL, 0, false },
};

static int
unmatched_run(cli *c)
{
    Sijill__V1__EventView *event = NULL;
    uint8_t event_id[SIJILL_ID_SIZE];
    uint8_t after[SIJILL_ID_SIZE];
    Sijill__V1__ListUnmatched list;
    output *out = NULL;
    bool more = true;
    int outcome = event_find(c, arg_text(c, "event"), &event);

    if (outcome != EXIT_DONE)
        return outcome;
    memcpy(event_id, event->event->id.data, sizeof event_id);
    outcome = catch_up(c, ATTENDANCE, event_id);
    sijill__v1__list_unmatched__init(&list);
    list.has_event_id = true;
    list.event_id = id_data(event_id);
    while (more && outcome == EXIT_DONE) {
        Sijill__V1__UnmatchedList *page = NULL;

        outcome = ask(c, 252, &list.base, &sijill__v1__unmatched_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, unmatched_columns,
                              sizeof unmatched_columns / sizeof unmatched_columns[0],
                              "nobody's evidence: every piece has found its registration");
        for (size_t i = 0; i < page->n_evidence; i++)
            output_row(out, evidence_row(page->evidence[i], event->event->time_zone));
        more = page->has_next && page->next.len == sizeof after;
        if (more)
            memcpy(after, page->next.data, sizeof after);
        list.has_after = more;
        list.after = id_data(after);
        sijill_free(page);
    }
    if (out != NULL)
        output_close(&out);
    sijill_free(event);
    return outcome;
}

static int
match_run(cli *c)
{
    uint8_t event_id[SIJILL_ID_SIZE];
    Sijill__V1__MatchPresence in;
    Sijill__V1__Identity who;
    Sijill__V1__RegistrationView *view = NULL;
    Sijill__V1__Matched *out = NULL;
    int outcome = event_id_find(c, event_id);

    sijill__v1__match_presence__init(&in);
    sijill__v1__identity__init(&who);
    who.email = (char *) (uintptr_t) arg_text(c, "identity-email");
    who.registrant_id = (char *) (uintptr_t) arg_text(c, "identity-id");
    who.display_name = (char *) (uintptr_t) arg_text(c, "identity-name");
    who.platform = (char *) (uintptr_t) arg_text(c, "platform");
    if (outcome == EXIT_DONE && who.email == NULL && who.registrant_id == NULL &&
        who.display_name == NULL)
        outcome = fail(c, EXIT_USAGE,
                       "whose evidence? Give what `sijill attendance unmatched` shows of it: "
                       "--identity-email, --identity-id or --identity-name");
    if (outcome == EXIT_DONE)
        outcome = registration_find(c, event_id, &view);
    if (outcome == EXIT_DONE)
        outcome = catch_up(c, ATTENDANCE, event_id);
    if (outcome == EXIT_DONE) {
        in.has_event_id = in.has_registration_id = true;
        in.event_id = id_data(event_id);
        in.identity = &who;
        in.registration_id = view->id;
        outcome = ask_once(c, 201, &in.base, &sijill__v1__matched__descriptor, &out, NULL);
    }
    if (outcome == EXIT_DONE)
        output_object(c, json_of(&out->base));
    sijill_free(out);
    sijill_free(view);
    return outcome;
}

/* One mark for each session that is named, or for every session. */
static size_t
marks_fill(const Sijill__V1__Event *event, uint64_t session, Sijill__V1__Evidence *pieces,
           const Sijill__V1__Evidence *like, uint8_t (*nonces)[SIJILL_ID_SIZE])
{
    size_t count = 0;

    for (size_t i = 0; i < event->n_sessions && count < SESSIONS_MAX; i++) {
        if (session != 0 && event->sessions[i]->number != session)
            continue;
        randombytes_buf(nonces[count], SIJILL_ID_SIZE);
        pieces[count] = *like;
        pieces[count].has_session = true;
        pieces[count].session = event->sessions[i]->number;
        pieces[count].has_nonce = true;
        pieces[count].nonce = id_data(nonces[count]);
        count++;
    }
    return count;
}

static int
marks_send(cli *c, const Sijill__V1__Event *event, uint64_t session,
           const Sijill__V1__Evidence *like)
{
    Sijill__V1__Evidence pieces[SESSIONS_MAX];
    Sijill__V1__Evidence *at[SESSIONS_MAX];
    uint8_t nonces[SESSIONS_MAX][SIJILL_ID_SIZE];
    size_t count = marks_fill(event, session, pieces, like, nonces);
    json_t *rows = json_array();
    int outcome = EXIT_DONE;

    if (count == 0)
        outcome =
            event->n_sessions == 0
                ? fail(c, EXIT_REFUSED,
                       "the event has no sessions to mark: `sijill event create` it with --session")
                : fail(c, EXIT_NOT_FOUND, "the event has no session %llu",
                       (unsigned long long) session);
    for (size_t i = 0; i < count; i++)
        at[i] = &pieces[i];
    for (size_t i = 0; i < count && outcome == EXIT_DONE; i += PIECES_MAX) {
        Sijill__V1__RecordEvidence in;
        Sijill__V1__Recorded *out = NULL;

        sijill__v1__record_evidence__init(&in);
        in.evidence = at + i;
        in.n_evidence = count - i < PIECES_MAX ? count - i : PIECES_MAX;
        outcome = ask_once(c, 200, &in.base, &sijill__v1__recorded__descriptor, &out, NULL);
        for (size_t r = 0; outcome == EXIT_DONE && r < out->n_evidence; r++) {
            json_t *row = json_of(&out->evidence[r]->base);

            (void) json_object_set_new(row, "session", json_integer(pieces[i + r].session));
            (void) json_array_append_new(rows, row);
        }
        sijill_free(out);
    }
    if (outcome == EXIT_DONE)
        output_object(c, json_pack("{s:I, s:o}", "marked", (json_int_t) count, "evidence",
                                   json_incref(rows)));
    json_decref(rows);
    return outcome;
}

static int
mark_run(cli *c)
{
    Sijill__V1__EventView *event = NULL;
    Sijill__V1__RegistrationView *view = NULL;
    Sijill__V1__Evidence like;
    uint64_t session;
    int mark;
    int outcome;
    const char *at = arg_text(c, "at");
    const char *words = NULL;

    sijill__v1__evidence__init(&like);
    if (!arg_enum(c, "mark", &sijill__v1__mark_value__descriptor, 0, &mark) ||
        !arg_number(c, "session", 1, 1000, 0, &session))
        return EXIT_USAGE;
    if (mark == SIJILL__V1__MARK_VALUE__MARK_NONE)
        return fail(c, EXIT_USAGE, "--mark is one of present, late, partial, absent, excused");
    outcome = event_find(c, arg_text(c, "event"), &event);
    if (outcome == EXIT_DONE)
        outcome = registration_find(c, event->event->id.data, &view);
    like.occurred_ms = clock_wall_ms();
    if (outcome == EXIT_DONE && at != NULL &&
        (words = instant_read(at, event->event->time_zone, &like.occurred_ms)) != NULL)
        outcome = fail(c, EXIT_USAGE, "--at is '%s': %s", at, words);
    if (outcome == EXIT_DONE)
        outcome = catch_up(c, ATTENDANCE, event->event->id.data);
    if (outcome == EXIT_DONE) {
        like.has_event_id = like.has_kind = like.has_registration_id = like.has_mark = true;
        like.has_occurred_ms = like.has_source = true;
        like.event_id = event->event->id;
        like.kind = SIJILL__V1__EVIDENCE_KIND__MARK;
        like.registration_id = view->id;
        like.source = SIJILL__V1__EVIDENCE_SOURCE__TRAINER_MARK;
        like.mark = (Sijill__V1__MarkValue) mark;
        like.remark = (char *) (uintptr_t) arg_text(c, "remark");
        outcome = marks_send(c, event->event, session, &like);
    }
    sijill_free(view);
    sijill_free(event);
    return outcome;
}

static const option event_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { NULL, NULL, NULL, false },
};

static const option mark_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "email", "E", "who, or", false },
    { "id", "ID", "whose registration", false },
    { "mark", "MARK", "present, late, partial, absent, excused", true },
    { "session", "N", "of that session (default: of every session)", false },
    { "remark", "TEXT", "why", false },
    { "at", "TIME", "when it was judged (default: now); the latest mark counts", false },
    { NULL, NULL, NULL, false },
};

static const option match_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "identity-email", "E", "as the platform names the person", false },
    { "identity-id", "ID", "the platform's id of the registration", false },
    { "identity-name", "N", "how they call themselves", false },
    { "platform", "NAME", "which platform", false },
    { "email", "E", "whose registration it is, or", false },
    { "id", "ID", "which", false },
    { "request-id", "ID", "a UUIDv7: the same one again has one effect", false },
    { "dry-run", NULL, "decide, write nothing", false },
    { NULL, NULL, NULL, false },
};

const command attendance_commands[] = {
    { "attendance list", NULL, "a verdict for each registration", event_options, list_run, NULL },
    { "attendance mark", NULL, "a trainer's judgement of one person's presence", mark_options,
      mark_run, NULL },
    { "attendance unmatched", NULL, "evidence that is nobody's yet", event_options, unmatched_run,
      NULL },
    { "attendance match", NULL, "say whose an unmatched identity is", match_options, match_run,
      NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
