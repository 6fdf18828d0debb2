/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * did_web: the issuer's identity, a DID that is a web host (did:web method, sections 2 and 3).
 *
 *   did:web:sijill.example            https://sijill.example/.well-known/did.json
 *   did:web:sijill.example:orgs:ank   https://sijill.example/orgs/ank/did.json
 *   did:web:localhost%3A8443          https://localhost:8443/.well-known/did.json
 *
 * Stricter than the method: host in lower case, no IP address, path segments of unreserved
 * characters; one DID then has one spelling and can be compared byte by byte.
 */
#include "proto/credential/jcs.h"
#include "proto/credential/multikey.h"

enum {
    SJ_DID_MAX = 200,                  /* bytes of a DID */
    SJ_DID_URL_SIZE = SJ_DID_MAX + 64, /* any URL made here, with NUL */
    SJ_DID_KEYS_MAX = 64               /* public keys in one did.json */
};

/* NULL when did is a did:web DID as above, else words that say what is wrong. */
const char *sj_did_web_check(sj_span did);

/* "https://host[:port][/path]" of a valid DID, without a slash at the end: what our own URLs begin
 * with.  False when did is not valid. */
bool sj_did_web_base(sj_span did, char out[SJ_DID_URL_SIZE]);

/* The DID's base, a folder such as "/status/" and a name, both together below 64 bytes (asserted).
 * False when did is not valid. */
bool sj_did_web_below(sj_span did, const char *folder, const char *name, char out[SJ_DID_URL_SIZE]);

/* The URL of the DID's document.  False when did is not valid. */
bool sj_did_web_url(sj_span did, char out[SJ_DID_URL_SIZE]);

/* DID, "#", multikey: the verification method of a key.  False when did is not valid. */
bool sj_did_web_method(sj_span did, const uint8_t key[SJ_PUBLIC_KEY_BYTES],
                       char out[SJ_DID_URL_SIZE]);

/* The canonical did.json with one Multikey method per key, all of them assertion methods.  Old keys
 * stay listed as long as their certificates shall verify.  NULL, or words. */
const char *sj_did_web_document(const char *did, const uint8_t (*keys)[SJ_PUBLIC_KEY_BYTES],
                                size_t count, char *buffer, size_t size, sj_span *document);
