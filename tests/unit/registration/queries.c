/* SPDX-License-Identifier: Apache-2.0 */
/* 150 to 154: what is shown, in which order, page by page. */
#include "services/core/message.h"
#include "tests/unit/registration/described.h"

#include <stdio.h>

enum { PEOPLE = 23 };

static answer
nth(scene *s, unsigned n)
{
    char email[32];

    (void) snprintf(email, sizeof email, "p%02u@x.org", n);
    s->now_ms++;
    return scene_register(s, email);
}

/* All pages of a list; the ids in their order. */
static size_t
read_all(scene *s, Sijill__V1__RegistrationState wanted, uint32_t limit, uint8_t (*ids)[SJ_ID_SIZE],
         uint32_t *places)
{
    uint8_t after[SJ_ID_SIZE];
    bool more = false;
    size_t count = 0;

    do {
        Sijill__V1__ListRegistrations in;
        Sijill__V1__RegistrationList *out;

        sijill__v1__list_registrations__init(&in);
        in.has_event_id = in.has_state = in.has_limit = true;
        in.event_id = sj_id_data(s->event);
        in.state = wanted;
        in.limit = limit;
        in.has_after = more;
        in.after = sj_id_data(after);
        assert_int_equal(fixture_run(s->f, LIST_REGISTRATIONS, &in.base, s->now_ms), SJ_OK);
        out = fixture_reply(s->f, &sijill__v1__registration_list__descriptor);
        assert_true(out->n_registration <= limit);
        for (size_t n = 0; n < out->n_registration; n++, count++) {
            memcpy(ids[count], out->registration[n]->id.data, SJ_ID_SIZE);
            places[count] = out->registration[n]->place;
            assert_non_null(out->registration[n]->person->email);
        }
        more = out->has_next;
        if (more)
            memcpy(after, out->next.data, SJ_ID_SIZE);
    } while (more);
    return count;
}

static void
pages_of_registrations_hold_everyone_once_in_order(void **state)
{
    static const uint32_t limits[] = { 1, 2, 7, PEOPLE, 200 };
    scene *s = *state;
    uint8_t ids[PEOPLE][SJ_ID_SIZE];
    uint32_t places[PEOPLE];

    for (unsigned n = 0; n < PEOPLE; n++)
        (void) nth(s, n);
    for (size_t n = 0; n < sizeof limits / sizeof limits[0]; n++) {
        assert_int_equal(
            read_all(s, SIJILL__V1__REGISTRATION_STATE__STATE_NONE, limits[n], ids, places),
            PEOPLE);
        for (size_t i = 1; i < PEOPLE; i++)
            assert_true(memcmp(ids[i - 1], ids[i], SJ_ID_SIZE) < 0);
    }
}

static void
list_by_state_holds_only_that_state(void **state)
{
    scene *s = *state;
    uint8_t ids[PEOPLE][SJ_ID_SIZE];
    uint32_t places[PEOPLE];

    for (unsigned n = 0; n < PEOPLE; n++) {
        answer a = nth(s, n);

        if (n % 4 == 0)
            (void) scene_decide(s, a.id, SIJILL__V1__DECISION__WITHDRAW);
    }
    assert_int_equal(read_all(s, SIJILL__V1__REGISTRATION_STATE__CANCELLED, 2, ids, places), 6);
    assert_int_equal(read_all(s, SIJILL__V1__REGISTRATION_STATE__CONFIRMED, 5, ids, places),
                     PEOPLE - 6);
    assert_int_equal(read_all(s, SIJILL__V1__REGISTRATION_STATE__PENDING, 5, ids, places), 0);
}

static void
waiting_list_is_in_order_of_place(void **state)
{
    static const uint32_t limits[] = { 1, 4, 200 };
    scene *s = *state;
    uint8_t ids[PEOPLE][SJ_ID_SIZE];
    uint32_t places[PEOPLE];
    answer first;

    scene_seats(s, 0, true);
    first = nth(s, 0);
    for (unsigned n = 1; n < PEOPLE; n++)
        (void) nth(s, n);
    (void) scene_decide(s, first.id, SIJILL__V1__DECISION__WITHDRAW);
    (void) scene_decide(s, first.id, SIJILL__V1__DECISION__REINSTATE); /* to the end */
    for (size_t n = 0; n < sizeof limits / sizeof limits[0]; n++) {
        assert_int_equal(
            read_all(s, SIJILL__V1__REGISTRATION_STATE__WAITLISTED, limits[n], ids, places),
            PEOPLE);
        for (uint32_t i = 0; i < PEOPLE; i++)
            assert_int_equal(places[i], i + 1);
        assert_memory_equal(ids[PEOPLE - 1], first.id, SJ_ID_SIZE);
    }
}

