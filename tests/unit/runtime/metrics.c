/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of answers and of commits. */
#include "services/runtime/metrics.h"

#include "services/core/housekeeping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static sj_status
nothing(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    (void) cmd;
    return sj_accept(txn, reply, NULL);
}

static const sj_route routes[] = {
    { 100, "first", SJ_ROUTE_COMMAND, nothing },
    { 101, "second", SJ_ROUTE_COMMAND, nothing },
    { 0, NULL, SJ_ROUTE_COMMAND, NULL },
};
static const sj_core core = { .name = "toy", .routes = routes };
static sj_metrics metrics;

static int
open_metrics(void **state)
{
    (void) state;
    sj_metrics_open(&metrics, &core);
    return 0;
}

static uint64_t
counted(const char *name, sj_status status)
{
    for (size_t slot = 0; slot < metrics.route_count; slot++)
        if (strcmp(metrics.routes[slot]->name, name) == 0)
            return metrics.answers[slot][status];
    fail_msg("%s has no place", name);
    return 0;
}

static void
an_answer_is_counted_under_its_name_and_code_and_nowhere_else(void **state)
{
    uint64_t all = 0;

    (void) state;
    sj_metrics_answered(&metrics, &routes[1], SJ_OK);
    sj_metrics_answered(&metrics, &routes[1], SJ_FULL);
    sj_metrics_answered(&metrics, &routes[1], SJ_FULL);
    sj_metrics_answered(&metrics, &sj_common_routes[1], SJ_OK);
    sj_metrics_answered(&metrics, &sj_process_routes[1], SJ_INTERNAL);
    sj_metrics_answered(&metrics, NULL, SJ_UNSUPPORTED);
    assert_int_equal(counted("second", SJ_OK), 1);
    assert_int_equal(counted("second", SJ_FULL), 2);
    assert_int_equal(counted(sj_common_routes[1].name, SJ_OK), 1);
    assert_int_equal(counted("get_metrics", SJ_INTERNAL), 1);
    assert_int_equal(counted("unknown", SJ_UNSUPPORTED), 1);
    for (size_t slot = 0; slot < metrics.route_count; slot++)
        for (size_t code = 0; code < SJ_METRICS_CODES; code++)
            all += metrics.answers[slot][code];
    assert_int_equal(all, 6);
}

static void
a_commit_is_counted_in_the_bucket_that_it_fits_first(void **state)
{
    static const struct {
        size_t commands;
        size_t bucket;
    } cases[] = {
        { 1, 0 }, { 2, 1 }, { 3, 2 }, { 4, 2 }, { 1024, 10 }, { 1025, 11 }, { 5000, 13 }
    };
    uint64_t sum = 0;

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t before = metrics.batch.count[cases[i].bucket];

        sj_metrics_committed(&metrics, cases[i].commands, 0);
        assert_int_equal(metrics.batch.count[cases[i].bucket], before + 1);
        sum += cases[i].commands;
    }
    assert_int_equal(metrics.batch.sum, sum);
}

static void
the_time_of_a_commit_is_counted_beside_its_size(void **state)
{
    (void) state;
    sj_metrics_committed(&metrics, 1, 100);
    sj_metrics_committed(&metrics, 1, 101);
    sj_metrics_committed(&metrics, 1, 5000000);
    assert_int_equal(metrics.commit_us.count[0], 1);
    assert_int_equal(metrics.commit_us.count[1], 1);
    assert_int_equal(metrics.commit_us.count[SJ_HISTOGRAM_BOUNDS], 1);
    assert_int_equal(metrics.commit_us.sum, 5000201);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_answer_is_counted_under_its_name_and_code_and_nowhere_else,
                               open_metrics),
        cmocka_unit_test_setup(a_commit_is_counted_in_the_bucket_that_it_fits_first, open_metrics),
        cmocka_unit_test_setup(the_time_of_a_commit_is_counted_beside_its_size, open_metrics),
    };

    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
