/* SPDX-License-Identifier: Apache-2.0 */
/* Scrub finds every row that does not follow from the others: each table in turn loses its first
 * row. */
#include "tests/unit/attendance/scene.h"

#include "services/attendance/rows.h"
#include "services/core/apply.h"
#include "storage/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
a_story(fixture *f)
{
    scene_register(f,
                   (scene_registration){
                       .number = 1, .email = "a@x.org", .source = "zoom", .external_id = "r1" },
                   "8:00");
    assert_int_equal(scene_see(f, 1, 1, "scan 9:00", "9:00"), SJ_OK);
    assert_int_equal(scene_see_called(f, "zoom", "r1", "a@x.org", NULL, 2, "in 9:00 c1", "9:00"),
                     SJ_OK);
    assert_int_equal(scene_see_called(f, "zoom", "r2", NULL, NULL, 3, "in 9:00 c1", "9:00"), SJ_OK);
    assert_int_equal(scene_see(f, 0, 4, "void 1", "9:01"), SJ_OK);
    assert_int_equal(scene_see_called(f, "zoom", NULL, NULL, "tel", 5, "in 9:00 c2", "9:01"),
                     SJ_OK);
    assert_int_equal(scene_see(f, 0, 6, "bind 9:00 c2 b3", "9:01"), SJ_OK);
    assert_int_equal(scene_match(f, "zoom", "r2", NULL, NULL, 1, "9:02"), SJ_OK);
    scene_settle(f, "9:03");
    assert_int_equal(fixture_scrub(f), 0);
}

/* Take away, or add, behind the core's back. */
static void
tamper(fixture *f, unsigned table, bool add)
{
    sj_about about = { .org = 1, .now_ms = words_time("9:04") };
    sj_key all = sj_key_empty();
    sj_txn *txn;
    sj_scan scan;

    sj_arena_reset(&f->arena);
    txn = sj_write_begin(f->store, &f->arena);
    sj_command_begin(txn, &about);
    sj_scan_begin(&scan, txn, table, &all, NULL);
    assert_true(sj_scan_next(&scan));
    if (add) {
        sj_key key = scan.at;

        key.at[key.size - 1] ^= 1;
        sj_put(txn, table, &key, scan.value);
    } else {
        sj_delete(txn, table, &scan.at);
    }
    (void) sj_command_accept(txn, (sj_bytes){ "", 0 });
    assert_true(sj_write_commit(txn));
}

static void
a_row_that_is_gone_is_missed(void **state)
{
    static const unsigned tables[] = {
        ATTENDANCE_REGISTRATION, ATTENDANCE_VERDICT, ATTENDANCE_PERSON,     ATTENDANCE_LINK,
        ATTENDANCE_IDENTITY,     ATTENDANCE_BUCKET,  ATTENDANCE_EVIDENCE,   ATTENDANCE_NONCE,
        ATTENDANCE_TIMER,        ATTENDANCE_DUE,     ATTENDANCE_CONNECTION, ATTENDANCE_FOLLOWER,
    };

    (void) state;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        void *scene;

        assert_int_equal(scene_open(&scene), 0);
        a_story(scene);
        tamper(scene, tables[i], false);
        if (fixture_scrub(scene) == 0)
            fail_msg("table %u lost a row and scrub saw nothing", tables[i]);
        (void) fixture_close(&scene);
    }
}

static void
a_row_that_nothing_asks_for_is_found(void **state)
{
    static const unsigned tables[] = {
        ATTENDANCE_VERDICT, ATTENDANCE_PERSON,     ATTENDANCE_LINK,     ATTENDANCE_IDENTITY,
        ATTENDANCE_BUCKET,  ATTENDANCE_EVIDENCE,   ATTENDANCE_NONCE,    ATTENDANCE_TIMER,
        ATTENDANCE_DUE,     ATTENDANCE_CONNECTION, ATTENDANCE_FOLLOWER,
    };

    (void) state;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        void *scene;

        assert_int_equal(scene_open(&scene), 0);
        a_story(scene);
        tamper(scene, tables[i], true);
        if (fixture_scrub(scene) == 0)
            fail_msg("table %u has a row too many and scrub saw nothing", tables[i]);
        (void) fixture_close(&scene);
    }
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(a_row_that_is_gone_is_missed),
        cmocka_unit_test(a_row_that_nothing_asks_for_is_found),
    };

    return cmocka_run_group_tests_name("scrub", laws, NULL, NULL);
}
