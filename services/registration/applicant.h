/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * applicant: what a Register says about its person, made clean, and compared with what is known.
 *
 * What is absent (or empty) says nothing: it is no difference, and it takes nothing away.
 */
#include "services/registration/rows.h"

/*
 * Clean `in` in place: texts NFC, e-mail normalised, country in upper case, MODE_UNKNOWN taken as
 * absent.  False: *reply refuses.  Harmful characters were refused when the message was decoded, so
 * who speaks for a platform takes them out before.
 */
bool applicant_clean(sj_txn *txn, Sijill__V1__Register *in, bool *marks_dropped, sj_reply *reply);

/* The same of what a platform says, which is made acceptable instead of refused: what is left of a
 * text, or nothing. */
void applicant_mend(sj_txn *txn, Sijill__V1__Person *person);

/* The texts that a person has, by number. */
enum { APPLICANT_TEXTS = 7 };
char **applicant_text(Sijill__V1__Person *person, unsigned n);

/* The first field in which `in` says something else than the row; NULL: none. */
const char *applicant_difference(sj_txn *txn, const registration_row *row,
                                 const Sijill__V1__Register *in);

/* Write all that `in` says over the row. */
void applicant_apply(registration_row *row, const Sijill__V1__Register *in);
