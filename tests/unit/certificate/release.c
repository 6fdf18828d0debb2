/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that nobody asks for.
 */
#include "tests/unit/certificate/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static world_event
automatic_event(Sijill__V1__EventState state)
{
    world_event event = world_event_plain();

    event.release = SIJILL__V1__CERTIFICATE_RELEASE__AUTOMATIC;
    event.state = state;
    return event;
}

#define CLOSED SIJILL__V1__EVENT_STATE__EVENT_CLOSED
#define OPEN SIJILL__V1__EVENT_STATE__EVENT_OPEN

/* Pulses until one writes nothing; how many did something. */
static size_t
pulse_out(fixture *f, uint64_t now_ms)
{
    uint8_t before[32], after[32];
    size_t busy = 0;

    for (;;) {
        fixture_digest(f, before);
        assert_int_equal(pulse(f, now_ms), SJ_OK);
        fixture_digest(f, after);
        if (memcmp(before, after, sizeof before) == 0)
            return busy;
        busy++;
    }
}

static size_t
issued(fixture *f)
{
    return count_certificates(f, 1, WORLD_LATER_MS);
}

static void
everybody_eligible_is_issued_one_when_the_event_is_closed_and_over(void **state)
{
    fixture *f = *state;

    tell_person(f, 1, 2, ROLE(TRAINER), SEAT(CONFIRMED));
    tell_person(f, 1, 3, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 3, VERDICT(NOT_ATTENDED));
    tell_person(f, 1, 4, ROLE(PARTICIPANT), SEAT(CANCELLED));
    tell_verdict(f, 1, 4, VERDICT(ATTENDED));
    tell_event(f, automatic_event(OPEN));
    assert_int_equal(pulse_out(f, WORLD_LATER_MS - 100), 0);
    tell_event(f, automatic_event(CLOSED));
    assert_int_not_equal(pulse_out(f, WORLD_LATER_MS), 0);
    assert_int_equal(issued(f), 2);
    Sijill__V1__ListCertificates ask = SIJILL__V1__LIST_CERTIFICATES__INIT;
    static const uint8_t zeros[16];

    ask.has_event_id = true;
    ask.event_id = id_data(event_id(1));
    assert_int_equal(fixture_run(f, 351, &ask.base, WORLD_LATER_MS), SJ_OK);
    Sijill__V1__CertificateList *list = fixture_reply(f, &sijill__v1__certificate_list__descriptor);

    assert_int_equal(list->certificate[0]->kind, KIND(ATTENDANCE));
    assert_int_equal(list->certificate[1]->kind, KIND(TRAINING));
    for (size_t i = 0; i < 2; i++)
        assert_memory_equal(list->certificate[i]->actor.data, zeros, 16);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 2);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
nothing_is_issued_before_the_end(void **state)
{
    fixture *f = *state;

    tell_event(f, automatic_event(CLOSED));
    assert_int_equal(pulse_out(f, WORLD_ENDS_MS - 1), 0);
    assert_int_equal(issued(f), 0);
    assert_int_not_equal(pulse_out(f, WORLD_ENDS_MS), 0);
    assert_int_equal(issued(f), 1);
}

static void
an_end_that_moves_moves_the_release(void **state)
{
    fixture *f = *state;
    world_event event = automatic_event(CLOSED);

    tell_event(f, event);
    event.ends_ms += 7200000;
    tell_event(f, event);
    assert_int_equal(pulse_out(f, event.ends_ms - 1), 0);
    assert_int_equal(fixture_scrub(f), 0);
    assert_int_not_equal(pulse_out(f, event.ends_ms), 0);
    assert_int_equal(issued(f), 1);
}

static void
a_rule_that_is_taken_back_releases_nothing(void **state)
{
    static const Sijill__V1__EventState states[] = {
        SIJILL__V1__EVENT_STATE__EVENT_OPEN, SIJILL__V1__EVENT_STATE__EVENT_CANCELLED,
        SIJILL__V1__EVENT_STATE__EVENT_CLOSED, /* but released by an organiser */
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        world_event event = automatic_event(CLOSED);

        tell_event(f, event);
        event.state = states[i];
        if (event.state == CLOSED)
            event.release = SIJILL__V1__CERTIFICATE_RELEASE__RELEASED;
        tell_event(f, event);
        assert_int_equal(pulse_out(f, WORLD_LATER_MS), 0);
    }
    assert_int_equal(issued(f), 0);
}

