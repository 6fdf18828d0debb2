/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/registration/scene.h"

#include "services/core/message.h"

#include "storage/outbox.h"
#include "storage/store.h"

#include <stdlib.h>

char *
text(const char *literal)
{
    return (char *) (uintptr_t) literal;
}

static void
define_organisation(scene *s)
{
    Sijill__V1__DefineOrganisation in;
    Sijill__V1__Text name;
    Sijill__V1__Text *names[] = { &name };

    sijill__v1__text__init(&name);
    name.lang = text("en");
    name.text = text("Training Centre");
    sijill__v1__define_organisation__init(&in);
    in.n_name = 1;
    in.name = names;
    assert_int_equal(fixture_run(s->f, DEFINE_ORGANISATION, &in.base, s->now_ms), SJ_OK);
}

static void
define_event(scene *s)
{
    Sijill__V1__DefineEvent in;
    Sijill__V1__Event event;
    Sijill__V1__Text title;
    Sijill__V1__Text *titles[] = { &title };
    Sijill__V1__Defined *out;

    sijill__v1__text__init(&title);
    title.lang = text("en");
    title.text = text("A workshop");
    sijill__v1__event__init(&event);
    event.slug = text("workshop");
    event.n_title = 1;
    event.title = titles;
    sijill__v1__define_event__init(&in);
    in.event = &event;
    assert_int_equal(fixture_run(s->f, DEFINE_EVENT, &in.base, s->now_ms), SJ_OK);
    out = fixture_reply(s->f, &sijill__v1__defined__descriptor);
    memcpy(s->event, out->id.data, SJ_ID_SIZE);
}

int
scene_open(void **state)
{
    scene *s = calloc(1, sizeof *s);
    void *inner;

    if (s == NULL || fixture_open(&inner, &registration_core) != 0)
        return -1;
    s->f = inner;
    s->now_ms = NOW;
    define_organisation(s);
    define_event(s);
    *state = s;
    return 0;
}

int
scene_close(void **state)
{
    scene *s = *state;
    void *inner = s->f;

    (void) fixture_close(&inner);
    free(s);
    return 0;
}

void
rules_begin(rules *r)
{
    sijill__v1__event_rules__init(&r->message);
    for (size_t n = 0; n < 4; n++) {
        sijill__v1__country_seats__init(&r->quota[n]);
        r->quotas[n] = &r->quota[n];
    }
    r->message.country_seats = r->quotas;
}

void
rules_capacity(rules *r, uint32_t seats)
{
    r->message.has_capacity = true;
    r->message.capacity = seats;
}

void
rules_quota(rules *r, const char *country, uint32_t seats)
{
    Sijill__V1__CountrySeats *quota = &r->quota[r->message.n_country_seats++];

    quota->country = text(country);
    quota->has_seats = true;
    quota->seats = seats;
}

sj_status
rules_set(scene *s, rules *r)
{
    Sijill__V1__SetEventRules in;

    sijill__v1__set_event_rules__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(s->event);
    in.rules = &r->message;
    return fixture_run(s->f, SET_EVENT_RULES, &in.base, s->now_ms);
}

void
scene_seats(scene *s, uint32_t seats, bool waiting_list)
{
    rules r;

    rules_begin(&r);
    rules_capacity(&r, seats);
    r.message.has_waiting_list = r.message.waiting_list = waiting_list;
    assert_int_equal(rules_set(s, &r), SJ_OK);
}

void
person_begin(scene *s, person *p, const char *email)
{
    sijill__v1__person__init(&p->person);
    p->person.name = text("Amina Traoré");
    p->person.email = text(email);
    sijill__v1__register__init(&p->message);
    p->message.has_event_id = true;
    p->message.event_id = sj_id_data(s->event);
    p->message.person = &p->person;
}

void
person_country(person *p, const char *country)
{
    p->person.country = text(country);
}

void
person_mode(person *p, Sijill__V1__Mode mode)
{
    p->message.has_mode = true;
    p->message.mode = mode;
}

void
person_role(person *p, Sijill__V1__Role role)
{
    p->message.has_role = true;
    p->message.role = role;
}

void
person_external(person *p, const char *source, const char *external_id)
{
    p->message.source = text(source);
    p->message.external_id = text(external_id);
}

void
person_update(person *p)
{
    p->message.has_on_duplicate = true;
    p->message.on_duplicate = SIJILL__V1__ON_DUPLICATE__UPDATE;
}

sj_status
person_send(scene *s, person *p)
{
    return fixture_run(s->f, REGISTER, &p->message.base, s->now_ms);
}

