/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report of presence beside the ledger, in three steps: read the file and count what it says of
 * each person; ask the ledger what it knows of them, and print both; go through the rows again and
 * say of each whether the ledger has it.  With --apply what it lacks is appended as evidence of an
 * import; nothing that is there is touched, and the union of both counts.
 */
#include <stdio.h>

#include "clients/cli/upload.h"

#include "clients/cli/attendance.h"
#include "clients/cli/json_of.h"
#include "clients/cli/width.h"
#include "clients/upload/tally.h"
#include "clients/upload/times.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 200, GAPS_PRINTED = 64, PRESENT_MAX = 2048 };

typedef struct counts {
    uint64_t people, equal, differs, report_only, ledger_only, unmatched;
    uint64_t report_seconds, ledger_seconds;
} counts;

typedef struct presence {
    upload *u;
    tally *t;
    uint32_t next; /* the number of the next span, in the second reading */
    bool apply;
    int failed; /* why people cannot be compared; EXIT_DONE */
    counts counts;
} presence;

/* All registrations of the event, with what the ledger counts for each. */
static int
registrations_read(presence *p)
{
    Sijill__V1__ListAttendance list;
    uint8_t after[SIJILL_ID_SIZE];
    bool more = true;

    sijill__v1__list_attendance__init(&list);
    list.has_event_id = list.has_limit = true;
    list.event_id = id_data(p->u->event_id);
    list.limit = PAGE;
    while (more) {
        Sijill__V1__AttendanceList *page = NULL;
        int outcome =
            ask(p->u->c, 250, &list.base, &sijill__v1__attendance_list__descriptor, &page);

        if (outcome != EXIT_DONE)
            return outcome;
        for (size_t i = 0; i < page->n_row; i++)
            tally_registration(p->t, page->row[i]);
        more = page->has_next && page->next.len == sizeof after;
        if (more)
            memcpy(after, page->next.data, sizeof after);
        list.has_after = more;
        list.after = id_data(after);
        sijill_free(page);
    }
    return EXIT_DONE;
}

/* Whose row it is.  Staff count when they are registered, and are nobody's otherwise. */
static uint32_t
whose(const presence *p, const report_row *one)
{
    uint32_t who = tally_find(p->t, one->registrant, one->email);

    if (who == TALLY_NOBODY && one->part != PART_STAFF)
        who = tally_stranger(p->t, one->registrant, one->email, one->name);
    return who;
}

static int
report_read(presence *p)
{
    report_row one;
    uint64_t rows = 0;

    report_rewind(p->u->file);
    while (report_next(p->u->file, &one)) {
        uint32_t who;

        verdicts_progress(&p->u->verdicts, ++rows);
        if (!one.timed || one.why != NULL || one.skip != NULL)
            continue;
        who = whose(p, &one);
        if (who != TALLY_NOBODY && tally_add(p->t, who, one.from_ms, one.to_ms) == 0)
            return fail(p->u->c, EXIT_USAGE, "the report has more than %d presences: split it",
                        TALLY_SPANS_MAX);
    }
    return EXIT_DONE;
}

/* ---- people ---- */

static size_t
present_of(const sijill_reply *reply, span *out)
{
    Sijill__V1__Explanation *said = sijill_unpack(reply, &sijill__v1__explanation__descriptor);
    size_t count = 0;

    if (said != NULL && said->row != NULL && said->row->verdict != NULL)
        for (size_t s = 0; s < said->row->verdict->n_session; s++) {
            const Sijill__V1__SessionVerdict *session = said->row->verdict->session[s];

            for (size_t i = 0; i < session->n_present && count < PRESENT_MAX; i++)
                out[count++] =
                    (span){ session->present[i]->starts_ms, session->present[i]->ends_ms };
        }
    sijill_free(said);
    return spans_union(out, count);
}

static json_t *
gaps_json(const span *list, size_t count)
{
    json_t *out = json_array();
    char from[INSTANT_SIZE];
    char to[INSTANT_SIZE];

    for (size_t i = 0; i < count && i < GAPS_PRINTED; i++) {
        instant_write(list[i].from, NULL, from);
        instant_write(list[i].to, NULL, to);
        (void) json_array_append_new(out,
                                     json_pack("{s:s, s:s, s:I}", "from", from, "to", to, "seconds",
                                               (json_int_t) ((list[i].to - list[i].from) / 1000)));
    }
    return out;
}

