/* SPDX-License-Identifier: Apache-2.0 */
/* eddsa-jcs-2022: every step of the W3C vector, from the published key. */
#include "tests/unit/credential/vectors.h"

#include <jansson.h>
#include <sodium.h>

#include "proto/credential/base58.h"
#include "proto/credential/jcs_scan.h"
#include "proto/credential/proof.h"

#define FOLDER "vc-di-eddsa/"

static const char method[] = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#"
                             "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
static const int64_t created_ms = 1677281798000; /* 2023-02-24T23:36:38Z */

typedef struct {
    char document_text[VECTOR_MAX];
    char options_text[VECTOR_MAX];
    sj_span document;
    sj_span options;
    uint8_t public_key[SJ_PUBLIC_KEY_BYTES];
    uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
} fixture;

/* The secret multikey: header 0x80 0x26, then the seed. */
static int
open_vectors(void **state)
{
    static fixture f;
    char pair[VECTOR_MAX];
    uint8_t coded[34];
    json_t *keys = json_loads(vector_read(FOLDER "keyPair.json", pair).at, 0, NULL);
    const char *secret = json_string_value(json_object_get(keys, "privateKeyMultibase"));
    const char *public = json_string_value(json_object_get(keys, "publicKeyMultibase"));
    uint8_t derived[SJ_PUBLIC_KEY_BYTES];

    assert_true(sj_base58_decode(sj_span_of(secret + 1), coded, sizeof coded));
    assert_memory_equal(coded, "\x80\x26", 2);
    assert_int_equal(crypto_sign_seed_keypair(derived, f.secret_key, coded + 2), 0);
    assert_true(sj_multikey_decode(sj_span_of(public), f.public_key));
    assert_memory_equal(derived, f.public_key, sizeof derived);
    json_decref(keys);
    f.document = vector_read(FOLDER "canonDocJCS.txt", f.document_text);
    assert_null(sj_proof_options(f.document, method, created_ms, f.options_text,
                                 sizeof f.options_text, &f.options));
    *state = &f;
    return 0;
}

static void
options_are_the_published_ones(void **state)
{
    fixture *f = *state;
    char published[VECTOR_MAX];

    assert_true(sj_span_equal(f->options, vector_read(FOLDER "proofCanonJCS.txt", published)));
}

static void
hashes_are_the_published_ones_in_their_order(void **state)
{
    fixture *f = *state;
    uint8_t hash[SJ_PROOF_HASH_BYTES];
    char hex[2 * SJ_PROOF_HASH_BYTES + 1];
    char published[VECTOR_MAX];

    sj_proof_hash(f->document, f->options, hash);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    (void) vector_read(FOLDER "combinedHashJCS.txt", published);
    assert_string_equal(hex, published);
    (void) vector_read(FOLDER "proofHashJCS.txt", published);
    assert_memory_equal(hex, published, 64);
    (void) vector_read(FOLDER "docHashJCS.txt", published);
    assert_memory_equal(hex + 64, published, 64);
}

static void
sign(const fixture *f, uint8_t signature[SJ_SIGNATURE_BYTES])
{
    uint8_t hash[SJ_PROOF_HASH_BYTES];

    sj_proof_hash(f->document, f->options, hash);
    assert_int_equal(crypto_sign_detached(signature, NULL, hash, sizeof hash, f->secret_key), 0);
}

static void
signature_is_the_published_one(void **state)
{
    fixture *f = *state;
    uint8_t signature[SJ_SIGNATURE_BYTES];
    uint8_t read[SJ_SIGNATURE_BYTES];
    char hex[2 * SJ_SIGNATURE_BYTES + 1];
    char value[SJ_PROOF_VALUE_SIZE];
    char published[VECTOR_MAX];

    sign(f, signature);
    sodium_bin2hex(hex, sizeof hex, signature, sizeof signature);
    (void) vector_read(FOLDER "sigHexJCS.txt", published);
    assert_string_equal(hex, published);
    sj_proof_value(signature, value);
    (void) vector_read(FOLDER "sigBTC58JCS.txt", published);
    assert_string_equal(value, published);
    assert_true(sj_proof_value_read(sj_span_of(value), read));
    assert_memory_equal(read, signature, sizeof read);
    assert_true(sj_proof_verify(f->document, f->options, signature, f->public_key));
}

