/* SPDX-License-Identifier: Apache-2.0 */
/* CSV as people's programs write it, and CSV that no spreadsheet runs. */
#include <stdio.h>

#include "clients/cli/output.h" /* before cmocka.h, which makes a macro of a name in it */
#include "clients/upload/csv.h"
#include "clients/upload/spool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static csv in;

static FILE *
file_of(const char *text, size_t size)
{
    FILE *file = tmpfile();
    FILE *spool;
    const char *why;

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    rewind(file);
    spool = spool_open(file, &why);
    assert_non_null(spool);
    (void) fclose(file);
    return spool;
}

/* The rows as "a|b;c|d;", a bad one as "!". */
static char *
read_all(const char *text, size_t size)
{
    static char out[4096];
    FILE *file = file_of(text, size);
    const char *wrong = csv_open(&in, file);
    csv_result result;
    size_t used = 0;

    out[0] = '\0';
    if (wrong != NULL)
        (void) snprintf(out, sizeof out, "%s", wrong);
    while (wrong == NULL && (result = csv_next(&in)) != CSV_END) {
        for (size_t i = 0; result == CSV_ROW && i < in.column_count; i++)
            used += (size_t) snprintf(out + used, sizeof out - used, "%s%s", i == 0 ? "" : "|",
                                      csv_field(&in, (int) i));
        used +=
            (size_t) snprintf(out + used, sizeof out - used, "%s;", result == CSV_BAD ? "!" : "");
    }
    csv_close(&in);
    (void) fclose(file);
    return out;
}

