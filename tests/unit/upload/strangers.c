/* SPDX-License-Identifier: Apache-2.0 */
/* What strangers write gives nobody a seat, and what is not known is not taken for something else.
 */
#include <stdio.h>

#include "clients/upload/people.h"
#include "clients/upload/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct opened {
    FILE *spool;
    report *r;
} opened;

static opened
open_text(const char *text, const mapping *map)
{
    opened o = { .spool = tmpfile() };
    const char *why;

    assert_non_null(o.spool);
    assert_int_equal(fwrite(text, 1, strlen(text), o.spool), strlen(text));
    rewind(o.spool);
    o.r = report_open(o.spool, map, &why);
    assert_non_null(o.r);
    assert_null(report_times(o.r, "Asia/Muscat", ORDER_OPEN));
    report_rewind(o.r);
    return o;
}

static void
close_text(opened *o)
{
    report_close(&o->r);
    (void) fclose(o->spool);
}

/* "language mode role" of the first row that registers somebody, "-" for what is left out; else the
 * column at fault. */
static const char *
first_person(const char *text, const mapping *map)
{
    static char said[64];
    opened o = open_text(text, map);
    const people_rules rules = { .source = "test",
                                 .words_are_free = report_platform(report_is(o.r)) != NULL };
    report_row row;
    person_row person;
    const char *why;
    const char *wrong;

    assert_true(report_next(o.r, &row));
    assert_true(row.person);
    wrong = person_read(report_csv(o.r), report_heads(o.r), &rules, &person, &why);
    if (wrong == NULL)
        (void) snprintf(said, sizeof said, "%s %d %d",
                        person.person.language == NULL ? "-" : person.person.language,
                        person.in.has_mode ? (int) person.in.mode : -1,
                        person.in.has_role ? (int) person.in.role : -1);
    else
        (void) snprintf(said, sizeof said, "%s", wrong);
    close_text(&o);
    return said;
}

static void
nobody_gives_himself_a_role_in_a_form(void **state)
{
    static const char *const forms[] = {
        "Timestamp,Email Address,Full name,Role\n2026/02/20 3:08:44 PM GMT+1,a@example.org,A,",
        "Horodateur,Adresse e-mail,Nom complet,Rôle\n2026/02/20 15:08:44,a@example.org,A,",
        "Response ID;Date submitted;First name;Last name;Email address;Role\n"
        "1;2026-02-20 10:00:00;A;B;a@example.org;",
        "First Name,Last Name,Email,Registration Time,Approval Status,Role\n"
        "A,B,a@example.org,2026-02-20 10:00,approved,",
        "Attended,First Name,Last Name,Email,Approval Status,Join Time,Leave Time,Role\n"
        "No,A,B,a@example.org,approved,--,--,",
    };
    static const char *const answers[] = { "Speaker", "organiser", "Trainer", "Engineer" };
    char file[512];

    (void) state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        for (size_t a = 0; a < sizeof answers / sizeof answers[0]; a++) {
            (void) snprintf(file, sizeof file, "%s%s\n", forms[i], answers[a]);
            assert_string_equal(first_person(file, NULL), "- -1 -1");
        }
}

static void
who_uploads_may_say_that_a_column_is_a_role(void **state)
{
    static const char form[] = "Timestamp,Email Address,Full name,Role\n"
                               "2026/02/20 3:08:44 PM GMT+1,a@example.org,A,";
    mapping m = { .count = 0 };
    char file[256];

    (void) state;
    assert_null(mapping_add(&m, "role=Role"));
    (void) snprintf(file, sizeof file, "%s%s\n", form, "speaker");
    assert_string_equal(first_person(file, &m), "- -1 2");
    (void) snprintf(file, sizeof file, "%s%s\n", form, "Engineer");
    assert_string_equal(first_person(file, &m), "role");
    assert_string_equal(first_person("name,email,role\nA,a@example.org,speaker\n", NULL), "- -1 2");
    assert_string_equal(first_person("name,email,role\nA,a@example.org,Engineer\n", NULL), "role");
    m.count = 0;
    assert_null(mapping_add(&m, "email=Mine"));
    assert_string_equal(first_person("name,Mine,role\nA,a@example.org,speaker\n", &m), "- -1 -1");
}

static void
a_free_answer_that_is_none_of_ours_is_left_out(void **state)
{
    static const char form[] = "Timestamp,Email Address,Full name,Language,Mode\n"
                               "2026/02/20 3:08:44 PM GMT+1,a@example.org,A,";
    static const char own[] = "name,email,language,mode\nA,a@example.org,";
    static const struct {
        const char *answers;
        const char *form;
        const char *own;
    } cases[] = {
        { "ar,online", "ar 2 -1", "ar 2 -1" },
        { "pt-br,In person", "pt-br 1 -1", "pt-br 1 -1" },
        { "I speak Arabic,from home", "- -1 -1", "mode" },
        { "English,", "- -1 -1", "English -1 -1" },
    };
    char file[256];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void) snprintf(file, sizeof file, "%s%s\n", form, cases[i].answers);
        assert_string_equal(first_person(file, NULL), cases[i].form);
        (void) snprintf(file, sizeof file, "%s%s\n", own, cases[i].answers);
        assert_string_equal(first_person(file, NULL), cases[i].own);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_gives_himself_a_role_in_a_form),
        cmocka_unit_test(who_uploads_may_say_that_a_column_is_a_role),
        cmocka_unit_test(a_free_answer_that_is_none_of_ours_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
