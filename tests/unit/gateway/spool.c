/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spool: what was accepted is there until it is done, whatever the order and however often the
 * gateway begins anew.
 */
#include "services/gateway/hooks/spool_inside.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
    DELIVERIES = 40,
    ROUNDS = 30,
    ARENA_SIZE = 2 * 1024 * 1024,
    LONG_BODY = 200 * 1000 + 7,
    FOLDERS_OPEN = 8,
    MANY_LONG = 60, /* their rows are longer than what spool.c reads with */
    MANY = 40000,
    LONG_HEADER = 30 * 1000,
    TURNS_MAX = 60000,
    TURN_US = 1000
};

typedef struct scene {
    char home[64];
    loop *loop;
    spool *spool;
    sj_arena arena;
    size_t added, stored, refused;
} scene;

static void
told(void *context, bool durable)
{
    scene *s = context;

    s->stored += durable;
    s->refused += !durable;
}

static void
begin(scene *s)
{
    s->loop = loop_open();
    assert_non_null(s->loop);
    s->spool = spool_open(s->loop, s->home);
    assert_non_null(s->spool);
}

static void
stop(scene *s)
{
    spool_close(&s->spool);
    loop_close(&s->loop);
}

static int
setup(void **state)
{
    scene *s = calloc(1, sizeof *s);

    *state = s;
    (void) snprintf(s->home, sizeof s->home, "/tmp/sijill-spool-XXXXXX");
    if (sodium_init() < 0 || mkdtemp(s->home) == NULL || !sj_arena_open(&s->arena, ARENA_SIZE))
        return -1;
    begin(s);
    return 0;
}

static int
drop(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void) about;
    (void) kind;
    (void) where;
    return remove(path);
}

static int
teardown(void **state)
{
    scene *s = *state;

    stop(s);
    sj_arena_close(&s->arena);
    if (nftw(s->home, drop, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS) != 0)
        return -1;
    free(s);
    return 0;
}

static void
add(scene *s, const void *body, size_t size)
{
    Sijill__V1__DeliveryRow row;
    uint8_t id[SJ_ID_SIZE] = { 1 };

    sijill__v1__delivery_row__init(&row);
    row.has_org = row.has_hook_id = row.has_received_ms = true;
    row.org = 1;
    row.hook_id = (ProtobufCBinaryData){ sizeof id, id };
    row.received_ms = loop_wall_ms(s->loop);
    spool_add(s->spool, &row, (sj_bytes){ body, size }, told, s);
    s->added++;
}

/* Turns of the loop until all were told, and all can be read. */
static void
flush(scene *s)
{
    unsigned turns = 0;

    for (spool_flush(s->spool); s->stored + s->refused < s->added || spool_is_writing(s->spool);
         spool_flush(s->spool)) {
        assert_true(turns++ < TURNS_MAX);
        (void) usleep(TURN_US);
    }
}

static bool
next(scene *s, uint64_t after, uint64_t *number, sj_bytes *body)
{
    Sijill__V1__DeliveryRow *row;

    sj_arena_reset(&s->arena);
    return spool_next(s->spool, after, &s->arena, number, &row, body);
}

static void
nobody_is_told_before_the_turn_ends(void **state)
{
    scene *s = *state;
    uint64_t number;
    sj_bytes body;

    add(s, "one", 3);
    assert_int_equal(s->stored, 0);
    assert_false(next(s, 0, &number, &body));
    flush(s);
    assert_int_equal(s->stored, 1);
    assert_true(next(s, 0, &number, &body));
    assert_int_equal(body.size, 3);
    assert_memory_equal(body.at, "one", 3);
}

static void
a_long_body_comes_back_octet_for_octet(void **state)
{
    scene *s = *state;
    unsigned char *long_body = malloc(LONG_BODY);
    uint64_t number;
    sj_bytes body;

    randombytes_buf(long_body, LONG_BODY);
    add(s, long_body, LONG_BODY);
    add(s, "", 0);
    flush(s);
    stop(s);
    begin(s);
    assert_true(next(s, 0, &number, &body));
    assert_int_equal(body.size, LONG_BODY);
    assert_memory_equal(body.at, long_body, LONG_BODY);
    assert_true(next(s, number, &number, &body));
    assert_int_equal(body.size, 0);
    free(long_body);
}

