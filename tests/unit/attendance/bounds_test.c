/* SPDX-License-Identifier: Apache-2.0 */
/* The most that is kept, and the memory that looking at it takes. */
#include "tests/unit/attendance/scene.h"

#include "services/attendance/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define EVENING "18:00"

static sj_status
see_many(fixture *f, uint32_t from, uint32_t count)
{
    scene_piece made[ATTENDANCE_PIECES_MAX], *pieces[ATTENDANCE_PIECES_MAX];
    sj_status status = SJ_OK;

    while (count > 0 && status == SJ_OK) {
        uint32_t some = count < ATTENDANCE_PIECES_MAX ? count : ATTENDANCE_PIECES_MAX;

        for (uint32_t i = 0; i < some; i++) {
            scene_make(&made[i], from + i, (from + i) % 2 == 0 ? "in 9:00 c1" : "out 9:00 c1");
            made[i].evidence.occurred_ms += UINT64_C(1000) * (from + i);
            scene_of(&made[i], 1);
            pieces[i] = &made[i];
        }
        status = scene_send(f, pieces, some, "13:00");
        from += some;
        count -= some;
    }
    return status;
}

static void
a_flapping_platform_is_kept_to_the_limit_and_then_told_what_to_do(void **state)
{
    fixture *f = *state;
    Sijill__V1__Explanation *found;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(see_many(f, 2, ATTENDANCE_EVIDENCE_MAX), SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), ATTENDANCE_EVIDENCE_MAX / 2);
    found = scene_explain(f, 1, EVENING);
    assert_int_equal(found->row->verdict->evidence_count, ATTENDANCE_EVIDENCE_MAX);
    assert_true(found->more_evidence);
    assert_int_equal(see_many(f, 5000, 1), SJ_TOO_LARGE);
    assert_non_null(strstr(f->reply.detail, "SPAN"));
    assert_int_equal(see_many(f, 2, 16), SJ_OK); /* what is known is a success still */
    assert_int_equal(fixture_scrub(f), 0);
}

static void
evidence_beyond_what_a_verdict_looks_at_is_flagged(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .email = "a@x.org" }, "8:00");
    assert_int_equal(see_many(f, 2, ATTENDANCE_EVIDENCE_MAX), SJ_OK);
    assert_int_equal(
        scene_see_called(f, "zoom", NULL, "a@x.org", NULL, 9000, "span 9:00-12:00", "13:00"),
        SJ_OK);
    assert_true(
        scene_flagged(scene_explain(f, 1, EVENING)->row->verdict, SIJILL__V1__FLAG__TOO_MUCH));
    assert_int_equal(fixture_scrub(f), 0);
}

static void
one_piece_is_taken_back_only_so_often(void **state)
{
    fixture *f = *state;
    uint32_t nonce = 2;
    sj_status status = SJ_OK;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "scan 9:00", "9:00"), SJ_OK);
    while (status == SJ_OK && nonce < 2 * ATTENDANCE_VOIDS_MAX)
        status = scene_see(f, 0, nonce++, "void 1", "9:01");
    assert_int_equal(status, SJ_TOO_LARGE);
    assert_int_equal(scene_explain(f, 1, EVENING)->row->verdict->evidence_count, 0);
}

static size_t
list_all(fixture *f, const char *now)
{
    scene_id event = scene_event(1);
    Sijill__V1__AttendanceList *page;
    Sijill__V1__ListAttendance query;

    sijill__v1__list_attendance__init(&query);
    query.has_event_id = 1;
    query.event_id = scene_data(&event);
    assert_int_equal(fixture_run(f, 250, &query.base, words_time(now)), SJ_OK);
    page = fixture_reply(f, &sijill__v1__attendance_list__descriptor);
    return page->n_row;
}

