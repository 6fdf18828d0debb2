/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as platforms write them, and what a file of them proves. */
#include <stdio.h>

#include "clients/upload/moment.h"
#include "clients/upload/times.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *
read_as(const char *text, const char *zone, moment_order order)
{
    static char out[INSTANT_SIZE + 128];
    const moment_rules rules = { zone, order };
    uint64_t ms;
    const char *words = moment_read(text, &rules, &ms);

    if (words != NULL)
        (void) snprintf(out, sizeof out, "%s", words);
    else
        instant_write(ms, NULL, out);
    return out;
}

static void
every_platform_s_dates_are_read(void **state)
{
    static const char *const cases[][2] = {
        { "Mar 1, 2026 12:01:00", "2026-03-01T08:01:00Z" },
        { "March 1, 2026 at 12:01:00 PM", "2026-03-01T08:01:00Z" },
        { "1 mars 2026 12:01", "2026-03-01T08:01:00Z" },
        { "1. März 2026, 12:01", "2026-03-01T08:01:00Z" },
        { "1 de marzo de 2026 12:01:00", "2026-03-01T08:01:00Z" },
        { "1 Mart 2026 12:01:00", "2026-03-01T08:01:00Z" },
        { "1 мая 2026, 12:01:00", "2026-05-01T08:01:00Z" },
        { "1 مارس 2026 12:01:00", "2026-03-01T08:01:00Z" },
        { "13/03/2026 12:01:00 AM", "2026-03-12T20:01:00Z" },
        { "13/3/26, 12:01:00\xe2\x80\xafPM", "2026-03-13T08:01:00Z" },
        { "13.03.26, 18:01:00", "2026-03-13T14:01:00Z" },
        { "2026-03-01 12:01:00", "2026-03-01T08:01:00Z" },
        { "2026/03/01 12:01:00", "2026-03-01T08:01:00Z" },
        { "2026-03-01T08:01:00.000+00:00", "2026-03-01T08:01:00Z" },
        { "2020/10/30 3:08:44 PM GMT+1", "2020-10-30T14:08:44Z" },
        { "2020/10/30 3:08:44 PM GMT-3:30", "2020-10-30T18:38:44Z" },
        { "2026/03/01 12:01:00 UTC", "2026-03-01T12:01:00Z" },
        { "1/13/2026 1:01:00 p. m.", "2026-01-13T09:01:00Z" },
        { "\xe2\x80\x8f\xd9\xa1\xd9\xa3/\xd9\xa3/\xd9\xa2\xd9\xa0\xd9\xa2\xd9\xa6, "
          "\xd9\xa1\xd9\xa2:\xd9\xa0\xd9\xa1:\xd9\xa0\xd9\xa0 \xd9\x85",
          "2026-03-13T08:01:00Z" },
        { "29/02/2026 12:00", "there is no such date" },
        { "31/04/2026 12:00", "there is no such date" },
        { "13/13/2026 12:00", "there is no such date" },
        { "13/03/2026 13:00:00 PM", "after the date comes no time (12:01:00, or 12:01:00 PM)" },
        { "13/03/2026 25:00", "after the date comes no time (12:01:00, or 12:01:00 PM)" },
        { "13/03/2026", "after the date comes no time (12:01:00, or 12:01:00 PM)" },
        { "13/03/2026 12:00 PDT",
          "what follows the time is no zone that is known here (GMT+1 is)" },
        { "soon", "it begins with no date that is known here (2026-03-01 12:01:00 is)" },
        { "", "it begins with no date that is known here (2026-03-01 12:01:00 is)" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool month = strncmp(cases[i][0], "1/13", 4) == 0;
        const char *came =
            read_as(cases[i][0], "Asia/Muscat", month ? ORDER_MONTH_FIRST : ORDER_DAY_FIRST);

        if (strcmp(came, cases[i][1]) != 0)
            fail_msg("'%s': %s, not %s", cases[i][0], came, cases[i][1]);
    }
}

static void
the_order_of_day_and_month_is_never_guessed(void **state)
{
    (void) state;
    assert_string_equal(read_as("03/01/2026 12:00", "UTC", ORDER_DAY_FIRST),
                        "2026-01-03T12:00:00Z");
    assert_string_equal(read_as("03/01/2026 12:00", "UTC", ORDER_MONTH_FIRST),
                        "2026-03-01T12:00:00Z");
    assert_string_equal(read_as("03/01/2026 12:00", "UTC", ORDER_OPEN),
                        "is the day first, or the month? Say --day-first or --month-first");
    assert_string_equal(read_as("03/03/2026 12:00", "UTC", ORDER_OPEN), "2026-03-03T12:00:00Z");
    assert_string_equal(read_as("03.01.2026 12:00", "UTC", ORDER_MONTH_FIRST),
                        "2026-01-03T12:00:00Z");
}

static void
a_day_above_twelve_proves_the_order_of_the_file(void **state)
{
    moment_proof proof = { 0, 0, 0, "" };

    (void) state;
    moment_look("03/01/2026 12:00", &proof);
    moment_look("03/03/2026 12:00", &proof);
    moment_look("Mar 1, 2026 12:00", &proof);
    moment_look("--", &proof);
    moment_look("99/99/2026 12:00", &proof);
    assert_int_equal(proof.open, 1);
    assert_string_equal(proof.sample, "03/01/2026 12:00");
    assert_int_equal(proof.day_first + proof.month_first, 0);
    moment_look("13/01/2026 12:00", &proof);
    assert_int_equal(proof.day_first, 1);
    moment_look("01/13/2026 12:00", &proof);
    assert_int_equal(proof.month_first, 1);
}

static void
a_time_without_a_zone_is_nobody_s(void **state)
{
    (void) state;
    assert_string_equal(read_as("Mar 1, 2026 12:00", NULL, ORDER_OPEN),
                        "in which time zone is it? Say --zone, such as Europe/Istanbul");
    assert_string_equal(read_as("2020/10/30 3:08:44 PM GMT+1", NULL, ORDER_OPEN),
                        "2020-10-30T14:08:44Z");
}

static void
a_leave_without_a_date_is_the_next_such_time(void **state)
{
    const moment_rules rules = { "Europe/Berlin", ORDER_OPEN };
    uint64_t join;
    uint64_t leave;

    (void) state;
    assert_null(moment_read("2026-03-28 23:30:00", &rules, &join));
    assert_null(moment_read_after("23:45", &rules, join, &leave));
    assert_int_equal(leave - join, 15 * 60 * 1000);
    /* over midnight, into the night whose hour is left out */
    assert_null(moment_read_after("3:30:00 AM", &rules, join, &leave));
    assert_int_equal(leave - join, 3 * 3600 * 1000);
    assert_null(moment_read_after("2026-03-28 23:31:00", &rules, join, &leave));
    assert_int_equal(leave - join, 60 * 1000);
    assert_non_null(moment_read_after("later", &rules, join, &leave));
}

static void
what_is_remembered_of_a_minute_is_of_its_zone_and_day(void **state)
{
    (void) state;
    for (int round = 0; round < 2; round++) {
        assert_string_equal(read_as("2026-03-29 01:59:30", "Europe/Berlin", ORDER_OPEN),
                            "2026-03-29T00:59:30Z");
        assert_string_equal(read_as("2026-03-29 01:59:31", "Europe/Berlin", ORDER_OPEN),
                            "2026-03-29T00:59:31Z");
        assert_string_equal(read_as("2026-03-29 03:00:00", "Europe/Berlin", ORDER_OPEN),
                            "2026-03-29T01:00:00Z");
        assert_string_equal(read_as("2026-03-29 01:59:30", "Asia/Muscat", ORDER_OPEN),
                            "2026-03-28T21:59:30Z");
        assert_string_equal(read_as("2025-03-29 01:59:30", "Asia/Muscat", ORDER_OPEN),
                            "2025-03-28T21:59:30Z");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_platform_s_dates_are_read),
        cmocka_unit_test(the_order_of_day_and_month_is_never_guessed),
        cmocka_unit_test(a_day_above_twelve_proves_the_order_of_the_file),
        cmocka_unit_test(a_time_without_a_zone_is_nobody_s),
        cmocka_unit_test(a_leave_without_a_date_is_the_next_such_time),
        cmocka_unit_test(what_is_remembered_of_a_minute_is_of_its_zone_and_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
