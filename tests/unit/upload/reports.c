/* SPDX-License-Identifier: Apache-2.0 */
/* Files of every kind that is read, as rows. */
#include <stdio.h>

#include "clients/upload/decode.h"
#include "clients/upload/fold.h"
#include "clients/upload/report.h"
#include "clients/upload/spool.h"
#include "tests/unit/chance.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <utf8proc.h>

#include <cmocka.h>

enum { TEXT_MAX = 64 * 1024, NOON = 1772352000 /* 2026-03-01T08:00:00Z, noon in Muscat */ };

static char text[TEXT_MAX];

/* A row as "14 A amal@example.org +60..+1860": where it stands, what part it is of, whose it is,
 * when by seconds from noon; else why not. */
static void
row_write(FILE *to, const report_row *row)
{
    static const char parts[] = ".PAHSCBTXF";

    (void) fprintf(to, "%llu %c %s", (unsigned long long) row->row, parts[row->part], row->id);
    if (row->person)
        (void) fprintf(to, " person");
    if (row->fact)
        (void) fprintf(to, " fact");
    if (row->why != NULL)
        (void) fprintf(to, " refused %s: %s", row->column, row->why);
    else if (row->skip != NULL)
        (void) fprintf(to, " skipped: %s", row->skip);
    else if (row->timed)
        (void) fprintf(to, " %+lld..%+lld%s", (long long) (row->from_ms / 1000) - NOON,
                       (long long) (row->to_ms / 1000) - NOON, row->note == NULL ? "" : " open");
    (void) fputc('\n', to);
}

static char *
rows_of(FILE *spool, const mapping *map, moment_order order)
{
    static const uint64_t ends[] = { (uint64_t) (NOON + 3600) * 1000 };
    const char *why;
    report *r = report_open(spool, map, &why);
    FILE *to = fmemopen(text, sizeof text, "w");
    report_row row;

    assert_non_null(to);
    text[0] = '\0';
    if (r == NULL) {
        (void) fprintf(to, "%s\n", why);
    } else {
        (void) fprintf(to, "%s\n", report_name(report_is(r)));
        why = report_times(r, "Asia/Muscat", order);
        report_sessions(r, ends, 1);
        if (why != NULL)
            (void) fprintf(to, "%s\n", why);
        report_rewind(r);
        while (why == NULL && report_next(r, &row))
            row_write(to, &row);
        report_close(&r);
    }
    (void) fclose(to);
    return text;
}

static FILE *
vector_open(const char *name)
{
    char path[512];
    const char *why;
    FILE *spool;

    (void) snprintf(path, sizeof path, "%s/%s", SIJILL_UPLOADS, name);
    spool = spool_path(path, &why);
    assert_non_null(spool);
    return spool;
}

/* ---- the files of tests/vectors/uploads ---- */

