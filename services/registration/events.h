/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * events: the description of an event, its slug, and what the feed is told of both.
 * The description is stored without its rules, which are a row of their own: either changes without
 * the other.
 */
#include "services/registration/seats.h"

enum { EVENT_SIZE_MAX = 20 * 1024 }; /* packed octets of a description */

/* Name and description as ListEvents shows them; NULL: no such slug. */
slug_row *slug_read(sj_txn *txn, uint64_t org, const char *slug);

/* The event that a request names by its id (NULL: it does not) or else by its slug.  False: *reply.
 */
bool event_find(event_seats *seats, sj_txn *txn, uint64_t org, const ProtobufCBinaryData *id,
                const char *slug, sj_reply *reply);

/* The description without rules; NULL only with a fault. */
Sijill__V1__Event *event_read(event_seats *seats);
/* Write description and slug; `packed` is the description as it is stored. */
void event_write(event_seats *seats, Sijill__V1__Event *event, sj_bytes packed);

/* Say the whole event in the feed, with its rules and state as they are now. */
void event_emit(event_seats *seats, Sijill__V1__Event *event, Sijill__V1__EventRules *rules);
