/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * text: what people write, made comparable and harmless.  The only place that uses utf8proc and
 * libidn2. That text is UTF-8 without NUL and within its limit was proved when the command was
 * decoded.
 */
#include "services/core/command.h"

enum { SJ_TEXT_POINTS_MAX = 200 }; /* code points of a name */

typedef enum sj_text_result {
    SJ_TEXT_OK,
    SJ_TEXT_MARKS_DROPPED, /* accepted; U+200E or U+200F was taken out */
    SJ_TEXT_CONTROL,       /* refused: C0, C1, line, bidi control or tag character */
    SJ_TEXT_COMBINING,     /* refused: more than 4 combining marks in a row */
    SJ_TEXT_LONG,          /* refused: more than `points` code points */
    SJ_TEXT_EMPTY,         /* refused: nothing but space */
} sj_text_result;

/* NFC, trimmed, in the arena.  Case, ZWJ and ZWNJ stay as typed.  *clean is set only when accepted.
 */
sj_text_result sj_text_clean(sj_txn *txn, const char *text, size_t points, const char **clean);
/* The same where there is no transaction: that the arena is full is the caller's to see. */
sj_text_result sj_text_clean_in(sj_arena *arena, const char *text, size_t points,
                                const char **clean);

/* What a platform sent and nobody can ask for again: as sj_text_clean keeps it, without what that
 * would refuse, cut to `points` and `octets`.  NULL: nothing is left, or the arena is full. */
const char *sj_text_mend(sj_arena *arena, sj_bytes text, size_t points, size_t octets);

/* Words for a refusal. */
const char *sj_text_words(sj_text_result result);

/* Trimmed, lower-cased, domain in ASCII (IDNA2008): the key of a person.  NULL: no plausible
 * address. */
const char *sj_email_normal(sj_txn *txn, const char *email);
const char *sj_email_normal_in(sj_arena *arena, const char *email);

/* ISO 3166-1 alpha-2, any of the official codes, in upper case. */
bool sj_country_known(const char *code);
/* The code of a country by an English name of it, case aside; false: it is not certain which. */
bool sj_country_of_name(const char *name, char code[3]);
