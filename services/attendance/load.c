/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/load.h"

#include "services/attendance/connection.h"
#include "services/attendance/limits.h"
#include "services/core/identity.h"

#include <string.h>

static uint64_t
short_hash(const attendance_scope *scope, const char *text, size_t size)
{
    uint8_t hash[16];

    if (size == 0)
        return 0;
    sj_hash_keyed(scope->txn, (sj_bytes){ text, size }, hash);
    return sj_read_u64(hash) | 1;
}

static uint64_t
hash_name(const attendance_scope *scope, const char *text)
{
    return text == NULL ? 0 : short_hash(scope, text, strlen(text));
}

/* "RUN#WHO"; an end may say the run alone. */
static uint64_t
hash_run(const attendance_scope *scope, const Sijill__V1__AttendanceEvidenceRow *row)
{
    const char *mark = row->connection == NULL ? NULL : strrchr(row->connection, '#');

    if (mark != NULL)
        return short_hash(scope, row->connection, (size_t) (mark - row->connection));
    return row->kind == SIJILL__V1__EVIDENCE_KIND__PLATFORM_END ? hash_name(scope, row->connection)
                                                                : 0;
}

static uint64_t
apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

void
attendance_piece(const attendance_scope *scope, const attendance_place *place,
                 const Sijill__V1__AttendanceEvidenceRow *row, verdict_evidence *piece)
{
    memset(piece, 0, sizeof(*piece));
    memcpy(piece->id, row->id.data, SJ_ID_SIZE);
    memcpy(piece->actor, row->actor.data, SJ_ID_SIZE);
    piece->occurred_ms = place->occurred_ms;
    piece->device_seq = place->device_seq;
    piece->order = place->order;
    piece->ended_ms = row->ended_ms;
    piece->connection = hash_name(scope, row->connection);
    piece->run = hash_run(scope, row);
    piece->device = hash_name(scope, row->device);
    piece->session = row->session;
    piece->kind = (uint8_t) row->kind;
    piece->source = (uint8_t) row->source;
    piece->mark = (uint8_t) row->mark;
    if (row->has_device_now_ms &&
        apart(row->device_now_ms, row->received_ms) > VERDICT_CLOCK_OFF_MS)
        piece->flags = verdict_flag(SIJILL__V1__FLAG__CLOCK_OFF);
}

/* Subjects come one by one, each in order: a piece is rarely far from its place. */
static void
insert(attendance_load *load, const verdict_evidence *piece)
{
    size_t at = load->count;

    while (at > 0 && verdict_before(piece, &load->pieces[at - 1]))
        at--;
    memmove(&load->pieces[at + 1], &load->pieces[at], (load->count - at) * sizeof(load->pieces[0]));
    load->pieces[at] = *piece;
    load->count++;
}

static void
meet_key(const uint8_t key[SJ_ID_SIZE], attendance_load *load)
{
    for (size_t i = load->connection_count; i-- > 0;)
        if (memcmp(load->connections[i], key, SJ_ID_SIZE) == 0)
            return;
    if (load->connection_count == ATTENDANCE_CONNECTIONS_MAX) {
        load->too_much = true;
        return;
    }
    memcpy(load->connections[load->connection_count++], key, SJ_ID_SIZE);
}

/* Asked when the first is met: most registrations have no evidence. */
static bool
connections_matter(const attendance_scope *scope, attendance_load *load)
{
    if (!load->asked)
        load->matter = attendance_connections_matter(scope);
    load->asked = true;
    return load->matter;
}

static void
meet(const attendance_scope *scope, const char *name, attendance_load *load)
{
    uint8_t key[SJ_ID_SIZE];

    if (load->connections == NULL || name == NULL || !connections_matter(scope, load))
        return;
    attendance_connection_key(scope->txn, name, key);
    meet_key(key, load);
}

