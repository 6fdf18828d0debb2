/* SPDX-License-Identifier: Apache-2.0 */
/* A problem is JSON whatever its words are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "services/gateway/http/problem.h"

static json_t *
written(const problem *p)
{
    char text[PROBLEM_MAX];
    json_t *read = json_loadb(text, problem_write(p, text), JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(read);
    return read;
}

static const char *
member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void
a_problem_has_the_members_of_rfc_9457_and_ours(void **state)
{
    json_t *read = written(&(problem){ .status = 404,
                                       .code = "NOT_FOUND",
                                       .detail = "no such event",
                                       .field = "event_id",
                                       .trace = "4bf9" });

    (void) state;
    assert_string_equal(member(read, "type"), "urn:sijill:problem:NOT_FOUND");
    assert_string_equal(member(read, "title"), "Not Found");
    assert_int_equal(json_integer_value(json_object_get(read, "status")), 404);
    assert_string_equal(member(read, "code"), "NOT_FOUND");
    assert_string_equal(member(read, "detail"), "no such event");
    assert_string_equal(member(read, "field"), "event_id");
    assert_string_equal(member(read, "trace"), "4bf9");
    json_decref(read);
}

static void
words_come_back_as_they_were_and_what_is_no_text_is_marked(void **state)
{
    static const char *const words[][2] = {
        { "a \"b\" \\ /\n\t\x01\x7f", "a \"b\" \\ /\n\t\x01\x7f" },
        { "\xd8\xb3\xd8\xac\xd9\x84 \xf0\x9f\x8e\x93",
          "\xd8\xb3\xd8\xac\xd9\x84 \xf0\x9f\x8e\x93" },
        { "a\xff"
          "b",
          "a\xef\xbf\xbd"
          "b" },
        { "cut \xc3", "cut \xef\xbf\xbd" },
        { "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
        { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        json_t *read =
            written(&(problem){ .status = 400, .code = "INVALID", .detail = words[i][0] });

        assert_string_equal(member(read, "detail"), words[i][1]);
        json_decref(read);
    }
}

static void
words_of_any_length_leave_json(void **state)
{
    static const char *const units[] = { "x", "\"", "\x01", "\xf0\x9f\x8e\x93", "\xff" };
    char words[2 * PROBLEM_MAX];

    (void) state;
    for (size_t unit = 0; unit < sizeof(units) / sizeof(*units); unit++)
        for (size_t size = PROBLEM_MAX / 8; size + 8 < sizeof(words); size += 61) {
            size_t used = 0;

            while (used + strlen(units[unit]) < size) {
                memcpy(words + used, units[unit], strlen(units[unit]));
                used += strlen(units[unit]);
            }
            words[used] = '\0';
            json_decref(written(
                &(problem){ .status = 400, .code = "INVALID", .detail = words, .field = words }));
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_has_the_members_of_rfc_9457_and_ours),
        cmocka_unit_test(words_come_back_as_they_were_and_what_is_no_text_is_marked),
        cmocka_unit_test(words_of_any_length_leave_json),
    };

    return cmocka_run_group_tests_name("problems", tests, NULL, NULL);
}
