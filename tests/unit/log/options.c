/* SPDX-License-Identifier: Apache-2.0 */
/* Settings come from the command line, else the environment, else the table; mistakes get words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "services/runtime/options.h"
#include "tests/unit/log/capture.h"

enum { WORDS_MAX = 8 };

static capture out;
static sj_option rows[] = {
    { .name = "home", .kind = SJ_OPTION_TEXT, .value = "DIR", .help = "where the store lies" },
    { .name = "issuer",
      .kind = SJ_OPTION_TEXT,
      .value = "DID",
      .fallback = "did:web:sijill.example",
      .help = "who signs" },
    { .name = "batch-max",
      .kind = SJ_OPTION_NUMBER,
      .value = "N",
      .fallback = "1024",
      .help = "commands a commit",
      .number_min = 1,
      .number_max = 1024 },
    { .name = "once", .kind = SJ_OPTION_FLAG, .help = "stop after one turn" },
    { .name = "fsync", .kind = SJ_OPTION_FLAG, .fallback = "yes", .help = "sync commits" },
};
static sj_options table = { .program = "sijill-test",
                            .purpose = "a table for tests",
                            .rows = rows,
                            .count = sizeof(rows) / sizeof(rows[0]) };

/* Read the words, up to a NULL, as a command line; what is said is in out.text. */
static int
read_words(int fd, const char *const words[static WORDS_MAX])
{
    char *argv[WORDS_MAX + 2] = { (char *) (uintptr_t) "sijill-test" };
    int argc = 1;

    while (argc <= WORDS_MAX && words[argc - 1] != NULL) {
        argv[argc] = (char *) (uintptr_t) words[argc - 1];
        argc++;
    }
    capture_begin(&out, fd);
    int outcome = sj_options_read(&table, argc, argv);
    capture_end(&out);
    return outcome;
}

static int
clean_environment(void **state)
{
    (void) state;
    (void) unsetenv("SIJILL_HOME");
    (void) unsetenv("SIJILL_ISSUER");
    (void) unsetenv("SIJILL_BATCH_MAX");
    (void) unsetenv("SIJILL_ONCE");
    (void) unsetenv("SIJILL_FSYNC");
    return 0;
}

static void
both_spellings_and_defaults_give_values(void **state)
{
    (void) state;
    const char *const words[WORDS_MAX] = { "--home", "/srv/a", "--batch-max=7", "--once" };

    assert_int_equal(read_words(STDERR_FILENO, words), -1);
    assert_string_equal(sj_option_text(&table, "home"), "/srv/a");
    assert_string_equal(sj_option_text(&table, "issuer"), "did:web:sijill.example");
    assert_int_equal(sj_option_number(&table, "batch-max"), 7);
    assert_true(sj_option_flag(&table, "once"));
    assert_true(sj_option_flag(&table, "fsync"));
    assert_string_equal(out.text, "");
}

static void
the_environment_stands_in_and_the_command_line_wins(void **state)
{
    (void) state;
    const char *const words[WORDS_MAX] = { "--batch-max", "9", "--fsync=no" };

    (void) setenv("SIJILL_HOME", "/srv/env", 1);
    (void) setenv("SIJILL_BATCH_MAX", "8", 1);
    (void) setenv("SIJILL_ONCE", "true", 1);
    (void) setenv("SIJILL_FSYNC", "yes", 1);
    (void) setenv("SIJILL_ISSUER", "", 1); /* empty is unset */
    assert_int_equal(read_words(STDERR_FILENO, words), -1);
    assert_string_equal(sj_option_text(&table, "home"), "/srv/env");
    assert_string_equal(sj_option_text(&table, "issuer"), "did:web:sijill.example");
    assert_int_equal(sj_option_number(&table, "batch-max"), 9);
    assert_true(sj_option_flag(&table, "once"));
    assert_false(sj_option_flag(&table, "fsync"));
}

