/* SPDX-License-Identifier: Apache-2.0 */
/* Request ids are UUIDv7 that rise; names of principals are hashed; what to do with an answer is a
 * table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/c/clock.h"
#include "clients/c/retry.h"
#include "clients/c/sijill.h"

static void
request_ids_rise_and_say_their_time(void **state)
{
    uint8_t before[16] = { 0 };
    uint8_t id[16];

    (void) state;
    for (int i = 0; i < 100000; i++) {
        sijill_request_id(id);
        assert_int_equal(id[6] >> 4, 7);
        assert_int_equal(id[8] >> 6, 2);
        assert_true(memcmp(before, id, sizeof id) < 0);
        memcpy(before, id, sizeof id);
    }

    uint64_t made = 0;

    for (size_t i = 0; i < 6; i++)
        made = made << 8 | id[i];
    assert_in_range(made, clock_wall_ms() - 10000, clock_wall_ms() + 1000);
}

static void
a_forked_child_makes_ids_of_its_own(void **state)
{
    int ends[2];
    uint8_t mine[16];
    uint8_t childs[16];

    (void) state;
    sijill_request_id(mine);
    assert_int_equal(pipe(ends), 0);

    pid_t child = fork();

    if (child == 0) {
        sijill_request_id(mine);
        _exit(write(ends[1], mine, sizeof mine) == sizeof mine ? 0 : 1);
    }
    sijill_request_id(mine);
    assert_int_equal(read(ends[0], childs, sizeof childs), sizeof childs);
    (void) waitpid(child, NULL, 0);
    (void) close(ends[0]);
    (void) close(ends[1]);
    assert_memory_not_equal(mine + 8, childs + 8, 8);
}

static void
hex_is_read_as_it_is_written(void **state)
{
    uint8_t id[16];
    uint8_t again[16];
    char text[33];

    (void) state;
    sijill_request_id(id);
    sijill_hex(id, text);
    assert_true(sijill_unhex(text, again));
    assert_memory_equal(id, again, sizeof id);
    assert_true(sijill_unhex("0197A0B1-0000-7000-8000-000000000001", again));
    assert_false(sijill_unhex("0197a0b1", again));
    assert_false(sijill_unhex("", again));
    assert_false(sijill_unhex("0197a0b100007000800000000000000g", again));
    assert_false(sijill_unhex("0197a0b1000070008000000000000001aa", again));
}

static void
actors_are_named(void **state)
{
    uint8_t a[16];
    uint8_t b[16];
    char text[33];

    (void) state;
    sijill_actor("amina", a);
    sijill_actor("amina", b);
    assert_memory_equal(a, b, sizeof a);
    sijill_actor("bilal", b);
    assert_memory_not_equal(a, b, sizeof a);
    sijill_hex(a, text);
    assert_string_equal(text, "4e03a152951988aa41379f431d795996");
}

static void
each_code_has_its_step(void **state)
{
    static const struct {
        uint32_t code, retry;
        unsigned faults;
        retry_step step;
    } rows[] = {
        { SIJILL__V1__CODE__OK, SIJILL__V1__RETRY__RETRY_NO, 0, RETRY_DONE },
        { SIJILL__V1__CODE__FULL, SIJILL__V1__RETRY__RETRY_NO, 0, RETRY_DONE },
        { SIJILL__V1__CODE__BUSY, SIJILL__V1__RETRY__RETRY_HERE, 0, RETRY_AFTER },
        { SIJILL__V1__CODE__DRAINING, SIJILL__V1__RETRY__RETRY_ELSEWHERE, 0, RETRY_AFTER },
        { SIJILL__V1__CODE__LAGGING, SIJILL__V1__RETRY__RETRY_HERE, 0, RETRY_AFTER },
        { SIJILL__V1__CODE__UNKNOWN_OUTCOME, SIJILL__V1__RETRY__RETRY_HERE, 0, RETRY_AFTER },
        { SIJILL__V1__CODE__INTERNAL, SIJILL__V1__RETRY__RETRY_HERE, 0, RETRY_AFTER },
        { SIJILL__V1__CODE__INTERNAL, SIJILL__V1__RETRY__RETRY_HERE, 1, RETRY_DONE },
        { SIJILL__V1__CODE__UNKNOWN_PEER, SIJILL__V1__RETRY__RETRY_HELLO, 0, RETRY_GREET },
        { 77 /* of the future */, SIJILL__V1__RETRY__RETRY_HERE, 0, RETRY_AFTER },
        { 78, 9, 0, RETRY_DONE },
    };
    uint64_t wait_ms;

    (void) state;
    assert_int_equal(retry_decide(NULL, 1, 0, &wait_ms), RETRY_DONE);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        Sijill__V1__Status status;

        sijill__v1__status__init(&status);
        status.code = rows[i].code;
        status.retry = rows[i].retry;
        wait_ms = 0;
        assert_int_equal(retry_decide(&status, 1, rows[i].faults, &wait_ms), rows[i].step);
        if (rows[i].step == RETRY_AFTER)
            assert_in_range(wait_ms, 50, 150);
    }
}

static void
patience_grows_to_its_limit(void **state)
{
    (void) state;
    assert_int_equal(retry_patience_ms(110, false, 1), 2000);
    assert_int_equal(retry_patience_ms(151, false, 1), 500);
    assert_int_equal(retry_patience_ms(151, false, 2), 1000);
    assert_int_equal(retry_patience_ms(950, true, 1), 6000);
    assert_int_equal(retry_patience_ms(110, false, 40), 8000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_ids_rise_and_say_their_time),
        cmocka_unit_test(a_forked_child_makes_ids_of_its_own),
        cmocka_unit_test(hex_is_read_as_it_is_written),
        cmocka_unit_test(actors_are_named),
        cmocka_unit_test(each_code_has_its_step),
        cmocka_unit_test(patience_grows_to_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