static void
late_evidence_and_late_confirmation_issue_as_well(void **state)
{
    fixture *f = *state;

    tell_person(f, 1, 2, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 2, VERDICT(NOT_ATTENDED));
    tell_person(f, 1, 3, ROLE(SPEAKER), SEAT(PENDING));
    tell_event(f, automatic_event(CLOSED));
    (void) pulse_out(f, WORLD_LATER_MS);
    assert_int_equal(issued(f), 1);
    tell_verdict(f, 1, 2, VERDICT(ATTENDED));
    assert_int_equal(pulse_out(f, WORLD_LATER_MS), 1);
    assert_int_equal(issued(f), 2);
    tell_person(f, 1, 3, ROLE(SPEAKER), SEAT(CONFIRMED));
    assert_int_equal(pulse_out(f, WORLD_LATER_MS), 1);
    assert_int_equal(issued(f), 3);
    tell_verdict(f, 1, 4, VERDICT(ATTENDED)); /* the verdict first, then the registration */
    (void) pulse_out(f, WORLD_LATER_MS);
    assert_int_equal(issued(f), 3);
    tell_person(f, 1, 4, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    (void) pulse_out(f, WORLD_LATER_MS);
    assert_int_equal(issued(f), 4);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
what_was_revoked_is_not_released_again(void **state)
{
    fixture *f = *state;
    uint8_t id[16];

    tell_event(f, automatic_event(CLOSED));
    (void) pulse_out(f, WORLD_LATER_MS);
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    assert_int_equal(revoke(f, id, "cheated", WORLD_LATER_MS), SJ_OK);
    tell_verdict(f, 1, 1, VERDICT(ATTENDED));
    tell_event(f, automatic_event(CLOSED));
    (void) pulse_out(f, WORLD_LATER_MS);
    assert_int_equal(issued(f), 1);
}

static void
without_the_signer_the_pulse_waits_and_writes_nothing(void **state)
{
    fixture *f = *state;

    tell_organisation(f, "Statistical Centre");
    tell_event(f, automatic_event(CLOSED));
    tell_person(f, 1, 1, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 1, VERDICT(ATTENDED));
    assert_int_equal(pulse_out(f, WORLD_LATER_MS), 0);
    assert_int_equal(adopt(f, 0, WORLD_LATER_MS), SJ_OK);
    assert_int_not_equal(pulse_out(f, WORLD_LATER_MS), 0);
    assert_int_equal(issued(f), 1);
}

static void
an_organisation_that_waits_does_not_hold_up_another(void **state)
{
    fixture *f = *state;

    tell_event(f, automatic_event(CLOSED)); /* organisation 1 has no keys */
    f->org = 5;
    tell_organisation(f, "Another Centre");
    tell_event(f, automatic_event(CLOSED));
    tell_person(f, 1, 1, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 1, VERDICT(ATTENDED));
    assert_int_equal(adopt(f, 0, WORLD_LATER_MS), SJ_OK);
    f->org = 1; /* of the pulse */
    assert_int_not_equal(pulse_out(f, WORLD_LATER_MS), 0);
    assert_int_equal(issued(f), 0);
    f->org = 5;
    assert_int_equal(issued(f), 1);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
}

/* 200 registrations of whom 150 attended: 64 a commit, and nobody twice. */
static void
a_long_release_goes_on_from_pulse_to_pulse(void **state)
{
    fixture *f = *state;
    size_t last = 0, now;

    world_fill(f, 200, false);
    for (uint32_t person = 4; person <= 200; person += 4)
        tell_verdict(f, 1, person, VERDICT(NOT_ATTENDED));
    tell_event(f, automatic_event(CLOSED));
    for (size_t commits = 1; commits <= 4; commits++) {
        assert_int_equal(pulse(f, WORLD_LATER_MS), SJ_OK);
        now = issued(f);
        assert_true(now - last <= 64);
        last = now;
    }
    assert_int_equal(last, 150);
    assert_int_equal(pulse_out(f, WORLD_LATER_MS), 0);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 150);
    assert_int_equal(fixture_scrub(f), 0);
}

#define READY(test) cmocka_unit_test_setup_teardown(test, world_open_ready, fixture_close)
#define FRESH(test) cmocka_unit_test_setup_teardown(test, world_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        READY(everybody_eligible_is_issued_one_when_the_event_is_closed_and_over),
        READY(nothing_is_issued_before_the_end),
        READY(an_end_that_moves_moves_the_release),
        READY(a_rule_that_is_taken_back_releases_nothing),
        READY(late_evidence_and_late_confirmation_issue_as_well),
        READY(what_was_revoked_is_not_released_again),
        FRESH(without_the_signer_the_pulse_waits_and_writes_nothing),
        FRESH(an_organisation_that_waits_does_not_hold_up_another),
        READY(a_long_release_goes_on_from_pulse_to_pulse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
