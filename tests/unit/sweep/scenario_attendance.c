/* SPDX-License-Identifier: Apache-2.0 */
/* Who was seen at the course and the webinar, by doors, platforms and trainers. */
#include "services/attendance/core.h"
#include "services/core/message.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/unit/sweep/scenario.h"

#include <stdio.h>
#include <string.h>

#define KIND(name) SIJILL__V1__EVIDENCE_KIND__##name
#define MARK(name) SIJILL__V1__MARK_VALUE__##name

enum { PIECES = 5 };

typedef struct evidence_draft {
    Sijill__V1__RecordEvidence in;
    Sijill__V1__Evidence piece[PIECES], *pieces[PIECES];
    uint8_t nonce[PIECES][SJ_ID_SIZE];
} evidence_draft;

static void
begin(evidence_draft *d)
{
    memset(d, 0, sizeof *d);
    sijill__v1__record_evidence__init(&d->in);
    d->in.evidence = d->pieces;
}

/* Nonces count up from `first`. */
static Sijill__V1__Evidence *
add(evidence_draft *d, const uint8_t *event, Sijill__V1__EvidenceKind kind, uint64_t occurred_ms,
    uint32_t nonce)
{
    size_t n = d->in.n_evidence++;
    Sijill__V1__Evidence *piece = &d->piece[n];

    sijill__v1__evidence__init(piece);
    d->pieces[n] = piece;
    sj_write_u32(d->nonce[n], nonce);
    piece->has_event_id = piece->has_kind = piece->has_occurred_ms = true;
    piece->has_source = piece->has_nonce = true;
    piece->event_id = sj_id_data(event);
    piece->kind = kind;
    piece->occurred_ms = occurred_ms;
    piece->source = SIJILL__V1__EVIDENCE_SOURCE__SCANNER;
    piece->nonce = sj_id_data(d->nonce[n]);
    return piece;
}

static Sijill__V1__Evidence *
add_of(evidence_draft *d, const uint8_t *event, const uint8_t *registration,
       Sijill__V1__EvidenceKind kind, uint64_t occurred_ms, uint32_t nonce)
{
    Sijill__V1__Evidence *piece = add(d, event, kind, occurred_ms, nonce);

    piece->has_registration_id = true;
    piece->registration_id = sj_id_data(registration);
    return piece;
}

static void
at_the_door(tape *t, cast *c)
{
    const uint64_t morning = SCENARIO_STARTS, evening = SCENARIO_STARTS + 7 * SCENARIO_HOUR;
    evidence_draft d;
    Sijill__V1__Evidence *piece;

    begin(&d);
    tape_expect(t, SJ_INVALID, 200, &d.in.base);
    (void) add_of(&d, c->course, c->people[0], KIND(CHECK_IN), morning, 1);
    (void) add_of(&d, c->course, c->people[0], KIND(CHECK_OUT), evening, 2);
    piece = add_of(&d, c->course, c->people[1], KIND(SPAN), morning, 3);
    piece->has_ended_ms = true;
    piece->ended_ms = evening;
    tape_expect(t, SJ_OK, 200, &d.in.base);
    tape_expect(t, SJ_OK, 200, &d.in.base); /* the same nonces */
    begin(&d);
    piece = add_of(&d, c->course, c->people[1], KIND(MARK), morning + 24 * SCENARIO_HOUR, 4);
    piece->has_mark = piece->has_session = true;
    piece->mark = MARK(PRESENT);
    piece->session = 2;
    piece->remark = literal("came late");
    piece = add(&d, c->course, KIND(VOID), morning, 5);
    piece->has_voids = true;
    piece->voids = sj_id_data(d.nonce[0]);
    tape_expect(t, SJ_OK, 200, &d.in.base);
    begin(&d);
    piece = add(&d, c->course, KIND(VOID), morning, 6); /* takes back the taking back */
    piece->has_voids = true;
    piece->voids = sj_id_data(d.nonce[1]);
    sj_write_u32(d.nonce[1], 5);
    tape_expect(t, SJ_OK, 200, &d.in.base);
    begin(&d);
    (void) add_of(&d, c->certificate, c->people[0], KIND(CHECK_IN), morning, 7);
    tape_expect(t, SJ_NOT_FOUND, 200, &d.in.base);
}

/* A telephone has no name but the connection that the platform binds to somebody's. */
static void
by_telephone(tape *t, cast *c, uint64_t starts)
{
    Sijill__V1__Identity telephone;
    evidence_draft d;
    Sijill__V1__Evidence *piece;

    sijill__v1__identity__init(&telephone);
    telephone.platform = literal("zoom");
    begin(&d);
    piece = add(&d, c->webinar, KIND(CHECK_IN), starts + SCENARIO_HOUR, 14);
    piece->identity = &telephone;
    piece->connection = literal("c2");
    piece = add(&d, c->webinar, KIND(BIND), starts + SCENARIO_HOUR, 15);
    piece->connection = literal("c2");
    tape_expect(t, SJ_INVALID, 200, &d.in.base);
    piece->bound_to = literal("c1");
    tape_expect(t, SJ_OK, 200, &d.in.base);
    begin(&d);
    piece = add(&d, c->webinar, KIND(VOID), starts + SCENARIO_HOUR, 16);
    piece->has_voids = true;
    piece->voids = sj_id_data(d.nonce[1]);
    sj_write_u32(d.nonce[1], 15);
    tape_expect(t, SJ_OK, 200, &d.in.base);
}

