/* SPDX-License-Identifier: Apache-2.0 */
/* What strangers write into a request's head means one thing, or is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/gateway/http/head.h"

#define SJ_COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
a_target_of_visible_ascii_without_segments_of_dots_is_good(void **state)
{
    static const char *const good[] = {
        "/",          "/v1/events?x=1",  "/a%20b",   "/..a/.b/c..", "/a?b=../../c",
        "/%2E%2Efoo", "/hooks/1/zoom/x", "/a;b=c:d", "*",           "http://host/a",
        "/...",       "/a?q=%2e%2e/",    "/a//b",    "/a%2Fb",      "/~a/@b",
    };

    (void) state;
    for (size_t i = 0; i < SJ_COUNT(good); i++)
        if (head_target_fault(good[i]) != NULL)
            fail_msg("%s: %s", good[i], head_target_fault(good[i]));
}

static void
another_target_is_refused_with_words(void **state)
{
    static const char *const bad[] = {
        "",         "/a b",   "/a\tb",       "/\x7f",    "/\xc3\xa9",     "/a#b",
        "/a\\b",    "/%",     "/%4",         "/%g0",     "/%00",          "/a?b=%00",
        "/..",      "/.",     "/../a",       "/a/../b",  "/a/%2e%2e/b",   "/a/.%2E",
        "/a%2f../", "/a/..?", "/a%5C..%2fb", "/a/..;x/", "http://h/../a",
    };

    (void) state;
    for (size_t i = 0; i < SJ_COUNT(bad); i++)
        if (head_target_fault(bad[i]) == NULL)
            fail_msg("%s was taken", bad[i]);
}

static void
a_target_in_absolute_form_is_its_path(void **state)
{
    (void) state;
    assert_string_equal(head_target_path("http://host:80/a/b"), "/a/b");
    assert_string_equal(head_target_path("HTTPS://host"), "/");
    assert_string_equal(head_target_path("/http://host/a"), "/http://host/a");
}

static void
a_parameter_is_the_first_of_its_name_and_decoded(void **state)
{
    const char *query = "a=1&name=x%2By+z&b&name=2&%61%62c=d%3D&e==f";
    char value[64];

    (void) state;
    assert_true(head_parameter(query, "name", value));
    assert_string_equal(value, "x+y z");
    assert_true(head_parameter(query, "b", value));
    assert_string_equal(value, "");
    assert_true(head_parameter(query, "abc", value));
    assert_string_equal(value, "d=");
    assert_true(head_parameter(query, "e", value));
    assert_string_equal(value, "=f");
    assert_false(head_parameter(query, "nam", value));
    assert_false(head_parameter(query, "names", value));
    assert_false(head_parameter("", "name", value));
}

static void
a_traceparent_is_taken_only_as_w3c_writes_version_00(void **state)
{
    static const char *const bad[] = {
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
        "",
    };
    unsigned char trace[HEAD_TRACE_SIZE];

    (void) state;
    assert_true(head_trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", trace));
    assert_int_equal(trace[0], 0x4b);
    assert_int_equal(trace[15], 0x36);
    assert_int_equal(trace[23], 0xb7);
    assert_int_equal(trace[24], 0);
    for (size_t i = 0; i < SJ_COUNT(bad); i++)
        assert_false(head_trace(bad[i], trace));
}

static void
of_x_forwarded_for_only_the_last_address_counts(void **state)
{
    static const char *const bad[] = { "",          "unknown", "1.2.3", "1.2.3.4:80",  "1.2.3.4,",
                                       "1.2.3.4 x", "[::1",    "::1]x", "fe80::1%eth0" };
    char address[HEAD_FROM_MAX];

    (void) state;
    assert_true(head_forwarded("10.0.0.1, 192.0.2.7", address, sizeof(address)));
    assert_string_equal(address, "192.0.2.7");
    assert_true(head_forwarded("192.0.2.7,\t[2001:DB8:0::7] ", address, sizeof(address)));
    assert_string_equal(address, "2001:db8::7");
    for (size_t i = 0; i < SJ_COUNT(bad); i++)
        if (head_forwarded(bad[i], address, sizeof(address)))
            fail_msg("%s was taken as %s", bad[i], address);
}

static void
a_length_is_digits_without_sign_or_overflow(void **state)
{
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "0x1", "1,1", "18446744073709551616", "99999999999999999999",
    };
    unsigned long long length;

    (void) state;
    assert_true(head_length("18446744073709551615", &length));
    assert_true(length == UINT64_MAX);
    assert_true(head_length("007", &length));
    assert_true(length == 7);
    for (size_t i = 0; i < SJ_COUNT(bad); i++)
        assert_false(head_length(bad[i], &length));
}

static void
a_coding_is_taken_unless_its_weight_is_nothing(void **state)
{
    (void) state;
    assert_true(head_takes("gzip", "gzip"));
    assert_true(head_takes("br, GZIP;q=0.5 , x", "gzip"));
    assert_true(head_takes("gzip ; q=1", "gzip"));
    assert_false(head_takes("gzip;q=0", "gzip"));
    assert_false(head_takes("gzip; q=0.000, br", "gzip"));
    assert_false(head_takes("xgzip, gzipx", "gzip"));
    assert_false(head_takes("", "gzip"));
}

static void
a_host_holds_no_path_space_or_user(void **state)
{
    static const char *const bad[] = { "a b", "a/b", "u@a", "a,b", "a\xc3\xa9", "a?b", "a#b" };

    (void) state;
    assert_true(head_host_is_good("gateway.example.org:8080"));
    assert_true(head_host_is_good("[::1]:8080"));
    assert_true(head_host_is_good(""));
    for (size_t i = 0; i < SJ_COUNT(bad); i++)
        assert_false(head_host_is_good(bad[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_of_visible_ascii_without_segments_of_dots_is_good),
        cmocka_unit_test(another_target_is_refused_with_words),
        cmocka_unit_test(a_target_in_absolute_form_is_its_path),
        cmocka_unit_test(a_parameter_is_the_first_of_its_name_and_decoded),
        cmocka_unit_test(a_traceparent_is_taken_only_as_w3c_writes_version_00),
        cmocka_unit_test(of_x_forwarded_for_only_the_last_address_counts),
        cmocka_unit_test(a_length_is_digits_without_sign_or_overflow),
        cmocka_unit_test(a_coding_is_taken_unless_its_weight_is_nothing),
        cmocka_unit_test(a_host_holds_no_path_space_or_user),
    };

    return cmocka_run_group_tests_name("heads", tests, NULL, NULL);
}
