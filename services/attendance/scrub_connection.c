/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/connection.h"
#include "services/attendance/scrub.h"

#include <string.h>

static bool
names(sj_txn *txn, const char *text, const uint8_t key[SJ_ID_SIZE])
{
    uint8_t own[SJ_ID_SIZE];

    if (text == NULL)
        return false;
    attendance_connection_key(txn, text, own);
    return memcmp(own, key, SJ_ID_SIZE) == 0;
}

/* Whether the subject has evidence on the connection; bound_to: whether one binds it to that. */
static bool
has_piece(const attendance_scope *scope, const attendance_subject *subject,
          const uint8_t connection[SJ_ID_SIZE], const uint8_t *bound_to)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_subject(scope, subject);
    size_t mark = sj_arena_mark(arena);
    bool found = false;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_EVIDENCE, &prefix, NULL);
    while (!found && sj_scan_next(&scan)) {
        const Sijill__V1__AttendanceEvidenceRow *row =
            sj_unpack(scope->txn, &sijill__v1__attendance_evidence_row__descriptor, scan.value);

        found = row != NULL && names(scope->txn, row->connection, connection) &&
                (bound_to == NULL || names(scope->txn, row->bound_to, bound_to));
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
    return found;
}

static void
check_connection(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
                 sj_bytes value)
{
    const uint8_t *connection = attendance_key_part(key, 0);
    attendance_subject subject = attendance_key_read_on(key);

    (void) value;
    if (subject.kind != ATTENDANCE_OF_REGISTRATION && subject.kind != ATTENDANCE_OF_IDENTITY)
        attendance_scrub_report(scrubber, "a connection leads to nobody", scope, connection);
    else if (!has_piece(scope, &subject, connection, NULL))
        attendance_scrub_report(scrubber, "a connection leads to whom it did not see", scope,
                                subject.id);
}

static bool
someone_alone(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE])
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_id(scope, connection);
    size_t mark = sj_arena_mark(arena);
    bool found = false;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_CONNECTION, &prefix, NULL);
    while (!found && sj_scan_next(&scan)) {
        attendance_subject subject = attendance_key_read_on(scan.key);
        const Sijill__V1__AttendanceBucketRow *bucket = attendance_bucket_get(scope, &subject);

        found = bucket != NULL && bucket->has_connection_key;
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
    return found;
}

static void
check_follower(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
               sj_bytes value)
{
    const uint8_t *connection = attendance_key_part(key, 0);
    const uint8_t *follower = attendance_key_part(key, 1);
    attendance_subject bind = { .kind = ATTENDANCE_OF_CONNECTION };

    (void) value;
    memcpy(bind.id, follower, SJ_ID_SIZE);
    if (memcmp(connection, follower, SJ_ID_SIZE) == 0
            ? !someone_alone(scope, connection)
            : !has_piece(scope, &bind, follower, connection))
        attendance_scrub_report(scrubber, "a connection goes with another that nothing bound it to",
                                scope, follower);
}

/* The other way: what evidence leads to is there. */
static void
check_evidence(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
               sj_bytes value)
{
    const Sijill__V1__AttendanceEvidenceRow *row =
        sj_unpack(scope->txn, &sijill__v1__attendance_evidence_row__descriptor, value);
    attendance_place place = attendance_key_read_place(key);
    uint8_t connection[SJ_ID_SIZE];
    uint8_t bound_to[SJ_ID_SIZE];
    sj_key led;

    if (row == NULL || row->connection == NULL || place.subject.kind == ATTENDANCE_OF_ALL ||
        place.subject.kind == ATTENDANCE_OF_EVIDENCE)
        return;
    attendance_connection_key(scope->txn, row->connection, connection);
    if (row->bound_to == NULL) {
        led = attendance_key_on(scope, connection, &place.subject);
        if (!attendance_scrub_has(scope, ATTENDANCE_CONNECTION, &led))
            attendance_scrub_report(scrubber, "evidence cannot be found by its connection", scope,
                                    row->id.data);
        return;
    }
    attendance_connection_key(scope->txn, row->bound_to, bound_to);
    led = attendance_key_pair(scope, bound_to, connection);
    if (!attendance_scrub_has(scope, ATTENDANCE_FOLLOWER, &led))
        attendance_scrub_report(scrubber, "a bound connection cannot be found", scope,
                                row->id.data);
}

static void
check_alone(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
            sj_bytes value)
{
    const Sijill__V1__AttendanceBucketRow *row =
        sj_unpack(scope->txn, &sijill__v1__attendance_bucket_row__descriptor, value);
    sj_key follows;

    if (row == NULL || !row->has_connection_key)
        return;
    follows = attendance_key_pair(scope, row->connection_key.data, row->connection_key.data);
    if (!attendance_scrub_has(scope, ATTENDANCE_FOLLOWER, &follows))
        attendance_scrub_report(scrubber, "who goes by a connection cannot be found by it", scope,
                                attendance_key_read_subject(key).id);
}

void
attendance_scrub_connections(const attendance_scrubber *scrubber)
{
    attendance_scrub_table(scrubber, ATTENDANCE_EVIDENCE, check_evidence);
    attendance_scrub_table(scrubber, ATTENDANCE_BUCKET, check_alone);
    attendance_scrub_table(scrubber, ATTENDANCE_CONNECTION, check_connection);
    attendance_scrub_table(scrubber, ATTENDANCE_FOLLOWER, check_follower);
}
