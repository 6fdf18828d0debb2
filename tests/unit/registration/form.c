/* SPDX-License-Identifier: Apache-2.0 */
/* Slugs, language tags, zones and dates by their shape. */
#include "services/registration/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef struct sample {
    const char *text;
    bool good;
} sample;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
slugs_are_lower_case_with_inner_hyphens(void **state)
{
    static const char longest[] = "0123456789012345678901234567890123456789012345678901234567890123"
                                  "456789012345678901234567890"
                                  "123456";
    static const sample samples[] = {
        { "a", true },    { "statcab", true }, { "a-1", true }, { "ca-cab-2025-01", true },
        { "", false },    { "-a", false },     { "a-", false }, { "A", false },
        { "a b", false }, { "a_b", false },    { "é", false },  { "a/b", false },
    };

    (void) state;
    for (size_t n = 0; n < COUNT(samples); n++)
        assert_int_equal(form_slug(samples[n].text), samples[n].good);
    assert_false(form_slug(longest));
    assert_true(form_slug(longest + 1));
}

static void
language_tags_have_the_shape_of_bcp_47(void **state)
{
    static const sample samples[] = {
        { "ar", true },      { "en", true },    { "kk", true },         { "zh-Hant", true },
        { "en-GB", true },   { "gsw", true },   { "sr-Latn-RS", true }, { "", false },
        { "e", false },      { "EN", false },   { "en-", false },       { "-en", false },
        { "en_GB", false },  { "a-en", false }, { "en--GB", false },    { "abcdefghi", false },
        { "en-a b", false },
    };

    (void) state;
    for (size_t n = 0; n < COUNT(samples); n++)
        assert_int_equal(form_lang(samples[n].text), samples[n].good);
}

static void
zones_have_the_shape_of_iana_names(void **state)
{
    static const sample samples[] = {
        { "Europe/Istanbul", true },        { "UTC", true },   { "Etc/GMT+3", true },
        { "America/Port-au-Prince", true }, { "", false },     { "/etc/passwd", false },
        { "Europe Istanbul", false },       { "../x", false },
    };

    (void) state;
    for (size_t n = 0; n < COUNT(samples); n++)
        assert_int_equal(form_zone(samples[n].text), samples[n].good);
}

static void
dates_are_those_of_the_calendar(void **state)
{
    static const sample samples[] = {
        { "2025-01-01", true },  { "2025-12-31", true },  { "2024-02-29", true },
        { "2000-02-29", true },  { "0001-01-01", true },  { "9999-12-31", true },
        { "2025-02-29", false }, { "1900-02-29", false }, { "2100-02-29", false },
        { "2025-04-31", false }, { "2025-13-01", false }, { "2025-00-10", false },
        { "2025-01-00", false }, { "2025-01-32", false }, { "0000-01-01", false },
        { "2025-1-01", false },  { "2025/01/01", false }, { "2025-01-01 ", false },
        { "20250101", false },   { "", false },           { "2025-01", false },
        { "2025-01-0a", false },
    };
    uint32_t day;

    (void) state;
    for (size_t n = 0; n < COUNT(samples); n++)
        assert_int_equal(form_date(samples[n].text, &day), samples[n].good);
}

static void
days_follow_each_other_over_months_and_leap_years(void **state)
{
    static const char *const pairs[][2] = {
        { "2024-02-28", "2024-02-29" }, { "2024-02-29", "2024-03-01" },
        { "2025-02-28", "2025-03-01" }, { "2023-12-31", "2024-01-01" },
        { "2024-12-31", "2025-01-01" }, { "1999-12-31", "2000-01-01" },
        { "2100-02-28", "2100-03-01" },
    };

    (void) state;
    for (size_t n = 0; n < COUNT(pairs); n++) {
        uint32_t before, after;

        assert_true(form_date(pairs[n][0], &before));
        assert_true(form_date(pairs[n][1], &after));
        assert_int_equal(before + 1, after);
    }
}

static void
words_may_have_underscores(void **state)
{
    static const sample samples[] = {
        { "training_course", true }, { "side-event", true },  { "", false },
        { "Training", false },       { "side event", false },
    };

    (void) state;
    for (size_t n = 0; n < COUNT(samples); n++)
        assert_int_equal(form_word(samples[n].text), samples[n].good);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slugs_are_lower_case_with_inner_hyphens),
        cmocka_unit_test(language_tags_have_the_shape_of_bcp_47),
        cmocka_unit_test(zones_have_the_shape_of_iana_names),
        cmocka_unit_test(dates_are_those_of_the_calendar),
        cmocka_unit_test(days_follow_each_other_over_months_and_leap_years),
        cmocka_unit_test(words_may_have_underscores),
    };

    return cmocka_run_group_tests_name("registration: forms", tests, NULL, NULL);
}
