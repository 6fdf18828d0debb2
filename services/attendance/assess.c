/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/assess.h"

#include "services/attendance/connection.h"
#include "services/attendance/timer.h"
#include "services/core/identity.h"

#include <string.h>

enum { VERDICT_CHANGED = 230 };

static bool
fail_memory(sj_txn *txn)
{
    sj_txn_fail(txn, SJ_FAULT_ARENA, "a verdict needs more memory than a command has");
    return false;
}

void
attendance_sessions(sj_txn *txn, const Sijill__V1__AttendanceEventRow *event,
                    verdict_question *question)
{
    verdict_session *sessions =
        sj_arena_take(sj_txn_arena(txn), event->n_session * sizeof(sessions[0]));

    memset(question, 0, sizeof(*question));
    question->threshold = event->threshold;
    question->ends_ms = event->ends_ms;
    question->cancelled = event->state == SIJILL__V1__EVENT_STATE__EVENT_CANCELLED;
    if (sessions == NULL) {
        (void) fail_memory(txn);
        return;
    }
    for (size_t i = 0; i < event->n_session; i++) {
        const Sijill__V1__AttendanceSessionRow *row = event->session[i];

        sessions[i] = (verdict_session){ .number = row->number,
                                         .mandatory = row->mandatory,
                                         .starts_ms = row->starts_ms,
                                         .ends_ms = row->ends_ms,
                                         .breaks = row->breaks,
                                         .break_count = row->n_breaks / 2 };
    }
    question->sessions = sessions;
    question->session_count = event->n_session;
}

static bool
hash_evidence(sj_txn *txn, attendance_assessment *found)
{
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    size_t size = found->answer.standing * SJ_ID_SIZE;
    uint8_t *ids = sj_arena_take(sj_txn_arena(txn), size);
    uint8_t *at = ids;

    if (ids == NULL)
        return fail_memory(txn);
    for (size_t i = 0; i < found->question.count; i++) {
        if (!verdict_stands(&found->question.evidence[i]))
            continue;
        memcpy(at, found->question.evidence[i].id, SJ_ID_SIZE);
        at += SJ_ID_SIZE;
    }
    sj_hash((sj_bytes){ ids, size }, found->evidence_hash);
    sj_arena_release(sj_txn_arena(txn), mark);
    return true;
}

/* All but the hash of the evidence. */
static bool
assess(const attendance_scope *scope, const Sijill__V1__AttendanceEventRow *event,
       const uint8_t registration[SJ_ID_SIZE], const Sijill__V1__AttendanceRegistrationRow *row,
       uint64_t now_ms, attendance_assessment *found)
{
    attendance_load load;

    memset(found, 0, sizeof(*found));
    attendance_sessions(scope->txn, event, &found->question);
    found->parts =
        sj_arena_take(sj_txn_arena(scope->txn), event->n_session * sizeof(found->parts[0]));
    attendance_load_all(scope, registration, row, &load);
    if (sj_txn_fault(scope->txn) != SJ_FAULT_NONE)
        return false;
    if (found->parts == NULL)
        return fail_memory(scope->txn);
    found->question.evidence = load.pieces;
    found->question.count = load.count;
    found->question.now_ms = now_ms;
    found->question.confirmed = row->state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED;
    verdict_reach(&found->question, found->parts, &found->answer);
    if (load.too_much)
        found->answer.flags |= verdict_flag(SIJILL__V1__FLAG__TOO_MUCH);
    return true;
}

bool
attendance_assess(const attendance_scope *scope, const Sijill__V1__AttendanceEventRow *event,
                  const uint8_t registration[SJ_ID_SIZE],
                  const Sijill__V1__AttendanceRegistrationRow *row, uint64_t now_ms,
                  attendance_assessment *found)
{
    return assess(scope, event, registration, row, now_ms, found) &&
           hash_evidence(scope->txn, found);
}

