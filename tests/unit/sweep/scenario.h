/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scenario: for each core a story that meets every route with one instance it accepts and one it
 * refuses.  The story of attendance follows what registration's told, that of certificate both:
 * the records are the real ones.
 */
#include "tests/unit/sweep/tape.h"

/* Times of the stories: the course has two days, the webinar one session before them. */
#define SCENARIO_NOW UINT64_C(1750000000000)
#define SCENARIO_HOUR UINT64_C(3600000)
#define SCENARIO_STARTS (SCENARIO_NOW + 24 * SCENARIO_HOUR)
#define SCENARIO_ENDS (SCENARIO_STARTS + 31 * SCENARIO_HOUR)

enum { SCENARIO_PEOPLE = 8 };

/* Who and what the stories are about. */
typedef struct cast {
    uint8_t course[SJ_ID_SIZE];                  /* two sessions, capacity 3, a line */
    uint8_t webinar[SJ_ID_SIZE];                 /* needs approval; automatic certificates */
    uint8_t people[SCENARIO_PEOPLE][SJ_ID_SIZE]; /* registrations at the course */
    uint8_t viewer[SJ_ID_SIZE];                  /* registration at the webinar */
    uint8_t certificate[SJ_ID_SIZE];
} cast;

typedef void scenario(tape *t, cast *c);

scenario scenario_registration;
/* The part of it that is about platforms. */
scenario scenario_platform;
/* ... and about keys. */
scenario scenario_keys;
/* The tape has followed registration's. */
scenario scenario_attendance;
/* The tape has followed registration's and attendance's. */
scenario scenario_certificate;

/* What every core answers: 952, of all and of one event. */
void scenario_common(tape *t, const uint8_t event[SJ_ID_SIZE]);

/* All three, one after the other; small: without the crowd. */
typedef struct stories {
    tape registration, attendance, certificate;
} stories;
void stories_tell(stories *s, bool small);
void stories_forget(stories *s);

/* Point a message's text at a literal that nobody writes to. */
char *literal(const char *text);
