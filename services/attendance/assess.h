/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * assess: the verdict about one registration, from the rows; and settling it: what others were told
 * last is brought up to date.
 */
#include "services/attendance/limits.h"
#include "services/attendance/load.h"

typedef struct attendance_assessment {
    verdict_question question; /* with the evidence, marked by the verdict */
    verdict_part *parts;       /* one for each session */
    verdict_answer answer;
    uint8_t evidence_hash[16];
} attendance_assessment;

/* The sessions of an event as the verdict sees them; they borrow from the row. */
void attendance_sessions(sj_txn *txn, const Sijill__V1__AttendanceEventRow *event,
                         verdict_question *question);

/* False with a fault.  What it found lives in the arena. */
bool attendance_assess(const attendance_scope *scope, const Sijill__V1__AttendanceEventRow *event,
                       const uint8_t registration[SJ_ID_SIZE],
                       const Sijill__V1__AttendanceRegistrationRow *row, uint64_t now_ms,
                       attendance_assessment *found);

/* Whether a verdict that nobody was told of needs telling: nothing came and nothing is decided, or
 * nobody waits for it. */
bool attendance_worth_telling(const attendance_assessment *found);
bool attendance_told(const attendance_assessment *found,
                     const Sijill__V1__AttendanceVerdictRow *row);

/* Bring one verdict up to date; whether it changed.  `row`: the registration's, as it is stored
 * now; NULL: it is read here, and nothing is done when there is none yet. */
bool attendance_settle(const attendance_scope *scope, const Sijill__V1__AttendanceEventRow *event,
                       const uint8_t registration[SJ_ID_SIZE],
                       const Sijill__V1__AttendanceRegistrationRow *row, uint64_t now_ms);

/* Registrations whose verdicts a command may have changed. */
typedef struct attendance_affected {
    size_t count;
    struct {
        attendance_scope scope;
        uint8_t registration[SJ_ID_SIZE];
        const Sijill__V1__AttendanceRegistrationRow *row; /* as it was stored; NULL: not at hand */
    } who[ATTENDANCE_AFFECTED_MAX];
} attendance_affected;

void attendance_affect(attendance_affected *affected, const attendance_scope *scope,
                       const uint8_t registration[SJ_ID_SIZE], uint64_t now_ms);
/* The row of an affected registration, which the command has just stored: it need not be read
 * again.
 */
void attendance_affected_row(attendance_affected *affected, const uint8_t registration[SJ_ID_SIZE],
                             const Sijill__V1__AttendanceRegistrationRow *row);
/* Owners of all identities that carry the key, and of their connections: to be called before and
 * after the key's owner changes.  False: none carries it. */
bool attendance_affect_key(attendance_affected *affected, const attendance_scope *scope,
                           const uint8_t key[SJ_ID_SIZE], uint64_t now_ms);
/* Whom the connection is. */
void attendance_affect_connection(attendance_affected *affected, const attendance_scope *scope,
                                  const uint8_t connection[SJ_ID_SIZE], uint64_t now_ms);
/* Whose the connections are that a subject's evidence came over; nothing where no evidence of the
 * event goes by its connection. */
void attendance_affect_connections(attendance_affected *affected, const attendance_scope *scope,
                                   const attendance_subject *subject, uint64_t now_ms);
void attendance_settle_affected(const attendance_affected *affected, uint64_t now_ms);
