/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 152, 153: registrations as they are now.  The waiting list is read in its own order.
 */
#include "services/core/text.h"
#include "services/registration/line.h"
#include "services/registration/page.h"
#include "services/registration/registrations.h"
#include "services/registration/routes.h"
#include "services/registration/who.h"

#include <assert.h>
#include <string.h>

enum { LIST_USUAL = 100 };

static uint64_t
revision_of(event_seats *seats, const uint8_t id[SJ_ID_SIZE])
{
    sj_arena *arena = sj_txn_arena(seats->txn);
    size_t mark = sj_arena_mark(arena);
    sj_key key = key_in_event(seats->org, seats->event, id);
    uint64_t revision = sj_revision(seats->txn, TABLE_REGISTRATION, &key);

    sj_arena_release(arena, mark);
    return revision;
}

/* All of a row but its place; borrows `id` and the row. */
static void
fill_view(event_seats *seats, const uint8_t *id, const registration_row *row,
          Sijill__V1__RegistrationView *view)
{
    sijill__v1__registration_view__init(view);
    view->has_id = view->has_event_id = view->has_role = view->has_mode = view->has_state = true;
    view->id = sj_id_data(id);
    view->event_id = sj_id_data(seats->event);
    view->person = row->person;
    view->role = row->role;
    view->mode = row->mode;
    view->state = row->state;
    view->source = row->source;
    view->external_id = row->external_id;
    view->has_registered_ms = row->has_registered_ms;
    view->registered_ms = row->registered_ms;
    view->has_changed_ms = row->has_changed_ms;
    view->changed_ms = row->changed_ms;
    view->has_overridden = row->has_overridden;
    view->overridden = row->overridden;
    view->reason = row->reason;
    view->has_revision = true;
    view->revision = revision_of(seats, id);
}