/* taken_back: the index of the piece that VOIDs of this subject name; other subjects: ignored. */
static void
load_subject(const attendance_scope *scope, const attendance_subject *subject, size_t taken_back,
             attendance_load *load)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_subject(scope, subject);
    size_t mark = sj_arena_mark(arena);
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_EVIDENCE, &prefix, NULL);
    while (sj_scan_next(&scan)) {
        attendance_place place = attendance_key_read_place(scan.key);
        const Sijill__V1__AttendanceEvidenceRow *row;
        verdict_evidence piece;

        if (load->count == ATTENDANCE_EVIDENCE_MAX) {
            load->too_much = true;
            break;
        }
        row = sj_unpack(scope->txn, &sijill__v1__attendance_evidence_row__descriptor, scan.value);
        if (row == NULL)
            break;
        attendance_piece(scope, &place, row, &piece);
        if (subject->kind <= ATTENDANCE_OF_IDENTITY && subject->kind != ATTENDANCE_OF_ALL)
            meet(scope, row->connection, load);
        if (subject->kind == ATTENDANCE_OF_EVIDENCE) {
            piece.voids = (uint32_t) taken_back;
            load->pieces[load->count++] = piece;
        } else {
            insert(load, &piece);
        }
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
}

/* Identities that carry the key and are this registration's because of it. */
static void
load_identities(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
                const uint8_t key[SJ_ID_SIZE], attendance_load *load)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_id(scope, key);
    size_t mark = sj_arena_mark(arena);
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_IDENTITY, &prefix, NULL);
    while (!load->too_much && sj_scan_next(&scan)) {
        attendance_subject subject = { .kind = ATTENDANCE_OF_IDENTITY };
        const Sijill__V1__AttendanceBucketRow *bucket;
        uint8_t owner[SJ_ID_SIZE];
        size_t by = 0;

        memcpy(subject.id, attendance_key_part(scan.key, 1), SJ_ID_SIZE);
        bucket = attendance_bucket_get(scope, &subject);
        if (bucket != NULL && attendance_owner_by_names(scope, bucket, owner, &by) &&
            memcmp(owner, registration, SJ_ID_SIZE) == 0 &&
            memcmp(bucket->key[by % ATTENDANCE_KEYS_MAX].data, key, SJ_ID_SIZE) == 0)
            load_subject(scope, &subject, 0, load);
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
}

static void
load_by_keys(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
             const Sijill__V1__AttendanceRegistrationRow *row, attendance_load *load)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_linked(scope, registration);
    size_t mark = sj_arena_mark(arena);
    sj_scan scan;

    if (row->has_registrant_key)
        load_identities(scope, registration, row->registrant_key.data, load);
    if (row->has_email_key)
        load_identities(scope, registration, row->email_key.data, load);
    for (size_t i = 0; i < row->n_former_key; i++)
        load_identities(scope, registration, row->former_key[i].data, load);
    sj_scan_begin(&scan, scope->txn, ATTENDANCE_LINK, &prefix, NULL);
    while (sj_scan_next(&scan)) {
        uint8_t key[SJ_ID_SIZE];

        memcpy(key, scan.at.at + prefix.size, SJ_ID_SIZE);
        if (!attendance_had_key(row, key))
            load_identities(scope, registration, key, load);
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
}

static bool
is_owner(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
         const uint8_t registration[SJ_ID_SIZE])
{
    uint8_t owner[SJ_ID_SIZE];

    return attendance_connection_owner(scope, connection, owner) &&
           memcmp(owner, registration, SJ_ID_SIZE) == 0;
}

/* Identities that are nobody's by their names. */
static void
load_nameless(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
              attendance_load *load)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_id(scope, connection);
    size_t mark = sj_arena_mark(arena);
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_CONNECTION, &prefix, NULL);
    while (!load->too_much && sj_scan_next(&scan)) {
        attendance_subject subject = attendance_key_read_on(scan.key);
        const Sijill__V1__AttendanceBucketRow *bucket = attendance_bucket_get(scope, &subject);
        uint8_t owner[SJ_ID_SIZE];

        if (bucket != NULL && bucket->has_connection_key &&
            !attendance_owner_by_names(scope, bucket, owner, NULL))
            load_subject(scope, &subject, 0, load);
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
}

