/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 102 DefineEvent: an event by its slug, new or again.
 *
 * The same content again writes nothing, so an import may be sent twice.  A title is no key.  What
 * is compared is a hash of the description in its one form: a large description need not be read
 * back.
 */
#include "services/core/identity.h"
#include "services/registration/event_form.h"
#include "services/registration/events.h"
#include "services/registration/line.h"
#include "services/registration/routes.h"
#include "services/registration/rules.h"

#include <string.h>

/* An event that nobody has met: open, and no one there. */
static void
begin(event_seats *seats, sj_txn *txn, const sj_command *cmd, seats_row *row)
{
    sijill__v1__seats_row__init(row);
    row->has_state = true;
    row->state = SIJILL__V1__EVENT_STATE__EVENT_OPEN;
    seats->txn = txn;
    seats->org = cmd->org;
    seats->row = row;
    sj_new_id(cmd, 0, seats->event);
}

static sj_status
answer(event_seats *seats, sj_reply *reply, Sijill__V1__Outcome outcome)
{
    Sijill__V1__Defined out;

    sijill__v1__defined__init(&out);
    out.has_id = out.has_outcome = true;
    out.id = sj_id_data(seats->event);
    out.outcome = outcome;
    return sj_accept(seats->txn, reply, &out.base);
}

static bool
same_description(const slug_row *known, sj_bytes packed)
{
    uint8_t content[HASH_SIZE];

    sj_hash(packed, content);
    return known->content.len == HASH_SIZE && memcmp(known->content.data, content, HASH_SIZE) == 0;
}

/* Write what changed: description or rules (NULL: they stay as stored). */
static void
write_event(event_seats *seats, Sijill__V1__Event *event, sj_bytes packed,
            Sijill__V1__EventRules *stored, Sijill__V1__EventRules *rules)
{
    event_write(seats, event, packed);
    seats->row->has_mode = true;
    seats->row->mode = event->mode;
    if (rules != NULL) {
        rules_write(seats, rules);
        rules_apply(seats, rules);
    }
    event_emit(seats, event, rules != NULL ? rules : stored);
    line_move(seats);
    seats_write(seats);
}

static sj_status
define_known(event_seats *seats, Sijill__V1__Event *event, sj_bytes packed, const slug_row *known,
             Sijill__V1__EventRules *rules, sj_reply *reply)
{
    Sijill__V1__EventRules *stored = rules_read(seats);

    if (stored == NULL)
        return sj_refuse(seats->txn, reply, SJ_INTERNAL, "the event's rules cannot be read");
    if (rules != NULL && rules_equal(seats->txn, stored, rules))
        rules = NULL;
    if (rules == NULL && same_description(known, packed))
        return answer(seats, reply, SIJILL__V1__OUTCOME__UNCHANGED);
    if (rules != NULL && !rules_fit(seats, rules, reply))
        return reply->status;
    write_event(seats, event, packed, stored, rules);
    return answer(seats, reply, SIJILL__V1__OUTCOME__UPDATED);
}

sj_status
define_event(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__DefineEvent *in = sj_decode(txn, cmd, &sijill__v1__define_event__descriptor, reply);
    sj_key organisation = sj_key_org(cmd->org);
    Sijill__V1__EventRules none, *rules;
    event_seats seats;
    seats_row fresh;

    if (in == NULL)
        return reply->status;
    if (in->event == NULL)
        return sj_refuse_field(txn, reply, "event", "which event?");
    if (!event_clean(txn, in->event, reply))
        return reply->status;
    if (!sj_exists(txn, TABLE_ORGANISATION, &organisation))
        return sj_refuse(txn, reply, SJ_PRECONDITION, "define the organisation first");

    rules = in->event->rules;
    in->event->rules = NULL;

    sj_bytes packed = sj_pack(txn, &in->event->base);
    slug_row *known = slug_read(txn, cmd->org, in->event->slug);

    if (packed.size > EVENT_SIZE_MAX)
        return sj_refuse(txn, reply, SJ_TOO_LARGE,
                         "the description is larger than 20 KiB; shorten texts or source_json");
    if (known != NULL) {
        if (!seats_read(&seats, txn, cmd->org, known->summary->id))
            return sj_refuse(txn, reply, SJ_INTERNAL, "the event's seats cannot be read");
        sj_note_event(txn, seats.event);
        if (!sj_revision_holds(txn, cmd, seats.row->revision, reply))
            return reply->status;
        return define_known(&seats, in->event, packed, known, rules, reply);
    }
    if (!sj_revision_holds(txn, cmd, 0, reply))
        return reply->status;
    begin(&seats, txn, cmd, &fresh);
    sj_note_event(txn, seats.event);
    sijill__v1__event_rules__init(&none);
    write_event(&seats, in->event, packed, NULL, rules != NULL ? rules : &none);
    return answer(&seats, reply, SIJILL__V1__OUTCOME__CREATED);
}
