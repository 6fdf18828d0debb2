/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown: verdicts as of now, page by page, with all they stand on. */
#include "tests/unit/attendance/scene.h"

#include "services/attendance/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EVENING "18:00"

static Sijill__V1__AttendanceList *
list(fixture *f, const scene_id *after, uint32_t limit, const char *now)
{
    scene_id event = scene_event(1);
    Sijill__V1__ListAttendance query;

    sijill__v1__list_attendance__init(&query);
    query.has_event_id = 1;
    query.event_id = scene_data(&event);
    query.has_limit = limit != 0;
    query.limit = limit;
    if (after != NULL) {
        query.has_after = 1;
        query.after = scene_data(after);
    }
    assert_int_equal(fixture_run(f, 250, &query.base, words_time(now)), SJ_OK);
    assert_true(f->reply.body.size <= SJ_REPLY_MAX);
    return fixture_reply(f, &sijill__v1__attendance_list__descriptor);
}

static Sijill__V1__UnmatchedList *
unmatched(fixture *f, const scene_id *after, uint32_t limit)
{
    scene_id event = scene_event(1);
    Sijill__V1__ListUnmatched query;

    sijill__v1__list_unmatched__init(&query);
    query.has_event_id = 1;
    query.event_id = scene_data(&event);
    query.has_limit = limit != 0;
    query.limit = limit;
    if (after != NULL) {
        query.has_after = 1;
        query.after = scene_data(after);
    }
    assert_int_equal(fixture_run(f, 252, &query.base, words_time(EVENING)), SJ_OK);
    assert_true(f->reply.body.size <= SJ_REPLY_MAX);
    return fixture_reply(f, &sijill__v1__unmatched_list__descriptor);
}

static void
a_verdict_is_shown_as_of_now_before_the_pulse_comes_by(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "11:00"), SJ_OK);
    assert_int_equal(list(f, NULL, 0, "11:59:59")->row[0]->verdict->value,
                     SIJILL__V1__VERDICT_VALUE__UNDECIDED);
    assert_int_equal(list(f, NULL, 0, "12:00")->row[0]->verdict->value,
                     SIJILL__V1__VERDICT_VALUE__ATTENDED);
    assert_int_equal(scene_explain(f, 1, "12:00")->row->verdict->value,
                     SIJILL__V1__VERDICT_VALUE__ATTENDED);
}

static void
a_row_shows_who_and_each_session(void **state)
{
    fixture *f = *state;
    Sijill__V1__AttendanceRow *row;

    scene_define(f, 1, "1 9:00-10:00; 4 11:00-12:00 must", 7500,
                 SIJILL__V1__EVENT_STATE__EVENT_OPEN, "8:00");
    scene_register(f,
                   (scene_registration){
                       .number = 1, .email = "a@x.org", .source = "zoom", .external_id = "r1" },
                   "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-10:00", "11:00"), SJ_OK);
    row = list(f, NULL, 0, EVENING)->row[0];
    assert_string_equal(row->name, "Айгүл Сағындықова");
    assert_string_equal(row->email, "a@x.org");
    assert_string_equal(row->external_id, "r1");
    assert_int_equal(row->state, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_int_equal(row->verdict->n_session, 2);
    assert_int_equal(row->verdict->session[0]->seconds, 3600);
    assert_string_equal(row->verdict->session[0]->basis, "seconds");
    assert_int_equal(row->verdict->session[1]->number, 4);
    assert_true(row->verdict->session[1]->missed);
    assert_string_equal(row->verdict->session[1]->basis, "none");
    assert_int_equal(row->verdict->session[0]->n_present, 0);
}

static void
pages_show_everybody_once(void **state)
{
    enum { MANY = 57 };
    fixture *f = *state;
    scene_id after;
    uint32_t seen = 0;
    bool more = false;

    for (uint32_t i = 1; i <= MANY; i++)
        scene_register(f, (scene_registration){ .number = i }, "8:00");
    do {
        Sijill__V1__AttendanceList *page = list(f, more ? &after : NULL, 10, EVENING);

        for (size_t i = 0; i < page->n_row; i++) {
            scene_id id = scene_person(++seen);

            assert_memory_equal(page->row[i]->registration_id.data, id.at, SJ_ID_SIZE);
        }
        more = page->has_next;
        if (more)
            memcpy(after.at, page->next.data, SJ_ID_SIZE);
    } while (more);
    assert_int_equal(seen, MANY);
}

