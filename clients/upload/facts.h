/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * facts: a row of our own CSV as one piece of evidence.  Each fact has a nonce made of its content,
 * so the same file twice is the same evidence.
 */
#include "clients/c/sijill.h"
#include "clients/upload/heads.h"
#include "clients/upload/moment.h"
#include "sijill/v1/attendance.pb-c.h"

typedef struct fact_rules {
    uint8_t event_id[SIJILL_ID_SIZE];
    const char *source; /* the platform's name, for external ids; NULL */
    moment_rules times;
} fact_rules;

/* One row as evidence; what it points to.  Borrows the row's text. */
typedef struct fact {
    Sijill__V1__Evidence evidence;
    Sijill__V1__Identity identity;
    uint8_t registration_id[SIJILL_ID_SIZE];
    uint8_t nonce[SIJILL_ID_SIZE];
} fact;

/* NULL: good; else the column at fault, and *why. */
const char *fact_read(const csv *in, const heads *h, const fact_rules *rules, fact *out,
                      const char **why);
/* What a row is called in its verdict; never NULL. */
const char *fact_key(const csv *in, const heads *h);
