/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * proof: Data Integrity with the suite eddsa-jcs-2022 (VC-DI-EDDSA 1.0, 3.3).
 *
 * The signature covers SHA-256(canonical options) then SHA-256(canonical document), in this order.
 * The options repeat the document's @context, and the proof keeps it.  "proof" is always an array
 * in our documents, so that a further suite can join without changing the shape.
 *
 * Functions that can refuse return NULL, or static words that say what is wrong.
 */
#include "proto/credential/jcs.h"
#include "proto/credential/multikey.h"

#define SJ_PROOF_TYPE "DataIntegrityProof"
#define SJ_PROOF_SUITE "eddsa-jcs-2022"
#define SJ_PROOF_PURPOSE "assertionMethod"

enum {
    SJ_PROOF_HASH_BYTES = 64,
    SJ_SIGNATURE_BYTES = 64,
    SJ_PROOF_OPTIONS_MAX = 1024, /* bytes of canonical options that we write or sign */
    SJ_PROOF_VALUE_SIZE = 92,    /* "z", 86 to 88 characters, NUL; rounded up */
    SJ_PROOF_ROOM =
        SJ_PROOF_OPTIONS_MAX + 128 /* what sj_proof_attach adds to a document, at most */
};

/* The canonical proof options of a canonical document without proof.  verification_method is a DID
 * URL: issuer, "#", multikey.  created_ms: UTC milliseconds, written in seconds. */
const char *sj_proof_options(sj_span document, const char *verification_method, int64_t created_ms,
                             char *buffer, size_t size, sj_span *options);

/* The 64 bytes to sign (VC-DI-EDDSA 3.3.4). */
void sj_proof_hash(sj_span document, sj_span options, uint8_t hash[SJ_PROOF_HASH_BYTES]);

/* True when signature is the key's over the document and options (Ed25519 by RFC 8032, without the
 * keys and signatures of small order that libsodium refuses). */
bool sj_proof_verify(sj_span document, sj_span options, const uint8_t signature[SJ_SIGNATURE_BYTES],
                     const uint8_t key[SJ_PUBLIC_KEY_BYTES]);

/* The secured document: the canonical document with "proof":[{options, proofValue}] in its place,
 * canonical as a whole.  Refuses a document that has a proof already. */
const char *sj_proof_attach(sj_span document, sj_span options,
                            const uint8_t signature[SJ_SIGNATURE_BYTES], char *buffer, size_t size,
                            sj_span *secured);

/* proofValue of a signature ("z" and base58btc) and back. */
void sj_proof_value(const uint8_t signature[SJ_SIGNATURE_BYTES], char out[SJ_PROOF_VALUE_SIZE]);
bool sj_proof_value_read(sj_span text, uint8_t signature[SJ_SIGNATURE_BYTES]);