bool
attendance_worth_telling(const attendance_assessment *found)
{
    return found->answer.standing > 0 ||
           (found->question.confirmed &&
            found->answer.value != SIJILL__V1__VERDICT_VALUE__UNDECIDED);
}

bool
attendance_told(const attendance_assessment *found, const Sijill__V1__AttendanceVerdictRow *row)
{
    return row->value == (uint32_t) found->answer.value && row->seconds == found->answer.seconds &&
           row->scheduled == found->answer.scheduled && row->share == found->answer.share &&
           row->threshold == found->question.threshold &&
           row->rule_version == VERDICT_RULE_VERSION && row->evidence_hash.len == SJ_ID_SIZE &&
           memcmp(row->evidence_hash.data, found->evidence_hash, SJ_ID_SIZE) == 0;
}

static void
keep(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
     const attendance_assessment *found)
{
    sj_key key = attendance_key_id(scope, registration);
    Sijill__V1__AttendanceVerdictRow row;

    sijill__v1__attendance_verdict_row__init(&row);
    row.has_value = row.has_seconds = row.has_scheduled = row.has_share = 1;
    row.has_threshold = row.has_rule_version = row.has_evidence_hash = 1;
    row.value = (uint32_t) found->answer.value;
    row.seconds = found->answer.seconds;
    row.scheduled = found->answer.scheduled;
    row.share = found->answer.share;
    row.threshold = found->question.threshold;
    row.rule_version = VERDICT_RULE_VERSION;
    row.evidence_hash = sj_id_data(found->evidence_hash);
    sj_row_put(scope->txn, ATTENDANCE_VERDICT, &key, &row.base);
}

static void
tell(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
     const attendance_assessment *found)
{
    Sijill__V1__VerdictChanged record;

    sijill__v1__verdict_changed__init(&record);
    record.has_event_id = record.has_registration_id = record.has_value = 1;
    record.has_seconds = record.has_scheduled = record.has_share = 1;
    record.has_threshold = record.has_rule_version = record.has_evidence_hash = 1;
    record.event_id = sj_id_data(scope->event);
    record.registration_id = sj_id_data(registration);
    record.value = found->answer.value;
    record.seconds = found->answer.seconds;
    record.scheduled = found->answer.scheduled;
    record.share = found->answer.share;
    record.threshold = found->question.threshold;
    record.rule_version = VERDICT_RULE_VERSION;
    record.evidence_hash = sj_id_data(found->evidence_hash);
    sj_emit_message(scope->txn, VERDICT_CHANGED, &record.base, NULL);
}

static bool
settle(const attendance_scope *scope, const Sijill__V1__AttendanceEventRow *event,
       const uint8_t registration[SJ_ID_SIZE], const Sijill__V1__AttendanceRegistrationRow *row,
       uint64_t now_ms)
{
    const Sijill__V1__AttendanceVerdictRow *last;
    attendance_assessment found;

    if (row == NULL)
        row = attendance_registration_get(scope, registration);
    if (row == NULL || !assess(scope, event, registration, row, now_ms, &found))
        return false;
    last = attendance_verdict_get(scope, registration);
    if (last == NULL && !attendance_worth_telling(&found))
        return false;
    if (!hash_evidence(scope->txn, &found) || (last != NULL && attendance_told(&found, last)))
        return false;
    keep(scope, registration, &found);
    tell(scope, registration, &found);
    return true;
}

bool
attendance_settle(const attendance_scope *scope, const Sijill__V1__AttendanceEventRow *event,
                  const uint8_t registration[SJ_ID_SIZE],
                  const Sijill__V1__AttendanceRegistrationRow *row, uint64_t now_ms)
{
    size_t mark = sj_arena_mark(sj_txn_arena(scope->txn));
    bool changed = settle(scope, event, registration, row, now_ms);

    sj_arena_release(sj_txn_arena(scope->txn), mark);
    return changed;
}

