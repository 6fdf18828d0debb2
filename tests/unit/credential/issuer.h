/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * issuer: a made-up issuer with a key, who makes signed certificates and status lists for tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sodium.h>

#include "proto/credential/proof.h"
#include "tests/unit/credential/sample.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15, a month after the sample */
#define DAY_MS INT64_C(86400000)

typedef struct {
    uint8_t public_key[SJ_PUBLIC_KEY_BYTES];
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
    char did_text[4096];
    char certificate_text[SJ_BADGE_MAX];
    char list_text[SJ_STATUS_DOCUMENT_MAX + SJ_PROOF_ROOM];
    sj_span did;
    sj_span certificate;
    sj_span list;
} issuer;

/* Sign a canonical document into buffer, as key secret_key of DID `did`. */
static inline sj_span
issuer_sign(const issuer *i, const char *did, sj_span document, char *buffer, size_t size)
{
    char method[SJ_DID_URL_SIZE];
    char text[SJ_PROOF_OPTIONS_MAX];
    uint8_t hash[SJ_PROOF_HASH_BYTES];
    uint8_t signature[SJ_SIGNATURE_BYTES];
    sj_span options;
    sj_span secured;

    assert_true(sj_did_web_method(sj_span_of(did), i->public_key, method));
    assert_null(sj_proof_options(document, method, NOW_MS - DAY_MS, text, sizeof text, &options));
    sj_proof_hash(document, options, hash);
    assert_int_equal(crypto_sign_detached(signature, NULL, hash, sizeof hash, i->secret_key), 0);
    assert_null(sj_proof_attach(document, options, signature, buffer, size, &secured));
    return secured;
}

static inline void
issuer_certify(issuer *i, const sj_badge *badge)
{
    char text[SJ_BADGE_MAX];
    sj_span document;

    assert_null(sj_badge_write(badge, text, sizeof text, &document));
    i->certificate = issuer_sign(i, badge->issuer_did, document, i->certificate_text,
                                 sizeof i->certificate_text);
}

/* A status list of yesterday, valid for a week, with one bit set (or none: SJ_STATUS_LIST_BITS). */
static inline sj_status_document
issuer_list_document(uint32_t revoked, char encoded[SJ_STATUS_LIST_ENCODED_MAX])
{
    static _Alignas(16) uint8_t work[SJ_STATUS_LIST_ENCODE_WORK];
    static uint8_t bits[SJ_STATUS_LIST_BYTES];
    sj_status_document list = {
        .issuer_did = SAMPLE_DID,
        .url = "https://sijill.example/status/0",
        .valid_from_ms = NOW_MS - DAY_MS,
        .valid_until_ms = NOW_MS + 6 * DAY_MS,
        .ttl_ms = 300000,
    };

    memset(bits, 0, sizeof bits);
    if (revoked < SJ_STATUS_LIST_BITS)
        sj_status_list_set(bits, revoked);
    assert_null(
        sj_status_list_encode(bits, work, encoded, SJ_STATUS_LIST_ENCODED_MAX, &list.encoded_list));
    return list;
}

static inline void
issuer_list_sign(issuer *i, const sj_status_document *list)
{
    static char text[SJ_STATUS_DOCUMENT_MAX];
    sj_span document;

    assert_null(sj_status_document_write(list, text, sizeof text, &document));
    i->list = issuer_sign(i, list->issuer_did, document, i->list_text, sizeof i->list_text);
}

static inline void
issuer_list(issuer *i, uint32_t revoked)
{
    char encoded[SJ_STATUS_LIST_ENCODED_MAX];
    sj_status_document list = issuer_list_document(revoked, encoded);

    issuer_list_sign(i, &list);
}

/* The issuer of SAMPLE_DID with key number `seed`, the sample certificate and an empty list. */
static inline void
issuer_open(issuer *i, uint8_t seed)
{
    uint8_t bytes[crypto_sign_SEEDBYTES];
    sj_badge badge = sample_badge();

    assert_true(sodium_init() >= 0);
    memset(bytes, seed, sizeof bytes);
    assert_int_equal(crypto_sign_seed_keypair(i->public_key, i->secret_key, bytes), 0);
    assert_null(sj_did_web_document(SAMPLE_DID,
                                    (const uint8_t(*)[SJ_PUBLIC_KEY_BYTES]) & i->public_key, 1,
                                    i->did_text, sizeof i->did_text, &i->did));
    issuer_certify(i, &badge);
    issuer_list(i, SJ_STATUS_LIST_BITS);
}
