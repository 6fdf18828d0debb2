/* SPDX-License-Identifier: Apache-2.0 */
/* Verification: certificates that were tampered with, and texts that are none. */
#include "tests/unit/credential/issuer.h"

#include <jansson.h>

#include "clients/c/verify/jcs_tree.h"
#include "clients/c/verify/verify.h"

static issuer ours;

static int
open_issuer(void **state)
{
    (void) state;
    issuer_open(&ours, 1);
    return 0;
}

static sj_verification
verified(sj_span certificate)
{
    sj_verify_input in = { .certificate = certificate,
                           .did_document = ours.did,
                           .status_list = ours.list,
                           .now_ms = NOW_MS };
    sj_verification out;

    sj_verify(&in, &out);
    return out;
}

static sj_verdict
verdict_of(const json_t *root)
{
    char *text = json_dumps(root, JSON_COMPACT);
    sj_verdict verdict = verified(sj_span_of(text)).verdict;

    free(text);
    return verdict;
}

static json_t *
certificate(void)
{
    json_t *root = json_loadb(ours.certificate.at, ours.certificate.length, 0, NULL);

    assert_non_null(root);
    return root;
}

static json_t *
first_proof(json_t *root)
{
    return json_array_get(json_object_get(root, "proof"), 0);
}

/* Each bit of each byte in turn. */
static void
one_flipped_bit_is_never_valid(void **state)
{
    static char copy[sizeof ours.certificate_text];

    (void) state;
    for (size_t i = 0; i < ours.certificate.length; i++)
        for (unsigned bit = 0; bit < 8; bit += 3) {
            memcpy(copy, ours.certificate.at, ours.certificate.length);
            copy[i] = (char) (copy[i] ^ (1 << bit));
            sj_verdict verdict = verified((sj_span){ copy, ours.certificate.length }).verdict;

            assert_int_equal(verdict, SJ_VERDICT_INVALID);
        }
}

/* What is the same to JSON is the same to us. */
static void
spelling_does_not_matter(void **state)
{
    json_t *root = certificate();
    char *text = json_dumps(root, JSON_INDENT(4) | JSON_ENSURE_ASCII | JSON_ESCAPE_SLASH);

    (void) state;
    assert_int_equal(verified(sj_span_of(text)).verdict, SJ_VERDICT_VALID);
    free(text);
    json_object_set(root, "proof", first_proof(root)); /* one object, not an array */
    assert_int_equal(verdict_of(root), SJ_VERDICT_VALID);
    json_decref(root);
}

static void
swapped_hashes_are_invalid(void **state)
{
    json_t *root = certificate();
    json_t *proof = first_proof(root);
    static char document_text[SJ_BADGE_MAX];
    static char options_text[SJ_BADGE_MAX];
    sj_span document;
    sj_span options;
    uint8_t hash[SJ_PROOF_HASH_BYTES];
    uint8_t signature[SJ_SIGNATURE_BYTES];
    char value[SJ_PROOF_VALUE_SIZE];

    (void) state;
    assert_null(sj_jcs_tree(root, "proof", document_text, sizeof document_text, &document));
    assert_null(sj_jcs_tree(proof, "proofValue", options_text, sizeof options_text, &options));
    for (int swapped = 0; swapped <= 1; swapped++) {
        sj_proof_hash(swapped ? options : document, swapped ? document : options, hash);
        assert_int_equal(crypto_sign_detached(signature, NULL, hash, sizeof hash, ours.secret_key),
                         0);
        sj_proof_value(signature, value);
        json_object_set_new(proof, "proofValue", json_string(value));
        assert_int_equal(verdict_of(root), swapped ? SJ_VERDICT_INVALID : SJ_VERDICT_VALID);
    }
    json_decref(root);
}

/* The suite alone would accept it (VC-DI-EDDSA 3.3.2: "starts with"). */
static void
an_appended_context_is_invalid(void **state)
{
    static const char *const more[] = { "https://evil.example/context" };
    json_t *root = certificate();

    (void) state;
    json_array_append_new(json_object_get(root, "@context"), json_string(more[0]));
    assert_int_equal(verdict_of(root), SJ_VERDICT_INVALID);
    char *text = json_dumps(root, 0);
    sj_verify_input in = { .certificate = sj_span_of(text),
                           .did_document = ours.did,
                           .status_list = ours.list,
                           .now_ms = NOW_MS,
                           .more_contexts = more,
                           .more_context_count = 1 };
    sj_verification out;

    sj_verify(&in, &out); /* known or not, it was not signed */
    assert_int_equal(out.verdict, SJ_VERDICT_INVALID);
    free(text);
    json_decref(root);
}

