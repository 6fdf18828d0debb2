/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/credential/proof.h"

#include <assert.h>
#include <sodium.h>

#include "proto/credential/base58.h"
#include "proto/credential/jcs_scan.h"
#include "proto/credential/timestamp.h"

/* Appends to out, which has room: the callers have counted. */
static void
append(char *out, size_t *length, const char *bytes, size_t count)
{
    memcpy(out + *length, bytes, count);
    *length += count;
}

void
sj_proof_value(const uint8_t signature[SJ_SIGNATURE_BYTES], char out[SJ_PROOF_VALUE_SIZE])
{
    size_t length;

    out[0] = 'z';
    length = sj_base58_encode(signature, SJ_SIGNATURE_BYTES, out + 1, SJ_PROOF_VALUE_SIZE - 1);
    assert(length > 0);
}

bool
sj_proof_value_read(sj_span text, uint8_t signature[SJ_SIGNATURE_BYTES])
{
    if (text.length < 2 || text.at[0] != 'z')
        return false;
    return sj_base58_decode((sj_span){ text.at + 1, text.length - 1 }, signature,
                            SJ_SIGNATURE_BYTES);
}

void
sj_proof_hash(sj_span document, sj_span options, uint8_t hash[SJ_PROOF_HASH_BYTES])
{
    crypto_hash_sha256(hash, (const unsigned char *) options.at, options.length);
    crypto_hash_sha256(hash + crypto_hash_sha256_BYTES, (const unsigned char *) document.at,
                       document.length);
}

bool
sj_proof_verify(sj_span document, sj_span options, const uint8_t signature[SJ_SIGNATURE_BYTES],
                const uint8_t key[SJ_PUBLIC_KEY_BYTES])
{
    uint8_t hash[SJ_PROOF_HASH_BYTES];

    sj_proof_hash(document, options, hash);
    return crypto_sign_verify_detached(signature, hash, sizeof hash, key) == 0;
}

const char *
sj_proof_options(sj_span document, const char *verification_method, int64_t created_ms,
                 char *buffer, size_t size, sj_span *options)
{
    char created[SJ_TIMESTAMP_SIZE];
    sj_span contexts;
    sj_jcs jcs;

    if (!sj_jcs_canonical(document) || !sj_jcs_find(document, "@context", &contexts))
        return "the document is not canonical JSON with an @context";
    if (!sj_timestamp_write(created_ms, created))
        return "the proof's time is not between 1970 and 9999";
    sj_jcs_open(&jcs, buffer, size < SJ_PROOF_OPTIONS_MAX ? size : SJ_PROOF_OPTIONS_MAX);
    sj_jcs_object_begin(&jcs);
    sj_jcs_name(&jcs, "@context");
    sj_jcs_raw(&jcs, contexts);
    sj_jcs_member(&jcs, "created", created);
    sj_jcs_member(&jcs, "cryptosuite", SJ_PROOF_SUITE);
    sj_jcs_member(&jcs, "proofPurpose", SJ_PROOF_PURPOSE);
    sj_jcs_member(&jcs, "type", SJ_PROOF_TYPE);
    sj_jcs_member(&jcs, "verificationMethod", verification_method);
    sj_jcs_object_end(&jcs);
    return sj_jcs_words(sj_jcs_close(&jcs, options));
}

const char *
sj_proof_attach(sj_span document, sj_span options, const uint8_t signature[SJ_SIGNATURE_BYTES],
                char *buffer, size_t size, sj_span *secured)
{
    static const char before[] = "\"proof\":[";
    static const char value[] = "\"proofValue\":\"";
    char text[SJ_PROOF_VALUE_SIZE];
    size_t outer;
    size_t inner;
    size_t length = 0;

    if (!sj_jcs_canonical(document) || !sj_jcs_place(document, "proof", &outer))
        return "the document is not canonical JSON or has a proof already";
    if (!sj_jcs_canonical(options) || !sj_jcs_place(options, "proofValue", &inner))
        return "the proof options are not canonical JSON or have a value already";
    /* Both land between members: type comes after, @context before. */
    if (outer < 2 || inner < 2 || document.at[outer] != '"' || options.at[inner] != '"')
        return "the document or the proof options lack @context or type";
    if (options.length > SJ_PROOF_OPTIONS_MAX || size < SJ_PROOF_ROOM ||
        document.length > size - SJ_PROOF_ROOM)
        return "the text is longer than its buffer";
    sj_proof_value(signature, text);
    append(buffer, &length, document.at, outer);
    append(buffer, &length, before, sizeof before - 1);
    append(buffer, &length, options.at, inner);
    append(buffer, &length, value, sizeof value - 1);
    append(buffer, &length, text, strlen(text));
    append(buffer, &length, "\",", 2);
    append(buffer, &length, options.at + inner, options.length - inner);
    append(buffer, &length, "],", 2);
    append(buffer, &length, document.at + outer, document.length - outer);
    *secured = (sj_span){ .at = buffer, .length = length };
    return NULL;
}
