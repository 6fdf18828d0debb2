/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * rules: an event's rules, and what of them the seats row carries so that a Register need not read
 * the event.
 */
#include "services/registration/seats.h"

/* Counting seats by country from the rows is for events whose registrations one command can read.
 */
enum { RULES_COUNT_MAX = 50000 };

/* Whether the rules make sense by themselves; false: *reply refuses. */
bool rules_clean(sj_txn *txn, Sijill__V1__EventRules *rules, sj_reply *reply);

/* Whether who is confirmed fits the new rules; false: *reply refuses. */
bool rules_fit(event_seats *seats, const Sijill__V1__EventRules *rules, sj_reply *reply);

/* Write what the seats row and the quotas by country carry of the rules: the row in memory, the
 * quotas at once. */
void rules_apply(event_seats *seats, const Sijill__V1__EventRules *rules);

/* The stored rules, never NULL but with a fault; and whether others would change anything. */
Sijill__V1__EventRules *rules_read(event_seats *seats);
bool rules_equal(sj_txn *txn, const Sijill__V1__EventRules *a, const Sijill__V1__EventRules *b);
void rules_write(event_seats *seats, const Sijill__V1__EventRules *rules);

/* The counts by country and the quotas against registrations and rules. */
void rules_scrub(event_seats *seats, sj_scrub_found *found, void *context);