static void
bad_usage_is_code_2_and_words_that_help(void **state)
{
    static const struct {
        const char *words[WORDS_MAX];
        const char *said;
    } cases[] = {
        { { NULL }, "--home is missing: give --home DIR or set SIJILL_HOME" },
        { { "--home" }, "--home needs a value: --home DIR or --home=DIR" },
        { { "--home", "--once" }, "--home needs a value: --home DIR" },
        { { "--home=" }, "--home needs a value, it is empty" },
        { { "--home", "/a", "--colour", "red" }, "there is no option '--colour'" },
        { { "--hom", "/a" }, "there is no option '--hom'" },
        { { "--home", "/a", "surplus" }, "'surplus' is not an option" },
        { { "--home", "/a", "-x" }, "'-x' is not an option" },
        { { "--home", "/a", "--" }, "there is no option '--'" },
        { { "--home", "/a", "--batch-max", "0" }, "give a whole number from 1 to 1024" },
        { { "--home", "/a", "--batch-max", "1025" }, "give a whole number from 1 to 1024" },
        { { "--home", "/a", "--batch-max", "7x" }, "--batch-max is '7x': give a whole number" },
        { { "--home", "/a", "--batch-max", " 7" }, "give a whole number" },
        { { "--home", "/a", "--batch-max=99999999999999999999" }, "give a whole number" },
        { { "--home", "/a", "--once=maybe" }, "--once is 'maybe': give yes or no" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(read_words(STDERR_FILENO, cases[i].words), 2);
        assert_non_null(strstr(out.text, cases[i].said));
        assert_non_null(strstr(out.text, "Try: sijill-test --help\n"));
    }
}

static void
a_bad_value_in_the_environment_is_named(void **state)
{
    (void) state;
    const char *const words[WORDS_MAX] = { "--home", "/a" };

    (void) setenv("SIJILL_BATCH_MAX", "many", 1);
    assert_int_equal(read_words(STDERR_FILENO, words), 2);
    assert_non_null(strstr(out.text, "SIJILL_BATCH_MAX is 'many'"));
}

static void
help_prints_the_table_and_is_no_error(void **state)
{
    (void) state;
    const char *const words[WORDS_MAX] = { "--colour", "--help" };

    assert_int_equal(read_words(STDOUT_FILENO, words), 0);
    assert_non_null(strstr(out.text, "sijill-test: a table for tests"));
    assert_non_null(strstr(out.text, "--home DIR"));
    assert_non_null(strstr(out.text, "SIJILL_HOME, required"));
    assert_non_null(strstr(out.text, "SIJILL_BATCH_MAX, default 1024"));
    assert_non_null(strstr(out.text, "SIJILL_ONCE, default false"));
    assert_non_null(strstr(out.text, "sync commits"));
}

static void
all_values_are_one_log_line(void **state)
{
    (void) state;
    const char *const words[WORDS_MAX] = { "--home", "/srv/my \"store\"" };

    assert_int_equal(read_words(STDERR_FILENO, words), -1);
    capture_begin(&out, STDERR_FILENO);
    sj_options_log(&table);
    capture_end(&out);
    assert_non_null(strstr(out.text, "evt=options home=\"/srv/my \\\"store\\\"\""
                                     " issuer=did:web:sijill.example batch-max=1024 once=false"
                                     " fsync=true\n"));
}

static void
a_value_too_long_for_the_log_is_cut_not_overrun(void **state)
{
    static char home[2 * 4096];
    const char *const words[WORDS_MAX] = { "--home", home };

    (void) state;
    memset(home, '"', sizeof(home) - 1);
    assert_int_equal(read_words(STDERR_FILENO, words), -1);
    capture_begin(&out, STDERR_FILENO);
    sj_options_log(&table);
    capture_end(&out);
    assert_non_null(strstr(out.text, "evt=options home=\"\\\""));
    assert_non_null(strstr(out.text, " cut=1\n"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(both_spellings_and_defaults_give_values, clean_environment),
        cmocka_unit_test_setup(the_environment_stands_in_and_the_command_line_wins,
                               clean_environment),
        cmocka_unit_test_setup(bad_usage_is_code_2_and_words_that_help, clean_environment),
        cmocka_unit_test_setup(a_bad_value_in_the_environment_is_named, clean_environment),
        cmocka_unit_test_setup(help_prints_the_table_and_is_no_error, clean_environment),
        cmocka_unit_test_setup(all_values_are_one_log_line, clean_environment),
        cmocka_unit_test_setup(a_value_too_long_for_the_log_is_cut_not_overrun, clean_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