sj_status
get_registration(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__GetRegistration *in =
        sj_decode(txn, cmd, &sijill__v1__get_registration__descriptor, reply);
    Sijill__V1__RegistrationView view;
    uint8_t id[SJ_ID_SIZE];
    registration_row *row;
    event_seats seats;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (!in->has_registration_id && in->email == NULL)
        return sj_refuse_field(txn, reply, "registration_id",
                               "name the registration by its id or its e-mail");
    if (!seats_read(&seats, txn, cmd->org, in->event_id))
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
    if (in->has_registration_id) {
        memcpy(id, in->registration_id.data, SJ_ID_SIZE);
        row = registration_read(&seats, id);
    } else {
        const char *email = sj_email_normal(txn, in->email);
        who_place place;

        if (email == NULL)
            return sj_refuse_field(txn, reply, "email", "is no e-mail address");
        who_email(&seats, email, &place);
        row = who_has_email(&seats, &place, email, id);
    }
    if (row == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such registration at this event");
    fill_view(&seats, id, row, &view);
    if (row->state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED)
        view.has_place = line_place(&seats, row->line, &view.place);
    return sj_accept(txn, reply, &view.base);
}

typedef struct listing {
    event_seats seats;
    page page;
    Sijill__V1__RegistrationView *items[PAGE_MAX];
    Sijill__V1__RegistrationList out;
    uint8_t last[SJ_ID_SIZE]; /* the last that was looked at */
} listing;

static Sijill__V1__RegistrationView *
new_view(listing *list, const uint8_t *id, const registration_row *row)
{
    sj_arena *arena = sj_txn_arena(list->seats.txn);
    sj_bytes own_id = sj_arena_copy(arena, (sj_bytes){ id, SJ_ID_SIZE });
    Sijill__V1__RegistrationView *view = sj_arena_take(arena, sizeof *view);

    if (own_id.at == NULL || view == NULL) {
        sj_txn_fail(list->seats.txn, SJ_FAULT_ARENA,
                    "the page needs more memory than a query may have");
        return NULL;
    }
    fill_view(&list->seats, own_id.at, row, view);
    return view;
}

/* Take a row into the page; false: the page ends before it. */
static bool
list_row(listing *list, const uint8_t *id, const registration_row *row, uint32_t place)
{
    Sijill__V1__RegistrationView *view = new_view(list, id, row);

    if (view == NULL)
        return false;
    view->has_place = place > 0;
    view->place = place;
    if (!page_add(&list->page, &view->base))
        return false;
    list->items[list->page.count - 1] = view;
    return true;
}

static void
end_early(listing *list)
{
    if (list->page.looked == 0)
        return;
    list->out.has_next = true;
    list->out.next = sj_id_data(list->last);
}

/* In order of id; `state` STATE_NONE: all. */
static void
list_by_id(listing *list, Sijill__V1__RegistrationState state, const uint8_t *after)
{
    event_seats *seats = &list->seats;
    sj_arena *arena = sj_txn_arena(seats->txn);
    sj_key prefix = key_event(seats->org, seats->event);
    sj_scan scan;

    if (after == NULL) {
        sj_scan_begin(&scan, seats->txn, TABLE_REGISTRATION, &prefix, NULL);
    } else {
        sj_key key = key_in_event(seats->org, seats->event, after);

        sj_scan_begin_after(&scan, seats->txn, TABLE_REGISTRATION, &prefix, &key);
    }
    for (size_t mark = sj_arena_mark(arena); sj_scan_next(&scan); mark = sj_arena_mark(arena)) {
        const uint8_t *id = (const uint8_t *) scan.key.at + KEY_REST_AT;
        registration_row *row = NULL;

        assert(scan.key.size == KEY_ID_SIZE);
        if (page_open(&list->page))
            row = sj_unpack(seats->txn, &sijill__v1__registration_row__descriptor, scan.value);
        if (row == NULL) {
            end_early(list);
            return;
        }
        if (state != SIJILL__V1__REGISTRATION_STATE__STATE_NONE && row->state != state) {
            sj_arena_release(arena, mark);
        } else if (!list_row(list, id, row, 0)) {
            end_early(list);
            return;
        }
        memcpy(list->last, id, SJ_ID_SIZE);
    }
}

/* Where the line is read on behind a registration, which may have left it; false: it never waited.
 */
static bool
line_after(listing *list, const uint8_t *after, uint64_t *from, uint32_t *place)
{
    registration_row *row = registration_read(&list->seats, after);

    if (row == NULL || !row->has_line)
        return false;
    *from = row->line + 1;
    return line_place(&list->seats, *from, place);
}

static void
list_line(listing *list, uint64_t from, uint32_t place)
{
    event_seats *seats = &list->seats;
    sj_key prefix = key_event(seats->org, seats->event);
    sj_key first = key_line(seats->org, seats->event, from);
    sj_scan scan;

    for (sj_scan_begin(&scan, seats->txn, TABLE_LINE, &prefix, &first); sj_scan_next(&scan);
         place++) {
        line_entry entry = line_read(scan.value);
        registration_row *row = page_open(&list->page) ? registration_read(seats, entry.id) : NULL;

        if (row == NULL || !list_row(list, entry.id, row, place)) {
            end_early(list);
            return;
        }
        memcpy(list->last, entry.id, SJ_ID_SIZE);
    }
}

sj_status
list_registrations(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListRegistrations *in =
        sj_decode(txn, cmd, &sijill__v1__list_registrations__descriptor, reply);
    listing list;
    uint64_t from = 0;
    uint32_t place = 1;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (!seats_read(&list.seats, txn, cmd->org, in->event_id))
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
    list.page = page_begin(txn, in->has_limit, in->limit, LIST_USUAL);
    sijill__v1__registration_list__init(&list.out);
    if (in->state != SIJILL__V1__REGISTRATION_STATE__WAITLISTED) {
        list_by_id(&list, in->state, in->has_after ? in->after.data : NULL);
    } else {
        if (in->has_after && !line_after(&list, in->after.data, &from, &place))
            return sj_refuse_field(txn, reply, "after", "never stood in this line");
        list_line(&list, from, place);
    }
    list.out.registration = list.items;
    list.out.n_registration = list.page.count;
    return sj_accept(txn, reply, &list.out.base);
}
