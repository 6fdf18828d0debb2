/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * document: what certificates, status lists and did.json have in common when they are read.
 */
#include <jansson.h>

#include "clients/c/verify/verify.h"

/* Set an answer; the words are a printf format. */
void check_set(sj_check *check, sj_check_result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The JSON object in a text of at most limit bytes, to json_decref; NULL, and *check says why not
 * (with this result), naming the text by `what`. */
json_t *document_read(sj_span text, size_t limit, const char *what, sj_check *check,
                      sj_check_result result);

/* A member that is a string, or NULL. */
const char *member_text(const json_t *object, const char *name);

/* True when a member is this string or an array that holds it. */
bool member_has(const json_t *object, const char *name, const char *text);

/* The issuer of a credential, a string or an object with an id; NULL when it has none. */
const char *document_issuer(const json_t *credential);

/* NULL, or words: @context must be an array of known URLs, credentials/v2 first.  An unknown
 * context could give the signed words another meaning. */
const char *document_context_check(const json_t *credential, const sj_verify_input *in);

/* How now stands to the credential's dates. */
typedef enum { DATES_GOOD, DATES_EARLY, DATES_LATE, DATES_MALFORMED } dates_result;
dates_result document_dates(const json_t *credential, int64_t now_ms);
