/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 112 DecideRegistration: approve, reject, withdraw, reinstate.
 *
 * Which decision leads where from which state is the table below, and stands nowhere else.
 */
#include "services/core/text.h"
#include "services/registration/form.h"
#include "services/registration/line.h"
#include "services/registration/registrations.h"
#include "services/registration/routes.h"

#include <assert.h>
#include <string.h>

enum { STATES = SIJILL__V1__REGISTRATION_STATE__CANCELLED + 1, DECISIONS = 5 };

typedef enum move {
    MOVE_REFUSED,
    MOVE_NONE, /* there already */
    MOVE_SEAT, /* to a seat, or to the line */
    MOVE_REJECT,
    MOVE_CANCEL,
} move;

/* clang-format off */
static const move moves[DECISIONS][STATES] = {
    /* from       none          pending       waitlisted    confirmed     rejected      cancelled */
    /* none */  { MOVE_REFUSED, MOVE_REFUSED, MOVE_REFUSED, MOVE_REFUSED, MOVE_REFUSED, MOVE_REFUSED },
    /* APPROVE */
                { MOVE_REFUSED, MOVE_SEAT,    MOVE_NONE,    MOVE_NONE,    MOVE_REFUSED, MOVE_REFUSED },
    /* REJECT */
                { MOVE_REFUSED, MOVE_REJECT,  MOVE_REJECT,  MOVE_REJECT,  MOVE_NONE,    MOVE_REFUSED },
    /* WITHDRAW */
                { MOVE_REFUSED, MOVE_CANCEL,  MOVE_CANCEL,  MOVE_CANCEL,  MOVE_REFUSED, MOVE_NONE },
    /* REINSTATE */
                { MOVE_REFUSED, MOVE_REFUSED, MOVE_NONE,    MOVE_NONE,    MOVE_SEAT,    MOVE_SEAT },
};
/* clang-format on */

static move
move_of(Sijill__V1__Decision decision, Sijill__V1__RegistrationState state)
{
    assert((unsigned) decision < DECISIONS && (unsigned) state < STATES);
    return moves[decision][state];
}

/* Why a decision cannot be taken, and which one can. */
static const char *
refused_words(Sijill__V1__Decision decision, Sijill__V1__RegistrationState state)
{
    if (state == SIJILL__V1__REGISTRATION_STATE__PENDING)
        return "the registration is pending: approve it or reject it";
    if (decision == SIJILL__V1__DECISION__APPROVE)
        return "the registration was rejected or cancelled: reinstate it";
    return state == SIJILL__V1__REGISTRATION_STATE__CANCELLED
               ? "the registration is cancelled: there is nothing to reject"
               : "the registration was rejected: there is nothing to withdraw";
}

static sj_status
carry_out(event_seats *seats, const uint8_t id[SJ_ID_SIZE], registration_row *row, move to,
          char *reason, sj_reply *reply)
{
    Sijill__V1__RegistrationState was = row->state;
    seat_offer offer = OFFER_CONFIRMED;
    bool freed;

    if (to == MOVE_SEAT) {
        if (seats->row->state != SIJILL__V1__EVENT_STATE__EVENT_OPEN)
            return sj_refuse(seats->txn, reply, SJ_CLOSED,
                             "the event is not open; open it again to give seats");
        offer = seats_offer(seats, seat_of(row));
        if (offer == OFFER_FULL || offer == OFFER_MOVING)
            return seats_refuse(seats, reply, offer);
    }
    registration_leave(seats, row, &freed);
    row->reason = reason;
    if (to == MOVE_SEAT)
        registration_admit(seats, id, row, offer);
    else
        registration_set_state(row, to == MOVE_REJECT ? SIJILL__V1__REGISTRATION_STATE__REJECTED
                                                      : SIJILL__V1__REGISTRATION_STATE__CANCELLED);
    registration_write(seats, id, row, was);
    if (freed)
        line_move(seats);
    seats_write(seats);
    return registration_reply(seats, reply, id, row, SIJILL__V1__OUTCOME__UPDATED,
                              offer == OFFER_WAITLISTED, false);
}

sj_status
decide_registration(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__DecideRegistration *in =
        sj_decode(txn, cmd, &sijill__v1__decide_registration__descriptor, reply);
    event_seats seats;
    bool marks_dropped = false;
    const char *words;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_event_id, in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (!sj_is_id(in->has_registration_id, in->registration_id))
        return sj_refuse_field(txn, reply, "registration_id",
                               "name the registration by its id of 16 octets");
    if (in->decision == SIJILL__V1__DECISION__DECISION_NONE)
        return sj_refuse_field(txn, reply, "decision", "approve, reject, withdraw or reinstate?");
    if (!form_text(txn, &in->reason, FORM_TEXT_POINTS, &marks_dropped, &words))
        return sj_refuse_field(txn, reply, "reason", words);
    if (!seats_read(&seats, txn, cmd->org, in->event_id))
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");

    const uint8_t *id = in->registration_id.data;
    registration_row *row = registration_read(&seats, id);

    if (row == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such registration at this event");
    if (!registration_revision_holds(&seats, cmd, id, reply))
        return reply->status;

    move to = move_of(in->decision, row->state);

    if (to == MOVE_REFUSED)
        return sj_refuse(txn, reply, SJ_PRECONDITION, refused_words(in->decision, row->state));
    if (to == MOVE_NONE)
        return registration_reply(&seats, reply, id, row, SIJILL__V1__OUTCOME__UNCHANGED, false,
                                  marks_dropped);
    return carry_out(&seats, id, row, to, in->reason, reply);
}
