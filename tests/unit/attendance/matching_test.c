/* SPDX-License-Identifier: Apache-2.0 */
/* Whose presence it is: registrant id, then e-mail, a human's word before both, never a display
 * name. */
#include "tests/unit/attendance/scene.h"

#include "services/attendance/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EVENING "18:00"
#define ZOOM "zoom"

static uint32_t
matched(fixture *f)
{
    Sijill__V1__Matched *out = fixture_reply(f, &sijill__v1__matched__descriptor);

    return out->evidence;
}

static void
a_registrant_id_finds_its_registration(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .source = ZOOM, .external_id = "r1" },
                   "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, "r1", NULL, "Somebody", 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    assert_int_equal(scene_unmatched(f, EVENING), 0);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_registrant_id_of_another_platform_is_another(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .source = ZOOM, .external_id = "r1" },
                   "8:00");
    assert_int_equal(scene_see_called(f, "webex", "r1", NULL, NULL, 1, "span 9:00-10:00", "10:00"),
                     SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 0);
    assert_int_equal(scene_unmatched(f, EVENING), 1);
}

static void
an_email_finds_its_registration_however_it_is_written(void **state)
{
    static const char *const written[] = { "aygul@xn--mnchen-3ya.example", "AYGUL@München.Example",
                                           "  aygul@münchen.example " };
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .email = "Aygul@MÜNCHEN.example" },
                   "8:00");
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(
            scene_see_called(f, ZOOM, NULL, written[i], NULL, i + 1, "scan 9:00", "10:00"), SJ_OK);
    assert_int_equal(scene_unmatched(f, EVENING), 0);
    assert_int_equal(scene_explain(f, 1, EVENING)->n_evidence, 3);
}

