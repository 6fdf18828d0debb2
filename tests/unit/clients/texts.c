/* SPDX-License-Identifier: Apache-2.0 */
/* What people see: widths on a terminal, local times, countries, names of enums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/json_of.h"
#include "clients/cli/width.h"
#include "clients/upload/countries.h"
#include "clients/upload/times.h"
#include "sijill/v1/registration.pb-c.h"

static void
width_is_counted_in_columns(void **state)
{
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {
        { "", 0 },
        { "abc", 3 },
        { "محمد", 4 },
        { "مُحَمَّد", 4 },
        { "张伟", 4 },
        { "Zoë", 3 },
        { "Zoe\xcc\x88", 3 },
        { "👍", 2 },
        { "a\xff"
          "b",
          3 },
        { "a\x1b[2J", 5 },
        { "\xe2\x80\xae"
          "abc",
          4 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(text_width(cases[i].text), cases[i].width);
}

static void
a_text_is_cut_at_a_column_and_cannot_drive_the_terminal(void **state)
{
    static const struct {
        const char *text;
        size_t max;
        const char *fit;
    } cases[] = {
        { "abcdef", 4, "abc…" },
        { "abcd", 4, "abcd" },
        { "张伟张", 4, "张…" },
        { "a\x1b[2J", 0, "a\xef\xbf\xbd[2J" },
        { "a\xe2\x80\xae"
          "b",
          0,
          "a\xef\xbf\xbd"
          "b" },
        { "ن\xe2\x80\x8c"
          "ها",
          0,
          "ن\xe2\x80\x8c"
          "ها" }, /* the joiner belongs to the word */
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t width;
        char *fit = text_fit(cases[i].text, cases[i].max, &width);

        assert_string_equal(fit, cases[i].fit);
        assert_int_equal(width, text_width(fit));
        free(fit);
    }
}

static void
dates_are_of_the_calendar(void **state)
{
    static const char *const bad[] = { "2025-02-29",  "2025-13-01", "2025-00-01",
                                       "2025-1-1",    "2025-01-32", "20250101",
                                       "2025-01-01x", "",           "١٢٣٤-٠١-٠١" };
    date d;
    char text[DATE_SIZE];

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(date_read(bad[i], &d));
    assert_true(date_read("2024-02-29", &d));
    date_write(date_of_days(date_days(d) + 1), text);
    assert_string_equal(text, "2024-03-01");
    assert_int_equal(date_days((date){ 1970, 1, 1 }), 0);
}

static void
local_times_follow_the_zone(void **state)
{
    static const struct {
        const char *text, *zone, *utc;
    } cases[] = {
        { "2025-01-21T09:00", "Europe/Istanbul", "2025-01-21T06:00:00Z" },
        { "2025-01-21 09:00:30.250", "Asia/Kabul", "2025-01-21T04:30:30Z" },
        { "2025-01-21T09:00Z", "Europe/Istanbul", "2025-01-21T09:00:00Z" },
        { "2025-01-21T09:00:00+03:30", NULL, "2025-01-21T05:30:00Z" },
        { "2025-03-01T00:15+05", NULL, "2025-02-28T19:15:00Z" },
        { "2025-07-01T09:00", "Europe/Paris", "2025-07-01T07:00:00Z" },
        { "2025-10-26T02:30", "Europe/Paris", "2025-10-26T00:30:00Z" }, /* twice: the first */
        { "2025-03-30T02:30", "Europe/Paris",
          "2025-03-30T01:30:00Z" }, /* never: forward by the gap */
    };
    uint64_t ms;
    char text[INSTANT_SIZE];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_null(instant_read(cases[i].text, cases[i].zone, &ms));
        instant_write(ms, NULL, text);
        assert_string_equal(text, cases[i].utc);
    }
    assert_non_null(instant_read("2025-01-21T09:00", NULL, &ms));
    assert_non_null(instant_read("2025-01-21", "UTC", &ms));
    assert_non_null(instant_read("2025-02-30T09:00Z", NULL, &ms));
    assert_non_null(instant_read("2025-01-21T25:00Z", NULL, &ms));
    assert_non_null(instant_read("2025-01-21T09:00 o'clock", "UTC", &ms));
    assert_non_null(instant_read("21/01/2025 09:00", "UTC", &ms));
}

