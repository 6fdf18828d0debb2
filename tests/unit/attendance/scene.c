/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/attendance/scene.h"

#include "services/attendance/core.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

scene_id
scene_make_id(uint8_t sort, uint32_t number)
{
    scene_id id = { .at = { sort } };

    sj_write_u32(id.at + 12, number);
    return id;
}

ProtobufCBinaryData
scene_data(const scene_id *id)
{
    return (ProtobufCBinaryData){ SJ_ID_SIZE, (uint8_t *) (uintptr_t) id->at };
}

scene_id
scene_event(uint32_t number)
{
    return scene_make_id(0xe0, number);
}

scene_id
scene_person(uint32_t number)
{
    return scene_make_id(0x70, number);
}

scene_id
scene_nonce(uint32_t number)
{
    return scene_make_id(0x90, number);
}

void
scene_define(fixture *f, uint32_t event, const char *sessions, uint32_t threshold,
             Sijill__V1__EventState state, const char *now)
{
    scene_id id = scene_event(event);
    words_case made = { .session_count = 0 };
    Sijill__V1__EventChanged record;
    Sijill__V1__EventRules rules;
    Sijill__V1__Event out;
    Sijill__V1__Session session[WORDS_SESSIONS], *sessions_at[WORDS_SESSIONS];
    Sijill__V1__Break pause[WORDS_SESSIONS][WORDS_BREAKS], *pauses[WORDS_SESSIONS][WORDS_BREAKS];

    words_sessions(&made, sessions);
    sijill__v1__event_changed__init(&record);
    sijill__v1__event_rules__init(&rules);
    sijill__v1__event__init(&out);
    for (size_t i = 0; i < made.session_count; i++) {
        sijill__v1__session__init(&session[i]);
        session[i].has_number = session[i].has_starts_ms = session[i].has_ends_ms = 1;
        session[i].has_mandatory = 1;
        session[i].number = made.sessions[i].number;
        session[i].starts_ms = made.sessions[i].starts_ms;
        session[i].ends_ms = made.sessions[i].ends_ms;
        session[i].mandatory = made.sessions[i].mandatory;
        for (size_t j = 0; j < made.sessions[i].break_count; j++) {
            sijill__v1__break__init(&pause[i][j]);
            pause[i][j].has_starts_ms = pause[i][j].has_ends_ms = 1;
            pause[i][j].starts_ms = made.breaks[i][2 * j];
            pause[i][j].ends_ms = made.breaks[i][2 * j + 1];
            pauses[i][j] = &pause[i][j];
        }
        session[i].n_breaks = made.sessions[i].break_count;
        session[i].breaks = pauses[i];
        sessions_at[i] = &session[i];
    }
    rules.has_threshold = threshold != 0;
    rules.threshold = threshold;
    out.has_id = 1;
    out.id = scene_data(&id);
    out.n_sessions = made.session_count;
    out.sessions = sessions_at;
    out.rules = &rules;
    record.event = &out;
    record.has_state = 1;
    record.state = state;
    sj_status status = fixture_feed(f, 132, &record.base, NULL, words_time(now));

    assert(status == SJ_OK);
}

static char *
borrow(const char *text)
{
    return (char *) (uintptr_t) text;
}

void
scene_register(fixture *f, scene_registration person, const char *now)
{
    scene_id event = scene_event(person.event == 0 ? 1 : person.event);
    scene_id id = scene_person(person.number);
    Sijill__V1__RegistrationChanged record;
    Sijill__V1__RegistrationPersonal personal;
    Sijill__V1__Person who;

    sijill__v1__registration_changed__init(&record);
    sijill__v1__registration_personal__init(&personal);
    sijill__v1__person__init(&who);
    record.has_event_id = record.has_registration_id = record.has_state = 1;
    record.event_id = scene_data(&event);
    record.registration_id = scene_data(&id);
    record.state = person.state == 0 ? SIJILL__V1__REGISTRATION_STATE__CONFIRMED : person.state;
    who.name = borrow("Айгүл Сағындықова");
    who.email = borrow(person.email);
    personal.person = &who;
    personal.source = borrow(person.source);
    personal.external_id = borrow(person.external_id);
    sj_status status = fixture_feed(f, 134, &record.base, person.impersonal ? NULL : &personal.base,
                                    words_time(now));

    assert(status == SJ_OK);
}

