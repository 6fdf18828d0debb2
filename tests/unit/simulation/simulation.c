/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three cores and their feeds, for some days, by chance: requests, retries, lost answers,
 * batches that a crash takes away, feeds that come late, a signer that answers twice.  At the end
 * all views of the same people agree and no store is damaged; the same seed ends in the same bytes.
 *
 * usage: test_simulation [--seed N [--steps M]]  (without: a few short seeds, as a test)
 */
#include "tests/unit/chance.h"
#include "tests/unit/simulation/views.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 1500, SEEDS = 3, DAYS = 10, LAST_PULSES = 500, PULSE = 900 };

typedef struct ending {
    uint8_t digest[WORLD_NODES][WORLD_DIGEST_SIZE];
} ending;

static struct {
    uint64_t seed; /* 0: the test's own seeds */
    uint64_t steps;
} given = { 0, STEPS };

/* After the last event; then everything that time makes due, until nothing is. */
static void
let_time_pass(world *w)
{
    w->now_ms = LIFE_BEGINS + (DAYS + LIFE_EVENTS + 2) * LIFE_DAY;
    for (int quiet = 0, pulses = 0; quiet < 3; pulses++) {
        uint64_t before = 0, after = 0;

        assert_true(pulses < LAST_PULSES);
        for (int i = 0; i < WORLD_NODES; i++)
            before += sj_store_meta(w->nodes[i].store)->seq;
        for (int i = 0; i < WORLD_NODES; i++)
            world_run(w, i, PULSE, NULL);
        life_sign(w);
        world_settle(w);
        for (int i = 0; i < WORLD_NODES; i++)
            after += sj_store_meta(w->nodes[i].store)->seq;
        quiet = before == after && life_unsigned(w) == 0 ? quiet + 1 : 0;
        w->now_ms += 1000;
    }
}

static void
step(world *w, uint64_t pace_ms)
{
    static const int turns[] = { REGISTRATION, REGISTRATION, ATTENDANCE, CERTIFICATE };
    uint32_t what = chance_below(&w->seed, 20);

    w->now_ms += chance(&w->seed) % (2 * pace_ms + 1);
    if (what < 9)
        life_ask(w);
    else if (what < 18)
        world_turn(w, turns[chance_below(&w->seed, 4)]);
    else if (what < 19)
        world_run(w, (int) chance_below(&w->seed, WORLD_NODES), PULSE, NULL);
    else
        life_sign(w);
}

static void
assert_exactly_once(world *w)
{
    for (int i = 0; i < WORLD_NODES; i++) {
        const world_node *n = &w->nodes[i];

        assert_int_equal(sj_store_meta(n->store)->dead_letters, 0);
        assert_int_equal(world_scrub(w, i), 0);
        (void) printf("# %s: sequence %" PRIu64 ", %" PRIu64 " crashes, %" PRIu64
                      " answers again, %" PRIu64 " records\n",
                      n->core->name, sj_store_meta(n->store)->seq, n->crashes, n->replays,
                      n->records);
    }
}

static void
run(uint64_t seed, uint64_t steps, ending *end)
{
    static life l;
    world w;

    (void) printf("# seed %" PRIu64 ", %" PRIu64 " steps\n", seed, steps);
    world_open(&w, seed, LIFE_BEGINS);
    life_begin(&w, &l);
    for (uint64_t i = 0; i < steps; i++)
        step(&w, DAYS * LIFE_DAY / steps);
    world_settle(&w);
    let_time_pass(&w);
    views_of_registrations_agree(&w);
    views_of_verdicts_agree(&w);
    assert_exactly_once(&w);
    for (int i = 0; i < WORLD_NODES; i++)
        world_digest(&w, i, end->digest[i]);
    world_close(&w);
}

static void
views_agree_and_nothing_is_lost_or_done_twice(void **state)
{
    ending end;

    (void) state;
    if (given.seed != 0) {
        run(given.seed, given.steps, &end);
        return;
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(seed, given.steps, &end);
}

static void
the_same_seed_ends_in_the_same_bytes(void **state)
{
    uint64_t seed = given.seed != 0 ? given.seed : SEEDS + 1;
    ending one, two;

    (void) state;
    run(seed, given.steps, &one);
    run(seed, given.steps, &two);
    assert_memory_equal(&one, &two, sizeof one);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_agree_and_nothing_is_lost_or_done_twice),
        cmocka_unit_test(the_same_seed_ends_in_the_same_bytes),
    };

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            given.seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--steps") == 0)
            given.steps = strtoull(argv[i + 1], NULL, 10);
    }
    return cmocka_run_group_tests_name("simulation", tests, NULL, NULL);
}