static const char *
person_verdict(uint64_t told, uint64_t ledger)
{
    if (told == ledger)
        return "equal";
    if (told == 0)
        return "ledger_only";
    return ledger == 0 ? "report_only" : "differs";
}

static json_t *
person_json(const tally_person *who, uint64_t told, const tally_gaps *gaps)
{
    char id[2 * SIJILL_ID_SIZE + 1];

    sijill_hex(who->id, id);
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "verdict",
                     person_verdict(told, who->ledger_seconds), "registration_id", id, "name",
                     json_text(who->name), "email", json_text(who->email), "external_id",
                     json_text(who->external_id), "rows", (json_int_t) who->rows, "report_seconds",
                     (json_int_t) told, "ledger_seconds", (json_int_t) who->ledger_seconds,
                     "difference", (json_int_t) told - (json_int_t) who->ledger_seconds, "missing",
                     gaps_json(gaps->missing, gaps->missing_count), "extra",
                     gaps_json(gaps->extra, gaps->extra_count));
}

/* From an answer to 251: row->more is what is said of the person. */
static const char *
person_compare(const sijill_reply *reply, intake_row *row)
{
    presence *p = row->subject;
    uint32_t who = (uint32_t) row->row;
    span ledger[PRESENT_MAX];
    size_t count = present_of(reply, ledger);
    uint64_t told = tally_seconds(p->t, who);
    tally_gaps gaps = tally_compare(p->t, who, ledger, count);

    row->more = person_json(tally_at(p->t, who), told, &gaps);
    return "done";
}

static void
gaps_words(FILE *to, const char *what, json_t *list, const char *zone)
{
    size_t i;
    json_t *gap;

    json_array_foreach(list, i, gap)
    {
        char from[INSTANT_SIZE];
        char until[INSTANT_SIZE];
        uint64_t at = 0;
        uint64_t end = 0;

        (void) instant_read(json_string_value(json_object_get(gap, "from")), NULL, &at);
        (void) instant_read(json_string_value(json_object_get(gap, "to")), NULL, &end);
        instant_write(at, zone, from);
        instant_write(end, zone, until);
        (void) fprintf(to, "%s %s %s to %s", i == 0 ? ";" : ",", i == 0 ? what : "", from, until);
    }
}

static char *
person_words(const presence *p, json_t *person)
{
    char *words = NULL;
    size_t size;
    FILE *to = open_memstream(&words, &size);
    char told[64];
    char ledger[64];
    size_t width;
    char *name = text_fit(json_string_value(json_object_get(person, "name")), 0, &width);
    char *email = text_fit(json_string_value(json_object_get(person, "email")), 0, &width);
    json_int_t difference = json_integer_value(json_object_get(person, "difference"));

    if (to == NULL)
        abort();
    span_words((uint64_t) json_integer_value(json_object_get(person, "report_seconds")), told,
               sizeof told);
    span_words((uint64_t) json_integer_value(json_object_get(person, "ledger_seconds")), ledger,
               sizeof ledger);
    (void) fprintf(to, "%-11s %s <%s>: report %s, ledger %s, %+lld s",
                   json_string_value(json_object_get(person, "verdict")), name, email, told, ledger,
                   (long long) difference);
    gaps_words(to, "only in the report", json_object_get(person, "missing"), p->u->zone);
    gaps_words(to, "only in the ledger", json_object_get(person, "extra"), p->u->zone);
    (void) fclose(to);
    free(name);
    free(email);
    return words;
}

static void
person_count(presence *p, const json_t *person)
{
    const char *verdict = json_string_value(json_object_get(person, "verdict"));
    counts *n = &p->counts;

    n->people++;
    n->equal += strcmp(verdict, "equal") == 0;
    n->differs += strcmp(verdict, "differs") == 0;
    n->report_only += strcmp(verdict, "report_only") == 0;
    n->ledger_only += strcmp(verdict, "ledger_only") == 0;
    n->report_seconds += (uint64_t) json_integer_value(json_object_get(person, "report_seconds"));
    n->ledger_seconds += (uint64_t) json_integer_value(json_object_get(person, "ledger_seconds"));
}