static void
a_page_of_long_rows_ends_early_and_goes_on(void **state)
{
    enum { MANY = 200 };
    static char name[128];
    fixture *f = *state;
    scene_id after;
    size_t seen = 0, pages = 0;
    bool more = false;

    memset(name, 'n', sizeof name - 1);
    scene_define(f, 1,
                 "1 9:00-10:00; 2 10:00-11:00; 3 11:00-12:00; 4 13:00-14:00; 5 14:00-15:00; 6 "
                 "15:00-16:00; 7 16:00-17:00; 8 17:00-18:00",
                 7500, SIJILL__V1__EVENT_STATE__EVENT_OPEN, "8:00");
    for (uint32_t i = 1; i <= MANY; i++)
        scene_register(f,
                       (scene_registration){ .number = i, .source = "upload", .external_id = name },
                       "8:00");
    do {
        Sijill__V1__AttendanceList *page =
            list(f, more ? &after : NULL, ATTENDANCE_PAGE_MAX, EVENING);

        seen += page->n_row;
        more = page->has_next;
        if (more)
            memcpy(after.at, page->next.data, SJ_ID_SIZE);
        assert_true(page->n_row > 0);
        pages++;
    } while (more);
    assert_int_equal(seen, MANY);
    assert_true(pages > 1);
}

static void
an_explanation_shows_intervals_and_evidence_in_order(void **state)
{
    fixture *f = *state;
    Sijill__V1__Explanation *found;
    scene_piece piece, *pieces[] = { &piece };
    char remark[] = "пришёл с опозданием";

    scene_define(f, 1, "1 9:00-12:00 break 10:00-10:30", 7500, SIJILL__V1__EVENT_STATE__EVENT_OPEN,
                 "8:00");
    scene_register(f, (scene_registration){ .number = 1, .source = "zoom", .external_id = "r1" },
                   "8:00");
    assert_int_equal(scene_see_called(f, "zoom", "r1", NULL, "Aygul", 2, "out 11:00 c1", "11:00"),
                     SJ_OK);
    assert_int_equal(scene_see_called(f, "zoom", "r1", NULL, "Aygul", 1, "in 9:10 c1", "11:01"),
                     SJ_OK);
    scene_make(&piece, 3, "mark late 9:10 q4");
    scene_of(&piece, 1);
    piece.evidence.remark = remark;
    assert_int_equal(scene_send(f, pieces, 1, "12:00"), SJ_OK);
    found = scene_explain(f, 1, EVENING);
    assert_int_equal(found->n_evidence, 3);
    assert_false(found->has_more_evidence);
    assert_int_equal(found->evidence[0]->evidence->kind, SIJILL__V1__EVIDENCE_KIND__CHECK_IN);
    assert_string_equal(found->evidence[0]->evidence->identity->display_name, "Aygul");
    assert_int_equal(found->evidence[0]->received_ms, words_time("11:01"));
    assert_int_equal(found->evidence[1]->evidence->kind, SIJILL__V1__EVIDENCE_KIND__MARK);
    assert_string_equal(found->evidence[1]->evidence->remark, remark);
    assert_int_equal(found->evidence[1]->evidence->device_seq, 4);
    assert_memory_equal(found->evidence[1]->actor.data, f->actor, SJ_ID_SIZE);
    assert_int_equal(found->evidence[2]->evidence->kind, SIJILL__V1__EVIDENCE_KIND__CHECK_OUT);
    assert_int_equal(found->row->verdict->session[0]->mark, SIJILL__V1__MARK_VALUE__LATE);
    assert_int_equal(found->row->verdict->session[0]->n_present, 2);
    assert_int_equal(found->row->verdict->session[0]->present[0]->starts_ms, words_time("9:10"));
    assert_int_equal(found->row->verdict->session[0]->present[1]->ends_ms, words_time("11:00"));
}