void
attendance_affect(attendance_affected *affected, const attendance_scope *scope,
                  const uint8_t registration[SJ_ID_SIZE], uint64_t now_ms)
{
    for (size_t i = 0; i < affected->count; i++)
        if (memcmp(affected->who[i].scope.event, scope->event, SJ_ID_SIZE) == 0 &&
            memcmp(affected->who[i].registration, registration, SJ_ID_SIZE) == 0)
            return;
    if (affected->count == ATTENDANCE_AFFECTED_MAX) {
        attendance_timer_recompute(scope, now_ms);
        return;
    }
    affected->who[affected->count].scope = *scope;
    memcpy(affected->who[affected->count].registration, registration, SJ_ID_SIZE);
    affected->who[affected->count].row = NULL;
    affected->count++;
}

void
attendance_affected_row(attendance_affected *affected, const uint8_t registration[SJ_ID_SIZE],
                        const Sijill__V1__AttendanceRegistrationRow *row)
{
    for (size_t i = 0; i < affected->count; i++)
        if (memcmp(affected->who[i].registration, registration, SJ_ID_SIZE) == 0)
            affected->who[i].row = row;
}

void
attendance_affect_connection(attendance_affected *affected, const attendance_scope *scope,
                             const uint8_t connection[SJ_ID_SIZE], uint64_t now_ms)
{
    uint8_t owner[SJ_ID_SIZE];

    if (attendance_connection_owner(scope, connection, owner))
        attendance_affect(affected, scope, owner, now_ms);
}

void
attendance_affect_connections(attendance_affected *affected, const attendance_scope *scope,
                              const attendance_subject *subject, uint64_t now_ms)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_subject(scope, subject);
    size_t mark = sj_arena_mark(arena);
    sj_scan scan;

    if (!attendance_connections_matter(scope))
        return;
    sj_scan_begin(&scan, scope->txn, ATTENDANCE_EVIDENCE, &prefix, NULL);
    while (sj_scan_next(&scan)) {
        const Sijill__V1__AttendanceEvidenceRow *row =
            sj_unpack(scope->txn, &sijill__v1__attendance_evidence_row__descriptor, scan.value);
        uint8_t connection[SJ_ID_SIZE];

        if (row != NULL && row->connection != NULL) {
            attendance_connection_key(scope->txn, row->connection, connection);
            attendance_affect_connection(affected, scope, connection, now_ms);
        }
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
}

bool
attendance_affect_key(attendance_affected *affected, const attendance_scope *scope,
                      const uint8_t key[SJ_ID_SIZE], uint64_t now_ms)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_id(scope, key);
    size_t mark = sj_arena_mark(arena);
    size_t looked = 0;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_IDENTITY, &prefix, NULL);
    while (sj_scan_next(&scan)) {
        attendance_subject subject = { .kind = ATTENDANCE_OF_IDENTITY };
        const Sijill__V1__AttendanceBucketRow *bucket;
        uint8_t owner[SJ_ID_SIZE];

        if (looked++ == ATTENDANCE_NAMESAKES_MAX) {
            attendance_timer_recompute(scope, now_ms);
            break;
        }
        memcpy(subject.id, attendance_key_part(scan.key, 1), SJ_ID_SIZE);
        bucket = attendance_bucket_get(scope, &subject);
        if (bucket != NULL && attendance_owner(scope, bucket, owner))
            attendance_affect(affected, scope, owner, now_ms);
        attendance_affect_connections(affected, scope, &subject, now_ms);
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
    return looked > 0;
}

void
attendance_settle_affected(const attendance_affected *affected, uint64_t now_ms)
{
    for (size_t i = 0; i < affected->count; i++) {
        const attendance_scope *scope = &affected->who[i].scope;
        size_t mark = sj_arena_mark(sj_txn_arena(scope->txn));
        const Sijill__V1__AttendanceEventRow *event = attendance_event_get(scope);

        if (event != NULL)
            (void) attendance_settle(scope, event, affected->who[i].registration,
                                     affected->who[i].row, now_ms);
        sj_arena_release(sj_txn_arena(scope->txn), mark);
    }
}
