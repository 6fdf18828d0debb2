/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows by chance, against a list in memory: what was committed is there, what was aborted never
 * was, and a scan sees the rows as they are when it comes to them, in the order of their keys.
 */
#include "storage/store.h"
#include "tests/unit/chance.h"
#include "tests/unit/core/toy.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TABLE = SJ_TABLE_OWN, KEYS = 400, BATCHES = 60, STEPS = 120, SCANS = 200 };

/* Values by the number of the key; 0: there is no row. */
typedef struct model {
    uint32_t value[KEYS];
    uint64_t revision[KEYS];
} model;

/* Of differing lengths, some a prefix of others; they sort as their numbers do. */
static sj_key
key_of(uint32_t n)
{
    sj_key key = sj_key_org(n / 100);

    sj_key_add_u32(&key, n / 4);
    for (uint32_t i = 0; i < n % 4; i++)
        sj_key_add_text(&key, "z");
    return key;
}

static size_t
value_of(uint32_t value, unsigned char octets[600])
{
    memset(octets, (int) (value % 251), 600);
    sj_write_u32(octets, value);
    return 4 + value % 590;
}

static void
assert_row(sj_txn *txn, const model *m, uint32_t n)
{
    unsigned char expected[600];
    sj_key key = key_of(n);
    sj_bytes row;
    bool there = sj_get(txn, TABLE, &key, &row);

    assert_int_equal(there, m->value[n] != 0);
    assert_int_equal(sj_exists(txn, TABLE, &key), there);
    assert_int_equal(sj_revision(txn, TABLE, &key), m->revision[n]);
    if (!there)
        return;
    assert_int_equal(row.size, value_of(m->value[n], expected));
    assert_memory_equal(row.at, expected, row.size);
}

static void
change(sj_txn *txn, model *m, uint32_t n, uint32_t value)
{
    unsigned char octets[600];
    sj_key key = key_of(n);

    if (value == 0)
        sj_delete(txn, TABLE, &key);
    else
        sj_put(txn, TABLE, &key, (sj_bytes){ octets, value_of(value, octets) });
    m->value[n] = value;
    m->revision[n] = value == 0 ? 0 : sj_sequence(txn);
}

static void
assert_all(sj_txn *txn, sj_arena *arena, const model *m)
{
    for (uint32_t n = 0; n < KEYS; n++) {
        assert_row(txn, m, n);
        sj_arena_reset(arena);
    }
}

static void
run_batch(fixture *f, model *m, uint64_t *seed, uint64_t now_ms)
{
    sj_about about = { .org = 1, .now_ms = now_ms };
    sj_txn *txn = sj_write_begin(f->store, &f->arena);
    model before = *m;

    for (int step = 0; step < STEPS; step++) {
        uint32_t n = chance_below(seed, KEYS);

        sj_arena_reset(&f->arena);
        sj_command_begin(txn, &about);
        assert_row(txn, m, n);
        change(txn, m, n, chance_below(seed, 3) == 0 ? 0 : 1 + chance_below(seed, 100000));
        assert_row(txn, m, n); /* a command sees its own writes */
        (void) sj_command_accept(txn, (sj_bytes){ "x", 1 });
    }
    if (chance_below(seed, 4) > 0) {
        assert_true(sj_write_commit(txn));
    } else {
        sj_write_abort(txn);
        *m = before;
    }
}

static void
rows_are_what_a_list_in_memory_says(void **state)
{
    fixture *f = *state;
    static model m;
    uint64_t seed = 1;

    for (uint64_t batch = 1; batch <= BATCHES; batch++) {
        sj_txn *txn;

        run_batch(f, &m, &seed, batch);
        sj_arena_reset(&f->arena);
        txn = sj_read_begin(f->store, &f->arena, 0);
        assert_all(txn, &f->arena, &m);
        sj_read_end(txn);
    }
    assert_int_equal(fixture_scrub(f), 0);
}

static void
fill(sj_txn *txn, model *m)
{
    for (uint32_t n = 0; n < KEYS; n++)
        change(txn, m, n, n % 3 == 0 ? 0 : n + 1);
}

static bool
is_key_of(sj_bytes key, uint32_t n)
{
    sj_key own = key_of(n);

    return sj_bytes_equal(key, sj_key_bytes(&own));
}

/* Numbers of the keys below a prefix: an organisation, or one of its groups. */
static bool
below(const sj_key *prefix, uint32_t n)
{
    sj_key key = key_of(n);

    return sj_key_begins(sj_key_bytes(&key), prefix);
}