static void
load_bind(const attendance_scope *scope, const uint8_t connection[SJ_ID_SIZE],
          const uint8_t bind[SJ_ID_SIZE], attendance_load *load)
{
    attendance_subject subject = { .kind = ATTENDANCE_OF_CONNECTION };

    memcpy(subject.id, connection, SJ_ID_SIZE);
    load_subject(scope, &subject, 0, load);
    for (size_t i = 0; i < load->count; i++)
        if (memcmp(load->pieces[i].id, bind, SJ_ID_SIZE) == 0)
            load->pieces[i].relied = true;
}

/* The connections that are this one's person's because they were bound to it. */
static void
load_bound(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
           const uint8_t connection[SJ_ID_SIZE], attendance_load *load)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_id(scope, connection);
    size_t mark = sj_arena_mark(arena);
    size_t looked = 0;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_FOLLOWER, &prefix, NULL);
    while (!load->too_much && sj_scan_next(&scan)) {
        const uint8_t *follower = attendance_key_part(scan.key, 1);
        uint8_t bind[SJ_ID_SIZE];
        uint8_t bound_to[SJ_ID_SIZE];

        if (looked++ == ATTENDANCE_BINDS_MAX) {
            load->too_much = true;
            break;
        }
        if (attendance_connection_bound(scope, follower, bind, bound_to) &&
            memcmp(bound_to, connection, SJ_ID_SIZE) == 0 &&
            is_owner(scope, follower, registration)) {
            meet_key(follower, load);
            load_bind(scope, follower, bind, load);
        }
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
}

/* What has no name of its own, on the connections of what has; the list grows on the way. */
static void
load_by_connections(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
                    attendance_load *load)
{
    for (size_t i = 0; i < load->connection_count; i++) {
        uint8_t connection[SJ_ID_SIZE];

        memcpy(connection, load->connections[i], SJ_ID_SIZE);
        if (!is_owner(scope, connection, registration))
            continue;
        load_nameless(scope, connection, load);
        load_bound(scope, registration, connection, load);
    }
}

bool
attendance_load_begin(sj_txn *txn, attendance_load *load)
{
    memset(load, 0, sizeof(*load));
    load->pieces =
        sj_arena_take(sj_txn_arena(txn), ATTENDANCE_EVIDENCE_MAX * sizeof(load->pieces[0]));
    if (load->pieces == NULL)
        sj_txn_fail(txn, SJ_FAULT_ARENA, "a verdict needs more memory than a command may have");
    return load->pieces != NULL;
}

void
attendance_load_voids(const attendance_scope *scope, attendance_load *load)
{
    attendance_subject subject = { .kind = ATTENDANCE_OF_EVIDENCE };

    for (size_t i = 0; i < load->count; i++) { /* grows: what takes back may be taken back */
        memcpy(subject.id, load->pieces[i].id, SJ_ID_SIZE);
        load_subject(scope, &subject, i, load);
    }
}

void
attendance_load_all(const attendance_scope *scope, const uint8_t registration[SJ_ID_SIZE],
                    const Sijill__V1__AttendanceRegistrationRow *row, attendance_load *load)
{
    attendance_subject own = { .kind = ATTENDANCE_OF_REGISTRATION };
    attendance_subject all = { .kind = ATTENDANCE_OF_ALL };

    if (!attendance_load_begin(scope->txn, load))
        return;
    load->connections = sj_arena_take(sj_txn_arena(scope->txn),
                                      ATTENDANCE_CONNECTIONS_MAX * sizeof(load->connections[0]));
    if (load->connections == NULL)
        return;
    memcpy(own.id, registration, SJ_ID_SIZE);
    load_subject(scope, &own, 0, load);
    load_by_keys(scope, registration, row, load);
    load_by_connections(scope, registration, load);
    if (load->count > 0)
        load_subject(scope, &all, 0, load);
    attendance_load_voids(scope, load);
}
