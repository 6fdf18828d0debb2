/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and status lists as documents. */
#include <stdlib.h>

#include "tests/unit/credential/vectors.h"

#include <jansson.h>

#include "proto/credential/jcs_scan.h"
#include "tests/unit/credential/sample.h"

static char buffer[SJ_STATUS_DOCUMENT_MAX];
static char text[SJ_STATUS_DOCUMENT_MAX];

static const char *
written(const sj_badge *badge)
{
    sj_span document;

    assert_null(sj_badge_write(badge, buffer, sizeof buffer, &document));
    assert_true(sj_jcs_canonical(document));
    return text_of(document, text, sizeof text);
}

static void
a_badge_is_these_bytes(void **state)
{
    sj_badge badge = sample_badge();

    (void) state;
    assert_string_equal(
        written(&badge),
        "{\"@context\":[\"https://www.w3.org/ns/credentials/v2\","
        "\"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json\"],"
        "\"awardedDate\":\"2025-05-14T16:00:00Z\",\"credentialStatus\":{"
        "\"statusListCredential\":\"https://sijill.example/status/0\","
        "\"statusListIndex\":\"94567\",\"statusPurpose\":\"revocation\","
        "\"type\":\"BitstringStatusListEntry\"},\"credentialSubject\":{\"achievement\":{"
        "\"achievementType\":\"CertificateOfCompletion\",\"criteria\":{\"narrative\":"
        "\"Registered for the activity and attended it, as recorded by the organiser.\"},"
        "\"description\":\"Certificate of attendance: Small Area Estimation\\n"
        "[ar] تقدير المناطق الصغيرة\\n[tr] Küçük Alan Tahmini\",\"id\":\"https://sijill.example/"
        "achievements/e1000000000000000000000000000000/Participant\",\"inLanguage\":\"en\","
        "\"name\":\"Small Area Estimation\",\"tag\":[\"StatCaB\"],\"type\":[\"Achievement\"]},"
        "\"activityEndDate\":\"2025-05-13T16:00:00Z\",\"activityStartDate\":"
        "\"2025-05-11T16:00:00Z\",\"id\":\"urn:uuid:01020304-0506-0708-090a-0b0c0d0e0f10\","
        "\"identifier\":[{\"hashed\":false,\"identityHash\":\"Aysel Yılmaz\",\"identityType\":"
        "\"name\",\"type\":\"IdentityObject\"},{\"hashed\":true,\"identityHash\":"
        "\"sha256$668e8beeae49dc52aab1d2bbd63f8b61142a8cfe5a4714dafbc57a284f80e823\","
        "\"identityType\":\"emailAddress\",\"salt\":\"ab000000000000000000000000000000\","
        "\"type\":\"IdentityObject\"}],\"name\":\"Aysel Yılmaz\",\"role\":\"Participant\","
        "\"type\":[\"AchievementSubject\"]},\"id\":\"https://sijill.example/certificates/"
        "112233445566778899aabbccddeeff01\",\"issuer\":{\"id\":\"did:web:sijill.example\","
        "\"name\":\"Example Training Centre\",\"type\":[\"Profile\"],\"url\":"
        "\"https://sijill.example\"},\"name\":\"Certificate of attendance: Small Area Estimation\","
        "\"type\":[\"VerifiableCredential\",\"OpenBadgeCredential\"],"
        "\"validFrom\":\"2025-05-14T16:00:00Z\"}");
}

/* The vector of OB 3.0, "Verify the Recipient Using an Identifier". */
static void
identity_hash_is_the_published_one(void **state)
{
    char hash[SJ_IDENTITY_HASH_SIZE];

    (void) state;
    sj_identity_hash("a@example.com", "Kosher", hash);
    assert_string_equal(hash,
                        "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399");
}