/* What is waiting by walking the spool must be what the model says. */
static void
look(scene *s, const bool *waiting, uint64_t last)
{
    uint64_t at = 0;
    size_t count = 0;
    sj_bytes body;

    for (uint64_t number = 1; number <= last; number++) {
        if (!waiting[number])
            continue;
        count++;
        assert_true(next(s, at, &at, &body));
        assert_int_equal(at, number);
    }
    assert_false(next(s, at, &at, &body));
    assert_int_equal(spool_waiting(s->spool), count);
}

static void
what_is_done_in_any_order_stays_done_and_nothing_else_does(void **state)
{
    scene *s = *state;
    bool waiting[DELIVERIES * ROUNDS + 1] = { false };
    uint64_t last = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = randombytes_uniform(DELIVERIES); i > 0; i--) {
            add(s, "x", 1);
            waiting[++last] = true;
        }
        flush(s);
        for (unsigned i = randombytes_uniform(DELIVERIES); i > 0 && last > 0; i--) {
            uint64_t number = 1 + randombytes_uniform((uint32_t) last);

            spool_done(s->spool, number);
            waiting[number] = false;
        }
        flush(s);
        look(s, waiting, last);
        if (round % 3 == 0) {
            stop(s);
            begin(s);
            look(s, waiting, last);
        }
    }
}

static void
a_hook_and_a_place_on_a_feed_are_there_after_a_restart(void **state)
{
    scene *s = *state;
    Sijill__V1__Hook hook;
    uint8_t id[SJ_ID_SIZE] = { 7 };

    sijill__v1__hook__init(&hook);
    hook.has_id = true;
    hook.id = (ProtobufCBinaryData){ sizeof id, id };
    hook.platform = (char *) (uintptr_t) "zoom";
    spool_put_hook(s->spool, 3, &hook);
    spool_put_cursor(s->spool, 1, (sj_cursor){ 2, 99 });
    flush(s);
    stop(s);
    begin(s);
    assert_int_equal(spool_cursor(s->spool, 1).seq, 99);
    assert_int_equal(spool_cursor(s->spool, 1).epoch, 2);
    assert_int_equal(spool_cursor(s->spool, 2).seq, 0);
}

/* One waits for a platform for a day; what came later was done long ago. */
static void
what_came_behind_many_that_are_done_is_found_after_a_restart(void **state)
{
    static unsigned char body[SPOOL_PART_SIZE];
    scene *s = *state;
    uint64_t number;
    sj_bytes found;

    for (uint64_t i = 1; i <= MANY_LONG; i++)
        add(s, body, sizeof body);
    add(s, "last", 4);
    flush(s);
    for (uint64_t i = 2; i <= MANY_LONG; i++)
        spool_done(s->spool, i);
    flush(s);
    stop(s);
    begin(s);
    assert_true(next(s, 0, &number, &found));
    assert_int_equal(number, 1);
    assert_true(next(s, number, &number, &found));
    assert_int_equal(number, MANY_LONG + 1);
    assert_memory_equal(found.at, "last", 4);
}

static void
no_number_is_given_twice_however_many_are_done(void **state)
{
    scene *s = *state;
    uint64_t number = 0;
    sj_bytes found;

    for (uint64_t i = 1; i <= MANY; i++)
        add(s, "x", 1);
    flush(s);
    for (uint64_t i = 2; i <= MANY; i++)
        spool_done(s->spool, i);
    flush(s);
    stop(s);
    begin(s);
    add(s, "new", 3);
    flush(s);
    assert_true(next(s, MANY, &number, &found));
    assert_int_equal(number, MANY + 1);
    assert_int_equal(spool_waiting(s->spool), 2);
}

