/* SPDX-License-Identifier: Apache-2.0 */
/* When a feed sends, and when it gathers. */
#include "services/runtime/feed.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { NOW_US = 50 * 1000 * 1000, GATHER_US = 1000 * SJ_FEED_GATHER_MS, COVERED = 700 };
enum { NO_RUSH = 0, RUSH_US = 1000 * SJ_FEED_RUSH_MS, REST_US = 5000 };

static sj_subscription
subscription_that_was_sent_something(void)
{
    sj_subscription subscription = { .used = true, .covered = COVERED };

    sj_subscription_hold(&subscription, NOW_US);
    return subscription;
}

static void
the_first_record_after_a_while_is_sent_at_once(void **state)
{
    sj_subscription subscription = { .used = true, .covered = COVERED };

    (void) state;
    assert_false(sj_subscription_holds(&subscription, COVERED + 1, NOW_US, NO_RUSH));
    subscription = subscription_that_was_sent_something();
    assert_false(sj_subscription_holds(&subscription, COVERED + 1, NOW_US + GATHER_US, NO_RUSH));
}

static void
what_follows_a_frame_waits_for_more(void **state)
{
    sj_subscription subscription = subscription_that_was_sent_something();

    (void) state;
    assert_true(sj_subscription_holds(&subscription, COVERED + 1, NOW_US, NO_RUSH));
    assert_true(sj_subscription_holds(&subscription, COVERED + 1, NOW_US + GATHER_US - 1, NO_RUSH));
}

static void
a_full_frame_does_not_wait(void **state)
{
    sj_subscription subscription = subscription_that_was_sent_something();

    (void) state;
    assert_true(
        sj_subscription_holds(&subscription, COVERED + SJ_FEED_RECORDS_MAX - 1, NOW_US, NO_RUSH));
    assert_false(
        sj_subscription_holds(&subscription, COVERED + SJ_FEED_RECORDS_MAX, NOW_US, NO_RUSH));
}

static void
all_that_gather_are_due_at_once(void **state)
{
    sj_subscription early = { .used = true }, late = early;

    (void) state;
    sj_subscription_hold(&early, NOW_US + 1);
    sj_subscription_hold(&late, NOW_US + GATHER_US - 1);
    assert_true(early.held_until_us == NOW_US + GATHER_US);
    assert_true(late.held_until_us == NOW_US + GATHER_US);
}

static void
in_a_rush_full_frames_wait_too_until_it_is_over(void **state)
{
    sj_subscription subscription = subscription_that_was_sent_something();
    uint64_t now_us = NOW_US + 10 * GATHER_US;

    (void) state;
    assert_true(sj_subscription_holds(&subscription, COVERED + SJ_FEED_RECORDS_MAX, now_us,
                                      now_us + REST_US));
    assert_false(sj_subscription_holds(&subscription, COVERED + SJ_FEED_RECORDS_MAX,
                                       now_us + REST_US, now_us + REST_US));
}

static void
but_half_a_second_at_most(void **state)
{
    sj_subscription subscription = subscription_that_was_sent_something();
    uint64_t last_us = subscription.held_until_us + RUSH_US;

    (void) state;
    assert_true(sj_subscription_holds(&subscription, COVERED + 1, last_us - 1, last_us + REST_US));
    assert_false(sj_subscription_holds(&subscription, COVERED + 1, last_us, last_us + REST_US));
}

static void
who_is_asked_for_it_does_not_wait_even_in_a_rush(void **state)
{
    sj_subscription subscription = subscription_that_was_sent_something();

    (void) state;
    subscription.held_until_us = 0; /* as credit of no octets has it */
    assert_false(sj_subscription_holds(&subscription, COVERED + 1, NOW_US, NOW_US + REST_US));
}

static const sj_stretch stretch_of_three = { .from = 600, .to = 900 };

static sj_stretch
stretch_with(uint32_t type)
{
    sj_stretch stretch = stretch_of_three;

    sj_stretch_meet(&stretch, 130);
    sj_stretch_meet(&stretch, 134);
    sj_stretch_meet(&stretch, type);
    return stretch;
}

static void
where_the_filter_takes_nothing_nothing_is_read(void **state)
{
    sj_subscription subscription = { .covered = COVERED, .types = { 132, 138 }, .type_count = 2 };
    sj_stretch stretch = stretch_with(135);

    (void) state;
    assert_int_equal(sj_subscription_pass(&subscription, &stretch), 900);
    subscription.covered = 600;
    assert_int_equal(sj_subscription_pass(&subscription, &stretch), 900);
}

static void
a_type_that_the_filter_takes_is_never_passed(void **state)
{
    sj_subscription subscription = { .covered = COVERED, .types = { 132, 0 }, .type_count = 2 };

    (void) state;
    for (uint32_t type = 1; type < 1000; type++) {
        sj_stretch stretch = stretch_with(type);

        subscription.types[1] = type;
        assert_int_equal(sj_subscription_pass(&subscription, &stretch), COVERED);
    }
}

static void
who_takes_all_or_stands_elsewhere_reads_for_himself(void **state)
{
    sj_subscription subscription = { .covered = COVERED };
    sj_stretch stretch = stretch_of_three;

    (void) state;
    assert_int_equal(sj_subscription_pass(&subscription, &stretch), COVERED);
    subscription.types[0] = 138;
    subscription.type_count = 1;
    subscription.covered = 599;
    assert_int_equal(sj_subscription_pass(&subscription, &stretch), 599);
    subscription.covered = 901;
    assert_int_equal(sj_subscription_pass(&subscription, &stretch), 901);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_record_after_a_while_is_sent_at_once),
        cmocka_unit_test(what_follows_a_frame_waits_for_more),
        cmocka_unit_test(a_full_frame_does_not_wait),
        cmocka_unit_test(all_that_gather_are_due_at_once),
        cmocka_unit_test(in_a_rush_full_frames_wait_too_until_it_is_over),
        cmocka_unit_test(but_half_a_second_at_most),
        cmocka_unit_test(who_is_asked_for_it_does_not_wait_even_in_a_rush),
        cmocka_unit_test(where_the_filter_takes_nothing_nothing_is_read),
        cmocka_unit_test(a_type_that_the_filter_takes_is_never_passed),
        cmocka_unit_test(who_takes_all_or_stands_elsewhere_reads_for_himself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
