/* SPDX-License-Identifier: Apache-2.0 */
/* 100 to 103: organisations, programmes, events and their states. */
#include "services/core/message.h"
#include "tests/unit/registration/described.h"

static void
second_import_changes_nothing(void **state)
{
    scene *s = *state;
    uint8_t digest[32];
    described d;

    described_begin(&d);
    assert_int_equal(described_send(s, &d), SJ_OK);
    assert_int_equal(described_outcome(s), SIJILL__V1__OUTCOME__CREATED);
    fixture_digest(s->f, digest);

    size_t records = fixture_emitted(s->f, EVENT_CHANGED);

    assert_int_equal(described_send(s, &d), SJ_OK);
    assert_int_equal(described_outcome(s), SIJILL__V1__OUTCOME__UNCHANGED);
    assert_int_equal(fixture_emitted(s->f, EVENT_CHANGED), records);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
other_content_replaces_under_the_same_id(void **state)
{
    scene *s = *state;
    uint8_t id[SJ_ID_SIZE];
    Sijill__V1__EventView *view;
    described d;

    described_begin(&d);
    (void) described_send(s, &d);
    memcpy(id, described_view(s, "course")->event->id.data, SJ_ID_SIZE);
    d.event.city = text("Rabat");
    d.event.country = text("ma");
    assert_int_equal(described_send(s, &d), SJ_OK);
    assert_int_equal(described_outcome(s), SIJILL__V1__OUTCOME__UPDATED);
    view = described_view(s, "course");
    assert_memory_equal(view->event->id.data, id, SJ_ID_SIZE);
    assert_string_equal(view->event->city, "Rabat");
    assert_string_equal(view->event->country, "MA");
    assert_string_equal(view->event->source_json, "{\"audience\":[]}");
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
two_events_may_share_a_title(void **state)
{
    scene *s = *state;
    described d;

    described_begin(&d);
    (void) described_send(s, &d);
    d.event.slug = text("course-again");
    assert_int_equal(described_send(s, &d), SJ_OK);
    assert_int_equal(described_outcome(s), SIJILL__V1__OUTCOME__CREATED);
}

static void
record_holds_the_whole_event_without_source_json(void **state)
{
    scene *s = *state;
    Sijill__V1__EventChanged *record;
    described d;

    described_begin(&d);
    (void) described_send(s, &d);
    record = fixture_last_record(s->f, EVENT_CHANGED, &sijill__v1__event_changed__descriptor);
    assert_int_equal(record->event->id.len, SJ_ID_SIZE);
    assert_int_equal(record->event->n_title, 2);
    assert_int_equal(record->event->n_sessions, 2);
    assert_null(record->event->source_json);
    assert_non_null(record->event->rules);
    assert_int_equal(record->event->starts_ms, d.session[0].starts_ms);
    assert_int_equal(record->event->ends_ms, d.session[1].ends_ms);
    assert_int_equal(record->state, SIJILL__V1__EVENT_STATE__EVENT_OPEN);
}

typedef void damage(described *d);

static void
no_slug(described *d)
{
    d->event.slug = NULL;
}

static void
bad_slug(described *d)
{
    d->event.slug = text("A Course");
}

static void
given_id(described *d)
{
    d->event.has_id = true;
    d->event.id = (ProtobufCBinaryData){ SJ_ID_SIZE, (uint8_t *) text("0123456789abcdef") };
}

static void
no_title(described *d)
{
    d->event.n_title = 0;
}

static void
two_titles_in_one_language(described *d)
{
    d->title[0].lang = text("en");
}

static void
title_without_language(described *d)
{
    d->title[0].lang = NULL;
}

static void
empty_title(described *d)
{
    d->title[0].text = text("  ");
}

static void
bad_kind(described *d)
{
    d->event.kind = text("Training Course");
}

static void
impossible_date(described *d)
{
    d->event.start_date = text("2025-02-30");
}

static void
end_before_start(described *d)
{
    d->event.end_date = text("2025-06-14");
}

static void
impossible_end(described *d)
{
    d->event.end_date = text("2025-06-31");
}

static void
day_without_dates(described *d)
{
    d->event.start_date = d->event.end_date = NULL;
}

static void
dates_that_are_said_to_be_none(described *d)
{
    d->event.date_precision = SIJILL__V1__DATE_PRECISION__DATE_NONE;
}

static void
assumed_hours_in_a_month(described *d)
{
    d->event.date_precision = SIJILL__V1__DATE_PRECISION__DATE_MONTH;
    d->event.has_assumed_hours = d->event.assumed_hours = true;
}

static void
unknown_country(described *d)
{
    d->event.country = text("ZZ");
}

static void
unknown_country_of_a_partner(described *d)
{
    d->partner.country = text("QQ");
}

static void
bad_zone(described *d)
{
    d->event.time_zone = text("Europe Istanbul");
}

static void
bad_language(described *d)
{
    d->languages[0] = text("Arabic");
}

static void
bad_programme(described *d)
{
    d->programmes[0] = text("Stat CaB");
}

static void
bad_parent_kind(described *d)
{
    d->parent.kind = text("series");
}

static void
own_parent(described *d)
{
    d->parent.kind = text("event");
    d->parent.slug = text("course");
}

static void
session_without_end(described *d)
{
    d->session[0].has_ends_ms = false;
}

static void
session_that_ends_as_it_starts(described *d)
{
    d->session[1].ends_ms = d->session[1].starts_ms;
}

static void
session_longer_than_a_year(described *d)
{
    d->session[1].ends_ms = d->session[1].starts_ms + UINT64_C(366) * 24 * 3600 * 1000 + 1;
}

static void
sessions_out_of_order(described *d)
{
    d->sessions[0] = &d->session[1];
    d->sessions[1] = &d->session[0];
}

static void
same_number_twice(described *d)
{
    d->session[0].has_number = d->session[1].has_number = true;
    d->session[0].number = d->session[1].number = 2;
}

static void
number_nought(described *d)
{
    d->session[0].has_number = true;
}

static void
impossible_session_date(described *d)
{
    d->session[0].date = text("2025-06-31");
}

static void
break_outside_the_session(described *d)
{
    d->pause[1].ends_ms = d->session[0].ends_ms + 1;
}

static void
breaks_that_overlap(described *d)
{
    d->pause[1].starts_ms = d->pause[0].ends_ms - 1;
}

static void
break_that_ends_before_it_starts(described *d)
{
    d->pause[0].ends_ms = d->pause[0].starts_ms;
}

static void
what_cannot_be_is_refused_by_field(void **state)
{
    static const struct {
        damage *change;
        const char *field;
    } cases[] = {
        { no_slug, "event.slug" },
        { bad_slug, "event.slug" },
        { given_id, "event.id" },
        { no_title, "event.title" },
        { two_titles_in_one_language, "event.title" },
        { title_without_language, "event.title" },
        { empty_title, "event.title" },
        { bad_kind, "event.kind" },
        { impossible_date, "event.start_date" },
        { end_before_start, "event.end_date" },
        { impossible_end, "event.end_date" },
        { day_without_dates, "event.start_date" },
        { dates_that_are_said_to_be_none, "event.date_precision" },
        { assumed_hours_in_a_month, "event.sessions" },
        { unknown_country, "event.country" },
        { unknown_country_of_a_partner, "event.partners.country" },
        { bad_zone, "event.time_zone" },
        { bad_language, "event.languages" },
        { bad_programme, "event.programmes" },
        { bad_parent_kind, "event.parents.kind" },
        { own_parent, "event.parents.slug" },
        { session_without_end, "event.sessions.ends_ms" },
        { session_that_ends_as_it_starts, "event.sessions.ends_ms" },
        { session_longer_than_a_year, "event.sessions.ends_ms" },
        { sessions_out_of_order, "event.sessions" },
        { same_number_twice, "event.sessions.number" },
        { number_nought, "event.sessions.number" },
        { impossible_session_date, "event.sessions.date" },
        { break_outside_the_session, "event.sessions.breaks" },
        { breaks_that_overlap, "event.sessions.breaks" },
        { break_that_ends_before_it_starts, "event.sessions.breaks" },
    };
    scene *s = *state;

    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        described d;

        described_begin(&d);
        cases[n].change(&d);
        assert_int_equal(described_send(s, &d), SJ_INVALID);
        assert_string_equal(s->f->reply.field, cases[n].field);
    }
    assert_int_equal(fixture_emitted(s->f, EVENT_CHANGED), 1); /* the scene's own */
}

static void
month_or_no_date_is_kept_as_it_is(void **state)
{
    scene *s = *state;
    Sijill__V1__Event *event;
    described d;

    described_begin(&d);
    d.event.n_sessions = 0;
    d.event.date_precision = SIJILL__V1__DATE_PRECISION__DATE_MONTH;
    d.event.start_date = text("2025-05");
    d.event.end_date = NULL;
    d.event.has_date_uncertain = d.event.date_uncertain = true;
    d.event.date_source = text("\xD9\x85\xD8\xA7\xD9\x8A\xD9\x88 2025");
    assert_int_equal(described_send(s, &d), SJ_OK);
    event = described_view(s, "course")->event;
    assert_string_equal(event->start_date, "2025-05");
    assert_string_equal(event->date_source, "\xD9\x85\xD8\xA7\xD9\x8A\xD9\x88 2025");
    assert_int_equal(event->n_sessions, 0);
    assert_false(event->has_starts_ms);
    d.event.slug = text("some-day");
    d.event.date_precision = SIJILL__V1__DATE_PRECISION__DATE_NONE;
    d.event.start_date = NULL;
    assert_int_equal(described_send(s, &d), SJ_OK);
}

static void
dates_without_a_precision_are_days(void **state)
{
    scene *s = *state;
    described d;

    described_begin(&d);
    d.event.has_date_precision = false;
    d.event.date_precision = SIJILL__V1__DATE_PRECISION__DATE_NONE;
    assert_int_equal(described_send(s, &d), SJ_OK);
    assert_int_equal(described_view(s, "course")->event->date_precision,
                     SIJILL__V1__DATE_PRECISION__DATE_DAY);
}

static void
sessions_are_numbered_by_position_and_may_be_parallel(void **state)
{
    scene *s = *state;
    Sijill__V1__Event *event;
    described d;

    described_begin(&d);
    d.session[1].starts_ms = d.session[0].starts_ms;
    d.session[1].ends_ms = d.session[0].ends_ms - 1;
    assert_int_equal(described_send(s, &d), SJ_OK);
    event = described_view(s, "course")->event;
    assert_int_equal(event->sessions[0]->number, 1);
    assert_int_equal(event->sessions[1]->number, 2);
    assert_int_equal(event->ends_ms, d.session[0].ends_ms);
}

static void
description_that_is_too_large_is_refused(void **state)
{
    static char json[15000], titles[16][800];
    scene *s = *state;
    Sijill__V1__Text theme[16], *themes[16];
    described d;

    memset(json, ' ', sizeof json - 1);
    described_begin(&d);
    d.event.source_json = json;
    assert_int_equal(described_send(s, &d), SJ_OK);
    for (size_t n = 0; n < 16; n++) {
        static const char langs[16][3] = { "aa", "ab", "ac", "ad", "ae", "af", "ag", "ah",
                                           "ai", "aj", "ak", "al", "am", "an", "ao", "ap" };

        memset(titles[n], 't', sizeof titles[n] - 1);
        sijill__v1__text__init(&theme[n]);
        theme[n].lang = text(langs[n]);
        theme[n].text = titles[n];
        themes[n] = &theme[n];
    }
    d.event.n_theme = 16;
    d.event.theme = themes;
    assert_int_equal(described_send(s, &d), SJ_TOO_LARGE);
}

static void
event_states_follow_the_rules(void **state)
{
    /* open, closed, cancelled */
    static const sj_status allowed[3][3] = {
        { SJ_OK, SJ_OK, SJ_OK },
        { SJ_OK, SJ_OK, SJ_OK },
        { SJ_PRECONDITION, SJ_PRECONDITION, SJ_OK },
    };

    (void) state;
    for (int from = 0; from < 3; from++) {
        for (int to = 0; to < 3; to++) {
            void *inner;

            assert_int_equal(scene_open(&inner), 0);
            assert_int_equal(scene_state(inner, (Sijill__V1__EventState) from), SJ_OK);

            size_t records = fixture_emitted(((scene *) inner)->f, EVENT_CHANGED);

            assert_int_equal(scene_state(inner, (Sijill__V1__EventState) to), allowed[from][to]);
            assert_int_equal(fixture_emitted(((scene *) inner)->f, EVENT_CHANGED),
                             records + (from != to && allowed[from][to] == SJ_OK));
            assert_int_equal(scene_event(inner)->state, allowed[from][to] == SJ_OK ? to : from);
            (void) scene_close(&inner);
        }
    }
}

static void
programme_is_defined_once_and_changed(void **state)
{
    static const Sijill__V1__Outcome outcomes[] = { SIJILL__V1__OUTCOME__CREATED,
                                                    SIJILL__V1__OUTCOME__UNCHANGED,
                                                    SIJILL__V1__OUTCOME__UPDATED };
    scene *s = *state;
    Sijill__V1__DefineProgramme in;
    Sijill__V1__Text name, *names[] = { &name };

    sijill__v1__text__init(&name);
    name.lang = text("en");
    name.text = text("Statistical Capacity Building");
    sijill__v1__define_programme__init(&in);
    in.slug = text("statcab");
    in.kind = text("programme");
    in.n_name = 1;
    in.name = names;
    for (size_t n = 0; n < 3; n++) {
        if (n == 2)
            in.code = text("StatCaB");
        assert_int_equal(fixture_run(s->f, DEFINE_PROGRAMME, &in.base, s->now_ms), SJ_OK);
        assert_int_equal(
            ((Sijill__V1__Defined *) fixture_reply(s->f, &sijill__v1__defined__descriptor))
                ->outcome,
            outcomes[n]);
    }
    assert_int_equal(fixture_emitted(s->f, 131), 2);
    in.slug = text("Stat CaB");
    assert_int_equal(fixture_run(s->f, DEFINE_PROGRAMME, &in.base, s->now_ms), SJ_INVALID);
    in.slug = text("statcab");
    in.n_name = 0;
    assert_int_equal(fixture_run(s->f, DEFINE_PROGRAMME, &in.base, s->now_ms), SJ_INVALID);
}

static void
organisation_comes_first(void **state)
{
    scene *s = *state;
    described d;

    s->f->org = 2;
    described_begin(&d);
    assert_int_equal(described_send(s, &d), SJ_PRECONDITION);
}

static void
other_organisations_do_not_see_it(void **state)
{
    scene *s = *state;
    Sijill__V1__GetEvent in;

    sijill__v1__get_event__init(&in);
    in.slug = text("workshop");
    s->f->org = 2;
    assert_int_equal(fixture_run(s->f, GET_EVENT, &in.base, s->now_ms), SJ_NOT_FOUND);
    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED), SJ_NOT_FOUND);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(second_import_changes_nothing),
        LAW(other_content_replaces_under_the_same_id),
        LAW(two_events_may_share_a_title),
        LAW(record_holds_the_whole_event_without_source_json),
        LAW(what_cannot_be_is_refused_by_field),
        LAW(month_or_no_date_is_kept_as_it_is),
        LAW(dates_without_a_precision_are_days),
        LAW(sessions_are_numbered_by_position_and_may_be_parallel),
        LAW(description_that_is_too_large_is_refused),
        cmocka_unit_test(event_states_follow_the_rules),
        LAW(programme_is_defined_once_and_changed),
        LAW(organisation_comes_first),
        LAW(other_organisations_do_not_see_it),
    };

    return cmocka_run_group_tests_name("registration: events", tests, NULL, NULL);
}
