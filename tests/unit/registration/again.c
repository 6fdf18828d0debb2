/* SPDX-License-Identifier: Apache-2.0 */
/* 110 Register of somebody who is known: repeats, conflicts, updates, those who left. */
#include "services/core/message.h"
#include "tests/unit/registration/scene.h"

static void
repeat_with_the_same_content_writes_nothing(void **state)
{
    scene *s = *state;
    uint8_t digest[32];
    answer first, second;
    person p;

    person_begin(s, &p, "a@x.org");
    person_country(&p, "MA");
    p.person.institution = text("INSEED");
    (void) person_send(s, &p);
    first = scene_answer(s);
    fixture_digest(s->f, digest);
    (void) person_send(s, &p);
    second = scene_answer(s);
    assert_memory_equal(first.id, second.id, SJ_ID_SIZE);
    assert_int_equal(second.outcome, SIJILL__V1__OUTCOME__UNCHANGED);
    second = scene_register(s, " A@X.ORG"); /* says less: no difference */
    assert_int_equal(second.outcome, SIJILL__V1__OUTCOME__UNCHANGED);
    assert_int_equal(fixture_emitted(s->f, REGISTRATION_CHANGED), 1);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
repeat_is_answered_after_the_closing_too(void **state)
{
    scene *s = *state;
    answer a = scene_register(s, "a@x.org");

    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED), SJ_OK);
    assert_memory_equal(scene_register(s, "a@x.org").id, a.id, SJ_ID_SIZE);
}

