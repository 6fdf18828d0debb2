/* SPDX-License-Identifier: Apache-2.0 */
/* What may be recorded, what is the same, what is refused, and whose it is. */
#include "tests/unit/attendance/scene.h"

#include "services/attendance/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EVENING "18:00"

static Sijill__V1__Recorded *
recorded(fixture *f)
{
    return fixture_reply(f, &sijill__v1__recorded__descriptor);
}

static bool
receipt_flagged(const Sijill__V1__RecordedEvidence *receipt, Sijill__V1__Flag flag)
{
    for (size_t i = 0; i < receipt->n_flag; i++)
        if (receipt->flag[i] == flag)
            return true;
    return false;
}

static void
evidence_of_a_known_registration_counts_at_once(void **state)
{
    fixture *f = *state;
    Sijill__V1__VerdictChanged *record;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_false(recorded(f)->evidence[0]->known);
    assert_false(recorded(f)->evidence[0]->unmatched);
    assert_int_equal(scene_told(f), 1);
    record =
        fixture_last_record(f, SCENE_VERDICT_CHANGED, &sijill__v1__verdict_changed__descriptor);
    assert_int_equal(record->value, SIJILL__V1__VERDICT_VALUE__UNDECIDED);
    assert_int_equal(record->seconds, 3600);
    assert_int_equal(record->scheduled, 10800);
    assert_int_equal(record->share, 3333);
    assert_int_equal(record->threshold, 7500);
    assert_int_equal(record->rule_version, 1);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
the_same_nonce_is_the_same_success_and_no_second_effect(void **state)
{
    fixture *f = *state;
    Sijill__V1__RecordedEvidence *again;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-10:00", "10:00"), SJ_OK);
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "10:01"), SJ_OK);
    again = recorded(f)->evidence[0];
    assert_true(again->known);
    assert_memory_equal(again->evidence_id.data, scene_nonce(1).at, SJ_ID_SIZE);
    assert_int_equal(scene_told(f), 1);
    assert_int_equal(scene_seconds(f, 1, "10:02"), 3600);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
