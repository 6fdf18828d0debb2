/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * said: what platforms have said of registrations, so that the order in which they say it is all
 * one.
 *
 * A row of table `said` is one registration by the platform's own id.  It keeps the latest word and
 * of each text about the person the latest, by the platform's clock; of the same instant the word
 * that ends most wins, and the greater text.  A registration lists the rows that are of it: a
 * person may have several ids, one after the other or at several platforms.  It is live while one
 * of them is, and the latest of these decides; when none is, the latest of all.
 */
#include "services/registration/seats.h"

enum {
    SAID_MAX = 16,         /* ids of one person */
    SAID_UNDATED_MAX = 16, /* words without a time of their own that one row knows again */
};

/* Rows that are of one registration, read. */
typedef struct said_set {
    size_t count;
    said_row *row[SAID_MAX];
    uint8_t hash[SAID_MAX][HASH_SIZE];
} said_set;

void said_hash(event_seats *seats, const char *source, const char *external_id,
               uint8_t hash[HASH_SIZE]);
/* NULL: nothing was said yet, or a fault. */
said_row *said_read(event_seats *seats, const uint8_t hash[HASH_SIZE]);
void said_write(event_seats *seats, const uint8_t hash[HASH_SIZE], const said_row *row);
/* A row of which nothing is known but its names; NULL: a fault. */
said_row *said_new(event_seats *seats, char *source, char *external_id);

/* A word without a time of its own, which each delivery dates anew.  True: it was heard before and
 * is nothing new; false: it is known from now on, in place of the oldest. */
bool said_heard(event_seats *seats, said_row *row, const Sijill__V1__FollowRegistration *in);
/* Take a word in.  False: it says nothing that is not known, or is late.  *texts: bit n, text n of
 * the person is news. */
bool said_learn(said_row *row, const Sijill__V1__FollowRegistration *in, unsigned *texts);

/* The rows of a registration, `row` under `hash` among them as it is in memory; false: too many. */
bool said_gather(event_seats *seats, const registration_row *registration, said_row *row,
                 const uint8_t hash[HASH_SIZE], said_set *set);
/* Which of them decides. */
size_t said_decisive(const said_set *set);
bool said_word_equal(const Sijill__V1__SaidWord *a, const Sijill__V1__SaidWord *b);
/* Whether another row of the set has a later text n than `row`. */
bool said_outdated(const said_set *set, const said_row *row, unsigned n);

/* One who registers anew by hand stays the platforms' registration. */
void said_keep(registration_row *to, const registration_row *from);
