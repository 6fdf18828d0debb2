/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 110 Register: one person, one event.
 *
 * The rush comes here: of the event only the small seats row is read, and what is written stands
 * beside the rows of the same event.  The index row of the e-mail makes a second registration
 * impossible, the counters in the seats row make a seat too many impossible; all live and die in
 * one transaction.
 */
#include "services/core/identity.h"
#include "services/registration/applicant.h"
#include "services/registration/line.h"
#include "services/registration/register.h"
#include "services/registration/registrations.h"
#include "services/registration/routes.h"
#include "services/registration/said.h"

#include <string.h>

/* Look for the person under both keys; false: *reply says that they are two. */
static bool
find_known(registering *r)
{
    const Sijill__V1__Register *in = r->in;
    uint8_t by_email[SJ_ID_SIZE];
    registration_row *row = NULL;

    r->known = NULL;
    if (in->external_id != NULL) {
        who_external(&r->seats, in->source, in->external_id, &r->external);
        r->known = who_has_external(&r->seats, &r->external, in->source, in->external_id, r->id);
    }
    if (in->person->email != NULL) {
        who_email(&r->seats, in->person->email, &r->email);
        row = who_has_email(&r->seats, &r->email, in->person->email, by_email);
    }
    if (row == NULL)
        return true;
    if (r->known == NULL) {
        r->known = row;
        memcpy(r->id, by_email, SJ_ID_SIZE);
    }
    if (memcmp(r->id, by_email, SJ_ID_SIZE) == 0)
        return true;
    (void) sj_refuse(
        r->seats.txn, r->reply, SJ_CONFLICT,
        "the e-mail and the external id belong to two registrations; correct one of them");
    r->reply->field = "external_id";
    return false;
}

/* Why nobody may register now; NULL: one may. */
static const char *
closed_words(const registering *r)
{
    const seats_row *row = r->seats.row;
    bool override = r->in->has_override && r->in->override;

    if (row->state == SIJILL__V1__EVENT_STATE__EVENT_CANCELLED)
        return "the event is cancelled";
    if (row->state == SIJILL__V1__EVENT_STATE__EVENT_CLOSED)
        return "registration has ended; an organiser can open the event again";
    if (override)
        return NULL;
    if (row->has_opens_ms && r->cmd->now_ms < row->opens_ms)
        return "registration has not opened yet";
    if (row->has_closes_ms && r->cmd->now_ms >= row->closes_ms)
        return "registration has closed; an organiser can override";
    return NULL;
}

static bool
outside_window(const registering *r)
{
    const seats_row *row = r->seats.row;

    return (row->has_opens_ms && r->cmd->now_ms < row->opens_ms) ||
           (row->has_closes_ms && r->cmd->now_ms >= row->closes_ms);
}

bool
register_mode(registering *r, registration_row *row)
{
    const seats_row *event = r->seats.row;

    row->has_mode = true;
    if (row->mode == SIJILL__V1__MODE__MODE_UNKNOWN &&
        (event->mode == SIJILL__V1__MODE__IN_PERSON || event->mode == SIJILL__V1__MODE__ONLINE))
        row->mode = event->mode;
    if (row->mode != SIJILL__V1__MODE__MODE_UNKNOWN || !role_takes_seat(row->role) ||
        (!event->has_capacity_in_person && !event->has_capacity_online))
        return true;
    (void) sj_refuse_field(r->seats.txn, r->reply, "mode",
                           "this event has seats by mode: say in person or online");
    return false;
}

static void
unindex(registering *r, const registration_row *before, const registration_row *after)
{
    who_place place;

    if (before->person->email != NULL &&
        (after->person->email == NULL ||
         strcmp(before->person->email, after->person->email) != 0)) {
        who_email(&r->seats, before->person->email, &place);
        who_drop(&r->seats, &place, r->id);
    }
    if (before->external_id != NULL &&
        (after->external_id == NULL || strcmp(before->source, after->source) != 0 ||
         strcmp(before->external_id, after->external_id) != 0)) {
        who_external(&r->seats, before->source, before->external_id, &place);
        who_drop(&r->seats, &place, r->id);
    }
}

void
register_index(registering *r, const registration_row *before, const registration_row *after)
{
    const Sijill__V1__Register *in = r->in;

    if (before != NULL)
        unindex(r, before, after);
    if (in->person->email != NULL && (before == NULL || before->person->email == NULL ||
                                      strcmp(before->person->email, in->person->email) != 0))
        who_add(&r->seats, &r->email, r->id);
    if (in->external_id != NULL &&
        (before == NULL || before->external_id == NULL || strcmp(before->source, in->source) != 0 ||
         strcmp(before->external_id, in->external_id) != 0))
        who_add(&r->seats, &r->external, r->id);
}

sj_status
register_newcomer(registering *r)
{
    const char *closed = closed_words(r);
    registration_row row;
    Sijill__V1__RegistrationState was =
        r->known == NULL ? SIJILL__V1__REGISTRATION_STATE__STATE_NONE : r->known->state;

    if (closed != NULL)
        return sj_refuse(r->seats.txn, r->reply, SJ_CLOSED, closed);
    sijill__v1__registration_row__init(&row);
    row.person = r->in->person;
    row.has_role = row.has_registered_ms = true;
    applicant_apply(&row, r->in);
    row.registered_ms = r->cmd->now_ms;
    row.has_overridden = row.overridden = outside_window(r);
    if (!register_mode(r, &row))
        return r->reply->status;

    seat_offer offer = OFFER_CONFIRMED;

    if (!r->seats.row->needs_approval)
        offer = seats_offer(&r->seats, seat_of(&row));
    if (offer == OFFER_FULL || offer == OFFER_MOVING)
        return seats_refuse(&r->seats, r->reply, offer);

    if (r->known == NULL)
        sj_new_id(r->cmd, 0, r->id);
    else
        said_keep(&row, r->known);
    if (r->seats.row->needs_approval) {
        registration_set_state(&row, SIJILL__V1__REGISTRATION_STATE__PENDING);
        seats_count(&r->seats, &row, true);
    } else {
        registration_admit(&r->seats, r->id, &row, offer);
    }
    register_index(r, r->known, &row);
    registration_write(&r->seats, r->id, &row, was);
    seats_write(&r->seats);
    return registration_reply(&r->seats, r->reply, r->id, &row, SIJILL__V1__OUTCOME__CREATED,
                              offer == OFFER_WAITLISTED, r->marks_dropped);
}

sj_status
register_person(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    registering r = { .cmd = cmd, .reply = reply };

    r.in = sj_decode(txn, cmd, &sijill__v1__register__descriptor, reply);
    if (r.in == NULL)
        return reply->status;
    if (!sj_is_id(r.in->has_event_id, r.in->event_id))
        return sj_refuse_field(txn, reply, "event_id", "name the event by its id of 16 octets");
    if (!applicant_clean(txn, r.in, &r.marks_dropped, reply))
        return reply->status;
    if (!seats_read(&r.seats, txn, cmd->org, r.in->event_id))
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such event");
    if (!find_known(&r))
        return reply->status;
    if (r.known == NULL ? !sj_revision_holds(txn, cmd, 0, reply)
                        : !registration_revision_holds(&r.seats, cmd, r.id, reply))
        return reply->status;
    return r.known == NULL ? register_newcomer(&r) : register_again(&r);
}
