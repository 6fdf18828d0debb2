/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * journal: what makes a batch durable before LMDB has it.  Of storage/ alone.
 *
 * A batch's rows are appended to one file and made durable by one write and one fdatasync, where
 * LMDB would write each page that they touch at its own place, and sync twice.  LMDB's transaction
 * stays open over many batches and is committed now and then, a checkpoint: a page that many of
 * them changed is written once.  After a crash the rows since the last checkpoint are put again.
 *
 * The file is store/journal, of a fixed size, written from its beginning again after each
 * checkpoint.  A record is as many whole blocks as it needs, so that nothing durable is ever
 * written over before the next checkpoint:
 *
 *   magic 8 | sequence 8 | size of the rows 8 | before 16 | sum 16 | rows
 *   a row: kind 1 | size of the rest 4 | as storage/seal.c seals it, table and key with the value
 *
 * `before` is the seal of the meta row that the record continues, and its last row is the next meta
 * row.  That row holds the digest of all history, so a record of an earlier round, or of another
 * history of the same store, continues nothing.  `sum` is SipHash-2-4-128 under the store's secret
 * over what stands before it, and of each row its kind, its size and its seal, which stands for the
 * rest: a row is hashed once, when it is sealed.
 */
#include "storage/store.h"

enum {
    JOURNAL_SUM_SIZE = 16,
    JOURNAL_SIZE = 32 << 20,
    JOURNAL_RECORD_MAX = 4 << 20, /* a longer batch goes to LMDB at once */
};

typedef struct journal {
    int fd;       /* -1: there is none */
    int write_fd; /* past the page cache, where the file system can: nobody reads it soon */
    uint64_t at;  /* where the next record goes */
    uint8_t before[JOURNAL_SUM_SIZE]; /* what it continues */
    unsigned char *record; /* of the batch under way, in whole blocks: the head, then its rows */
    size_t used, room;
    bool too_long; /* it cannot go here */
} journal;

/* Made when there is none.  False: `words` say why. */
bool journal_open(journal *j, const char *path, char words[SJ_WORDS_MAX]);
void journal_close(journal *j);

/* Remember a row of the batch under way, as sj_seal gave it; deleted: it goes. */
void journal_add(journal *j, bool deleted, sj_bytes sealed);
/* Whether the batch under way has rows. */
bool journal_has_rows(const journal *j);
/* Forget them. */
void journal_drop(journal *j);
/* Whether the batch under way can be written; else only a checkpoint makes it durable. */
bool journal_fits(const journal *j);
/* Make the batch under way durable; its last row is the meta row after it.  False: unknown. */
bool journal_write(journal *j, const uint8_t secret[SJ_ID_SIZE], uint64_t seq);
/* All that was written lies in LMDB, whose meta row ends in this seal: begin again. */
void journal_restart(journal *j, const uint8_t seal[JOURNAL_SUM_SIZE]);

/* Put each row of the records that continue `j->before`, in their order; afterwards the next one
 * would be written behind them.  False: memory, the disk, or `put` said so. */
typedef bool journal_put_fn(void *context, bool deleted, sj_bytes sealed);
bool journal_replay(journal *j, const uint8_t secret[SJ_ID_SIZE], journal_put_fn *put,
                    void *context);
/* The greatest sequence of any whole record in the file, of this round or an earlier one; 0: there
 * is none.  UINT64_MAX: the disk or memory said no. */
uint64_t journal_newest(const journal *j, const uint8_t secret[SJ_ID_SIZE]);
