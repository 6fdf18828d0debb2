/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * words: sessions and evidence in short words, so that a case of the verdict is one line.
 *
 * Times are [day+]hours:minutes[:seconds], day 1 when not said.
 *   sessions  "1 9:00-12:00 break 10:30-10:45 must; 2 14:00-17:00"
 *   evidence  "in 9:00 c1; out 10:00 c1; scan 9:00 d1; leave 10:00; sheet 9:00; span 9:00-9:30;
 * mark late 9:05 a2; end 12:00; void 0" in, out: a platform's; scan, leave: a door's; sheet: an
 * imported list's check-in; seen: a platform's note; bind: of connection cN to bN.  Options: cN
 * connection, rN run of the platform's session, dN device, aN actor, sN session, qN device
 * sequence, off: the device's clock is wrong.  void N takes back piece N.
 */
#include "services/attendance/verdict.h"

enum { WORDS_SESSIONS = 8, WORDS_BREAKS = 8, WORDS_PIECES = 64 };

typedef struct words_case {
    verdict_session sessions[WORDS_SESSIONS];
    uint64_t breaks[WORDS_SESSIONS][2 * WORDS_BREAKS];
    size_t session_count;
    verdict_evidence pieces[WORDS_PIECES]; /* in the order in which they count */
    size_t count;
    uint64_t ends_ms;
    uint32_t bound_to[WORDS_PIECES]; /* bN, by order of the words */
} words_case;

/* Midnight of day 1: 2026-03-02, UTC. */
#define WORDS_DAY_ONE UINT64_C(1772409600000)

uint64_t words_time(const char *text);
void words_sessions(words_case *made, const char *text);
void words_evidence(words_case *made, const char *text);
