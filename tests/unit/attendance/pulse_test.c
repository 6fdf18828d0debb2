/* SPDX-License-Identifier: Apache-2.0 */
/* As time goes on: events end, change, and every verdict is told once. */
#include "tests/unit/attendance/scene.h"

#include "services/core/housekeeping.h"
#include "storage/outbox.h"
#include "storage/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define OPEN SIJILL__V1__EVENT_STATE__EVENT_OPEN
#define MORNING "1 9:00-12:00"

static Sijill__V1__VerdictChanged *
last_told(fixture *f)
{
    return fixture_last_record(f, SCENE_VERDICT_CHANGED, &sijill__v1__verdict_changed__descriptor);
}

static bool
pulse_changes(fixture *f, const char *now)
{
    uint8_t before[32], after[32];

    fixture_digest(f, before);
    assert_int_equal(scene_pulse(f, now), SJ_OK);
    fixture_digest(f, after);
    return memcmp(before, after, sizeof before) != 0;
}

static void
an_end_decides_every_verdict_once(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    scene_register(f, (scene_registration){ .number = 2 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "11:00"), SJ_OK);
    scene_settle(f, "11:59:59");
    assert_int_equal(scene_told(f), 1);
    scene_settle(f, "12:00");
    assert_int_equal(scene_told(f), 3);
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__NOT_ATTENDED);
    assert_int_equal(fixture_scrub(f), 0);
    scene_settle(f, "13:00");
    assert_int_equal(scene_told(f), 3);
}

static void
a_pulse_with_nothing_due_writes_nothing(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    scene_settle(f, "8:01");
    assert_false(pulse_changes(f, "9:00"));
}

static void
nobody_waits_for_the_verdict_of_an_absent_unconfirmed(void **state)
{
    fixture *f = *state;

    scene_register(
        f, (scene_registration){ .number = 1, .state = SIJILL__V1__REGISTRATION_STATE__WAITLISTED },
        "8:00");
    scene_settle(f, "12:00");
    assert_int_equal(scene_told(f), 0);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_registration_after_the_end_is_decided_at_once(void **state)
{
    fixture *f = *state;

    scene_settle(f, "12:00");
    scene_register(f, (scene_registration){ .number = 1 }, "13:00");
    assert_int_equal(scene_told(f), 1);
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__NOT_ATTENDED);
}

static void
a_late_upload_is_taken_and_told(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    scene_settle(f, "12:00");
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__NOT_ATTENDED);
    assert_int_equal(scene_see(f, 1, 1, "scan 8:55", "9+9:00"), SJ_OK);
    assert_int_equal(scene_told(f), 2);
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__ATTENDED);
}

static void
an_end_that_moves_back_is_waited_for(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "11:00"), SJ_OK);
    scene_define(f, 1, "1 9:00-13:00", 7500, OPEN, "11:30");
    scene_settle(f, "12:30");
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__UNDECIDED);
    assert_int_equal(last_told(f)->scheduled, 14400);
    scene_settle(f, "13:00");
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__ATTENDED);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
an_end_that_moves_forward_is_taken(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    scene_define(f, 1, "1 9:00-10:00", 7500, OPEN, "9:30");
    scene_settle(f, "9:31");
    assert_int_equal(scene_told(f), 0);
    scene_settle(f, "10:00");
    assert_int_equal(scene_told(f), 1);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_decided_event_that_is_put_off_is_undecided_again(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "11:00"), SJ_OK);
    scene_settle(f, "12:00");
    scene_define(f, 1, "1 2+9:00-2+12:00", 7500, OPEN, "13:00");
    scene_settle(f, "13:01");
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__UNDECIDED);
    assert_int_equal(last_told(f)->seconds, 0);
    scene_settle(f, "2+12:00");
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__NOT_ATTENDED);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_changed_threshold_is_told(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-10:30", "11:00"), SJ_OK);
    scene_settle(f, "12:00");
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__NOT_ATTENDED);
    scene_define(f, 1, MORNING, 5000, OPEN, "12:01");
    scene_settle(f, "12:02");
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__ATTENDED);
    assert_int_equal(last_told(f)->threshold, 5000);
}

static void
the_same_event_again_wakes_nobody(void **state)
{
    fixture *f = *state;

    scene_settle(f, "8:00");
    scene_define(f, 1, MORNING, 7500, OPEN, "8:01");
    assert_false(pulse_changes(f, "8:02"));
}

static void
a_cancelled_event_is_never_decided(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "11:00"), SJ_OK);
    scene_define(f, 1, MORNING, 7500, SIJILL__V1__EVENT_STATE__EVENT_CANCELLED, "11:30");
    scene_settle(f, "13:00");
    assert_int_equal(scene_told(f), 1);
    assert_int_equal(last_told(f)->value, SIJILL__V1__VERDICT_VALUE__UNDECIDED);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
sessions_that_come_to_an_event_without_any_are_waited_for(void **state)
{
    fixture *f = *state;
    scene_id event = scene_event(2);

    scene_define(f, 2, "", 7500, OPEN, "1:00");
    scene_register(f, (scene_registration){ .event = 2, .number = 1 }, "8:00");
    scene_settle(f, "12:00");
    assert_int_equal(scene_told(f), 0);
    scene_define(f, 2, "1 14:00-15:00", 7500, OPEN, "12:01");
    scene_settle(f, "15:00");
    assert_int_equal(scene_told(f), 1);
    assert_memory_equal(last_told(f)->event_id.data, event.at, SJ_ID_SIZE);
}

