/* SPDX-License-Identifier: Apache-2.0 */
/* base58, multikeys and did:web. */
#include "tests/unit/credential/vectors.h"

#include <sodium.h>

#include "proto/credential/base58.h"
#include "proto/credential/did_web.h"
#include "proto/credential/jcs_scan.h"

/* draft-msporny-base58-03, section 5. */
static void
base58_vectors(void **state)
{
    static const struct {
        const char *hex;
        const char *text;
    } rows[] = {
        { "48656c6c6f20576f726c6421", "2NEpo7TZRRrLZSi2U" },
        { "54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f672"
          "e",
          "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z" },
        { "0000287fb4cd", "11233QC4" },
        { "00", "1" },
        { "ff", "5Q" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[SJ_BASE58_BYTES_MAX];
        uint8_t back[SJ_BASE58_BYTES_MAX];
        char text[SJ_BASE58_TEXT_MAX + 1];
        size_t length;

        assert_int_equal(sodium_hex2bin(bytes, sizeof bytes, rows[i].hex, strlen(rows[i].hex), NULL,
                                        &length, NULL),
                         0);
        assert_int_equal(sj_base58_encode(bytes, length, text, sizeof text), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
        assert_int_equal(sj_base58_encode(bytes, length, text, strlen(rows[i].text)), 0);
        assert_true(sj_base58_decode(sj_span_of(rows[i].text), back, length));
        assert_memory_equal(back, bytes, length);
        assert_false(sj_base58_decode(sj_span_of(rows[i].text), back, length + 1));
        assert_false(sj_base58_decode(sj_span_of(rows[i].text), back, length - 1));
    }
}

static void
base58_refuses_foreign_characters(void **state)
{
    uint8_t out[4];

    (void) state;
    assert_false(sj_base58_decode(sj_span_of("0abc"), out, 3));
    assert_false(sj_base58_decode(sj_span_of("Oabc"), out, 3));
    assert_false(sj_base58_decode(sj_span_of("labc"), out, 3));
    assert_false(sj_base58_decode(sj_span_of("a b"), out, 3));
    assert_false(sj_base58_decode((sj_span){ "a\0b", 3 }, out, 3));
}

static void
base58_keeps_every_signature(void **state)
{
    (void) state;
    for (unsigned round = 0; round < 64; round++) {
        uint8_t bytes[64];
        uint8_t back[64];
        char text[SJ_BASE58_TEXT_MAX + 1];

        memset(bytes, (int) (round * 4), sizeof bytes);
        memset(bytes, 0, round);
        size_t length = sj_base58_encode(bytes, sizeof bytes, text, sizeof text);

        assert_true(length > 0);
        assert_true(sj_base58_decode((sj_span){ text, length }, back, sizeof back));
        assert_memory_equal(back, bytes, sizeof bytes);
    }
}

static void
multikey_of_the_published_key(void **state)
{
    static const char text[] = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    uint8_t key[SJ_PUBLIC_KEY_BYTES];
    char back[SJ_MULTIKEY_SIZE];
    char bad[SJ_MULTIKEY_SIZE];

    (void) state;
    assert_true(sj_multikey_decode(sj_span_of(text), key));
    sj_multikey_encode(key, back);
    assert_string_equal(back, text);
    for (size_t i = 0; i < 4; i++) { /* multibase, codec */
        memcpy(bad, text, sizeof bad);
        bad[i] = bad[i] == 'w' ? 'x' : 'w';
        assert_false(sj_multikey_decode(sj_span_of(bad), key));
    }
    assert_false(sj_multikey_decode((sj_span){ text, 47 }, key));
}

static void
dids_become_urls(void **state)
{
    static const char *const rows[][3] = {
        { "did:web:sijill.example", "https://sijill.example",
          "https://sijill.example/.well-known/did.json" },
        { "did:web:sijill.example:orgs:Ank_1", "https://sijill.example/orgs/Ank_1",
          "https://sijill.example/orgs/Ank_1/did.json" },
        { "did:web:localhost%3A8443", "https://localhost:8443",
          "https://localhost:8443/.well-known/did.json" },
        { "did:web:xn--80ak6aa92e.xn--p1ai", "https://xn--80ak6aa92e.xn--p1ai",
          "https://xn--80ak6aa92e.xn--p1ai/.well-known/did.json" },
    };
    char url[SJ_DID_URL_SIZE];

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_null(sj_did_web_check(sj_span_of(rows[i][0])));
        assert_true(sj_did_web_base(sj_span_of(rows[i][0]), url));
        assert_string_equal(url, rows[i][1]);
        assert_true(sj_did_web_url(sj_span_of(rows[i][0]), url));
        assert_string_equal(url, rows[i][2]);
    }
}

static void
what_is_no_did_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "did:web:",
        "did:key:z6Mk",
        "did:web:Sijill.example",
        "did:web:sijill..example",
        "did:web:sijill.example.",
        "did:web:-a.example",
        "did:web:192.0.2.1",
        "did:web:[2001",
        "did:web:a.example%3A",
        "did:web:a.example%3a80",
        "did:web:a.example%3A080",
        "did:web:a.example%3A65536",
        "did:web:a.example%2Fx",
        "did:web:a.example:",
        "did:web:a.example:..",
        "did:web:a.example:a/b",
        "did:web:a.example:a#b",
        "did:web:a.example/x",
        "did:web:a.example?x",
        "did:web:a.example ",
    };
    char url[SJ_DID_URL_SIZE];
    char longer[SJ_DID_MAX + 2];

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_non_null(sj_did_web_check(sj_span_of(rows[i])));
        assert_false(sj_did_web_url(sj_span_of(rows[i]), url));
        assert_string_equal(url, "");
    }
    memset(longer, 'a', sizeof longer);
    memcpy(longer, "did:web:a.example:", 18);
    longer[SJ_DID_MAX + 1] = '\0';
    assert_non_null(sj_did_web_check(sj_span_of(longer)));
    longer[SJ_DID_MAX] = '\0';
    assert_null(sj_did_web_check(sj_span_of(longer)));
    assert_true(sj_did_web_url(sj_span_of(longer), url));
}

