/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scrub: what the parts of the scrub share.
 */
#include "services/certificate/rows.h"

typedef struct scrub_report {
    sj_txn *txn;
    sj_scrub_found *found;
    void *context;
} scrub_report;

/* Tell a damage: what is wrong with which id. */
void scrub_tell(const scrub_report *report, const uint8_t id[SJ_ID_SIZE], const char *what);

/* Walk a whole table; each row's memory is given back after it. */
typedef void scrub_row(const scrub_report *report, sj_bytes key, sj_bytes value);
void scrub_table(const scrub_report *report, unsigned table, scrub_row *look);

/* The bits of all lists against the certificates that stand in them. */
void scrub_status(const scrub_report *report);
