/* SPDX-License-Identifier: Apache-2.0 */
/* One thread, and nothing that was asked for is forgotten or done twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/gateway/http/loop.h"

static loop *l;
static char order[16];
static int pair[2][2];

static int
set_up(void **state)
{
    (void) state;
    memset(order, 0, sizeof(order));
    l = loop_open();
    return l == NULL || pipe(pair[0]) != 0 || pipe(pair[1]) != 0;
}

static int
tear_down(void **state)
{
    (void) state;
    for (int i = 0; i < 2; i++) {
        close(pair[i][0]);
        close(pair[i][1]);
    }
    loop_close(&l);
    return 0;
}

static void
note(void *context)
{
    strncat(order, context, sizeof(order) - strlen(order) - 1);
}

static void
note_and_stop(void *context)
{
    note(context);
    loop_stop(l);
}

static void
timers_are_due_in_the_order_of_their_times(void **state)
{
    loop_timer a = { .due = note, .context = "a" }, b = { .due = note, .context = "b" };
    loop_timer c = { .due = note_and_stop, .context = "c" };
    uint64_t now = loop_mono_ms(l);

    (void) state;
    loop_at(l, &c, now + 30);
    loop_at(l, &a, now + 10);
    loop_at(l, &b, now + 20);
    loop_run(l);
    assert_string_equal(order, "abc");
    assert_int_equal(a.due_ms | b.due_ms | c.due_ms, 0);
}

static void
a_timer_that_is_moved_is_due_once_and_one_that_is_turned_off_never(void **state)
{
    loop_timer a = { .due = note, .context = "a" }, b = { .due = note, .context = "b" };
    loop_timer c = { .due = note_and_stop, .context = "c" };
    uint64_t now = loop_mono_ms(l);

    (void) state;
    loop_at(l, &a, now + 1);
    loop_at(l, &b, now + 2);
    loop_at(l, &c, now + 15);
    loop_at(l, &a, now + 10);
    loop_at(l, &b, 0);
    loop_at(l, &b, 0);
    loop_run(l);
    assert_string_equal(order, "ac");
}

static loop_timer itself;

static void
set_itself_again(void *context)
{
    note(context);
    if (strlen(order) == 3)
        loop_stop(l);
    loop_at(l, &itself, loop_mono_ms(l));
}

static void
a_timer_that_sets_itself_again_lets_the_turn_end(void **state)
{
    (void) state;
    itself = (loop_timer){ .due = set_itself_again, .context = "x" };
    loop_each_turn(l, note, "-");
    loop_at(l, &itself, loop_mono_ms(l));
    loop_run(l);
    loop_at(l, &itself, 0);
    /* Between two of them a turn ended, and perhaps some without any. */
    assert_null(strstr(order, "xx"));
}

static void
forget_the_other(void *context)
{
    note_and_stop(context);
    loop_unwatch(l, pair[0][0]);
    loop_unwatch(l, pair[1][0]);
}

static void
who_is_not_watched_any_more_is_not_called_in_the_same_turn(void **state)
{
    (void) state;
    assert_true(loop_watch(l, pair[0][0], false, forget_the_other, "a"));
    assert_true(loop_watch(l, pair[1][0], false, forget_the_other, "b"));
    assert_int_equal(write(pair[0][1], "x", 1), 1);
    assert_int_equal(write(pair[1][1], "x", 1), 1);
    loop_run(l);
    assert_int_equal(strlen(order), 1);
}

static void
watch_another(void *context)
{
    note(context);
    loop_unwatch(l, pair[0][0]);
    loop_unwatch(l, pair[1][0]);
    assert_true(loop_watch(l, pair[0][0], false, note_and_stop, "n"));
}

static void
a_place_that_is_taken_again_does_not_get_the_other_ones_event(void **state)
{
    char octet;

    (void) state;
    assert_true(loop_watch(l, pair[0][0], false, watch_another, "a"));
    assert_true(loop_watch(l, pair[1][0], false, watch_another, "a"));
    assert_int_equal(write(pair[0][1], "x", 1), 1);
    assert_int_equal(write(pair[1][1], "x", 1), 1);
    loop_run(l);
    assert_string_equal(order, "an");
    assert_int_equal(read(pair[0][0], &octet, 1), 1);
}

static void
an_edge_is_told_once(void **state)
{
    loop_timer end = { .due = note_and_stop, .context = "." };

    (void) state;
    assert_true(loop_watch(l, pair[0][0], true, note, "e"));
    assert_int_equal(write(pair[0][1], "x", 1), 1);
    loop_at(l, &end, loop_mono_ms(l) + 20);
    loop_run(l);
    assert_string_equal(order, "e.");
}

static void
so_many_may_be_watched_and_one_more_is_refused(void **state)
{
    int fds[LOOP_WATCHES_MAX];

    (void) state;
    for (int i = 0; i < LOOP_WATCHES_MAX; i++) {
        fds[i] = dup(pair[0][0]);
        if (fds[i] < 0) {
            for (int k = 0; k < i; k++)
                close(fds[k]);
            print_message("too few descriptors for this test: ulimit -n\n");
            skip();
        }
        assert_true(loop_watch(l, fds[i], false, note, "x"));
    }
    assert_false(loop_watch(l, pair[0][0], false, note, "x"));
    loop_unwatch(l, fds[7]);
    assert_true(loop_watch(l, pair[0][0], false, note, "x"));
    for (int i = 0; i < LOOP_WATCHES_MAX; i++)
        close(fds[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(timers_are_due_in_the_order_of_their_times, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_timer_that_is_moved_is_due_once_and_one_that_is_turned_off_never, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_timer_that_sets_itself_again_lets_the_turn_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_is_not_watched_any_more_is_not_called_in_the_same_turn,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_place_that_is_taken_again_does_not_get_the_other_ones_event, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_edge_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(so_many_may_be_watched_and_one_more_is_refused, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
