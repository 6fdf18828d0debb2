/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * spool_batch: deliveries between the socket and the disk, as rows that need only their numbers,
 * and who is to be told that they are stored.
 */
#include "services/gateway/hooks/spool.h"

enum { SPOOL_BATCH_MAX = 256 * 1024 * 1024 };

typedef struct promise {
    spool_stored_fn *stored;
    void *context;
} promise;

typedef struct spool_batch {
    unsigned char *rows;
    size_t size, room; /* octets */
    promise *promises; /* one a delivery */
    size_t count, count_room;
} spool_batch;

/* Append a copy.  False: no memory, or more than SPOOL_BATCH_MAX; nothing was appended. */
bool spool_batch_add(spool_batch *b, const Sijill__V1__DeliveryRow *row, sj_bytes body, promise p);
void spool_batch_clear(spool_batch *b);
void spool_batch_free(spool_batch *b);

/* Write the rows, with numbers from `first` on; faults stick to the transaction. */
void spool_batch_write(const spool_batch *b, sj_txn *txn, uint64_t first);
