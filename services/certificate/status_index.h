/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * status_index: each certificate's place in a status list, and the bits of the lists.
 *
 * Indexes are drawn at random, so that a neighbour in the list says nothing.  Which are given away
 * and which are set are bits in chunks of 256 octets: a rush of certificates touches a few hot
 * pages, not one page each.
 */
#include "proto/credential/status_list.h"
#include "services/certificate/rows.h"

enum {
    STATUS_DRAWS = 16, /* random tries before the search goes on in order */
    STATUS_LIST_FILL = SJ_STATUS_LIST_BITS / 2, /* then the next list is opened */
    STATUS_CHUNK_BYTES = 256,
    STATUS_CHUNKS = SJ_STATUS_LIST_BYTES / STATUS_CHUNK_BYTES,
};

typedef struct status_place {
    uint32_t list;
    uint32_t index;
} status_place;

/* A free place in the newest list, or in the next one when that is half full.  Reads only. */
status_place status_place_choose(sj_txn *txn, uint64_t org, const uint8_t draws[4 * STATUS_DRAWS]);
/* Give a chosen place away; it never comes back. */
void status_place_take(sj_txn *txn, uint64_t org, status_place place);

/* Set the bit that says "revoked".  There is no way back. */
void status_bit_set(sj_txn *txn, uint64_t org, status_place place);
/* The bits of one list of table status_taken or status_set. */
void status_bits_read(sj_txn *txn, unsigned table, uint64_t org, uint32_t list,
                      uint8_t bits[SJ_STATUS_LIST_BYTES]);

/* The row of the newest list and its number; NULL: no list was opened. */
status_list_row *status_list_newest(sj_txn *txn, uint64_t org, uint32_t *list);
status_list_row *status_list_get(sj_txn *txn, uint64_t org, uint32_t list);
void status_list_put(sj_txn *txn, uint64_t org, uint32_t list, const status_list_row *row);
