/* SPDX-License-Identifier: Apache-2.0 */
/* Seconds of a report: unions, sessions and breaks, and whose they are. */
#include <stdio.h>

#include "clients/upload/tally.h"
#include "tests/unit/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SECONDS = 200, LIST_MAX = 12 };

/* A list as the seconds it covers. */
static void
cover(const span *list, size_t count, bool out[SECONDS])
{
    memset(out, 0, SECONDS);
    for (size_t i = 0; i < count; i++)
        for (uint64_t s = list[i].from; s < list[i].to && s < SECONDS; s++)
            out[s] = true;
}

static size_t
random_list(uint64_t *seed, span *list)
{
    size_t count = chance_below(seed, LIST_MAX);

    for (size_t i = 0; i < count; i++) {
        list[i].from = chance_below(seed, SECONDS);
        list[i].to = list[i].from + chance_below(seed, 40);
        if (list[i].to > SECONDS)
            list[i].to = SECONDS;
    }
    return count;
}

static void
assert_in_order(const span *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(list[i].from < list[i].to);
        assert_true(i == 0 || list[i - 1].to < list[i].from);
    }
}

static void
lists_are_what_their_seconds_are(void **state)
{
    uint64_t seed = 7;
    bool in_a[SECONDS], in_b[SECONDS], in_out[SECONDS], before[SECONDS];
    span a[LIST_MAX], b[LIST_MAX], out[2 * LIST_MAX];

    (void) state;
    for (int round = 0; round < 3000; round++) {
        size_t a_count = random_list(&seed, a);
        size_t b_count = random_list(&seed, b);
        size_t count;

        cover(a, a_count, before);
        a_count = spans_union(a, a_count);
        b_count = spans_union(b, b_count);
        cover(a, a_count, in_a);
        cover(b, b_count, in_b);
        assert_memory_equal(before, in_a, sizeof in_a);
        assert_in_order(a, a_count);
        count = spans_both(a, a_count, b, b_count, out);
        cover(out, count, in_out);
        for (size_t s = 0; s < SECONDS; s++)
            assert_int_equal(in_out[s], in_a[s] && in_b[s]);
        count = spans_less(a, a_count, b, b_count, out);
        assert_in_order(out, count);
        cover(out, count, in_out);
        for (size_t s = 0; s < SECONDS; s++)
            assert_int_equal(in_out[s], in_a[s] && !in_b[s]);
    }
}

/* Two sessions of an hour from 0 and from 7200 s, a break from 1200 to 1800 s. */
static tally *
two_sessions(void)
{
    static Sijill__V1__Event event;
    static Sijill__V1__Session sessions[2];
    static Sijill__V1__Session *list[] = { &sessions[0], &sessions[1] };
    static Sijill__V1__Break pause;
    static Sijill__V1__Break *pauses[] = { &pause };

    sijill__v1__event__init(&event);
    sijill__v1__break__init(&pause);
    pause.starts_ms = 1200000;
    pause.ends_ms = 1800000;
    for (size_t i = 0; i < 2; i++) {
        sijill__v1__session__init(&sessions[i]);
        sessions[i].starts_ms = i * 7200000;
        sessions[i].ends_ms = i * 7200000 + 3600000;
    }
    sessions[0].breaks = pauses;
    sessions[0].n_breaks = 1;
    event.sessions = list;
    event.n_sessions = 2;
    return tally_open(&event);
}

static void
registered(tally *t, uint8_t id, const char *email, const char *external_id, uint32_t state)
{
    Sijill__V1__AttendanceRow row;
    uint8_t octets[SIJILL_ID_SIZE] = { id };

    sijill__v1__attendance_row__init(&row);
    row.registration_id = (ProtobufCBinaryData){ sizeof octets, octets };
    row.email = (char *) (uintptr_t) email;
    row.external_id = (char *) (uintptr_t) external_id;
    row.state = state;
    tally_registration(t, &row);
}