/* The most sessions, with as many breaks as the memory of one message lets in. */
static void
define_largest_event(fixture *f)
{
    enum { SESSIONS = 64, BREAKS = 13, HOUR = 3600 * 1000 };
    static Sijill__V1__Session sessions[SESSIONS], *sessions_at[SESSIONS];
    static Sijill__V1__Break breaks[SESSIONS][BREAKS], *breaks_at[SESSIONS][BREAKS];
    scene_id id = scene_event(1);
    Sijill__V1__EventChanged record;
    Sijill__V1__Event event;

    sijill__v1__event_changed__init(&record);
    sijill__v1__event__init(&event);
    for (uint32_t i = 0; i < SESSIONS; i++) {
        sijill__v1__session__init(&sessions[i]);
        sessions[i].has_number = sessions[i].has_starts_ms = sessions[i].has_ends_ms = 1;
        sessions[i].number = i + 1;
        sessions[i].starts_ms = WORDS_DAY_ONE + (uint64_t) i * HOUR;
        sessions[i].ends_ms = sessions[i].starts_ms + HOUR;
        sessions[i].n_breaks = BREAKS;
        sessions[i].breaks = breaks_at[i];
        sessions_at[i] = &sessions[i];
        for (uint32_t j = 0; j < BREAKS; j++) {
            sijill__v1__break__init(&breaks[i][j]);
            breaks[i][j].has_starts_ms = breaks[i][j].has_ends_ms = 1;
            breaks[i][j].starts_ms = sessions[i].starts_ms + UINT64_C(60000) * (2 * j + 1);
            breaks[i][j].ends_ms = breaks[i][j].starts_ms + 60000;
            breaks_at[i][j] = &breaks[i][j];
        }
    }
    event.has_id = 1;
    event.id = scene_data(&id);
    event.n_sessions = SESSIONS;
    event.sessions = sessions_at;
    record.event = &event;
    assert_int_equal(fixture_feed(f, 132, &record.base, NULL, words_time("0:00")), SJ_OK);
}

static void
the_largest_event_with_the_most_evidence_fits_the_arena(void **state)
{
    static char remark[1021];
    fixture *f = *state;
    Sijill__V1__Explanation *found; /* unpacked outside of the arena, which the query may need */
    scene_piece made[ATTENDANCE_PIECES_MAX], *pieces[ATTENDANCE_PIECES_MAX];

    for (size_t i = 0; i + 1 < sizeof remark; i += 2) {
        remark[i] = (char) 0xd1; /* U+044F: NFC takes scratch memory for what is not ASCII */
        remark[i + 1] = (char) 0x8f;
    }
    define_largest_event(f);
    scene_register(f, (scene_registration){ .number = 1 }, "0:00");
    for (uint32_t i = 0; i < ATTENDANCE_EVIDENCE_MAX; i += ATTENDANCE_PIECES_MAX) {
        for (uint32_t j = 0; j < ATTENDANCE_PIECES_MAX; j++) {
            scene_make(&made[j], i + j + 1, "span 0:00-0:00 c1 d1");
            made[j].evidence.occurred_ms += UINT64_C(120000) * (i + j);
            made[j].evidence.ended_ms = made[j].evidence.occurred_ms + 60000;
            made[j].evidence.remark = remark;
            scene_of(&made[j], 1);
            pieces[j] = &made[j];
        }
        assert_int_equal(scene_send(f, pieces, ATTENDANCE_PIECES_MAX, "12:00"), SJ_OK);
    }
    scene_settle(f, "4+0:00");
    assert_int_equal(list_all(f, "4+0:00"), 1);
    assert_int_equal(scene_ask_to_explain(f, 1, "4+0:00"), SJ_OK);
    assert_true(f->reply.body.size <= SJ_REPLY_MAX);
    found = sijill__v1__explanation__unpack(NULL, f->reply.body.size, f->reply.body.at);
    assert_non_null(found);
    assert_int_equal(found->row->verdict->evidence_count, ATTENDANCE_EVIDENCE_MAX);
    assert_true(found->more_evidence);
    sijill__v1__explanation__free_unpacked(found, NULL);
    assert_int_equal(fixture_scrub(f), 0);
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, scene_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest laws[] = {
        TEST(a_flapping_platform_is_kept_to_the_limit_and_then_told_what_to_do),
        TEST(evidence_beyond_what_a_verdict_looks_at_is_flagged),
        TEST(one_piece_is_taken_back_only_so_often),
        TEST(the_largest_event_with_the_most_evidence_fits_the_arena),
    };

    return cmocka_run_group_tests_name("bounds", laws, NULL, NULL);
}
