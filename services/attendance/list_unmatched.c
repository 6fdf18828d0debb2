/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence that is nobody's: of registrations that are not known, then of identities that have no
 * owner.
 */
#include "services/attendance/connection.h"
#include "services/attendance/handlers.h"
#include "services/attendance/limits.h"
#include "services/attendance/piece.h"
#include "services/attendance/view.h"

#include <string.h>

typedef struct row_page {
    const attendance_scope *scope;
    Sijill__V1__EvidenceView *rows[ATTENDANCE_PAGE_MAX];
    size_t count;
    size_t limit;
    size_t begin;         /* mark of the arena before the first row */
    attendance_load load; /* room to see what takes a piece back */
    uint8_t next[SJ_ID_SIZE];
    bool more;
} row_page;

static bool
nobodys(const attendance_scope *scope, const attendance_subject *subject,
        const Sijill__V1__AttendanceBucketRow *bucket)
{
    uint8_t owner[SJ_ID_SIZE];
    sj_key key = attendance_key_id(scope, subject->id);

    if (subject->kind == ATTENDANCE_OF_IDENTITY)
        return !attendance_owner(scope, bucket, owner);
    return subject->kind == ATTENDANCE_OF_REGISTRATION &&
           !sj_exists(scope->txn, ATTENDANCE_REGISTRATION, &key);
}

static bool
taken_back(row_page *page, const verdict_evidence *piece)
{
    page->load.pieces[0] = *piece;
    page->load.count = 1;
    attendance_load_voids(page->scope, &page->load);
    verdict_take_back(page->load.pieces, page->load.count);
    return page->load.pieces[0].voided;
}

static bool
show_piece(row_page *page, const attendance_place *place, sj_bytes packed,
           const Sijill__V1__AttendanceBucketRow *bucket)
{
    const attendance_scope *scope = page->scope;
    Sijill__V1__EvidenceView *view = sj_arena_take(sj_txn_arena(scope->txn), sizeof(*view));
    bool identity = place->subject.kind == ATTENDANCE_OF_IDENTITY;
    const Sijill__V1__AttendanceEvidenceRow *row =
        sj_unpack(scope->txn, &sijill__v1__attendance_evidence_row__descriptor, packed);
    verdict_evidence piece;

    if (view == NULL || row == NULL)
        return false;
    attendance_piece(scope, place, row, &piece);
    if (!identity)
        piece.flags |= verdict_flag(SIJILL__V1__FLAG__UNKNOWN_REGISTRATION);
    attendance_piece_show(scope, place, row, identity ? bucket : NULL, view);
    view->n_flag = attendance_view_flags(scope->txn, piece.flags, &view->flag);
    view->has_voided = 1;
    view->voided = taken_back(page, &piece);
    page->rows[page->count++] = view;
    memcpy(page->next, row->id.data, SJ_ID_SIZE);
    return true;
}

/* False: the page is full. */
static bool
show_subject(row_page *page, const attendance_subject *subject, const attendance_place *after,
             const Sijill__V1__AttendanceBucketRow *bucket)
{
    const attendance_scope *scope = page->scope;
    sj_key prefix = attendance_key_subject(scope, subject);
    sj_scan scan;

    if (after != NULL) {
        sj_key from = attendance_key_place(scope, after);

        sj_scan_begin_after(&scan, scope->txn, ATTENDANCE_EVIDENCE, &prefix, &from);
    } else {
        sj_scan_begin(&scan, scope->txn, ATTENDANCE_EVIDENCE, &prefix, NULL);
    }
    while (sj_scan_next(&scan)) {
        attendance_place place = attendance_key_read_place(scan.key);

        if (page->count == page->limit ||
            sj_arena_mark(sj_txn_arena(scope->txn)) - page->begin > ATTENDANCE_PAGE_ARENA) {
            page->more = true;
            return false;
        }
        if (!show_piece(page, &place, scan.value, bucket))
            return false;
    }
    return true;
}

/* A page that only passes matched subjects ends behind the last of them. */
static bool
pass(row_page *page, const attendance_subject *subject, size_t looked)
{
    sj_key prefix = attendance_key_subject(page->scope, subject);
    Sijill__V1__AttendanceEvidenceRow *row;
    sj_scan scan;

    if (looked < ATTENDANCE_WALK_MAX)
        return true;
    sj_scan_begin(&scan, page->scope->txn, ATTENDANCE_EVIDENCE, &prefix, NULL);
    if (!sj_scan_next(&scan))
        return false;
    row = sj_unpack(page->scope->txn, &sijill__v1__attendance_evidence_row__descriptor, scan.value);
    if (row != NULL)
        memcpy(page->next, row->id.data, SJ_ID_SIZE);
    page->more = row != NULL;
    return false;
}

static void
walk(row_page *page, const attendance_place *after)
{
    const attendance_scope *scope = page->scope;
    sj_arena *arena = sj_txn_arena(scope->txn);
    attendance_subject first = { .kind = ATTENDANCE_OF_REGISTRATION };
    sj_key prefix = attendance_key(scope);
    sj_key from = attendance_key_subject(scope, after != NULL ? &after->subject : &first);
    size_t looked = 0;
    sj_scan scan;

    sj_scan_begin(&scan, scope->txn, ATTENDANCE_BUCKET, &prefix, &from);
    for (;;) {
        size_t mark = sj_arena_mark(arena);
        const Sijill__V1__AttendanceBucketRow *bucket;
        attendance_subject subject;
        bool goes_on;

        if (!sj_scan_next(&scan))
            return;
        subject = attendance_key_read_subject(scan.key);
        if (subject.kind >= ATTENDANCE_OF_EVIDENCE)
            return;
        bucket = sj_unpack(scope->txn, &sijill__v1__attendance_bucket_row__descriptor, scan.value);
        if (bucket == NULL)
            return;
        if (nobodys(scope, &subject, bucket)) {
            bool same = after != NULL && subject.kind == after->subject.kind &&
                        memcmp(subject.id, after->subject.id, SJ_ID_SIZE) == 0;

            goes_on = show_subject(page, &subject, same ? after : NULL, bucket);
        } else {
            goes_on = pass(page, &subject, ++looked);
            sj_arena_release(arena, mark);
        }
        if (!goes_on)
            return;
    }
}

sj_status
attendance_list_unmatched(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListUnmatched *in =
        sj_decode(txn, cmd, &sijill__v1__list_unmatched__descriptor, reply);
    row_page page = { .count = 0 };
    Sijill__V1__UnmatchedList out;
    attendance_scope scope;
    attendance_place after;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    page.limit = attendance_page_size(txn, in->has_limit, in->limit, reply);
    if (page.limit == 0)
        return reply->status;
    scope = attendance_scope_of(txn, cmd->org, in->event_id);
    if (attendance_event_get(&scope) == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such event here");
    if (in->has_after &&
        (in->after.len != SJ_ID_SIZE || !attendance_nonce_get(&scope, in->after.data, &after)))
        return sj_refuse_field(txn, reply, "after", "take `after` from `next` of the last page");
    page.scope = &scope;
    if (!attendance_load_begin(txn, &page.load))
        return sj_accept(txn, reply, NULL);
    page.begin = sj_arena_mark(sj_txn_arena(txn));
    walk(&page, in->has_after ? &after : NULL);
    sijill__v1__unmatched_list__init(&out);
    out.n_evidence = page.count;
    out.evidence = page.rows;
    out.has_next = page.more;
    out.next = sj_id_data(page.next);
    return sj_accept(txn, reply, &out.base);
}
