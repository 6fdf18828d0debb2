/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scene: an event, people, and what is observed of them, told to attendance's core in few words.
 * Ids are made of small numbers: event 1, registration 7.  The event's session 1 is 9:00 to 12:00
 * on day 1.
 */
#include "tests/unit/attendance/words.h"
#include "tests/unit/fixture.h"

#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

enum { SCENE_VERDICT_CHANGED = 230 };

typedef struct scene_id {
    uint8_t at[SJ_ID_SIZE];
} scene_id;

scene_id scene_make_id(uint8_t sort, uint32_t number);
ProtobufCBinaryData scene_data(const scene_id *id);
scene_id scene_event(uint32_t number);
scene_id scene_person(uint32_t number);
scene_id scene_nonce(uint32_t number);

int scene_open(void **state);

/* Registration's records.  `sessions` in words; time as words. */
void scene_define(fixture *f, uint32_t event, const char *sessions, uint32_t threshold,
                  Sijill__V1__EventState state, const char *now);
typedef struct scene_registration {
    uint32_t event; /* 0: 1 */
    uint32_t number;
    Sijill__V1__RegistrationState state; /* 0: CONFIRMED */
    const char *email;
    const char *source;
    const char *external_id;
    bool impersonal; /* without the personal part */
} scene_registration;
void scene_register(fixture *f, scene_registration person, const char *now);

/* A piece with all that must be there: platform's check-in at 9:00 of person 1 at event 1. */
typedef struct scene_piece {
    Sijill__V1__Evidence evidence;
    Sijill__V1__Identity identity;
    scene_id event, registration, nonce, voids;
} scene_piece;

/* `words` as in words.h, one clause; nonce: its number. */
void scene_make(scene_piece *piece, uint32_t nonce, const char *words);
/* Whose it is. */
void scene_of(scene_piece *piece, uint32_t registration);
void scene_called(scene_piece *piece, const char *platform, const char *registrant_id,
                  const char *email, const char *display_name);
sj_status scene_send(fixture *f, scene_piece *const *pieces, size_t count, const char *now);
/* The two above at once. */
sj_status scene_see(fixture *f, uint32_t registration, uint32_t nonce, const char *words,
                    const char *now);
sj_status scene_see_called(fixture *f, const char *platform, const char *registrant_id,
                           const char *email, const char *display_name, uint32_t nonce,
                           const char *words, const char *now);
sj_status scene_match(fixture *f, const char *platform, const char *registrant_id,
                      const char *email, const char *display_name, uint32_t registration,
                      const char *now);

sj_status scene_pulse(fixture *f, const char *now);
/* Until nothing is due. */
void scene_settle(fixture *f, const char *now);

sj_status scene_ask_to_explain(fixture *f, uint32_t registration, const char *now);
/* NULL: refused. */
Sijill__V1__Explanation *scene_explain(fixture *f, uint32_t registration, const char *now);
uint64_t scene_seconds(fixture *f, uint32_t registration, const char *now);
bool scene_flagged(const Sijill__V1__Verdict *verdict, Sijill__V1__Flag flag);
size_t scene_unmatched(fixture *f, const char *now);
size_t scene_told(fixture *f);
