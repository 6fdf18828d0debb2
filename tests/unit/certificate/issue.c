/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is issued a certificate, who is refused one, and in which words.
 */
#include "tests/unit/certificate/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
an_attended_verdict_earns_a_certificate(void **state)
{
    fixture *f = *state;
    uint8_t id[16];

    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    Sijill__V1__Issued *out = fixture_reply(f, &sijill__v1__issued__descriptor);

    assert_int_equal(out->state, STATE(SIGNING));
    assert_int_equal(out->existing, SIJILL__V1__EXISTING__NEW);
    Sijill__V1__CertificateView *view = show(f, id, WORLD_LATER_MS);

    assert_non_null(view);
    assert_int_equal(view->state, STATE(SIGNING));
    assert_null(view->credential);
    assert_string_equal(view->holder, "Person 1");
    assert_int_equal(view->issued_ms, WORLD_LATER_MS);
    assert_int_equal(view->rule_version, 3); /* the verdict's */
    assert_memory_equal(view->actor.data, f->actor, 16);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_second_issue_answers_with_the_first(void **state)
{
    fixture *f = *state;
    uint8_t id[16], again[16];

    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, again), SJ_OK);
    Sijill__V1__Issued *out = fixture_reply(f, &sijill__v1__issued__descriptor);

    assert_memory_equal(id, again, 16);
    assert_int_equal(out->existing, SIJILL__V1__EXISTING__ALREADY);
    assert_int_equal(out->state, STATE(SIGNING));
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, again), SJ_OK);
    out = fixture_reply(f, &sijill__v1__issued__descriptor);
    assert_memory_equal(id, again, 16);
    assert_int_equal(out->state, STATE(VALID));
    assert_int_equal(count_certificates(f, 1, WORLD_LATER_MS), 1);
}

static void
an_existing_one_is_answered_even_when_nobody_is_eligible_any_more(void **state)
{
    fixture *f = *state;
    world_event event = world_event_plain();
    uint8_t id[16], again[16];

    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    event.state = SIJILL__V1__EVENT_STATE__EVENT_CANCELLED;
    tell_event(f, event);
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, again), SJ_OK);
    assert_memory_equal(id, again, 16);
}

static void
after_a_revocation_a_new_one_may_be_issued(void **state)
{
    fixture *f = *state;
    uint8_t id[16], next[16];

    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    assert_int_equal(revoke(f, id, "wrong person", WORLD_LATER_MS), SJ_OK);
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, next), SJ_OK);
    assert_memory_not_equal(id, next, 16);
    assert_int_equal(show(f, id, WORLD_LATER_MS)->state, STATE(REVOKED));
    assert_int_equal(show(f, next, WORLD_LATER_MS)->state, STATE(SIGNING));
    assert_int_equal(count_certificates(f, 1, WORLD_LATER_MS), 2);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
expect_refusal(fixture *f, uint32_t person, Sijill__V1__CertificateKind kind, uint64_t now_ms,
               sj_status status, const char *words)
{
    uint8_t before[32], after[32];

    fixture_digest(f, before);
    assert_int_equal(issue(f, 1, person, kind, now_ms, NULL), status);
    assert_string_equal(f->reply.detail, words);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

static void
each_verdict_that_is_not_attended_is_refused_with_its_reason(void **state)
{
    static const struct {
        Sijill__V1__VerdictValue value;
        const char *words;
    } cases[] = {
        { VERDICT(NOT_ATTENDED), "verdict not_attended: 62.00 % of 75 %" },
        { VERDICT(VERDICT_EXCUSED), "verdict excused: every session was excused" },
        { VERDICT(UNDECIDED), "verdict undecided: attendance has not decided yet" },
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tell_verdict(f, 1, 1, cases[i].value);
        expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION, cases[i].words);
    }
    tell_person(f, 1, 2, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    expect_refusal(f, 2, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION,
                   "no verdict: attendance knows of no presence");
}

static void
verdict_of(fixture *f, uint32_t share, uint32_t threshold)
{
    Sijill__V1__VerdictChanged body = SIJILL__V1__VERDICT_CHANGED__INIT;

    body.has_event_id = body.has_registration_id = body.has_value = true;
    body.event_id = id_data(event_id(1));
    body.registration_id = id_data(person_id(1));
    body.value = VERDICT(NOT_ATTENDED);
    body.has_share = body.has_threshold = true;
    body.share = share;
    body.threshold = threshold;
    assert_int_equal(fixture_feed(f, 230, &body.base, NULL, WORLD_STARTS_MS), SJ_OK);
}

static void
shares_are_told_in_per_cent(void **state)
{
    fixture *f = *state;

    verdict_of(f, 5, 6667);
    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION,
                   "verdict not_attended: 0.05 % of 66.67 %");
    verdict_of(f, 9999, 7500);
    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION,
                   "verdict not_attended: 99.99 % of 75 %, and a mandatory session was missed");
}

