/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * draft: the readers of a catalogue row's members.  Each takes its member out of d->left; what it
 * cannot read stays there (and so goes to source_json) with a note.
 */
#include "clients/cli/catalogue.h"

void draft_begin(draft *d, pool *memory, const json_t *row);
void draft_note(draft *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The first refusal stands. */
void draft_refuse(draft *d, const char *column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A member's text, NULL when it is null or not there. */
char *draft_text(draft *d, const char *key);
/* Of another object; nothing is taken. */
char *draft_member(draft *d, const json_t *object, const char *key);
bool draft_flag(draft *d, const char *key, bool *has);
/* Texts by language: PREFIX_xx members of an object ("name_ar"); from d->left they are taken. */
void draft_texts(draft *d, json_t *object, const char *prefix, bool take, Sijill__V1__Text ***texts,
                 size_t *count);
/* Texts of { "ar": ..., "en": ... }, or of one text whose script tells the language. */
void value_texts(draft *d, const json_t *value, Sijill__V1__Text ***texts, size_t *count);
void draft_numbers(draft *d, const char *key, uint32_t **numbers, size_t *count);
/* A list of texts, or one text. */
void draft_list(draft *d, const char *key, char ***items, size_t *count);
void value_list(draft *d, const json_t *value, char ***items, size_t *count);

/* a-z 0-9 and inner hyphens: what can be made one is, with a note; NULL: nothing is left of it. */
char *draft_slug(draft *d, const char *what, const char *text);
/* a-z 0-9 - _ ; NULL with a note when it is not a word. */
char *draft_word(draft *d, const char *what, const char *text);
/* Two capitals, or NULL with a note. */
char *draft_country(draft *d, const char *what, const char *text);
bool lang_plausible(const char *text);
/* What is left as JSON text, NULL when nothing is. */
char *draft_rest(draft *d);
