/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * registrations: one person's row at one event, and the only ways in which it changes.
 * Each change is said in the feed (134), with what is personal beside it.
 */
#include "services/registration/seats.h"

/* The row; NULL: none, or a fault. */
registration_row *registration_read(event_seats *seats, const uint8_t id[SJ_ID_SIZE]);
/* Write the row as it is now; `was` is its state before this command. */
void registration_write(event_seats *seats, const uint8_t id[SJ_ID_SIZE], registration_row *row,
                        Sijill__V1__RegistrationState was);

/* Take a registration that is about to change its state out of the counters and the line.  *freed:
 * it gives up a seat, and the line must be moved when the change is written. */
void registration_leave(event_seats *seats, const registration_row *row, bool *freed);
/* Whether it is at cmd->if_revision, if that was asked; else *reply says no. */
bool registration_revision_holds(event_seats *seats, const sj_command *cmd,
                                 const uint8_t id[SJ_ID_SIZE], sj_reply *reply);

/* Give a registration that holds nothing what it was offered: a seat, or the end of the line.  The
 * row is counted, not written. */
void registration_admit(event_seats *seats, const uint8_t id[SJ_ID_SIZE], registration_row *row,
                        seat_offer offer);
void registration_set_state(registration_row *row, Sijill__V1__RegistrationState state);

/* Answer 110 and 112.  Who joined the line just now is its last; others' place is counted. */
sj_status registration_reply(event_seats *seats, sj_reply *reply, const uint8_t id[SJ_ID_SIZE],
                             const registration_row *row, Sijill__V1__Outcome outcome, bool joined,
                             bool marks_dropped);
