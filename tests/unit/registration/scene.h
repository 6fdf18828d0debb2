/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scene: an organisation with one event, and people who register; the words in which registration's
 * tests speak.
 */
#include "services/registration/core.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW UINT64_C(1750000000000)

enum {
    DEFINE_ORGANISATION = 100,
    DEFINE_PROGRAMME,
    DEFINE_EVENT,
    CHANGE_EVENT_STATE,
    SET_EVENT_RULES,
    REGISTER = 110,
    DECIDE = 112,
    EVENT_CHANGED = 132,
    REGISTRATION_CHANGED = 134,
    GET_EVENT = 150,
    LIST_EVENTS,
    GET_REGISTRATION,
    LIST_REGISTRATIONS,
    LIST_PROGRAMMES,
    PULSE = 900,
};

typedef struct scene {
    fixture *f;
    uint64_t now_ms;
    uint8_t event[SJ_ID_SIZE];
} scene;

/* For cmocka's setup and teardown: an organisation, and one open event "workshop" without limits.
 */
int scene_open(void **state);
int scene_close(void **state);

/* Rules to change before rules_set; country quotas are in `quotas`. */
typedef struct rules {
    Sijill__V1__EventRules message;
    Sijill__V1__CountrySeats quota[4];
    Sijill__V1__CountrySeats *quotas[4];
} rules;
void rules_begin(rules *r);
void rules_capacity(rules *r, uint32_t seats);
void rules_quota(rules *r, const char *country, uint32_t seats);
sj_status rules_set(scene *s, rules *r);
/* Capacity, with or without a waiting list. */
void scene_seats(scene *s, uint32_t seats, bool waiting_list);

/* A Register of a participant with this e-mail (NULL: none), to change before it is sent. */
typedef struct person {
    Sijill__V1__Register message;
    Sijill__V1__Person person;
} person;
void person_begin(scene *s, person *p, const char *email);
void person_country(person *p, const char *country);
void person_mode(person *p, Sijill__V1__Mode mode);
void person_role(person *p, Sijill__V1__Role role);
void person_external(person *p, const char *source, const char *external_id);
void person_update(person *p);
sj_status person_send(scene *s, person *p);

/* What the last Register or Decide answered. */
typedef struct answer {
    sj_status status;
    uint8_t id[SJ_ID_SIZE];
    Sijill__V1__RegistrationState state;
    uint32_t place; /* 0: none */
    Sijill__V1__Outcome outcome;
    bool marks_dropped;
} answer;
answer scene_answer(scene *s);
/* Register a plain participant. */
answer scene_register(scene *s, const char *email);
answer scene_decide(scene *s, const uint8_t id[SJ_ID_SIZE], Sijill__V1__Decision decision);
sj_status scene_state(scene *s, Sijill__V1__EventState state);

/* One registration as it is now; lives until the next job. */
Sijill__V1__RegistrationView *scene_view(scene *s, const uint8_t id[SJ_ID_SIZE]);
Sijill__V1__RegistrationState scene_state_of(scene *s, const uint8_t id[SJ_ID_SIZE]);
Sijill__V1__EventView *scene_event(scene *s);

/* Point a message's text at a literal that nobody writes to. */
char *text(const char *literal);

/* Of which organisation the last record of the outbox is. */
uint64_t scene_last_org(scene *s);

/* Damage: write or take away a row behind the core's back. */
void scene_put(scene *s, unsigned table, const sj_key *key, sj_bytes value);
void scene_delete(scene *s, unsigned table, const sj_key *key);
/* The row as it is stored; lives until the next job. */
sj_bytes scene_get(scene *s, unsigned table, const sj_key *key);

/* Whether a job changed no row at all. */
void assert_same_store(scene *s, const uint8_t digest[32]);
