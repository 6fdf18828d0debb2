/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/connection.h"

#include "services/attendance/limits.h"

#include <string.h>

void
attendance_connection_note(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
                           const attendance_subject *subject, bool alone)
{
    sj_key on = attendance_key_on(scope, connection, subject);

    if (sj_exists(scope->txn, ATTENDANCE_CONNECTION, &on))
        return;
    attendance_put_bare(scope, ATTENDANCE_CONNECTION, &on);
    if (alone)
        attendance_connection_follow(scope, connection, connection);
}

void
attendance_connection_follow(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
                             const uint8_t bound_to[SJ_ID_SIZE])
{
    sj_key follower = attendance_key_pair(scope, bound_to, connection);

    if (!sj_exists(scope->txn, ATTENDANCE_FOLLOWER, &follower))
        attendance_put_bare(scope, ATTENDANCE_FOLLOWER, &follower);
}

bool
attendance_connections_matter(const attendance_scope *scope)
{
    size_t mark = sj_arena_mark(sj_txn_arena(scope->txn));
    sj_key prefix = attendance_key(scope);
    sj_scan scan;
    bool any;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_FOLLOWER, &prefix, NULL);
    any = sj_scan_next(&scan);
    sj_arena_release(sj_txn_arena(scope->txn), mark);
    return any;
}

/* Whether a VOID that stands takes the piece back; *left: how many may still be looked at. */
static bool
taken_back(const attendance_scope *scope, const uint8_t id[SJ_ID_SIZE], size_t *left)
{
    attendance_subject subject = { .kind = ATTENDANCE_OF_EVIDENCE };
    sj_key prefix;
    sj_scan scan;

    memcpy(subject.id, id, SJ_ID_SIZE);
    prefix = attendance_key_subject(scope, &subject);
    sj_scan_begin(&scan, scope->txn, ATTENDANCE_EVIDENCE, &prefix, NULL);
    while (*left > 0 && sj_scan_next(&scan)) {
        const Sijill__V1__AttendanceEvidenceRow *row =
            sj_unpack(scope->txn, &sijill__v1__attendance_evidence_row__descriptor, scan.value);

        --*left;
        if (row == NULL || !taken_back(scope, row->id.data, left))
            return true;
    }
    return false;
}

static bool
find_bind(const attendance_scope *scope, const attendance_subject *subject,
          uint8_t bind[SJ_ID_SIZE], uint8_t bound_to[SJ_ID_SIZE])
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_subject(scope, subject);
    size_t mark = sj_arena_mark(arena);
    bool found = false;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_EVIDENCE, &prefix, NULL);
    while (sj_scan_next(&scan)) { /* in order of time: the last one stays */
        const Sijill__V1__AttendanceEvidenceRow *row =
            sj_unpack(scope->txn, &sijill__v1__attendance_evidence_row__descriptor, scan.value);
        size_t left = ATTENDANCE_VOIDS_LOOKED;

        if (row == NULL)
            break;
        if (!taken_back(scope, row->id.data, &left)) {
            memcpy(bind, row->id.data, SJ_ID_SIZE);
            attendance_connection_key(scope->txn, row->bound_to, bound_to);
            found = true;
        }
        sj_arena_release(arena, mark);
    }
    return found;
}

bool
attendance_connection_bound(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
                            uint8_t bind[SJ_ID_SIZE], uint8_t bound_to[SJ_ID_SIZE])
{
    attendance_subject subject = { .kind = ATTENDANCE_OF_CONNECTION };

    memcpy(subject.id, connection, SJ_ID_SIZE);
    return find_bind(scope, &subject, bind, bound_to);
}

/* Whose names were seen on a connection: of one registration, of several, of none. */
typedef struct seen {
    size_t count;
    uint8_t registration[SJ_ID_SIZE]; /* the first */
    bool several;
} seen;

static void
see(seen *who, const uint8_t registration[SJ_ID_SIZE])
{
    if (who->count++ == 0)
        memcpy(who->registration, registration, SJ_ID_SIZE);
    else if (memcmp(who->registration, registration, SJ_ID_SIZE) != 0)
        who->several = true;
}

static void
see_subject(const attendance_scope *scope, const attendance_subject *subject, seen *named,
            seen *matched)
{
    const Sijill__V1__AttendanceBucketRow *bucket;
    uint8_t owner[SJ_ID_SIZE];

    if (subject->kind == ATTENDANCE_OF_REGISTRATION) {
        sj_key key = attendance_key_id(scope, subject->id);

        if (sj_exists(scope->txn, ATTENDANCE_REGISTRATION, &key))
            see(named, subject->id);
        return;
    }
    bucket = attendance_bucket_get(scope, subject);
    if (bucket != NULL && attendance_owner_by_names(scope, bucket, owner, NULL))
        see(bucket->has_connection_key ? matched : named, owner);
}

/* By names of their own first; a display name that a human matched only where there are none. */
static seen
who_is_on(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE])
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_id(scope, connection);
    size_t mark = sj_arena_mark(arena);
    seen named = { .count = 0 };
    seen matched = { .count = 0 };
    size_t looked = 0;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_CONNECTION, &prefix, NULL);
    while (sj_scan_next(&scan)) {
        attendance_subject subject = attendance_key_read_on(scan.key);

        if (looked++ == ATTENDANCE_NAMESAKES_MAX) {
            named.count = looked;
            named.several = true;
            break;
        }
        see_subject(scope, &subject, &named, &matched);
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
    return named.count > 0 ? named : matched;
}

bool
attendance_connection_owner(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
                            uint8_t registration[SJ_ID_SIZE])
{
    uint8_t at[SJ_ID_SIZE];

    memcpy(at, connection, SJ_ID_SIZE);
    for (int i = 0; i < ATTENDANCE_BINDS_DEEP; i++) {
        seen who = who_is_on(scope, at);
        uint8_t bind[SJ_ID_SIZE];
        uint8_t next[SJ_ID_SIZE];

        if (who.count > 0) {
            memcpy(registration, who.registration, SJ_ID_SIZE);
            return !who.several;
        }
        if (!attendance_connection_bound(scope, at, bind, next))
            return false;
        memcpy(at, next, SJ_ID_SIZE);
    }
    return false;
}

bool
attendance_owner(const attendance_scope *scope, const Sijill__V1__AttendanceBucketRow *bucket,
                 uint8_t registration[SJ_ID_SIZE])
{
    return attendance_owner_by_names(scope, bucket, registration, NULL) ||
           (bucket->has_connection_key &&
            attendance_connection_owner(scope, bucket->connection_key.data, registration));
}