static void
rows_are_read_as_rfc_4180_has_them(void **state)
{
    static const struct {
        const char *text;
        const char *rows;
    } cases[] = {
        { "a,b\n1,2\n", "1|2;" },
        { "a,b\r\n1,2\r\n3,4", "1|2;3|4;" },
        { "\xef\xbb\xbf"
          "a;b\n1;2,5\n",
          "1|2,5;" },
        { "a\tb\n1\t2\n", "1|2;" },
        { "a,b\n\"x, \"\"y\"\"\",\"line\nbreak\"\n", "x, \"y\"|line\nbreak;" },
        { "\"a;x\",b\n1,2\n", "1|2;" },
        { "a,b\n 1 , \"2\" \n", "1|2;" },
        { "a,b\n\n1\n,\n", "1|;|;" },
        { "a,b\n\"\",\"\"\n", "|;" },
        { "a,b\n\"x\"y,2\n3,4\n", "!;3|4;" },
        { "a,b\n1,2,3\n4,5\n", "!;4|5;" },
        { "a,b\n1,2,,,\n3\n", "1|2;3|;" },
        { "Title\tA, b and c\n1\t2,5\n3\t4\n", "1|2,5;3|4;" },
        { "a,b\n1,\"open\n2,3\n", "!;2|3;" },
        { "a,b\n", "" },
        { "", "the file is empty: its first row names the columns" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(read_all(cases[i].text, strlen(cases[i].text)), cases[i].rows);
}

static void
marks_utf16_and_nuls_make_no_difference(void **state)
{
    (void) state;
    assert_string_equal(read_all("a,b\n1,\0\n3,4\n", 12), "1|;3|4;");
    assert_string_equal(read_all("\xff\xfe"
                                 "a\0\t\0b\0\n\0\x31\x06\t\0\x3d\xd8\x92\xde\n\0",
                                 20),
                        "\u0631|\U0001f692;");
    assert_string_equal(read_all("\xfe\xff"
                                 "\0a\0,\0b\0\n\0"
                                 "1\0,\0"
                                 "2",
                                 16),
                        "1|2;");
    assert_string_equal(read_all("a\0,\0b\0\n\0\x31\x06,\0"
                                 "2\0",
                                 14),
                        "\u0631|2;");
}

static void
a_quote_left_open_costs_its_own_row_only(void **state)
{
    static const char at_end[] = "a,b\n1,2\n3,\"open\n5,6\n7,8\n";
    static const char before_a_quote[] = "a,b\n1,\"open\n3,4\n5,\"six\"\n7,8\n";
    static const char two[] = "a,b\n\"open,2\n3,\"open\n5,6\n";
    size_t size = 3 * (size_t) CSV_ROW_MAX;
    char *text = malloc(size);

    (void) state;
    assert_string_equal(read_all(at_end, strlen(at_end)), "1|2;!;5|6;7|8;");
    assert_string_equal(read_all(before_a_quote, strlen(before_a_quote)), "!;3|4;5|six;7|8;");
    assert_string_equal(read_all(two, strlen(two)), "!;!;5|6;");
    assert_non_null(text); /* and one that goes on for longer than a row may be */
    memset(text, 'x', size);
    memcpy(text, "a,b\n1,\"open\n2,3\n4,", 18);
    memcpy(text + size - 5, "\n5,6\n", 5);
    assert_string_equal(read_all(text, size), "!;2|3;!;5|6;");
    free(text);
}

static void
rows_of_every_length_are_read_inside_their_room(void **state)
{
    char *text = malloc(CSV_ROW_MAX + 256);

    (void) state;
    assert_non_null(text);
    for (size_t length = CSV_ROW_MAX - CSV_COLUMNS_MAX - 70;
         length < CSV_ROW_MAX - CSV_COLUMNS_MAX + 70; length++) {
        memcpy(text, "a,b\n", 4);
        memset(text + 4, 'x', length);
        memset(text + 4 + length, ',', 66);
        memcpy(text + 4 + length + 66, "y\n1,2\n", 7);
        assert_string_equal(read_all(text, strlen(text)), "!;1|2;");
    }
    free(text);
}

static void
columns_have_many_names_in_any_order(void **state)
{
    static const char text[] = "E-Mail Address,Full_Name, COUNTRY \nx@y,N,TR\n";
    FILE *file = file_of(text, strlen(text));

    (void) state;
    assert_null(csv_open(&in, file));
    assert_int_equal(csv_column(&in, "email|email address"), 0);
    assert_int_equal(csv_column(&in, "name|full name"), 1);
    assert_int_equal(csv_column(&in, "country"), 2);
    assert_int_equal(csv_column(&in, "role|mode"), -1);
    assert_int_equal(csv_next(&in), CSV_ROW);
    assert_string_equal(csv_field(&in, 2), "TR");
    assert_string_equal(csv_field(&in, -1), "");
    csv_close(&in);
    (void) fclose(file);
}

static void
a_row_without_end_is_bounded_and_the_rest_is_told(void **state)
{
    size_t size = 3 * (size_t) CSV_ROW_MAX;
    char *text = malloc(size);

    (void) state;
    assert_non_null(text);
    memset(text, 'x', size);
    memcpy(text, "a,b\n", 4);
    memcpy(text + size - 8, "\n1,2\n3,4", 8);
    assert_string_equal(read_all(text, size), "!;1|2;3|4;");
    free(text);
}

static char *
printed(const char *text)
{
    static char out[256];
    FILE *to = fmemopen(out, sizeof out, "w");

    out[0] = '\0';
    csv_print(to, text);
    (void) fclose(to);
    return out;
}

static void
no_field_is_a_formula(void **state)
{
    static const char *const dangerous[] = { "=1+1", "+905551112233", "-1",  "@SUM",
                                             "\tx",  "\rx",           "＝1", "＋1" };

    (void) state;
    for (size_t i = 0; i < sizeof dangerous / sizeof dangerous[0]; i++)
        assert_int_equal(strncmp(printed(dangerous[i]), "\"'", 2), 0);
    assert_string_equal(printed("plain"), "plain");
    assert_string_equal(printed("a,b"), "\"a,b\"");
    assert_string_equal(printed("a \"b\""), "\"a \"\"b\"\"\"");
    assert_string_equal(printed("=\"x\""), "\"'=\"\"x\"\"\"");
    assert_string_equal(printed("a;b"), "\"a;b\"");
    assert_string_equal(printed(""), "");
}

static void
what_was_exported_is_read_as_it_was(void **state)
{
    static const char *const names[] = { "=1+1", "+90 555",  "-1",    "'=x",
                                         "''+y", "'quoted'", "O'Neil" };
    char text[128];

    (void) state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char expected[64];

        (void) snprintf(text, sizeof text, "a,b\n1,%s\n", printed(names[i]));
        (void) snprintf(expected, sizeof expected, "1|%s;", names[i]);
        assert_string_equal(read_all(text, strlen(text)), expected);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_as_rfc_4180_has_them),
        cmocka_unit_test(marks_utf16_and_nuls_make_no_difference),
        cmocka_unit_test(a_quote_left_open_costs_its_own_row_only),
        cmocka_unit_test(rows_of_every_length_are_read_inside_their_room),
        cmocka_unit_test(columns_have_many_names_in_any_order),
        cmocka_unit_test(a_row_without_end_is_bounded_and_the_rest_is_told),
        cmocka_unit_test(no_field_is_a_formula),
        cmocka_unit_test(what_was_exported_is_read_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
