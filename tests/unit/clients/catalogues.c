/* SPDX-License-Identifier: Apache-2.0 */
/* A catalogue's rows become events; what garbles is kept and told, what would lie is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/catalogue.h"
#include "clients/cli/catalogue_dates.h"
#include "proto/wire/check.h"
#include "proto/wire/limits.h"

typedef struct reading {
    pool memory;
    draft d;
    json_t *row;
    Sijill__V1__Event *event;
} reading;

static void
begin(reading *r, const char *json, const char *zone)
{
    json_error_t error;

    *r = (reading){ .row = json_loads(json, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error) };
    assert_non_null(r->row);
    r->event = catalogue_event(&r->d, &r->memory, r->row, zone);
}

static void
end(reading *r)
{
    draft_end(&r->d);
    pool_empty(&r->memory);
    json_decref(r->row);
}

static json_t *
shipped(const char *name)
{
    json_error_t error;
    char path[512];

    (void) snprintf(path, sizeof path, "%s/%s", SIJILL_CATALOGUE, name);

    json_t *document = json_load_file(path, 0, &error);

    if (document == NULL)
        fail_msg("%s: %s", path, error.text);
    return document;
}

static void
all_86_rows_of_the_shipped_catalogue_are_good(void **state)
{
    json_t *document = shipped("activities-2025.json");
    const json_t *rows;
    size_t with_sessions = 0;
    size_t uncertain = 0;

    (void) state;
    assert_int_equal(catalogue_look(document, &rows), SHAPE_ACTIVITIES);
    assert_int_equal(json_array_size(rows), 86);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        pool memory = { NULL };
        draft d;
        const char *field;
        Sijill__V1__Event *event = catalogue_event(&d, &memory, json_array_get(rows, i), NULL);
        size_t size = sijill__v1__event__get_packed_size(event);
        uint8_t *packed = pool_take(&memory, size);

        assert_null(d.refusal);
        assert_int_equal(json_array_size(d.notes), 0);
        assert_int_equal(event->n_title, 2);
        assert_non_null(event->source_json);
        (void) sijill__v1__event__pack(event, packed);
        assert_null(sj_message_check(&sijill__v1__event__descriptor, packed, size, &field));
        assert_true(size < SJ_FRONT_MAX - SJ_HEAD_MAX);
        with_sessions += event->n_sessions > 0;
        uncertain += event->date_uncertain ? 1 : 0;
        assert_true((event->date_precision == SIJILL__V1__DATE_PRECISION__DATE_DAY) ==
                    (event->n_sessions > 0));
        assert_true(event->n_sessions <= 8);
        draft_end(&d);
        pool_empty(&memory);
    }
    assert_int_equal(with_sessions, 85);
    assert_int_equal(uncertain, 14);
    json_decref(document);
}

static void
programmes_and_countries_are_told_by_their_shape(void **state)
{
    json_t *programmes = shipped("programmes.json");
    json_t *countries = shipped("countries.json");
    const json_t *rows;

    (void) state;
    assert_int_equal(catalogue_look(countries, &rows), SHAPE_COUNTRIES);
    assert_int_equal(catalogue_look(programmes, &rows), SHAPE_PROGRAMMES);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        pool memory = { NULL };
        draft d;
        Sijill__V1__DefineProgramme *out =
            catalogue_programme(&d, &memory, json_array_get(rows, i));

        assert_null(d.refusal);
        assert_int_equal(out->n_name, 2);
        assert_non_null(out->kind);
        draft_end(&d);
        pool_empty(&memory);
    }
    json_decref(programmes);
    json_decref(countries);
    assert_int_equal(catalogue_look(NULL, &rows), SHAPE_UNKNOWN);
}

static void
every_further_member_has_its_field(void **state)
{
    reading r;

    (void) state;
    begin(&r,
          "{\"id\":\"x-1\",\"type\":\"webinar\",\"type_original\":\"ندوة عبر "
          "الإنترنت\",\"title_kk\":\"Семинар\","
          "\"title_tr\":\"Seminer\",\"theme_ar\":\"محور\",\"venue_ar\":\"القاعة\",\"venue_en\":"
          "\"Hall\","
          "\"organiser\":{\"en\":\"SESRIC\",\"ar\":\"سيسرك\",\"acronym\":\"SESRIC\"},"
          "\"parent\":[{\"kind\":\"project\",\"id\":\"p-1\",\"titles\":{\"en\":\"P\"},"
          "\"components\":[\"a\",\"b\"]},"
          "{\"kind\":\"event\",\"id\":\"e-9\",\"titles\":{}}],"
          "\"donors\":[{\"names\":{\"en\":\"Bank\"},\"acronym\":\"IsDB\",\"mechanism\":\"grant\","
          "\"channel\":\"c\","
          "\"project_id\":\"77\"}],\"sdg_tags\":[4,8],\"agenda_item\":[2,7],\"programme_refs\":["
          "\"statcab\"],"
          "\"start_date\":null,\"end_date\":null,\"date_precision\":\"none\",\"languages\":[\"ar\","
          "\"English\"],"
          "\"colour\":\"red\",\"empty\":[]}",
          NULL);
    assert_null(r.d.refusal);
    assert_int_equal(r.event->n_title, 2);
    assert_int_equal(r.event->n_theme, 1);
    assert_string_equal(r.event->kind_label, "ندوة عبر الإنترنت");
    assert_string_equal(r.event->venue, "Hall");
    assert_int_equal(r.event->n_partners, 2);
    assert_int_equal(r.event->partners[0]->n_name, 2);
    assert_string_equal(r.event->partners[0]->role, "organiser");
    assert_string_equal(r.event->partners[1]->role, "donor");
    assert_string_equal(r.event->partners[1]->mechanism, "grant");
    assert_string_equal(r.event->partners[1]->project_id, "77");
    assert_int_equal(r.event->n_parents, 2);
    assert_int_equal(r.event->parents[0]->n_components, 2);
    assert_string_equal(r.event->parents[1]->slug, "e-9");
    assert_int_equal(r.event->n_sdg_tags, 2);
    assert_int_equal(r.event->n_agenda_items, 2);
    assert_int_equal(r.event->n_sessions, 0);
    assert_int_equal(r.event->n_languages, 1);
    assert_string_equal(r.event->source_json, "{\"colour\":\"red\",\"venue_ar\":\"القاعة\"}");
    assert_int_equal(json_array_size(r.d.notes), 1); /* the language */
    end(&r);
}

