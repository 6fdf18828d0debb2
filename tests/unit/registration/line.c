/* SPDX-License-Identifier: Apache-2.0 */
/* The waiting list: who moves up, how many at once, and what the pulse does. */
#include "services/core/message.h"
#include "tests/unit/registration/scene.h"

#include <stdio.h>

enum { MANY = 470, AT_ONCE = 200, LOOKED_AT = 2000 };

static answer
nth(scene *s, unsigned n)
{
    char email[32];

    (void) snprintf(email, sizeof email, "p%u@x.org", n);
    return scene_register(s, email);
}

static void
raised_capacity_moves_the_line_in_order(void **state)
{
    scene *s = *state;

    scene_seats(s, 0, true);
    for (unsigned n = 0; n < 5; n++)
        (void) nth(s, n);
    scene_seats(s, 3, true);
    for (unsigned n = 0; n < 5; n++) {
        answer a = nth(s, n);

        assert_int_equal(a.state, n < 3 ? SIJILL__V1__REGISTRATION_STATE__CONFIRMED
                                        : SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
        assert_int_equal(a.place, n < 3 ? 0 : n - 2);
    }
}

static void
first_in_line_that_fits_is_taken(void **state)
{
    scene *s = *state;
    rules r;
    person p;
    answer turkish, moroccan;

    rules_begin(&r);
    rules_capacity(&r, 2);
    rules_quota(&r, "TR", 1);
    r.message.has_waiting_list = r.message.waiting_list = true;
    (void) rules_set(s, &r);
    person_begin(s, &p, "t1@x.org");
    person_country(&p, "TR");
    (void) person_send(s, &p);

    answer leaver = scene_register(s, "x@x.org");

    person_begin(s, &p, "t2@x.org");
    person_country(&p, "TR");
    (void) person_send(s, &p);
    turkish = scene_answer(s);
    person_begin(s, &p, "m@x.org");
    person_country(&p, "MA");
    (void) person_send(s, &p);
    moroccan = scene_answer(s);
    (void) scene_decide(s, leaver.id, SIJILL__V1__DECISION__WITHDRAW);
    assert_int_equal(scene_state_of(s, turkish.id), SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
    assert_int_equal(scene_state_of(s, moroccan.id), SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
newcomer_who_fits_need_not_wait_for_those_who_do_not(void **state)
{
    scene *s = *state;
    rules r;
    person p;

    rules_begin(&r);
    rules_capacity(&r, 2);
    rules_quota(&r, "TR", 0);
    r.message.has_waiting_list = r.message.waiting_list = true;
    (void) rules_set(s, &r);
    person_begin(s, &p, "t@x.org");
    person_country(&p, "TR");
    (void) person_send(s, &p);
    assert_int_equal(scene_answer(s).state, SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
    assert_int_equal(scene_register(s, "a@x.org").state, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
}

static void
many_seats_are_given_by_pulses_and_newcomers_stay_behind(void **state)
{
    scene *s = *state;
    uint32_t before, pulses = 0;

    scene_seats(s, 0, true);
    for (unsigned n = 0; n < MANY; n++)
        (void) nth(s, n);
    scene_seats(s, MANY - 1, true);
    assert_int_equal(scene_event(s)->confirmed, AT_ONCE);
    assert_int_equal(fixture_scrub(s->f), 0);
    assert_int_equal(nth(s, MANY).state, SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
    do {
        before = scene_event(s)->confirmed;
        assert_int_equal(fixture_run(s->f, PULSE, NULL, s->now_ms), SJ_OK);
        assert_int_equal(fixture_scrub(s->f), 0);
    } while (scene_event(s)->confirmed > before && ++pulses < 100);
    assert_int_equal(scene_event(s)->confirmed, MANY - 1);
    assert_int_equal(nth(s, MANY - 1).place, 1);
    assert_int_equal(nth(s, MANY).place, 2);
}

static void
without_a_line_a_newcomer_is_asked_to_come_back_while_seats_move(void **state)
{
    scene *s = *state;

    scene_seats(s, 0, true);
    for (unsigned n = 0; n < AT_ONCE + 5; n++)
        (void) nth(s, n);
    scene_seats(s, AT_ONCE + 10, false);
    assert_int_equal(nth(s, MANY).status, SJ_BUSY);
    assert_true(s->f->reply.retry_after_ms > 0);
    assert_int_equal(fixture_run(s->f, PULSE, NULL, s->now_ms), SJ_OK);
    assert_int_equal(nth(s, MANY).state, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
pulse_with_nothing_due_writes_nothing(void **state)
{
    scene *s = *state;
    uint8_t digest[32];

    scene_seats(s, 0, true);
    (void) nth(s, 1);
    fixture_digest(s->f, digest);
    assert_int_equal(fixture_run(s->f, PULSE, NULL, s->now_ms), SJ_OK);
    assert_same_store(s, digest);
}

static void
pulse_speaks_for_the_organisation_of_the_event(void **state)
{
    scene *s = *state;

    scene_seats(s, 0, true);
    for (unsigned n = 0; n < AT_ONCE + 1; n++)
        (void) nth(s, n);
    scene_seats(s, AT_ONCE + 1, true);
    s->f->org = 0; /* as the runtime sends it */
    assert_int_equal(fixture_run(s->f, PULSE, NULL, s->now_ms), SJ_OK);
    assert_int_equal(scene_last_org(s), 1);
    s->f->org = 1;
    assert_int_equal(scene_event(s)->confirmed, AT_ONCE + 1);
}

static void
nobody_moves_while_the_event_is_closed_and_the_line_is_first_when_it_opens(void **state)
{
    scene *s = *state;
    answer holder, waiting;

    scene_seats(s, 1, true);
    holder = nth(s, 0);
    waiting = nth(s, 1);
    (void) scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED);
    (void) scene_decide(s, holder.id, SIJILL__V1__DECISION__WITHDRAW);
    assert_int_equal(scene_state_of(s, waiting.id), SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
    (void) scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_OPEN);
    assert_int_equal(scene_state_of(s, waiting.id), SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_int_equal(nth(s, 2).place, 1);
}

static void
closing_the_event_stops_a_moving_line(void **state)
{
    scene *s = *state;

    scene_seats(s, 0, true);
    for (unsigned n = 0; n < AT_ONCE + 5; n++)
        (void) nth(s, n);
    scene_seats(s, MANY, true);
    (void) scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED);
    assert_int_equal(fixture_run(s->f, PULSE, NULL, s->now_ms), SJ_OK);
    assert_int_equal(scene_event(s)->confirmed, AT_ONCE);
    assert_int_equal(fixture_scrub(s->f), 0);
    (void) scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_OPEN);
    assert_int_equal(scene_event(s)->confirmed, AT_ONCE + 5);
}

static void
place_is_the_rank_however_many_left_before(void **state)
{
    scene *s = *state;
    answer people[40];

    scene_seats(s, 0, true);
    for (unsigned n = 0; n < 40; n++)
        people[n] = nth(s, n);
    for (unsigned n = 0; n < 40; n += 3)
        (void) scene_decide(s, people[n].id, SIJILL__V1__DECISION__WITHDRAW);
    for (unsigned n = 0, place = 1; n < 40; n++)
        if (n % 3 != 0)
            assert_int_equal(nth(s, n).place, place++);
}

static answer
from_country(scene *s, unsigned n, const char *country)
{
    char email[32];
    person p;

    (void) snprintf(email, sizeof email, "c%u@x.org", n);
    person_begin(s, &p, email);
    person_country(&p, country);
    (void) person_send(s, &p);
    return scene_answer(s);
}

static void
one_who_fits_is_found_behind_thousands_who_do_not(void **state)
{
    scene *s = *state;
    answer holder, behind;
    rules r;

    rules_begin(&r);
    rules_capacity(&r, 1);
    rules_quota(&r, "TR", 0);
    r.message.has_waiting_list = r.message.waiting_list = true;
    assert_int_equal(rules_set(s, &r), SJ_OK);
    holder = from_country(s, 0, "MA");
    for (unsigned n = 1; n <= LOOKED_AT; n++)
        (void) from_country(s, n, "TR");
    behind = from_country(s, LOOKED_AT + 1, "MA");
    assert_int_equal(behind.place, LOOKED_AT + 1);
    (void) scene_decide(s, holder.id, SIJILL__V1__DECISION__WITHDRAW);
    assert_int_equal(fixture_scrub(s->f), 0);
    assert_int_equal(from_country(s, LOOKED_AT + 2, "MA").place, LOOKED_AT + 2); /* no overtaking */
    assert_int_equal(scene_state_of(s, behind.id), SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
    assert_int_equal(fixture_run(s->f, PULSE, NULL, s->now_ms), SJ_OK);
    assert_int_equal(scene_state_of(s, behind.id), SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_int_equal(scene_event(s)->confirmed, 1);
    assert_int_equal(fixture_scrub(s->f), 0);
}

/* An event whose line is moving: more to move than one command may. */
static void
set_moving(scene *s)
{
    scene_seats(s, 0, true);
    for (unsigned n = 0; n < AT_ONCE + 5; n++)
        (void) nth(s, n);
    scene_seats(s, MANY, true);
    assert_int_equal(scene_event(s)->confirmed, AT_ONCE);
}

static void
seat_is_not_changed_while_the_line_moves(void **state)
{
    scene *s = *state;
    person p;

    set_moving(s);
    person_begin(s, &p, "p0@x.org");
    person_mode(&p, SIJILL__V1__MODE__ONLINE);
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_BUSY);
    assert_int_equal(fixture_run(s->f, PULSE, NULL, s->now_ms), SJ_OK);
    assert_int_equal(person_send(s, &p), SJ_OK);
}

static void
one_who_waits_and_changes_while_the_line_moves_is_not_passed_over(void **state)
{
    scene *s = *state;
    answer a;
    person p;

    set_moving(s);
    person_begin(s, &p, "p202@x.org");
    person_mode(&p, SIJILL__V1__MODE__ONLINE);
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_OK);
    a = scene_answer(s);
    assert_int_equal(a.place, 3);
    assert_int_equal(fixture_run(s->f, PULSE, NULL, s->now_ms), SJ_OK);
    assert_int_equal(scene_state_of(s, a.id), SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_int_equal(scene_event(s)->waitlisted, 0);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
those_who_wait_move_up_when_the_waiting_list_is_no_more(void **state)
{
    scene *s = *state;
    answer waiting;

    scene_seats(s, 0, true);
    waiting = nth(s, 0);
    scene_seats(s, 0, false);
    assert_int_equal(nth(s, 1).status, SJ_FULL);
    scene_seats(s, 1, false);
    assert_int_equal(scene_state_of(s, waiting.id), SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(raised_capacity_moves_the_line_in_order),
        LAW(first_in_line_that_fits_is_taken),
        LAW(newcomer_who_fits_need_not_wait_for_those_who_do_not),
        LAW(many_seats_are_given_by_pulses_and_newcomers_stay_behind),
        LAW(without_a_line_a_newcomer_is_asked_to_come_back_while_seats_move),
        LAW(pulse_with_nothing_due_writes_nothing),
        LAW(pulse_speaks_for_the_organisation_of_the_event),
        LAW(nobody_moves_while_the_event_is_closed_and_the_line_is_first_when_it_opens),
        LAW(closing_the_event_stops_a_moving_line),
        LAW(place_is_the_rank_however_many_left_before),
        LAW(one_who_fits_is_found_behind_thousands_who_do_not),
        LAW(seat_is_not_changed_while_the_line_moves),
        LAW(one_who_waits_and_changes_while_the_line_moves_is_not_passed_over),
        LAW(those_who_wait_move_up_when_the_waiting_list_is_no_more),
    };

    return cmocka_run_group_tests_name("registration: the waiting list", tests, NULL, NULL);
}
