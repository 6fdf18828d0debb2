/* SPDX-License-Identifier: Apache-2.0 */
/* 148 FollowRegistration: what a platform's word does, and what it cannot do. */
#include "services/core/message.h"
#include "services/registration/said.h"
#include "tests/unit/registration/pushes.h"

#include <stdio.h>

#define AMAL "amal@example.org"
#define BADR "badr@example.org"
#define HOUR UINT64_C(3600000)

enum {
    PENDING = SIJILL__V1__REGISTRATION_STATE__PENDING,
    WAITLISTED = SIJILL__V1__REGISTRATION_STATE__WAITLISTED,
    CONFIRMED = SIJILL__V1__REGISTRATION_STATE__CONFIRMED,
    REJECTED = SIJILL__V1__REGISTRATION_STATE__REJECTED,
    CANCELLED = SIJILL__V1__REGISTRATION_STATE__CANCELLED,
};

static push
word(word_kind kind, uint64_t ms, const char *external_id, const char *email)
{
    return (
        push){ .kind = kind, .ms = ms, .external_id = external_id, .email = email, .name = "Amal" };
}

static answer
said(scene *s, word_kind kind, uint64_t ms, const char *external_id, const char *email)
{
    push p = word(kind, ms, external_id, email);

    return push_answer(s, &p);
}

static void
a_redelivery_writes_no_row_and_no_record(void **state)
{
    scene *s = *state;
    answer first = said(s, SAYS_REGISTERED, 1, "A", AMAL), again;
    uint64_t revision = scene_view(s, first.id)->revision;
    size_t records = fixture_emitted(s->f, 0);

    s->now_ms += HOUR;
    again = said(s, SAYS_REGISTERED, 1, "A", AMAL);
    assert_int_equal(again.outcome, SIJILL__V1__OUTCOME__UNCHANGED);
    assert_memory_equal(again.id, first.id, sizeof first.id);
    assert_int_equal(fixture_emitted(s->f, 0), records);
    assert_int_equal(scene_view(s, first.id)->revision, revision);
}

static void
a_platform_decides_whatever_hours_and_approval_say(void **state)
{
    scene *s = *state;
    rules r;

    rules_begin(&r);
    r.message.has_closes_ms = r.message.has_needs_approval = r.message.needs_approval = true;
    r.message.closes_ms = NOW - 1;
    assert_int_equal(rules_set(s, &r), SJ_OK);
    assert_int_equal(said(s, SAYS_REGISTERED, 1, "A", AMAL).state, CONFIRMED);
    assert_int_equal(said(s, SAYS_PENDING, 1, "B", BADR).state, PENDING);
    assert_int_equal(said(s, SAYS_APPROVED, 2, "B", BADR).state, CONFIRMED);
}

static void
a_seat_too_many_is_refused_and_nothing_is_kept(void **state)
{
    scene *s = *state;
    uint8_t digest[32];

    scene_seats(s, 1, false);
    assert_int_equal(said(s, SAYS_REGISTERED, 1, "A", AMAL).state, CONFIRMED);
    fixture_digest(s->f, digest);
    assert_int_equal(said(s, SAYS_REGISTERED, 2, "B", BADR).status, SJ_FULL);
    assert_same_store(s, digest);
    assert_int_equal(said(s, SAYS_PENDING, 2, "B", BADR).state, PENDING);
    assert_int_equal(said(s, SAYS_APPROVED, 3, "B", BADR).status, SJ_FULL);
    assert_int_equal(scene_event(s)->confirmed, 1);
}

