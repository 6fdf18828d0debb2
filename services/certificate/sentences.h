/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sentences: what a certificate says to people, in the six languages of the catalogue.
 *
 * Each function writes into a caller's buffer and returns it.  A part that no longer fits is left
 * out as a whole, so that what is written is always whole UTF-8.
 */
#include "services/certificate/facts.h"

enum {
    SENTENCE_MAX = 1024, /* criteria, narrative */
    DESCRIPTION_MAX = 4096,
};

/* Whether there are sentences in this language. */
bool sentences_know(const char *lang);
/* The language of a certificate: asked for, else the event's rule, else English if a title is, else
 * the first title's, as long as there are sentences in it; else English. */
const char *sentences_language(const event_row *event, const char *asked);

/* The text in this language, else the English one, else the first; NULL: there is none. */
const char *sentences_text(Sijill__V1__Text *const *texts, size_t count, const char *lang);

/* What anybody had to do for a certificate of this kind. */
const char *sentences_criteria(const certificate_facts *facts, certificate_kind kind,
                               const char *lang, char out[SENTENCE_MAX]);
/* What this holder did. */
const char *sentences_narrative(const certificate_facts *facts, certificate_kind kind,
                                const char *lang, char out[SENTENCE_MAX]);
/* The activity: title, dates, place, who held it, and the names of its programmes. */
const char *sentences_description(const certificate_facts *facts, certificate_kind kind,
                                  const char *lang, const char *const *programmes,
                                  size_t programme_count, char out[DESCRIPTION_MAX]);
