/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The issuer's address and keys.
 */
#include "tests/unit/certificate/world.h"

#include "proto/credential/multikey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *
did_document(fixture *f)
{
    if (fixture_run(f, 353, NULL, WORLD_LATER_MS) != SJ_OK)
        return NULL;
    Sijill__V1__DidDocument *out = fixture_reply(f, &sijill__v1__did_document__descriptor);

    assert_string_equal(out->did, WORLD_DID);
    assert_string_equal(out->url, "https://sijill.example/.well-known/did.json");
    return out->document;
}

static bool
document_has(fixture *f, uint32_t purpose, uint8_t generation)
{
    uint8_t public_key[32], secret[64];
    char multikey[SJ_MULTIKEY_SIZE];

    world_key(purpose, generation, public_key, secret);
    sj_multikey_encode(public_key, multikey);
    return strstr(did_document(f), multikey) != NULL;
}

static void
did_json_needs_keys_and_lists_them(void **state)
{
    fixture *f = *state;

    assert_null(did_document(f));
    assert_int_equal(f->reply.status, SJ_UNAVAILABLE);
    assert_int_equal(adopt(f, 0, WORLD_STARTS_MS), SJ_OK);
    assert_true(document_has(f, 1, 0));
    assert_true(document_has(f, 2, 0));
    assert_false(document_has(f, 1, 1));
}

static void
the_same_keys_again_write_nothing(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];

    fixture_digest(f, before);
    assert_int_equal(adopt(f, 0, WORLD_LATER_MS), SJ_OK);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

static void
a_new_key_signs_what_comes_and_the_old_one_is_kept_for_what_was(void **state)
{
    fixture *f = *state;
    uint8_t old[16], next[16];

    tell_person(f, 1, 2, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 2, VERDICT(ATTENDED));
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, old), SJ_OK);
    assert_int_equal(adopt(f, 1, WORLD_LATER_MS), SJ_OK);
    assert_int_equal(issue(f, 1, 2, KIND(ATTENDANCE), WORLD_LATER_MS, next), SJ_OK);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 2); /* each by the key of its intent */
    assert_true(verifies(show(f, old, WORLD_LATER_MS)->credential, 1, 0));
    assert_true(verifies(show(f, next, WORLD_LATER_MS)->credential, 1, 1));
    for (uint32_t purpose = 1; purpose <= 2; purpose++)
        for (uint8_t generation = 0; generation < 2; generation++)
            assert_true(document_has(f, purpose, generation));
    assert_int_equal(adopt(f, 0, WORLD_LATER_MS), SJ_OK); /* and back */
    assert_int_equal(reissue(f, next, NULL, WORLD_LATER_MS, next), SJ_OK);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    assert_true(verifies(show(f, next, WORLD_LATER_MS)->credential, 1, 0));
}

static sj_status
adopt_one(fixture *f, const char *issuer, uint32_t purpose, uint8_t *key, size_t size)
{
    Sijill__V1__AdoptKeys body = SIJILL__V1__ADOPT_KEYS__INIT;
    Sijill__V1__IssuerKey one = SIJILL__V1__ISSUER_KEY__INIT;
    Sijill__V1__IssuerKey *list[] = { &one };

    one.has_purpose = true;
    one.purpose = purpose;
    one.has_public_key = key != NULL;
    one.public_key = (ProtobufCBinaryData){ size, key };
    body.issuer = (char *) (uintptr_t) issuer;
    body.n_key = 1;
    body.key = list;
    return fixture_run(f, 304, &body.base, WORLD_LATER_MS);
}

static void
keys_that_cannot_be_right_are_refused(void **state)
{
    fixture *f = *state;
    uint8_t certificate_key[32], fresh[32] = { 5 }, secret[64];

    world_key(1, 0, certificate_key, secret);
    assert_int_equal(adopt_one(f, WORLD_DID, 2, certificate_key, 32), SJ_INVALID);
    assert_string_equal(f->reply.detail, "two purposes never share a key");
    assert_int_equal(adopt_one(f, WORLD_DID, 3, fresh, 32), SJ_INVALID);
    assert_int_equal(adopt_one(f, WORLD_DID, 0, fresh, 32), SJ_INVALID);
    assert_int_equal(adopt_one(f, WORLD_DID, 1, fresh, 31), SJ_INVALID);
    assert_int_equal(adopt_one(f, WORLD_DID, 1, NULL, 0), SJ_INVALID);
    assert_int_equal(adopt_one(f, "https://sijill.example", 1, fresh, 32), SJ_INVALID);
    assert_int_equal(adopt_one(f, NULL, 1, fresh, 32), SJ_INVALID);
    assert_int_equal(adopt_one(f, "did:web:other.example", 1, fresh, 32), SJ_CONFLICT);
    assert_string_equal(f->reply.detail, "this store issues as did:web:sijill.example: start the "
                                         "signer with that issuer");
    assert_int_equal(adopt_one(f, WORLD_DID, 1, fresh, 32), SJ_OK);
}

static void
an_issuer_has_a_bounded_number_of_keys(void **state)
{
    fixture *f = *state;
    uint8_t key[32] = { 9 };

    for (uint8_t i = 0; i < 62; i++) {
        key[1] = i;
        assert_int_equal(adopt_one(f, WORLD_DID, 1, key, 32), SJ_OK);
    }
    key[1] = 62;
    assert_int_equal(adopt_one(f, WORLD_DID, 1, key, 32), SJ_PRECONDITION);
    key[1] = 3;
    assert_int_equal(adopt_one(f, WORLD_DID, 1, key, 32), SJ_OK); /* a known one may come back */
    assert_non_null(did_document(f));
}

#define READY(test) cmocka_unit_test_setup_teardown(test, world_open_ready, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(did_json_needs_keys_and_lists_them, world_open,
                                        fixture_close),
        READY(the_same_keys_again_write_nothing),
        READY(a_new_key_signs_what_comes_and_the_old_one_is_kept_for_what_was),
        READY(keys_that_cannot_be_right_are_refused),
        READY(an_issuer_has_a_bounded_number_of_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