void
scene_make(scene_piece *piece, uint32_t nonce, const char *words)
{
    words_case said = { .session_count = 0 }; /* of a VOID only its kind: the nonce is no place */
    const verdict_evidence *one = &said.pieces[0];
    Sijill__V1__Evidence *out = &piece->evidence;
    static char connection[8][8][8], bound_to[8][8], device[8][8];

    words_evidence(&said, strncmp(words, "void", 4) == 0 ? "void 0" : words);
    assert(said.count == 1);
    sijill__v1__evidence__init(out);
    piece->event = scene_event(1);
    piece->nonce = scene_nonce(nonce);
    out->has_event_id = out->has_kind = out->has_occurred_ms = out->has_source = 1;
    out->has_nonce = 1;
    out->event_id = scene_data(&piece->event);
    out->nonce = scene_data(&piece->nonce);
    out->kind = (Sijill__V1__EvidenceKind) one->kind;
    out->source = (Sijill__V1__EvidenceSource) one->source;
    out->occurred_ms = one->occurred_ms;
    out->has_ended_ms = out->kind == SIJILL__V1__EVIDENCE_KIND__SPAN;
    out->ended_ms = one->ended_ms;
    out->has_mark = out->kind == SIJILL__V1__EVIDENCE_KIND__MARK;
    out->mark = (Sijill__V1__MarkValue) one->mark;
    out->has_session = one->session != 0;
    out->session = one->session;
    out->has_device_seq = one->device_seq != 0;
    out->device_seq = one->device_seq;
    if (one->connection != 0 || one->run != 0) {
        char *name = connection[one->run][one->connection];

        assert(one->connection < 8 && one->run < 8);
        if (one->run == 0)
            (void) snprintf(name, 8, "c%u", (unsigned) one->connection);
        else if (one->connection == 0)
            (void) snprintf(name, 8, "r%u#", (unsigned) one->run);
        else
            (void) snprintf(name, 8, "r%u#c%u", (unsigned) one->run, (unsigned) one->connection);
        out->connection = name;
    }
    if (said.bound_to[0] != 0) {
        assert(said.bound_to[0] < 8);
        (void) snprintf(bound_to[said.bound_to[0]], 8, "c%u", (unsigned) said.bound_to[0]);
        out->bound_to = bound_to[said.bound_to[0]];
    }
    if (one->device != 0) {
        assert(one->device < 8);
        (void) snprintf(device[one->device], 8, "d%u", (unsigned) one->device);
        out->device = device[one->device];
    }
    if (out->kind == SIJILL__V1__EVIDENCE_KIND__VOID) {
        out->occurred_ms = words_time("9:00");
        piece->voids = scene_nonce((uint32_t) strtoul(words + strlen("void "), NULL, 10));
        out->has_voids = 1;
        out->voids = scene_data(&piece->voids);
    }
}

void
scene_of(scene_piece *piece, uint32_t registration)
{
    piece->registration = scene_person(registration);
    piece->evidence.has_registration_id = 1;
    piece->evidence.registration_id = scene_data(&piece->registration);
}

static void
call(Sijill__V1__Identity *identity, const char *platform, const char *registrant_id,
     const char *email, const char *display_name)
{
    sijill__v1__identity__init(identity);
    identity->platform = borrow(platform);
    identity->registrant_id = borrow(registrant_id);
    identity->email = borrow(email);
    identity->display_name = borrow(display_name);
}

void
scene_called(scene_piece *piece, const char *platform, const char *registrant_id, const char *email,
             const char *display_name)
{
    call(&piece->identity, platform, registrant_id, email, display_name);
    piece->evidence.identity = &piece->identity;
}

sj_status
scene_send(fixture *f, scene_piece *const *pieces, size_t count, const char *now)
{
    Sijill__V1__Evidence *evidence[32];
    Sijill__V1__RecordEvidence command;

    assert(count <= 32);
    sijill__v1__record_evidence__init(&command);
    for (size_t i = 0; i < count; i++)
        evidence[i] = &pieces[i]->evidence;
    command.n_evidence = count;
    command.evidence = evidence;
    return fixture_run(f, 200, &command.base, words_time(now));
}

