/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * people: a row of a file as a person to register (110, Register).  What a row does not say is left
 * as it is; a person who is known is updated.
 */
#include "clients/upload/heads.h"
#include "sijill/v1/registration.pb-c.h"

enum { PERSON_NAME_MAX = 1024 };

typedef struct people_rules {
    uint8_t event_id[16];
    const char *source;  /* platform or upload, for external ids; NULL */
    bool override;       /* an organiser's: outside the time of registration */
    bool words_are_free; /* answers to a platform's or a form's questions: a country, a mode or
                            a language that is none of ours is left out */
} people_rules;

/* Borrows the row's text. */
typedef struct person_row {
    Sijill__V1__Register in;
    Sijill__V1__Person person;
    char country[3];
    char name[PERSON_NAME_MAX];
} person_row;

/* NULL: good; else the column at fault, and *why. */
const char *person_read(const csv *in, const heads *h, const people_rules *rules, person_row *out,
                        const char **why);
/* What a row is called in its verdict: e-mail or external id; NULL: neither. */
const char *person_key(const csv *in, const heads *h);
/* NULL: these columns name people; else words that say which is missing. */
const char *people_lack(const heads *h, const char *source);