the_same_nonce_twice_in_one_command_is_one_piece(void **state)
{
    fixture *f = *state;
    scene_piece a, b, *pieces[] = { &a, &b };

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    scene_make(&a, 1, "span 9:00-10:00");
    scene_make(&b, 1, "span 9:00-10:00");
    scene_of(&a, 1);
    scene_of(&b, 1);
    assert_int_equal(scene_send(f, pieces, 2, "10:00"), SJ_OK);
    assert_false(recorded(f)->evidence[0]->known);
    assert_true(recorded(f)->evidence[1]->known);
    assert_int_equal(scene_explain(f, 1, "10:00")->n_evidence, 1);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
one_nonce_at_two_events_is_two_pieces(void **state)
{
    fixture *f = *state;
    scene_piece piece, *pieces[] = { &piece };

    scene_define(f, 2, "1 9:00-12:00", 0, SIJILL__V1__EVENT_STATE__EVENT_OPEN, "0:00");
    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    scene_make(&piece, 1, "scan 9:00");
    scene_of(&piece, 1);
    assert_int_equal(scene_send(f, pieces, 1, "10:00"), SJ_OK);
    piece.event = scene_event(2);
    assert_int_equal(scene_send(f, pieces, 1, "10:00"), SJ_OK);
    assert_false(recorded(f)->evidence[0]->known);
}

static void
a_full_answer_with_every_flag_fits_the_ledger(void **state)
{
    fixture *f = *state;
    scene_piece made[ATTENDANCE_PIECES_MAX], *pieces[ATTENDANCE_PIECES_MAX];

    for (uint32_t i = 0; i < ATTENDANCE_PIECES_MAX; i++) {
        scene_make(&made[i], i + 1, "scan 2+20:00");
        scene_of(&made[i], i + 1);
        made[i].evidence.has_device_now_ms = 1;
        made[i].evidence.device_now_ms = words_time("1:00");
        pieces[i] = &made[i];
    }
    assert_int_equal(scene_send(f, pieces, ATTENDANCE_PIECES_MAX, "10:00"), SJ_OK);
    assert_int_equal(recorded(f)->n_evidence, ATTENDANCE_PIECES_MAX);
    assert_int_equal(recorded(f)->evidence[15]->n_flag, 3);
    assert_true(f->reply.body.size <= SJ_RESULT_MAX);
}

/* ---- refusals: each changes one thing in a good piece ---- */

static void
no_event(scene_piece *piece)
{
    piece->evidence.has_event_id = 0;
}

static void
no_kind(scene_piece *piece)
{
    piece->evidence.kind = SIJILL__V1__EVIDENCE_KIND__EVIDENCE_NONE;
}

static void
no_source(scene_piece *piece)
{
    piece->evidence.source = SIJILL__V1__EVIDENCE_SOURCE__SOURCE_NONE;
}

static void
no_nonce(scene_piece *piece)
{
    piece->evidence.has_nonce = 0;
}

static void
no_instant(scene_piece *piece)
{
    piece->evidence.has_occurred_ms = 0;
}

static void
zero_instant(scene_piece *piece)
{
    piece->evidence.occurred_ms = 0;
}

static void
nobody(scene_piece *piece)
{
    piece->evidence.has_registration_id = 0;
}

static void
two_people(scene_piece *piece)
{
    scene_called(piece, "zoom", "r1", NULL, NULL);
}

static void
nameless(scene_piece *piece)
{
    piece->evidence.has_registration_id = 0;
    scene_called(piece, "zoom", "", "not an address", NULL);
}

static void
mark_on_a_span(scene_piece *piece)
{
    piece->evidence.has_mark = 1;
    piece->evidence.mark = SIJILL__V1__MARK_VALUE__PRESENT;
}

static void
mark_without_value(scene_piece *piece)
{
    piece->evidence.kind = SIJILL__V1__EVIDENCE_KIND__MARK;
    piece->evidence.has_ended_ms = 0;
}

static void
span_without_end(scene_piece *piece)
{
    piece->evidence.has_ended_ms = 0;
}

static void
span_backwards(scene_piece *piece)
{
    piece->evidence.ended_ms = piece->evidence.occurred_ms - 1;
}

static void
end_of_a_check_in(scene_piece *piece)
{
    piece->evidence.kind = SIJILL__V1__EVIDENCE_KIND__CHECK_IN;
}

static void
void_of_nothing(scene_piece *piece)
{
    piece->evidence.kind = SIJILL__V1__EVIDENCE_KIND__VOID;
    piece->evidence.has_ended_ms = 0;
}

static void
voids_of_a_span(scene_piece *piece)
{
    piece->evidence.has_voids = 1;
    piece->evidence.voids = piece->evidence.event_id;
}

static void
void_of_itself(scene_piece *piece)
{
    void_of_nothing(piece);
    piece->evidence.has_voids = 1;
    piece->evidence.voids = piece->evidence.nonce;
}

static void
session_zero(scene_piece *piece)
{
    piece->evidence.has_session = 1;
}

static char bell[] = "ring\a";
static char turned[] = "\xe2\x80\xae"
                       "abc";

static void
bell_in_a_remark(scene_piece *piece)
{
    piece->evidence.remark = bell;
}

static void
override_in_a_device(scene_piece *piece)
{
    piece->evidence.device = turned;
}

static void
bell_in_a_connection(scene_piece *piece)
{
    piece->evidence.connection = bell;
}

static const struct {
    void (*spoil)(scene_piece *piece);
    const char *field;
} spoiled[] = {
    { no_event, "event_id" },
    { no_kind, "kind" },
    { no_source, "source" },
    { no_nonce, "nonce" },
    { no_instant, "occurred_ms" },
    { zero_instant, "occurred_ms" },
    { nobody, "registration_id" },
    { two_people, "registration_id" },
    { nameless, "identity" },
    { mark_on_a_span, "mark" },
    { mark_without_value, "mark" },
    { span_without_end, "ended_ms" },
    { span_backwards, "ended_ms" },
    { end_of_a_check_in, "ended_ms" },
    { void_of_nothing, "voids" },
    { voids_of_a_span, "voids" },
    { void_of_itself, "voids" },
    { session_zero, "session" },
    { bell_in_a_remark, "remark" },
    { override_in_a_device, "device" },
    { bell_in_a_connection, "connection" },
};

static void
a_malformed_piece_is_refused_by_its_field_and_leaves_no_trace(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    fixture_digest(f, before);
    for (size_t i = 0; i < sizeof spoiled / sizeof spoiled[0]; i++) {
        scene_piece good, bad, *pieces[] = { &good, &bad };

        scene_make(&good, 1, "span 9:00-10:00");
        scene_of(&good, 1);
        scene_make(&bad, 2, "span 9:00-10:00");
        scene_of(&bad, 1);
        spoiled[i].spoil(&bad);
        assert_int_equal(scene_send(f, pieces, 2, "10:00"), SJ_INVALID);
        assert_string_equal(f->reply.field, spoiled[i].field);
        assert_non_null(f->reply.detail);
    }
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

static void
a_refusal_says_which_piece_is_wrong(void **state)
{
    fixture *f = *state;
    scene_piece good, bad, *pieces[] = { &good, &bad };

    scene_make(&good, 1, "span 9:00-10:00");
    scene_of(&good, 1);
    scene_make(&bad, 2, "span 9:00-10:00");
    assert_int_equal(scene_send(f, pieces, 2, "10:00"), SJ_INVALID);
    assert_memory_equal(f->reply.detail, "piece 2: ", 9);
}

static void
no_pieces_and_too_many_are_refused(void **state)
{
    fixture *f = *state;
    scene_piece piece, *pieces[ATTENDANCE_PIECES_MAX + 1];

    scene_make(&piece, 1, "scan 9:00");
    scene_of(&piece, 1);
    for (size_t i = 0; i <= ATTENDANCE_PIECES_MAX; i++)
        pieces[i] = &piece;
    assert_int_equal(scene_send(f, pieces, 0, "10:00"), SJ_INVALID);
    assert_int_equal(scene_send(f, pieces, ATTENDANCE_PIECES_MAX + 1, "10:00"), SJ_INVALID);
}

static void
an_unknown_event_is_not_found_and_says_what_to_do(void **state)
{
    fixture *f = *state;
    scene_piece piece, *pieces[] = { &piece };

    scene_make(&piece, 1, "scan 9:00");
    scene_of(&piece, 1);
    piece.event = scene_event(99);
    assert_int_equal(scene_send(f, pieces, 1, "10:00"), SJ_NOT_FOUND);
    assert_non_null(strstr(f->reply.detail, "min_pos"));
}

static void
another_organisation_has_another_ledger(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "scan 9:00", "10:00"), SJ_OK);
    f->org = 2;
    assert_int_equal(scene_see(f, 1, 2, "scan 9:00", "10:00"), SJ_NOT_FOUND);
    assert_null(scene_explain(f, 1, "10:00"));
    assert_int_equal(f->reply.status, SJ_NOT_FOUND);
}