static void
the_language_chooses_title_and_words(void **state)
{
    static const char *const rows[][3] = {
        { "en", "Small Area Estimation", "Certificate of attendance: Small Area Estimation" },
        { "ar", "تقدير المناطق الصغيرة", "شهادة حضور: تقدير المناطق الصغيرة" },
        { "tr", "Küçük Alan Tahmini", "Katılım belgesi: Küçük Alan Tahmini" },
        { "ru", "Small Area Estimation", "Сертификат об участии: Small Area Estimation" },
        { "kk-KZ", "Small Area Estimation", "Қатысу туралы сертификат: Small Area Estimation" },
        { "fr", "Small Area Estimation", "Attestation de participation: Small Area Estimation" },
        { "sw", "Small Area Estimation", "Certificate of attendance: Small Area Estimation" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sj_badge badge = sample_badge();

        badge.language = rows[i][0];
        json_t *root = json_loads(written(&badge), JSON_REJECT_DUPLICATES, NULL);
        json_t *achievement =
            json_object_get(json_object_get(root, "credentialSubject"), "achievement");

        assert_string_equal(json_string_value(json_object_get(achievement, "name")), rows[i][1]);
        assert_string_equal(json_string_value(json_object_get(root, "name")), rows[i][2]);
        assert_string_equal(json_string_value(json_object_get(achievement, "inLanguage")),
                            rows[i][0]);
        json_decref(root);
    }
}

static void
kinds_have_achievements_of_their_own(void **state)
{
    static const char *const roles[] = { "Participant", "Trainer", "Speaker", "Organiser" };
    char *seen[4];

    (void) state;
    for (size_t i = 0; i < 4; i++) {
        sj_badge badge = sample_badge();

        badge.kind = (sj_badge_kind) (SJ_BADGE_ATTENDANCE + i);
        json_t *root = json_loads(written(&badge), 0, NULL);
        json_t *subject = json_object_get(root, "credentialSubject");

        assert_string_equal(json_string_value(json_object_get(subject, "role")), roles[i]);
        seen[i] = strdup(
            json_string_value(json_object_get(json_object_get(subject, "achievement"), "id")));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(seen[i], seen[j]);
        json_decref(root);
    }
    for (size_t i = 0; i < 4; i++)
        free(seen[i]);
}

static void
what_is_optional_can_be_left_out(void **state)
{
    sj_badge badge = sample_badge();

    (void) state;
    badge.holder_email = NULL;
    badge.status_list_url = NULL;
    badge.activity_start_ms = 0;
    badge.activity_end_ms = 0;
    badge.tag_count = 0;
    badge.title_count = 1;
    badge.id_as_urn = true;
    badge.criteria_url = "https://sijill.example/rules/1";
    badge.valid_until_ms = badge.valid_from_ms + 1000;
    badge.holder_name_other = "أيسل يلماز";
    badge.narrative = "12 hours, online";
    const char *document = written(&badge);

    assert_null(strstr(document, "credentialStatus"));
    assert_null(strstr(document, "emailAddress"));
    assert_null(strstr(document, "activity"));
    assert_null(strstr(document, "\"tag\""));
    assert_non_null(strstr(document, "\"id\":\"urn:uuid:11223344-5566-7788-99aa-bbccddeeff01\""));
    assert_non_null(strstr(document, "\"criteria\":{\"id\":\"https://sijill.example/rules/1\"}"));
    assert_non_null(strstr(document, "\"validUntil\":\"2025-05-14T16:00:01Z\""));
    assert_non_null(strstr(document, "\"identityHash\":\"أيسل يلماز\""));
    assert_non_null(strstr(document, "\"narrative\":\"12 hours, online\""));
}

static void
spoil(sj_badge *badge, unsigned which)
{
    static const sj_badge_title untitled[] = { { "en", "" } };
    static const sj_badge_title not_utf8[] = { { "en", "\xff" } };

    switch (which) {
    case 0:
        badge->kind = (sj_badge_kind) 0;
        break;
    case 1:
        badge->kind = (sj_badge_kind) 5;
        break;
    case 2:
        badge->issuer_did = "https://sijill.example";
        break;
    case 3:
        badge->issuer_did = NULL;
        break;
    case 4:
        badge->issuer_name = "";
        break;
    case 5:
        badge->holder_name = "";
        break;
    case 6:
        badge->holder_name = "\xc3\x28";
        break;
    case 7:
        badge->language = NULL;
        break;
    case 8:
        badge->title_count = 0;
        break;
    case 9:
        badge->titles = untitled;
        badge->title_count = 1;
        break;
    case 10:
        badge->titles = not_utf8;
        badge->title_count = 1;
        break;
    case 11:
        badge->valid_from_ms = 0;
        break;
    case 12:
        badge->awarded_ms = 0;
        break;
    case 13:
        badge->valid_until_ms = badge->valid_from_ms;
        break;
    case 14:
        badge->activity_end_ms = badge->activity_start_ms - 1;
        break;
    case 15:
        badge->activity_end_ms = INT64_MAX;
        break;
    case 16:
        badge->status_index = SJ_STATUS_LIST_BITS;
        break;
    case 17:
        badge->tag_count = SJ_BADGE_TAGS_MAX + 1;
        break;
    default:
        break;
    }
}

static void
facts_that_make_no_certificate_are_refused(void **state)
{
    (void) state;
    for (unsigned which = 0; which < 18; which++) {
        sj_badge badge = sample_badge();
        sj_span document;

        spoil(&badge, which);
        assert_non_null(sj_badge_write(&badge, buffer, sizeof buffer, &document));
    }
    sj_badge whole = sample_badge();
    sj_span document;

    assert_non_null(sj_badge_write(&whole, buffer, 100, &document));
}

static void
a_status_list_is_these_bytes(void **state)
{
    sj_status_document list = {
        .issuer_did = SAMPLE_DID,
        .url = "https://sijill.example/status/0",
        .encoded_list = sj_span_of("uH4sI"),
        .valid_from_ms = 1747238400000,
        .valid_until_ms = 1747324800000,
        .ttl_ms = 300000,
    };
    char url[SJ_DID_URL_SIZE];
    sj_span document;

    (void) state;
    assert_true(sj_badge_status_list_url(SAMPLE_DID, 0, url));
    assert_string_equal(url, list.url);
    assert_true(sj_badge_status_list_url(SAMPLE_DID, UINT32_MAX, url));
    assert_string_equal(url, "https://sijill.example/status/4294967295");
    assert_null(sj_status_document_write(&list, buffer, sizeof buffer, &document));
    assert_true(sj_jcs_canonical(document));
    assert_string_equal(
        text_of(document, text, sizeof text),
        "{\"@context\":[\"https://www.w3.org/ns/credentials/v2\"],\"credentialSubject\":{"
        "\"encodedList\":\"uH4sI\",\"id\":\"https://sijill.example/status/0#list\","
        "\"statusPurpose\":\"revocation\",\"ttl\":300000,\"type\":\"BitstringStatusList\"},"
        "\"id\":\"https://sijill.example/status/0\",\"issuer\":\"did:web:sijill.example\","
        "\"type\":[\"VerifiableCredential\",\"BitstringStatusListCredential\"],"
        "\"validFrom\":\"2025-05-14T16:00:00Z\",\"validUntil\":\"2025-05-15T16:00:00Z\"}");
    list.valid_until_ms = list.valid_from_ms - 1;
    assert_non_null(sj_status_document_write(&list, buffer, sizeof buffer, &document));
    list.valid_until_ms = list.valid_from_ms;
    list.encoded_list = sj_span_of("");
    assert_non_null(sj_status_document_write(&list, buffer, sizeof buffer, &document));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_badge_is_these_bytes),
        cmocka_unit_test(identity_hash_is_the_published_one),
        cmocka_unit_test(the_language_chooses_title_and_words),
        cmocka_unit_test(kinds_have_achievements_of_their_own),
        cmocka_unit_test(what_is_optional_can_be_left_out),
        cmocka_unit_test(facts_that_make_no_certificate_are_refused),
        cmocka_unit_test(a_status_list_is_these_bytes),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
