/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * outbox: what happened, in order, for whoever follows this service.
 * A record is written in the transaction that caused it, under that transaction's next sequence;
 * its personal part lies beside it under the same sequence, so that a person can be erased without
 * breaking the order.
 */
#include "sijill/v1/wire.pb-c.h"
#include "storage/txn.h"

/* One record as it is stored: packed Record without its personal part, and that part. */
typedef struct sj_outbox_record {
    uint64_t seq;
    sj_bytes record;
    sj_bytes personal; /* size 0: none */
} sj_outbox_record;

/* The first record after `after`; false: there is none yet, or a fault. */
bool sj_outbox_next(sj_txn *txn, uint64_t after, sj_outbox_record *record);
/* The same in two steps, for who may not want it: the record, then its personal part; false: a
 * fault. */
bool sj_outbox_look(sj_txn *txn, uint64_t after, sj_outbox_record *record);
bool sj_outbox_fill(sj_txn *txn, sj_outbox_record *record);

/* Remove the oldest records up to `seq`, at most `max`; how many went. */
size_t sj_outbox_trim(sj_txn *txn, uint64_t seq, size_t max);
/* Records up to here are gone. */
uint64_t sj_outbox_first(const sj_txn *txn);
