/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical text of JSON that strangers wrote. */
#include "tests/unit/credential/vectors.h"

#include "clients/c/verify/jcs_tree.h"

static char buffer[4096];
static char text[4096];

static const char *
canonical(const char *json)
{
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    sj_span span;

    assert_non_null(root);
    const char *problem = sj_jcs_tree(root, NULL, buffer, sizeof buffer, &span);

    json_decref(root);
    return problem != NULL ? NULL : text_of(span, text, sizeof text);
}

/* RFC 8785, 3.2.2: the example with numbers, escapes and literals. */
static void
the_example_of_the_rfc(void **state)
{
    (void) state;
    assert_string_equal(
        canonical("{\n  \"numbers\": [333333333.33333329, 1E30, 4.50,\n"
                  "              2e-3, 0.000000000000000000000000001],\n"
                  "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
                  "  \"literals\": [null, true, false]\n}"),
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

/* RFC 8785, 3.2.3. */
static void
members_are_sorted_by_utf16_units(void **state)
{
    (void) state;
    assert_string_equal(
        canonical("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
                  "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
                  "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
                  "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}"),
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
        "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\","
        "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
        "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

/* RFC 8785, appendix B. */
static void
numbers_are_those_of_ecmascript(void **state)
{
    static const struct {
        uint64_t bits;
        const char *text;
    } rows[] = {
        { 0x0000000000000000, "0" },
        { 0x8000000000000000, "0" },
        { 0x0000000000000001, "5e-324" },
        { 0x8000000000000001, "-5e-324" },
        { 0x7fefffffffffffff, "1.7976931348623157e+308" },
        { 0xffefffffffffffff, "-1.7976931348623157e+308" },
        { 0x4340000000000000, "9007199254740992" },
        { 0xc340000000000000, "-9007199254740992" },
        { 0x4430000000000000, "295147905179352830000" },
        { 0x44b52d02c7e14af5, "9.999999999999997e+22" },
        { 0x44b52d02c7e14af6, "1e+23" },
        { 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
        { 0x444b1ae4d6e2ef4e, "999999999999999700000" },
        { 0x444b1ae4d6e2ef4f, "999999999999999900000" },
        { 0x444b1ae4d6e2ef50, "1e+21" },
        { 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
        { 0x3eb0c6f7a0b5ed8d, "0.000001" },
        { 0x41b3de4355555553, "333333333.3333332" },
        { 0x41b3de4355555554, "333333333.33333325" },
        { 0x41b3de4355555555, "333333333.3333333" },
        { 0x41b3de4355555556, "333333333.3333334" },
        { 0x41b3de4355555557, "333333333.33333343" },
        { 0xbecbf647612f3696, "-0.0000033333333333333333" },
        { 0x43143ff3c1cb0959, "1424953923781206.2" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double number;
        char out[SJ_NUMBER_SIZE];

        memcpy(&number, &rows[i].bits, sizeof number);
        sj_number_text(number, out);
        assert_string_equal(out, rows[i].text);
    }
}

static void
integers_are_exact_or_refused(void **state)
{
    (void) state;
    assert_string_equal(canonical("[9007199254740991,-9007199254740991,-0,3.0,1e3]"),
                        "[9007199254740991,-9007199254740991,0,3,1000]");
    assert_null(canonical("[9007199254740992]"));
    assert_null(canonical("[-9223372036854775808]"));
}

static void
depth_and_size_are_bounded(void **state)
{
    char deep[2 * (SJ_JCS_DEPTH_MAX + 1) + 1];
    json_t *value = json_string("twelve bytes");
    sj_span span;

    (void) state;
    memset(deep, 0, sizeof deep);
    memset(deep, '[', SJ_JCS_DEPTH_MAX);
    memset(deep + SJ_JCS_DEPTH_MAX, ']', SJ_JCS_DEPTH_MAX);
    assert_string_equal(canonical(deep), deep);
    memset(deep, '[', SJ_JCS_DEPTH_MAX + 1);
    memset(deep + SJ_JCS_DEPTH_MAX + 1, ']', SJ_JCS_DEPTH_MAX + 1);
    assert_null(canonical(deep));
    assert_non_null(sj_jcs_tree(value, NULL, buffer, 13, &span));
    assert_null(sj_jcs_tree(value, NULL, buffer, 14, &span));
    json_decref(value);
}

static void
only_the_top_member_is_left_out(void **state)
{
    json_t *root = json_loads("{\"proof\":1,\"a\":{\"proof\":2}}", 0, NULL);
    sj_span span;

    (void) state;
    assert_null(sj_jcs_tree(root, "proof", buffer, sizeof buffer, &span));
    assert_string_equal(text_of(span, text, sizeof text), "{\"a\":{\"proof\":2}}");
    json_decref(root);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_rfc),
        cmocka_unit_test(members_are_sorted_by_utf16_units),
        cmocka_unit_test(numbers_are_those_of_ecmascript),
        cmocka_unit_test(integers_are_exact_or_refused),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(only_the_top_member_is_left_out),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
