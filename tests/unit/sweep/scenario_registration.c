/* SPDX-License-Identifier: Apache-2.0 */
/* What people and organisers say to registration. */
#include "services/core/message.h"
#include "services/registration/core.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/unit/sweep/scenario.h"

#include <stdio.h>
#include <string.h>

enum { CROWD = 210 }; /* more than one command moves up from the line */

char *
literal(const char *text)
{
    return (char *) (uintptr_t) text;
}

static void
titles(Sijill__V1__Text text[2], Sijill__V1__Text *list[2], const char *en, const char *ar)
{
    sijill__v1__text__init(&text[0]);
    sijill__v1__text__init(&text[1]);
    text[0].lang = literal("en");
    text[0].text = literal(en);
    text[1].lang = literal("ar");
    text[1].text = literal(ar);
    list[0] = &text[0];
    list[1] = &text[1];
}

static void
define_organisation(tape *t)
{
    Sijill__V1__DefineOrganisation in;
    Sijill__V1__Text text[2], *list[2];

    titles(text, list, "Training Centre", "مركز التدريب");
    sijill__v1__define_organisation__init(&in);
    tape_expect(t, SJ_INVALID, 100, &in.base);
    in.n_name = 2;
    in.name = list;
    in.url = literal("https://centre.example");
    tape_expect(t, SJ_OK, 100, &in.base);
    tape_expect(t, SJ_OK, 100, &in.base); /* unchanged */
    in.n_name = 1;
    tape_expect(t, SJ_OK, 100, &in.base);
}

static void
define_programme(tape *t)
{
    Sijill__V1__DefineProgramme in;
    Sijill__V1__Text text[2], *list[2];

    titles(text, list, "Capacity Building", "بناء القدرات");
    sijill__v1__define_programme__init(&in);
    in.slug = literal("Not a slug");
    tape_expect(t, SJ_INVALID, 101, &in.base);
    in.slug = literal("statcab");
    in.n_name = 2;
    in.name = list;
    tape_expect(t, SJ_OK, 101, &in.base);
    tape_expect(t, SJ_OK, 101, &in.base);
    in.source_json = literal("{\"a\":1}");
    tape_expect(t, SJ_OK, 101, &in.base);
}

typedef struct event_draft {
    Sijill__V1__DefineEvent in;
    Sijill__V1__Event event;
    Sijill__V1__EventRules rules;
    Sijill__V1__Text text[2], *titles[2];
    Sijill__V1__Session session[2], *sessions[2];
    Sijill__V1__Break pause, *pauses[1];
    Sijill__V1__Partner partner, *partners[1];
    char *programmes[1];
} event_draft;

static void
draft_session(Sijill__V1__Session *session, uint32_t number, uint64_t starts_ms)
{
    sijill__v1__session__init(session);
    session->has_number = session->has_starts_ms = session->has_ends_ms = true;
    session->number = number;
    session->title = literal("A session");
    session->starts_ms = starts_ms;
    session->ends_ms = starts_ms + 7 * SCENARIO_HOUR;
}

static void
draft_event(event_draft *d, const char *slug, uint64_t starts_ms, size_t sessions)
{
    titles(d->text, d->titles, "A course", "دورة");
    sijill__v1__event__init(&d->event);
    sijill__v1__define_event__init(&d->in);
    sijill__v1__event_rules__init(&d->rules);
    sijill__v1__break__init(&d->pause);
    sijill__v1__partner__init(&d->partner);
    d->in.event = &d->event;
    d->event.slug = literal(slug);
    d->event.kind = literal("training_course");
    d->event.n_title = 2;
    d->event.title = d->titles;
    d->event.start_date = d->event.end_date = literal("2025-06-16");
    d->event.n_sessions = sessions;
    d->event.sessions = d->sessions;
    for (uint32_t n = 0; n < sessions; n++) {
        draft_session(&d->session[n], n + 1, starts_ms + n * 24 * SCENARIO_HOUR);
        d->sessions[n] = &d->session[n];
    }
    d->pause.has_starts_ms = d->pause.has_ends_ms = true;
    d->pause.starts_ms = starts_ms + 3 * SCENARIO_HOUR;
    d->pause.ends_ms = starts_ms + 4 * SCENARIO_HOUR;
    d->pauses[0] = &d->pause;
    d->session[0].n_breaks = 1;
    d->session[0].breaks = d->pauses;
    d->partner.n_name = 2;
    d->partner.name = d->titles;
    d->partner.role = literal("organiser");
    d->partner.country = literal("TR");
    d->partners[0] = &d->partner;
    d->event.n_partners = 1;
    d->event.partners = d->partners;
    d->programmes[0] = literal("statcab");
    d->event.n_programmes = 1;
    d->event.programmes = d->programmes;
    d->event.rules = &d->rules;
}