static void
did_document_has_the_exact_shape(void **state)
{
    static const char multikey[] = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    uint8_t keys[1][SJ_PUBLIC_KEY_BYTES];
    char buffer[2048];
    char text[2048];
    sj_span document;

    (void) state;
    assert_true(sj_multikey_decode(sj_span_of(multikey), keys[0]));
    assert_null(sj_did_web_document("did:web:sijill.example",
                                    (const uint8_t(*)[SJ_PUBLIC_KEY_BYTES]) keys, 1, buffer,
                                    sizeof buffer, &document));
    assert_true(sj_jcs_canonical(document));
    assert_string_equal(
        text_of(document, text, sizeof text),
        "{\"@context\":[\"https://www.w3.org/ns/did/v1\",\"https://w3id.org/security/multikey/"
        "v1\"],"
        "\"assertionMethod\":[\"did:web:sijill.example#"
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2\"],\"id\":\"did:web:sijill.example\","
        "\"verificationMethod\":[{\"controller\":\"did:web:sijill.example\","
        "\"id\":\"did:web:sijill.example#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2\","
        "\"publicKeyMultibase\":\"z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2\","
        "\"type\":\"Multikey\"}]}");
    assert_non_null(sj_did_web_document("did:web:sijill.example",
                                        (const uint8_t(*)[SJ_PUBLIC_KEY_BYTES]) keys, 1, buffer, 99,
                                        &document));
    assert_non_null(sj_did_web_document("did:web:sijill.example",
                                        (const uint8_t(*)[SJ_PUBLIC_KEY_BYTES]) keys, 0, buffer,
                                        sizeof buffer, &document));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base58_vectors),
        cmocka_unit_test(base58_refuses_foreign_characters),
        cmocka_unit_test(base58_keeps_every_signature),
        cmocka_unit_test(multikey_of_the_published_key),
        cmocka_unit_test(dids_become_urls),
        cmocka_unit_test(what_is_no_did_is_refused),
        cmocka_unit_test(did_document_has_the_exact_shape),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
