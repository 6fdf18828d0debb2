/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * intake: many rows as many commands, a verdict for each.
 *
 * Up to 1024 commands are outstanding, whatever the file's length.  Verdicts are handed on in the
 * order of the rows; a row that is refused never stops the rest.  What cannot be stopped for long
 * is the service: when it no longer answers, the intake ends.  A command that some service refuses
 * for want of an answer is told once, and its row is "unanswered".
 *
 * Evidence travels up to 16 pieces a command; if one of them spoils its command, each is sent again
 * alone, so that only the bad one is refused.
 */
#include <jansson.h>

#include "clients/c/sijill.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

typedef struct intake intake;

typedef struct intake_row {
    uint64_t row; /* as people count it */
    char id[128]; /* what names it: slug, e-mail */
    bool done;
    const char *verdict; /* "created" "updated" "unchanged" "refused", or what the command says */
    char why[SIJILL_DETAIL_SIZE + 64];
    char column[SIJILL_FIELD_SIZE];
    uint32_t code;
    json_t *more;               /* further members of the verdict, or NULL */
    void *subject;              /* the caller's */
    uint32_t part;              /* which piece of its command it is, from 0 */
    struct intake_row *sibling; /* the next row that the same command answers */
    uint8_t *piece;             /* packed evidence, until it is answered */
    size_t piece_size;
} intake_row;

/* From an OK answer: the verdict, and members for row->more. */
typedef const char *intake_verdict(const sijill_reply *reply, intake_row *row);

typedef struct intake_options {
    sijill *service;
    sijill_pos min_pos; /* what must have been seen there first */
    bool dry_run;
    const uint8_t *seed; /* a UUIDv7 that request ids follow from, with the row; NULL: fresh ones */
    intake_verdict *verdict;
    void (*print)(void *context, const intake_row *row);    /* in the order of the rows */
    void (*gone)(void *context, const sijill_reply *reply); /* no answer any more; once */
    void *context;
} intake_options;

intake *intake_open(const intake_options *options);
/* A place for the next row; waits until there is one.  NULL: the service has gone, stop. */
intake_row *intake_begin(intake *in, uint64_t row, const char *id);
/* The row's command; its verdict comes later. */
void intake_send(intake *in, intake_row *row, uint32_t type, const ProtobufCMessage *body);
/* The row's piece of evidence (200, RecordEvidence), together with its neighbours'. */
void intake_evidence(intake *in, intake_row *row, const Sijill__V1__Evidence *evidence);
/* The row's verdict without a command. */
void intake_settle(intake *in, intake_row *row, const char *verdict, const char *column,
                   const char *why);
/* Wait until all that was sent is answered. */
void intake_drain(intake *in);
/* Drain and free; NULLs the pointer. */
void intake_close(intake **in);
void *intake_context(const intake *in);

/* Verdicts of Defined, Registered and Recorded. */
intake_verdict intake_defined;
intake_verdict intake_registered;
intake_verdict intake_recorded;
const char *outcome_word(Sijill__V1__Outcome outcome);
/* "Not now", or nobody there: asking again later may help. */
bool code_unanswered(uint32_t code);