static void
zones_are_known_by_name_and_place(void **state)
{
    char zone[ZONE_SIZE];

    (void) state;
    assert_true(zone_known("Asia/Baku"));
    assert_false(zone_known("../../etc/passwd"));
    assert_false(zone_known("/etc/passwd"));
    assert_false(zone_known("Mars/Olympus"));
    assert_false(zone_known("zone.tab"));
    assert_false(zone_known(""));
    assert_true(zone_of_place("AZ", NULL, zone));
    assert_string_equal(zone, "Asia/Baku");
    assert_true(zone_of_place("US", "New York", zone));
    assert_string_equal(zone, "America/New_York");
    assert_true(zone_of_place("my", "Kuala Lumpur", zone));
    assert_string_equal(zone, "Asia/Kuala_Lumpur");
    assert_false(zone_of_place("US", "Springfield", zone));
    assert_false(zone_of_place(NULL, "Ankara", zone));
}

static void
countries_are_read_by_code_and_name(void **state)
{
    char code[3];

    (void) state;
    assert_true(country_read("tr", code));
    assert_string_equal(code, "TR");
    assert_true(country_read("Kazakhstan", code));
    assert_string_equal(code, "KZ");
    assert_true(country_read("TÜRKIYE", code));
    assert_string_equal(code, "TR");
    assert_true(country_read("Korea, Republic of", code));
    assert_string_equal(code, "KR");
    assert_false(country_read("ZZ", code));
    assert_false(country_read("Atlantis", code));
    assert_false(country_read("", code));
}

static void
enums_have_short_names_and_messages_are_json(void **state)
{
    Sijill__V1__Event event;
    Sijill__V1__Text title;
    Sijill__V1__Text *titles[] = { &title };
    uint8_t id[] = { 0xab, 0x01 };
    int value = -1;
    json_t *json;

    (void) state;
    assert_true(enum_read(&sijill__v1__event_state__descriptor, "closed", &value));
    assert_int_equal(value, SIJILL__V1__EVENT_STATE__EVENT_CLOSED);
    assert_true(enum_read(&sijill__v1__mode__descriptor, "In person", &value));
    assert_int_equal(value, SIJILL__V1__MODE__IN_PERSON);
    assert_true(enum_read(&sijill__v1__mode__descriptor, "unknown", &value));
    assert_false(enum_read(&sijill__v1__mode__descriptor, "telepathic", &value));
    sijill__v1__event__init(&event);
    sijill__v1__text__init(&title);
    title.lang = (char[]){ "ar" };
    title.text = (char[]){ "ندوة" };
    event.title = titles;
    event.n_title = 1;
    event.has_id = true;
    event.id = (ProtobufCBinaryData){ sizeof id, id };
    json = json_of(&event.base);
    assert_string_equal(json_string_value(json_object_get(json, "id")), "ab01");
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "title"), "ar")),
                        "ندوة");
    assert_string_equal(json_string_value(json_object_get(json, "mode")), "unknown");
    assert_true(json_is_null(json_object_get(json, "city")));
    assert_true(json_is_null(json_object_get(json, "starts_ms")));
    assert_int_equal(json_array_size(json_object_get(json, "sessions")), 0);
    json_decref(json);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_is_counted_in_columns),
        cmocka_unit_test(a_text_is_cut_at_a_column_and_cannot_drive_the_terminal),
        cmocka_unit_test(dates_are_of_the_calendar),
        cmocka_unit_test(local_times_follow_the_zone),
        cmocka_unit_test(zones_are_known_by_name_and_place),
        cmocka_unit_test(countries_are_read_by_code_and_name),
        cmocka_unit_test(enums_have_short_names_and_messages_are_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
