/* SPDX-License-Identifier: Apache-2.0 */
/* Verification: what is genuine, whose it is, and when. */
#include "tests/unit/credential/issuer.h"
#include "tests/unit/credential/vectors.h"

#include "clients/c/verify/verify.h"

static issuer ours;

static int
open_issuer(void **state)
{
    (void) state;
    issuer_open(&ours, 1);
    return 0;
}

static sj_verify_input
input(void)
{
    return (sj_verify_input){
        .certificate = ours.certificate,
        .did_document = ours.did,
        .status_list = ours.list,
        .now_ms = NOW_MS,
    };
}

static sj_verification
verified(const sj_verify_input *in)
{
    sj_verification out;

    sj_verify(in, &out);
    assert_true(strlen(out.signature.words) > 0 && strlen(out.issuer.words) > 0 &&
                strlen(out.status.words) > 0 && strlen(out.log.words) > 0 &&
                strlen(out.dates.words) > 0);
    return out;
}

static void
a_certificate_is_valid(void **state)
{
    sj_verify_input in = input();
    sj_verification out = verified(&in);

    (void) state;
    assert_int_equal(out.verdict, SJ_VERDICT_VALID);
    assert_int_equal(out.signature.result, SJ_CHECK_PASSED);
    assert_int_equal(out.issuer.result, SJ_CHECK_PASSED);
    assert_int_equal(out.status.result, SJ_CHECK_PASSED);
    assert_int_equal(out.dates.result, SJ_CHECK_PASSED);
    assert_int_equal(out.log.result, SJ_CHECK_NOT_DONE);
    assert_string_equal(out.log.words, "not checked: this certificate carries no log proof");
    assert_int_equal(out.status_age_ms, DAY_MS);
    assert_string_equal(out.holder, "Aysel Yılmaz");
    assert_string_equal(out.title, "Small Area Estimation");
    assert_string_equal(out.issuer_id, SAMPLE_DID);
    assert_string_equal(out.id,
                        "https://sijill.example/certificates/112233445566778899aabbccddeeff01");
    assert_string_equal(out.status_list_url, "https://sijill.example/status/0");
}

static void
names_of_any_script_verify(void **state)
{
    static const char *const names[] = {
        "فاطمة الزهراء بنت محمّد",
        "Әлия Қасымқызы Нұрланова",
        "İğne Iğdır Şükrü Öztürk",
        "Zoë \xf0\x9f\x98\x80 \xf0\xa0\xae\xb7\xe9\x87\x8e\xe5\xae\xb6", /* beyond the BMP */
        "A\xcc\x8a is not \xc3\x85",                                     /* not normalized */
        "tab\t\"quotes\" \\ </script> \x7f",
    };

    (void) state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        sj_badge badge = sample_badge();
        sj_verify_input in;
        sj_verification out;

        badge.holder_name = names[i];
        issuer_certify(&ours, &badge);
        in = input();
        out = verified(&in);
        assert_int_equal(out.verdict, SJ_VERDICT_VALID);
        assert_string_equal(out.holder, names[i]);
    }
    sj_badge badge = sample_badge();

    issuer_certify(&ours, &badge);
}

static void
dates_have_a_first_and_no_last_instant(void **state)
{
    sj_badge badge = sample_badge();
    static const struct {
        int64_t after_from_ms;
        sj_verdict verdict;
    } rows[] = {
        { -1, SJ_VERDICT_NOT_YET_VALID },
        { 0, SJ_VERDICT_VALID },
        { 60 * DAY_MS - 1, SJ_VERDICT_VALID },
        { 60 * DAY_MS, SJ_VERDICT_EXPIRED },
    };

    (void) state;
    badge.valid_until_ms = badge.valid_from_ms + 60 * DAY_MS;
    badge.status_list_url = NULL;
    issuer_certify(&ours, &badge);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sj_verify_input in = input();

        in.now_ms = badge.valid_from_ms + rows[i].after_from_ms;
        assert_int_equal(verified(&in).verdict, rows[i].verdict);
    }
    badge = sample_badge();
    issuer_certify(&ours, &badge);
}

