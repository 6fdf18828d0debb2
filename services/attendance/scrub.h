/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scrub: every row that follows from others is made anew and compared.
 */
#include "services/attendance/rows.h"

typedef struct attendance_scrubber {
    sj_txn *txn;
    sj_scrub_found *found;
    void *context;
} attendance_scrubber;

/* One row of a table; the scope is its key's. */
typedef void attendance_scrub_row(const attendance_scrubber *scrubber,
                                  const attendance_scope *scope, sj_bytes key, sj_bytes value);

/* Show each row of a table to `check`; what it took of the arena is given back. */
void attendance_scrub_table(const attendance_scrubber *scrubber, unsigned table,
                            attendance_scrub_row *check);
void attendance_scrub_report(const attendance_scrubber *scrubber, const char *what,
                             const attendance_scope *scope, const uint8_t id[SJ_ID_SIZE]);
bool attendance_scrub_has(const attendance_scope *scope, unsigned table, const sj_key *key);

/* Evidence, its buckets, and the indexes to both. */
void attendance_scrub_evidence(const attendance_scrubber *scrubber);
/* Who was on which connection, and which go with which. */
void attendance_scrub_connections(const attendance_scrubber *scrubber);