static void
a_long_explanation_is_cut_and_says_so(void **state)
{
    static char remark[1001];
    fixture *f = *state;
    Sijill__V1__Explanation *found;

    memset(remark, 'r', sizeof remark - 1);
    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    for (uint32_t i = 1; i <= 60; i++) {
        scene_piece piece, *pieces[] = { &piece };

        scene_make(&piece, i, "mark late 9:10");
        scene_of(&piece, 1);
        piece.evidence.remark = remark;
        assert_int_equal(scene_send(f, pieces, 1, "12:00"), SJ_OK);
    }
    found = scene_explain(f, 1, EVENING);
    assert_true(found->more_evidence);
    assert_true(found->n_evidence > 10 && found->n_evidence < 60);
    assert_true(f->reply.body.size <= SJ_REPLY_MAX);
    assert_int_equal(found->row->verdict->evidence_count, 60);
}

static void
intervals_beyond_what_fits_are_cut_and_said_so(void **state)
{
    fixture *f = *state;
    Sijill__V1__Explanation *found;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    for (uint32_t i = 0; i < 400; i += 8) {
        scene_piece made[8], *pieces[8];

        for (uint32_t j = 0; j < 8; j++) {
            scene_make(&made[j], i + j + 1, "span 9:00-9:00");
            made[j].evidence.occurred_ms += UINT64_C(10000) * (i + j);
            made[j].evidence.ended_ms = made[j].evidence.occurred_ms + 5000;
            scene_of(&made[j], 1);
            pieces[j] = &made[j];
        }
        assert_int_equal(scene_send(f, pieces, 8, "12:00"), SJ_OK);
    }
    found = scene_explain(f, 1, EVENING);
    assert_true(found->more_evidence);
    assert_int_equal(found->row->verdict->seconds, 2000);
    assert_int_equal(found->row->verdict->session[0]->n_present, ATTENDANCE_INTERVALS_MAX);
}

static void
unmatched_pages_show_every_piece_once(void **state)
{
    enum { MANY = 45 };
    fixture *f = *state;
    bool seen[MANY + 1] = { false };
    scene_id after;
    size_t count = 0;
    bool more = false;

    scene_register(f, (scene_registration){ .number = 1, .email = "known@x.org" }, "8:00");
    for (uint32_t i = 1; i <= MANY; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "r%u", (unsigned) (i % 7));
        if (i % 3 == 0)
            assert_int_equal(scene_see(f, 50 + i % 5, i, "scan 9:00", "9:00"), SJ_OK);
        else
            assert_int_equal(scene_see_called(f, "zoom", name, NULL, NULL, i, "in 9:00 c1", "9:00"),
                             SJ_OK);
        assert_int_equal(
            scene_see_called(f, "zoom", NULL, "known@x.org", NULL, 1000 + i, "in 9:00 c1", "9:00"),
            SJ_OK);
    }
    do {
        Sijill__V1__UnmatchedList *page = unmatched(f, more ? &after : NULL, 4);

        for (size_t i = 0; i < page->n_evidence; i++) {
            uint32_t number = sj_read_u32(page->evidence[i]->id.data + 12);

            assert_true(number >= 1 && number <= MANY && !seen[number]);
            seen[number] = true;
            count++;
        }
        more = page->has_next;
        if (more)
            memcpy(after.at, page->next.data, SJ_ID_SIZE);
    } while (more);
    assert_int_equal(count, MANY);
}

static void
a_walk_over_many_matched_goes_on_from_page_to_page(void **state)
{
    enum { MANY = ATTENDANCE_WALK_MAX + 100 };
    fixture *f = *state;
    scene_id after;
    size_t found = 0, pages = 0;
    bool more = false;

    scene_register(f, (scene_registration){ .number = 1, .email = "a@x.org" }, "8:00");
    assert_int_equal(scene_see_called(f, "zoom", "nobody", NULL, NULL, 5000, "scan 9:00", "9:00"),
                     SJ_OK);
    for (uint32_t i = 0; i < MANY; i += ATTENDANCE_PIECES_MAX) {
        scene_piece made[ATTENDANCE_PIECES_MAX], *pieces[ATTENDANCE_PIECES_MAX];
        static char names[ATTENDANCE_PIECES_MAX][16];

        for (uint32_t j = 0; j < ATTENDANCE_PIECES_MAX; j++) {
            (void) snprintf(names[j], sizeof names[j], "r%u", (unsigned) (i + j));
            scene_make(&made[j], i + j + 1, "scan 9:00");
            scene_called(&made[j], "zoom", names[j], "a@x.org", NULL);
            pieces[j] = &made[j];
        }
        assert_int_equal(scene_send(f, pieces, ATTENDANCE_PIECES_MAX, "9:00"), SJ_OK);
    }
    do {
        Sijill__V1__UnmatchedList *page = unmatched(f, more ? &after : NULL, 0);

        found += page->n_evidence;
        more = page->has_next;
        if (more)
            memcpy(after.at, page->next.data, SJ_ID_SIZE);
        assert_true(++pages < 10);
    } while (more);
    assert_int_equal(found, 1);
    assert_int_equal(pages, 2);
}

