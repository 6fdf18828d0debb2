/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * timer: when all verdicts of an event are looked at again: at once after a change that touches
 * all, and when the event ends.  One timer an event; the due table has them in order of time, and
 * the pulse walks the registrations.
 */
#include "services/attendance/rows.h"

/* Look at every verdict of the event again, from the first registration. */
void attendance_timer_recompute(const attendance_scope *scope, uint64_t now_ms);

/* Go on with the event that became due at `at_ms`: rows touched, at most `rows` and a few. */
size_t attendance_timer_walk(const attendance_scope *scope, uint64_t at_ms, uint64_t now_ms,
                             size_t rows);
