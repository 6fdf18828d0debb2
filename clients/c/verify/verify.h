/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * verify: is this certificate genuine, and does it still stand?  Offline, from texts alone.
 *
 * Give the certificate (JSON with a proof of the suite eddsa-jcs-2022), the issuer's did.json, and
 * the issuer's signed status list if there is one, each fetched by whatever means.  Where to fetch
 * them: sj_did_web_url() of the certificate's issuer, and credentialStatus.statusListCredential.
 * did.json must come from the issuer's own host over HTTPS or from a copy that you trust: it
 * decides whose signature this is.  The status list is signed and may come from anywhere.
 *
 *     sj_verify_input in = { .certificate = sj_span_of(certificate), .did_document =
 * sj_span_of(did), .status_list = sj_span_of(list), .now_ms = now }; sj_verification out;
 *
 *     sj_verify(&in, &out);
 *     printf("%s (%s)\n", sj_verdict_words(out.verdict), out.status.words);
 *
 * Call sodium_init() once before.  No function here opens a file or a socket or reads a clock; they
 * allocate and free what they need, keep no state, and may run in several threads.  No text,
 * however malformed, is an error of the call: the answer says what is wrong with it.
 *
 * Five separate answers, then one verdict.  "Not checked" is never a yes.  A revoked certificate is
 * genuine and is told apart from a forgery.  One that was replaced by a corrected one is revoked,
 * too: offline the two look the same.
 */
#include <stdint.h>

#include "proto/credential/badge.h"

enum {
    SJ_VERIFY_TEXT_MAX = 256 * 1024,  /* bytes of a certificate or a did.json */
    SJ_VERIFY_LIST_MAX = 1024 * 1024, /* bytes of a status list credential */
    SJ_VERIFY_BITS_MAX = 1024 * 1024, /* bytes that a status list may unpack to */
    SJ_VERIFY_PROOFS_MAX = 8,
    SJ_VERIFY_WORDS_SIZE = 320,
    SJ_VERIFY_FACT_SIZE = 1024
};

typedef struct {
    sj_span certificate;
    sj_span did_document; /* at NULL: none at hand */
    sj_span status_list;  /* at NULL: none at hand */
    int64_t now_ms;       /* UTC milliseconds since 1970 */

    /* Contexts to accept beside credentials/v2 and Open Badges 3.0.3.  Whoever extends this list
     * vouches for their meaning: a context added to a certificate can change what it says. */
    const char *const *more_contexts;
    size_t more_context_count;
} sj_verify_input;

typedef enum {
    SJ_CHECK_PASSED = 1,
    SJ_CHECK_FAILED,
    SJ_CHECK_NOT_DONE /* something was missing; neither yes nor no */
} sj_check_result;

typedef struct {
    sj_check_result result;
    char words[SJ_VERIFY_WORDS_SIZE]; /* one sentence for a person, UTF-8, always set */
} sj_check;

typedef enum {
    SJ_VERDICT_VALID = 1,
    SJ_VERDICT_REVOKED,          /* genuine, and taken back or replaced by the issuer */
    SJ_VERDICT_EXPIRED,          /* genuine, its time is over */
    SJ_VERDICT_NOT_YET_VALID,    /* genuine, its time has not come */
    SJ_VERDICT_STATUS_UNCHECKED, /* genuine; whether it was revoked is not known */
    SJ_VERDICT_ISSUER_UNCHECKED, /* unchanged since somebody signed it; who is not known */
    SJ_VERDICT_INVALID           /* forged, damaged, or no certificate at all */
} sj_verdict;

typedef struct {
    sj_verdict verdict;
    sj_check signature; /* the text is what was signed */
    sj_check issuer;    /* the key is the issuer's, by did.json */
    sj_check status;    /* not revoked, by the status list; FAILED means revoked */
    sj_check log;       /* listed in the transparency log */
    sj_check dates;     /* validFrom <= now < validUntil */

    int64_t status_age_ms; /* how old the status list is; -1 when none was used */

    /* From the certificate; empty with SJ_VERDICT_INVALID: what a forgery says is not to be shown.
     */
    char id[SJ_VERIFY_FACT_SIZE];
    char issuer_id[SJ_VERIFY_FACT_SIZE];
    char holder[SJ_VERIFY_FACT_SIZE];
    char title[SJ_VERIFY_FACT_SIZE];
    char status_list_url[SJ_VERIFY_FACT_SIZE];
} sj_verification;

/* Fill *out. */
void sj_verify(const sj_verify_input *in, sj_verification *out);

/* A verdict in words, a sentence for a person. */
const char *sj_verdict_words(sj_verdict verdict);