static void
a_month_is_never_a_course_of_31_days(void **state)
{
    static const struct {
        const char *dates;
        Sijill__V1__DatePrecision precision;
        size_t sessions;
    } cases[] = {
        { "\"start_date\":\"2025-05-01\",\"end_date\":\"2025-05-31\",\"date_precision\":\"month\"",
          SIJILL__V1__DATE_PRECISION__DATE_MONTH, 0 },
        { "\"start_date\":\"2025-05\"", SIJILL__V1__DATE_PRECISION__DATE_MONTH, 0 },
        { "\"start_date\":\"2025-05-01\",\"date_precision\":\"fortnight\"",
          SIJILL__V1__DATE_PRECISION__DATE_MONTH, 0 },
        { "\"start_date\":\"2025-05-01\",\"date_precision\":\"none\"",
          SIJILL__V1__DATE_PRECISION__DATE_MONTH, 0 },
        { "\"date_precision\":\"day\"", SIJILL__V1__DATE_PRECISION__DATE_NONE, 0 },
        { "\"start_date\":null,\"end_date\":null", SIJILL__V1__DATE_PRECISION__DATE_NONE, 0 },
        { "\"start_date\":\"2025-05-30\",\"end_date\":\"2025-06-02\"",
          SIJILL__V1__DATE_PRECISION__DATE_DAY, 4 },
        { "\"end_date\":\"2025-05-30\"", SIJILL__V1__DATE_PRECISION__DATE_DAY, 1 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        reading r;
        char json[512];

        (void) snprintf(json, sizeof json, "{\"id\":\"x\",\"title_en\":\"T\",%s}", cases[i].dates);
        begin(&r, json, NULL);
        assert_null(r.d.refusal);
        assert_int_equal(r.event->date_precision, cases[i].precision);
        assert_int_equal(r.event->n_sessions, cases[i].sessions);
        assert_int_equal(r.event->assumed_hours, cases[i].sessions > 0);
        end(&r);
    }
}

static void
what_would_lie_is_refused_with_its_column(void **state)
{
    static const struct {
        const char *json, *column;
    } cases[] = {
        { "[]", "" },
        { "7", "" },
        { "{}", "id" },
        { "{\"id\":\"؟؟\",\"title_en\":\"T\"}", "id" },
        { "{\"id\":\"x\"}", "title" },
        { "{\"id\":\"x\",\"title_en\":\"  \"}", "title" },
        { "{\"id\":\"x\",\"title_en\":\"a\\u0000b\"}", "title_en" },
        { "{\"id\":\"x\",\"title_en\":\"T\",\"start_date\":\"2025-02-30\"}", "start_date" },
        { "{\"id\":\"x\",\"title_en\":\"T\",\"start_date\":\"soon\"}", "start_date" },
        { "{\"id\":\"x\",\"title_en\":\"T\",\"start_date\":\"2025-02-03\",\"end_date\":\"2025-02-"
          "01\"}",
          "end_date" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        reading r;

        begin(&r, cases[i].json, NULL);
        assert_non_null(r.d.refusal);
        assert_string_equal(r.d.column, cases[i].column);
        end(&r);
    }
}

static void
what_is_odd_is_told_and_not_fatal(void **state)
{
    reading r;

    (void) state;
    begin(&r,
          "{\"id\":\"Big "
          "Event_2025!\",\"title_ar\":\"عنوان\\nطويل\",\"mode\":\"telepathic\",\"type\":"
          "\"hackathon\","
          "\"country\":\"Atlantis\",\"time_zone\":\"Mars/"
          "Olympus\",\"sdg_tags\":[\"four\"],\"agenda_item\":\"x\","
          "\"partners\":[7,{\"name\":\"Bank\",\"country\":\"XX\",\"role\":\"Gold Sponsor\"}],"
          "\"parent\":[{\"kind\":\"galaxy\",\"id\":\"m31\"}],\"city\":{\"en\":\"A\"},\"programme_"
          "refs\":[\"--\"]}",
          NULL);
    assert_null(r.d.refusal);
    assert_string_equal(r.event->slug, "big-event-2025");
    assert_string_equal(r.event->title[0]->text, "عنوان طويل");
    assert_int_equal(r.event->mode, SIJILL__V1__MODE__MODE_UNKNOWN);
    assert_string_equal(r.event->kind, "hackathon");
    assert_null(r.event->country);
    assert_string_equal(r.event->time_zone, "Europe/Istanbul");
    assert_int_equal(r.event->n_partners, 1);
    assert_string_equal(r.event->partners[0]->role, "gold_sponsor");
    assert_null(r.event->partners[0]->country);
    assert_int_equal(r.event->n_parents, 0);
    assert_non_null(strstr(r.event->source_json, "galaxy"));
    assert_non_null(strstr(r.event->source_json, "\"sdg_tags\":[\"four\"]"));
    assert_non_null(strstr(r.event->source_json, "Big Event_2025!"));
    assert_in_range(json_array_size(r.d.notes), 8, 14);
    end(&r);
}

static void
an_event_of_many_months_gets_no_assumed_hours(void **state)
{
    reading r;

    (void) state;
    begin(&r,
          "{\"id\":\"x\",\"title_en\":\"T\",\"start_date\":\"2025-01-01\",\"end_date\":\"2025-12-"
          "31\"}",
          NULL);
    assert_null(r.d.refusal);
    assert_string_equal(r.event->end_date, "2025-12-31");
    assert_int_equal(r.event->n_sessions, 0);
    assert_false(r.event->assumed_hours);
    assert_int_equal(json_array_size(r.d.notes), 1);
    end(&r);
}

static void
hours_are_local_to_the_event(void **state)
{
    reading r;
    static const char row[] =
        "{\"id\":\"x\",\"title_en\":\"T\",\"start_date\":\"2025-01-21\",\"country\":\"AZ\"%s}";
    char json[256];

    (void) state;
    (void) snprintf(json, sizeof json, row, "");
    begin(&r, json, NULL);
    assert_string_equal(r.event->time_zone, "Asia/Baku");
    assert_int_equal(r.event->sessions[0]->starts_ms, 1737435600000); /* 05:00Z */
    assert_int_equal(r.event->sessions[0]->ends_ms - r.event->sessions[0]->starts_ms,
                     8 * 3600 * 1000);
    end(&r);
    begin(&r, json, "Africa/Cairo");
    assert_string_equal(r.event->time_zone, "Africa/Cairo");
    end(&r);
    (void) snprintf(json, sizeof json, row, ",\"time_zone\":\"Asia/Almaty\"");
    begin(&r, json, "Africa/Cairo");
    assert_string_equal(r.event->time_zone, "Asia/Almaty");
    end(&r);
}

static void
declared_sessions_are_read(void **state)
{
    static const char *const bad[] = { "",
                                       "2025-01-21",
                                       "2025-01-21 9-12",
                                       "2025-01-21 12:00-09:00",
                                       "2025-02-30 09:00-10:00",
                                       "tomorrow 09:00-10:00" };
    pool memory = { NULL };
    Sijill__V1__Event event;
    char zone[] = "Europe/Istanbul";

    (void) state;
    sijill__v1__event__init(&event);
    event.time_zone = zone;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(session_add(&memory, &event, bad[i]));
    assert_null(session_add(&memory, &event, "2025-01-21 09:00-12:30"));
    assert_null(session_add(&memory, &event, "2025-01-21T13:30 - 17:00"));
    assert_null(session_add(&memory, &event, "2025-01-22 22:00-2025-01-23 01:00"));
    assert_int_equal(event.n_sessions, 3);
    assert_int_equal(event.sessions[2]->number, 3);
    assert_int_equal(event.sessions[0]->ends_ms - event.sessions[0]->starts_ms, 210 * 60000);
    assert_int_equal(event.sessions[2]->ends_ms - event.sessions[2]->starts_ms, 180 * 60000);
    pool_empty(&memory);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_86_rows_of_the_shipped_catalogue_are_good),
        cmocka_unit_test(programmes_and_countries_are_told_by_their_shape),
        cmocka_unit_test(every_further_member_has_its_field),
        cmocka_unit_test(a_month_is_never_a_course_of_31_days),
        cmocka_unit_test(what_would_lie_is_refused_with_its_column),
        cmocka_unit_test(what_is_odd_is_told_and_not_fatal),
        cmocka_unit_test(an_event_of_many_months_gets_no_assumed_hours),
        cmocka_unit_test(hours_are_local_to_the_event),
        cmocka_unit_test(declared_sessions_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
