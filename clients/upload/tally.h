/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * tally: who a report says was there, beside what the ledger says: the registrations of one event
 * and the presence that a file tells of each, counted by the rule of docs/attendance.md: the union
 * of all that is one person's, within each session less its breaks.
 *
 * People are found by the platform's id of their registration, by its own id, and by e-mail; never
 * by what they call themselves.  Memory follows the number of people and rows of one event.
 */
#include <stdbool.h>

#include "clients/c/sijill.h"
#include "clients/upload/spans.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

#define TALLY_NOBODY UINT32_MAX /* more than an enum may hold */

enum {
    TALLY_SPANS_MAX = 4 * 1000 * 1000, /* of one file: 128 MiB */
    TALLY_WINDOWS_MAX = 1024,          /* pieces of sessions between breaks */
};

#define TALLY_NOBODY UINT32_MAX

typedef struct tally tally;

typedef struct tally_person {
    uint8_t id[SIJILL_ID_SIZE]; /* of the registration */
    bool registered;
    bool live;                              /* pending, waitlisted or confirmed */
    const char *name, *email, *external_id; /* "" when there is none */
    uint64_t ledger_seconds;
    uint32_t first, last; /* spans, 0: none */
    uint32_t rows;
    bool missing; /* some span is not in the ledger */
} tally_person;

tally *tally_open(const Sijill__V1__Event *event);
void tally_close(tally **t);
void tally_registration(tally *t, const Sijill__V1__AttendanceRow *row);
/* Whose presence it is; TALLY_NOBODY: of none who is registered. */
uint32_t tally_find(const tally *t, const char *registrant, const char *email);
/* One who is not registered, by the strongest name there is; made at first meeting. */
uint32_t tally_stranger(tally *t, const char *registrant, const char *email, const char *name);
/* Its number; 0: more than TALLY_SPANS_MAX. */
uint32_t tally_add(tally *t, uint32_t who, uint64_t from_ms, uint64_t to_ms);

uint32_t tally_count(const tally *t);
tally_person *tally_at(const tally *t, uint32_t who);
/* By the report. */
uint64_t tally_seconds(tally *t, uint32_t who);
/* Whether any of it is inside a session. */
bool tally_inside(const tally *t, uint32_t number);
/* What only the report has of a person, and what only the ledger has; marks the spans it lacks.
 * The lists are the tally's until the next call. */
typedef struct tally_gaps {
    const span *missing;
    size_t missing_count;
    const span *extra;
    size_t extra_count;
} tally_gaps;
tally_gaps tally_compare(tally *t, uint32_t who, const span *ledger, size_t count);
/* After tally_compare: the ledger lacks some of it. */
bool tally_lacks(const tally *t, uint32_t number);
