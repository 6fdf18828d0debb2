/* SPDX-License-Identifier: Apache-2.0 */
/* When a feed sends, and when it gathers. */
#include "services/runtime/feed.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { NOW_US = 50 * 1000 * 1000, GATHER_US = 1000 * SJ_FEED_GATHER_MS, COVERED = 700 };

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
    assert_false(sj_subscription_holds(&subscription, COVERED + 1, NOW_US));
    subscription = subscription_that_was_sent_something();
    assert_false(sj_subscription_holds(&subscription, COVERED + 1, NOW_US + GATHER_US));
}

static void
what_follows_a_frame_waits_for_more(void **state)
{
    sj_subscription subscription = subscription_that_was_sent_something();

    (void) state;
    assert_true(sj_subscription_holds(&subscription, COVERED + 1, NOW_US));
    assert_true(sj_subscription_holds(&subscription, COVERED + 1, NOW_US + GATHER_US - 1));
}

static void
a_full_frame_does_not_wait(void **state)
{
    sj_subscription subscription = subscription_that_was_sent_something();

    (void) state;
    assert_true(sj_subscription_holds(&subscription, COVERED + SJ_FEED_RECORDS_MAX - 1, NOW_US));
    assert_false(sj_subscription_holds(&subscription, COVERED + SJ_FEED_RECORDS_MAX, NOW_US));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_record_after_a_while_is_sent_at_once),
        cmocka_unit_test(what_follows_a_frame_waits_for_more),
        cmocka_unit_test(a_full_frame_does_not_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
