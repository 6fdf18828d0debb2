/* SPDX-License-Identifier: Apache-2.0 */
/* if_revision: an edit is done only to what its author has seen. */
#include "services/core/message.h"
#include "tests/unit/registration/described.h"

/* The workshop at its present revision. */
static uint64_t
event_revision(scene *s)
{
    s->f->if_revision = 0;
    return scene_event(s)->revision;
}

static uint64_t
registration_revision(scene *s, const uint8_t id[SJ_ID_SIZE])
{
    s->f->if_revision = 0;
    return scene_view(s, id)->revision;
}

/* The course is defined, with a city, if it is at a revision. */
static sj_status
define(scene *s, const char *city, uint64_t if_revision)
{
    sj_status status;
    described d;

    described_begin(&d);
    d.event.city = text(city);
    s->f->if_revision = if_revision;
    status = described_send(s, &d);
    s->f->if_revision = 0;
    return status;
}

static void
a_description_is_replaced_only_at_its_revision(void **state)
{
    scene *s = *state;
    uint64_t first;

    assert_int_equal(define(s, "Ankara", 0), SJ_OK);
    first = described_view(s, "course")->revision;
    assert_int_equal(define(s, "Rabat", first), SJ_OK);
    assert_int_equal(define(s, "Tunis", first), SJ_STALE);
    assert_string_equal(described_view(s, "course")->event->city, "Rabat");
    assert_int_equal(define(s, "Tunis", described_view(s, "course")->revision), SJ_OK);
}

static void
an_event_that_is_not_there_has_no_revision(void **state)
{
    scene *s = *state;

    assert_int_equal(define(s, "Ankara", 1), SJ_NOT_FOUND);
    assert_int_equal(define(s, "Ankara", 0), SJ_OK);
}

static void
rules_are_set_only_at_the_events_revision(void **state)
{
    scene *s = *state;
    uint64_t first = event_revision(s);
    rules r;

    rules_begin(&r);
    rules_capacity(&r, 3);
    s->f->if_revision = first;
    assert_int_equal(rules_set(s, &r), SJ_OK);
    rules_capacity(&r, 4);
    assert_int_equal(rules_set(s, &r), SJ_STALE);
    s->f->if_revision = event_revision(s);
    assert_int_equal(rules_set(s, &r), SJ_OK);
}

static void
a_state_is_changed_only_at_the_events_revision(void **state)
{
    scene *s = *state;
    uint64_t first = event_revision(s);

    s->f->if_revision = first;
    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED), SJ_OK);
    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_OPEN), SJ_STALE);
    s->f->if_revision = event_revision(s);
    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_OPEN), SJ_OK);
}

static void
who_registers_does_not_move_the_events_revision(void **state)
{
    scene *s = *state;
    uint64_t before;
    answer a;

    scene_seats(s, 1, true);
    before = event_revision(s);
    a = scene_register(s, "a@x.org");
    (void) scene_register(s, "b@x.org"); /* waits */
    (void) scene_decide(s, a.id, SIJILL__V1__DECISION__WITHDRAW);
    assert_int_equal(event_revision(s), before);
}

static void
what_changes_nothing_leaves_the_revision(void **state)
{
    scene *s = *state;
    uint64_t before = event_revision(s);

    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_OPEN), SJ_OK);
    assert_int_equal(event_revision(s), before);
}

static void
a_decision_is_taken_only_at_the_registrations_revision(void **state)
{
    scene *s = *state;
    answer a = scene_register(s, "a@x.org");
    uint64_t first = registration_revision(s, a.id);

    s->f->if_revision = first;
    assert_int_equal(scene_decide(s, a.id, SIJILL__V1__DECISION__WITHDRAW).status, SJ_OK);
    assert_int_equal(scene_decide(s, a.id, SIJILL__V1__DECISION__REINSTATE).status, SJ_STALE);
    s->f->if_revision = registration_revision(s, a.id);
    assert_int_equal(scene_decide(s, a.id, SIJILL__V1__DECISION__REINSTATE).status, SJ_OK);
}

static void
an_update_is_made_only_at_the_registrations_revision(void **state)
{
    scene *s = *state;
    answer a = scene_register(s, "a@x.org");
    uint64_t first = registration_revision(s, a.id);
    person p;

    person_begin(s, &p, "a@x.org");
    person_update(&p);
    person_country(&p, "KZ");
    s->f->if_revision = first;
    assert_int_equal(person_send(s, &p), SJ_OK);
    person_country(&p, "TR");
    assert_int_equal(person_send(s, &p), SJ_STALE);
    s->f->if_revision = registration_revision(s, a.id);
    assert_int_equal(person_send(s, &p), SJ_OK);
}

static void
a_newcomer_has_no_revision(void **state)
{
    scene *s = *state;

    s->f->if_revision = 1;
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_NOT_FOUND);
    s->f->if_revision = 0;
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_OK);
}

static void
a_retry_gets_its_answer_although_the_revision_has_moved(void **state)
{
    scene *s = *state;
    uint8_t id[SJ_ID_SIZE];

    s->f->if_revision = event_revision(s);
    memset(id, 0x11, sizeof id);
    sj_write_u64(id, NOW << 16);
    id[6] = 0x70;
    id[8] = 0x80;
    for (int n = 0; n < 2; n++) {
        memcpy(s->f->next_id, id, sizeof id);
        s->f->has_next_id = true;
        assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED), SJ_OK);
    }
    assert_true(s->f->reply.replayed);
}

static void
a_type_without_revisions_refuses_to_look_at_one(void **state)
{
    scene *s = *state;
    Sijill__V1__DefineOrganisation in;

    sijill__v1__define_organisation__init(&in);
    s->f->if_revision = 1;
    assert_int_equal(fixture_run(s->f, DEFINE_ORGANISATION, &in.base, s->now_ms), SJ_INVALID);
    assert_string_equal(s->f->reply.field, "if_revision");
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(a_description_is_replaced_only_at_its_revision),
        LAW(an_event_that_is_not_there_has_no_revision),
        LAW(rules_are_set_only_at_the_events_revision),
        LAW(a_state_is_changed_only_at_the_events_revision),
        LAW(who_registers_does_not_move_the_events_revision),
        LAW(what_changes_nothing_leaves_the_revision),
        LAW(a_decision_is_taken_only_at_the_registrations_revision),
        LAW(an_update_is_made_only_at_the_registrations_revision),
        LAW(a_newcomer_has_no_revision),
        LAW(a_retry_gets_its_answer_although_the_revision_has_moved),
        LAW(a_type_without_revisions_refuses_to_look_at_one),
    };

    return cmocka_run_group_tests_name("revision", tests, NULL, NULL);
}
