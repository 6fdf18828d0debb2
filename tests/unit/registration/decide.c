/* SPDX-License-Identifier: Apache-2.0 */
/* 112 DecideRegistration: every decision from every state. */
#include "services/core/message.h"
#include "tests/unit/registration/scene.h"

/* A registration brought into a state, at an event with seats. */
static answer
bring(scene *s, const char *email, Sijill__V1__RegistrationState to)
{
    rules r;
    answer a;

    rules_begin(&r);
    r.message.has_needs_approval = r.message.needs_approval =
        to == SIJILL__V1__REGISTRATION_STATE__PENDING;
    r.message.has_waiting_list = r.message.waiting_list = true;
    if (to == SIJILL__V1__REGISTRATION_STATE__WAITLISTED)
        rules_capacity(&r, 0);
    (void) rules_set(s, &r);
    a = scene_register(s, email);
    if (to == SIJILL__V1__REGISTRATION_STATE__REJECTED)
        (void) scene_decide(s, a.id, SIJILL__V1__DECISION__REJECT);
    if (to == SIJILL__V1__REGISTRATION_STATE__CANCELLED)
        (void) scene_decide(s, a.id, SIJILL__V1__DECISION__WITHDRAW);
    assert_int_equal(scene_state_of(s, a.id), to);
    return a;
}

static void
each_decision_leads_from_each_state_where_the_table_says(void **state)
{
    /* pending, waitlisted, confirmed, rejected, cancelled; -1: refused */
    static const int leads[4][5] = {
        [0] = { 3, 2, 3, -1, -1 },
        [1] = { 4, 4, 4, 4, -1 },
        [2] = { 5, 5, 5, -1, 5 },
        [3] = { -1, 2, 3, 3, 3 },
    };

    (void) state;
    for (int decision = 0; decision < 4; decision++) {
        for (int from = 0; from < 5; from++) {
            Sijill__V1__RegistrationState was = (Sijill__V1__RegistrationState) (from + 1);
            int to = leads[decision][from];
            void *inner;
            answer before, after;

            assert_int_equal(scene_open(&inner), 0);
            before = bring(inner, "a@x.org", was);

            size_t records = fixture_emitted(((scene *) inner)->f, REGISTRATION_CHANGED);

            after = scene_decide(inner, before.id, (Sijill__V1__Decision) (decision + 1));
            assert_int_equal(after.status, to < 0 ? SJ_PRECONDITION : SJ_OK);
            if (to >= 0)
                assert_int_equal(after.state, to);
            assert_int_equal(scene_state_of(inner, before.id), to < 0 ? (int) was : to);
            assert_int_equal(fixture_emitted(((scene *) inner)->f, REGISTRATION_CHANGED),
                             records + (to >= 0 && to != (int) was));
            assert_int_equal(fixture_scrub(((scene *) inner)->f), 0);
            (void) scene_close(&inner);
        }
    }
}

