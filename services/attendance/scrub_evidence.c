/* SPDX-License-Identifier: Apache-2.0 */
#include "services/attendance/scrub.h"

#include <string.h>

static void
check_count(const attendance_scrubber *scrubber, const attendance_scope *scope,
            const attendance_subject *subject, uint32_t count)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    sj_key prefix = attendance_key_subject(scope, subject);
    size_t mark = sj_arena_mark(arena);
    uint32_t there = 0;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_EVIDENCE, &prefix, NULL);
    while (sj_scan_next(&scan)) {
        there++;
        sj_arena_release(arena, mark);
    }
    if (there != count)
        attendance_scrub_report(scrubber, "the count of evidence is not what is there", scope,
                                subject->id);
}

static void
check_bucket(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
             sj_bytes value)
{
    const Sijill__V1__AttendanceBucketRow *row =
        sj_unpack(scope->txn, &sijill__v1__attendance_bucket_row__descriptor, value);
    attendance_subject subject = attendance_key_read_subject(key);

    if (row == NULL)
        return;
    check_count(scrubber, scope, &subject, row->count);
    if ((subject.kind == ATTENDANCE_OF_IDENTITY) != (row->n_key > 0 || row->has_connection_key))
        attendance_scrub_report(scrubber, "an identity has keys, nothing else has", scope,
                                subject.id);
    for (size_t i = 0; i < row->n_key; i++) {
        sj_key carries = attendance_key_pair(scope, row->key[i].data, subject.id);

        if (!attendance_scrub_has(scope, ATTENDANCE_IDENTITY, &carries))
            attendance_scrub_report(scrubber, "an identity cannot be found by its key", scope,
                                    subject.id);
    }
}

static void
check_identity(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
               sj_bytes value)
{
    attendance_subject subject = { .kind = ATTENDANCE_OF_IDENTITY };
    const Sijill__V1__AttendanceBucketRow *row;
    bool carried = false;

    (void) value;
    memcpy(subject.id, attendance_key_part(key, 1), SJ_ID_SIZE);
    row = attendance_bucket_get(scope, &subject);
    for (size_t i = 0; row != NULL && i < row->n_key; i++)
        carried = carried || memcmp(row->key[i].data, attendance_key_part(key, 0), SJ_ID_SIZE) == 0;
    if (!carried)
        attendance_scrub_report(scrubber, "a key leads to an identity that does not carry it",
                                scope, subject.id);
}

static bool
same_place(const attendance_place *a, const attendance_place *b)
{
    return a->subject.kind == b->subject.kind &&
           memcmp(a->subject.id, b->subject.id, SJ_ID_SIZE) == 0 &&
           a->occurred_ms == b->occurred_ms && a->device_seq == b->device_seq &&
           a->order == b->order;
}

static void
check_evidence(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
               sj_bytes value)
{
    const Sijill__V1__AttendanceEvidenceRow *row =
        sj_unpack(scope->txn, &sijill__v1__attendance_evidence_row__descriptor, value);
    attendance_place place = attendance_key_read_place(key);
    sj_key bucket = attendance_key_subject(scope, &place.subject);
    attendance_place indexed;

    if (row == NULL)
        return;
    if (row->id.len != SJ_ID_SIZE || row->actor.len != SJ_ID_SIZE) {
        attendance_scrub_report(scrubber, "evidence has no id or no actor", scope,
                                place.subject.id);
        return;
    }
    if (!attendance_nonce_get(scope, row->id.data, &indexed) || !same_place(&place, &indexed))
        attendance_scrub_report(scrubber, "evidence cannot be found by its id", scope,
                                row->id.data);
    if (!attendance_scrub_has(scope, ATTENDANCE_BUCKET, &bucket))
        attendance_scrub_report(scrubber, "evidence is counted nowhere", scope, row->id.data);
}

static void
check_nonce(const attendance_scrubber *scrubber, const attendance_scope *scope, sj_bytes key,
            sj_bytes value)
{
    const uint8_t *id = attendance_key_part(key, 0);
    const Sijill__V1__AttendanceEvidenceRow *row = NULL;
    attendance_place place;

    (void) value;
    if (attendance_nonce_get(scope, id, &place))
        row = attendance_evidence_get(scope, &place);
    if (row == NULL || memcmp(row->id.data, id, SJ_ID_SIZE) != 0)
        attendance_scrub_report(scrubber, "an id leads to no evidence, or to another's", scope, id);
}

void
attendance_scrub_evidence(const attendance_scrubber *scrubber)
{
    attendance_scrub_table(scrubber, ATTENDANCE_BUCKET, check_bucket);
    attendance_scrub_table(scrubber, ATTENDANCE_IDENTITY, check_identity);
    attendance_scrub_table(scrubber, ATTENDANCE_EVIDENCE, check_evidence);
    attendance_scrub_table(scrubber, ATTENDANCE_NONCE, check_nonce);
}
