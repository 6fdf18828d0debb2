/* SPDX-License-Identifier: Apache-2.0 */
/* Requests between their arrival and their answer: in order, and never more than there is room. */
#include "services/runtime/queue.h"

#include "tests/unit/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEPS = 100000, LARGE = 1024 * 1024 };

static int
open_queue(void **state)
{
    static sj_queue queue;

    *state = &queue;
    return sj_queue_open(&queue) ? 0 : -1;
}

static int
close_queue(void **state)
{
    sj_queue_close(*state);
    return 0;
}

/* A job with a body of `size` octets; NULL: the queue is full and the body was closed here. */
static sj_job *
take(sj_queue *queue, size_t size)
{
    zmq_msg_t body;
    sj_job *job;

    assert_int_equal(zmq_msg_init_size(&body, size), 0);
    job = sj_queue_take(queue, &body);
    (void) zmq_msg_close(&body);
    return job;
}

static void
jobs_come_out_in_the_order_in_which_they_went_in(void **state)
{
    sj_queue *queue = *state;
    uint64_t seed = 1, in = 0, out = 0;

    for (uint32_t step = 0; step < STEPS; step++) {
        sj_job *job;

        if (chance_below(&seed, 100) < 52) {
            job = take(queue, 8);
            assert_int_equal(job == NULL, in - out == SJ_QUEUE_MAX);
            if (job == NULL)
                continue;
            job->correlation = in++;
            sj_queue_push(queue, job);
        } else {
            job = sj_queue_pop(queue);
            assert_int_equal(job == NULL, in == out);
            if (job == NULL)
                continue;
            assert_int_equal(job->correlation, out++);
            sj_queue_drop(queue, job);
        }
        assert_int_equal(queue->ring_count, in - out);
        assert_int_equal(queue->bytes, 8 * (in - out));
    }
    for (; out < in; out++)
        sj_queue_drop(queue, sj_queue_pop(queue));
    assert_int_equal(queue->bytes, 0);
}

static void
there_is_room_for_so_many_requests_and_no_more(void **state)
{
    sj_queue *queue = *state;
    static sj_job *jobs[SJ_QUEUE_MAX];

    for (size_t i = 0; i < SJ_QUEUE_MAX; i++) {
        jobs[i] = take(queue, 0);
        assert_non_null(jobs[i]);
        for (size_t k = i > 3 ? i - 3 : 0; k < i; k++)
            assert_ptr_not_equal(jobs[i], jobs[k]);
    }
    assert_null(take(queue, 0));
    sj_queue_drop(queue, jobs[5]);
    assert_ptr_equal(take(queue, 0), jobs[5]);
    for (size_t i = 0; i < SJ_QUEUE_MAX; i++)
        sj_queue_drop(queue, jobs[i]);
}

static void
there_is_room_for_so_many_octets_and_no_more(void **state)
{
    sj_queue *queue = *state;
    sj_job *jobs[SJ_QUEUE_BYTES_MAX / LARGE];

    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        jobs[i] = take(queue, LARGE);
        assert_non_null(jobs[i]);
    }
    assert_null(take(queue, 1));
    assert_non_null(jobs[0]);
    sj_queue_drop(queue, jobs[0]);
    jobs[0] = take(queue, LARGE);
    assert_non_null(jobs[0]);
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        sj_queue_drop(queue, jobs[i]);
    assert_int_equal(queue->bytes, 0);
}

static void
the_caller_keeps_the_body_of_a_request_that_found_no_room(void **state)
{
    sj_queue *queue = *state;
    zmq_msg_t body;
    sj_job *large = take(queue, SJ_QUEUE_BYTES_MAX);

    assert_non_null(large);
    assert_int_equal(zmq_msg_init_size(&body, 3), 0);
    memcpy(zmq_msg_data(&body), "abc", 3);
    assert_null(sj_queue_take(queue, &body));
    assert_int_equal(zmq_msg_size(&body), 3);
    assert_memory_equal(zmq_msg_data(&body), "abc", 3);
    (void) zmq_msg_close(&body);
    sj_queue_drop(queue, large);
}

static void
so_many_may_be_parked_and_any_of_them_may_go_on(void **state)
{
    sj_queue *queue = *state;
    sj_job *more;

    for (uint64_t i = 0; i < SJ_PARKED_MAX; i++) {
        sj_job *job = take(queue, 0);

        job->correlation = i;
        assert_true(sj_queue_park(queue, job));
    }
    more = take(queue, 0);
    assert_false(sj_queue_park(queue, more));
    assert_int_equal(sj_queue_parked(queue, 9)->correlation, 9);
    sj_queue_drop(queue, sj_queue_unpark(queue, 9));
    assert_int_equal(sj_queue_parked(queue, 8)->correlation, 8);
    assert_int_equal(sj_queue_parked(queue, 9)->correlation, 10);
    assert_int_equal(sj_queue_parked(queue, SJ_PARKED_MAX - 2)->correlation, SJ_PARKED_MAX - 1);
    assert_true(sj_queue_park(queue, more));
    while (queue->parked_count > 0)
        sj_queue_drop(queue, sj_queue_unpark(queue, queue->parked_count - 1));
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, open_queue, close_queue)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(jobs_come_out_in_the_order_in_which_they_went_in),
        LAW(there_is_room_for_so_many_requests_and_no_more),
        LAW(there_is_room_for_so_many_octets_and_no_more),
        LAW(the_caller_keeps_the_body_of_a_request_that_found_no_room),
        LAW(so_many_may_be_parked_and_any_of_them_may_go_on),
    };

    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