static void
keep_event_id(tape *t, uint8_t id[SJ_ID_SIZE])
{
    Sijill__V1__Defined *out = tape_reply(t, &sijill__v1__defined__descriptor);

    memcpy(id, out->id.data, SJ_ID_SIZE);
}

static void
define_events(tape *t, cast *c)
{
    event_draft d;

    draft_event(&d, "course", SCENARIO_STARTS, 2);
    d.event.n_title = 0;
    tape_expect(t, SJ_INVALID, 102, &d.in.base);
    d.event.n_title = 2;
    d.rules.has_capacity = d.rules.has_waiting_list = d.rules.waiting_list = true;
    d.rules.capacity = 3;
    tape_expect(t, SJ_OK, 102, &d.in.base);
    keep_event_id(t, c->course);
    tape_expect(t, SJ_OK, 102, &d.in.base);
    d.event.city = literal("Ankara");
    d.event.rules = NULL;
    tape_expect(t, SJ_OK, 102, &d.in.base);

    draft_event(&d, "webinar", SCENARIO_NOW + 8 * SCENARIO_HOUR, 1);
    d.event.has_mode = true;
    d.event.mode = SIJILL__V1__MODE__ONLINE;
    d.rules.has_needs_approval = d.rules.needs_approval = d.rules.has_release = true;
    d.rules.release = SIJILL__V1__CERTIFICATE_RELEASE__AUTOMATIC;
    tape_expect(t, SJ_OK, 102, &d.in.base);
    keep_event_id(t, c->webinar);
}

static void
set_rules(tape *t, sj_status expected, const uint8_t event[SJ_ID_SIZE], uint32_t capacity,
          uint32_t quota)
{
    Sijill__V1__SetEventRules in;
    Sijill__V1__EventRules rules;
    Sijill__V1__CountrySeats seats, *list[1] = { &seats };

    sijill__v1__set_event_rules__init(&in);
    sijill__v1__event_rules__init(&rules);
    sijill__v1__country_seats__init(&seats);
    in.has_event_id = true;
    in.event_id = sj_id_data(event);
    in.rules = &rules;
    rules.has_capacity = rules.has_waiting_list = rules.waiting_list = true;
    rules.capacity = capacity;
    if (quota > 0) {
        rules.n_country_seats = 1;
        rules.country_seats = list;
        seats.country = literal("DZ");
        seats.has_seats = true;
        seats.seats = quota;
    }
    tape_expect(t, expected, 104, &in.base);
}

typedef struct person_draft {
    Sijill__V1__Register in;
    Sijill__V1__Person person;
} person_draft;

static void
draft_person(person_draft *d, const uint8_t event[SJ_ID_SIZE], const char *email)
{
    sijill__v1__register__init(&d->in);
    sijill__v1__person__init(&d->person);
    d->in.has_event_id = true;
    d->in.event_id = sj_id_data(event);
    d->in.person = &d->person;
    d->person.name = literal("Айгүл Серік");
    d->person.name_latin = literal("Aigul Serik");
    d->person.email = literal(email);
    d->person.country = literal("KZ");
    d->person.institution = literal("Bureau of Statistics");
}

static void
keep_registration_id(tape *t, uint8_t id[SJ_ID_SIZE])
{
    Sijill__V1__Registered *out = tape_reply(t, &sijill__v1__registered__descriptor);

    memcpy(id, out->registration_id.data, SJ_ID_SIZE);
}