static void
a_cancellation_gives_the_seat_to_the_line(void **state)
{
    scene *s = *state;
    answer second;

    scene_seats(s, 1, true);
    (void) said(s, SAYS_REGISTERED, 1, "A", AMAL);
    second = said(s, SAYS_REGISTERED, 2, "B", BADR);
    assert_int_equal(second.state, WAITLISTED);
    assert_int_equal(second.place, 1);
    assert_int_equal(said(s, SAYS_WITHDRAWN, 3, "A", NULL).state, CANCELLED);
    assert_int_equal(scene_state_of(s, second.id), CONFIRMED);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
who_waits_here_keeps_the_place_when_the_platform_approves(void **state)
{
    scene *s = *state;
    answer second;

    scene_seats(s, 1, true);
    (void) said(s, SAYS_REGISTERED, 1, "A", AMAL);
    second = said(s, SAYS_REGISTERED, 2, "B", BADR);
    (void) said(s, SAYS_REGISTERED, 2, "C", "c@example.org");
    second = said(s, SAYS_APPROVED, 3, "B", BADR);
    assert_int_equal(second.state, WAITLISTED);
    assert_int_equal(second.place, 1);
}

static void
a_thin_end_before_its_beginning_is_kept_and_registers_nobody(void **state)
{
    scene *s = *state;
    answer early = said(s, SAYS_DENIED, 2, "A", NULL);

    assert_int_equal(early.status, SJ_OK);
    assert_int_equal(early.state, SIJILL__V1__REGISTRATION_STATE__STATE_NONE);
    assert_int_equal(fixture_emitted(s->f, REGISTRATION_CHANGED), 0);
    assert_int_equal(said(s, SAYS_PENDING, 1, "A", AMAL).state, REJECTED);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
who_registered_by_hand_is_the_same_and_learns_the_id(void **state)
{
    scene *s = *state;
    answer here = scene_register(s, AMAL);
    answer there = said(s, SAYS_REGISTERED, 1, "A", "Amal@EXAMPLE.org");
    Sijill__V1__RegistrationView *view;

    assert_memory_equal(there.id, here.id, sizeof here.id);
    assert_int_equal(there.outcome, SIJILL__V1__OUTCOME__UPDATED);
    view = scene_view(s, here.id);
    assert_string_equal(view->source, "zoom");
    assert_string_equal(view->external_id, "A");
    assert_string_equal(view->person->name, "Amal");
    assert_int_equal(scene_event(s)->confirmed, 1);
}

static void
who_holds_a_seat_here_loses_none_because_the_platform_must_approve(void **state)
{
    scene *s = *state;
    answer here = scene_register(s, AMAL);

    assert_int_equal(said(s, SAYS_PENDING, 1, "A", AMAL).state, CONFIRMED);
    assert_int_equal(said(s, SAYS_DENIED, 2, "A", NULL).state, REJECTED);
    assert_int_equal(scene_state_of(s, here.id), REJECTED);
}

static void
who_registers_by_hand_after_the_platform_is_known(void **state)
{
    scene *s = *state;
    answer there = said(s, SAYS_REGISTERED, 1, "A", AMAL), here;
    person p;

    person_begin(s, &p, AMAL);
    p.person.name = text("Amal");
    (void) person_send(s, &p);
    here = scene_answer(s);
    assert_int_equal(here.outcome, SIJILL__V1__OUTCOME__UNCHANGED);
    assert_memory_equal(here.id, there.id, sizeof here.id);
}

static void
another_id_after_a_cancellation_is_registered_anew(void **state)
{
    scene *s = *state;
    answer first = said(s, SAYS_REGISTERED, 1, "A", AMAL), second;

    (void) said(s, SAYS_WITHDRAWN, 2, "A", NULL);
    second = said(s, SAYS_REGISTERED, 3, "B", AMAL);
    assert_int_equal(second.state, CONFIRMED);
    assert_memory_equal(second.id, first.id, sizeof first.id);
    assert_string_equal(scene_view(s, second.id)->external_id, "B");
    (void) said(s, SAYS_WITHDRAWN, 4, "A", NULL); /* of the former */
    assert_int_equal(scene_state_of(s, second.id), CONFIRMED);
    assert_int_equal(said(s, SAYS_WITHDRAWN, 5, "B", NULL).state, CANCELLED);
}

static void
a_decision_here_stands_until_the_platform_says_something_later(void **state)
{
    scene *s = *state;
    answer a = said(s, SAYS_REGISTERED, 2, "A", AMAL);

    (void) scene_decide(s, a.id, SIJILL__V1__DECISION__REJECT);
    assert_int_equal(said(s, SAYS_REGISTERED, 2, "A", AMAL).state, REJECTED);
    assert_int_equal(said(s, SAYS_PENDING, 1, "A", AMAL).state, REJECTED);
    assert_int_equal(said(s, SAYS_APPROVED, 3, "A", AMAL).state, CONFIRMED);
}

static void
who_comes_back_by_hand_is_not_cancelled_by_an_old_word(void **state)
{
    scene *s = *state;
    answer a = said(s, SAYS_REGISTERED, 1, "A", AMAL);

    (void) said(s, SAYS_WITHDRAWN, 3, "A", NULL);
    assert_int_equal(scene_register(s, AMAL).state, CONFIRMED);
    assert_int_equal(said(s, SAYS_WITHDRAWN, 2, "A", NULL).state, CONFIRMED);
    assert_int_equal(said(s, SAYS_WITHDRAWN, 3, "A", NULL).state, CONFIRMED);
    assert_int_equal(said(s, SAYS_WITHDRAWN, 4, "A", NULL).state, CANCELLED);
    assert_int_equal(scene_state_of(s, a.id), CANCELLED);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
texts_are_mended_and_never_refused(void **state)
{
    scene *s = *state;
    char longer[301];
    push p = word(SAYS_REGISTERED, 1, "A", "not an address");
    answer a;

    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    p.name = "  Ama\u200El\u0301\u0301\u0301\u0301\u0301\u0301  ";
    p.institution = longer;
    p.country = "zz";
    a = push_answer(s, &p);
    assert_int_equal(a.status, SJ_OK);

    Sijill__V1__RegistrationView *view = scene_view(s, a.id);

    assert_string_equal(view->person->name, "Ama\u013a\u0301\u0301\u0301\u0301");
    assert_int_equal(strlen(view->person->institution), 200);
    assert_null(view->person->country);
    assert_null(view->person->email);
}

static void
an_e_mail_that_another_has_stays_there(void **state)
{
    scene *s = *state;
    answer here = scene_register(s, AMAL);
    answer there = said(s, SAYS_REGISTERED, 1, "A", NULL);

    assert_int_equal(said(s, SAYS_APPROVED, 2, "A", AMAL).state, CONFIRMED);
    assert_null(scene_view(s, there.id)->person->email);
    assert_memory_equal(push_person(s, AMAL)->id.data, here.id, sizeof here.id);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
an_event_that_is_not_open_gives_no_seat_and_hears_a_cancellation(void **state)
{
    scene *s = *state;
    answer a = said(s, SAYS_REGISTERED, 1, "A", AMAL);

    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED), SJ_OK);
    assert_int_equal(said(s, SAYS_REGISTERED, 1, "B", BADR).status, SJ_CLOSED);
    assert_int_equal(said(s, SAYS_WITHDRAWN, 2, "A", NULL).state, CANCELLED);
    assert_int_equal(scene_state_of(s, a.id), CANCELLED);
}

static void
a_person_has_so_many_ids_and_no_more(void **state)
{
    scene *s = *state;
    char id[16];

    for (int n = 0; n < 16; n++) {
        (void) snprintf(id, sizeof id, "%d", n);
        assert_int_equal(said(s, SAYS_REGISTERED, 1, id, AMAL).status, SJ_OK);
    }
    assert_int_equal(said(s, SAYS_REGISTERED, 1, "more", AMAL).status, SJ_CONFLICT);
    assert_int_equal(said(s, SAYS_WITHDRAWN, 2, "7", NULL).state, CONFIRMED);
    assert_int_equal(scene_event(s)->confirmed, 1);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static answer
undated(scene *s, word_kind kind, uint64_t ms, uint8_t nonce)
{
    push p = word(kind, ms, "A", AMAL);

    return push_undated(s, &p, nonce);
}

static void
a_word_without_a_time_of_its_own_is_taken_once(void **state)
{
    scene *s = *state;
    size_t records;
    answer first = undated(s, SAYS_REGISTERED, 1, 1);

    assert_int_equal(first.state, CONFIRMED);
    assert_int_equal(undated(s, SAYS_WITHDRAWN, 2, 2).state, CANCELLED);
    records = fixture_emitted(s->f, 0);
    assert_int_equal(undated(s, SAYS_REGISTERED, 3, 1).outcome, SIJILL__V1__OUTCOME__UNCHANGED);
    assert_int_equal(fixture_emitted(s->f, 0), records);
    assert_int_equal(scene_state_of(s, first.id), CANCELLED);
    assert_int_equal(undated(s, SAYS_REGISTERED, 4, 3).state, CONFIRMED);
    assert_int_equal(undated(s, SAYS_WITHDRAWN, 5, 2).outcome, SIJILL__V1__OUTCOME__UNCHANGED);
    assert_int_equal(scene_state_of(s, first.id), CONFIRMED);
}

static void
a_word_that_came_too_late_to_matter_is_known_again(void **state)
{
    scene *s = *state;
    answer first = said(s, SAYS_REGISTERED, 1, "A", AMAL);

    (void) said(s, SAYS_WITHDRAWN, 9, "A", AMAL);
    assert_int_equal(undated(s, SAYS_REGISTERED, 5, 1).state, CANCELLED);
    assert_int_equal(undated(s, SAYS_REGISTERED, 10, 1).state, CANCELLED);
    assert_int_equal(scene_state_of(s, first.id), CANCELLED);
}

static void
so_many_words_without_a_time_are_known_again_and_no_more(void **state)
{
    scene *s = *state;
    uint64_t ms = 1;

    for (uint8_t nonce = 1; nonce <= SAID_UNDATED_MAX + 1; nonce++)
        (void) undated(s, nonce % 2 == 1 ? SAYS_REGISTERED : SAYS_WITHDRAWN, ms++, nonce);
    assert_int_equal(undated(s, SAYS_WITHDRAWN, ms++, 2).state, CONFIRMED); /* known */
    assert_int_equal(undated(s, SAYS_REGISTERED, ms++, 1).outcome, SIJILL__V1__OUTCOME__UPDATED);
    assert_int_equal(undated(s, SAYS_WITHDRAWN, ms++, 2).state, CANCELLED); /* no more */
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
a_decision_here_is_not_undone_by_a_word_that_was_heard(void **state)
{
    scene *s = *state;
    answer first = undated(s, SAYS_REGISTERED, 1, 1);

    (void) scene_decide(s, first.id, SIJILL__V1__DECISION__WITHDRAW);
    assert_int_equal(scene_state_of(s, first.id), CANCELLED);
    assert_int_equal(undated(s, SAYS_REGISTERED, 9, 1).state, CANCELLED);
    assert_int_equal(scene_state_of(s, first.id), CANCELLED);
}

static void
what_names_nobody_or_no_time_is_refused_by_its_field(void **state)
{
    scene *s = *state;
    Sijill__V1__FollowRegistration in;

    sijill__v1__follow_registration__init(&in);
    in.has_event_id = in.has_kind = true;
    in.event_id = sj_id_data(s->event);
    in.kind = SIJILL__V1__PUSH__KIND__JOINED;
    assert_int_equal(fixture_run(s->f, FOLLOW, &in.base, NOW), SJ_INVALID);
    assert_string_equal(s->f->reply.field, "kind");
    in.kind = SIJILL__V1__PUSH__KIND__REGISTERED;
    assert_int_equal(fixture_run(s->f, FOLLOW, &in.base, NOW), SJ_INVALID);
    assert_string_equal(s->f->reply.field, "occurred_ms");
    in.has_occurred_ms = true;
    in.occurred_ms = NOW;
    in.source = text("zoom");
    assert_int_equal(fixture_run(s->f, FOLLOW, &in.base, NOW), SJ_INVALID);
    assert_string_equal(s->f->reply.field, "external_id");
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(a_redelivery_writes_no_row_and_no_record),
        LAW(a_platform_decides_whatever_hours_and_approval_say),
        LAW(a_seat_too_many_is_refused_and_nothing_is_kept),
        LAW(a_cancellation_gives_the_seat_to_the_line),
        LAW(who_waits_here_keeps_the_place_when_the_platform_approves),
        LAW(a_thin_end_before_its_beginning_is_kept_and_registers_nobody),
        LAW(who_registered_by_hand_is_the_same_and_learns_the_id),
        LAW(who_holds_a_seat_here_loses_none_because_the_platform_must_approve),
        LAW(who_registers_by_hand_after_the_platform_is_known),
        LAW(another_id_after_a_cancellation_is_registered_anew),
        LAW(a_decision_here_stands_until_the_platform_says_something_later),
        LAW(who_comes_back_by_hand_is_not_cancelled_by_an_old_word),
        LAW(texts_are_mended_and_never_refused),
        LAW(an_e_mail_that_another_has_stays_there),
        LAW(an_event_that_is_not_open_gives_no_seat_and_hears_a_cancellation),
        LAW(a_person_has_so_many_ids_and_no_more),
        LAW(what_names_nobody_or_no_time_is_refused_by_its_field),
        LAW(a_word_without_a_time_of_its_own_is_taken_once),
        LAW(a_word_that_came_too_late_to_matter_is_known_again),
        LAW(so_many_words_without_a_time_are_known_again_and_no_more),
        LAW(a_decision_here_is_not_undone_by_a_word_that_was_heard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