static void
person_print(void *context, const intake_row *row)
{
    presence *p = context;
    char *words;

    if (row->more == NULL) { /* the service did not answer, or refused */
        if (p->failed == EXIT_DONE)
            p->failed = fail(p->u->c, EXIT_REFUSED, "attendance does not explain %s: %s", row->id,
                             row->why);
        return;
    }
    person_count(p, row->more);
    words = person_words(p, row->more);
    verdicts_object(&p->u->verdicts, "registrant", json_incref(row->more), words);
    free(words);
}

static void
service_gone(void *context, const sijill_reply *reply)
{
    presence *p = context;

    p->failed = fail_reply(p->u->c, ATTENDANCE, reply);
}

static void
stranger_print(presence *p, uint32_t who)
{
    const tally_person *one = tally_at(p->t, who);
    uint64_t seconds = tally_seconds(p->t, who);
    char span_text[64];
    char words[512];
    size_t width;
    char *name = text_fit(one->name, 48, &width);
    char *email = text_fit(one->email[0] != '\0' ? one->email : one->external_id, 64, &width);

    p->counts.unmatched++;
    span_words(seconds, span_text, sizeof span_text);
    (void) snprintf(words, sizeof words, "unmatched   %s <%s>: report %s; nobody's registration",
                    name, email, span_text);
    verdicts_object(&p->u->verdicts, "unmatched",
                    json_pack("{s:o, s:o, s:o, s:I, s:I}", "name", json_text(one->name), "email",
                              json_text(one->email), "external_id", json_text(one->external_id),
                              "rows", (json_int_t) one->rows, "report_seconds",
                              (json_int_t) seconds),
                    words);
    free(name);
    free(email);
}

/* Everybody of whom the report or the ledger knows a presence. */
static int
people_compare(presence *p)
{
    cli *c = p->u->c;
    const intake_options options = { .service = service_of(c, ATTENDANCE),
                                     .min_pos = c->min_pos[ATTENDANCE],
                                     .verdict = person_compare,
                                     .print = person_print,
                                     .gone = service_gone,
                                     .context = p };
    intake *to = intake_open(&options);

    for (uint32_t i = 0; i < tally_count(p->t); i++) {
        const tally_person *one = tally_at(p->t, i);
        Sijill__V1__ExplainVerdict query;
        intake_row *row;

        if (!one->registered || (one->rows == 0 && one->ledger_seconds == 0))
            continue;
        sijill__v1__explain_verdict__init(&query);
        query.has_event_id = query.has_registration_id = true;
        query.event_id = id_data(p->u->event_id);
        query.registration_id = id_data(one->id);
        row = intake_begin(to, i, one->email);
        if (row == NULL)
            break;
        row->subject = p;
        intake_send(to, row, 251, &query.base);
    }
    intake_close(&to);
    for (uint32_t i = 0; p->failed == EXIT_DONE && i < tally_count(p->t); i++)
        if (!tally_at(p->t, i)->registered)
            stranger_print(p, i);
    return p->failed;
}

/* ---- rows ---- */

typedef struct piece {
    Sijill__V1__Evidence evidence;
    Sijill__V1__Identity identity;
    uint8_t nonce[SIJILL_ID_SIZE];
} piece;

/* Of what the row says, so that the same row in any file is the same evidence. */
static void
nonce_derive(const presence *p, const report_row *one, uint8_t nonce[SIJILL_ID_SIZE])
{
    const char *const texts[] = { "upload/1", p->u->source, one->registrant, one->email,
                                  one->name };
    crypto_generichash_state state;

    (void) crypto_generichash_init(&state, NULL, 0, SIJILL_ID_SIZE);
    (void) crypto_generichash_update(&state, p->u->event_id, SIJILL_ID_SIZE);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        (void) crypto_generichash_update(&state,
                                         (const uint8_t *) (texts[i] == NULL ? "" : texts[i]),
                                         texts[i] == NULL ? 1 : strlen(texts[i]) + 1);
    (void) crypto_generichash_update(&state, (const uint8_t *) &one->from_ms, sizeof one->from_ms);
    (void) crypto_generichash_update(&state, (const uint8_t *) &one->to_ms, sizeof one->to_ms);
    (void) crypto_generichash_final(&state, nonce, SIJILL_ID_SIZE);
}

