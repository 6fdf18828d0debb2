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
        cmocka_unit_test(a_code_is_two_capital_letters),
    };

    return cmocka_run_group_tests_name("countries", tests, NULL, NULL);
}