static void
freed_seat_goes_to_the_head_of_the_line(void **state)
{
    static const Sijill__V1__Decision decisions[] = { SIJILL__V1__DECISION__WITHDRAW,
                                                      SIJILL__V1__DECISION__REJECT };
    scene *s = *state;
    answer holder, first, second;

    scene_seats(s, 1, true);
    holder = scene_register(s, "a@x.org");
    first = scene_register(s, "b@x.org");
    second = scene_register(s, "c@x.org");
    for (size_t n = 0; n < 2; n++) {
        (void) scene_decide(s, holder.id, decisions[n]);
        assert_int_equal(scene_state_of(s, first.id), SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
        assert_int_equal(fixture_emitted(s->f, REGISTRATION_CHANGED), 3 + 2 * (n + 1));
        holder = first;
        first = second;
    }
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
approval_without_a_seat_waits_or_is_refused(void **state)
{
    scene *s = *state;
    rules r;
    answer a, b;

    rules_begin(&r);
    rules_capacity(&r, 0);
    r.message.has_needs_approval = r.message.needs_approval = true;
    (void) rules_set(s, &r);
    a = scene_register(s, "a@x.org");
    b = scene_register(s, "b@x.org");
    assert_int_equal(scene_decide(s, a.id, SIJILL__V1__DECISION__APPROVE).status, SJ_FULL);
    assert_int_equal(scene_state_of(s, a.id), SIJILL__V1__REGISTRATION_STATE__PENDING);
    r.message.has_waiting_list = r.message.waiting_list = true;
    (void) rules_set(s, &r);
    assert_int_equal(scene_decide(s, b.id, SIJILL__V1__DECISION__APPROVE).place, 1);
    assert_int_equal(scene_decide(s, a.id, SIJILL__V1__DECISION__APPROVE).place, 2);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
reinstated_person_gets_no_old_place(void **state)
{
    scene *s = *state;
    answer a;

    scene_seats(s, 0, true);
    a = scene_register(s, "a@x.org");
    (void) scene_register(s, "b@x.org");
    (void) scene_decide(s, a.id, SIJILL__V1__DECISION__WITHDRAW);
    assert_int_equal(scene_decide(s, a.id, SIJILL__V1__DECISION__REINSTATE).place, 2);
}

static void
seats_are_given_only_while_the_event_is_open_and_taken_back_always(void **state)
{
    scene *s = *state;
    answer pending = bring(s, "p@x.org", SIJILL__V1__REGISTRATION_STATE__PENDING);
    answer rejected = bring(s, "r@x.org", SIJILL__V1__REGISTRATION_STATE__REJECTED);
    answer holder = bring(s, "c@x.org", SIJILL__V1__REGISTRATION_STATE__CONFIRMED);

    (void) scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED);
    assert_int_equal(scene_decide(s, pending.id, SIJILL__V1__DECISION__APPROVE).status, SJ_CLOSED);
    assert_int_equal(scene_decide(s, rejected.id, SIJILL__V1__DECISION__REINSTATE).status,
                     SJ_CLOSED);
    assert_int_equal(scene_decide(s, holder.id, SIJILL__V1__DECISION__WITHDRAW).status, SJ_OK);
    assert_int_equal(scene_decide(s, pending.id, SIJILL__V1__DECISION__REJECT).status, SJ_OK);
}

static void
reason_is_kept_and_is_not_in_the_feed(void **state)
{
    scene *s = *state;
    answer a = scene_register(s, "a@x.org");
    Sijill__V1__DecideRegistration in;

    sijill__v1__decide_registration__init(&in);
    in.has_event_id = in.has_registration_id = in.has_decision = true;
    in.event_id = sj_id_data(s->event);
    in.registration_id = sj_id_data(a.id);
    in.decision = SIJILL__V1__DECISION__REJECT;
    in.reason = text("not nominated by the ministry");
    assert_int_equal(fixture_run(s->f, DECIDE, &in.base, s->now_ms), SJ_OK);
    assert_string_equal(scene_view(s, a.id)->reason, "not nominated by the ministry");
}

static void
unknown_things_are_not_found(void **state)
{
    scene *s = *state;
    uint8_t nobody[SJ_ID_SIZE] = { 1 };
    answer a = scene_register(s, "a@x.org");

    assert_int_equal(scene_decide(s, nobody, SIJILL__V1__DECISION__REJECT).status, SJ_NOT_FOUND);
    assert_int_equal(scene_decide(s, a.id, SIJILL__V1__DECISION__DECISION_NONE).status, SJ_INVALID);
    s->f->org = 2;
    assert_int_equal(scene_decide(s, a.id, SIJILL__V1__DECISION__REJECT).status, SJ_NOT_FOUND);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_decision_leads_from_each_state_where_the_table_says),
        LAW(freed_seat_goes_to_the_head_of_the_line),
        LAW(approval_without_a_seat_waits_or_is_refused),
        LAW(reinstated_person_gets_no_old_place),
        LAW(seats_are_given_only_while_the_event_is_open_and_taken_back_always),
        LAW(reason_is_kept_and_is_not_in_the_feed),
        LAW(unknown_things_are_not_found),
    };

    return cmocka_run_group_tests_name("registration: decisions", tests, NULL, NULL);
}