static void
piece_make(const presence *p, const report_row *one, const tally_person *who, piece *out)
{
    Sijill__V1__Evidence *e = &out->evidence;

    sijill__v1__evidence__init(e);
    sijill__v1__identity__init(&out->identity);
    e->has_event_id = e->has_kind = e->has_source = e->has_occurred_ms = true;
    e->has_ended_ms = e->has_nonce = true;
    e->event_id = id_data(p->u->event_id);
    e->kind = SIJILL__V1__EVIDENCE_KIND__SPAN;
    e->source = SIJILL__V1__EVIDENCE_SOURCE__IMPORT;
    e->occurred_ms = one->from_ms;
    e->ended_ms = one->to_ms;
    nonce_derive(p, one, out->nonce);
    e->nonce = id_data(out->nonce);
    if (who->registered && one->registrant != NULL) {
        e->has_registration_id = true; /* found by an id that only we can read so */
        e->registration_id = id_data(who->id);
        return;
    }
    out->identity.email = (char *) (uintptr_t) one->email;
    out->identity.registrant_id = (char *) (uintptr_t) one->registrant;
    out->identity.display_name = (char *) (uintptr_t) one->name;
    out->identity.platform = (char *) (uintptr_t) p->u->source;
    e->identity = &out->identity;
}

/* One timed row: does the ledger have it? */
static void
span_settle(presence *p, intake *to, intake_row *row, const report_row *one)
{
    uint32_t who = whose(p, one);
    uint32_t number;
    piece out;

    if (who == TALLY_NOBODY) {
        intake_settle(to, row, "skipped", "",
                      "a panelist, moderator or organiser who is not registered");
        return;
    }
    number = p->next++;
    if (one->note != NULL)
        row->more = json_pack("{s:[s]}", "notes", one->note);
    if (!tally_inside(p->t, number))
        intake_settle(to, row, "skipped", "", "is outside every session of the event");
    else if (tally_at(p->t, who)->registered && !tally_lacks(p->t, number))
        intake_settle(to, row, "unchanged", "", "");
    else if (p->apply) {
        piece_make(p, one, tally_at(p->t, who), &out);
        json_decref(row->more);
        row->more = NULL;
        intake_evidence(to, row, &out.evidence);
    } else if (tally_at(p->t, who)->registered)
        intake_settle(to, row, "missing", "", "the ledger lacks it, or some of it");
    else
        intake_settle(to, row, "unmatched", "", "nobody is registered under this name");
}

static int
rows_settle(presence *p)
{
    cli *c = p->u->c;
    intake *to = verdicts_intake(&p->u->verdicts, ATTENDANCE, intake_recorded,
                                 arg_flag(c, "dry-run"), p->u->seed);
    report_row one;

    p->next = 1;
    report_rewind(p->u->file);
    while (report_next(p->u->file, &one)) {
        intake_row *row = intake_begin(to, one.row, one.id);

        if (row == NULL)
            break;
        if (one.why != NULL)
            intake_settle(to, row, "refused", one.column, one.why);
        else if (one.skip != NULL || !one.timed)
            intake_settle(to, row, "skipped", "", one.skip == NULL ? "" : one.skip);
        else
            span_settle(p, to, row, &one);
    }
    intake_close(&to);
    return p->u->verdicts.exit == EXIT_UNREACHABLE ? EXIT_UNREACHABLE : EXIT_DONE;
}

static void
summary_add(presence *p)
{
    const counts *n = &p->counts;
    json_t *more = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "registrants", (json_int_t) n->people,
        "equal", (json_int_t) n->equal, "differs", (json_int_t) n->differs, "report_only",
        (json_int_t) n->report_only, "ledger_only", (json_int_t) n->ledger_only, "people_unmatched",
        (json_int_t) n->unmatched, "report_seconds", (json_int_t) n->report_seconds,
        "ledger_seconds", (json_int_t) n->ledger_seconds, "applied",
        p->apply && !arg_flag(p->u->c, "dry-run"));

    (void) json_object_update(p->u->verdicts.more, more);
    json_decref(more);
}

int
upload_presence(upload *u)
{
    presence p = { .u = u, .apply = arg_flag(u->c, "apply") };
    int outcome = catch_up(u->c, ATTENDANCE, u->event_id);

    p.t = tally_open(u->event->event);
    if (outcome == EXIT_DONE)
        outcome = registrations_read(&p);
    if (outcome == EXIT_DONE)
        outcome = report_read(&p);
    if (outcome == EXIT_DONE)
        outcome = people_compare(&p);
    if (outcome == EXIT_DONE)
        outcome = rows_settle(&p);
    summary_add(&p);
    tally_close(&p.t);
    return outcome;
}
