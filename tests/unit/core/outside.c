/* SPDX-License-Identifier: Apache-2.0 */
/* Keys from outside: (actor, key) stands for the request that brought it first, as long as that is
 * remembered. */
#include "services/core/apply.h"

#include "services/core/identity.h"
#include "storage/ledger.h"
#include "storage/store.h"
#include "tests/unit/chance.h"
#include "tests/unit/core/toy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW UINT64_C(1750000000000)

enum { KEYS = 12, ACTORS = 3, BODIES = 2, STEPS = 2000 };

static const uint64_t forgotten = NOW + SJ_REPLY_RETENTION_MS + SJ_ID_AHEAD_MS + 1;

static void
bring(fixture *f, uint8_t key)
{
    f->has_outside = true;
    memset(f->outside, key, sizeof f->outside);
}

static size_t
count_rows(fixture *f, unsigned table)
{
    sj_key all = sj_key_empty();
    sj_txn *txn;
    sj_scan scan;
    size_t count = 0;

    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, 0);
    for (sj_scan_begin(&scan, txn, table, &all, NULL); sj_scan_next(&scan); count++)
        sj_arena_reset(&f->arena);
    sj_read_end(txn);
    return count;
}

static void
a_key_stands_for_the_request_that_brought_it_first(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];
    uint64_t seq;

    bring(f, 1);
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    seq = f->reply.seq;
    fixture_digest(f, before);
    assert_int_equal(toy_keep(f, "a", NOW + 1), SJ_OK); /* the fixture makes another request id */
    assert_true(f->reply.replayed);
    assert_int_equal(f->reply.seq, seq);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

static void
a_key_with_another_body_is_refused(void **state)
{
    fixture *f = *state;

    bring(f, 1);
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_int_equal(toy_keep(f, "b", NOW), SJ_KEY_REUSED);
}

static void
a_key_belongs_to_its_actor(void **state)
{
    fixture *f = *state;

    bring(f, 1);
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    memset(f->actor, 0xbb, sizeof f->actor);
    assert_int_equal(toy_keep(f, "b", NOW), SJ_OK);
    assert_false(f->reply.replayed);
}

static void
a_key_that_was_refused_may_be_used_again(void **state)
{
    fixture *f = *state;

    bring(f, 1);
    assert_int_equal(fixture_run(f, TOY_REFUSE, NULL, NOW), SJ_PRECONDITION);
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_false(f->reply.replayed);
}

static void
a_dry_run_uses_up_no_key(void **state)
{
    fixture *f = *state;

    bring(f, 1);
    f->dry_run = true;
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    f->dry_run = false;
    assert_int_equal(toy_keep(f, "b", NOW), SJ_OK);
    assert_false(f->reply.replayed);
}

static void
who_brings_no_key_leaves_no_row_at_a_random_place(void **state)
{
    fixture *f = *state;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_int_equal(count_rows(f, SJ_TABLE_OUTSIDE), 0);
}

static void
a_key_is_forgotten_in_the_pulse_that_forgets_its_reply(void **state)
{
    fixture *f = *state;

    bring(f, 1);
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_int_equal(fixture_run(f, TOY_PULSE, NULL, forgotten - 1), SJ_OK);
    assert_int_equal(count_rows(f, SJ_TABLE_LEDGER), 1);
    assert_int_equal(count_rows(f, SJ_TABLE_OUTSIDE), 1);
    assert_int_equal(fixture_run(f, TOY_PULSE, NULL, forgotten), SJ_OK);
    assert_int_equal(count_rows(f, SJ_TABLE_LEDGER), 0);
    assert_int_equal(count_rows(f, SJ_TABLE_OUTSIDE), 0);
    assert_int_equal(toy_keep(f, "b", forgotten), SJ_OK);
    assert_false(f->reply.replayed);
}

static void
a_key_without_its_reply_is_found_by_scrub(void **state)
{
    fixture *f = *state;
    sj_about about = { .org = 1, .now_ms = NOW };
    sj_key key = sj_key_empty();
    sj_txn *txn;

    bring(f, 1);
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_int_equal(fixture_scrub(f), 0);
    sj_key_add_id(&key, f->outside);
    sj_key_add_id(&key, f->actor);
    txn = sj_write_begin(f->store, &f->arena);
    sj_command_begin(txn, &about);
    sj_delete(txn, SJ_TABLE_OUTSIDE, &key);
    key.at[0] ^= 1;
    sj_put(txn, SJ_TABLE_OUTSIDE, &key, (sj_bytes){ f->outside, SJ_ID_SIZE });
    (void) sj_command_accept(txn, (sj_bytes){ "x", 1 });
    assert_true(sj_write_commit(txn));
    assert_int_equal(fixture_scrub(f), 2); /* the reply has no key, the key has no reply */
}

/* What a key of an actor was used for; 0: nothing. */
typedef struct model {
    unsigned body[ACTORS][KEYS];
    uint64_t seq[ACTORS][KEYS];
} model;

static void
step_by_chance(fixture *f, model *m, uint64_t *seed, uint64_t now_ms)
{
    uint32_t actor = chance_below(seed, ACTORS), key = chance_below(seed, KEYS);
    unsigned body = 1 + chance_below(seed, BODIES);
    char agent[8];
    sj_status status;

    memset(f->actor, (int) (0xa0 + actor), sizeof f->actor);
    bring(f, (uint8_t) (1 + key));
    (void) snprintf(agent, sizeof agent, "b%u", body);
    status = toy_keep(f, agent, now_ms);
    if (m->body[actor][key] == 0) {
        assert_int_equal(status, SJ_OK);
        assert_false(f->reply.replayed);
        m->body[actor][key] = body;
        m->seq[actor][key] = f->reply.seq;
    } else if (m->body[actor][key] == body) {
        assert_int_equal(status, SJ_OK);
        assert_true(f->reply.replayed);
        assert_int_equal(f->reply.seq, m->seq[actor][key]);
    } else {
        assert_int_equal(status, SJ_KEY_REUSED);
    }
}

static void
keys_are_what_a_table_in_memory_says(void **state)
{
    static const uint64_t life_ms = SJ_REPLY_RETENTION_MS + SJ_ID_AHEAD_MS + 1;
    fixture *f = *state;
    static model m;
    uint64_t seed = 1, now_ms = NOW;

    for (int step = 0; step < STEPS; step++) {
        if (chance_below(&seed, 100) == 0) { /* a time in which all is forgotten */
            now_ms += life_ms;
            for (int n = 0; n < 2; n++)
                assert_int_equal(fixture_run(f, TOY_PULSE, NULL, now_ms), SJ_OK);
            memset(&m, 0, sizeof m);
        }
        step_by_chance(f, &m, &seed, now_ms);
    }
    assert_int_equal(fixture_scrub(f), 0);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, toy_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(a_key_stands_for_the_request_that_brought_it_first),
        LAW(a_key_with_another_body_is_refused),
        LAW(a_key_belongs_to_its_actor),
        LAW(a_key_that_was_refused_may_be_used_again),
        LAW(a_dry_run_uses_up_no_key),
        LAW(who_brings_no_key_leaves_no_row_at_a_random_place),
        LAW(a_key_is_forgotten_in_the_pulse_that_forgets_its_reply),
        LAW(a_key_without_its_reply_is_found_by_scrub),
        LAW(keys_are_what_a_table_in_memory_says),
    };

    return cmocka_run_group_tests_name("outside", tests, NULL, NULL);
}
