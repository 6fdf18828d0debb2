/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of requests that failed or took long. */
#include "services/runtime/watch.h"

#include "tests/unit/log/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { NOW_US = 50 * 1000 * 1000 };

static sj_service service;
static sj_job job;
static capture said;

static int
open_job(void **state)
{
    (void) state;
    memset(&service, 0, sizeof service);
    memset(&job, 0, sizeof job);
    service.now_us = NOW_US;
    service.presence.seq = 77;
    job.taken_us = NOW_US;
    job.cmd.type = 110;
    memset(job.cmd.id, 0x1d, sizeof job.cmd.id);
    memset(job.cmd.trace, 0x7e, sizeof job.cmd.trace);
    return 0;
}

static const char *
answer(void)
{
    capture_begin(&said, STDERR_FILENO);
    sj_watch_answer(&service, &job);
    capture_end(&said);
    return said.text;
}

static void
a_request_that_went_well_and_fast_is_not_told(void **state)
{
    (void) state;
    job.taken_us = NOW_US - SJ_SLOW_US;
    assert_string_equal(answer(), "");
}

static void
a_refusal_is_not_told(void **state)
{
    (void) state;
    job.reply.status = SJ_FULL;
    assert_string_equal(answer(), "");
}

static void
a_failed_request_is_told_with_its_id_trace_and_position(void **state)
{
    (void) state;
    job.reply.status = SJ_INTERNAL;
    (void) answer();
    assert_non_null(strstr(said.text, "level=error evt=request.failed "));
    assert_non_null(strstr(said.text, " req=1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d "));
    assert_non_null(strstr(said.text, " trace=7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e "));
    assert_non_null(strstr(said.text, " type=110 code=90 pos=77 us=0\n"));
}

static void
a_slow_request_is_told_with_where_it_committed(void **state)
{
    (void) state;
    job.taken_us = NOW_US - SJ_SLOW_US - 1;
    job.reply.seq = 12;
    (void) answer();
    assert_non_null(strstr(said.text, "level=warn evt=request.slow "));
    assert_non_null(strstr(said.text, " code=0 pos=12 us=1000001\n"));
}

static void
a_second_has_so_many_lines_and_the_others_are_counted(void **state)
{
    (void) state;
    job.reply.status = SJ_INTERNAL;
    for (int n = 0; n < SJ_WATCH_LINES; n++)
        assert_non_null(strstr(answer(), "evt=request.failed "));
    for (int n = 0; n < 3; n++)
        assert_string_equal(answer(), "");
    service.now_us += 1000 * 1000;
    (void) answer();
    assert_non_null(strstr(said.text, "evt=request.untold count=3\n"));
    assert_non_null(strstr(said.text, "evt=request.failed "));
}

static void
a_fault_is_told_with_the_request_that_met_it(void **state)
{
    (void) state;
    capture_begin(&said, STDERR_FILENO);
    sj_watch_fault(&job.cmd, "mdb_put: no");
    capture_end(&said);
    assert_non_null(strstr(said.text, "evt=batch.fault req=1d1d"));
    assert_non_null(strstr(said.text, " type=110 words=\"mdb_put: no\"\n"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_request_that_went_well_and_fast_is_not_told, open_job),
        cmocka_unit_test_setup(a_refusal_is_not_told, open_job),
        cmocka_unit_test_setup(a_failed_request_is_told_with_its_id_trace_and_position, open_job),
        cmocka_unit_test_setup(a_slow_request_is_told_with_where_it_committed, open_job),
        cmocka_unit_test_setup(a_second_has_so_many_lines_and_the_others_are_counted, open_job),
        cmocka_unit_test_setup(a_fault_is_told_with_the_request_that_met_it, open_job),
    };

    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
