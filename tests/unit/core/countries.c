/* SPDX-License-Identifier: Apache-2.0 */
/* The countries that are compiled in are those of the system's ISO 3166-1. */
#include "services/core/text.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SYSTEM_CODES "/usr/share/iso-codes/json/iso_3166-1.json"

static bool
listed(const json_t *list, const char *code)
{
    size_t i;
    json_t *one;

    json_array_foreach(list, i, one) if (strcmp(json_string_value(json_object_get(one, "alpha_2")),
                                                code) == 0) return true;
    return false;
}

static void
every_official_code_is_known_and_no_other(void **state)
{
    json_error_t error;
    json_t *file = json_load_file(SYSTEM_CODES, 0, &error);
    const json_t *list = json_object_get(file, "3166-1");

    (void) state;
    if (file == NULL) {
        (void) printf("# skipped: %s: %s; install iso-codes\n", SYSTEM_CODES, error.text);
        skip();
    }
    assert_true(json_array_size(list) > 200);
    for (char a = 'A'; a <= 'Z'; a++)
        for (char b = 'A'; b <= 'Z'; b++) {
            const char code[] = { a, b, '\0' };

            if (sj_country_known(code) != listed(list, code))
                fail_msg("%s is %s here", code, sj_country_known(code) ? "known" : "unknown");
        }
    json_decref(file);
}

/* Of a row of iso-codes, in which a name may be missing. */
static void
expect_name(const json_t *one, const char *member)
{
    const char *name = json_string_value(json_object_get(one, member));
    char code[3] = "";

    if (name == NULL || strcmp(name, "Congo") == 0) /* two call themselves so */
        return;
    if (!sj_country_of_name(name, code) ||
        strcmp(code, json_string_value(json_object_get(one, "alpha_2"))) != 0)
        fail_msg("%s is %s here", name, code);
}

static void
every_official_name_is_its_own_code(void **state)
{
    json_error_t error;
    json_t *file = json_load_file(SYSTEM_CODES, 0, &error);
    const json_t *list = json_object_get(file, "3166-1");
    size_t i;
    json_t *one;

    (void) state;
    if (file == NULL) {
        (void) printf("# skipped: %s: %s; install iso-codes\n", SYSTEM_CODES, error.text);
        skip();
    }
    json_array_foreach(list, i, one)
    {
        expect_name(one, "name");
        expect_name(one, "common_name");
        expect_name(one, "official_name");
    }
    json_decref(file);
}

static void
a_name_is_told_by_itself_whatever_its_case(void **state)
{
    static const char *const no_names[] = { "",     "Congo",    "Atlantis",
                                            "Oma",  "Omani",    "OM",
                                            "|",    "Andorra|", "Andorra|Principality of Andorra",
                                            "Oman " };
    char code[3];

    (void) state;
    assert_true(sj_country_of_name("OMAN", code));
    assert_string_equal(code, "OM");
    assert_true(sj_country_of_name("turkey", code));
    assert_string_equal(code, "TR");
    for (size_t i = 0; i < sizeof no_names / sizeof no_names[0]; i++)
        assert_false(sj_country_of_name(no_names[i], code));
}

static void
a_code_is_two_capital_letters(void **state)
{
    static const char *const no_codes[] = {
        "", "D", "dz", "Dz", "DZA", "D ", " D", "Z ", "\xd8\xb9"
    };

    (void) state;
    assert_true(sj_country_known("DZ"));
    for (size_t i = 0; i < sizeof no_codes / sizeof no_codes[0]; i++)
        assert_false(sj_country_known(no_codes[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_official_code_is_known_and_no_other),
        cmocka_unit_test(every_official_name_is_its_own_code),
        cmocka_unit_test(a_name_is_told_by_itself_whatever_its_case),
        cmocka_unit_test(a_code_is_two_capital_letters),
    };

    return cmocka_run_group_tests_name("countries", tests, NULL, NULL);
}