static void
a_dry_run_writes_nothing(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see_called(f, "zoom", "r9", NULL, NULL, 7, "in 9:00", "9:00"), SJ_OK);
    fixture_digest(f, before);
    f->dry_run = true;
    assert_int_equal(scene_see(f, 1, 1, "scan 9:00", "10:00"), SJ_OK);
    assert_int_equal(scene_see(f, 0, 2, "end 12:00", "10:00"), SJ_OK);
    assert_int_equal(scene_match(f, "zoom", "r9", NULL, NULL, 1, "10:00"), SJ_OK);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

static void
a_dry_run_says_whose_it_would_be(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1, .email = "a@x.org" }, "8:00");
    f->dry_run = true;
    assert_int_equal(scene_see_called(f, "zoom", NULL, "A@x.org", NULL, 1, "in 9:00 c1", "9:00"),
                     SJ_OK);
    assert_false(recorded(f)->evidence[0]->unmatched);
    assert_int_equal(scene_see_called(f, "zoom", NULL, "b@x.org", NULL, 2, "in 9:00 c2", "9:00"),
                     SJ_OK);
    assert_true(recorded(f)->evidence[0]->unmatched);
}

static void
a_clock_more_than_ten_minutes_off_is_flagged(void **state)
{
    static const struct {
        const char *device_now;
        bool off;
    } rows[] = { { "9:50", false }, { "9:49:59", true }, { "10:10", false }, { "10:10:01", true } };
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    for (uint32_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        scene_piece piece, *pieces[] = { &piece };

        scene_make(&piece, i + 1, "scan 9:00");
        scene_of(&piece, 1);
        piece.evidence.has_device_now_ms = 1;
        piece.evidence.device_now_ms = words_time(rows[i].device_now);
        assert_int_equal(scene_send(f, pieces, 1, "10:00"), SJ_OK);
        assert_int_equal(receipt_flagged(recorded(f)->evidence[0], SIJILL__V1__FLAG__CLOCK_OFF),
                         rows[i].off);
    }
}

static void
a_cancelled_ticket_is_kept_counted_and_flagged(void **state)
{
    fixture *f = *state;
    Sijill__V1__Verdict *verdict;

    scene_register(
        f, (scene_registration){ .number = 1, .state = SIJILL__V1__REGISTRATION_STATE__CANCELLED },
        "8:00");
    assert_int_equal(scene_see(f, 1, 1, "scan 9:00", "10:00"), SJ_OK);
    assert_true(receipt_flagged(recorded(f)->evidence[0], SIJILL__V1__FLAG__NOT_CONFIRMED));
    verdict = scene_explain(f, 1, EVENING)->row->verdict;
    assert_int_equal(verdict->value, SIJILL__V1__VERDICT_VALUE__ATTENDED);
    assert_true(scene_flagged(verdict, SIJILL__V1__FLAG__NOT_CONFIRMED));
}