static void
a_scan_sees_writes_and_deletes_before_it_and_goes_on(void **state)
{
    fixture *f = *state;
    sj_about about = { .org = 1, .now_ms = 1 };
    sj_txn *txn = sj_write_begin(f->store, &f->arena);
    static model m;
    uint64_t seed = 2;

    sj_command_begin(txn, &about);
    fill(txn, &m);
    for (int round = 0; round < SCANS; round++) {
        sj_key from = key_of(chance_below(&seed, KEYS));
        sj_key prefix = round % 2 == 0 ? sj_key_empty() : sj_key_org(chance_below(&seed, 4));
        uint32_t next = 0;
        sj_scan scan;

        for (sj_scan_begin(&scan, txn, TABLE, &prefix, round % 5 == 0 ? &from : NULL);
             sj_scan_next(&scan);) {
            uint32_t n = next;

            while (n < KEYS && !is_key_of(scan.key, n))
                n++;
            assert_true(n < KEYS && below(&prefix, n)); /* rising, and nothing else */
            for (uint32_t left = next; round % 5 != 0 && left < n; left++)
                assert_true(m.value[left] == 0 || !below(&prefix, left)); /* none left out */
            assert_int_equal(sj_read_u32(scan.value.at), m.value[n]);
            next = n + 1;
            change(txn, &m, chance_below(&seed, KEYS), chance_below(&seed, 2) * (1 + n));
            if (chance_below(&seed, 4) == 0)
                change(txn, &m, n, 0); /* the row itself */
            sj_arena_reset(&f->arena);
        }
        for (uint32_t left = next; round % 5 != 0 && left < KEYS; left++)
            assert_true(m.value[left] == 0 || !below(&prefix, left));
    }
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    sj_write_abort(txn);
}

static int
compare(sj_bytes a, sj_bytes b)
{
    int order = memcmp(a.at, b.at, a.size < b.size ? a.size : b.size);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static void
keys_sort_as_their_parts_do(void **state)
{
    static const uint64_t numbers[] = { 0,
                                        1,
                                        127,
                                        128,
                                        255,
                                        256,
                                        65535,
                                        65536,
                                        UINT32_MAX,
                                        (uint64_t) UINT32_MAX + 1,
                                        UINT64_MAX - 1,
                                        UINT64_MAX };

    (void) state;
    for (size_t i = 1; i < sizeof numbers / sizeof numbers[0]; i++) {
        sj_key small = sj_key_org(numbers[i - 1]), great = sj_key_org(numbers[i]);

        sj_key_add_text(&small, "zzzz"); /* what comes behind does not matter */
        assert_true(compare(sj_key_bytes(&small), sj_key_bytes(&great)) < 0);
        small = great = sj_key_org(1);
        sj_key_add_u64(&small, numbers[i - 1]);
        sj_key_add_u64(&great, numbers[i]);
        assert_true(compare(sj_key_bytes(&small), sj_key_bytes(&great)) < 0);
        assert_int_equal(sj_read_u64(great.at + 8), numbers[i]);
    }
    for (uint32_t n = 1; n < KEYS; n++) {
        sj_key small = key_of(n - 1), great = key_of(n);

        assert_true(compare(sj_key_bytes(&small), sj_key_bytes(&great)) < 0);
    }
}

static void
an_arena_gives_back_what_was_taken_since_a_mark(void **state)
{
    sj_arena arena;
    uint64_t seed = 3;
    size_t mark, used;
    void *first, *again;

    (void) state;
    assert_true(sj_arena_open(&arena, 4096));
    for (int round = 0; round < 1000; round++) {
        (void) sj_arena_take(&arena, chance_below(&seed, 60));
        mark = sj_arena_mark(&arena);
        first = sj_arena_take(&arena, 1 + chance_below(&seed, 200));
        assert_int_equal((uintptr_t) first % _Alignof(max_align_t), 0);
        sj_arena_release(&arena, mark);
        again = sj_arena_take(&arena, 1);
        assert_ptr_equal(first, again);
        sj_arena_release(&arena, mark);
        if (round % 40 == 39)
            sj_arena_reset(&arena);
    }
    used = arena.used;
    mark = sj_arena_mark(&arena);
    assert_null(sj_arena_take(&arena, 5000));
    assert_null(sj_arena_take(&arena, 1)); /* full is sticky */
    sj_arena_release(&arena, mark);
    assert_null(sj_arena_take(&arena, 1));
    assert_int_equal(arena.used, used);
    assert_null(sj_arena_copy(&arena, (sj_bytes){ "a", 1 }).at);
    sj_arena_reset(&arena);
    assert_non_null(sj_arena_take(&arena, 4096));
    assert_null(sj_arena_take(&arena, SIZE_MAX - 8)); /* no sum overflows */
    sj_arena_close(&arena);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, toy_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(rows_are_what_a_list_in_memory_says),
        LAW(a_scan_sees_writes_and_deletes_before_it_and_goes_on),
        LAW(keys_sort_as_their_parts_do),
        LAW(an_arena_gives_back_what_was_taken_since_a_mark),
    };

    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
