/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text and back. */
#include "tests/unit/credential/vectors.h"

#include <time.h>

#include "proto/credential/timestamp.h"

static void
times_are_written_in_utc_seconds(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        { 0, "1970-01-01T00:00:00Z" },
        { 1747238400999, "2025-05-14T16:00:00Z" },
        { 951782400000, "2000-02-29T00:00:00Z" },
        { 4107542399000, "2100-02-28T23:59:59Z" },
        { 4107542400000, "2100-03-01T00:00:00Z" },
        { SJ_TIMESTAMP_MAX_MS, "9999-12-31T23:59:59Z" },
    };
    char text[SJ_TIMESTAMP_SIZE];

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(sj_timestamp_write(rows[i].ms, text));
        assert_string_equal(text, rows[i].text);
    }
    assert_false(sj_timestamp_write(-1, text));
    assert_false(sj_timestamp_write(SJ_TIMESTAMP_MAX_MS + 1, text));
    assert_string_equal(text, "");
}

/* Every 13 days and some seconds for 8000 years, against the C library. */
static void
every_day_agrees_with_the_c_library(void **state)
{
    (void) state;
    for (int64_t ms = 0; ms <= SJ_TIMESTAMP_MAX_MS; ms += INT64_C(1123456789)) {
        time_t seconds = (time_t) (ms / 1000);
        struct tm parts;
        char expected[64];
        char text[SJ_TIMESTAMP_SIZE];
        int64_t back;

        assert_non_null(gmtime_r(&seconds, &parts));
        (void) strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &parts);
        assert_true(sj_timestamp_write(ms, text));
        assert_string_equal(text, expected);
        assert_true(sj_timestamp_read(sj_span_of(text), &back));
        assert_int_equal(back, ms / 1000 * 1000);
    }
}

static void
zones_and_fractions_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        { "1970-01-01T00:00:00.5Z", 500 },         { "1970-01-01T00:00:00.123456789Z", 123 },
        { "1970-01-01T03:00:00+03:00", 0 },        { "1969-12-31T18:30:00-05:30", 0 },
        { "2025-05-14T16:00:00Z", 1747238400000 },
    };
    int64_t ms;

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(sj_timestamp_read(sj_span_of(rows[i].text), &ms));
        assert_int_equal(ms, rows[i].ms);
    }
}

static void
what_is_no_time_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "2025-05-14",
        "2025-05-14T16:00:00",
        "2025-05-14 16:00:00Z",
        "2025-05-14T16:00:00z",
        "2025-05-14T16:00Z",
        "2025-02-29T00:00:00Z",
        "2025-13-01T00:00:00Z",
        "2025-00-01T00:00:00Z",
        "2025-01-00T00:00:00Z",
        "2025-01-01T24:00:00Z",
        "2025-01-01T00:60:00Z",
        "2025-01-01T00:00:60Z",
        "2025-01-01T00:00:00.Z",
        "2025-01-01T00:00:00+3:00",
        "2025-01-01T00:00:00+15:00",
        "2025-01-01T00:00:00*03:00",
        "2025-01-01T00:00:00ZZ",
        "1969-12-31T23:59:59Z",
        "+2025-01-01T00:00:00Z",
        "-001-01-01T00:00:00Z",
    };
    int64_t ms;

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_false(sj_timestamp_read(sj_span_of(rows[i]), &ms));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_in_utc_seconds),
        cmocka_unit_test(every_day_agrees_with_the_c_library),
        cmocka_unit_test(zones_and_fractions_are_read),
        cmocka_unit_test(what_is_no_time_is_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