static void
each_state_of_an_event_that_forbids_certificates_is_named(void **state)
{
    fixture *f = *state;
    world_event event = world_event_plain();

    event.state = SIJILL__V1__EVENT_STATE__EVENT_CANCELLED;
    tell_event(f, event);
    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION,
                   "the event was cancelled");
    event = world_event_plain();
    event.precision = SIJILL__V1__DATE_PRECISION__DATE_NONE;
    tell_event(f, event);
    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION,
                   "the event has no dates: set them first");
    event.precision = SIJILL__V1__DATE_PRECISION__DATE_MONTH;
    tell_event(f, event);
    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION,
                   "only the month of the event is known: set its dates first");
    event = world_event_plain();
    event.ends_ms = 0;
    tell_event(f, event);
    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION,
                   "the event has no sessions with times: set them first");
}

static void
an_event_has_ended_at_its_end_and_not_before(void **state)
{
    fixture *f = *state;

    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_ENDS_MS - 1, SJ_PRECONDITION,
                   "the event has not ended: it ends at 2025-03-05T14:30:00Z");
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_ENDS_MS, NULL), SJ_OK);
}

static void
a_certificate_in_whole_seconds_is_never_dated_before_the_end(void **state)
{
    fixture *f = *state;
    world_event event = world_event_plain();

    event.ends_ms = WORLD_ENDS_MS + 500;
    tell_event(f, event);
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_ENDS_MS + 500, NULL), SJ_PRECONDITION);
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_ENDS_MS + 999, NULL), SJ_PRECONDITION);
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_ENDS_MS + 1000, NULL), SJ_OK);
}

static void
only_a_confirmed_registration_earns_one(void **state)
{
    static const struct {
        Sijill__V1__RegistrationState state;
        const char *words;
    } cases[] = {
        { SEAT(PENDING), "the registration awaits approval" },
        { SEAT(WAITLISTED), "the registration is on the waiting list" },
        { SEAT(REJECTED), "the registration was rejected" },
        { SEAT(CANCELLED), "the registration was cancelled: reinstate it first" },
    };
    fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tell_person(f, 1, 1, ROLE(PARTICIPANT), cases[i].state);
        expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION, cases[i].words);
    }
    tell_person(f, 1, 1, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
}

static void
a_role_earns_its_own_kind_without_a_verdict_and_any_role_may_have_attended(void **state)
{
    static const Sijill__V1__CertificateKind earned[] = {
        KIND(ATTENDANCE), KIND(TRAINING),   KIND(SPEAKING),   /* participant, trainer, speaker */
        KIND(ATTENDANCE), KIND(ATTENDANCE), KIND(ORGANISING), /* observer, focal point, organiser */
    };
    fixture *f = *state;

    for (uint32_t role = 0; role <= ROLE(ORGANISER); role++) {
        uint32_t absent = 10 + role, present = 20 + role;

        tell_person(f, 1, absent, (Sijill__V1__Role) role, SEAT(CONFIRMED));
        tell_person(f, 1, present, (Sijill__V1__Role) role, SEAT(CONFIRMED));
        tell_verdict(f, 1, present, VERDICT(ATTENDED));
        for (uint32_t kind = 0; kind <= KIND(ORGANISING); kind++) {
            bool own = kind != KIND(ATTENDANCE) && kind == earned[role];

            assert_int_equal(
                issue(f, 1, absent, (Sijill__V1__CertificateKind) kind, WORLD_LATER_MS, NULL),
                own ? SJ_OK : SJ_PRECONDITION);
            assert_int_equal(
                issue(f, 1, present, (Sijill__V1__CertificateKind) kind, WORLD_LATER_MS, NULL),
                own || kind == KIND(ATTENDANCE) ? SJ_OK : SJ_PRECONDITION);
        }
    }
    tell_person(f, 1, 30, ROLE(FOCAL_POINT), SEAT(CONFIRMED));
    expect_refusal(f, 30, KIND(TRAINING), WORLD_LATER_MS, SJ_PRECONDITION,
                   "role focal_point does not earn a certificate of kind training");
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_holder_without_a_name_is_withheld(void **state)
{
    fixture *f = *state;

    tell_name(f, 1, 1, NULL, NULL); /* the personal part was erased */
    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION,
                   "the holder's name is withheld");
}