static void
a_long_body_with_long_headers_is_kept(void **state)
{
    static unsigned char long_body[SPOOL_PART_SIZE];
    static char words[LONG_HEADER + 1];
    scene *s = *state;
    Sijill__V1__DeliveryRow row;
    uint64_t number;
    sj_bytes body;

    memset(words, 'w', LONG_HEADER);
    sijill__v1__delivery_row__init(&row);
    row.query = words;
    spool_add(s->spool, &row, (sj_bytes){ long_body, sizeof long_body }, told, s);
    s->added++;
    flush(s);
    assert_int_equal(s->stored, 1);
    assert_true(next(s, 0, &number, &body));
    assert_int_equal(body.size, sizeof long_body);
}

static void
who_is_gone_is_not_told_at_the_end(void **state)
{
    scene *s = *state;

    add(s, "one", 3);
    stop(s);
    assert_int_equal(s->stored + s->refused, 0);
    begin(s);
}

static void
what_was_done_when_the_disk_failed_is_done_when_it_works_again(void **state)
{
    scene *s = *state;
    uint64_t number;
    sj_bytes body;

    add(s, "one", 3);
    flush(s);
    spool_put_cursor(s->spool, 1, (sj_cursor){ 2, 99 });
    spool_done(s->spool, 1);
    sj_txn_fail(spool_write(s->spool), SJ_FAULT_FULL, "no space");
    add(s, "two", 3);
    flush(s);
    assert_int_equal(spool_lost(s->spool), 1);
    assert_int_equal(spool_cursor(s->spool, 1).seq, 0);
    stop(s);
    begin(s);
    assert_true(next(s, 0, &number, &body));
    assert_int_equal(number, 2);
    assert_false(next(s, number, &number, &body));
}

static void
a_batch_that_the_disk_refuses_leaves_nothing(void **state)
{
    scene *s = *state;
    spool_batch batch = { 0 };
    Sijill__V1__DeliveryRow row;
    uint64_t number;
    sj_bytes body;
    sj_txn *txn;

    sijill__v1__delivery_row__init(&row);
    assert_true(spool_batch_add(&batch, &row, (sj_bytes){ "one", 3 }, (promise){ told, s }));
    txn = spool_begin(s->spool->store, &s->arena, 1);
    spool_batch_write(&batch, txn, 1);
    sj_txn_fail(txn, SJ_FAULT_FULL, "no space");
    assert_int_equal(spool_commit(txn, 1), SPOOL_REFUSED);
    assert_false(next(s, 0, &number, &body));
    spool_batch_free(&batch);
    add(s, "two", 3); /* the next one has its number */
    flush(s);
    assert_true(next(s, 0, &number, &body));
    assert_int_equal(number, 1);
    assert_memory_equal(body.at, "two", 3);
}

/* Numbers and bodies, while batches of any size are written and read. */
static void
what_comes_while_the_disk_writes_is_kept_in_order(void **state)
{
    scene *s = *state;
    uint64_t number = 0, count = 0;
    sj_bytes body;

    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = randombytes_uniform(DELIVERIES); i > 0; i--, count++)
            add(s, &count, sizeof count);
        spool_flush(s->spool);
        spool_put_cursor(s->spool, 1, (sj_cursor){ 2, round });
    }
    flush(s);
    assert_int_equal(s->stored, count);
    for (uint64_t i = 0; i < count; i++) {
        assert_true(next(s, number, &number, &body));
        assert_int_equal(number, i + 1);
        assert_int_equal(body.size, sizeof i);
        assert_memory_equal(body.at, &i, sizeof i);
    }
    assert_false(next(s, number, &number, &body));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_is_told_before_the_turn_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_body_comes_back_octet_for_octet, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_done_in_any_order_stays_done_and_nothing_else_does,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_hook_and_a_place_on_a_feed_are_there_after_a_restart,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_came_behind_many_that_are_done_is_found_after_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(no_number_is_given_twice_however_many_are_done, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_long_body_with_long_headers_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_was_done_when_the_disk_failed_is_done_when_it_works_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_batch_that_the_disk_refuses_leaves_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_comes_while_the_disk_writes_is_kept_in_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(who_is_gone_is_not_told_at_the_end, setup, teardown),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