static void
unmatched_shows_who_waits_and_what_is_taken_back(void **state)
{
    fixture *f = *state;
    Sijill__V1__UnmatchedList *page;

    assert_int_equal(scene_see(f, 9, 1, "scan 9:00", "9:00"), SJ_OK);
    assert_int_equal(scene_see_called(f, "zoom", NULL, "X@y.org", "Xé", 2, "in 9:00 c1", "9:00"),
                     SJ_OK);
    assert_int_equal(scene_see(f, 0, 3, "void 2", "9:01"), SJ_OK);
    page = unmatched(f, NULL, 0);
    assert_int_equal(page->n_evidence, 2);
    assert_int_equal(page->evidence[0]->flag[0], SIJILL__V1__FLAG__UNKNOWN_REGISTRATION);
    assert_null(page->evidence[0]->evidence->identity);
    assert_false(page->evidence[0]->voided);
    assert_string_equal(page->evidence[1]->evidence->identity->email, "X@y.org");
    assert_string_equal(page->evidence[1]->evidence->identity->display_name, "Xé");
    assert_true(page->evidence[1]->voided);
}

static void
a_query_of_what_is_not_there_says_so(void **state)
{
    static const uint32_t types[] = { 250, 251, 252 };
    fixture *f = *state;
    scene_id event = scene_event(9);
    scene_id person = scene_person(9);
    Sijill__V1__ListAttendance all;
    Sijill__V1__ListUnmatched waits;
    Sijill__V1__ExplainVerdict one;

    sijill__v1__list_attendance__init(&all);
    sijill__v1__list_unmatched__init(&waits);
    sijill__v1__explain_verdict__init(&one);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(fixture_run(f, types[i], NULL, words_time("9:00")), SJ_INVALID);
    all.has_event_id = waits.has_event_id = one.has_event_id = one.has_registration_id = 1;
    all.event_id = waits.event_id = one.event_id = scene_data(&event);
    one.registration_id = scene_data(&person);
    assert_int_equal(fixture_run(f, 250, &all.base, words_time("9:00")), SJ_NOT_FOUND);
    assert_int_equal(fixture_run(f, 251, &one.base, words_time("9:00")), SJ_NOT_FOUND);
    assert_int_equal(fixture_run(f, 252, &waits.base, words_time("9:00")), SJ_NOT_FOUND);
    event = scene_event(1);
    assert_int_equal(fixture_run(f, 251, &one.base, words_time("9:00")), SJ_NOT_FOUND);
    all.has_limit = 1;
    assert_int_equal(fixture_run(f, 250, &all.base, words_time("9:00")), SJ_INVALID);
    waits.has_after = 1;
    waits.after = scene_data(&person);
    assert_int_equal(fixture_run(f, 252, &waits.base, words_time("9:00")), SJ_INVALID);
    assert_string_equal(f->reply.field, "after");
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, scene_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest laws[] = {
        TEST(a_verdict_is_shown_as_of_now_before_the_pulse_comes_by),
        TEST(a_row_shows_who_and_each_session),
        TEST(pages_show_everybody_once),
        TEST(a_page_of_long_rows_ends_early_and_goes_on),
        TEST(an_explanation_shows_intervals_and_evidence_in_order),
        TEST(a_long_explanation_is_cut_and_says_so),
        TEST(intervals_beyond_what_fits_are_cut_and_said_so),
        TEST(unmatched_pages_show_every_piece_once),
        TEST(a_walk_over_many_matched_goes_on_from_page_to_page),
        TEST(unmatched_shows_who_waits_and_what_is_taken_back),
        TEST(a_query_of_what_is_not_there_says_so),
    };

    return cmocka_run_group_tests_name("queries", laws, NULL, NULL);
}
