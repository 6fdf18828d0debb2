/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 110 Register, of somebody who is known at this event.
 *
 * The same content again changes nothing, whatever the clock says, so a redelivery is harmless.  An
 * update is no new registration: it asks neither opens_ms nor closes_ms, but a change of mode,
 * country or role goes through the seat check, and a seat that is held is never lost by it.
 */
#include "services/registration/applicant.h"
#include "services/registration/line.h"
#include "services/registration/register.h"
#include "services/registration/registrations.h"

#include <assert.h>
#include <string.h>

static sj_status
unchanged(registering *r)
{
    return registration_reply(&r->seats, r->reply, r->id, r->known, SIJILL__V1__OUTCOME__UNCHANGED,
                              false, r->marks_dropped);
}

/* One who holds a seat becomes somebody who needs another; *freed: the old one goes to the line. */
static seat_offer
change_confirmed(registering *r, const registration_row *before, registration_row *after,
                 bool *freed)
{
    seat held = seat_of(before), want = seat_of(after);

    if (!seat_equal(held, want) && want.taken) {
        if (r->seats.row->moving)
            return OFFER_MOVING;
        if (!seats_free(&r->seats, want, &held))
            return OFFER_FULL;
    }
    *freed = held.taken && !seat_equal(held, want);
    return OFFER_CONFIRMED;
}

/* One who waits may fit now; else keeps the place. */
static seat_offer
change_waitlisted(registering *r, registration_row *after)
{
    seat want = seat_of(after);
    bool open = r->seats.row->state == SIJILL__V1__EVENT_STATE__EVENT_OPEN;

    if (!want.taken)
        return OFFER_CONFIRMED;
    return open && !r->seats.row->moving && seats_free(&r->seats, want, NULL) ? OFFER_CONFIRMED
                                                                              : OFFER_WAITLISTED;
}

static void
write_change(registering *r, const registration_row *before, registration_row *after,
             seat_offer offer, bool freed)
{
    event_seats *seats = &r->seats;

    seats_count(seats, before, false);
    if (before->state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED) {
        if (offer == OFFER_CONFIRMED) {
            line_leave(seats, before);
            registration_set_state(after, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
        } else if (!seat_equal(seat_of(before), seat_of(after))) {
            line_rewrite(seats, r->id, after);
        }
    }
    seats_count(seats, after, true);
    register_index(r, before, after);
    registration_write(seats, r->id, after, before->state);
    if (freed)
        line_move(seats);
    seats_write(seats);
}

bool
register_change(registering *r, registration_row *after)
{
    const registration_row *before = r->known;
    seat_offer offer = OFFER_WAITLISTED;
    bool freed = false;

    if (before->state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED)
        offer = change_confirmed(r, before, after, &freed);
    else if (before->state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED)
        offer = change_waitlisted(r, after);
    if (offer == OFFER_FULL || offer == OFFER_MOVING) {
        if (offer == OFFER_FULL)
            (void) sj_refuse(r->seats.txn, r->reply, SJ_FULL,
                             "no seat is free for the changed registration; it stays as it was");
        else
            (void) seats_refuse(&r->seats, r->reply, offer);
        return false;
    }
    write_change(r, before, after, offer, freed);
    return true;
}

static sj_status
update(registering *r)
{
    const registration_row *before = r->known;
    registration_row after = *before;
    Sijill__V1__Person person = *before->person;

    after.person = &person;
    applicant_apply(&after, r->in);
    if (!seat_equal(seat_of(before), seat_of(&after)) && !register_mode(r, &after))
        return r->reply->status;
    if (!register_change(r, &after))
        return r->reply->status;
    return registration_reply(&r->seats, r->reply, r->id, &after, SIJILL__V1__OUTCOME__UPDATED,
                              false, r->marks_dropped);
}

/* One who was rejected or cancelled. */
static sj_status
ended(registering *r, const char *difference)
{
    if (difference == NULL && r->in->external_id != NULL)
        return unchanged(r); /* the platform or the upload tells again what it told */
    if (r->known->state == SIJILL__V1__REGISTRATION_STATE__CANCELLED)
        return register_newcomer(r);
    return sj_refuse(r->seats.txn, r->reply, SJ_CONFLICT,
                     "this registration was rejected; an organiser can reinstate it");
}

sj_status
register_again(registering *r)
{
    const char *difference = applicant_difference(r->seats.txn, r->known, r->in);

    if (r->known->state == SIJILL__V1__REGISTRATION_STATE__REJECTED ||
        r->known->state == SIJILL__V1__REGISTRATION_STATE__CANCELLED)
        return ended(r, difference);
    if (difference == NULL)
        return unchanged(r);
    if (r->in->has_on_duplicate && r->in->on_duplicate == SIJILL__V1__ON_DUPLICATE__UPDATE)
        return update(r);
    (void) sj_refuse(
        r->seats.txn, r->reply, SJ_CONFLICT,
        sj_words(r->seats.txn,
                 "already registered, and %s differs; send on_duplicate UPDATE to change it",
                 difference));
    r->reply->field = difference;
    return r->reply->status;
}
