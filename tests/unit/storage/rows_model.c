/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows against a model.  A transaction goes through one LMDB cursor a table, which stands where the
 * last row was; whatever is put, deleted, read and walked in between, across pages that split and
 * merge, must be as if each look-up began at the root.
 */
#include "storage/internal.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    TABLE_ONE = SJ_TABLE_OWN,
    TABLE_TWO,
    TABLES = 2,
    KEYS = 600,
    TRANSACTIONS = 60,
    STEPS = 400,
    WALK_ONE_IN = 40,
    VALUE_MAX = 1500,
};

static const sj_route routes[] = { { 0, NULL, SJ_ROUTE_COMMAND, NULL } };
static const char *const tables[] = { "one", "two", NULL };

static void
scrub_nothing(sj_txn *txn, sj_scrub_found *found, void *context)
{
    (void) txn;
    (void) found;
    (void) context;
}

static const sj_core toy = { "toy", 7, 1, tables, routes, scrub_nothing, NULL };

static int
open_toy(void **state)
{
    return fixture_open(state, &toy);
}

/* What each table should hold: the size of the row under each key, 0 for none, and its octet. */
typedef struct model {
    uint64_t chance;
    size_t size[TABLES][KEYS];
    uint8_t octet[TABLES][KEYS];
    unsigned puts, deletes, walks;
} model;

static uint64_t
draw(model *m, uint64_t below)
{
    uint64_t z = m->chance += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

/* Keys of one organisation; the number's order is the keys' order. */
static sj_key
key_of(size_t number)
{
    sj_key key = sj_key_org(1);

    sj_key_add_u32(&key, (uint32_t) number);
    return key;
}

static void
assert_row(const model *m, size_t table, size_t number, sj_bytes value)
{
    const uint8_t *at = value.at;

    assert_int_equal(value.size, m->size[table][number]);
    assert_int_equal(at[0], m->octet[table][number]);
    assert_int_equal(at[value.size - 1], m->octet[table][number]);
}

static void
put(model *m, sj_txn *txn, size_t table, size_t number)
{
    static uint8_t octets[VALUE_MAX];
    sj_key key = key_of(number);

    m->size[table][number] = 1 + draw(m, draw(m, 8) == 0 ? VALUE_MAX : 60);
    m->octet[table][number] = (uint8_t) draw(m, 256);
    memset(octets, m->octet[table][number], m->size[table][number]);
    sj_put(txn, TABLE_ONE + (unsigned) table, &key, (sj_bytes){ octets, m->size[table][number] });
    m->puts++;
}

static void
look(const model *m, sj_txn *txn, size_t table, size_t number)
{
    sj_key key = key_of(number);
    sj_bytes value;

    if (m->size[table][number] == 0) {
        assert_false(sj_get(txn, TABLE_ONE + (unsigned) table, &key, &value));
    } else {
        assert_true(sj_get(txn, TABLE_ONE + (unsigned) table, &key, &value));
        assert_row(m, table, number, value);
    }
}

static void
drop(model *m, sj_txn *txn, size_t table, size_t number)
{
    sj_key key = key_of(number);

    sj_delete(txn, TABLE_ONE + (unsigned) table, &key);
    m->size[table][number] = 0;
    m->deletes++;
}

/* From a key on, all rows in order; in a write transaction some go or change while one walks. */
static void
walk(model *m, sj_txn *txn, size_t table, bool writable)
{
    size_t number = draw(m, KEYS);
    sj_key all = sj_key_empty(), from = key_of(number);
    sj_scan scan;

    sj_scan_begin(&scan, txn, TABLE_ONE + (unsigned) table, &all, &from);
    for (; sj_scan_next(&scan); number++) {
        size_t mark = sj_arena_mark(sj_txn_arena(txn));

        while (number < KEYS && m->size[table][number] == 0)
            number++;
        assert_in_range(number, 0, KEYS - 1);
        assert_int_equal(sj_read_u32((const uint8_t *) scan.key.at + 8), number);
        assert_row(m, table, number, scan.value);
        if (writable && draw(m, 16) == 0)
            drop(m, txn, table, number);
        else if (writable && draw(m, 16) == 0)
            put(m, txn, table, draw(m, KEYS) < number ? number : number / 2);
        sj_arena_release(sj_txn_arena(txn), mark);
    }
    for (; number < KEYS; number++)
        assert_int_equal(m->size[table][number], 0);
    m->walks++;
}

static void
write_some(model *m, fixture *f)
{
    sj_txn *txn = sj_write_begin(f->store, &f->arena);
    sj_about about = { .org = 1, .now_ms = sj_log_time(txn) };

    sj_command_begin(txn, &about);
    for (int i = 0; i < STEPS; i++) {
        size_t table = draw(m, TABLES), number = draw(m, KEYS);

        sj_arena_reset(&f->arena);
        if (draw(m, WALK_ONE_IN) == 0)
            walk(m, txn, table, true);
        else if (draw(m, 2) == 0)
            look(m, txn, table, number);
        else if (draw(m, 5) < 3)
            put(m, txn, table, number);
        else
            drop(m, txn, table, number);
    }
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    (void) sj_command_accept(txn, (sj_bytes){ "", 0 });
    sj_arena_reset(&f->arena);
    assert_true(sj_write_commit(txn));
}

static void
read_all(model *m, fixture *f)
{
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, 0);
    for (size_t table = 0; table < TABLES; table++) {
        for (size_t number = 0; number < KEYS; number++) {
            size_t mark = sj_arena_mark(&f->arena);

            look(m, txn, table, number);
            sj_arena_release(&f->arena, mark);
        }
        walk(m, txn, table, false);
    }
    sj_read_end(txn);
}

static void
rows_are_what_was_put_and_not_deleted_since(void **state)
{
    static model m;

    m = (model){ .chance = 20250304 };
    for (int i = 0; i < TRANSACTIONS; i++) {
        write_some(&m, *state);
        read_all(&m, *state);
    }
    assert_in_range(m.puts, 4000, UINT32_MAX);
    assert_in_range(m.deletes, 2000, UINT32_MAX);
    assert_in_range(m.walks, 300, UINT32_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_what_was_put_and_not_deleted_since, open_toy,
                                        fixture_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