sj_status
scene_see(fixture *f, uint32_t registration, uint32_t nonce, const char *words, const char *now)
{
    scene_piece piece, *pieces[] = { &piece };

    scene_make(&piece, nonce, words);
    if (registration != 0)
        scene_of(&piece, registration);
    return scene_send(f, pieces, 1, now);
}

sj_status
scene_see_called(fixture *f, const char *platform, const char *registrant_id, const char *email,
                 const char *display_name, uint32_t nonce, const char *words, const char *now)
{
    scene_piece piece, *pieces[] = { &piece };

    scene_make(&piece, nonce, words);
    scene_called(&piece, platform, registrant_id, email, display_name);
    return scene_send(f, pieces, 1, now);
}

sj_status
scene_match(fixture *f, const char *platform, const char *registrant_id, const char *email,
            const char *display_name, uint32_t registration, const char *now)
{
    scene_id event = scene_event(1);
    scene_id id = scene_person(registration);
    Sijill__V1__MatchPresence command;
    Sijill__V1__Identity identity;

    sijill__v1__match_presence__init(&command);
    call(&identity, platform, registrant_id, email, display_name);
    command.has_event_id = command.has_registration_id = 1;
    command.event_id = scene_data(&event);
    command.registration_id = scene_data(&id);
    command.identity = &identity;
    return fixture_run(f, 201, &command.base, words_time(now));
}

sj_status
scene_pulse(fixture *f, const char *now)
{
    uint64_t org = f->org;
    sj_status status;

    f->org = 0; /* a pulse is nobody's */
    status = fixture_run(f, 900, NULL, words_time(now));
    f->org = org;
    return status;
}

void
scene_settle(fixture *f, const char *now)
{
    uint8_t before[32], after[32];

    do {
        fixture_digest(f, before);
        (void) scene_pulse(f, now);
        fixture_digest(f, after);
    } while (memcmp(before, after, sizeof before) != 0);
}

sj_status
scene_ask_to_explain(fixture *f, uint32_t registration, const char *now)
{
    scene_id event = scene_event(1);
    scene_id id = scene_person(registration);
    Sijill__V1__ExplainVerdict query;

    sijill__v1__explain_verdict__init(&query);
    query.has_event_id = query.has_registration_id = 1;
    query.event_id = scene_data(&event);
    query.registration_id = scene_data(&id);
    return fixture_run(f, 251, &query.base, words_time(now));
}

int
scene_open(void **state)
{
    int failed = fixture_open(state, &attendance_core);

    if (failed == 0) {
        scene_define(*state, 1, "1 9:00-12:00", 7500, SIJILL__V1__EVENT_STATE__EVENT_OPEN, "0:00");
        scene_settle(*state, "0:00"); /* scrub looks at no verdict of an event that is due */
    }
    return failed;
}

Sijill__V1__Explanation *
scene_explain(fixture *f, uint32_t registration, const char *now)
{
    if (scene_ask_to_explain(f, registration, now) != SJ_OK)
        return NULL;
    return fixture_reply(f, &sijill__v1__explanation__descriptor);
}

uint64_t
scene_seconds(fixture *f, uint32_t registration, const char *now)
{
    Sijill__V1__Explanation *found = scene_explain(f, registration, now);

    assert(found != NULL);
    return found->row->verdict->seconds;
}

bool
scene_flagged(const Sijill__V1__Verdict *verdict, Sijill__V1__Flag flag)
{
    for (size_t i = 0; i < verdict->n_flag; i++)
        if (verdict->flag[i] == flag)
            return true;
    return false;
}

size_t
scene_unmatched(fixture *f, const char *now)
{
    scene_id event = scene_event(1);
    Sijill__V1__ListUnmatched query;
    Sijill__V1__UnmatchedList *found;

    sijill__v1__list_unmatched__init(&query);
    query.has_event_id = 1;
    query.event_id = scene_data(&event);
    sj_status status = fixture_run(f, 252, &query.base, words_time(now));

    assert(status == SJ_OK);
    found = fixture_reply(f, &sijill__v1__unmatched_list__descriptor);
    return found->n_evidence;
}

size_t
scene_told(fixture *f)
{
    return fixture_emitted(f, SCENE_VERDICT_CHANGED);
}
