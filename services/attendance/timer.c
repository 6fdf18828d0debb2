/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/timer.h"

#include "services/attendance/assess.h"

#include <assert.h>
#include <string.h>

enum {
    ROWS_LOOKED = 1,  /* a verdict that holds is read only, but a walk over many must end too */
    ROWS_CHANGED = 2, /* the verdict and its record */
    ROWS_TIMER = 3,   /* the timer, its old and its new place in the due table */
};

static Sijill__V1__AttendanceTimerRow *
timer_get(const attendance_scope *scope)
{
    sj_key key = attendance_key(scope);

    return sj_row_get(scope->txn, ATTENDANCE_TIMER, &key,
                      &sijill__v1__attendance_timer_row__descriptor);
}

static void
timer_stop(const attendance_scope *scope, const Sijill__V1__AttendanceTimerRow *timer)
{
    sj_key key = attendance_key(scope);
    sj_key due = attendance_key_due(scope, timer->at_ms);

    sj_delete(scope->txn, ATTENDANCE_TIMER, &key);
    sj_delete(scope->txn, ATTENDANCE_DUE, &due);
}

/* After `old` (NULL: there was none), from the first registration. */
static void
timer_start(const attendance_scope *scope, const Sijill__V1__AttendanceTimerRow *old,
            uint64_t at_ms)
{
    sj_key key = attendance_key(scope);
    sj_key due = attendance_key_due(scope, at_ms);
    Sijill__V1__AttendanceTimerRow timer;

    if (old != NULL && old->at_ms != at_ms) {
        sj_key before = attendance_key_due(scope, old->at_ms);

        sj_delete(scope->txn, ATTENDANCE_DUE, &before);
    }
    sijill__v1__attendance_timer_row__init(&timer);
    timer.has_at_ms = 1;
    timer.at_ms = at_ms;
    sj_row_put(scope->txn, ATTENDANCE_TIMER, &key, &timer.base);
    attendance_put_bare(scope, ATTENDANCE_DUE, &due);
}

void
attendance_timer_recompute(const attendance_scope *scope, uint64_t now_ms)
{
    size_t mark = sj_arena_mark(sj_txn_arena(scope->txn));
    const Sijill__V1__AttendanceTimerRow *timer = timer_get(scope);

    if (timer == NULL || timer->at_ms > now_ms || timer->has_after)
        timer_start(scope, timer, now_ms);
    sj_arena_release(sj_txn_arena(scope->txn), mark);
}

static void
timer_go_on(const attendance_scope *scope, Sijill__V1__AttendanceTimerRow *timer,
            const uint8_t after[SJ_ID_SIZE], uint64_t now_ms)
{
    sj_key key = attendance_key(scope);

    if (!timer->has_began_ms) {
        timer->has_began_ms = 1;
        timer->began_ms = now_ms;
    }
    timer->has_after = 1;
    timer->after = sj_id_data(after);
    sj_row_put(scope->txn, ATTENDANCE_TIMER, &key, &timer->base);
}

/* A walk that began before the event ended has seen none or not all of its end. */
static void
timer_end(const attendance_scope *scope, const Sijill__V1__AttendanceTimerRow *timer,
          const Sijill__V1__AttendanceEventRow *event, uint64_t now_ms)
{
    uint64_t began_ms = timer->has_began_ms ? timer->began_ms : now_ms;

    if (event != NULL && event->ends_ms > began_ms)
        timer_start(scope, timer, event->ends_ms);
    else
        timer_stop(scope, timer);
}

size_t
attendance_timer_walk(const attendance_scope *scope, uint64_t at_ms, uint64_t now_ms, size_t rows)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    Sijill__V1__AttendanceTimerRow *timer = timer_get(scope);
    const Sijill__V1__AttendanceEventRow *event = attendance_event_get(scope);
    sj_key prefix = attendance_key(scope);
    size_t touched = ROWS_TIMER;
    size_t mark = sj_arena_mark(arena);
    sj_scan scan;

    assert(timer != NULL ? timer->at_ms == at_ms : sj_txn_fault(scope->txn) != SJ_FAULT_NONE);
    if (timer == NULL)
        return touched;
    if (timer->has_after) {
        sj_key after = attendance_key_id(scope, timer->after.data);

        sj_scan_begin_after(&scan, scope->txn, ATTENDANCE_REGISTRATION, &prefix, &after);
    } else {
        sj_scan_begin(&scan, scope->txn, ATTENDANCE_REGISTRATION, &prefix, NULL);
    }
    while (event != NULL && sj_scan_next(&scan)) {
        uint8_t registration[SJ_ID_SIZE];

        memcpy(registration, attendance_key_part(scan.key, 0), SJ_ID_SIZE);
        sj_arena_release(arena, mark);
        touched += attendance_settle(scope, event, registration, NULL, now_ms) ? ROWS_CHANGED
                                                                               : ROWS_LOOKED;
        if (touched + ROWS_CHANGED > rows) {
            timer_go_on(scope, timer, registration, now_ms);
            return touched;
        }
    }
    timer_end(scope, timer, event, now_ms);
    return touched;
}
