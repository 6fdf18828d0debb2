/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/events.h"

#include "services/core/identity.h"
#include "services/registration/form.h"

#include <assert.h>

enum { RECORD_EVENT_CHANGED = 132 };

slug_row *
slug_read(sj_txn *txn, uint64_t org, const char *slug)
{
    sj_key key = key_slug(org, slug);
    slug_row *row = sj_row_get(txn, TABLE_EVENT_SLUG, &key, &sijill__v1__slug_row__descriptor);

    assert(row == NULL || (row->summary != NULL && row->summary->id.len == SJ_ID_SIZE));
    return row;
}

bool
event_find(event_seats *seats, sj_txn *txn, uint64_t org, const ProtobufCBinaryData *id,
           const char *slug, sj_reply *reply)
{
    if (id == NULL && slug != NULL) {
        const slug_row *known = form_slug(slug) ? slug_read(txn, org, slug) : NULL;

        if (known == NULL) {
            (void) sj_refuse(txn, reply, SJ_NOT_FOUND, "no event has this slug");
            return false;
        }
        id = &known->summary->id;
    }
    if (id == NULL || !sj_is_id(true, *id)) {
        (void) sj_refuse_field(txn, reply, "event_id", "name the event by its id or its slug");
        return false;
    }
    if (seats_read(seats, txn, org, *id))
        return true;
    (void) sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
    return false;
}

Sijill__V1__Event *
event_read(event_seats *seats)
{
    sj_key key = key_event(seats->org, seats->event);

    return sj_row_get(seats->txn, TABLE_EVENT, &key, &sijill__v1__event__descriptor);
}

static void
slug_write(event_seats *seats, const Sijill__V1__Event *event, sj_bytes packed)
{
    sj_key key = key_slug(seats->org, event->slug);
    Sijill__V1__EventSummary summary;
    slug_row row;
    uint8_t content[HASH_SIZE];

    sijill__v1__event_summary__init(&summary);
    summary.has_id = true;
    summary.id = sj_id_data(seats->event);
    summary.slug = event->slug;
    summary.kind = event->kind;
    summary.n_title = event->n_title;
    summary.title = event->title;
    summary.start_date = event->start_date;
    summary.end_date = event->end_date;
    summary.has_date_precision = event->has_date_precision;
    summary.date_precision = event->date_precision;
    summary.has_date_uncertain = event->has_date_uncertain;
    summary.date_uncertain = event->date_uncertain;
    summary.has_mode = event->has_mode;
    summary.mode = event->mode;
    sijill__v1__slug_row__init(&row);
    row.summary = &summary;
    sj_hash(packed, content);
    row.has_content = true;
    row.content = (ProtobufCBinaryData){ sizeof content, content };
    sj_row_put(seats->txn, TABLE_EVENT_SLUG, &key, &row.base);
}

void
event_write(event_seats *seats, Sijill__V1__Event *event, sj_bytes packed)
{
    sj_key key = key_event(seats->org, seats->event);

    assert(event->rules == NULL && packed.size <= EVENT_SIZE_MAX);
    sj_put(seats->txn, TABLE_EVENT, &key, packed);
    slug_write(seats, event, packed);
}

void
event_emit(event_seats *seats, Sijill__V1__Event *event, Sijill__V1__EventRules *rules)
{
    sj_arena *arena = sj_txn_arena(seats->txn);
    size_t mark = sj_arena_mark(arena);
    Sijill__V1__Event whole;
    Sijill__V1__EventChanged changed;

    whole = *event;
    whole.has_id = true;
    whole.id = sj_id_data(seats->event);
    whole.source_json = NULL;
    whole.rules = rules;
    sijill__v1__event_changed__init(&changed);
    changed.event = &whole;
    changed.has_state = true;
    changed.state = seats->row->state;
    sj_emit_message(seats->txn, RECORD_EVENT_CHANGED, &changed.base, NULL);
    seats->row->has_revision = true;
    seats->row->revision = sj_sequence(seats->txn);
    sj_arena_release(arena, mark);
}