static void
evidence_before_its_registration_waits_and_is_found(void **state)
{
    fixture *f = *state;

    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "10:00"), SJ_OK);
    assert_true(recorded(f)->evidence[0]->unmatched);
    assert_true(receipt_flagged(recorded(f)->evidence[0], SIJILL__V1__FLAG__UNKNOWN_REGISTRATION));
    assert_int_equal(scene_unmatched(f, "10:00"), 1);
    assert_int_equal(scene_told(f), 0);
    scene_register(f, (scene_registration){ .number = 1 }, "10:30");
    assert_int_equal(scene_unmatched(f, "10:30"), 0);
    assert_int_equal(scene_told(f), 1);
    assert_int_equal(scene_seconds(f, 1, EVENING), 10800);
    assert_int_equal(fixture_scrub(f), 0);
}

/* ---- taking back ---- */

static void
a_void_may_come_before_what_it_takes_back(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 0, 2, "void 1", "10:00"), SJ_OK);
    assert_true(recorded(f)->evidence[0]->unmatched);
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "10:01"), SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 0);
    assert_int_equal(scene_see(f, 0, 3, "void 2", "10:02"), SJ_OK);
    assert_int_equal(scene_seconds(f, 1, EVENING), 10800);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
what_is_taken_back_is_shown_as_such(void **state)
{
    fixture *f = *state;
    Sijill__V1__Explanation *found;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "mark present 9:00", "9:00"), SJ_OK);
    assert_int_equal(scene_see(f, 0, 2, "void 1", "9:01"), SJ_OK);
    found = scene_explain(f, 1, EVENING);
    assert_int_equal(found->n_evidence, 2);
    assert_true(found->evidence[0]->voided);
    assert_false(found->evidence[1]->voided);
    assert_memory_equal(found->evidence[1]->evidence->voids.data, scene_nonce(1).at, SJ_ID_SIZE);
    assert_int_equal(found->row->verdict->evidence_count, 0);
}

static void
voids_that_chase_each_other_touch_nobody(void **state)
{
    fixture *f = *state;

    scene_register(f, (scene_registration){ .number = 1 }, "8:00");
    assert_int_equal(scene_see(f, 1, 1, "span 9:00-12:00", "10:00"), SJ_OK);
    assert_int_equal(scene_see(f, 0, 2, "void 3", "10:01"), SJ_OK);
    assert_int_equal(scene_see(f, 0, 3, "void 2", "10:02"), SJ_OK);
    scene_settle(f, "10:03");
    assert_int_equal(scene_seconds(f, 1, EVENING), 10800);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
the_undo_of_a_platforms_end_reaches_all(void **state)
{
    fixture *f = *state;

    for (uint32_t i = 1; i <= 3; i++) {
        scene_register(f, (scene_registration){ .number = i }, "8:00");
        assert_int_equal(scene_see(f, i, i, "in 9:00 c1", "9:00"), SJ_OK);
    }
    assert_int_equal(scene_see(f, 0, 10, "end 10:00", "10:00"), SJ_OK);
    scene_settle(f, "10:01");
    assert_int_equal(scene_told(f), 6);
    assert_int_equal(scene_seconds(f, 3, "10:01"), 3600);
    assert_int_equal(fixture_scrub(f), 0);
    assert_int_equal(scene_see(f, 0, 11, "void 10", "10:02"), SJ_OK);
    scene_settle(f, "10:03");
    assert_int_equal(scene_told(f), 9);
    assert_int_equal(scene_seconds(f, 3, "10:04"), 10800);
    assert_int_equal(fixture_scrub(f), 0);
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, scene_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest laws[] = {
        TEST(evidence_of_a_known_registration_counts_at_once),
        TEST(the_same_nonce_is_the_same_success_and_no_second_effect),
        TEST(the_same_nonce_twice_in_one_command_is_one_piece),
        TEST(one_nonce_at_two_events_is_two_pieces),
        TEST(a_full_answer_with_every_flag_fits_the_ledger),
        TEST(a_malformed_piece_is_refused_by_its_field_and_leaves_no_trace),
        TEST(a_refusal_says_which_piece_is_wrong),
        TEST(no_pieces_and_too_many_are_refused),
        TEST(an_unknown_event_is_not_found_and_says_what_to_do),
        TEST(another_organisation_has_another_ledger),
        TEST(a_dry_run_writes_nothing),
        TEST(a_dry_run_says_whose_it_would_be),
        TEST(a_clock_more_than_ten_minutes_off_is_flagged),
        TEST(a_cancelled_ticket_is_kept_counted_and_flagged),
        TEST(evidence_before_its_registration_waits_and_is_found),
        TEST(a_void_may_come_before_what_it_takes_back),
        TEST(what_is_taken_back_is_shown_as_such),
        TEST(voids_that_chase_each_other_touch_nobody),
        TEST(the_undo_of_a_platforms_end_reaches_all),
    };

    return cmocka_run_group_tests_name("evidence", laws, NULL, NULL);
}
