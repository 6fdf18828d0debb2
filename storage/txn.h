/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * txn: one transaction on a store, as handlers see it.
 *
 * A fault (the machine failing: a full map, a full arena, a damaged record) sticks to the
 * transaction: later calls do nothing and read nothing, and the runtime looks once.  Handlers
 * therefore carry no error paths for storage. All that is read is copied into the transaction's
 * arena; it lives until the job's answer is made. In a dry run reads are real and writes are
 * swallowed.
 */
#include "storage/arena.h"
#include "storage/key.h"

typedef struct sj_store sj_store;
typedef struct sj_txn sj_txn;

/* Tables of every store; a service's own follow from SJ_TABLE_OWN, in the order of its sj_schema.
 */
enum {
    SJ_TABLE_META,
    SJ_TABLE_LEDGER,
    SJ_TABLE_OUTBOX,
    SJ_TABLE_OUTBOX_PERSONAL,
    SJ_TABLE_CURSOR,
    SJ_TABLE_DEAD_LETTER,
    SJ_TABLE_KEY,
    SJ_TABLE_AUDIT,
    SJ_TABLE_OUTSIDE,
    SJ_TABLE_OWN,
    SJ_TABLES_MAX = 40,
};

enum { SJ_VALUE_MAX = 60 * 1024 }; /* of one row */

typedef enum sj_fault {
    SJ_FAULT_NONE,
    SJ_FAULT_STORAGE, /* LMDB said no */
    SJ_FAULT_FULL,    /* the map or the disk is full */
    SJ_FAULT_DAMAGE,  /* a record's checksum does not fit it */
    SJ_FAULT_ARENA,   /* the job needs more memory than a job may have */
} sj_fault;

/* The row under `key`; false: there is none, or a fault.  *value is a copy in the arena. */
bool sj_get(sj_txn *txn, unsigned table, const sj_key *key, sj_bytes *value);
bool sj_exists(sj_txn *txn, unsigned table, const sj_key *key);
/* The sequence of the command that last wrote the row; 0: there is none. */
uint64_t sj_revision(sj_txn *txn, unsigned table, const sj_key *key);

/* Write a row, new or not.  Only in a write transaction, only after the handler has decided. */
void sj_put(sj_txn *txn, unsigned table, const sj_key *key, sj_bytes value);
void sj_delete(sj_txn *txn, unsigned table, const sj_key *key);

/*
 * Walk rows whose keys begin with `prefix`, upwards, from the first key >= `from` (NULL: from the
 * first). Each step is a fresh look-up, so rows may be written and deleted between steps. for
 * (sj_scan_begin(&scan, txn, table, &prefix, NULL); sj_scan_next(&scan);) use(scan.key,
 * scan.value);
 */
typedef struct sj_scan {
    sj_txn *txn;
    unsigned table;
    sj_key prefix;
    sj_key at;      /* the key last returned, or where to begin */
    bool started;   /* `at` was returned: the next one is after it */
    sj_bytes key;   /* of this row, in `at` */
    sj_bytes value; /* of this row, a copy in the arena */
} sj_scan;

void sj_scan_begin(sj_scan *scan, sj_txn *txn, unsigned table, const sj_key *prefix,
                   const sj_key *from);
/* Begin behind `after`, which need not exist. */
void sj_scan_begin_after(sj_scan *scan, sj_txn *txn, unsigned table, const sj_key *prefix,
                         const sj_key *after);
bool sj_scan_next(sj_scan *scan);

/* Append a record to the outbox: `body` holds ids and facts, `personal` (may be empty) what is
 * personal. */
void sj_emit(sj_txn *txn, uint32_t type, sj_bytes body, sj_bytes personal);
/* The organisation whose records this command appends from now on; at first its own.  For a pulse,
 * which works for all. */
void sj_emit_as(sj_txn *txn, uint64_t org);

/*
 * The trail of an audited command: a hash over the seals of the service's own rows and of keys that
 * it replaced or deleted (`before`), and one over those that it wrote (`after`), in its order.
 * `any` false: there was none.
 */
enum { SJ_TRAIL_SIZE = 16 };

typedef struct sj_trail {
    bool any;
    uint8_t hash[SJ_TRAIL_SIZE];
} sj_trail;

const sj_trail *sj_trail_before(const sj_txn *txn);
const sj_trail *sj_trail_after(const sj_txn *txn);
/* The event that this command is about, for the audit trail; the last one said counts. */
void sj_note_event(sj_txn *txn, const uint8_t event[SJ_ID_SIZE]);
/* NULL: none was said. */
const uint8_t *sj_noted_event(const sj_txn *txn);

/* The file that this command stands for, for the audit trail: BLAKE2b-256 of its octets, and how
 * many they are. */
enum { SJ_FILE_HASH_SIZE = 32 };

typedef struct sj_file_note {
    bool any;
    uint8_t hash[SJ_FILE_HASH_SIZE];
    uint64_t size;
} sj_file_note;

void sj_note_file(sj_txn *txn, const uint8_t hash[SJ_FILE_HASH_SIZE], uint64_t size);
/* `any` false: none was said. */
const sj_file_note *sj_noted_file(const sj_txn *txn);

/* Log time: of a write, the command's effective time; of a read, the time of the last commit's log
 * or now, whichever is later. */
uint64_t sj_now(const sj_txn *txn);
/* Log time without this command: that of the last one accepted. */
uint64_t sj_log_time(const sj_txn *txn);
/* The sequence this command will have when it is accepted; in a read transaction the store's head.
 */
uint64_t sj_sequence(const sj_txn *txn);
/* Store-wide secret for keyed hashes of person keys; 16 octets, made when the store was made. */
const uint8_t *sj_secret(const sj_txn *txn);
/* 16 octets of the store's own name. */
const uint8_t *sj_store_name(const sj_txn *txn);

sj_arena *sj_txn_arena(sj_txn *txn);
sj_fault sj_txn_fault(const sj_txn *txn);
/* Make a fault stick from outside storage.  An arena that is full is one without being told: what
 * a command decides with half its memory is no decision. */
void sj_txn_fail(sj_txn *txn, sj_fault fault, const char *words);
const char *sj_txn_fault_words(const sj_txn *txn);
/* Whether this command has written anything (or would have, in a dry run). */
bool sj_txn_wrote(const sj_txn *txn);
