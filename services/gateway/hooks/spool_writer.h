/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * spool_writer: the thread that makes accepted deliveries durable, so that the loop takes the next
 * ones meanwhile.  It has one batch at a time, which is durable when it lies in the store's
 * journal. It is there to be read after a checkpoint: when nothing more comes for a moment, or
 * enough has gathered.  From a batch's beginning until the checkpoint nobody else writes to the
 * store.
 */
#include "services/gateway/hooks/spool_batch.h"

typedef struct spool_writer spool_writer;

typedef enum spool_outcome {
    SPOOL_DURABLE,
    SPOOL_REFUSED, /* nothing was written: the disk is full, say */
    SPOOL_UNKNOWN, /* the disk failed: the process must end */
} spool_outcome;

/* The store is lent.  NULL: no memory, descriptors or threads. */
spool_writer *spool_writer_open(sj_store *store);
/* Waits for a batch that was begun. */
void spool_writer_close(spool_writer **w);

/* Readable when a batch is written, or can be read, until spool_writer_heard. */
int spool_writer_fd(const spool_writer *w);
void spool_writer_heard(spool_writer *w);
/* Whether a batch was begun and not ended. */
bool spool_writer_is_busy(const spool_writer *w);
/* Write a batch, lent until the end, whose deliveries have the numbers from `first` on. */
void spool_writer_begin(spool_writer *w, const spool_batch *batch, uint64_t first, uint64_t now_ms);
/* Until a batch that was begun is written, and all can be read; it is still to be ended. */
void spool_writer_wait(spool_writer *w);
/* Whether all that was written can be read. */
bool spool_writer_is_read(const spool_writer *w);
/* False: none was begun, or it is not written yet. */
bool spool_writer_end(spool_writer *w, spool_outcome *outcome);