static void
the_registrant_id_goes_before_the_email(void **state)
{
    fixture *f = *state;

    scene_register(f,
                   (scene_registration){
                       .number = 1, .email = "one@x.org", .source = ZOOM, .external_id = "r1" },
                   "8:00");
    scene_register(f, (scene_registration){ .number = 2, .email = "two@x.org" }, "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, "r1", "two@x.org", NULL, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    assert_int_equal(scene_seconds(f, 2, EVENING), 0);
}

static void
evidence_that_two_names_lead_to_counts_once(void **state)
{
    fixture *f = *state;

    scene_register(f,
                   (scene_registration){
                       .number = 1, .email = "a@x.org", .source = ZOOM, .external_id = "r1" },
                   "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, "r1", "a@x.org", NULL, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(scene_match(f, ZOOM, "r1", "a@x.org", NULL, 1, "10:01"), SJ_OK);
    assert_int_equal(scene_explain(f, 1, EVENING)->row->verdict->evidence_count, 1);
    assert_int_equal(scene_told(f), 1);
}

static void
an_email_that_is_given_up_goes_to_the_next(void **state)
{
    fixture *f = *state;

    scene_register(f,
                   (scene_registration){ .number = 1,
                                         .email = "a@x.org",
                                         .state = SIJILL__V1__REGISTRATION_STATE__CANCELLED },
                   "8:00");
    scene_register(f, (scene_registration){ .number = 2, .email = "a@x.org" }, "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, NULL, "a@x.org", NULL, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(scene_seconds(f, 2, EVENING), 3600);
    scene_register(f, (scene_registration){ .number = 2, .email = "b@x.org" }, "10:01");
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
the_email_is_asked_when_the_registrant_id_is_nobodys(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 2, .email = "two@x.org" }, "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, "r9", "two@x.org", NULL, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(scene_seconds(f, 2, EVENING), 3600);
    scene_register(f, (scene_registration){ .number = 1, .source = ZOOM, .external_id = "r9" },
                   "10:30");
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    assert_int_equal(scene_seconds(f, 2, EVENING), 0);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_display_name_matches_nobody(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .email = "a@x.org" }, "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, NULL, NULL, "Айгүл Сағындықова", 1, "span 9:00-10:00", "10:00"),
        SJ_OK);
    assert_int_equal(scene_unmatched(f, EVENING), 1);
    assert_int_equal(scene_seconds(f, 1, EVENING), 0);
}

static void
a_late_registration_finds_the_evidence_that_waited(void **state)
{
    fixture *f = *state;

    assert_int_equal(scene_see_called(f, ZOOM, NULL, "A@x.org", NULL, 1, "in 9:00 c1", "9:00"),
                     SJ_OK);
    assert_int_equal(scene_see_called(f, ZOOM, "r1", NULL, NULL, 2, "out 11:00 c1", "11:00"),
                     SJ_OK);
    assert_int_equal(scene_unmatched(f, "11:00"), 2);
    scene_register(f,
                   (scene_registration){
                       .number = 1, .email = "a@x.org", .source = ZOOM, .external_id = "r1" },
                   "13:00");
    assert_int_equal(scene_unmatched(f, "13:00"), 0);
    assert_int_equal(scene_seconds(f, 1, EVENING), 7200);
    assert_int_equal(scene_told(f), 1);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_changed_email_takes_its_evidence_along(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .email = "old@x.org" }, "8:00");
    scene_register(f, (scene_registration){ .number = 2, .email = "other@x.org" }, "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, NULL, "new@x.org", NULL, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    scene_register(f, (scene_registration){ .number = 1, .email = "new@x.org" }, "11:00");
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    scene_register(f, (scene_registration){ .number = 1, .email = "newer@x.org" }, "11:01");
    assert_int_equal(scene_seconds(f, 1, EVENING), 0);
    assert_int_equal(scene_unmatched(f, EVENING), 1);
    assert_int_equal(fixture_scrub(f), 0);
}

/* Another platform names the person, or Zoom does anew after a cancellation. */
static void
a_registrant_id_of_before_is_still_this_persons(void **state)
{
    fixture *f = *state;

    scene_register(f,
                   (scene_registration){
                       .number = 1, .email = "a@x.org", .source = "bbb", .external_id = "e1" },
                   "8:00");
    assert_int_equal(scene_see_called(f, "bbb", "e1", NULL, NULL, 1, "in 9:00 c1", "9:00"), SJ_OK);
    scene_register(f,
                   (scene_registration){
                       .number = 1, .email = "a@x.org", .source = ZOOM, .external_id = "r1" },
                   "9:30");
    assert_int_equal(scene_see_called(f, "bbb", "e1", NULL, NULL, 2, "out 10:00 c1", "10:00"),
                     SJ_OK);
    assert_int_equal(scene_see_called(f, ZOOM, "r1", NULL, NULL, 3, "span 10:00-11:00", "11:00"),
                     SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 7200);
    assert_int_equal(scene_unmatched(f, EVENING), 0);
    scene_register(f,
                   (scene_registration){
                       .number = 1, .email = "a@x.org", .source = "bbb", .external_id = "e1" },
                   "12:00");
    assert_int_equal(scene_seconds(f, 1, EVENING), 7200);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
who_has_a_registrant_id_goes_before_who_had_it(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .source = ZOOM, .external_id = "r1" },
                   "8:00");
    scene_register(f, (scene_registration){ .number = 1, .source = ZOOM, .external_id = "r2" },
                   "8:01");
    assert_int_equal(scene_see_called(f, ZOOM, "r1", NULL, NULL, 1, "span 9:00-10:00", "10:00"),
                     SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    scene_register(f,
                   (scene_registration){ .number = 2,
                                         .source = ZOOM,
                                         .external_id = "r1",
                                         .state = SIJILL__V1__REGISTRATION_STATE__CANCELLED },
                   "10:01");
    assert_int_equal(scene_seconds(f, 1, EVENING), 0);
    assert_int_equal(scene_seconds(f, 2, EVENING), 3600);
    scene_register(f, (scene_registration){ .number = 2, .source = ZOOM, .external_id = "r3" },
                   "10:02");
    scene_register(f, (scene_registration){ .number = 3, .email = "c@x.org" }, "10:03");
    assert_int_equal(
        scene_see_called(f, ZOOM, "r1", "c@x.org", NULL, 2, "span 10:00-11:00", "11:00"), SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    assert_int_equal(scene_seconds(f, 3, EVENING), 3600);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_match_goes_before_a_registrant_id_of_before(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .source = ZOOM, .external_id = "r1" },
                   "8:00");
    scene_register(f, (scene_registration){ .number = 1, .source = ZOOM, .external_id = "r2" },
                   "8:01");
    scene_register(f, (scene_registration){ .number = 2 }, "8:02");
    assert_int_equal(
        scene_see_called(f, ZOOM, "r1", "b@x.org", NULL, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(scene_match(f, ZOOM, NULL, "b@x.org", NULL, 2, "10:01"), SJ_OK);
    assert_int_equal(matched(f), 1);
    assert_int_equal(scene_seconds(f, 1, EVENING), 0);
    assert_int_equal(scene_seconds(f, 2, EVENING), 3600);
    assert_int_equal(scene_match(f, ZOOM, "r1", NULL, NULL, 1, "10:02"), SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
of_many_registrant_ids_the_last_are_kept(void **state)
{
    enum { MANY = ATTENDANCE_FORMER_MAX + 3 };
    fixture *f = *state;

    for (uint32_t i = 1; i <= MANY; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "r%u", (unsigned) i);
        scene_register(f, (scene_registration){ .number = 1, .source = ZOOM, .external_id = name },
                       "8:00");
        assert_int_equal(scene_see_called(f, ZOOM, name, NULL, NULL, i, "scan 9:00", "9:00"),
                         SJ_OK);
    }
    assert_int_equal(scene_explain(f, 1, EVENING)->n_evidence, ATTENDANCE_FORMER_MAX + 1);
    assert_int_equal(scene_unmatched(f, EVENING), MANY - ATTENDANCE_FORMER_MAX - 1);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
of_two_registrations_with_one_email_the_live_one_counts(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .email = "a@x.org" }, "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, NULL, "a@x.org", NULL, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    scene_register(f,
                   (scene_registration){ .number = 1,
                                         .email = "a@x.org",
                                         .state = SIJILL__V1__REGISTRATION_STATE__CANCELLED },
                   "10:01");
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    scene_register(f, (scene_registration){ .number = 2, .email = "a@x.org" }, "10:02");
    assert_int_equal(scene_seconds(f, 1, EVENING), 0);
    assert_int_equal(scene_seconds(f, 2, EVENING), 3600);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_record_without_its_person_keeps_who_it_was(void **state)
{
    fixture *f = *state;
    Sijill__V1__AttendanceRow *row;

    scene_register(f, (scene_registration){ .number = 1, .email = "a@x.org" }, "8:00");
    scene_register(f,
                   (scene_registration){ .number = 1,
                                         .impersonal = true,
                                         .state = SIJILL__V1__REGISTRATION_STATE__CANCELLED },
                   "8:01");
    row = scene_explain(f, 1, "9:00")->row;
    assert_string_equal(row->email, "a@x.org");
    assert_int_equal(row->state, SIJILL__V1__REGISTRATION_STATE__CANCELLED);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_human_matches_what_was_and_what_comes(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see_called(f, ZOOM, "r7", NULL, "Phone", 1, "in 9:00 c1", "9:00"),
                     SJ_OK);
    assert_int_equal(scene_match(f, ZOOM, "r7", NULL, NULL, 1, "9:30"), SJ_OK);
    assert_int_equal(matched(f), 1);
    assert_int_equal(scene_told(f), 1);
    assert_int_equal(scene_see_called(f, ZOOM, "r7", NULL, "Phone", 2, "out 10:00 c1", "10:00"),
                     SJ_OK);
    assert_int_equal(scene_unmatched(f, EVENING), 0);
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_match_may_come_before_any_evidence(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_match(f, ZOOM, "r7", NULL, NULL, 1, "8:30"), SJ_OK);
    assert_int_equal(matched(f), 0);
    assert_int_equal(scene_see_called(f, ZOOM, "r7", NULL, NULL, 1, "scan 9:00", "9:00"), SJ_OK);
    assert_int_equal(scene_unmatched(f, EVENING), 0);
}

static void
a_human_may_match_a_display_name(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, NULL, NULL, "Galaxy A12", 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(
        scene_see_called(f, "webex", NULL, NULL, "Galaxy A12", 2, "span 9:00-11:00", "11:00"),
        SJ_OK);
    assert_int_equal(scene_match(f, ZOOM, NULL, NULL, "Galaxy A12", 1, "11:30"), SJ_OK);
    assert_int_equal(matched(f), 1);
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
    assert_int_equal(scene_unmatched(f, EVENING), 1);
}

static void
a_human_goes_before_the_names_and_may_correct_himself(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .email = "a@x.org" }, "8:00");
    scene_register(f, (scene_registration){ .number = 2 }, "8:00");
    scene_register(f, (scene_registration){ .number = 3 }, "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, NULL, "a@x.org", NULL, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(scene_match(f, ZOOM, NULL, "A@x.org", NULL, 2, "10:01"), SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 0);
    assert_int_equal(scene_seconds(f, 2, EVENING), 3600);
    assert_int_equal(scene_match(f, ZOOM, NULL, "a@x.org", NULL, 3, "10:02"), SJ_OK);
    assert_int_equal(matched(f), 1);
    assert_int_equal(scene_seconds(f, 2, EVENING), 0);
    assert_int_equal(scene_seconds(f, 3, EVENING), 3600);
    assert_int_equal(scene_match(f, ZOOM, NULL, "a@x.org", NULL, 3, "10:03"), SJ_OK);
    assert_int_equal(matched(f), 0);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_match_by_email_leaves_what_a_registrant_id_decided(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .source = ZOOM, .external_id = "r1" },
                   "8:00");
    scene_register(f, (scene_registration){ .number = 2 }, "8:00");
    assert_int_equal(
        scene_see_called(f, ZOOM, "r1", "a@x.org", NULL, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(scene_match(f, ZOOM, NULL, "a@x.org", NULL, 2, "10:01"), SJ_OK);
    assert_int_equal(matched(f), 0);
    assert_int_equal(scene_seconds(f, 1, EVENING), 3600);
}

static void
a_match_needs_an_event_a_registration_and_a_name(void **state)
{
    fixture *f = *state;

    assert_int_equal(scene_match(f, ZOOM, "r1", NULL, NULL, 1, "9:00"), SJ_NOT_FOUND);
    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_match(f, ZOOM, "", "nonsense", "", 1, "9:00"), SJ_INVALID);
    assert_string_equal(f->reply.field, "identity");
    f->org = 2;
    assert_int_equal(scene_match(f, ZOOM, "r1", NULL, NULL, 1, "9:00"), SJ_NOT_FOUND);
}

static void
one_registration_is_not_everybody(void **state)
{
    fixture *f = *state;
    sj_status status = SJ_OK;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    for (int i = 0; status == SJ_OK && i < 2 * ATTENDANCE_LINKS_MAX; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "r%d", i);
        status = scene_match(f, ZOOM, name, NULL, NULL, 1, "9:00");
    }
    assert_int_equal(status, SJ_TOO_LARGE);
    assert_int_equal(fixture_scrub(f), 0);
}

/* A platform that puts one e-mail on everybody: the change of that key reaches all, by the pulse.
 */
static void
a_shared_email_is_settled_by_the_pulse(void **state)
{
    enum { MANY = 2 * ATTENDANCE_NAMESAKES_MAX };
    fixture *f = *state;

    for (uint32_t i = 0; i < MANY; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "r%u", (unsigned) i);
        assert_int_equal(scene_see_called(f, ZOOM, name, "noreply@x.org", NULL, i + 1,
                                          "span 9:00-10:00", "10:00"),
                         SJ_OK);
        if (i % 2 == 0)
            scene_register(
                f, (scene_registration){ .number = i + 10, .source = ZOOM, .external_id = name },
                "10:01");
    }
    scene_settle(f, "10:02");
    scene_register(f, (scene_registration){ .number = 1, .email = "noreply@x.org" }, "10:03");
    scene_settle(f, "10:04");
    assert_int_equal(scene_explain(f, 1, EVENING)->row->verdict->evidence_count, MANY / 2);
    assert_int_equal(scene_unmatched(f, EVENING), 0);
    assert_int_equal(fixture_scrub(f), 0);
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, scene_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest laws[] = {
        TEST(a_registrant_id_finds_its_registration),
        TEST(a_registrant_id_of_another_platform_is_another),
        TEST(an_email_finds_its_registration_however_it_is_written),
        TEST(the_registrant_id_goes_before_the_email),
        TEST(evidence_that_two_names_lead_to_counts_once),
        TEST(an_email_that_is_given_up_goes_to_the_next),
        TEST(the_email_is_asked_when_the_registrant_id_is_nobodys),
        TEST(a_display_name_matches_nobody),
        TEST(a_late_registration_finds_the_evidence_that_waited),
        TEST(a_changed_email_takes_its_evidence_along),
        TEST(a_registrant_id_of_before_is_still_this_persons),
        TEST(who_has_a_registrant_id_goes_before_who_had_it),
        TEST(a_match_goes_before_a_registrant_id_of_before),
        TEST(of_many_registrant_ids_the_last_are_kept),
        TEST(of_two_registrations_with_one_email_the_live_one_counts),
        TEST(a_record_without_its_person_keeps_who_it_was),
        TEST(a_human_matches_what_was_and_what_comes),
        TEST(a_match_may_come_before_any_evidence),
        TEST(a_human_may_match_a_display_name),
        TEST(a_human_goes_before_the_names_and_may_correct_himself),
        TEST(a_match_by_email_leaves_what_a_registrant_id_decided),
        TEST(a_match_needs_an_event_a_registration_and_a_name),
        TEST(one_registration_is_not_everybody),
        TEST(a_shared_email_is_settled_by_the_pulse),
    };

    return cmocka_run_group_tests_name("matching", laws, NULL, NULL);
}
