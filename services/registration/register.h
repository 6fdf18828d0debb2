/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * register: what the two halves of command 110 share: a newcomer, and somebody who is known.
 */
#include "services/registration/who.h"

typedef struct registering {
    event_seats seats;
    const sj_command *cmd;
    Sijill__V1__Register *in; /* clean */
    sj_reply *reply;
    bool marks_dropped;
    who_place email;    /* sought when `in` has one */
    who_place external; /* sought when `in` has one */
    uint8_t id[SJ_ID_SIZE];
    registration_row *known; /* NULL: nobody with this e-mail or external id yet */
} registering;

/* Register one who holds nothing: new, or cancelled (then the id stays and all else is anew). */
sj_status register_newcomer(registering *r);
/* Answer for one who is known: no change, a conflict, or the update that was asked for. */
sj_status register_again(registering *r);

/* Write a known registration as `after` says, which differs in anything but its state; its seat or
 * place may change with it.  False: *reply refuses. */
bool register_change(registering *r, registration_row *after);

/* The mode a registration has when it names none; false: *reply asks for one. */
bool register_mode(registering *r, registration_row *row);
/* Bring both indexes from what `before` says (NULL: nothing) to what `after` says. */
void register_index(registering *r, const registration_row *before, const registration_row *after);