static void
presence_is_the_union_inside_sessions_less_breaks(void **state)
{
    tally *t = two_sessions();
    span ledger[] = { { 0, 600000 }, { 2000000, 2100000 } };
    tally_gaps gaps;

    (void) state;
    registered(t, 1, "amal@example.org", NULL, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_int_equal(tally_add(t, 0, 300000, 1500000), 1);
    assert_int_equal(tally_add(t, 0, 1000000, 2000000), 2); /* a second device */
    assert_int_equal(tally_add(t, 0, 3000000, 8000000), 3); /* over both sessions */
    assert_int_equal(tally_add(t, 0, 4000000, 5000000), 4); /* between them */
    assert_int_equal(tally_seconds(t, 0), 900 + 200 + 600 + 800);
    assert_true(tally_inside(t, 1));
    assert_false(tally_inside(t, 4));
    gaps = tally_compare(t, 0, ledger, 2);
    assert_int_equal(gaps.missing_count, 4);
    assert_int_equal(gaps.missing[0].from, 600000);
    assert_int_equal(gaps.missing[0].to, 1200000);
    assert_int_equal(gaps.missing[3].from, 7200000);
    assert_int_equal(gaps.missing[3].to, 8000000);
    assert_int_equal(gaps.extra_count, 2);
    assert_int_equal(gaps.extra[0].to, 300000);
    assert_int_equal(gaps.extra[1].from, 2000000);
    assert_true(tally_lacks(t, 1) && tally_lacks(t, 2) && tally_lacks(t, 3));
    assert_false(tally_lacks(t, 4));
    tally_close(&t);
}

static void
people_are_found_by_ids_and_e_mail_never_by_what_they_call_themselves(void **state)
{
    tally *t = two_sessions();
    char hex[2 * SIJILL_ID_SIZE + 1];

    (void) state;
    registered(t, 1, "Amal@example.org", "zoom-1", SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    registered(t, 2, "badr@example.org", NULL, SIJILL__V1__REGISTRATION_STATE__CANCELLED);
    registered(t, 3, "badr@example.org", NULL, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    registered(t, 4, "badr@example.org", NULL, SIJILL__V1__REGISTRATION_STATE__REJECTED);
    sijill_hex(tally_at(t, 2)->id, hex);
    assert_int_equal(tally_find(t, NULL, " AMAL@example.org "), 0);
    assert_int_equal(tally_find(t, "zoom-1", "badr@example.org"), 0);
    assert_int_equal(tally_find(t, NULL, "badr@example.org"), 2); /* the live one */
    assert_int_equal(tally_find(t, hex, NULL), 2);
    assert_int_equal(tally_find(t, "Amal", NULL), TALLY_NOBODY);
    assert_int_equal(tally_stranger(t, NULL, NULL, "Amal@example.org"), 4);
    assert_int_equal(tally_stranger(t, NULL, NULL, "Amal@example.org"), 4);
    assert_int_equal(tally_stranger(t, NULL, "Who@example.org", "Amal"), 5);
    assert_int_equal(tally_stranger(t, NULL, "who@example.org", "Other"), 5);
    assert_false(tally_at(t, 5)->registered);
    tally_close(&t);
}

static void
many_people_are_all_found_again(void **state)
{
    tally *t = two_sessions();
    char email[64];

    (void) state;
    for (uint32_t i = 0; i < 20000; i++) {
        (void) snprintf(email, sizeof email, "person-%u@example.org", i);
        registered(t, (uint8_t) i, email, NULL, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
        assert_int_equal(tally_add(t, i, 0, 1000 * (1 + i % 5)), i + 1);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        (void) snprintf(email, sizeof email, "PERSON-%u@example.org", i);
        assert_int_equal(tally_find(t, NULL, email), i);
        assert_int_equal(tally_seconds(t, i), 1 + i % 5);
    }
    tally_close(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_what_their_seconds_are),
        cmocka_unit_test(presence_is_the_union_inside_sessions_less_breaks),
        cmocka_unit_test(people_are_found_by_ids_and_e_mail_never_by_what_they_call_themselves),
        cmocka_unit_test(many_people_are_all_found_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
