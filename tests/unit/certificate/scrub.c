/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scrub finds each kind of damage to a cross-reference.
 */
#include "tests/unit/certificate/world.h"

#include "services/certificate/rows.h"
#include "services/certificate/status_index.h"
#include "services/core/message.h"
#include "storage/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One certificate that is valid, one that awaits its signature, one that was replaced by it. */
typedef struct three {
    uint8_t valid[16], replaced[16], signing[16];
} three;

static three
make_three(fixture *f)
{
    three ids;

    tell_person(f, 1, 2, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(f, 1, 2, VERDICT(ATTENDED));
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, ids.valid), SJ_OK);
    assert_int_equal(issue(f, 1, 2, KIND(ATTENDANCE), WORLD_LATER_MS, ids.replaced), SJ_OK);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 2);
    assert_int_equal(reissue(f, ids.replaced, NULL, WORLD_LATER_MS, ids.signing), SJ_OK);
    assert_int_equal(fixture_scrub(f), 0);
    return ids;
}

/* A damage done to the row of one certificate. */
typedef void harm(sj_txn *txn, certificate_ref ref, certificate_row *row);

static void
put(sj_txn *txn, const certificate_ref *ref, const certificate_row *row)
{
    sj_key key = certificate_key(ref);

    sj_row_put(txn, TABLE_CERTIFICATE, &key, &row->base);
}

static void
lose_row(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    sj_key key = certificate_key(&ref);

    (void) row;
    sj_delete(txn, TABLE_CERTIFICATE, &key);
}

static void
lose_name(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    sj_key key = certificate_named_key(ref.org, row->id.data);

    sj_delete(txn, TABLE_NAMED, &key);
}

static void
lose_from(sj_txn *txn, unsigned table, const certificate_row *row)
{
    sj_key key = certificate_intent_key(1, row->intent_seq, row->intent_n);

    assert_true(sj_exists(txn, table, &key));
    sj_delete(txn, table, &key);
}

static void
lose_intent(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    (void) ref;
    lose_from(txn, TABLE_INTENT, row);
}

static void
lose_line(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    (void) ref;
    lose_from(txn, TABLE_TO_SIGN, row);
}

static void
lose_signature(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    (void) ref;
    lose_from(txn, TABLE_SIGNATURE, row);
}

static void
move_place(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    row->status_index ^= 1;
    put(txn, &ref, row);
}

static void
move_list(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    row->status_list = 7;
    put(txn, &ref, row);
}

static void
forget_end(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    row->standing = SIJILL__CERTIFICATE__STANDING__IN_FORCE;
    put(txn, &ref, row);
}

static void
forget_successor(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    row->has_superseded_by = false;
    put(txn, &ref, row);
}

static void
forget_predecessor(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    row->has_supersedes = false;
    put(txn, &ref, row);
}

static void
set_bit(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    status_bit_set(txn, ref.org, (status_place){ row->status_list, row->status_index });
}

static void
take_place(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    (void) row;
    status_place_take(txn, ref.org, (status_place){ 0, 5 });
}

static void
plan_release(sj_txn *txn, certificate_ref ref, certificate_row *row)
{
    static const uint8_t nobody[16];
    sj_key key = certificate_release_key(ref.org, 1, ref.event_id, nobody);
    release_row plan = SIJILL__CERTIFICATE__RELEASE_ROW__INIT;

    (void) row;
    sj_row_put(txn, TABLE_RELEASE, &key, &plan.base);
}

static size_t
damages_after(harm *damage, size_t which)
{
    void *world;
    fixture *f;
    size_t found;

    assert_int_equal(world_open_ready(&world), 0);
    f = world;
    three ids = make_three(f);
    const uint8_t *id = which == 0 ? ids.valid : which == 1 ? ids.replaced : ids.signing;
    sj_txn *txn = world_write(f);
    certificate_ref ref;
    certificate_row *row = certificate_find(txn, 1, id, &ref);

    assert_non_null(row);
    damage(txn, ref, row);
    world_commit(f, txn);
    found = fixture_scrub(f);
    fixture_close(&world);
    return found;
}

static void
each_damage_is_found(void **state)
{
    static const struct {
        harm *damage;
        size_t which; /* 0 valid, 1 replaced, 2 signing */
    } cases[] = {
        { lose_row, 0 },         { lose_row, 1 },           { lose_row, 2 },    { lose_name, 0 },
        { lose_name, 2 },        { lose_intent, 0 },        { lose_intent, 2 }, { lose_line, 2 },
        { lose_signature, 0 },   { move_place, 0 },         { move_list, 0 },   { forget_end, 1 },
        { forget_successor, 1 }, { forget_predecessor, 2 }, { set_bit, 0 },     { take_place, 0 },
        { plan_release, 0 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (damages_after(cases[i].damage, cases[i].which) == 0)
            fail_msg("damage %zu was not found", i);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_damage_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