answer
scene_answer(scene *s)
{
    answer a = { .status = s->f->reply.status };
    Sijill__V1__Registered *out;

    if (a.status != SJ_OK)
        return a;
    out = fixture_reply(s->f, &sijill__v1__registered__descriptor);
    assert_int_equal(out->registration_id.len, SJ_ID_SIZE);
    memcpy(a.id, out->registration_id.data, SJ_ID_SIZE);
    a.state = out->state;
    a.place = out->has_place ? out->place : 0;
    a.outcome = out->outcome;
    a.marks_dropped = out->marks_dropped;
    return a;
}

answer
scene_register(scene *s, const char *email)
{
    person p;

    person_begin(s, &p, email);
    (void) person_send(s, &p);
    return scene_answer(s);
}

answer
scene_decide(scene *s, const uint8_t id[SJ_ID_SIZE], Sijill__V1__Decision decision)
{
    Sijill__V1__DecideRegistration in;

    sijill__v1__decide_registration__init(&in);
    in.has_event_id = in.has_registration_id = in.has_decision = true;
    in.event_id = sj_id_data(s->event);
    in.registration_id = sj_id_data(id);
    in.decision = decision;
    (void) fixture_run(s->f, DECIDE, &in.base, s->now_ms);
    return scene_answer(s);
}

sj_status
scene_state(scene *s, Sijill__V1__EventState state)
{
    Sijill__V1__ChangeEventState in;

    sijill__v1__change_event_state__init(&in);
    in.has_event_id = in.has_state = true;
    in.event_id = sj_id_data(s->event);
    in.state = state;
    return fixture_run(s->f, CHANGE_EVENT_STATE, &in.base, s->now_ms);
}

Sijill__V1__RegistrationView *
scene_view(scene *s, const uint8_t id[SJ_ID_SIZE])
{
    Sijill__V1__GetRegistration in;

    sijill__v1__get_registration__init(&in);
    in.has_event_id = in.has_registration_id = true;
    in.event_id = sj_id_data(s->event);
    in.registration_id = sj_id_data(id);
    assert_int_equal(fixture_run(s->f, GET_REGISTRATION, &in.base, s->now_ms), SJ_OK);
    return fixture_reply(s->f, &sijill__v1__registration_view__descriptor);
}

Sijill__V1__RegistrationState
scene_state_of(scene *s, const uint8_t id[SJ_ID_SIZE])
{
    return scene_view(s, id)->state;
}

Sijill__V1__EventView *
scene_event(scene *s)
{
    Sijill__V1__GetEvent in;

    sijill__v1__get_event__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(s->event);
    assert_int_equal(fixture_run(s->f, GET_EVENT, &in.base, s->now_ms), SJ_OK);
    return fixture_reply(s->f, &sijill__v1__event_view__descriptor);
}

void
assert_same_store(scene *s, const uint8_t digest[32])
{
    uint8_t now[32];

    fixture_digest(s->f, now);
    assert_memory_equal(now, digest, sizeof now);
}

uint64_t
scene_last_org(scene *s)
{
    sj_txn *txn = sj_read_begin(s->f->store, &s->f->arena, s->now_ms);
    sj_outbox_record stored = { .seq = 0 };
    uint64_t org = 0;

    sj_arena_reset(&s->f->arena);
    while (sj_outbox_next(txn, stored.seq, &stored)) {
        Sijill__V1__Record *record = sj_unpack(txn, &sijill__v1__record__descriptor, stored.record);

        org = record->org;
        sj_arena_reset(&s->f->arena);
    }
    sj_read_end(txn);
    return org;
}

static sj_txn *
write_begin(scene *s)
{
    sj_about about = { .org = 1, .now_ms = s->now_ms };
    sj_txn *txn;

    sj_arena_reset(&s->f->arena);
    txn = sj_write_begin(s->f->store, &s->f->arena);
    sj_command_begin(txn, &about);
    return txn;
}

static void
write_end(sj_txn *txn)
{
    (void) sj_command_accept(txn, (sj_bytes){ "damage", 6 });
    assert_true(sj_write_commit(txn));
}

void
scene_put(scene *s, unsigned table, const sj_key *key, sj_bytes value)
{
    sj_txn *txn = write_begin(s);

    sj_put(txn, table, key, value);
    write_end(txn);
}

void
scene_delete(scene *s, unsigned table, const sj_key *key)
{
    sj_txn *txn = write_begin(s);

    sj_delete(txn, table, key);
    write_end(txn);
}

sj_bytes
scene_get(scene *s, unsigned table, const sj_key *key)
{
    sj_txn *txn = sj_read_begin(s->f->store, &s->f->arena, s->now_ms);
    sj_bytes value = { NULL, 0 };

    sj_arena_reset(&s->f->arena);
    assert_true(sj_get(txn, table, key, &value));
    sj_read_end(txn);
    return value;
}