/* The webinar's platform names people by what it knows. */
static void
on_the_platform(tape *t, cast *c)
{
    const uint64_t starts = SCENARIO_NOW + 8 * SCENARIO_HOUR;
    Sijill__V1__Identity known, unknown;
    evidence_draft d;
    Sijill__V1__Evidence *piece;

    sijill__v1__identity__init(&known);
    sijill__v1__identity__init(&unknown);
    known.email = literal("Viewer@example.org");
    known.platform = unknown.platform = literal("zoom");
    unknown.display_name = literal("Somebody");
    begin(&d);
    piece = add(&d, c->webinar, KIND(CHECK_IN), starts, 10);
    piece->identity = &known;
    piece->connection = literal("c1");
    piece = add(&d, c->webinar, KIND(CHECK_IN), starts, 11);
    piece->identity = &unknown;
    piece->device = literal("d1");
    piece->has_device_seq = true;
    piece->device_seq = 7;
    (void) add(&d, c->webinar, KIND(PLATFORM_END), starts + 7 * SCENARIO_HOUR, 12);
    piece = add(&d, c->webinar, KIND(SEEN), starts + SCENARIO_HOUR, 13);
    piece->identity = &known;
    piece->connection = literal("c1");
    tape_expect(t, SJ_OK, 200, &d.in.base);
    by_telephone(t, c, starts);
}

static void
match(tape *t, cast *c)
{
    Sijill__V1__MatchPresence in;
    Sijill__V1__Identity identity;

    sijill__v1__match_presence__init(&in);
    sijill__v1__identity__init(&identity);
    in.has_event_id = in.has_registration_id = true;
    in.event_id = sj_id_data(c->webinar);
    in.registration_id = sj_id_data(c->people[0]);
    in.identity = &identity;
    tape_expect(t, SJ_INVALID, 201, &in.base);
    identity.display_name = literal("Somebody");
    identity.platform = literal("zoom");
    tape_expect(t, SJ_NOT_FOUND, 201, &in.base); /* not of this event */
    in.registration_id = sj_id_data(c->viewer);
    tape_expect(t, SJ_OK, 201, &in.base);
    tape_expect(t, SJ_OK, 201, &in.base);
}

static void
ask(tape *t, cast *c)
{
    Sijill__V1__ListAttendance list;
    Sijill__V1__ExplainVerdict explain;
    Sijill__V1__ListUnmatched unmatched;

    sijill__v1__list_attendance__init(&list);
    tape_expect(t, SJ_INVALID, 250, &list.base);
    list.has_event_id = true;
    list.event_id = sj_id_data(c->course);
    tape_expect(t, SJ_OK, 250, &list.base);
    sijill__v1__explain_verdict__init(&explain);
    explain.has_event_id = explain.has_registration_id = true;
    explain.event_id = sj_id_data(c->course);
    explain.registration_id = sj_id_data(c->people[0]);
    tape_expect(t, SJ_OK, 251, &explain.base);
    explain.event_id = sj_id_data(c->webinar);
    tape_expect(t, SJ_NOT_FOUND, 251, &explain.base);
    sijill__v1__list_unmatched__init(&unmatched);
    unmatched.has_event_id = true;
    unmatched.event_id = sj_id_data(c->webinar);
    tape_expect(t, SJ_OK, 252, &unmatched.base);
    unmatched.event_id = sj_id_data(c->people[0]);
    tape_expect(t, SJ_NOT_FOUND, 252, &unmatched.base);
}

/* Records that say too little: dead letters. */
static void
refuse_records(tape *t)
{
    Sijill__V1__EventChanged event;
    Sijill__V1__RegistrationChanged registration;
    Sijill__V1__KeyChanged key;

    sijill__v1__event_changed__init(&event);
    sijill__v1__registration_changed__init(&registration);
    sijill__v1__key_changed__init(&key);
    tape_expect_record(t, SJ_INVALID, 1, 132, &event.base, NULL);
    tape_expect_record(t, SJ_INVALID, 1, 134, &registration.base, NULL);
    tape_expect_record(t, SJ_INVALID, 1, 135, &key.base, NULL);
    for (uint32_t type = 130; type <= 138; type++)
        tape_expect_stranger(t, type);
}

void
scenario_attendance(tape *t, cast *c)
{
    Sijill__V1__NoteConsumer note;
    Sijill__V1__LogPos at;

    t->now_ms = SCENARIO_STARTS;
    at_the_door(t, c);
    on_the_platform(t, c);
    ask(t, c);
    match(t, c);
    t->now_ms = SCENARIO_ENDS + SCENARIO_HOUR;
    for (int n = 0; n < 4; n++)
        tape_expect(t, SJ_OK, 900, NULL); /* the events have ended */
    ask(t, c);
    refuse_records(t);
    tape_expect_stranger(t, 900);
    sijill__v1__note_consumer__init(&note);
    sijill__v1__log_pos__init(&at);
    tape_expect(t, SJ_INVALID, 901, &note.base);
    note.name = literal("certificate");
    note.at = &at;
    tape_expect(t, SJ_OK, 901, &note.base);
    scenario_common(t, c->course);
}
