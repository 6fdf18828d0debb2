/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The instant after a checkpoint in which a process may be killed.  mdb_txn_commit is wrapped by
 * the linker: after each, before storage does anything else, the data file is looked at as the
 * next start would look at it.
 */
#include "storage/internal.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    TABLE_TEXT = SJ_TABLE_OWN,
    ROUNDS = 200,
    ROWS = 60,
    KEYS = 300,
    SMALL_MAX = 2000,
    ROW_MAX = 50000
};

int __real_mdb_txn_commit(MDB_txn *txn);
int __wrap_mdb_txn_commit(MDB_txn *txn);

static char data_path[256]; /* "": nobody looks */
static unsigned looked;
static char refused[SJ_WORDS_MAX];

int
__wrap_mdb_txn_commit(MDB_txn *txn)
{
    int code = __real_mdb_txn_commit(txn);
    uint32_t page_size;

    if (data_path[0] != '\0' && refused[0] == '\0') {
        (void) sj_data_file_check(data_path, &page_size, refused);
        looked++;
    }
    return code;
}

static const sj_route routes[] = { { 0, NULL, SJ_ROUTE_COMMAND, NULL } };
static const char *const tables[] = { "text", NULL };

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

static void
put_or_delete(sj_txn *txn, uint32_t n, size_t size)
{
    static const unsigned char row[ROW_MAX];
    sj_key key = sj_key_org(1);

    sj_key_add_u32(&key, n);
    sj_command_begin(txn, &(sj_about){ .org = 1, .now_ms = sj_now(txn) });
    if (size > 0)
        sj_put(txn, TABLE_TEXT, &key, (sj_bytes){ row, size });
    else
        sj_delete(txn, TABLE_TEXT, &key);
    (void) sj_command_accept(txn, (sj_bytes){ "", 0 });
}

/* Deleted, small, or of many pages. */
static size_t
size_of(uint64_t chance)
{
    uint64_t kind = chance >> 60;

    return kind < 7 ? 0 : (chance >> 20) % (kind < 14 ? SMALL_MAX : ROW_MAX) + 1;
}

/* Pages that come and go inside one transaction: LMDB takes new ones at the end of the file, and
 * need not write those that it gave up again. */
static void
a_kill_right_after_a_checkpoint_leaves_a_file_that_opens(void **state)
{
    fixture *f = *state;
    uint64_t chance = 42; /* round 28 is one that leaves pages unwritten */

    (void) snprintf(data_path, sizeof data_path, "%s/store/data.mdb", f->folder);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        sj_txn *txn = sj_write_begin(f->store, &f->arena);

        for (uint32_t n = 0; n < ROWS; n++) {
            chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
            put_or_delete(txn, (uint32_t) (chance >> 33) % KEYS, size_of(chance));
            sj_arena_reset(&f->arena);
        }
        assert_true(sj_write_commit(txn));
        fixture_save(f);
        assert_string_equal(refused, "");
    }
    data_path[0] = '\0';
    assert_int_equal(looked, ROUNDS);
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test_setup_teardown(a_kill_right_after_a_checkpoint_leaves_a_file_that_opens,
                                        open_toy, fixture_close),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, NULL, NULL);
}
