/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * form: what a slug, a language tag, a date, a country look like, and text made clean where it
 * stands. Functions that change a message change the decoded copy in the command's arena.
 */
#include "services/core/command.h"

enum { FORM_TEXT_POINTS = 800 }; /* code points of descriptive text; the wire limits its octets */

/* a-z 0-9 and single or repeated inner hyphens. */
bool form_slug(const char *text);
/* As a slug, with underscores: kinds and roles that people may invent. */
bool form_word(const char *text);
/* BCP 47 as far as its shape goes: letters of a language, then subtags. */
bool form_lang(const char *text);
/* An IANA time zone's shape; which zones exist, clients know. */
bool form_zone(const char *text);

/* Days since 1 January of year 1; false: not a date of the calendar written YYYY-MM-DD. */
bool form_date(const char *text, uint32_t *day);
/* The same of a month written YYYY-MM: its first day. */
bool form_month(const char *text, uint32_t *day);

/* Upper-case it in place; false: not a country.  NULL and "" are absent: *code becomes NULL. */
bool form_country(char **code);

/* Clean *text in place (NULL stays, empty becomes NULL); SJ_TEXT_OK or SJ_TEXT_MARKS_DROPPED when
 * it may stay. */
bool form_text(sj_txn *txn, char **text, size_t points, bool *marks_dropped, const char **words);

/* Point a message's text at octets that nobody will write to. */
void form_set(char **text, const char *to);