static void
without_did_document_the_issuer_is_not_known(void **state)
{
    sj_verify_input in = input();
    sj_verification out;

    (void) state;
    in.did_document.at = NULL;
    out = verified(&in);
    assert_int_equal(out.verdict, SJ_VERDICT_ISSUER_UNCHECKED);
    assert_int_equal(out.signature.result, SJ_CHECK_PASSED);
    assert_non_null(strstr(out.issuer.words, "https://sijill.example/.well-known/did.json"));
    in.did_document = sj_span_of("<html>");
    assert_int_equal(verified(&in).verdict, SJ_VERDICT_ISSUER_UNCHECKED);
}

static void
another_key_is_a_forgery(void **state)
{
    static issuer forger;
    sj_verify_input in = input();
    sj_verification out;

    (void) state;
    issuer_open(&forger, 2);
    in.certificate = forger.certificate; /* names our issuer, signed by its own key */
    out = verified(&in);
    assert_int_equal(out.verdict, SJ_VERDICT_INVALID);
    assert_int_equal(out.signature.result, SJ_CHECK_PASSED);
    assert_int_equal(out.issuer.result, SJ_CHECK_FAILED);
    assert_string_equal(out.holder, "");
}

/* Our did.json with one text replaced by another. */
static sj_span
did_with(const char *from, const char *to)
{
    static char changed[4096];
    static char whole[4096];
    const char *at = strstr(text_of(ours.did, whole, sizeof whole), from);

    assert_non_null(at);
    (void) snprintf(changed, sizeof changed, "%.*s%s%s", (int) (at - whole), whole, to,
                    at + strlen(from));
    return sj_span_of(changed);
}

static void
did_document_decides_whose_key_it_is(void **state)
{
    static const char *const rows[][2] = {
        { "\"id\":\"did:web:sijill.example\"", "\"id\":\"did:web:other.example\"" },
        { "\"assertionMethod\":[", "\"authentication\":[" },
        { "\"controller\":\"did:web:sijill.example\"", "\"controller\":\"did:web:other.example\"" },
        { "\"type\":\"Multikey\"", "\"type\":\"JsonWebKey\"" },
        { "\"type\":\"Multikey\"", "\"type\":\"Multikey\",\"revoked\":\"2025-06-01T00:00:00Z\"" },
        { "\"type\":\"Multikey\"", "\"type\":\"Multikey\",\"expires\":\"2025-06-01T00:00:00Z\"" },
        { "\"type\":\"Multikey\"", "\"type\":\"Multikey\",\"expires\":7" },
        { "\"verificationMethod\":[", "\"keys\":[" },
        { "\"id\":\"did:web:sijill.example\",", "" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sj_verify_input in = input();
        sj_verification out;

        in.did_document = did_with(rows[i][0], rows[i][1]);
        out = verified(&in);
        assert_int_equal(out.verdict, SJ_VERDICT_INVALID);
        assert_int_equal(out.issuer.result, SJ_CHECK_FAILED);
        assert_int_equal(out.signature.result, SJ_CHECK_PASSED);
    }
    sj_verify_input in = input();

    in.did_document = did_with("\"type\":\"Multikey\"",
                               "\"type\":\"Multikey\",\"expires\":\"2030-06-01T00:00:00Z\"");
    assert_int_equal(verified(&in).verdict, SJ_VERDICT_VALID);
}

/* Every step of the W3C vector by our library: its key is a did:key and its issuer made up, so the
 * signature passes and the issuer does not. */
static void
the_published_credential_has_a_good_signature(void **state)
{
    static const char *const more[] = { "https://www.w3.org/ns/credentials/examples/v2" };
    char published[VECTOR_MAX];
    sj_verify_input in = input();
    sj_verification out;

    (void) state;
    in.certificate = vector_read("vc-di-eddsa/signedJCS.json", published);
    assert_int_equal(verified(&in).signature.result, SJ_CHECK_FAILED); /* unknown context */
    in.more_contexts = more;
    in.more_context_count = 1;
    out = verified(&in);
    assert_int_equal(out.signature.result, SJ_CHECK_PASSED);
    assert_int_equal(out.issuer.result, SJ_CHECK_FAILED);
    assert_int_equal(out.verdict, SJ_VERDICT_INVALID);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_valid),
        cmocka_unit_test(names_of_any_script_verify),
        cmocka_unit_test(dates_have_a_first_and_no_last_instant),
        cmocka_unit_test(without_did_document_the_issuer_is_not_known),
        cmocka_unit_test(another_key_is_a_forgery),
        cmocka_unit_test(did_document_decides_whose_key_it_is),
        cmocka_unit_test(the_published_credential_has_a_good_signature),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_issuer, NULL);
}
