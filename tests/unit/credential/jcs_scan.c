/* SPDX-License-Identifier: Apache-2.0 */
/* Reading members out of canonical text, also when it is hostile. */
#include <stdlib.h>

#include "tests/unit/credential/vectors.h"

#include "proto/credential/jcs_scan.h"

static const char sample[] = "{\"a\":[\"x\",\"y\"],\"b\":{\"id\":\"did:web:a.example\",\"n\":-12},"
                             "\"c\":true,\"d\":\"q\\\"\"}";

static void
members_are_found(void **state)
{
    sj_span object = sj_span_of(sample);
    sj_span value;

    (void) state;
    assert_true(sj_jcs_canonical(object));
    assert_true(sj_jcs_find(object, "a", &value));
    assert_true(sj_jcs_has_string(value, "y"));
    assert_false(sj_jcs_has_string(value, "z"));
    assert_true(sj_jcs_find_in(object, "b", "id", &value));
    assert_true(sj_jcs_is_string(value, "did:web:a.example"));
    assert_false(sj_jcs_is_string(value, "did:web:a.exampl"));
    assert_true(sj_jcs_find_in(object, "b", "n", &value));
    assert_int_equal(value.length, 3);
    assert_false(sj_jcs_find(object, "id", &value)); /* one level below does not count */
    assert_false(sj_jcs_find_in(object, "a", "id", &value));
    assert_false(sj_jcs_find_in(object, "c", "id", &value));
}

static void
a_place_keeps_the_order(void **state)
{
    sj_span object = sj_span_of("{\"b\":1,\"d\":2}");
    size_t offset;

    (void) state;
    assert_true(sj_jcs_place(object, "a", &offset));
    assert_int_equal(offset, 1);
    assert_true(sj_jcs_place(object, "c", &offset));
    assert_int_equal(offset, 7);
    assert_true(sj_jcs_place(object, "e", &offset));
    assert_int_equal(offset, 12);
    assert_false(sj_jcs_place(object, "d", &offset));
    assert_false(sj_jcs_place(sj_span_of("{\"b\":1,}"), "c", &offset));
    assert_false(sj_jcs_place(sj_span_of("[1]"), "c", &offset));
}

static void
what_is_not_canonical_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        " {}",
        "{} ",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"b\":1,\"a\":2}", /* order */
        "{\"a\":1,\"a\":2}", /* twice */
        "{\"a\\u0062\":1}",  /* escape in a name */
        "[1,]",
        "[1 ,2]",
        "[01]",
        "[-0]",
        "[1.5]",
        "[1e3]",
        "[9007199254740992]",
        "[-9007199254740992]",
        "[123456789012345678901234567890]",
        "[nul]",
        "[\"\\u0041\"]", /* no need to escape */
        "[\"\\u001F\"]", /* upper case */
        "[\"\\u0008\"]", /* has a letter */
        "[\"\\/\"]",
        "[\"\\ud83d\\ude00\"]",
        "[\"\n\"]",
        "[\"\xed\xa0\x80\"]",
        "[\"a]",
        "[\"\\",
        "[\"\\u00",
        "[1]]",
        "{}{}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(sj_jcs_canonical(sj_span_of(bad[i])));
    assert_true(sj_jcs_canonical(sj_span_of("[-1,0,9007199254740991,null,[],{}]")));
    assert_true(sj_jcs_canonical(sj_span_of("[\"\\b\\t\\n\\f\\r\\\"\\\\\\u0000\\u000b\\u001f\"]")));
    /* U+1F600 before U+FB33, by UTF-16 units */
    assert_true(sj_jcs_canonical(sj_span_of("{\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":2}")));
    assert_false(sj_jcs_canonical(sj_span_of("{\"\xef\xac\xb3\":2,\"\xf0\x9f\x98\x80\":1}")));
}

static void
depth_is_bounded(void **state)
{
    char text[2 * (SJ_JCS_DEPTH_MAX + 1)];

    (void) state;
    for (size_t depth = SJ_JCS_DEPTH_MAX; depth <= SJ_JCS_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(sj_jcs_canonical((sj_span){ text, 2 * depth }), depth == SJ_JCS_DEPTH_MAX);
    }
}

/* Every cut and every changed byte, in a block of its exact size, so that a read beyond it is seen.
 */
static void
hostile_text_is_never_read_beyond_its_end(void **state)
{
    static const char bytes[] = "{}[]\",:\\0-ua \x80\xf0";
    size_t length = sizeof sample - 1;

    (void) state;
    for (size_t cut = 0; cut <= length; cut++)
        for (size_t i = 0; i < sizeof bytes; i++) {
            char *copy = malloc(cut + 1);
            sj_span text = { copy, cut };
            sj_span value;
            size_t offset;

            assert_non_null(copy);
            memcpy(copy, sample, cut);
            if (cut > 0)
                copy[(cut * 7 + i * 13) % cut] = bytes[i];
            copy = realloc(copy, cut > 0 ? cut : 1);
            assert_non_null(copy);
            text.at = copy;
            (void) sj_jcs_canonical(text);
            (void) sj_jcs_find_in(text, "b", "zz", &value);
            (void) sj_jcs_place(text, "zz", &offset);
            free(copy);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found),
        cmocka_unit_test(a_place_keeps_the_order),
        cmocka_unit_test(what_is_not_canonical_is_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(hostile_text_is_never_read_beyond_its_end),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
