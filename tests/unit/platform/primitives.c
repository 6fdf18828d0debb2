/* SPDX-License-Identifier: Apache-2.0 */
/* What platforms' signatures and times are made of, by the vectors of their standards. */
#include "services/gateway/platform/digest.h"
#include "services/gateway/platform/form.h"
#include "services/gateway/platform/graph_path.h"
#include "services/gateway/platform/instant.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
expect_hex(const uint8_t *octets, digest_kind kind, const char *hex)
{
    char text[2 * DIGEST_MAX + 1];

    (void) sodium_bin2hex(text, sizeof text, octets, digest_size(kind));
    assert_string_equal(text, hex);
}

static void
hashes_are_those_of_fips_180(void **state)
{
    static const struct {
        digest_kind kind;
        const char *hex; /* of "abc" */
    } cases[] = {
        { DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
        { DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { DIGEST_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                         "8086072ba1e7cc2358baeca134c825a7" },
        { DIGEST_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
    };
    const sj_bytes part[] = { { "a", 1 }, { "", 0 }, { "bc", 2 } };
    uint8_t hash[DIGEST_MAX];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(digest_hash(cases[i].kind, part, 3, hash));
        expect_hex(hash, cases[i].kind, cases[i].hex);
        assert_int_equal(digest_of_digits(strlen(cases[i].hex)), cases[i].kind);
    }
    assert_false(digest_hash(DIGEST_NONE, part, 3, hash));
}

static void
keyed_hashes_are_those_of_rfc_2202_and_rfc_4231(void **state)
{
    static const struct {
        digest_kind kind;
        const char *hex; /* of test case 2 of both */
    } cases[] = {
        { DIGEST_SHA1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
        { DIGEST_SHA256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { DIGEST_SHA384, "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
                         "8e2240ca5e69e2c78b3239ecfab21649" },
        { DIGEST_SHA512, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                         "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
    };
    const sj_bytes part[] = { { "what do ya want ", 16 }, { "for nothing?", 12 } };
    uint8_t mac[DIGEST_MAX];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(digest_hmac(cases[i].kind, (sj_bytes){ "Jefe", 4 }, part, 2, mac));
        expect_hex(mac, cases[i].kind, cases[i].hex);
    }
    assert_false(digest_hmac(DIGEST_NONE, (sj_bytes){ "Jefe", 4 }, part, 2, mac));
}

static void
a_key_longer_than_a_block_is_hashed_first(void **state)
{
    static const struct {
        digest_kind kind;
        const char *hex; /* of test case 6 of RFC 4231; SHA-1's as Python's hmac has it */
    } cases[] = {
        { DIGEST_SHA1, "90d0dace1c1bdc957339307803160335bde6df2b" },
        { DIGEST_SHA256, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
        { DIGEST_SHA384, "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
                         "0c2ef6ab4030fe8296248df163f44952" },
        { DIGEST_SHA512, "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
                         "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
    };
    const sj_bytes part = { "Test Using Larger Than Block-Size Key - Hash Key First", 54 };
    uint8_t key[131], mac[DIGEST_MAX];

    (void) state;
    memset(key, 0xaa, sizeof key);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(digest_hmac(cases[i].kind, (sj_bytes){ key, sizeof key }, &part, 1, mac));
        expect_hex(mac, cases[i].kind, cases[i].hex);
    }
}

static void
a_time_is_what_rfc_3339_says(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms; /* 0: none */
    } cases[] = {
        { "2026-03-01T08:01:00Z", 1772352060000 },
        { "2026-03-01T08:01:00.572Z", 1772352060572 },
        { "2026-03-01T08:01:00.5721234Z", 1772352060572 },
        { "2026-03-01T08:01:00.5Z", 1772352060500 },
        { "2026-03-01T12:01:00+04:00", 1772352060000 },
        { "2026-02-28T22:31:00-09:30", 1772352060000 },
        { "2026-03-01 08:01:00z", 1772352060000 },
        { "2024-02-29T00:00:00Z", 1709164800000 },
        { "2000-02-29T23:59:59Z", 951868799000 },
        { "2016-12-31T23:59:60Z", 1483228800000 },
        { "9999-12-31T23:59:59.999Z", 253402300799999 },
        { "1970-01-01T00:00:00.001Z", 1 },
        { "1970-01-01T00:00:00.000Z", 0 },
        { "1969-12-31T23:59:59Z", 0 },
        { "1970-01-01T00:00:00+00:01", 0 },
        { "9999-12-31T23:59:59-00:01", 0 },
        { "2025-02-29T00:00:00Z", 0 },
        { "2100-02-29T00:00:00Z", 0 },
        { "2026-13-01T00:00:00Z", 0 },
        { "2026-00-01T00:00:00Z", 0 },
        { "2026-04-31T00:00:00Z", 0 },
        { "2026-04-00T00:00:00Z", 0 },
        { "2026-03-01T24:00:00Z", 0 },
        { "2026-03-01T08:60:00Z", 0 },
        { "2026-03-01T08:01:61Z", 0 },
        { "2026-03-01T08:01:00", 0 },
        { "2026-03-01T08:01:00.Z", 0 },
        { "2026-03-01T08:01:00.0000000000Z", 0 },
        { "2026-03-01T08:01:00Z ", 0 },
        { "2026-03-01T08:01:00+24:00", 0 },
        { "2026-03-01T08:01:00+0400", 0 },
        { "2026-03-01", 0 },
        { "2026-3-1T08:01:00Z", 0 },
        { "\xef\xbc\x92\xef\xbc\x90\xef\xbc\x92\xef\xbc\x96-03-01T08:01:00Z", 0 },
        { "", 0 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t ms = 0;

        if (instant_read(cases[i].text, &ms) != (cases[i].ms != 0) || ms != cases[i].ms)
            fail_msg("%s is %llu", cases[i].text, (unsigned long long) ms);
    }
}

static void
a_field_of_a_form_is_there_once_and_well_escaped(void **state)
{
    static const struct {
        const char *form;
        form_found found;
        const char *value;
    } cases[] = {
        { "a=1&event=x+y%20z%26&b=2", FORM_ONE, "x y z&" },
        { "event=", FORM_ONE, "" },
        { "b=event=1&event=%e2%82%AC", FORM_ONE, "\xe2\x82\xac" },
        { "", FORM_NONE, NULL },
        { "event", FORM_NONE, NULL },
        { "events=1&xevent=2&%65vent=3", FORM_NONE, NULL },
        { "event=1&event=1", FORM_WRONG, NULL },
        { "event=%", FORM_WRONG, NULL },
        { "event=%2", FORM_WRONG, NULL },
        { "event=%2&x", FORM_WRONG, NULL },
        { "event=%zz", FORM_WRONG, NULL },
    };
    sj_arena arena;

    (void) state;
    assert_true(sj_arena_open(&arena, 4096));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sj_bytes value = { NULL, 0 };
        sj_bytes form = { cases[i].form, strlen(cases[i].form) };

        if (form_field(&arena, form, "event", &value) != cases[i].found)
            fail_msg("%s", cases[i].form);
        if (cases[i].value != NULL) {
            assert_int_equal(value.size, strlen(cases[i].value));
            assert_string_equal(value.at, cases[i].value);
        }
    }
    assert_string_equal(form_escape(&arena, "a-Z_0.~ /?&\xc3\xa9"), "a-Z_0.~%20%2F%3F%26%C3%A9");
    sj_arena_close(&arena);
}

static void
only_a_path_of_graph_is_asked_for(void **state)
{
    static const char *const good[][2] = {
        { "solutions/virtualEvents/webinars/aa10/registrations/5f00",
          "solutions/virtualEvents/webinars/aa10/registrations/5f00" },
        { "https://graph.microsoft.com/v1.0/solutions/webinars('a@b')/registrations('5')",
          "solutions/webinars('a@b')/registrations('5')" },
        { "/beta/solutions/webinars/a", "solutions/webinars/a" },
    };
    static const char *const bad[] = { "",
                                       "/",
                                       "a//b",
                                       "a/../b",
                                       "https://evil.example/v1.0/a",
                                       "http://graph.microsoft.com/a",
                                       "a?b",
                                       "a#b",
                                       "a%2fb",
                                       "a b",
                                       "a\nb",
                                       "a\\b",
                                       "a/",
                                       "\xc3\xa9" };

    (void) state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_string_equal(graph_path_clean(good[i][0]), good[i][1]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (graph_path_clean(bad[i]) != NULL)
            fail_msg("%s is taken", bad[i]);
}

static void
ids_are_found_in_a_path_of_graph(void **state)
{
    static const char path[] = "solutions/virtualEvents/webinars/aa10/sessions('5@f')/"
                               "attendanceReports/77?$expand=attendanceRecords#5";
    sj_arena arena;

    (void) state;
    assert_true(sj_arena_open(&arena, 4096));
    assert_string_equal(graph_path_id(&arena, path, "webinars"), "aa10");
    assert_string_equal(graph_path_id(&arena, path, "sessions"), "5@f");
    assert_string_equal(graph_path_id(&arena, path, "attendanceReports"), "77");
    assert_null(graph_path_id(&arena, path, "registrations"));
    assert_null(graph_path_id(&arena, path, "attendanceRecords"));
    assert_null(graph_path_id(&arena, "a/webinars", "webinars"));
    assert_null(graph_path_id(&arena, "a/webinars/", "webinars"));
    assert_null(graph_path_id(&arena, "a/mywebinars/1", "webinars"));
    sj_arena_close(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_fips_180),
        cmocka_unit_test(keyed_hashes_are_those_of_rfc_2202_and_rfc_4231),
        cmocka_unit_test(a_key_longer_than_a_block_is_hashed_first),
        cmocka_unit_test(a_time_is_what_rfc_3339_says),
        cmocka_unit_test(a_field_of_a_form_is_there_once_and_well_escaped),
        cmocka_unit_test(only_a_path_of_graph_is_asked_for),
        cmocka_unit_test(ids_are_found_in_a_path_of_graph),
    };

    return cmocka_run_group_tests_name("primitives", tests, NULL, NULL);
}
