/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row a registration, with its verdict as of now: what the pulse has not come by to is shown
 * right.
 */
#include "services/attendance/handlers.h"
#include "services/attendance/limits.h"
#include "services/attendance/view.h"

typedef struct row_page {
    Sijill__V1__AttendanceRow *rows[ATTENDANCE_PAGE_MAX];
    size_t count;
    bool more;
} row_page;

static Sijill__V1__AttendanceRow *
show(const attendance_scope *scope, const Sijill__V1__AttendanceEventRow *event,
     const uint8_t *registration, const Sijill__V1__AttendanceRegistrationRow *row)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    Sijill__V1__AttendanceRow *view =
        attendance_view_begin(scope->txn, sj_id_data(registration), row, event->n_session);
    size_t mark = sj_arena_mark(arena);
    attendance_assessment found;

    if (view == NULL ||
        !attendance_assess(scope, event, registration, row, sj_now(scope->txn), &found))
        return NULL;
    attendance_view_verdict(&found, view);
    sj_arena_release(arena, mark);
    return view;
}

static void
gather(const attendance_scope *scope, const Sijill__V1__AttendanceEventRow *event, sj_scan *scan,
       size_t limit, row_page *page)
{
    sj_arena *arena = sj_txn_arena(scope->txn);
    size_t begin = sj_arena_mark(arena);

    while (sj_scan_next(scan)) {
        Sijill__V1__AttendanceRegistrationRow *row;

        if (page->count == limit || sj_arena_mark(arena) - begin > ATTENDANCE_PAGE_ARENA) {
            page->more = true;
            return;
        }
        row = sj_unpack(scope->txn, &sijill__v1__attendance_registration_row__descriptor,
                        scan->value);
        if (row == NULL)
            return;
        page->rows[page->count] = show(scope, event, attendance_key_part(scan->key, 0), row);
        if (page->rows[page->count] == NULL)
            return;
        page->count++;
    }
}

sj_status
attendance_list(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListAttendance *in =
        sj_decode(txn, cmd, &sijill__v1__list_attendance__descriptor, reply);
    const Sijill__V1__AttendanceEventRow *event;
    Sijill__V1__AttendanceList out;
    row_page page = { .count = 0 };
    attendance_scope scope;
    sj_key prefix, after;
    sj_scan scan;
    size_t limit;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (in->has_after && in->after.len != SJ_ID_SIZE)
        return sj_refuse_field(txn, reply, "after", "take `after` from `next` of the last page");
    limit = attendance_page_size(txn, in->has_limit, in->limit, reply);
    if (limit == 0)
        return reply->status;
    scope = attendance_scope_of(txn, cmd->org, in->event_id);
    event = attendance_event_get(&scope);
    if (event == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such event here");
    prefix = attendance_key(&scope);
    if (in->has_after) {
        after = attendance_key_id(&scope, in->after.data);
        sj_scan_begin_after(&scan, txn, ATTENDANCE_REGISTRATION, &prefix, &after);
    } else {
        sj_scan_begin(&scan, txn, ATTENDANCE_REGISTRATION, &prefix, NULL);
    }
    gather(&scope, event, &scan, limit, &page);
    sijill__v1__attendance_list__init(&out);
    out.n_row = page.count;
    out.row = page.rows;
    if (page.more && page.count > 0) {
        out.has_next = 1;
        out.next = page.rows[page.count - 1]->registration_id;
    }
    return sj_accept(txn, reply, &out.base);
}
