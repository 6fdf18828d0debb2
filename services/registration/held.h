/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * held: pushes that wait for a human, in the order in which they were kept.
 *
 * Three tables: by number, which rises (oldest first); by the push's id, so that it is kept once;
 * by webinar, so that a link finds those that wait for it.  Scrub proves that they agree.
 */
#include "services/registration/rows.h"

enum { HELD_COUNT_MAX = 10000 }; /* pushes counted for one answer */

typedef Sijill__V1__HoldPush held_row;

/* The push of this id and its number; NULL: none, or a fault. */
held_row *held_read(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE], uint64_t *number);
/* Keep `row` under a number that it has or that is new. */
void held_write(sj_txn *txn, uint64_t org, uint64_t number, held_row *row);
void held_drop(sj_txn *txn, uint64_t org, uint64_t number, held_row *row);

/* How many wait for this webinar to be linked. */
uint32_t held_count(sj_txn *txn, uint64_t org, const char *platform, const char *external_id);

/* Where a push stands among those of its webinar; false: it names none. */
bool held_webinar_key(sj_txn *txn, uint64_t org, uint64_t number, const held_row *row, sj_key *key);
