/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registration's EventChanged: what verdicts need of an event.  Every verdict of it is looked at
 * again, by the pulse, because there may be thousands; the walk's end sets the timer for the
 * event's end.
 */
#include "services/attendance/handlers.h"
#include "services/attendance/rows.h"
#include "services/attendance/timer.h"
#include "services/attendance/verdict.h"

#include <string.h>

/* The breaks that lie in the session, rising: arithmetic relies on it, whoever sent them. */
static void
put_breaks(const Sijill__V1__Session *in, Sijill__V1__AttendanceSessionRow *row)
{
    for (size_t i = 0; i < in->n_breaks; i++) {
        uint64_t from = in->breaks[i]->starts_ms;
        uint64_t to = in->breaks[i]->ends_ms;
        size_t at = row->n_breaks;

        from = from < in->starts_ms ? in->starts_ms : from;
        to = to > in->ends_ms ? in->ends_ms : to;
        if (from >= to)
            continue;
        while (at > 0 && row->breaks[at - 2] > from) {
            row->breaks[at] = row->breaks[at - 2];
            row->breaks[at + 1] = row->breaks[at - 1];
            at -= 2;
        }
        row->breaks[at] = from;
        row->breaks[at + 1] = to;
        row->n_breaks += 2;
    }
}

static Sijill__V1__AttendanceSessionRow *
session_row(sj_txn *txn, const Sijill__V1__Session *in)
{
    sj_arena *arena = sj_txn_arena(txn);
    Sijill__V1__AttendanceSessionRow *row = sj_arena_take(arena, sizeof(*row));
    uint64_t *breaks = sj_arena_take(arena, 2 * in->n_breaks * sizeof(breaks[0]));

    if (row == NULL || breaks == NULL)
        return NULL;
    sijill__v1__attendance_session_row__init(row);
    row->has_number = row->has_starts_ms = row->has_ends_ms = row->has_mandatory = 1;
    row->number = in->number;
    row->starts_ms = in->starts_ms;
    row->ends_ms = in->ends_ms;
    row->mandatory = in->mandatory;
    row->breaks = breaks;
    put_breaks(in, row);
    return row;
}

/* An event ends with its last session, or later if it says so. */
static bool
event_row(sj_txn *txn, const Sijill__V1__EventChanged *in, Sijill__V1__AttendanceEventRow *row)
{
    const Sijill__V1__Event *event = in->event;
    Sijill__V1__AttendanceSessionRow **sessions =
        sj_arena_take(sj_txn_arena(txn), event->n_sessions * sizeof(sessions[0]));

    sijill__v1__attendance_event_row__init(row);
    row->has_threshold = row->has_state = row->has_ends_ms = 1;
    row->threshold = event->rules != NULL && event->rules->has_threshold ? event->rules->threshold
                                                                         : VERDICT_THRESHOLD;
    row->state = (uint32_t) in->state;
    row->ends_ms = event->ends_ms;
    for (size_t i = 0; sessions != NULL && i < event->n_sessions; i++) {
        sessions[i] = session_row(txn, event->sessions[i]);
        if (sessions[i] == NULL)
            sessions = NULL;
        else if (sessions[i]->ends_ms > row->ends_ms)
            row->ends_ms = sessions[i]->ends_ms;
    }
    row->n_session = event->n_sessions;
    row->session = sessions;
    if (sessions == NULL)
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the event needs more memory than a command may have");
    return sessions != NULL;
}

sj_status
attendance_follow_event(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__EventChanged *in =
        sj_decode(txn, cmd, &sijill__v1__event_changed__descriptor, reply);
    Sijill__V1__AttendanceEventRow row;
    attendance_scope scope;
    sj_bytes before, after;
    sj_key key;

    if (in == NULL)
        return reply->status;
    if (in->event == NULL || !sj_is_id(in->event->has_id, in->event->id))
        return sj_refuse_field(txn, reply, "event", "an event has an id of 16 octets");
    if (!event_row(txn, in, &row))
        return sj_accept(txn, reply, NULL);
    scope = attendance_scope_of(txn, cmd->org, in->event->id);
    key = attendance_key(&scope);
    after = sj_pack(txn, &row.base);
    if (sj_get(txn, ATTENDANCE_EVENT, &key, &before) && sj_bytes_equal(before, after))
        return sj_accept(txn, reply, NULL);
    sj_put(txn, ATTENDANCE_EVENT, &key, after);
    attendance_timer_recompute(&scope, cmd->now_ms);
    return sj_accept(txn, reply, NULL);
}
