/* SPDX-License-Identifier: Apache-2.0 */
/* 110 Register of newcomers: seats, windows, identity, text. */
#include "services/core/message.h"
#include "tests/unit/registration/scene.h"

static void
new_person_gets_a_seat_and_a_record(void **state)
{
    scene *s = *state;
    answer a = scene_register(s, "Amina@Example.ORG ");
    Sijill__V1__RegistrationChanged *record;

    assert_int_equal(a.status, SJ_OK);
    assert_int_equal(a.state, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_int_equal(a.outcome, SIJILL__V1__OUTCOME__CREATED);
    assert_string_equal(scene_view(s, a.id)->person->email, "amina@example.org");
    assert_int_equal(fixture_emitted(s->f, REGISTRATION_CHANGED), 1);
    record = fixture_last_record(s->f, REGISTRATION_CHANGED,
                                 &sijill__v1__registration_changed__descriptor);
    assert_memory_equal(record->registration_id.data, a.id, SJ_ID_SIZE);
    assert_int_equal(record->was, SIJILL__V1__REGISTRATION_STATE__STATE_NONE);
    assert_int_equal(record->state, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
}

static void
last_seat_goes_to_one_person(void **state)
{
    scene *s = *state;

    scene_seats(s, 1, false);
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_OK);
    assert_int_equal(scene_register(s, "b@x.org").status, SJ_FULL);
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_OK); /* the same again */
    assert_int_equal(scene_event(s)->confirmed, 1);
}

static void
who_comes_too_late_stands_in_line_in_order(void **state)
{
    scene *s = *state;

    scene_seats(s, 1, true);
    (void) scene_register(s, "a@x.org");
    for (uint32_t n = 1; n <= 3; n++) {
        char email[] = "w0@x.org";

        email[1] = (char) ('0' + n);

        answer a = scene_register(s, email);

        assert_int_equal(a.state, SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
        assert_int_equal(a.place, n);
    }
    assert_int_equal(scene_event(s)->waitlisted, 3);
}

static void
approval_comes_before_seats(void **state)
{
    scene *s = *state;
    rules r;

    rules_begin(&r);
    rules_capacity(&r, 0);
    r.message.has_needs_approval = r.message.needs_approval = true;
    assert_int_equal(rules_set(s, &r), SJ_OK);
    assert_int_equal(scene_register(s, "a@x.org").state, SIJILL__V1__REGISTRATION_STATE__PENDING);
    assert_int_equal(scene_event(s)->pending, 1);
}

static void
roles_that_need_no_seat_are_never_turned_away(void **state)
{
    static const struct {
        Sijill__V1__Role role;
        sj_status status;
    } cases[] = {
        { SIJILL__V1__ROLE__PARTICIPANT, SJ_FULL }, { SIJILL__V1__ROLE__TRAINER, SJ_OK },
        { SIJILL__V1__ROLE__SPEAKER, SJ_OK },       { SIJILL__V1__ROLE__OBSERVER, SJ_FULL },
        { SIJILL__V1__ROLE__FOCAL_POINT, SJ_FULL }, { SIJILL__V1__ROLE__ORGANISER, SJ_OK },
    };
    scene *s = *state;

    scene_seats(s, 0, false);
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        char email[] = "r0@x.org";
        person p;

        email[1] = (char) ('0' + n);
        person_begin(s, &p, email);
        person_role(&p, cases[n].role);
        assert_int_equal(person_send(s, &p), cases[n].status);
    }
    assert_int_equal(scene_event(s)->confirmed, 0);
    assert_int_equal(scene_event(s)->confirmed_all, 3);
}

static void
opening_instant_is_open_and_closing_instant_is_closed(void **state)
{
    static const struct {
        uint64_t at_ms;
        bool override;
        sj_status status;
        bool recorded;
    } cases[] = {
        { NOW + 999, false, SJ_CLOSED, false }, { NOW + 999, true, SJ_OK, true },
        { NOW + 1000, false, SJ_OK, false },    { NOW + 1000, true, SJ_OK, false },
        { NOW + 1999, false, SJ_OK, false },    { NOW + 2000, false, SJ_CLOSED, false },
        { NOW + 2000, true, SJ_OK, true },
    };
    scene *s = *state;
    rules r;

    rules_begin(&r);
    r.message.has_opens_ms = r.message.has_closes_ms = true;
    r.message.opens_ms = NOW + 1000;
    r.message.closes_ms = NOW + 2000;
    assert_int_equal(rules_set(s, &r), SJ_OK);
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        char email[] = "t0@x.org";
        person p;

        email[1] = (char) ('0' + n);
        s->now_ms = cases[n].at_ms;
        person_begin(s, &p, email);
        p.message.has_override = p.message.override = cases[n].override;
        assert_int_equal(person_send(s, &p), cases[n].status);
        if (cases[n].status == SJ_OK)
            assert_int_equal(scene_view(s, scene_answer(s).id)->overridden, cases[n].recorded);
    }
}