static void
every_known_proof_must_hold(void **state)
{
    json_t *root = certificate();
    json_t *second = json_deep_copy(first_proof(root));
    json_t *proofs = json_object_get(root, "proof");

    (void) state;
    json_array_append_new(proofs, second);
    assert_int_equal(verdict_of(root), SJ_VERDICT_VALID);
    json_object_set_new(second, "created", json_string("2025-06-14T15:06:41Z"));
    assert_int_equal(verdict_of(root), SJ_VERDICT_INVALID);
    json_object_set_new(second, "cryptosuite", json_string("eddsa-rdfc-2022"));
    char *text = json_dumps(root, 0);
    sj_verification out = verified(sj_span_of(text));

    free(text);
    assert_int_equal(out.verdict, SJ_VERDICT_VALID);
    assert_non_null(strstr(out.signature.words, "not checked"));
    json_array_remove(proofs, 0); /* only the one that we do not know */
    assert_int_equal(verdict_of(root), SJ_VERDICT_INVALID);
    json_array_clear(proofs);
    assert_int_equal(verdict_of(root), SJ_VERDICT_INVALID);
    json_object_del(root, "proof");
    assert_int_equal(verdict_of(root), SJ_VERDICT_INVALID);
    json_decref(root);
}

/* Members of the proof that lie, taken away or changed in type. */
static void
proofs_that_lie_are_invalid(void **state)
{
    static const char *const names[] = { "@context",          "created",    "cryptosuite",
                                         "proofPurpose",      "proofValue", "type",
                                         "verificationMethod" };

    (void) state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int way = 0; way < 4; way++) {
            json_t *root = certificate();
            json_t *proof = first_proof(root);

            if (way == 0)
                json_object_del(proof, names[i]);
            else
                json_object_set_new(proof, names[i],
                                    way == 1   ? json_null()
                                    : way == 2 ? json_string("z6Mk")
                                               : json_array());
            assert_int_equal(verdict_of(root), SJ_VERDICT_INVALID);
            json_decref(root);
        }
}

static void
texts_that_are_no_certificate_are_invalid(void **state)
{
    static char many[SJ_VERIFY_TEXT_MAX + 2];
    static const char *const rows[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"type\":\"VerifiableCredential\"}",
        "{\"type\":[\"VerifiableCredential\"],\"@context\":[]}",
        "{\"type\":[\"VerifiableCredential\"],\"@context\":\"https://www.w3.org/ns/credentials/"
        "v2\"}",
        "{\"type\":[\"VerifiableCredential\"],\"@context\":[\"https://www.w3.org/ns/credentials/"
        "v2\"],"
        "\"proof\":[1]}",
        "{\"type\":[\"VerifiableCredential\"],\"@context\":[\"https://www.w3.org/ns/credentials/"
        "v2\",{}]"
        ",\"proof\":{}}",
        "{\"type\":\"VerifiableCredential\",\"type\":\"VerifiableCredential\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\u0000\"}",
        "\xef\xbb\xbf{}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sj_verification out = verified(sj_span_of(rows[i]));

        assert_int_equal(out.verdict, SJ_VERDICT_INVALID);
        assert_int_equal(out.signature.result, SJ_CHECK_FAILED);
        assert_true(strlen(out.signature.words) > 10);
    }
    memset(many, '[', sizeof many);
    assert_int_equal(verified((sj_span){ many, 100000 }).verdict, SJ_VERDICT_INVALID);
    assert_int_equal(verified((sj_span){ many, sizeof many }).verdict, SJ_VERDICT_INVALID);
}

static void
texts_cut_off_are_invalid(void **state)
{
    (void) state;
    for (size_t cut = 0; cut < ours.certificate.length; cut++) {
        char *copy = malloc(cut + 1);

        assert_non_null(copy);
        memcpy(copy, ours.certificate.at, cut);
        assert_int_equal(verified((sj_span){ copy, cut }).verdict, SJ_VERDICT_INVALID);
        free(copy);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_flipped_bit_is_never_valid),
        cmocka_unit_test(spelling_does_not_matter),
        cmocka_unit_test(swapped_hashes_are_invalid),
        cmocka_unit_test(an_appended_context_is_invalid),
        cmocka_unit_test(every_known_proof_must_hold),
        cmocka_unit_test(proofs_that_lie_are_invalid),
        cmocka_unit_test(texts_that_are_no_certificate_are_invalid),
        cmocka_unit_test(texts_cut_off_are_invalid),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_issuer, NULL);
}
