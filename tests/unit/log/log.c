/* SPDX-License-Identifier: Apache-2.0 */
/* One fact is one line of logfmt, whatever the values hold. */
#include <errno.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/runtime/log.h"
#include "tests/unit/log/capture.h"

static capture out;

static bool
matches(const char *pattern)
{
    regex_t compiled;

    assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB), 0);
    int outcome = regexec(&compiled, out.text, 0, NULL, 0);
    regfree(&compiled);
    return outcome == 0;
}

static void
a_line_has_time_level_event_and_text(void **state)
{
    (void) state;
    capture_begin(&out, STDERR_FILENO);
    sj_log(SJ_LOG_WARN, "commit.slow", "ms=%d store=%s", 412, "registration");
    capture_end(&out);

    assert_true(matches("^ts=20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]"
                        "\\.[0-9]{3}Z level=warn evt=commit\\.slow ms=412 store=registration\n$"));
}

static void
every_level_has_its_name(void **state)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };

    (void) state;
    sj_log_threshold(SJ_LOG_DEBUG);
    for (int level = SJ_LOG_DEBUG; level <= SJ_LOG_ERROR; level++) {
        char expected[64];

        capture_begin(&out, STDERR_FILENO);
        sj_log((sj_log_level) level, "test", "n=%d", level);
        capture_end(&out);
        (void) snprintf(expected, sizeof(expected), " level=%s evt=test n=%d\n", names[level],
                        level);
        assert_non_null(strstr(out.text, expected));
    }
    sj_log_threshold(SJ_LOG_INFO);
}

static void
lines_below_the_threshold_are_dropped(void **state)
{
    (void) state;
    capture_begin(&out, STDERR_FILENO);
    sj_log(SJ_LOG_DEBUG, "quiet", "n=1");
    sj_log_threshold(SJ_LOG_ERROR);
    sj_log(SJ_LOG_WARN, "quiet", "n=2");
    sj_log(SJ_LOG_ERROR, "loud", "n=3");
    sj_log_threshold(SJ_LOG_INFO);
    capture_end(&out);

    assert_null(strstr(out.text, "quiet"));
    assert_non_null(strstr(out.text, "evt=loud n=3"));
}

static void
values_cannot_forge_a_line_or_command_a_terminal(void **state)
{
    (void) state;
    capture_begin(&out, STDERR_FILENO);
    sj_log(SJ_LOG_INFO, "e\nvent", "v=%s", "a\nts=1 level=error\r\x1b[2J\x7f\xc2\x9b\xe2\x80\xae");
    capture_end(&out);

    assert_ptr_equal(strchr(out.text, '\n'), out.text + strlen(out.text) - 1);
    assert_non_null(strstr(out.text, "evt=e\\x0avent v=a\\x0ats=1 level=error\\x0d\\x1b[2J\\x7f"
                                     "\\xc2\\x9b\\xe2\\x80\\xae\n"));
}

static void
a_line_too_long_says_that_it_was_cut(void **state)
{
    static char value[2 * SJ_LOG_LINE_MAX];

    (void) state;
    memset(value, 'x', sizeof(value) - 1);
    capture_begin(&out, STDERR_FILENO);
    sj_log(SJ_LOG_INFO, "long", "v=%s", value);
    sj_log(SJ_LOG_INFO, "next", "n=1");
    capture_end(&out);

    const char *end = strchr(out.text, '\n');

    assert_non_null(end);
    assert_true(end - out.text < SJ_LOG_LINE_MAX);
    assert_memory_equal(end - 6, " cut=1", 6);
    assert_non_null(strstr(end, "evt=next n=1\n"));
}

/* Escapes grow: 4000 control characters would be 16000 octets, cut between two of them. */
static void
an_escape_is_never_cut_in_half(void **state)
{
    static char value[4001];

    (void) state;
    memset(value, '\x01', sizeof(value) - 1);
    capture_begin(&out, STDERR_FILENO);
    sj_log(SJ_LOG_INFO, "long", "v=%s", value);
    capture_end(&out);

    assert_true(strlen(out.text) <= SJ_LOG_LINE_MAX);
    assert_true(matches("v=(\\\\x01)+ cut=1\n$"));
}

static void
an_event_without_text_has_no_trailing_space(void **state)
{
    (void) state;
    capture_begin(&out, STDERR_FILENO);
    sj_log(SJ_LOG_INFO, "ready", "%s", "");
    capture_end(&out);

    assert_true(matches("evt=ready\n$"));
}

static void
errno_survives(void **state)
{
    (void) state;
    capture_begin(&out, STDERR_FILENO);
    errno = ENOSPC;
    sj_log(SJ_LOG_INFO, "errno", "n=1");
    int after = errno;
    capture_end(&out);

    assert_int_equal(after, ENOSPC);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_event_and_text),
        cmocka_unit_test(every_level_has_its_name),
        cmocka_unit_test(lines_below_the_threshold_are_dropped),
        cmocka_unit_test(values_cannot_forge_a_line_or_command_a_terminal),
        cmocka_unit_test(a_line_too_long_says_that_it_was_cut),
        cmocka_unit_test(an_escape_is_never_cut_in_half),
        cmocka_unit_test(an_event_without_text_has_no_trailing_space),
        cmocka_unit_test(errno_survives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