static void
page_goes_on_behind_one_who_left_the_line(void **state)
{
    scene *s = *state;
    Sijill__V1__ListRegistrations in;
    Sijill__V1__RegistrationList *out;
    answer people[4];

    scene_seats(s, 0, true);
    for (unsigned n = 0; n < 4; n++)
        people[n] = nth(s, n);
    (void) scene_decide(s, people[1].id, SIJILL__V1__DECISION__WITHDRAW);
    sijill__v1__list_registrations__init(&in);
    in.has_event_id = in.has_state = in.has_after = true;
    in.event_id = sj_id_data(s->event);
    in.state = SIJILL__V1__REGISTRATION_STATE__WAITLISTED;
    in.after = sj_id_data(people[1].id);
    assert_int_equal(fixture_run(s->f, LIST_REGISTRATIONS, &in.base, s->now_ms), SJ_OK);
    out = fixture_reply(s->f, &sijill__v1__registration_list__descriptor);
    assert_int_equal(out->n_registration, 2);
    assert_memory_equal(out->registration[0]->id.data, people[2].id, SJ_ID_SIZE);
    assert_int_equal(out->registration[0]->place, 2);
}

static void
page_never_outgrows_a_reply(void **state)
{
    scene *s = *state;
    static char wide[601];
    uint8_t ids[PEOPLE][SJ_ID_SIZE];
    uint32_t places[PEOPLE];

    for (size_t n = 0; n < 200; n++)
        memcpy(wide + 3 * n, "\xE0\xA4\x95", 3);
    for (unsigned n = 0; n < PEOPLE; n++) {
        char email[32];
        person p;

        (void) snprintf(email, sizeof email, "w%02u@x.org", n);
        person_begin(s, &p, email);
        p.person.name = p.person.name_latin = wide;
        p.person.institution = p.person.position = wide;
        assert_int_equal(person_send(s, &p), SJ_OK);
    }
    assert_int_equal(read_all(s, SIJILL__V1__REGISTRATION_STATE__STATE_NONE, 200, ids, places),
                     PEOPLE);
    assert_true(s->f->reply.body.size <= SJ_REPLY_MAX);
}

static void
registration_is_found_by_id_and_by_email(void **state)
{
    scene *s = *state;
    Sijill__V1__GetRegistration in;
    Sijill__V1__RegistrationView *view;
    answer a = scene_register(s, "a@x.org");

    sijill__v1__get_registration__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(s->event);
    assert_int_equal(fixture_run(s->f, GET_REGISTRATION, &in.base, s->now_ms), SJ_INVALID);
    in.email = text(" A@X.org ");
    assert_int_equal(fixture_run(s->f, GET_REGISTRATION, &in.base, s->now_ms), SJ_OK);
    view = fixture_reply(s->f, &sijill__v1__registration_view__descriptor);
    assert_memory_equal(view->id.data, a.id, SJ_ID_SIZE);
    assert_int_equal(view->registered_ms, s->now_ms);
    assert_true(view->revision > 0);
    in.email = text("b@x.org");
    assert_int_equal(fixture_run(s->f, GET_REGISTRATION, &in.base, s->now_ms), SJ_NOT_FOUND);
}

