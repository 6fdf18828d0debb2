/* SPDX-License-Identifier: Apache-2.0 */
/* 104 SetEventRules, and rules in 102. */
#include "services/core/message.h"
#include "tests/unit/registration/described.h"

static void
same_rules_again_write_nothing(void **state)
{
    scene *s = *state;
    uint8_t digest[32];
    size_t records;

    scene_seats(s, 5, true);
    fixture_digest(s->f, digest);
    records = fixture_emitted(s->f, EVENT_CHANGED);
    scene_seats(s, 5, true);
    assert_int_equal(described_outcome(s), SIJILL__V1__OUTCOME__UNCHANGED);
    assert_int_equal(fixture_emitted(s->f, EVENT_CHANGED), records);
    scene_seats(s, 6, true);
    assert_int_equal(fixture_emitted(s->f, EVENT_CHANGED), records + 1);
}

static void
rules_that_make_no_sense_are_refused(void **state)
{
    scene *s = *state;
    rules r;

    for (unsigned n = 0; n < 8; n++) {
        static const char *const fields[] = {
            "rules.closes_ms",
            "rules.closes_ms",
            "rules.threshold",
            "threshold",
            "rules.certificate_lang",
            "rules.country_seats.country",
            "rules.country_seats.country",
            "rules.country_seats.seats",
        };

        rules_begin(&r);
        if (n < 2) {
            r.message.has_opens_ms = r.message.has_closes_ms = true;
            r.message.opens_ms = NOW;
            r.message.closes_ms = NOW - n;
        }
        r.message.has_threshold = n == 2 || n == 3;
        r.message.threshold = n == 3 ? 10001 : 0;
        if (n == 4)
            r.message.certificate_lang = text("French");
        if (n == 5)
            rules_quota(&r, "XX", 1);
        if (n == 6) {
            rules_quota(&r, "TR", 1);
            rules_quota(&r, "tr", 2);
        }
        if (n == 7) {
            rules_quota(&r, "TR", 1);
            r.quota[0].has_seats = false;
        }
        assert_int_equal(rules_set(s, &r), SJ_INVALID);
        assert_string_equal(s->f->reply.field, fields[n]);
    }
}

static void
capacity_below_the_confirmed_is_refused(void **state)
{
    static const char *const fields[] = { "rules.capacity", "rules.capacity_in_person",
                                          "rules.capacity_online", "rules.country_seats" };
    scene *s = *state;
    person p;

    person_begin(s, &p, "a@x.org");
    person_mode(&p, SIJILL__V1__MODE__IN_PERSON);
    person_country(&p, "TR");
    (void) person_send(s, &p);
    person_begin(s, &p, "b@x.org");
    person_mode(&p, SIJILL__V1__MODE__ONLINE);
    (void) person_send(s, &p);
    for (unsigned n = 0; n < 4; n++) {
        rules r;

        for (unsigned enough = 0; enough < 2; enough++) {
            uint32_t seats = (n == 0 ? 1 : 0) + enough;

            rules_begin(&r);
            r.message.has_capacity = n == 0;
            r.message.has_capacity_in_person = n == 1;
            r.message.has_capacity_online = n == 2;
            r.message.capacity = r.message.capacity_in_person = r.message.capacity_online = seats;
            if (n == 3)
                rules_quota(&r, "TR", seats);
            assert_int_equal(rules_set(s, &r), enough ? SJ_OK : SJ_CONFLICT);
            if (!enough)
                assert_string_equal(s->f->reply.field, fields[n]);
        }
    }
    assert_int_equal(fixture_scrub(s->f), 0);
}

static void
event_without_rules_keeps_those_it_has(void **state)
{
    scene *s = *state;
    described d;
    rules r;

    rules_begin(&r);
    rules_capacity(&r, 7);
    described_begin(&d);
    d.event.rules = &r.message;
    assert_int_equal(described_send(s, &d), SJ_OK);
    d.event.rules = NULL;
    assert_int_equal(described_send(s, &d), SJ_OK);
    assert_int_equal(described_outcome(s), SIJILL__V1__OUTCOME__UNCHANGED);
    assert_int_equal(described_view(s, "course")->event->rules->capacity, 7);
    rules_begin(&r);
    d.event.rules = &r.message; /* empty rules are rules: no limits */
    assert_int_equal(described_send(s, &d), SJ_OK);
    assert_int_equal(described_outcome(s), SIJILL__V1__OUTCOME__UPDATED);
    assert_false(described_view(s, "course")->event->rules->has_capacity);
}

static void
quotas_that_come_late_count_who_is_there(void **state)
{
    scene *s = *state;
    rules r;
    person p;

    for (unsigned n = 0; n < 3; n++) {
        char email[] = "t0@x.org";

        email[1] = (char) ('0' + n);
        person_begin(s, &p, email);
        person_country(&p, "TR");
        assert_int_equal(person_send(s, &p), SJ_OK);
    }
    rules_begin(&r);
    rules_quota(&r, "TR", 3);
    assert_int_equal(rules_set(s, &r), SJ_OK);
    person_begin(s, &p, "t4@x.org");
    person_country(&p, "TR");
    assert_int_equal(person_send(s, &p), SJ_FULL);
    rules_begin(&r); /* no quota any more */
    assert_int_equal(rules_set(s, &r), SJ_OK);
    assert_int_equal(person_send(s, &p), SJ_OK);
    assert_int_equal(fixture_scrub(s->f), 0);
    rules_begin(&r);
    rules_quota(&r, "TR", 3);
    assert_int_equal(rules_set(s, &r), SJ_CONFLICT);
}

static void
rules_of_an_unknown_event_are_not_found(void **state)
{
    scene *s = *state;
    rules r;

    s->event[0] ^= 1;
    rules_begin(&r);
    assert_int_equal(rules_set(s, &r), SJ_NOT_FOUND);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(same_rules_again_write_nothing),           LAW(rules_that_make_no_sense_are_refused),
        LAW(capacity_below_the_confirmed_is_refused),  LAW(event_without_rules_keeps_those_it_has),
        LAW(quotas_that_come_late_count_who_is_there), LAW(rules_of_an_unknown_event_are_not_found),
    };

    return cmocka_run_group_tests_name("registration: rules", tests, NULL, NULL);
}
