/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * store: one LMDB environment, one writer process, and the transactions that run on it.
 *
 * Layout of a folder: writer.lock (flock'ed by the one writer), store/data.mdb and store/lock.mdb
 * (LMDB's own; nobody else opens those), store/journal (storage/journal.h).  A store is made in a
 * temporary folder and renamed, so a crash while it is made leaves none.  A file BACKUP in store/
 * says that it was restored from a backup: the first writer raises the epoch and removes the file.
 */
#include "sijill/v1/store.pb-c.h"
#include "storage/txn.h"

enum { SJ_WORDS_MAX = 2048 };

#define SJ_MAP_SIZE ((size_t) 64 << 30) /* address space, not memory */

typedef struct sj_schema {
    const char *service;
    uint32_t version;
    const char *const *tables; /* own ones, ended by NULL */
    bool snapshots;            /* reads see the last checkpoint, and may be another thread's */
    uint64_t growing; /* a bit for each whose rows come in the order of their keys, as a rule */
} sj_schema;

/* What a new store is born with. */
typedef struct sj_birth {
    uint8_t store_id[SJ_ID_SIZE];
    uint8_t secret[SJ_ID_SIZE];
    uint64_t now_ms;
} sj_birth;

/* Open for writing; made with `birth` when there is none.  False: `words` say what is wrong and
 * what to do. Refused: another writer, a truncated or foreign file, another service's store, a
 * newer schema, a damaged meta row. */
bool sj_store_open(sj_store **store, const char *folder, const sj_schema *schema,
                   const sj_birth *birth, char words[SJ_WORDS_MAX]);
/* Open for reading beside a running writer, from another process than the writer's.  What was
 * durable before is read: the writer's next checkpoint is waited for; where no writer runs, what
 * one that was killed left in the journal is put into the data file first. */
bool sj_store_open_read_only(sj_store **store, const char *folder, const sj_schema *schema,
                             char words[SJ_WORDS_MAX]);
void sj_store_close(sj_store **store);

/* As of the last commit (or of opening, read only). */
enum { SJ_PASTS_MAX = 16 };

/* An epoch before this one, and the last sequence of it that this store holds. */
typedef struct sj_past {
    uint64_t epoch, last;
} sj_past;

typedef struct sj_meta {
    uint8_t store_id[SJ_ID_SIZE];
    uint8_t secret[SJ_ID_SIZE];
    uint8_t digest[16];
    uint64_t epoch, seq, log_ms, created_ms, outbox_first, dead_letters;
    sj_past pasts[SJ_PASTS_MAX]; /* oldest first */
    size_t past_count;
} sj_meta;
const sj_meta *sj_store_meta(const sj_store *store);
const sj_schema *sj_store_schema(const sj_store *store);
/* Whether this store has been where a reader of its feed says it stands.  Not after the epoch that
 * it means went another way than this store: what the reader has seen since, this store never held.
 */
bool sj_store_was_at(const sj_store *store, uint64_t epoch, uint64_t seq);
/* Octets of the file in use, and of the map. */
void sj_store_usage(const sj_store *store, uint64_t *used, uint64_t *map);
/* Other processes' transactions on this store, and how many transactions the oldest of them is
 * behind: what was freed since cannot be used again. */
void sj_store_readers(const sj_store *store, uint32_t *count, uint64_t *behind);
/* Forget readers that died. */
void sj_store_check_readers(sj_store *store);

/*
 * A batch: one write transaction for many commands.  From the first batch after a checkpoint until
 * the next checkpoint all are one thread's.  Each command runs between sj_command_begin and
 * sj_command_end.  After a fault the batch can only be aborted.
 */
typedef struct sj_about {
    uint64_t org;
    uint64_t now_ms; /* effective: not before the last */
    uint8_t id[SJ_ID_SIZE];
    uint8_t actor[SJ_ID_SIZE];
    bool dry_run;
    bool audited; /* keep a trail of its rows */
} sj_about;

sj_txn *sj_write_begin(sj_store *store, sj_arena *arena);
void sj_command_begin(sj_txn *txn, const sj_about *about);
/* Accept what the command did: it takes its sequences, and `mark` (a hash over command and reply)
 * goes into the digest.  The command's last sequence; unchanged when it wrote nothing. */
uint64_t sj_command_accept(sj_txn *txn, sj_bytes mark);
/* The last sequence this command will have, with the records that it has emitted so far. */
uint64_t sj_command_last(const sj_txn *txn);
/* Durable when true.  False: the outcome is unknown, nobody may be answered, and the process must
 * end. */
bool sj_write_commit(sj_txn *txn);
void sj_write_abort(sj_txn *txn);
/* Whether any command of the batch wrote: an empty batch needs no commit. */
bool sj_write_pending(const sj_txn *txn);

/* Put what the journal holds into the data file, between two batches.  It takes as long as the
 * pages that were changed need; backups and other readers see no more than the last checkpoint.
 * False: the process must end; nothing is lost. */
bool sj_store_checkpoint(sj_store *store, char words[SJ_WORDS_MAX]);
/* Octets that the journal holds.  The transaction that waits for the checkpoint holds the pages
 * that they touch in memory; at 32 MiB a batch is a checkpoint. */
uint64_t sj_store_unsaved(const sj_store *store);

/* A read transaction; now_ms for sj_now.  One at a time beside the batch, which may be another
 * thread's. */
sj_txn *sj_read_begin(sj_store *store, sj_arena *arena, uint64_t now_ms);
void sj_read_end(sj_txn *txn);
