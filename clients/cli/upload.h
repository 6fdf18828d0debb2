/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * upload: one file on its way in.  upload.c knows what was asked for and what the file is,
 * upload_rows.c sends rows of people and facts, upload_presence.c puts a report beside the ledger.
 */
#include "clients/cli/verdicts.h"
#include "clients/upload/report.h"

typedef struct upload {
    cli *c;
    report *file;
    Sijill__V1__EventView *event;
    uint8_t event_id[SIJILL_ID_SIZE];
    const char *zone;             /* of times in the file and of those printed; NULL: not known */
    const char *source;           /* of external ids, and of evidence; NULL */
    uint8_t seed[SIJILL_ID_SIZE]; /* request ids follow from it */
    verdicts verdicts;
} upload;

/* Its people as registrations; gives back EXIT_DONE, or why it stopped. */
int upload_people(upload *u);
/* Our own facts as evidence. */
int upload_facts(upload *u);
/* A report of presence beside the ledger; with --apply, what the ledger lacks goes into it. */
int upload_presence(upload *u);
