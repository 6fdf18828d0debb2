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

static report_kind
kind_of(const char *text)
{
    opened o = open_text(text, NULL);
    report_kind kind = report_is(o.r);

    close_text(&o);
    return kind;
}

static void
other_headings_of_presence_are_known(void **state)
{
    static const struct {
        const char *header;
        report_kind kind;
    } cases[] = {
        { "Name (Original Name),User Email,Join Time,Exit Time,Duration (Minutes),Guest",
          REPORT_ZOOM_MEETING },
        { "Name,Email,Joined,Left,Duration,Waiting Room", REPORT_ZOOM_MEETING },
        { "Nombre (nombre original),E-mail del usuario,Hora de unión,Hora de salida",
          REPORT_ZOOM_MEETING },
        { "Nom (nom original),E-mail,Rejoint à,Quitté à", REPORT_ZOOM_MEETING },
        { "Attended,First Name,Last Name,Email,Approval Status,Joined At,Left At",
          REPORT_ZOOM_WEBINAR },
        { "2. Participants\nNom\tPremière participation\tDernière participation\tDurée de la "
          "réunion\tE-mail\tID du participant (UPN)\tRôle",
          REPORT_TEAMS },
        { "Nombre\tPrimera unión\tÚltimo abandono\tDuración\tCorreo\tRol", REPORT_TEAMS },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (kind_of(cases[i].header) != cases[i].kind)
            fail_msg("%s: %s", cases[i].header, report_name(kind_of(cases[i].header)));
}

static void
a_column_that_smells_of_presence_is_no_column_of_people_or_facts(void **state)
{
    static const struct {
        const char *text;
        const char *suspect;
    } cases[] = {
        { "Name (Original Name),User Email,Join Time,Gone,Duration (Minutes)", "Join Time" },
        { "name,email,Was in lobby,Duration (Minutes)", "Duration (Minutes)" },
        { "name,email,Joined when,Gone when", "Joined when" },
        { "name,email,Time in Session (minutes)", "Time in Session (minutes)" },
        { "name,email,Waiting Room", "Waiting Room" },
        { "Nom complet,Courriel,Durée (minutes)", "Durée (minutes)" },
        { "Vollständiger Name,E-Mail,Teilnahmedauer", "Teilnahmedauer" },
        { "Ad Soyad,E-posta,Katılma anı,Ayrılma anı", "Katılma anı" },
        { "ФИО,Почта,Вход в зал", "Вход в зал" },
        { "Nombre completo,Correo,Salida", "Salida" },
        { "الاسم الكامل,البريد الإلكتروني,المدة (بالدقائق)", "المدة (بالدقائق)" },
        { "Attended,First Name,Last Name,Email,Approval Status,In at,Out at", "Attended" },
        { "Nom\tArrivé\tParti\tE-mail\tID du participant (UPN)", "ID du participant (UPN)" },
        { "2. Teilnehmer\nVollständiger Name\tE-Mail\tRolle", "Vollständiger Name" },
        { "email,Join Time", "Join Time" },
        { "Timestamp,Email Address,Full name,Joined at", "Joined at" },
        /* By what is in them. */
        { "name,email,A,B\nA,a@example.org,03/01/2026 12:00:00,03/01/2026 12:30:00\n", "A" },
        { "name,email,A,B\nA,a@example.org,12:00 PM,30m 10s\nB,b@example.org,,\n", "A" },
        { "email,time,name,A,B\na@example.org,2026-03-01 12:00,A,12:59:00,00:10:00\n", "A" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        opened o = open_text(cases[i].text, NULL);

        if (report_is(o.r) != REPORT_UNKNOWN || report_suspect(o.r) == NULL ||
            strcmp(report_suspect(o.r), cases[i].suspect) != 0)
            fail_msg("%s: %s, %s", cases[i].text, report_name(report_is(o.r)), report_suspect(o.r));
        close_text(&o);
    }
}

static void
what_does_not_smell_stays_what_it_is(void **state)
{
    static const struct {
        const char *text;
        report_kind kind;
    } cases[] = {
        { "name,email,country,role,mode,institution,position,language\n", REPORT_PEOPLE },
        { "name,email,Attendance mode,Adjoint,Left-handed?\n", REPORT_PEOPLE },
        { "name,email,born,hired\nA,a@example.org,2001-03-01,2020-01-01\n", REPORT_PEOPLE },
        { "name,email,slot,note\nA,a@example.org,12:00,x\n", REPORT_PEOPLE },
        { "1. List of people\nname,email\n", REPORT_UNKNOWN },
        { "name,email\nA,a@example.org\n1. More,\nB,b@example.org\n", REPORT_PEOPLE },
        { "email,join time,leave time\n", REPORT_FACTS },
        { "email,kind,time\n", REPORT_FACTS },
        { "email,session,mark,time,device,connection,remark\n", REPORT_FACTS },
        { "First Name,Last Name,Email,Registration Time,Approval Status,Will you join?\n",
          REPORT_ZOOM_REGISTRATIONS },
        { "Timestamp,Email Address,Full name,Have you attended before,Duration of stay\n",
          REPORT_GOOGLE_FORMS },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (kind_of(cases[i].text) != cases[i].kind)
            fail_msg("%s: %s", cases[i].text, report_name(kind_of(cases[i].text)));
}

static void
who_uploads_may_say_what_a_suspect_file_is(void **state)
{
    static const char text[] = "Who,email,Joined when,Gone when\n"
                               "A,a@example.org,2026-03-01 12:00,2026-03-01 12:30\n";
    mapping m = { .count = 0 };
    opened o;
    report_row row;

    (void) state;
    assert_null(mapping_add(&m, "join_time=Joined when"));
    assert_null(mapping_add(&m, "leave_time=Gone when"));
    o = open_text(text, &m);
    assert_int_equal(report_is(o.r), REPORT_MAPPED);
    assert_true(report_next(o.r, &row));
    assert_true(row.timed);
    assert_int_equal(row.to_ms - row.from_ms, 30 * 60 * 1000);
    close_text(&o);
}

static void
who_waited_was_not_there_whatever_the_column_is_called(void **state)
{
    static const char *const headings[] = {
        "In Waiting Room",  "Waiting Room",   "Salle d'attente", "Salle d’attente",
        "Warteraum",        "Sala de espera", "Bekleme Odası",   "Зал ожидания",
        "Комната ожидания", "غرفة الانتظار",  "قاعة الانتظار",   "Sala d'attesa",
    };
    static const char *const yes[] = { "Yes", "Oui", "Ja", "Sí", "Evet", "Да", "نعم" };
    char file[512];

    (void) state;
    for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
        for (size_t y = 0; y < sizeof yes / sizeof yes[0]; y++) {
            opened o;
            report_row row;

            (void) snprintf(file, sizeof file,
                            "Name,Email,Join Time,Leave Time,%s\n"
                            "A,a@example.org,2026-03-01 12:00,2026-03-01 12:30,%s\n"
                            "A,a@example.org,2026-03-01 12:30,2026-03-01 13:00,No\n",
                            headings[i], yes[y]);
            o = open_text(file, NULL);
            assert_int_equal(report_is(o.r), REPORT_ZOOM_MEETING);
            assert_true(report_next(o.r, &row));
            if (row.skip == NULL || strstr(row.skip, "waiting room") == NULL)
                fail_msg("%s: %s counts", headings[i], yes[y]);
            assert_true(report_next(o.r, &row));
            assert_true(row.timed);
            close_text(&o);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_gives_himself_a_role_in_a_form),
        cmocka_unit_test(who_uploads_may_say_that_a_column_is_a_role),
        cmocka_unit_test(a_free_answer_that_is_none_of_ours_is_left_out),
        cmocka_unit_test(other_headings_of_presence_are_known),
        cmocka_unit_test(a_column_that_smells_of_presence_is_no_column_of_people_or_facts),
        cmocka_unit_test(what_does_not_smell_stays_what_it_is),
        cmocka_unit_test(who_uploads_may_say_what_a_suspect_file_is),
        cmocka_unit_test(who_waited_was_not_there_whatever_the_column_is_called),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
