/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 150, 151, 154: events and programmes as they are now.
 */
#include "services/registration/events.h"
#include "services/registration/form.h"
#include "services/registration/page.h"
#include "services/registration/routes.h"
#include "services/registration/rules.h"

#include <assert.h>
#include <string.h>

enum { LIST_USUAL = 50 };

static sj_status
view_event(event_seats *seats, sj_reply *reply)
{
    Sijill__V1__Event *event = event_read(seats);
    Sijill__V1__EventView view;

    if (event == NULL)
        return sj_refuse(seats->txn, reply, SJ_INTERNAL, "the event cannot be read");
    event->has_id = true;
    event->id = sj_id_data(seats->event);
    event->rules = rules_read(seats);
    sijill__v1__event_view__init(&view);
    view.event = event;
    view.has_state = view.has_confirmed = view.has_confirmed_all = true;
    view.has_pending = view.has_waitlisted = view.has_revision = true;
    view.state = seats->row->state;
    view.confirmed = seats->row->confirmed;
    view.confirmed_all = seats->row->confirmed_all;
    view.pending = seats->row->pending;
    view.waitlisted = seats->row->waitlisted;
    view.revision = seats->row->revision;
    return sj_accept(seats->txn, reply, &view.base);
}

sj_status
get_event(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__GetEvent *in = sj_decode(txn, cmd, &sijill__v1__get_event__descriptor, reply);
    event_seats seats;

    if (in == NULL)
        return reply->status;
    if (!event_find(&seats, txn, cmd->org, in->has_event_id ? &in->event_id : NULL, in->slug,
                    reply))
        return reply->status;
    return view_event(&seats, reply);
}

/* The stored summary with what changes oftener than a description. */
static Sijill__V1__EventSummary *
summarise(sj_txn *txn, uint64_t org, sj_bytes value)
{
    slug_row *row = sj_unpack(txn, &sijill__v1__slug_row__descriptor, value);
    event_seats seats;

    if (row == NULL || !seats_read(&seats, txn, org, row->summary->id))
        return NULL;

    Sijill__V1__EventSummary *summary = row->summary;

    summary->has_state = summary->has_confirmed = true;
    summary->has_pending = summary->has_waitlisted = true;
    summary->state = seats.row->state;
    summary->confirmed = seats.row->confirmed;
    summary->pending = seats.row->pending;
    summary->waitlisted = seats.row->waitlisted;
    summary->has_capacity = seats.row->has_capacity;
    summary->capacity = seats.row->capacity;
    return summary;
}

/* A scan in order of slug, from behind `after`; false: `after` is no slug. */
static bool
begin_after(sj_scan *scan, sj_txn *txn, unsigned table, uint64_t org, const char *after)
{
    sj_key prefix = sj_key_org(org);
    sj_key key;

    if (after == NULL || after[0] == '\0') {
        sj_scan_begin(scan, txn, table, &prefix, NULL);
        return true;
    }
    if (!form_slug(after))
        return false;
    key = key_slug(org, after);
    sj_scan_begin_after(scan, txn, table, &prefix, &key);
    return true;
}

sj_status
list_events(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListEvents *in = sj_decode(txn, cmd, &sijill__v1__list_events__descriptor, reply);
    Sijill__V1__EventSummary *items[PAGE_MAX];
    Sijill__V1__EventList out;
    sj_scan scan;

    if (in == NULL)
        return reply->status;
    if (!begin_after(&scan, txn, TABLE_EVENT_SLUG, cmd->org, in->after))
        return sj_refuse_field(txn, reply, "after", "is the slug that the last page ended with");

    page list = page_begin(txn, in->has_limit, in->limit, LIST_USUAL);

    sijill__v1__event_list__init(&out);
    while (sj_scan_next(&scan)) {
        Sijill__V1__EventSummary *summary =
            page_open(&list) ? summarise(txn, cmd->org, scan.value) : NULL;

        if (summary == NULL || !page_add(&list, &summary->base)) {
            out.next = list.count == 0 ? NULL : items[list.count - 1]->slug;
            break;
        }
        items[list.count - 1] = summary;
    }
    out.event = items;
    out.n_event = list.count;
    return sj_accept(txn, reply, &out.base);
}

sj_status
list_programmes(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListProgrammes *in =
        sj_decode(txn, cmd, &sijill__v1__list_programmes__descriptor, reply);
    Sijill__V1__DefineProgramme *items[PAGE_MAX];
    Sijill__V1__ProgrammeList out;
    sj_scan scan;

    if (in == NULL)
        return reply->status;
    if (!begin_after(&scan, txn, TABLE_PROGRAMME, cmd->org, in->after))
        return sj_refuse_field(txn, reply, "after", "is the slug that the last page ended with");

    page list = page_begin(txn, in->has_limit, in->limit, LIST_USUAL);

    sijill__v1__programme_list__init(&out);
    while (sj_scan_next(&scan)) {
        Sijill__V1__DefineProgramme *item =
            page_open(&list) ? sj_unpack(txn, &sijill__v1__define_programme__descriptor, scan.value)
                             : NULL;

        if (item == NULL || !page_add(&list, &item->base)) {
            out.next = list.count == 0 ? NULL : items[list.count - 1]->slug;
            break;
        }
        items[list.count - 1] = item;
    }
    out.programme = items;
    out.n_programme = list.count;
    return sj_accept(txn, reply, &out.base);
}