static void
events_are_listed_by_slug_with_their_counters(void **state)
{
    static const char *const slugs[] = { "alpha", "course", "workshop", "zeta" };
    scene *s = *state;
    char after[SJ_SLUG_MAX] = "";
    size_t count = 0;
    described d;

    described_begin(&d);
    (void) described_send(s, &d);
    d.event.slug = text("zeta");
    (void) described_send(s, &d);
    d.event.slug = text("alpha");
    (void) described_send(s, &d);
    scene_seats(s, 1, true);
    (void) scene_register(s, "a@x.org");
    (void) scene_register(s, "b@x.org");
    for (bool more = true; more;) {
        Sijill__V1__ListEvents in;
        Sijill__V1__EventList *out;

        sijill__v1__list_events__init(&in);
        in.after = after[0] == '\0' ? NULL : after;
        in.has_limit = true;
        in.limit = 1;
        assert_int_equal(fixture_run(s->f, LIST_EVENTS, &in.base, s->now_ms), SJ_OK);
        out = fixture_reply(s->f, &sijill__v1__event_list__descriptor);
        assert_int_equal(out->n_event, 1);
        assert_string_equal(out->event[0]->slug, slugs[count]);
        if (count == 2) {
            assert_int_equal(out->event[0]->confirmed, 1);
            assert_int_equal(out->event[0]->waitlisted, 1);
            assert_int_equal(out->event[0]->capacity, 1);
        } else {
            assert_int_equal(out->event[0]->n_title, 2);
            assert_string_equal(out->event[0]->start_date, "2025-06-15");
        }
        more = out->next != NULL;
        if (more)
            (void) snprintf(after, sizeof after, "%s", out->next);
        count++;
    }
    assert_int_equal(count, 4);
}

static void
programmes_are_listed_by_slug(void **state)
{
    static const char *const slugs[] = { "c", "a", "b" };
    scene *s = *state;
    Sijill__V1__ListProgrammes in;
    Sijill__V1__ProgrammeList *out;

    for (size_t n = 0; n < 3; n++) {
        Sijill__V1__DefineProgramme define;
        Sijill__V1__Text name, *names[] = { &name };

        sijill__v1__text__init(&name);
        name.lang = text("en");
        name.text = text("P");
        sijill__v1__define_programme__init(&define);
        define.slug = text(slugs[n]);
        define.n_name = 1;
        define.name = names;
        assert_int_equal(fixture_run(s->f, DEFINE_PROGRAMME, &define.base, s->now_ms), SJ_OK);
    }
    sijill__v1__list_programmes__init(&in);
    in.has_limit = true;
    in.limit = 2;
    assert_int_equal(fixture_run(s->f, LIST_PROGRAMMES, &in.base, s->now_ms), SJ_OK);
    out = fixture_reply(s->f, &sijill__v1__programme_list__descriptor);
    assert_int_equal(out->n_programme, 2);
    assert_string_equal(out->programme[0]->slug, "a");
    assert_string_equal(out->next, "b");
    in.after = text("b");
    assert_int_equal(fixture_run(s->f, LIST_PROGRAMMES, &in.base, s->now_ms), SJ_OK);
    out = fixture_reply(s->f, &sijill__v1__programme_list__descriptor);
    assert_int_equal(out->n_programme, 1);
    assert_null(out->next);
}

static void
unknown_events_are_not_found(void **state)
{
    scene *s = *state;
    Sijill__V1__GetEvent get;
    Sijill__V1__ListRegistrations list;

    sijill__v1__get_event__init(&get);
    assert_int_equal(fixture_run(s->f, GET_EVENT, &get.base, s->now_ms), SJ_INVALID);
    get.slug = text("nothing");
    assert_int_equal(fixture_run(s->f, GET_EVENT, &get.base, s->now_ms), SJ_NOT_FOUND);
    get.slug = text("No Slug");
    assert_int_equal(fixture_run(s->f, GET_EVENT, &get.base, s->now_ms), SJ_NOT_FOUND);
    sijill__v1__list_registrations__init(&list);
    assert_int_equal(fixture_run(s->f, LIST_REGISTRATIONS, &list.base, s->now_ms), SJ_INVALID);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(pages_of_registrations_hold_everyone_once_in_order),
        LAW(list_by_state_holds_only_that_state),
        LAW(waiting_list_is_in_order_of_place),
        LAW(page_goes_on_behind_one_who_left_the_line),
        LAW(page_never_outgrows_a_reply),
        LAW(registration_is_found_by_id_and_by_email),
        LAW(events_are_listed_by_slug_with_their_counters),
        LAW(programmes_are_listed_by_slug),
        LAW(unknown_events_are_not_found),
    };

    return cmocka_run_group_tests_name("registration: queries", tests, NULL, NULL);
}
