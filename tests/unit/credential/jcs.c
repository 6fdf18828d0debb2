/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical JSON writer against RFC 8785. */
#include "tests/unit/credential/vectors.h"

#include "proto/credential/jcs.h"

static char buffer[1024];

static const char *
written(sj_jcs *jcs)
{
    static char text[sizeof buffer];
    sj_span span;

    assert_int_equal(sj_jcs_close(jcs, &span), SJ_JCS_OK);
    return text_of(span, text, sizeof text);
}

static const char *
string_form(const char *text)
{
    sj_jcs jcs;

    sj_jcs_open(&jcs, buffer, sizeof buffer);
    sj_jcs_string(&jcs, text);
    return written(&jcs);
}

/* RFC 8785, 3.2.2.2 and the string of 3.2.2's example. */
static void
only_controls_quote_and_backslash_are_escaped(void **state)
{
    (void) state;
    assert_string_equal(string_form("\b\t\n\f\r\"\\"), "\"\\b\\t\\n\\f\\r\\\"\\\\\"");
    assert_string_equal(string_form("\x01\x0b\x0e\x1f"), "\"\\u0001\\u000b\\u000e\\u001f\"");
    assert_string_equal(string_form("/\x7f\xe2\x80\xa8"), "\"/\x7f\xe2\x80\xa8\"");
    assert_string_equal(string_form("\xe2\x82\xac$\x0f\nA'B\"\\\\\"/"),
                        "\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
}

static void
text_is_not_normalized(void **state)
{
    (void) state;
    assert_string_equal(string_form("A\xcc\x8a"), "\"A\xcc\x8a\""); /* RFC 8785, 3.1 */
    assert_string_equal(string_form("Ёлка İğne ﷺ 😀"), "\"Ёлка İğne ﷺ 😀\"");
}

/* The seven names of RFC 8785, 3.2.3, in their order. */
static void
names_are_ordered_by_utf16_units(void **state)
{
    static const char *const names[] = {
        "\r", "1", "\xc2\x80", "\xc3\xb6", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xac\xb3"
    };

    (void) state;
    for (size_t i = 0; i < 7; i++)
        for (size_t j = 0; j < 7; j++) {
            int order = sj_utf16_compare(sj_span_of(names[i]), sj_span_of(names[j]));

            assert_true(i < j ? order < 0 : i > j ? order > 0 : order == 0);
        }
    assert_true(sj_utf16_compare(sj_span_of("ab"), sj_span_of("abc")) < 0);
    assert_true(sj_utf16_compare(sj_span_of(""), sj_span_of("a")) < 0);
}

static void
shapes_have_no_spaces(void **state)
{
    sj_jcs jcs;

    (void) state;
    sj_jcs_open(&jcs, buffer, sizeof buffer);
    sj_jcs_object_begin(&jcs);
    sj_jcs_name(&jcs, "a");
    sj_jcs_array_begin(&jcs);
    sj_jcs_integer(&jcs, -SJ_JCS_INTEGER_MAX);
    sj_jcs_integer(&jcs, 0);
    sj_jcs_integer(&jcs, SJ_JCS_INTEGER_MAX);
    sj_jcs_array_end(&jcs);
    sj_jcs_name(&jcs, "b");
    sj_jcs_object_begin(&jcs);
    sj_jcs_object_end(&jcs);
    sj_jcs_name(&jcs, "c");
    sj_jcs_bool(&jcs, true);
    sj_jcs_name(&jcs, "d");
    sj_jcs_raw(&jcs, sj_span_of("[null]"));
    sj_jcs_name(&jcs, "e");
    sj_jcs_string_begin(&jcs);
    sj_jcs_string_part(&jcs, "x\"");
    sj_jcs_string_part(&jcs, "y");
    sj_jcs_string_end(&jcs);
    sj_jcs_object_end(&jcs);
    assert_string_equal(written(&jcs), "{\"a\":[-9007199254740991,0,9007199254740991],\"b\":{},"
                                       "\"c\":true,\"d\":[null],\"e\":\"x\\\"y\"}");
}

static void
a_full_buffer_sticks(void **state)
{
    sj_jcs jcs;
    sj_span text;

    (void) state;
    for (size_t size = 0; size <= 14; size++) {
        memset(buffer, '#', sizeof buffer);
        sj_jcs_open(&jcs, buffer, size);
        sj_jcs_object_begin(&jcs);
        sj_jcs_member(&jcs, "a", "b\n");
        sj_jcs_name(&jcs, "c");
        sj_jcs_integer(&jcs, 1);
        sj_jcs_object_end(&jcs);
        /* {"a":"b\n","c":1} has 17 bytes */
        assert_int_equal(sj_jcs_close(&jcs, &text), SJ_JCS_OVERFLOW);
        assert_int_equal(text.length, 0);
        assert_int_equal(buffer[size], '#');
    }
}

static void
what_is_not_utf8_is_refused(void **state)
{
    static const char *const bad[] = {
        "\x80",             /* continuation alone */
        "\xc3",             /* cut off */
        "\xc0\xaf",         /* longer than needed */
        "\xe0\x80\xaf",     /* the same, three bytes */
        "\xed\xa0\x80",     /* a surrogate */
        "\xf0\x8f\xbf\xbf", /* longer than needed */
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xff",
    };

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sj_jcs jcs;
        sj_span text;

        sj_jcs_open(&jcs, buffer, sizeof buffer);
        sj_jcs_string(&jcs, bad[i]);
        assert_int_equal(sj_jcs_close(&jcs, &text), SJ_JCS_NOT_UTF8);
        assert_string_equal(sj_jcs_words(SJ_JCS_NOT_UTF8), "a text is not UTF-8");
    }
    assert_int_equal(sj_utf8_step("\xf4\x8f\xbf\xbf", 4), 4);
    assert_int_equal(sj_utf8_step("\xed\x9f\xbf", 3), 3);
    assert_int_equal(sj_utf8_step("", 0), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_controls_quote_and_backslash_are_escaped),
        cmocka_unit_test(text_is_not_normalized),
        cmocka_unit_test(names_are_ordered_by_utf16_units),
        cmocka_unit_test(shapes_have_no_spaces),
        cmocka_unit_test(a_full_buffer_sticks),
        cmocka_unit_test(what_is_not_utf8_is_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
