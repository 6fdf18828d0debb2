/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * load: all evidence that is one registration's, as the verdict wants it: its own, that of the
 * identities it owns, what goes by their connections, the platform's ends, and what takes any of
 * these back.
 */
#include "services/attendance/rows.h"
#include "services/attendance/verdict.h"

typedef struct attendance_load {
    verdict_evidence *pieces; /* room for ATTENDANCE_EVIDENCE_MAX, in the arena */
    size_t count;
    bool too_much;                      /* there is more than that */
    uint8_t (*connections)[SJ_ID_SIZE]; /* met on the way, each once, where they matter; NULL: they
                                           are not gathered */
    size_t connection_count;
    bool asked, matter; /* whether the event's connections matter */
} attendance_load;

/* One piece as the verdict sees it. */
void attendance_piece(const attendance_scope *scope, const attendance_place *place,
                      const Sijill__V1__AttendanceEvidenceRow *row, verdict_evidence *piece);

/* Room for pieces; false with a fault. */
bool attendance_load_begin(sj_txn *txn, attendance_load *load);
/* Behind the pieces, all that takes them back. */
void attendance_load_voids(const attendance_scope *scope, attendance_load *load);

void attendance_load_all(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
                         const Sijill__V1__AttendanceRegistrationRow *row, attendance_load *load);