static void
override_never_sells_a_seat_that_is_not_there(void **state)
{
    scene *s = *state;
    person p;

    scene_seats(s, 0, false);
    person_begin(s, &p, "a@x.org");
    p.message.has_override = p.message.override = true;
    assert_int_equal(person_send(s, &p), SJ_FULL);
}

static void
event_that_is_not_open_takes_nobody(void **state)
{
    scene *s = *state;
    person p;

    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CLOSED), SJ_OK);
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_CLOSED);
    person_begin(s, &p, "a@x.org");
    p.message.has_override = p.message.override = true;
    assert_int_equal(person_send(s, &p), SJ_CLOSED);
    assert_int_equal(scene_state(s, SIJILL__V1__EVENT_STATE__EVENT_CANCELLED), SJ_OK);
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_CLOSED);
}

static void
seats_by_mode_ask_for_a_mode(void **state)
{
    scene *s = *state;
    rules r;
    person p;

    rules_begin(&r);
    r.message.has_capacity_in_person = true;
    r.message.capacity_in_person = 1;
    assert_int_equal(rules_set(s, &r), SJ_OK);
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_INVALID);
    assert_string_equal(s->f->reply.field, "mode");
    person_begin(s, &p, "a@x.org");
    person_mode(&p, SIJILL__V1__MODE__IN_PERSON);
    assert_int_equal(person_send(s, &p), SJ_OK);
    person_begin(s, &p, "b@x.org");
    person_mode(&p, SIJILL__V1__MODE__IN_PERSON);
    assert_int_equal(person_send(s, &p), SJ_FULL);
    person_mode(&p, SIJILL__V1__MODE__ONLINE);
    assert_int_equal(person_send(s, &p), SJ_OK);
    person_begin(s, &p, "c@x.org");
    person_mode(&p, SIJILL__V1__MODE__HYBRID);
    assert_int_equal(person_send(s, &p), SJ_INVALID);
}

static void
quota_by_country_limits_that_country_only(void **state)
{
    scene *s = *state;
    rules r;
    person p;

    rules_begin(&r);
    rules_quota(&r, "TR", 1);
    assert_int_equal(rules_set(s, &r), SJ_OK);
    person_begin(s, &p, "a@x.org");
    person_country(&p, "tr"); /* is upper-cased */
    assert_int_equal(person_send(s, &p), SJ_OK);
    person_begin(s, &p, "b@x.org");
    person_country(&p, "TR");
    assert_int_equal(person_send(s, &p), SJ_FULL);
    person_begin(s, &p, "c@x.org");
    person_country(&p, "MA");
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_int_equal(scene_register(s, "d@x.org").status, SJ_OK); /* of no country */
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
wrong_person_is_refused_by_field(void **state)
{
    static const struct {
        const char *name, *email, *country, *language, *field;
    } cases[] = {
        { NULL, "a@x.org", NULL, NULL, "person.name" },
        { "  ", "a@x.org", NULL, NULL, "person.name" },
        { "A", NULL, NULL, NULL, "person.email" },
        { "A", "nobody", NULL, NULL, "person.email" },
        { "A", "a@x.org", "XX", NULL, "person.country" },
        { "A", "a@x.org", "T", NULL, "person.country" },
        { "A", "a@x.org", NULL, "english!", "person.language" },
        { "A\xE2\x80\xAE\x42", "a@x.org", NULL, NULL, "name" }, /* refused as it is decoded */
        { "A\tB", "a@x.org", NULL, NULL, "name" },
        { "e\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85\xCC\x86", "a@x.org", NULL, NULL,
          "person.name" },
    };
    scene *s = *state;

    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        person p;

        person_begin(s, &p, cases[n].email);
        p.person.name = text(cases[n].name);
        p.person.country = text(cases[n].country);
        p.person.language = text(cases[n].language);
        assert_int_equal(person_send(s, &p), SJ_INVALID);
        assert_string_equal(s->f->reply.field, cases[n].field);
    }
    assert_int_equal(fixture_emitted(s->f, REGISTRATION_CHANGED), 0);
}

static void
name_stays_as_typed_but_for_marks(void **state)
{
    scene *s = *state;
    person p;
    answer a;

    person_begin(s, &p, "a@x.org");
    p.person.name = text(" \xE2\x80\x8F\xD9\x81\xD8\xA7\xD8\xB7\xD9\x85\xD8\xA9 de LUCA ");
    assert_int_equal(person_send(s, &p), SJ_OK);
    a = scene_answer(s);
    assert_true(a.marks_dropped);
    assert_string_equal(scene_view(s, a.id)->person->name,
                        "\xD9\x81\xD8\xA7\xD8\xB7\xD9\x85\xD8\xA9 de LUCA");
}

