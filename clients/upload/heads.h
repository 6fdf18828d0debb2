/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * heads: what the columns of a file are called, by platform and language.  One table: a new
 * language or a renamed column is a word more in it.
 */
#include "clients/upload/csv.h"

typedef enum head {
    /* a person */
    HEAD_EMAIL,
    HEAD_NAME,
    HEAD_FIRST_NAME,
    HEAD_LAST_NAME,
    HEAD_COUNTRY,
    HEAD_ROLE,
    HEAD_MODE,
    HEAD_INSTITUTION,
    HEAD_POSITION,
    HEAD_LANGUAGE,
    HEAD_EXTERNAL_ID,
    HEAD_NAME_LATIN,
    HEAD_REGISTERED_AT,
    HEAD_APPROVAL,
    /* presence, as platforms report it */
    HEAD_JOIN_TIME,
    HEAD_LEAVE_TIME,
    HEAD_ATTENDED,
    HEAD_GUEST,
    HEAD_WAITING_ROOM,
    HEAD_TOTAL_DURATION,
    HEAD_FIRST_JOIN,
    HEAD_LAST_LEAVE,
    HEAD_DURATION,
    HEAD_UPN,
    HEAD_ACTION,
    HEAD_TIMESTAMP,
    HEAD_MODERATOR,
    HEAD_ACTIVITY_SCORE,
    /* surveys */
    HEAD_RESPONSE_ID,
    HEAD_SUBMITTED,
    /* our own facts */
    HEAD_REGISTRATION_ID,
    HEAD_DISPLAY_NAME,
    HEAD_KIND,
    HEAD_OCCURRED_AT,
    HEAD_ENDED_AT,
    HEAD_SESSION,
    HEAD_MARK,
    HEAD_DEVICE,
    HEAD_DEVICE_SEQ,
    HEAD_CONNECTION,
    HEAD_REMARK,
    HEAD_NONCE,
    HEADS
} head;

/* Where each column of a header stands; -1: it is not there. */
typedef struct heads {
    int at[HEADS];
} heads;

/* "email|e-mail|..." */
const char *head_names(head which);
/* What --map, our own files and verdicts call it: "email", "join_time". */
const char *head_word(head which);
/* By that word, "-" and "_" alike; HEADS: there is none. */
head head_of(const char *word);

heads heads_find(const csv *in);
bool heads_have(const heads *h, head which);
const char *heads_text(const csv *in, const heads *h, head which);
/* NULL where there is no such column, or nothing in it. */
const char *heads_value(const csv *in, const heads *h, head which);
/* The column's own name; "" when there is none. */
const char *heads_title(const csv *in, const heads *h, head which);

/* Titles of a report's sections. */
typedef enum section_title {
    TITLE_OTHER,
    TITLE_HOSTS,
    TITLE_PANELISTS,
    TITLE_ATTENDEES,
    TITLE_REST, /* "Other Attended": telephones and promoted people */
} section_title;

section_title title_read(const char *text);

/* Words in cells. */
bool word_yes(const char *text);
bool word_waits(const char *text); /* an approval that is not given yet */
bool word_approved(const char *text);
bool word_refused(const char *text); /* denied or cancelled */
bool word_joined(const char *text);
bool word_left(const char *text);
