/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * intake: many rows as many commands, a verdict for each.
 *
 * Up to 1024 commands are outstanding, whatever the file's length.  Verdicts are printed in the
 * order of the rows; a row that is refused never stops the rest.  What cannot be stopped for long
 * is the service: when it no longer answers, the intake ends.
 */
#include "clients/cli/csv.h"
#include "clients/cli/output.h"

typedef struct intake intake;

typedef struct intake_row {
    uint64_t row; /* as people count it */
    char id[128]; /* what names it: slug, e-mail */
    bool done;
    const char *verdict; /* "created" "updated" "unchanged" "refused", or what the command says */
    char why[SIJILL_DETAIL_SIZE + 64];
    char column[SIJILL_FIELD_SIZE];
    uint32_t code;
    json_t *more; /* further members of the verdict, or NULL */
} intake_row;

/* From an OK answer: the verdict, and members for row->more. */
typedef const char *intake_verdict(const sijill_reply *reply, intake_row *row);

intake *intake_open(cli *c, int service, const char *things, intake_verdict *verdict);
/* A place for the next row; waits until there is one.  NULL: the service has gone, stop. */
intake_row *intake_begin(intake *in, uint64_t row, const char *id);
/* The row's command; its verdict comes later. */
void intake_send(intake *in, intake_row *row, uint32_t type, const ProtobufCMessage *body);
/* The row's verdict without a command. */
void intake_settle(intake *in, intake_row *row, const char *verdict, const char *column,
                   const char *why);
/* Wait until all that was sent is answered. */
void intake_drain(intake *in);
/* Drain, print the summary; the exit code: EXIT_REFUSED when any row was refused. */
int intake_close(intake **in);

/* Verdicts of Defined and Registered. */
intake_verdict intake_defined;
intake_verdict intake_registered;
const char *outcome_word(Sijill__V1__Outcome outcome);
/* Open the CSV file that the first operand names, hand its rows to `import`, and close it. */
int intake_csv(cli *c, int (*import)(cli *c, csv *in));