static void
name_is_limited_in_code_points(void **state)
{
    scene *s = *state;
    char longest[202];
    person p;

    memset(longest, 'n', sizeof longest);
    longest[201] = '\0';
    person_begin(s, &p, "a@x.org");
    p.person.name = longest;
    assert_int_equal(person_send(s, &p), SJ_INVALID);
    longest[200] = '\0';
    assert_int_equal(person_send(s, &p), SJ_OK);
}

static void
person_without_email_is_known_by_external_id(void **state)
{
    scene *s = *state;
    person p;
    answer first, second;

    person_begin(s, &p, NULL);
    person_external(&p, "zoom", "r-1");
    assert_int_equal(person_send(s, &p), SJ_OK);
    first = scene_answer(s);
    assert_int_equal(person_send(s, &p), SJ_OK);
    second = scene_answer(s);
    assert_memory_equal(first.id, second.id, SJ_ID_SIZE);
    assert_int_equal(second.outcome, SIJILL__V1__OUTCOME__UNCHANGED);
    person_external(&p, "teams", "r-1"); /* another source's id is another person */
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_memory_not_equal(scene_answer(s).id, first.id, SJ_ID_SIZE);
    p.message.source = NULL;
    assert_int_equal(person_send(s, &p), SJ_INVALID);
    assert_string_equal(s->f->reply.field, "source");
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
external_id_that_grows_by_normalisation_is_refused(void **state)
{
    scene *s = *state;
    char growing[127];
    person p;

    for (size_t n = 0; n < 42; n++)
        memcpy(growing + 3 * n, "\xE0\xA5\x98", 3); /* U+0958 is two code points in NFC */
    growing[126] = '\0';
    person_begin(s, &p, NULL);
    person_external(&p, "zoom", growing);
    assert_int_equal(person_send(s, &p), SJ_INVALID);
    assert_string_equal(s->f->reply.field, "external_id");
}

static void
event_of_another_organisation_does_not_exist(void **state)
{
    scene *s = *state;

    s->f->org = 2;
    assert_int_equal(scene_register(s, "a@x.org").status, SJ_NOT_FOUND);
}

static void
retry_with_the_same_request_id_is_answered_from_the_ledger(void **state)
{
    scene *s = *state;
    answer first, second;

    memset(s->f->next_id, 0, SJ_ID_SIZE);
    for (int n = 0; n < 6; n++)
        s->f->next_id[n] = (uint8_t) (NOW >> (8 * (5 - n)));
    s->f->next_id[6] = 0x70;
    s->f->next_id[8] = 0x80;
    s->f->has_next_id = true;
    first = scene_register(s, "a@x.org");
    s->f->has_next_id = true;
    second = scene_register(s, "a@x.org");
    assert_memory_equal(first.id, second.id, SJ_ID_SIZE);
    assert_int_equal(second.outcome, SIJILL__V1__OUTCOME__CREATED);
    assert_int_equal(fixture_emitted(s->f, REGISTRATION_CHANGED), 1);
}

static void
dry_run_tells_and_writes_nothing(void **state)
{
    scene *s = *state;
    uint8_t digest[32];
    answer a;

    scene_seats(s, 1, true);
    (void) scene_register(s, "a@x.org");
    (void) scene_register(s, "b@x.org");
    fixture_digest(s->f, digest);
    s->f->dry_run = true;
    a = scene_register(s, "c@x.org");
    assert_int_equal(a.state, SIJILL__V1__REGISTRATION_STATE__WAITLISTED);
    assert_int_equal(a.place, 2);
    assert_same_store(s, digest);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(new_person_gets_a_seat_and_a_record),
        LAW(last_seat_goes_to_one_person),
        LAW(who_comes_too_late_stands_in_line_in_order),
        LAW(approval_comes_before_seats),
        LAW(roles_that_need_no_seat_are_never_turned_away),
        LAW(opening_instant_is_open_and_closing_instant_is_closed),
        LAW(override_never_sells_a_seat_that_is_not_there),
        LAW(event_that_is_not_open_takes_nobody),
        LAW(seats_by_mode_ask_for_a_mode),
        LAW(quota_by_country_limits_that_country_only),
        LAW(wrong_person_is_refused_by_field),
        LAW(name_stays_as_typed_but_for_marks),
        LAW(name_is_limited_in_code_points),
        LAW(person_without_email_is_known_by_external_id),
        LAW(external_id_that_grows_by_normalisation_is_refused),
        LAW(event_of_another_organisation_does_not_exist),
        LAW(retry_with_the_same_request_id_is_answered_from_the_ledger),
        LAW(dry_run_tells_and_writes_nothing),
    };

    return cmocka_run_group_tests_name("registration: newcomers", tests, NULL, NULL);
}