static void
register_people(tape *t, cast *c)
{
    person_draft d;
    char email[64];

    for (int n = 0; n < SCENARIO_PEOPLE; n++) {
        (void) snprintf(email, sizeof email, "Person%d@Bücher.example", n);
        draft_person(&d, c->course, email);
        if (n == 1) {
            d.in.source = literal("zoom");
            d.in.external_id = literal("ext-1");
        }
        if (n == 2) {
            d.in.has_role = true;
            d.in.role = SIJILL__V1__ROLE__TRAINER;
        }
        tape_expect(t, SJ_OK, 110, &d.in.base);
        keep_registration_id(t, c->people[n]);
    }
    draft_person(&d, c->course, "person0@bücher.example");
    tape_expect(t, SJ_OK, 110, &d.in.base); /* unchanged */
    d.person.institution = literal("Another office");
    tape_expect(t, SJ_CONFLICT, 110, &d.in.base);
    d.in.has_on_duplicate = true;
    d.in.on_duplicate = SIJILL__V1__ON_DUPLICATE__UPDATE;
    tape_expect(t, SJ_OK, 110, &d.in.base);
    d.person.email = literal("nobody at all");
    tape_expect(t, SJ_INVALID, 110, &d.in.base);
    draft_person(&d, c->webinar, "viewer@example.org");
    tape_expect(t, SJ_OK, 110, &d.in.base); /* pending */
    keep_registration_id(t, c->viewer);
}

static void
decide(tape *t, sj_status expected, const uint8_t event[SJ_ID_SIZE],
       const uint8_t registration[SJ_ID_SIZE], Sijill__V1__Decision decision)
{
    Sijill__V1__DecideRegistration in;

    sijill__v1__decide_registration__init(&in);
    in.has_event_id = in.has_registration_id = in.has_decision = true;
    in.event_id = sj_id_data(event);
    in.registration_id = sj_id_data(registration);
    in.decision = decision;
    in.reason = literal("because");
    tape_expect(t, expected, 112, &in.base);
}

static void
change_state(tape *t, sj_status expected, const uint8_t event[SJ_ID_SIZE],
             Sijill__V1__EventState state)
{
    Sijill__V1__ChangeEventState in;

    sijill__v1__change_event_state__init(&in);
    in.has_event_id = in.has_state = true;
    in.event_id = sj_id_data(event);
    in.state = state;
    tape_expect(t, expected, 103, &in.base);
}

static void
ask_events(tape *t, cast *c)
{
    Sijill__V1__GetEvent get;
    Sijill__V1__ListEvents list;
    Sijill__V1__ListProgrammes programmes;

    sijill__v1__get_event__init(&get);
    tape_expect(t, SJ_INVALID, 150, &get.base);
    get.slug = literal("course");
    tape_expect(t, SJ_OK, 150, &get.base);
    get.has_event_id = true;
    get.event_id = sj_id_data(c->people[0]);
    tape_expect(t, SJ_NOT_FOUND, 150, &get.base);
    sijill__v1__list_events__init(&list);
    tape_expect(t, SJ_OK, 151, &list.base);
    list.after = literal("Not a slug");
    tape_expect(t, SJ_INVALID, 151, &list.base);
    sijill__v1__list_programmes__init(&programmes);
    tape_expect(t, SJ_OK, 154, &programmes.base);
    programmes.after = literal("Not a slug");
    tape_expect(t, SJ_INVALID, 154, &programmes.base);
}

static void
ask_registrations(tape *t, cast *c)
{
    Sijill__V1__GetRegistration get;
    Sijill__V1__ListRegistrations list;

    sijill__v1__get_registration__init(&get);
    get.has_event_id = true;
    get.event_id = sj_id_data(c->course);
    get.email = literal("person1@bücher.example");
    tape_expect(t, SJ_OK, 152, &get.base);
    get.email = literal("stranger@example.org");
    tape_expect(t, SJ_NOT_FOUND, 152, &get.base);
    sijill__v1__list_registrations__init(&list);
    tape_expect(t, SJ_INVALID, 153, &list.base);
    list.has_event_id = true;
    list.event_id = sj_id_data(c->course);
    tape_expect(t, SJ_OK, 153, &list.base);
    list.has_state = true;
    list.state = SIJILL__V1__REGISTRATION_STATE__WAITLISTED;
    tape_expect(t, SJ_OK, 153, &list.base);
}

