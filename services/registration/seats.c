/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/seats.h"

#include <assert.h>
#include <string.h>

enum { MOVING_RETRY_MS = 500 };

bool
seats_read(event_seats *seats, sj_txn *txn, uint64_t org, ProtobufCBinaryData event)
{
    seats->txn = txn;
    seats->org = org;
    memcpy(seats->event, event.data, SJ_ID_SIZE);

    sj_key key = key_event(org, seats->event);

    seats->row = sj_row_get(txn, TABLE_SEATS, &key, &sijill__v1__seats_row__descriptor);
    return seats->row != NULL;
}

void
seats_write(event_seats *seats)
{
    sj_key key = key_event(seats->org, seats->event);

    sj_row_put(seats->txn, TABLE_SEATS, &key, &seats->row->base);
}

bool
role_takes_seat(Sijill__V1__Role role)
{
    return role == SIJILL__V1__ROLE__PARTICIPANT || role == SIJILL__V1__ROLE__OBSERVER ||
           role == SIJILL__V1__ROLE__FOCAL_POINT;
}

seat
seat_of(const registration_row *row)
{
    seat at = { .taken = role_takes_seat(row->role), .mode = row->mode };

    if (row->person->country != NULL)
        memcpy(at.country, row->person->country, COUNTRY_SIZE);
    return at;
}

bool
seat_equal(seat a, seat b)
{
    return a.taken == b.taken && a.mode == b.mode && strcmp(a.country, b.country) == 0;
}

static country_row *
country_read(event_seats *seats, const char *country)
{
    sj_key key = key_country(seats->org, seats->event, country);

    return sj_row_get(seats->txn, TABLE_COUNTRY, &key, &sijill__v1__country_row__descriptor);
}

/* Whether a limit leaves room, once `given_up` is taken off the count. */
static bool
room(protobuf_c_boolean limited, uint32_t limit, uint32_t count, bool given_up)
{
    return !limited || count - given_up < limit;
}

bool
seats_free(event_seats *seats, seat want, const seat *held)
{
    const seats_row *row = seats->row;
    bool holds = held != NULL && held->taken;

    if (!want.taken)
        return true;
    if (!room(row->has_capacity, row->capacity, row->confirmed, holds))
        return false;
    if (want.mode == SIJILL__V1__MODE__IN_PERSON &&
        !room(row->has_capacity_in_person, row->capacity_in_person, row->confirmed_in_person,
              holds && held->mode == want.mode))
        return false;
    if (want.mode == SIJILL__V1__MODE__ONLINE &&
        !room(row->has_capacity_online, row->capacity_online, row->confirmed_online,
              holds && held->mode == want.mode))
        return false;
    if (!row->by_country)
        return true;

    const country_row *country = country_read(seats, want.country);

    return country == NULL || room(country->has_seats, country->seats, country->confirmed,
                                   holds && strcmp(held->country, want.country) == 0);
}

bool
seats_sold_out(const event_seats *seats)
{
    return seats->row->has_capacity && seats->row->confirmed >= seats->row->capacity;
}

bool
seats_by_quota(const event_seats *seats)
{
    return seats->row->has_capacity_in_person || seats->row->has_capacity_online ||
           seats->row->by_country;
}

static void
step(protobuf_c_boolean *has, uint32_t *counter, bool add)
{
    assert(add ? *counter < UINT32_MAX : *counter > 0);
    *counter = add ? *counter + 1 : *counter - 1;
    *has = true;
}

static void
country_count(event_seats *seats, const char *country, bool add)
{
    country_row *row = country_read(seats, country);
    country_row fresh;

    if (row == NULL) {
        sijill__v1__country_row__init(&fresh);
        row = &fresh;
    }
    if (sj_txn_fault(seats->txn) != SJ_FAULT_NONE)
        return;
    step(&row->has_confirmed, &row->confirmed, add);

    sj_key key = key_country(seats->org, seats->event, country);

    sj_row_put(seats->txn, TABLE_COUNTRY, &key, &row->base);
}

static void
seat_count(event_seats *seats, seat at, bool add)
{
    seats_row *row = seats->row;

    step(&row->has_confirmed, &row->confirmed, add);
    if (at.mode == SIJILL__V1__MODE__IN_PERSON)
        step(&row->has_confirmed_in_person, &row->confirmed_in_person, add);
    if (at.mode == SIJILL__V1__MODE__ONLINE)
        step(&row->has_confirmed_online, &row->confirmed_online, add);
    if (row->by_country)
        country_count(seats, at.country, add);
}

void
seats_count(event_seats *seats, const registration_row *row, bool add)
{
    switch (row->state) {
    case SIJILL__V1__REGISTRATION_STATE__PENDING:
        step(&seats->row->has_pending, &seats->row->pending, add);
        break;
    case SIJILL__V1__REGISTRATION_STATE__WAITLISTED:
        step(&seats->row->has_waitlisted, &seats->row->waitlisted, add);
        break;
    case SIJILL__V1__REGISTRATION_STATE__CONFIRMED:
        step(&seats->row->has_confirmed_all, &seats->row->confirmed_all, add);
        if (role_takes_seat(row->role))
            seat_count(seats, seat_of(row), add);
        break;
    case SIJILL__V1__REGISTRATION_STATE__STATE_NONE:
    case SIJILL__V1__REGISTRATION_STATE__REJECTED:
    case SIJILL__V1__REGISTRATION_STATE__CANCELLED:
    case _SIJILL__V1__REGISTRATION_STATE_IS_INT_SIZE:
        break;
    }
}

seat_offer
seats_offer(event_seats *seats, seat want)
{
    if (!want.taken)
        return OFFER_CONFIRMED;
    if (!seats->row->moving && seats_free(seats, want, NULL))
        return OFFER_CONFIRMED;
    if (seats->row->waiting_list)
        return OFFER_WAITLISTED;
    return seats->row->moving ? OFFER_MOVING : OFFER_FULL;
}

sj_status
seats_refuse(event_seats *seats, sj_reply *reply, seat_offer offer)
{
    assert(offer == OFFER_FULL || offer == OFFER_MOVING);
    if (offer == OFFER_FULL)
        return sj_refuse(seats->txn, reply, SJ_FULL,
                         "every seat for this is taken and there is no waiting list");

    sj_status status =
        sj_refuse(seats->txn, reply, SJ_BUSY, "free seats are going to those who wait; try again");

    reply->retry_after_ms = MOVING_RETRY_MS;
    return status;
}
