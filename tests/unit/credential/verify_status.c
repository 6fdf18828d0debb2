/* SPDX-License-Identifier: Apache-2.0 */
/* Verification: revoked, not revoked, and not known. */
#include "tests/unit/credential/issuer.h"

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
verified_with(sj_span list, int64_t now_ms)
{
    sj_verify_input in = { .certificate = ours.certificate,
                           .did_document = ours.did,
                           .status_list = list,
                           .now_ms = now_ms };
    sj_verification out;

    sj_verify(&in, &out);
    return out;
}

static void
revoked_is_not_forged(void **state)
{
    sj_verification out;

    (void) state;
    issuer_list(&ours, 94567);
    out = verified_with(ours.list, NOW_MS);
    assert_int_equal(out.verdict, SJ_VERDICT_REVOKED);
    assert_int_equal(out.signature.result, SJ_CHECK_PASSED);
    assert_int_equal(out.issuer.result, SJ_CHECK_PASSED);
    assert_int_equal(out.status.result, SJ_CHECK_FAILED);
    assert_string_equal(out.holder, "Aysel Yılmaz");
    /* Final: an old list is as good. */
    assert_int_equal(verified_with(ours.list, NOW_MS + 300 * DAY_MS).verdict, SJ_VERDICT_REVOKED);
}

static void
a_neighbours_bit_is_not_ours(void **state)
{
    (void) state;
    issuer_list(&ours, 94566);
    assert_int_equal(verified_with(ours.list, NOW_MS).verdict, SJ_VERDICT_VALID);
    issuer_list(&ours, 94568);
    assert_int_equal(verified_with(ours.list, NOW_MS).verdict, SJ_VERDICT_VALID);
}

static void
without_a_list_the_status_is_not_known(void **state)
{
    sj_verification out = verified_with((sj_span){ .at = NULL }, NOW_MS);

    (void) state;
    assert_int_equal(out.verdict, SJ_VERDICT_STATUS_UNCHECKED);
    assert_int_equal(out.status.result, SJ_CHECK_NOT_DONE);
    assert_int_equal(out.status_age_ms, -1);
    assert_int_equal(verified_with(sj_span_of("{"), NOW_MS).verdict, SJ_VERDICT_STATUS_UNCHECKED);
}

static void
a_stale_list_proves_nothing(void **state)
{
    (void) state;
    issuer_list(&ours, SJ_STATUS_LIST_BITS);
    assert_int_equal(verified_with(ours.list, NOW_MS + 6 * DAY_MS - 1).verdict, SJ_VERDICT_VALID);
    sj_verification out = verified_with(ours.list, NOW_MS + 6 * DAY_MS);

    assert_int_equal(out.verdict, SJ_VERDICT_STATUS_UNCHECKED);
    assert_int_equal(out.status_age_ms, 7 * DAY_MS);
    assert_int_equal(verified_with(ours.list, NOW_MS - DAY_MS - 1).verdict,
                     SJ_VERDICT_STATUS_UNCHECKED);
}

static void
a_list_of_another_issuer_or_address_proves_nothing(void **state)
{
    char encoded[SJ_STATUS_LIST_ENCODED_MAX];
    sj_status_document list = issuer_list_document(94567, encoded);

    (void) state;
    list.url = "https://sijill.example/status/1";
    issuer_list_sign(&ours, &list);
    assert_int_equal(verified_with(ours.list, NOW_MS).verdict, SJ_VERDICT_STATUS_UNCHECKED);
    list.url = "https://sijill.example/status/0";
    list.issuer_did = "did:web:other.example";
    issuer_list_sign(&ours, &list);
    assert_int_equal(verified_with(ours.list, NOW_MS).verdict, SJ_VERDICT_STATUS_UNCHECKED);
}

static void
a_list_signed_by_a_stranger_proves_nothing(void **state)
{
    static issuer forger;

    (void) state;
    issuer_open(&forger, 2);
    issuer_list(&forger, 94567);
    sj_verification out = verified_with(forger.list, NOW_MS);

    assert_int_equal(out.verdict, SJ_VERDICT_STATUS_UNCHECKED);
    assert_int_equal(out.signature.result, SJ_CHECK_PASSED);
}

/* One changed byte anywhere: never "revoked" nor "not revoked" by a list that nobody signed. */
static void
a_damaged_list_proves_nothing(void **state)
{
    static char copy[sizeof ours.list_text];

    (void) state;
    issuer_list(&ours, SJ_STATUS_LIST_BITS);
    for (size_t i = 0; i < ours.list.length; i++) {
        memcpy(copy, ours.list.at, ours.list.length);
        copy[i] ^= 0x01;
        assert_int_equal(verified_with((sj_span){ copy, ours.list.length }, NOW_MS).verdict,
                         SJ_VERDICT_STATUS_UNCHECKED);
    }
}

static void
a_status_list_is_no_certificate(void **state)
{
    sj_verify_input in = { .did_document = ours.did, .now_ms = NOW_MS };
    sj_verification out;

    (void) state;
    issuer_list(&ours, 1);
    in.certificate = ours.list;
    sj_verify(&in, &out);
    assert_int_equal(out.verdict, SJ_VERDICT_INVALID);
    assert_int_equal(out.signature.result, SJ_CHECK_FAILED);
}

static void
a_certificate_without_status_cannot_be_revoked(void **state)
{
    sj_badge badge = sample_badge();

    (void) state;
    badge.status_list_url = NULL;
    issuer_certify(&ours, &badge);
    assert_int_equal(verified_with((sj_span){ .at = NULL }, NOW_MS).verdict, SJ_VERDICT_VALID);
    badge = sample_badge();
    issuer_certify(&ours, &badge);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_list_is_no_certificate),
        cmocka_unit_test(revoked_is_not_forged),
        cmocka_unit_test(a_neighbours_bit_is_not_ours),
        cmocka_unit_test(without_a_list_the_status_is_not_known),
        cmocka_unit_test(a_stale_list_proves_nothing),
        cmocka_unit_test(a_list_of_another_issuer_or_address_proves_nothing),
        cmocka_unit_test(a_list_signed_by_a_stranger_proves_nothing),
        cmocka_unit_test(a_damaged_list_proves_nothing),
        cmocka_unit_test(a_certificate_without_status_cannot_be_revoked),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_issuer, NULL);
}