static void
swapped_hashes_do_not_verify(void **state)
{
    fixture *f = *state;
    uint8_t signature[SJ_SIGNATURE_BYTES];

    sign(f, signature);
    assert_false(sj_proof_verify(f->options, f->document, signature, f->public_key));
}

/* The same JSON as the published credential, but with our array, and canonical. */
static void
secured_document_is_the_published_one(void **state)
{
    fixture *f = *state;
    uint8_t signature[SJ_SIGNATURE_BYTES];
    char buffer[VECTOR_MAX];
    char published[VECTOR_MAX];
    sj_span secured;
    sj_span again;

    sign(f, signature);
    assert_null(
        sj_proof_attach(f->document, f->options, signature, buffer, sizeof buffer, &secured));
    assert_true(sj_jcs_canonical(secured));
    json_t *ours = json_loadb(secured.at, secured.length, JSON_REJECT_DUPLICATES, NULL);
    json_t *theirs = json_loads(vector_read(FOLDER "signedJCS.json", published).at, 0, NULL);
    json_t *proofs = json_object_get(ours, "proof");

    assert_int_equal(json_array_size(proofs), 1);
    assert_int_equal(json_object_set(ours, "proof", json_array_get(proofs, 0)), 0);
    assert_true(json_equal(ours, theirs));
    json_decref(ours);
    json_decref(theirs);
    assert_non_null(
        sj_proof_attach(secured, f->options, signature, published, sizeof published, &again));
    assert_non_null(sj_proof_attach(f->document, f->options, signature, published,
                                    f->document.length + f->options.length, &again));
}

static void
what_cannot_be_secured_is_refused(void **state)
{
    fixture *f = *state;
    uint8_t signature[SJ_SIGNATURE_BYTES] = { 0 };
    char buffer[VECTOR_MAX];
    sj_span out;

    assert_non_null(
        sj_proof_options(sj_span_of("{}"), method, created_ms, buffer, sizeof buffer, &out));
    assert_non_null(
        sj_proof_options(sj_span_of("{ }"), method, created_ms, buffer, sizeof buffer, &out));
    assert_non_null(sj_proof_options(f->document, method, -1, buffer, sizeof buffer, &out));
    assert_non_null(sj_proof_options(f->document, method, created_ms, buffer, 200, &out));
    assert_non_null(
        sj_proof_attach(sj_span_of("{}"), f->options, signature, buffer, sizeof buffer, &out));
    assert_non_null(sj_proof_attach(sj_span_of("{\"a\":1}"), f->options, signature, buffer,
                                    sizeof buffer, &out));
    assert_non_null(
        sj_proof_attach(f->document, sj_span_of("{}"), signature, buffer, sizeof buffer, &out));
}

static void
proof_values_have_one_spelling(void **state)
{
    uint8_t signature[SJ_SIGNATURE_BYTES];
    char published[VECTOR_MAX];
    sj_span value = vector_read(FOLDER "sigBTC58JCS.txt", published);

    (void) state;
    published[0] = 'u';
    assert_false(sj_proof_value_read(value, signature));
    published[0] = 'z';
    published[3] = '0';
    assert_false(sj_proof_value_read(value, signature));
    assert_false(sj_proof_value_read((sj_span){ value.at, value.length - 2 }, signature));
    assert_false(sj_proof_value_read(sj_span_of(""), signature));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_the_published_ones),
        cmocka_unit_test(hashes_are_the_published_ones_in_their_order),
        cmocka_unit_test(signature_is_the_published_one),
        cmocka_unit_test(swapped_hashes_do_not_verify),
        cmocka_unit_test(secured_document_is_the_published_one),
        cmocka_unit_test(what_cannot_be_secured_is_refused),
        cmocka_unit_test(proof_values_have_one_spelling),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_vectors, NULL);
}
