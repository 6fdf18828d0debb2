/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves a store as time goes on: never too early, never too much at once. */
#include "services/core/housekeeping.h"

#include "services/core/apply.h"
#include "services/core/identity.h"
#include "storage/store.h"
#include "tests/unit/core/toy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW UINT64_C(1750000000000)

enum { MANY = 150, RECORDS_EACH = 2 };

static const uint64_t ledger_due = NOW + SJ_REPLY_RETENTION_MS + SJ_ID_AHEAD_MS;
static const uint64_t outbox_due = NOW + SJ_OUTBOX_RETENTION_MS;

static void
keep_many(fixture *f)
{
    for (int i = 0; i < MANY; i++) {
        char agent[16];

        (void) snprintf(agent, sizeof agent, "a%d", i);
        assert_int_equal(toy_keep(f, agent, NOW), SJ_OK);
    }
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
    for (sj_scan_begin(&scan, txn, table, &all, NULL); sj_scan_next(&scan);) {
        sj_arena_reset(&f->arena);
        count++;
    }
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    sj_read_end(txn);
    return count;
}

static void
pulse(fixture *f, uint64_t now_ms)
{
    assert_int_equal(fixture_run(f, TOY_PULSE, NULL, now_ms), SJ_OK);
}

static void
note(fixture *f, const char *name, uint64_t seq)
{
    Sijill__V1__NoteConsumer in;
    Sijill__V1__LogPos at;
    unsigned char body[64];
    sj_command cmd = { .type = 901, .origin = SJ_FROM_ITSELF, .now_ms = NOW };
    sj_txn *txn;

    sijill__v1__note_consumer__init(&in);
    sijill__v1__log_pos__init(&at);
    in.name = (char *) (uintptr_t) name;
    in.at = &at;
    at.has_epoch = at.has_seq = true;
    at.epoch = 1;
    at.seq = seq;
    cmd.body = (sj_bytes){ body, sijill__v1__note_consumer__pack(&in, body) };
    sj_arena_reset(&f->arena);
    txn = sj_write_begin(f->store, &f->arena);
    assert_true(sj_apply(txn, f->core, &cmd, &f->reply));
    assert_int_equal(f->reply.status, SJ_OK);
    if (sj_write_pending(txn))
        assert_true(sj_write_commit(txn));
    else
        sj_write_abort(txn);
}

static void
replies_are_forgotten_once_no_retry_can_ask_for_them(void **state)
{
    fixture *f = *state;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    pulse(f, ledger_due);
    assert_int_equal(count_rows(f, SJ_TABLE_LEDGER), 1);
    pulse(f, ledger_due + 1);
    assert_int_equal(count_rows(f, SJ_TABLE_LEDGER), 0);
}

static void
a_pulse_forgets_a_bounded_number_of_replies(void **state)
{
    fixture *f = *state;
    size_t left = MANY;

    keep_many(f);
    while (left > 0) {
        size_t gone = left < SJ_PULSE_STORE_ROWS ? left : SJ_PULSE_STORE_ROWS;

        pulse(f, ledger_due + 1);
        left -= gone;
        assert_int_equal(count_rows(f, SJ_TABLE_LEDGER), left);
    }
}

static void
an_idle_pulse_writes_nothing(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];

    keep_many(f);
    note(f, "attendance", 4);
    fixture_digest(f, before);
    pulse(f, NOW + 1);
    pulse(f, ledger_due);
    note(f, "attendance", 4); /* nothing new either */
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
    assert_int_equal(sj_store_meta(f->store)->log_ms, NOW);
}

static void
records_stay_while_nobody_follows(void **state)
{
    fixture *f = *state;

    keep_many(f);
    pulse(f, 2 * outbox_due);
    assert_int_equal(fixture_emitted(f, 0), RECORDS_EACH * MANY);
}

static void
records_stay_for_their_time(void **state)
{
    fixture *f = *state;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    note(f, "attendance", 100);
    pulse(f, outbox_due - 1);
    assert_int_equal(fixture_emitted(f, 0), RECORDS_EACH);
    pulse(f, outbox_due);
    assert_int_equal(fixture_emitted(f, 0), 0);
}

static void
records_stay_until_the_slowest_consumer_has_them(void **state)
{
    fixture *f = *state;

    keep_many(f);
    note(f, "attendance", 90);
    note(f, "certificate", 11);
    pulse(f, outbox_due);
    pulse(f, outbox_due);
    assert_int_equal(fixture_emitted(f, 0), RECORDS_EACH * MANY - 11);
    assert_int_equal(sj_store_meta(f->store)->outbox_first, 11);
    assert_int_equal(count_rows(f, SJ_TABLE_OUTBOX_PERSONAL), MANY - 5); /* every second one's */
    note(f, "certificate", 20);
    pulse(f, outbox_due);
    assert_int_equal(sj_store_meta(f->store)->outbox_first, 20);
}

static void
a_pulse_trims_a_bounded_number_of_records(void **state)
{
    fixture *f = *state;
    size_t left = RECORDS_EACH * MANY;

    keep_many(f);
    note(f, "attendance", RECORDS_EACH * MANY);
    while (left > 0) {
        left -= left < SJ_PULSE_STORE_ROWS ? left : SJ_PULSE_STORE_ROWS;
        pulse(f, outbox_due);
        assert_int_equal(fixture_emitted(f, 0), left);
    }
    assert_int_equal(toy_keep(f, "again", outbox_due), SJ_OK); /* and it goes on behind them */
    assert_int_equal(fixture_emitted(f, 0), RECORDS_EACH);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, toy_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(replies_are_forgotten_once_no_retry_can_ask_for_them),
        LAW(a_pulse_forgets_a_bounded_number_of_replies),
        LAW(an_idle_pulse_writes_nothing),
        LAW(records_stay_while_nobody_follows),
        LAW(records_stay_for_their_time),
        LAW(records_stay_until_the_slowest_consumer_has_them),
        LAW(a_pulse_trims_a_bounded_number_of_records),
    };

    return cmocka_run_group_tests_name("housekeeping", tests, NULL, NULL);
}
