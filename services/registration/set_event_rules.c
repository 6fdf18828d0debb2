/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 104 SetEventRules: the rules of a known event, nothing else.  More seats go to the line in the
 * same transaction.
 */
#include "services/registration/events.h"
#include "services/registration/line.h"
#include "services/registration/routes.h"
#include "services/registration/rules.h"

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

sj_status
set_event_rules(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__SetEventRules *in =
        sj_decode(txn, cmd, &sijill__v1__set_event_rules__descriptor, reply);
    event_seats seats;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (in->rules == NULL)
        return sj_refuse_field(txn, reply, "rules", "which rules?");
    if (!rules_clean(txn, in->rules, reply))
        return reply->status;
    if (!seats_read(&seats, txn, cmd->org, in->event_id))
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
    if (!sj_revision_holds(txn, cmd, seats.row->revision, reply))
        return reply->status;

    Sijill__V1__EventRules *stored = rules_read(&seats);
    Sijill__V1__Event *event = event_read(&seats);

    if (stored == NULL || event == NULL)
        return sj_refuse(txn, reply, SJ_INTERNAL, "the event cannot be read");
    if (rules_equal(txn, stored, in->rules))
        return answer(&seats, reply, SIJILL__V1__OUTCOME__UNCHANGED);
    if (!rules_fit(&seats, in->rules, reply))
        return reply->status;
    rules_write(&seats, in->rules);
    rules_apply(&seats, in->rules);
    event_emit(&seats, event, in->rules);
    line_move(&seats);
    seats_write(&seats);
    return answer(&seats, reply, SIJILL__V1__OUTCOME__UPDATED);
}