static char *
file_text(const char *name)
{
    static char out[TEXT_MAX];
    char path[512];
    FILE *file;
    size_t size;

    (void) snprintf(path, sizeof path, "%s/%s", SIJILL_UPLOADS, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    size = fread(out, 1, sizeof out - 1, file);
    out[size] = '\0';
    (void) fclose(file);
    return out;
}

static bool
is_upload(const char *name)
{
    size_t length = strlen(name);

    return length > 5 &&
           (strcmp(name + length - 4, ".csv") == 0 || strcmp(name + length - 5, ".json") == 0);
}

/* Calls `each` for every file that has its rows beside it. */
static size_t
every_vector(void (*each)(const char *name))
{
    DIR *folder = opendir(SIJILL_UPLOADS);
    const struct dirent *entry;
    size_t count = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (is_upload(entry->d_name)) {
            each(entry->d_name);
            count++;
        }
    (void) closedir(folder);
    return count;
}

static void
check_rows(const char *name, FILE *spool)
{
    char rows[256];

    (void) snprintf(rows, sizeof rows, "%s.rows", name);
    assert_string_equal(rows_of(spool, NULL, ORDER_OPEN), file_text(rows));
    (void) fclose(spool);
}

static void
check_vector(const char *name)
{
    check_rows(name, vector_open(name));
}

static void
every_file_is_known_by_its_content_and_read_as_its_rows_say(void **state)
{
    (void) state;
    assert_true(every_vector(check_vector) > 20);
}

static FILE *
spool_of(const uint8_t *octets, size_t size)
{
    FILE *file = tmpfile();
    FILE *spool;
    const char *why;

    assert_non_null(file);
    assert_int_equal(fwrite(octets, 1, size, file), size);
    rewind(file);
    spool = spool_open(file, &why);
    assert_non_null(spool);
    (void) fclose(file);
    return spool;
}

static size_t
spool_read(const char *name, uint8_t *out)
{
    FILE *spool = vector_open(name);
    size_t size = fread(out, 1, TEXT_MAX, spool);

    (void) fclose(spool);
    return size;
}

/* The text in UTF-16 with a mark. */
static size_t
utf16_of(const uint8_t *from, size_t size, bool little, uint8_t *out)
{
    size_t used = 0;
    uint16_t units[3] = { 0xfeff };
    size_t count = 1;

    for (size_t at = 0;;) {
        for (size_t i = 0; i < count; i++) {
            out[used++] = (uint8_t) (little ? units[i] : units[i] >> 8);
            out[used++] = (uint8_t) (little ? units[i] >> 8 : units[i]);
        }
        if (at == size)
            return used;

        utf8proc_int32_t point;
        utf8proc_ssize_t step = utf8proc_iterate(from + at, (utf8proc_ssize_t) (size - at), &point);

        assert_true(step > 0);
        at += (size_t) step;
        count = point > 0xffff ? 2 : 1;
        units[0] = (uint16_t) (point > 0xffff ? 0xd800 + ((point - 0x10000) >> 10) : point);
        units[1] = (uint16_t) (0xdc00 + ((point - 0x10000) & 0x3ff));
    }
}

static void
check_encodings(const char *name)
{
    static uint8_t plain[TEXT_MAX];
    static uint8_t other[3 * TEXT_MAX];
    size_t size = spool_read(name, plain);

    check_rows(name, spool_of(other, utf16_of(plain, size, true, other)));
    check_rows(name, spool_of(other, utf16_of(plain, size, false, other)));
    memcpy(other, "\xef\xbb\xbf", 3);
    memcpy(other + 3, plain, size);
    check_rows(name, spool_of(other, size + 3));
    for (size_t i = 0; i < size; i++) { /* a NUL after every letter of UTF-8 with a mark */
        other[3 + 2 * i] = plain[i];
        other[4 + 2 * i] = 0;
    }
    check_rows(name, spool_of(other, 2 * size + 3));
}

static void
the_encoding_of_a_file_changes_nothing(void **state)
{
    (void) state;
    (void) every_vector(check_encodings);
}

/* ---- decoding ---- */

typedef struct collected {
    uint8_t octets[TEXT_MAX];
    size_t size;
} collected;

static void
collect(void *context, const uint8_t *octets, size_t size)
{
    collected *c = context;

    assert_true(c->size + size <= sizeof c->octets);
    memcpy(c->octets + c->size, octets, size);
    c->size += size;
}

static void
pieces_of_any_size_are_the_same_text(void **state)
{
    static collected whole, pieces;
    uint64_t seed = 20260301;
    uint8_t octets[600];

    (void) state;
    for (int round = 0; round < 2000; round++) {
        size_t size = chance_below(&seed, sizeof octets);
        decoder d;

        for (size_t i = 0; i < size; i++)
            octets[i] = (uint8_t) chance_below(&seed, round % 2 == 0 ? 256 : 3);
        if (size > 2 && round % 3 > 0)
            memcpy(octets, round % 3 == 1 ? "\xff\xfe" : "\xfe\xff", 2);
        whole.size = pieces.size = 0;
        decode_begin(&d, collect, &whole);
        decode_feed(&d, octets, size);
        decode_end(&d);
        decode_begin(&d, collect, &pieces);
        for (size_t at = 0; at < size;) {
            size_t step = 1 + chance_below(&seed, 7);

            step = step < size - at ? step : size - at;
            decode_feed(&d, octets + at, step);
            at += step;
        }
        decode_end(&d);
        assert_int_equal(whole.size, pieces.size);
        assert_memory_equal(whole.octets, pieces.octets, whole.size);
        assert_null(memchr(whole.octets, 0, whole.size));
    }
}

/* ---- headings ---- */

static report_kind
kind_of(const char *header)
{
    char file[4096];
    const char *why;
    FILE *spool;
    report *r;
    report_kind kind;

    (void) snprintf(file, sizeof file, "%s\n", header);
    spool = spool_of((const uint8_t *) file, strlen(file));
    r = report_open(spool, NULL, &why);
    assert_non_null(r);
    kind = report_is(r);
    report_close(&r);
    (void) fclose(spool);
    return kind;
}

static void
headings_are_known_in_every_language(void **state)
{
    static const struct {
        const char *header;
        report_kind kind;
    } cases[] = {
        { "Name (Original Name),User Email,Join Time,Leave Time,Guest", REPORT_ZOOM_MEETING },
        { "NAME (ORIGINAL NAME),EMAIL,JOIN TIME,LEAVE TIME,GUEST", REPORT_ZOOM_MEETING },
        { "الاسم (الاسم الأصلي),البريد الإلكتروني,وقت الانضمام,وقت المغادرة", REPORT_ZOOM_MEETING },
        { "Nom (nom original),Adresse e-mail de l’utilisateur,Heure d’arrivée,Heure de départ",
          REPORT_ZOOM_MEETING },
        { "Ad (Orijinal Ad),E-POSTA,KATILMA SAATİ,Ayrılma Saati", REPORT_ZOOM_MEETING },
        { "Имя (настоящее имя),Электронная почта,Время входа,Время выхода", REPORT_ZOOM_MEETING },
        { "Nombre (nombre original),E-mail del usuario,Hora para unirse,Hora para salir",
          REPORT_ZOOM_MEETING },
        { "Nome (nome original),E-mail,Ingressar na hora,Hora de saída", REPORT_ZOOM_MEETING },
        { "Name (Originalname),E-Mail,Beitrittszeit,Verlassen", REPORT_ZOOM_MEETING },
        { "Nome (nome originale),Email dell'utente,Ora di ingresso,Ora di uscita",
          REPORT_ZOOM_MEETING },
        { "Topic,Type,ID,Host name,Host email,Start time,End time,Participants,Duration "
          "(minutes),Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,"
          "Recording disclaimer response,In waiting room",
          REPORT_ZOOM_MEETING },
        { "Name\tBeitreten\tVerlassen\tDauer\tE-Mail\tRolle", REPORT_TEAMS },
        { "Nom\tHeure d’arrivée\tHeure de départ\tDurée\tE-mail\tRôle", REPORT_TEAMS },
        { "Nome\tHorário de Entrada\tHorário de Saída\tDuração\tEmail\tFunção", REPORT_TEAMS },
        { "Nome\tPrimeira Entrada\tÚltima Saída\tDuração da Reunião\tEmail\tID do participante "
          "(UPN)\tFunção",
          REPORT_TEAMS },
        { "Full Name\tUser Action\tTimestamp", REPORT_TEAMS },
        { "First Name,Last Name,Email,Registration Time,Approval Status",
          REPORT_ZOOM_REGISTRATIONS },
        { "Prénom,Nom,E-mail,Heure d’inscription,Statut d’approbation", REPORT_ZOOM_REGISTRATIONS },
        { "Horodateur,Adresse e-mail,Nom complet", REPORT_GOOGLE_FORMS },
        { "Отметка времени,Адрес электронной почты,ФИО", REPORT_GOOGLE_FORMS },
        { "Antwort ID;Datum Abgeschickt;Vorname;Nachname;E-Mail-Adresse", REPORT_LIMESURVEY },
        { "Prénom;Nom;Courriel;Pays", REPORT_PEOPLE },
        { "Adı,Soyadı,E-posta adresi,Ülke", REPORT_PEOPLE },
        { "email,session,mark,time", REPORT_FACTS },
        { "Quoi,Qui", REPORT_UNKNOWN },
        { "Start time,End time,User Email,Duration", REPORT_UNKNOWN },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (kind_of(cases[i].header) != cases[i].kind)
            fail_msg("%s: %s, not %s", cases[i].header, report_name(kind_of(cases[i].header)),
                     report_name(cases[i].kind));
}

static void
folding_keeps_letters_and_digits_of_any_script(void **state)
{
    static const struct {
        const char *from;
        const char *to;
    } cases[] = {
        { "Name (Original Name)", "nameoriginalname" },
        { "# Registrants", "registrants" },
        { "KATILMA SAATİ", "katilmasaati" },
        { "Adı", "adi" },
        { "Prénom", "prenom" },
        { "ÉTÉ", "ete" },
        { "الاسم", "الاسم" },
        { "\xff\xfe"
          "a",
          "a" },
        { "()", "" },
    };
    char out[FOLD_MAX];
    char large[1000];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(fold(cases[i].from, strlen(cases[i].from), out), cases[i].to);
    memset(large, 'x', sizeof large);
    assert_true(strlen(fold(large, sizeof large, out)) == FOLD_MAX - 1);
}

/* ---- what a person says of columns ---- */

static void
a_mapping_makes_an_unknown_file_known(void **state)
{
    mapping m = { .count = 0 };
    FILE *spool = vector_open("unknown.csv");

    (void) state;
    assert_null(mapping_add(&m, "email=COURRIEL PRO"));
    assert_null(mapping_add(&m, "name=Participante ou participant"));
    assert_string_equal(rows_of(spool, &m, ORDER_OPEN), "mapped\n2 P amal@example.org person\n");
    assert_null(mapping_add(&m, "country=Pays"));
    assert_string_equal(rows_of(spool, &m, ORDER_OPEN), "unknown\n");
    assert_non_null(mapping_add(&m, "colour=Couleur"));
    assert_non_null(mapping_add(&m, "email"));
    assert_non_null(mapping_add(&m, "=x"));
    (void) fclose(spool);
}

typedef struct wanted {
    csv *in;
    bool fits;
} wanted;

static bool
search_fits(void *context, const mapping *m)
{
    wanted *w = context;

    return w->fits = mapping_fits(m, w->in);
}

static void
a_saved_mapping_is_found_by_its_header_only(void **state)
{
    char home[] = "/tmp/sijill-mapping-XXXXXX";
    char path[512];
    char name[MAPPING_NAME_MAX + 1];
    static csv in;
    mapping m = { .count = 0 };
    mapping again;
    wanted w = { &in, false };
    FILE *spool = vector_open("unknown.csv");

    (void) state;
    assert_non_null(mkdtemp(home));
    assert_null(csv_open(&in, spool));
    assert_null(mapping_add(&m, "email=Courriel pro."));
    assert_null(mapping_save(&m, home, "ministry", &in));
    assert_non_null(mapping_save(&m, home, "../ministry", &in));
    assert_null(mapping_load(&again, home, "ministry"));
    assert_int_equal(again.count, 1);
    assert_non_null(mapping_load(&again, home, "none"));
    assert_true(mapping_search(home, name, search_fits, &w));
    assert_string_equal(name, "ministry");
    csv_close(&in);
    (void) fclose(spool);
    spool = spool_of((const uint8_t *) "Courriel pro.,Nom\n", 18);
    assert_null(csv_open(&in, spool));
    assert_false(mapping_search(home, name, search_fits, &w));
    csv_close(&in);
    (void) fclose(spool);
    (void) snprintf(path, sizeof path, "%s/mappings/ministry.json", home);
    assert_int_equal(unlink(path), 0);
    (void) snprintf(path, sizeof path, "%s/mappings", home);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(home), 0);
}

/* ---- rows of every shape ---- */

static void
random_cells_are_read_without_harm_and_end(void **state)
{
    static const char *const cells[] = {
        "Name (Original Name)",
        "Email",
        "Join Time",
        "Leave Time",
        "Attended",
        "Attendee Details",
        "1. Summary",
        "--",
        "Yes",
        "03/01/2026 12:00",
        "a@example.org",
        "\"",
        "\"x\ny\"",
        "Timestamp",
        "User Action",
        "Full Name",
        "Joined",
        "Left",
        "Response ID",
        "Date submitted",
        "First Name",
        "",
        "=1+1",
        "\xff",
        "13:00",
    };
    uint64_t seed = 20260301;

    (void) state;
    for (int round = 0; round < 300; round++) {
        char file[8192];
        size_t used = 0;
        FILE *spool;

        for (size_t i = 0; i < 200 && used < sizeof file - 64; i++)
            used += (size_t) snprintf(file + used, sizeof file - used, "%s%s",
                                      cells[chance_below(&seed, sizeof cells / sizeof cells[0])],
                                      chance_below(&seed, 5) == 0 ? "\n" : ",");
        spool = spool_of((const uint8_t *) file, used);
        (void) rows_of(spool, NULL, ORDER_DAY_FIRST);
        (void) fclose(spool);
    }
}

/* --write: what is read now becomes what is expected; look at the difference. */
static void
write_vector(const char *name)
{
    char path[512];
    FILE *spool = vector_open(name);
    FILE *to;

    (void) snprintf(path, sizeof path, "%s/%s.rows", SIJILL_UPLOADS, name);
    to = fopen(path, "w");
    if (to != NULL) {
        (void) fputs(rows_of(spool, NULL, ORDER_OPEN), to);
        (void) fclose(to);
    }
    (void) fclose(spool);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_known_by_its_content_and_read_as_its_rows_say),
        cmocka_unit_test(the_encoding_of_a_file_changes_nothing),
        cmocka_unit_test(pieces_of_any_size_are_the_same_text),
        cmocka_unit_test(headings_are_known_in_every_language),
        cmocka_unit_test(folding_keeps_letters_and_digits_of_any_script),
        cmocka_unit_test(a_mapping_makes_an_unknown_file_known),
        cmocka_unit_test(a_saved_mapping_is_found_by_its_header_only),
        cmocka_unit_test(random_cells_are_read_without_harm_and_end),
    };

    if (argc > 1 && strcmp(argv[1], "--write") == 0) {
        (void) every_vector(write_vector);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