static void
an_event_of_many_is_walked_in_bounded_steps(void **state)
{
    enum { MANY = 500 };
    fixture *f = *state;
    size_t told = 0;
    int pulses = 0;

    for (uint32_t i = 1; i <= MANY; i++)
        scene_register(f, (scene_registration){ .number = i }, "8:00");
    while (told < MANY) {
        size_t before = told;

        assert_int_equal(scene_pulse(f, "12:00"), SJ_OK);
        told = scene_told(f);
        assert_true(2 * (told - before) <= SJ_PULSE_ROWS_MAX);
        assert_true(++pulses < 20);
    }
    scene_settle(f, "12:01");
    assert_int_equal(scene_told(f), MANY);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_change_amid_a_walk_begins_it_anew(void **state)
{
    enum { MANY = 300 };
    fixture *f = *state;

    for (uint32_t i = 1; i <= MANY; i++)
        scene_register(f, (scene_registration){ .number = i }, "8:00");
    scene_settle(f, "11:00");
    assert_int_equal(scene_pulse(f, "12:00"), SJ_OK);
    scene_define(f, 1, MORNING, 0, OPEN, "12:00");
    scene_define(f, 1, MORNING, 6000, OPEN, "12:00");
    scene_settle(f, "12:01");
    assert_int_equal(last_told(f)->threshold, 6000);
    assert_true(scene_told(f) >= MANY);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
an_end_that_passes_amid_a_walk_is_seen_by_all(void **state)
{
    enum { MANY = 300 };
    fixture *f = *state;

    for (uint32_t i = 1; i <= MANY; i++)
        scene_register(f, (scene_registration){ .number = i }, "8:00");
    scene_define(f, 1, MORNING, 6000, OPEN, "11:59");
    assert_int_equal(scene_pulse(f, "11:59:59"), SJ_OK);
    scene_settle(f, "12:00");
    assert_int_equal(scene_told(f), MANY);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_pulse_tells_each_organisation_its_own(void **state)
{
    fixture *f = *state;
    sj_outbox_record record = { .seq = 0 };
    uint64_t orgs[2] = { 0, 0 };
    sj_txn *txn;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    f->org = 2;
    scene_define(f, 1, MORNING, 7500, OPEN, "8:00");
    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    f->org = 1;
    scene_settle(f, "8:01");
    scene_settle(f, "12:00");
    txn = sj_read_begin(f->store, &f->arena, 0);
    for (size_t i = 0; i < 2; i++) {
        Sijill__V1__Record *read;

        assert_true(sj_outbox_next(txn, record.seq, &record));
        read = sijill__v1__record__unpack(NULL, record.record.size, record.record.at);
        assert_non_null(read);
        orgs[i] = read->org;
        sijill__v1__record__free_unpacked(read, NULL);
    }
    assert_false(sj_outbox_next(txn, record.seq, &record));
    sj_read_end(txn);
    assert_int_equal(orgs[0], 1);
    assert_int_equal(orgs[1], 2);
}

static void
records_of_no_concern_pass(void **state)
{
    fixture *f = *state;

    assert_int_equal(fixture_feed(f, 130, NULL, NULL, words_time("9:00")), SJ_OK);
    assert_int_equal(fixture_feed(f, 131, NULL, NULL, words_time("9:00")), SJ_OK);
}

static void
a_record_without_ids_is_refused_with_words(void **state)
{
    fixture *f = *state;
    Sijill__V1__RegistrationChanged registration;
    Sijill__V1__EventChanged event;

    sijill__v1__registration_changed__init(&registration);
    sijill__v1__event_changed__init(&event);
    assert_int_equal(fixture_feed(f, 134, &registration.base, NULL, words_time("9:00")),
                     SJ_INVALID);
    assert_int_equal(fixture_feed(f, 132, &event.base, NULL, words_time("9:00")), SJ_INVALID);
}

static void
a_registration_before_its_event_is_decided_when_that_comes(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .event = 2, .number = 1 }, "1:00");
    assert_int_equal(scene_told(f), 0);
    scene_define(f, 2, "1 9:00-12:00", 7500, OPEN, "13:00");
    scene_settle(f, "13:01");
    assert_int_equal(scene_told(f), 1);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
breaks_are_put_in_order_and_into_the_session(void **state)
{
    fixture *f = *state;

    scene_define(f, 1, "1 9:00-12:00 break 11:00-11:30 break 8:00-9:30 break 13:00-14:00", 7500,
                 OPEN, "8:00");
    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "12:00"), SJ_OK);
    assert_int_equal(last_told(f)->scheduled, 7200);
    assert_int_equal(last_told(f)->seconds, 7200);
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, scene_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest laws[] = {
        TEST(an_end_decides_every_verdict_once),
        TEST(a_pulse_with_nothing_due_writes_nothing),
        TEST(nobody_waits_for_the_verdict_of_an_absent_unconfirmed),
        TEST(a_registration_after_the_end_is_decided_at_once),
        TEST(a_late_upload_is_taken_and_told),
        TEST(an_end_that_moves_back_is_waited_for),
        TEST(an_end_that_moves_forward_is_taken),
        TEST(a_decided_event_that_is_put_off_is_undecided_again),
        TEST(a_changed_threshold_is_told),
        TEST(the_same_event_again_wakes_nobody),
        TEST(a_cancelled_event_is_never_decided),
        TEST(sessions_that_come_to_an_event_without_any_are_waited_for),
        TEST(an_event_of_many_is_walked_in_bounded_steps),
        TEST(a_change_amid_a_walk_begins_it_anew),
        TEST(an_end_that_passes_amid_a_walk_is_seen_by_all),
        TEST(a_pulse_tells_each_organisation_its_own),
        TEST(records_of_no_concern_pass),
        TEST(a_record_without_ids_is_refused_with_words),
        TEST(a_registration_before_its_event_is_decided_when_that_comes),
        TEST(breaks_are_put_in_order_and_into_the_session),
    };

    return cmocka_run_group_tests_name("pulse", laws, NULL, NULL);
}