static void
what_is_unknown_or_malformed_is_said(void **state)
{
    fixture *f = *state;
    Sijill__V1__IssueCertificate body = SIJILL__V1__ISSUE_CERTIFICATE__INIT;

    assert_int_equal(issue(f, 9, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_NOT_FOUND);
    assert_int_equal(issue(f, 1, 9, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_NOT_FOUND);
    assert_int_equal(fixture_run(f, 300, &body.base, WORLD_LATER_MS), SJ_INVALID);
    assert_string_equal(f->reply.field, "event_id");
    assert_int_equal(issue_in(f, 1, 1, KIND(ATTENDANCE), "de", WORLD_LATER_MS, NULL), SJ_INVALID);
    assert_string_equal(f->reply.field, "lang");
    f->org = 2; /* another organisation knows nothing of it */
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_NOT_FOUND);
}

static void
without_keys_or_a_name_nothing_is_issued(void **state)
{
    fixture *f = *state;

    tell_event(f, world_event_plain());
    tell_person(f, 1, 1, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 1, VERDICT(ATTENDED));
    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_UNAVAILABLE,
                   "the signer is not connected: start sijill-signer and try again");
    assert_int_equal(adopt(f, 0, WORLD_LATER_MS), SJ_OK);
    expect_refusal(f, 1, KIND(ATTENDANCE), WORLD_LATER_MS, SJ_PRECONDITION,
                   "the organisation has no name: define it first");
    tell_organisation(f, "Statistical Centre");
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
}

/* The two feeds and the signer come in any order; what comes of them is the same. */
static void
step(fixture *f, char what)
{
    if (what == 'o')
        tell_organisation(f, "Statistical Centre");
    else if (what == 'e')
        tell_event(f, world_event_plain());
    else if (what == 'p')
        tell_person(f, 1, 1, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    else if (what == 'v')
        tell_verdict(f, 1, 1, VERDICT(ATTENDED));
    else
        assert_int_equal(adopt(f, 0, WORLD_STARTS_MS), SJ_OK);
}

static void
feeds_may_come_in_any_order(void **state)
{
    static const char *const orders[] = { "oepvk", "vpeok", "kvope", "pveko", "veopk", "kpoev" };

    (void) state;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        void *world;

        assert_int_equal(world_open(&world), 0);
        for (const char *at = orders[i]; *at != '\0'; at++) {
            assert_int_not_equal(issue(world, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
            step(world, *at);
        }
        assert_int_equal(issue(world, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
        assert_int_equal(fixture_scrub(world), 0);
        fixture_close(&world);
    }
}

static void
a_dry_run_says_what_would_be_and_writes_nothing(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];

    fixture_digest(f, before);
    f->dry_run = true;
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
    f->dry_run = false;
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

#define READY(test) cmocka_unit_test_setup_teardown(test, world_open_ready, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        READY(an_attended_verdict_earns_a_certificate),
        READY(a_second_issue_answers_with_the_first),
        READY(an_existing_one_is_answered_even_when_nobody_is_eligible_any_more),
        READY(after_a_revocation_a_new_one_may_be_issued),
        READY(each_verdict_that_is_not_attended_is_refused_with_its_reason),
        READY(shares_are_told_in_per_cent),
        READY(each_state_of_an_event_that_forbids_certificates_is_named),
        READY(an_event_has_ended_at_its_end_and_not_before),
        READY(a_certificate_in_whole_seconds_is_never_dated_before_the_end),
        READY(only_a_confirmed_registration_earns_one),
        READY(a_role_earns_its_own_kind_without_a_verdict_and_any_role_may_have_attended),
        READY(a_holder_without_a_name_is_withheld),
        READY(what_is_unknown_or_malformed_is_said),
        cmocka_unit_test_setup_teardown(without_keys_or_a_name_nothing_is_issued, world_open,
                                        fixture_close),
        cmocka_unit_test(feeds_may_come_in_any_order),
        READY(a_dry_run_says_what_would_be_and_writes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
