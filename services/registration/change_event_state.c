/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 103 ChangeEventState: open and closed may follow each other, cancelled is final.
 * While an event is not open nobody moves up; when it opens again, free seats go to the line first.
 */
#include "services/registration/events.h"
#include "services/registration/line.h"
#include "services/registration/routes.h"
#include "services/registration/rules.h"

static sj_status
answer(event_seats *seats, sj_reply *reply)
{
    Sijill__V1__EventStateReply out;

    sijill__v1__event_state_reply__init(&out);
    out.has_state = true;
    out.state = seats->row->state;
    return sj_accept(seats->txn, reply, &out.base);
}

sj_status
change_event_state(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ChangeEventState *in =
        sj_decode(txn, cmd, &sijill__v1__change_event_state__descriptor, reply);
    event_seats seats;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (!in->has_state)
        return sj_refuse_field(txn, reply, "state", "open, closed or cancelled?");
    if (!seats_read(&seats, txn, cmd->org, in->event_id))
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
    if (!sj_revision_holds(txn, cmd, seats.row->revision, reply))
        return reply->status;
    if (in->state == seats.row->state)
        return answer(&seats, reply);
    if (seats.row->state == SIJILL__V1__EVENT_STATE__EVENT_CANCELLED)
        return sj_refuse(txn, reply, SJ_PRECONDITION,
                         "a cancelled event stays cancelled; define another one");

    Sijill__V1__Event *event = event_read(&seats);
    Sijill__V1__EventRules *rules = rules_read(&seats);

    if (event == NULL || rules == NULL)
        return sj_refuse(txn, reply, SJ_INTERNAL, "the event cannot be read");
    seats.row->state = in->state;
    event_emit(&seats, event, rules);
    if (in->state == SIJILL__V1__EVENT_STATE__EVENT_OPEN)
        line_move(&seats);
    else
        line_stop(&seats);
    seats_write(&seats);
    return answer(&seats, reply);
}
