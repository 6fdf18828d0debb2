/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/load.h"

#include "services/attendance/limits.h"
#include "services/attendance/names.h"
#include "services/core/identity.h"

#include <string.h>

static uint64_t
short_hash(const attendance_scope *scope, const char *text)
{
    uint8_t hash[16];

    if (text == NULL || text[0] == '\0')
        return 0;
    sj_hash_keyed(scope->txn, (sj_bytes){ text, strlen(text) }, hash);
    return sj_read_u64(hash) | 1;
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
    piece->connection = short_hash(scope, row->connection);
    piece->device = short_hash(scope, row->device);
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
        if (bucket != NULL && attendance_owner(scope, bucket, owner, &by) &&
            memcmp(owner, registration, SJ_ID_SIZE) == 0 &&
            memcmp(bucket->key[by].data, key, SJ_ID_SIZE) == 0)
            load_subject(scope, &subject, 0, load);
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
}

static bool
same_key(ProtobufCBinaryData own, const uint8_t key[SJ_ID_SIZE])
{
    return own.len == SJ_ID_SIZE && memcmp(own.data, key, SJ_ID_SIZE) == 0;
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
    sj_scan_begin(&scan, scope->txn, ATTENDANCE_LINK, &prefix, NULL);
    while (sj_scan_next(&scan)) {
        uint8_t key[SJ_ID_SIZE];

        memcpy(key, scan.at.at + prefix.size, SJ_ID_SIZE);
        if (!same_key(row->registrant_key, key) && !same_key(row->email_key, key))
            load_identities(scope, registration, key, load);
        sj_arena_release(arena, mark);
    }
    sj_arena_release(arena, mark);
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
    memcpy(own.id, registration, SJ_ID_SIZE);
    load_subject(scope, &own, 0, load);
    load_by_keys(scope, registration, row, load);
    if (load->count > 0)
        load_subject(scope, &all, 0, load);
    attendance_load_voids(scope, load);
}
