/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * seats: one event's seats as one command sees and changes them.
 *
 * The row in memory is the truth while the command runs; seats_write puts it back once.  A
 * registration is counted by seats_count and by nothing else, so the counters always follow from
 * the rows.
 */
#include "services/registration/rows.h"

typedef struct event_seats {
    sj_txn *txn;
    uint64_t org;
    uint8_t event[SJ_ID_SIZE];
    seats_row *row;
} event_seats;

/* What one registration occupies, or would. */
typedef struct seat {
    bool taken; /* by a role that needs one */
    Sijill__V1__Mode mode;
    char country[COUNTRY_SIZE + 1]; /* "": none */
} seat;

/* The event's seats; false: no such event. */
bool seats_read(event_seats *seats, sj_txn *txn, uint64_t org, ProtobufCBinaryData event);
void seats_write(event_seats *seats);

/* Trainers, speakers and organisers sit outside the count. */
bool role_takes_seat(Sijill__V1__Role role);
seat seat_of(const registration_row *row);
bool seat_equal(seat a, seat b);
/* Whether `want` may be taken by one who gives up `held` for it (NULL: holds nothing). */
bool seats_free(event_seats *seats, seat want, const seat *held);
/* Whether no seat is free for anybody. */
bool seats_sold_out(const event_seats *seats);
/* Whether who fits may depend on mode or country. */
bool seats_by_quota(const event_seats *seats);

/* Add a registration in its present state to the counters, or take it out of them. */
void seats_count(event_seats *seats, const registration_row *row, bool add);

typedef enum seat_offer {
    OFFER_CONFIRMED,
    OFFER_WAITLISTED,
    OFFER_FULL,   /* no seat and no waiting list */
    OFFER_MOVING, /* free seats are on their way to those who wait */
} seat_offer;

/* What an approved newcomer gets. */
seat_offer seats_offer(event_seats *seats, seat want);
/* Say no to one whose offer is FULL or MOVING. */
sj_status seats_refuse(event_seats *seats, sj_reply *reply, seat_offer offer);
