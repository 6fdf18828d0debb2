/* SPDX-License-Identifier: Apache-2.0 */
/* Services that are asked to stop, or killed together, in the middle of their work. */
#include "tests/fault/proof.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { PERSONS = 600, WARM_MS = 300, CALM_MAX_MS = 60000, NAP_US = 500 };

static world at;
static load work;

static int
open_all(void **state)
{
    (void) state;
    world_open(&at);
    world_start(&at);
    load_open(&work, &at, 1);
    return 0;
}

static int
close_all(void **state)
{
    (void) state;
    load_close(&work);
    world_close(&at);
    return 0;
}

static void
work_for(uint64_t ms)
{
    uint64_t until = mono_ms() + ms;

    while (mono_ms() < until) {
        load_turn(&work);
        (void) usleep(NAP_US);
    }
}

static void
work_to_the_end(void)
{
    uint64_t until = mono_ms() + CALM_MAX_MS;

    while (!load_complete(&work) && mono_ms() < until) {
        load_turn(&work);
        (void) usleep(NAP_US);
    }
    load_finish(&work);
}

static void
all_hold(void)
{
    proof_await_feeds(&at);
    proof_registrations(&work);
    proof_evidence(&work);
    proof_certificates(&work);
    proof_feeds(&work);
    proof_views(&work);
    assert_int_equal(work.lost, 0);
}

static void
services_killed_together_lose_nothing(void **state)
{
    (void) state;
    for (unsigned round = 0; round < 3; round++) {
        work.limit += PERSONS;
        work_for(WARM_MS);
        for (which s = REGISTRATION; s < WHICH_COUNT; s++)
            assert_int_equal(kill(at.pids[s], SIGKILL), 0);
        for (which s = REGISTRATION; s < WHICH_COUNT; s++)
            (void) service_ended(&at, s);
        world_start(&at);
    }
    work_to_the_end();
    all_hold();
}

static void
a_service_told_to_stop_answers_what_it_has_and_exits_0(void **state)
{
    (void) state;
    for (which s = REGISTRATION; s < WHICH_COUNT; s++) {
        uint64_t began_ms;
        int code = 0;

        work.limit += PERSONS;
        work_for(WARM_MS);
        assert_int_equal(kill(at.pids[s], SIGTERM), 0);
        began_ms = mono_ms();
        while (!program_ended(at.pids[s], &code))
            load_turn(&work);
        at.pids[s] = 0;
        print_message("# %s stopped %u ms after SIGTERM\n", which_names[s],
                      (unsigned) (mono_ms() - began_ms));
        assert_int_equal(code, 0);
        service_start(&at, s);
        service_await(&at, s);
    }
    work_to_the_end();
    all_hold();
}

static void
a_stopped_service_starts_where_it_stood(void **state)
{
    (void) state;
    proof_await_feeds(&at);
    for (which s = REGISTRATION; s < SIGNER; s++) {
        Sijill__V1__ServiceStatus *before = service_status(&at, s), *after;

        assert_int_equal(service_stop(&at, s), 0);
        service_start(&at, s);
        after = service_status(&at, s);
        assert_int_equal(after->head->epoch, before->head->epoch);
        assert_true(after->head->seq >= before->head->seq);
        assert_memory_equal(after->store_id.data, before->store_id.data, SIJILL_ID_SIZE);
        sijill_free(before);
        sijill_free(after);
    }
    all_hold();
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(services_killed_together_lose_nothing),
        cmocka_unit_test(a_service_told_to_stop_answers_what_it_has_and_exits_0),
        cmocka_unit_test(a_stopped_service_starts_where_it_stood),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_all, close_all);
}