static void
other_content_conflicts_and_says_which(void **state)
{
    static const char *const fields[] = {
        "person.name",     "person.name_latin", "person.country", "person.institution",
        "person.position", "person.language",   "role",           "mode",
        "external_id",
    };
    scene *s = *state;

    (void) scene_register(s, "a@x.org");
    for (size_t n = 0; n < sizeof fields / sizeof fields[0]; n++) {
        person p;

        person_begin(s, &p, "a@x.org");
        if (n == 0)
            p.person.name = text("Another Name");
        if (n == 1)
            p.person.name_latin = text("Amina");
        if (n == 2)
            person_country(&p, "TR");
        if (n == 3)
            p.person.institution = text("I");
        if (n == 4)
            p.person.position = text("P");
        if (n == 5)
            p.person.language = text("fr");
        if (n == 6)
            person_role(&p, SIJILL__V1__ROLE__TRAINER);
        if (n == 7)
            person_mode(&p, SIJILL__V1__MODE__ONLINE);
        if (n == 8)
            person_external(&p, "zoom", "1");
        assert_int_equal(person_send(s, &p), SJ_CONFLICT);
        assert_string_equal(s->f->reply.field, fields[n]);
        person_update(&p);
        assert_int_equal(person_send(s, &p), SJ_OK);
        assert_int_equal(scene_answer(s).outcome, SIJILL__V1__OUTCOME__UPDATED);
        assert_int_equal(person_send(s, &p), SJ_OK);
        assert_int_equal(scene_answer(s).outcome, SIJILL__V1__OUTCOME__UNCHANGED);
        person_begin(s, &p, "a@x.org"); /* back to the usual name */
        person_update(&p);
        assert_int_equal(person_send(s, &p), SJ_OK);
    }
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
words_of_a_conflict_hold_nothing_personal(void **state)
{
    scene *s = *state;
    person p;

    (void) scene_register(s, "a@x.org");
    person_begin(s, &p, "a@x.org");
    p.person.name = text("Another Name");
    assert_int_equal(person_send(s, &p), SJ_CONFLICT);
    assert_null(strstr(s->f->reply.detail, "Another"));
    assert_null(strstr(s->f->reply.detail, "Amina"));
    assert_null(strstr(s->f->reply.detail, "x.org"));
}

static void
update_never_loses_a_seat(void **state)
{
    scene *s = *state;
    rules r;
    person p;
    answer a;

    rules_begin(&r);
    rules_quota(&r, "TR", 0);
    r.message.has_waiting_list = r.message.waiting_list = true;
    assert_int_equal(rules_set(s, &r), SJ_OK);
    a = scene_register(s, "a@x.org");
    person_begin(s, &p, "a@x.org");
    person_country(&p, "TR");
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_FULL);
    assert_int_equal(scene_state_of(s, a.id), SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_null(scene_view(s, a.id)->person->country);
}

static void
participant_who_becomes_trainer_gives_the_seat_to_the_line(void **state)
{
    scene *s = *state;
    answer waiting;
    person p;

    scene_seats(s, 1, true);
    (void) scene_register(s, "a@x.org");
    waiting = scene_register(s, "b@x.org");
    person_begin(s, &p, "a@x.org");
    person_role(&p, SIJILL__V1__ROLE__TRAINER);
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_int_equal(scene_state_of(s, waiting.id), SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    person_role(&p, SIJILL__V1__ROLE__PARTICIPANT); /* and there is no way back */
    assert_int_equal(person_send(s, &p), SJ_FULL);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
one_who_waits_and_becomes_trainer_leaves_the_line(void **state)
{
    scene *s = *state;
    person p;

    scene_seats(s, 0, true);
    (void) scene_register(s, "a@x.org");
    (void) scene_register(s, "b@x.org");
    person_begin(s, &p, "a@x.org");
    person_role(&p, SIJILL__V1__ROLE__TRAINER);
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_int_equal(scene_answer(s).state, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_int_equal(scene_register(s, "b@x.org").place, 1);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
one_who_waits_keeps_the_place_when_the_mode_changes(void **state)
{
    scene *s = *state;
    rules r;
    person p;

    rules_begin(&r);
    r.message.has_capacity_in_person = r.message.has_capacity_online = true;
    r.message.has_waiting_list = r.message.waiting_list = true;
    assert_int_equal(rules_set(s, &r), SJ_OK);
    for (const char *const *email = (const char *const[]){ "a@x.org", "b@x.org", NULL };
         *email != NULL; email++) {
        person_begin(s, &p, *email);
        person_mode(&p, SIJILL__V1__MODE__IN_PERSON);
        assert_int_equal(person_send(s, &p), SJ_OK);
    }
    person_begin(s, &p, "a@x.org");
    person_mode(&p, SIJILL__V1__MODE__ONLINE);
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_int_equal(scene_answer(s).place, 1);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
cancelled_person_registers_anew_behind_the_line(void **state)
{
    scene *s = *state;
    answer first, again;

    scene_seats(s, 1, true);
    first = scene_register(s, "a@x.org");
    (void) scene_register(s, "b@x.org");
    assert_int_equal(scene_decide(s, first.id, SIJILL__V1__DECISION__WITHDRAW).status, SJ_OK);
    again = scene_register(s, "a@x.org");
    assert_memory_equal(again.id, first.id, SJ_ID_SIZE);
    assert_int_equal(again.outcome, SIJILL__V1__OUTCOME__CREATED);
    assert_int_equal(again.state, SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
    assert_int_equal(again.place, 1);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
cancelled_person_comes_back_only_while_registration_is_open(void **state)
{
    scene *s = *state;
    answer first = scene_register(s, "a@x.org");

    (void) scene_decide(s, first.id, SIJILL__V1__DECISION__WITHDRAW);
    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED), SJ_OK);
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_CLOSED);
}

static void
redelivery_does_not_revive_what_was_cancelled(void **state)
{
    scene *s = *state;
    answer a;
    person p;

    person_begin(s, &p, "a@x.org");
    person_external(&p, "zoom", "r-1");
    (void) person_send(s, &p);
    a = scene_answer(s);
    (void) scene_decide(s, a.id, SIJILL__V1__DECISION__WITHDRAW);
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_int_equal(scene_answer(s).state, SIJILL__V1__REGISTRATION_STATE__CANCELLED);
    assert_int_equal(scene_answer(s).outcome, SIJILL__V1__OUTCOME__UNCHANGED);
    person_external(&p, "zoom", "r-2"); /* the platform's new registration is a new one */
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_int_equal(scene_answer(s).state, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_memory_equal(scene_answer(s).id, a.id, SJ_ID_SIZE);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
rejected_person_cannot_register_again(void **state)
{
    scene *s = *state;
    answer a = scene_register(s, "a@x.org");

    (void) scene_decide(s, a.id, SIJILL__V1__DECISION__REJECT);
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_CONFLICT);
}

static void
external_id_finds_the_person_whose_email_changed(void **state)
{
    scene *s = *state;
    answer a;
    person p;

    person_begin(s, &p, "old@x.org");
    person_external(&p, "upload", "7");
    (void) person_send(s, &p);
    a = scene_answer(s);
    person_begin(s, &p, "new@x.org");
    person_external(&p, "upload", "7");
    assert_int_equal(person_send(s, &p), SJ_CONFLICT);
    assert_string_equal(s->f->reply.field, "person.email");
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_memory_equal(scene_answer(s).id, a.id, SJ_ID_SIZE);
    assert_memory_not_equal(scene_register(s, "old@x.org").id, a.id, SJ_ID_SIZE);
    assert_memory_equal(scene_register(s, "new@x.org").id, a.id, SJ_ID_SIZE);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
email_and_external_id_of_two_people_conflict(void **state)
{
    scene *s = *state;
    person p;

    (void) scene_register(s, "a@x.org");
    person_begin(s, &p, NULL);
    person_external(&p, "zoom", "b");
    (void) person_send(s, &p);
    person_begin(s, &p, "a@x.org");
    person_external(&p, "zoom", "b");
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_CONFLICT);
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
person_known_by_external_id_gets_an_email(void **state)
{
    scene *s = *state;
    answer a;
    person p;

    person_begin(s, &p, NULL);
    person_external(&p, "zoom", "b");
    (void) person_send(s, &p);
    a = scene_answer(s);
    person_begin(s, &p, "b@x.org");
    person_external(&p, "zoom", "b");
    person_update(&p);
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_memory_equal(scene_register(s, "b@x.org").id, a.id, SJ_ID_SIZE);
    assert_int_equal(fixture_scrub(s->f), 0);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(repeat_with_the_same_content_writes_nothing),
        LAW(repeat_is_answered_after_the_closing_too),
        LAW(other_content_conflicts_and_says_which),
        LAW(words_of_a_conflict_hold_nothing_personal),
        LAW(update_never_loses_a_seat),
        LAW(participant_who_becomes_trainer_gives_the_seat_to_the_line),
        LAW(one_who_waits_and_becomes_trainer_leaves_the_line),
        LAW(one_who_waits_keeps_the_place_when_the_mode_changes),
        LAW(cancelled_person_registers_anew_behind_the_line),
        LAW(cancelled_person_comes_back_only_while_registration_is_open),
        LAW(redelivery_does_not_revive_what_was_cancelled),
        LAW(rejected_person_cannot_register_again),
        LAW(external_id_finds_the_person_whose_email_changed),
        LAW(email_and_external_id_of_two_people_conflict),
        LAW(person_known_by_external_id_gets_an_email),
    };

    return cmocka_run_group_tests_name("registration: who is known", tests, NULL, NULL);
}
