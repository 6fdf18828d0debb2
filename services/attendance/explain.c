/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One verdict with all it stands on: the sessions with their intervals, and the evidence in the
 * order it counts.
 */
#include "services/attendance/handlers.h"
#include "services/attendance/limits.h"
#include "services/attendance/piece.h"
#include "services/attendance/view.h"

#include <string.h>

/* The intervals of one session; how many there are. */
static size_t
show_intervals(sj_txn *txn, const attendance_assessment *found, size_t session, size_t room,
               Sijill__V1__SessionVerdict *out)
{
    sj_arena *arena = sj_txn_arena(txn);
    verdict_interval *intervals = sj_arena_take(arena, room * sizeof(intervals[0]));
    Sijill__V1__Interval **at = sj_arena_take(arena, room * sizeof(at[0]));
    Sijill__V1__Interval *shown = sj_arena_take(arena, room * sizeof(shown[0]));
    size_t count;

    if (intervals == NULL || at == NULL || shown == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "the page needs more memory than a query may have");
        return 0;
    }
    count = verdict_present(&found->question, session, &found->parts[session], intervals, room);
    out->n_present = count < room ? count : room;
    out->present = at;
    for (size_t i = 0; i < out->n_present; i++) {
        sijill__v1__interval__init(&shown[i]);
        shown[i].has_starts_ms = shown[i].has_ends_ms = 1;
        shown[i].starts_ms = intervals[i].starts_ms;
        shown[i].ends_ms = intervals[i].ends_ms;
        at[i] = &shown[i];
    }
    return count;
}

/* False: there are more than fit. */
static bool
show_all_intervals(sj_txn *txn, const attendance_assessment *found, Sijill__V1__Verdict *verdict)
{
    verdict_interval none;
    size_t room = ATTENDANCE_INTERVALS_MAX;

    for (size_t i = 0; i < verdict->n_session; i++) {
        size_t count = verdict_present(&found->question, i, &found->parts[i], &none, 0);
        size_t fits = count < room ? count : room;

        (void) show_intervals(txn, found, i, fits, verdict->session[i]);
        room -= fits;
        if (fits < count)
            return false;
    }
    return true;
}

static Sijill__V1__EvidenceView *
show_piece(const attendance_scope *scope, const verdict_evidence *piece)
{
    Sijill__V1__EvidenceView *view = sj_arena_take(sj_txn_arena(scope->txn), sizeof(*view));
    const Sijill__V1__AttendanceEvidenceRow *row;
    const Sijill__V1__AttendanceBucketRow *bucket = NULL;
    attendance_place place;

    if (view == NULL || !attendance_nonce_get(scope, piece->id, &place))
        return NULL;
    row = attendance_evidence_get(scope, &place);
    if (row == NULL)
        return NULL;
    if (place.subject.kind == ATTENDANCE_OF_IDENTITY)
        bucket = attendance_bucket_get(scope, &place.subject);
    attendance_piece_show(scope, &place, row, bucket, view);
    view->n_flag = attendance_view_flags(scope->txn, piece->flags, &view->flag);
    view->has_voided = view->voided = piece->voided;
    return view;
}

/* A platform's end that no join needed is not this person's. */
static bool
shown(const verdict_evidence *piece)
{
    return piece->kind != SIJILL__V1__EVIDENCE_KIND__PLATFORM_END || piece->relied;
}

static void
show_evidence(const attendance_scope *scope, const attendance_assessment *found,
              Sijill__V1__Explanation *out)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    size_t begin;

    out->evidence = sj_arena_take(arena, ATTENDANCE_EXPLAINED_MAX * sizeof(out->evidence[0]));
    begin = sj_arena_mark(arena);
    for (size_t i = 0; out->evidence != NULL && i < found->question.count; i++) {
        const verdict_evidence *piece = &found->question.evidence[i];

        if (!shown(piece))
            continue;
        if (out->n_evidence == ATTENDANCE_EXPLAINED_MAX ||
            sj_arena_mark(arena) - begin > ATTENDANCE_EXPLAINED_ARENA) {
            out->has_more_evidence = out->more_evidence = 1;
            return;
        }
        out->evidence[out->n_evidence] = show_piece(scope, piece);
        if (out->evidence[out->n_evidence] == NULL)
            return;
        out->n_evidence++;
    }
}

sj_status
attendance_explain(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ExplainVerdict *in =
        sj_decode(txn, cmd, &sijill__v1__explain_verdict__descriptor, reply);
    const Sijill__V1__AttendanceRegistrationRow *row;
    const Sijill__V1__AttendanceEventRow *event;
    Sijill__V1__Explanation out;
    attendance_assessment found;
    attendance_scope scope;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (!sj_is_id(in->has_registration_id, in->registration_id))
        return sj_refuse_field(txn, reply, "registration_id",
                               "name the registration by its id of 16 octets");
    scope = attendance_scope_of(txn, cmd->org, in->event_id);
    event = attendance_event_get(&scope);
    row = event == NULL ? NULL : attendance_registration_get(&scope, in->registration_id.data);
    if (row == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND,
                         event == NULL ? "no such event here"
                                       : "no such registration at this event; evidence that waits "
                                         "for one is listed as unmatched");
    sijill__v1__explanation__init(&out);
    out.row = attendance_view_begin(txn, in->registration_id, row, event->n_session);
    if (out.row == NULL ||
        !attendance_assess(&scope, event, in->registration_id.data, row, sj_now(txn), &found))
        return sj_accept(txn, reply, NULL);
    attendance_view_verdict(&found, out.row);
    show_evidence(&scope, &found, &out);
    if (!show_all_intervals(txn, &found, out.row->verdict))
        out.has_more_evidence = out.more_evidence = 1;
    return sj_accept(txn, reply, &out.base);
}