/* So many wait that the pulse has work. */
static void
crowd(tape *t)
{
    uint8_t event[SJ_ID_SIZE];
    person_draft p;
    event_draft d;

    draft_event(&d, "crowd", SCENARIO_STARTS, 1);
    d.rules.has_capacity = d.rules.has_waiting_list = d.rules.waiting_list = true;
    d.rules.capacity = 1;
    tape_expect(t, SJ_OK, 102, &d.in.base);
    keep_event_id(t, event);
    t->bulk = true;
    for (int n = 0; n < CROWD; n++) {
        char email[64];

        (void) snprintf(email, sizeof email, "crowd%d@example.org", n);
        draft_person(&p, event, email);
        tape_expect(t, SJ_OK, 110, &p.in.base);
    }
    set_rules(t, SJ_OK, event, 300, 0); /* 200 move up at once */
    t->bulk = false;
    tape_expect(t, SJ_OK, 900, NULL); /* and nine now */
    tape_expect(t, SJ_OK, 900, NULL);
}

static void
note_consumers(tape *t)
{
    Sijill__V1__NoteConsumer note;
    Sijill__V1__LogPos at;

    sijill__v1__note_consumer__init(&note);
    sijill__v1__log_pos__init(&at);
    tape_expect(t, SJ_INVALID, 901, &note.base);
    note.name = literal("attendance");
    note.at = &at;
    at.has_epoch = at.has_seq = true;
    at.epoch = 1;
    at.seq = 4;
    tape_expect(t, SJ_OK, 901, &note.base);
    tape_expect(t, SJ_OK, 901, &note.base);
}

void
scenario_registration(tape *t, cast *c)
{
    uint8_t nowhere[SJ_ID_SIZE] = { 1 };

    t->now_ms = SCENARIO_NOW;
    define_organisation(t);
    define_programme(t);
    define_events(t, c);
    register_people(t, c);
    t->now_ms += 1000;
    decide(t, SJ_OK, c->webinar, c->viewer, SIJILL__V1__DECISION__APPROVE);
    decide(t, SJ_INVALID, c->course, c->people[1], SIJILL__V1__DECISION__DECISION_NONE);
    decide(t, SJ_OK, c->course, c->people[0], SIJILL__V1__DECISION__WITHDRAW); /* the line moves */
    decide(t, SJ_OK, c->course, c->people[0], SIJILL__V1__DECISION__REINSTATE);
    decide(t, SJ_OK, c->course, c->people[7], SIJILL__V1__DECISION__REJECT);
    decide(t, SJ_NOT_FOUND, c->course, nowhere, SIJILL__V1__DECISION__APPROVE);
    set_rules(t, SJ_CONFLICT, c->course, 1, 0);
    set_rules(t, SJ_OK, c->course, 4, 5); /* one more seat, by country from now on */
    set_rules(t, SJ_NOT_FOUND, nowhere, 4, 0);
    change_state(t, SJ_NOT_FOUND, nowhere, SIJILL__V1__EVENT_STATE__EVENT_CLOSED);
    change_state(t, SJ_OK, c->webinar, SIJILL__V1__EVENT_STATE__EVENT_CLOSED);
    ask_events(t, c);
    ask_registrations(t, c);
    scenario_platform(t, c);
    scenario_keys(t, c);
    t->if_revision = 1; /* the webinar is further by now */
    change_state(t, SJ_STALE, c->webinar, SIJILL__V1__EVENT_STATE__EVENT_OPEN);
    t->if_revision = 0;
    note_consumers(t);
    scenario_common(t, c->course);
    tape_expect_octets(t, SJ_INVALID, 110, (sj_bytes){ "\xff\xff", 2 });
    tape_expect(t, SJ_UNSUPPORTED, 777, NULL);
    tape_expect_stranger(t, 900);
    tape_expect_stranger(t, 901);
    if (!t->small)
        crowd(t);
}
