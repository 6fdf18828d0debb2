/* SPDX-License-Identifier: Apache-2.0 */
/* Ids and chance follow from the command alone. */
#include "services/core/identity.h"
#include "storage/store.h"
#include "tests/unit/core/toy.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW UINT64_C(0x0195a1b2c3d4)

static sj_command
command(uint8_t entropy)
{
    sj_command cmd = { .now_ms = NOW };

    memset(cmd.entropy, entropy, sizeof cmd.entropy);
    return cmd;
}

static void
an_id_is_a_uuid_of_version_7(void **state)
{
    sj_command cmd = command(0xff);
    uint8_t id[SJ_ID_SIZE];

    (void) state;
    for (uint32_t n = 0; n < 256; n++) {
        sj_new_id(&cmd, n, id);
        assert_int_equal(sj_id_ms(id), NOW);
        assert_int_equal(id[0], 0x01); /* the time comes first, big end first */
        assert_int_equal(id[5], 0xd4);
        assert_int_equal(id[6] >> 4, 7);
        assert_int_equal(id[8] >> 6, 2);
    }
}

static void
ids_rise_with_time(void **state)
{
    uint8_t before[SJ_ID_SIZE] = { 0 }, id[SJ_ID_SIZE];

    (void) state;
    for (uint64_t ms = 1; ms < UINT64_C(1) << 48; ms *= 3) {
        sj_command cmd = command((uint8_t) ms);

        cmd.now_ms = ms;
        sj_new_id(&cmd, 0, id);
        assert_true(memcmp(before, id, sizeof id) < 0);
        memcpy(before, id, sizeof id);
    }
}

static void
ids_of_one_command_and_of_two_differ(void **state)
{
    sj_command one = command(1), two = command(2);
    uint8_t a[SJ_ID_SIZE], b[SJ_ID_SIZE], c[SJ_ID_SIZE], again[SJ_ID_SIZE];

    (void) state;
    sj_new_id(&one, 0, a);
    sj_new_id(&one, 1, b);
    sj_new_id(&two, 0, c);
    sj_new_id(&one, 0, again);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    assert_memory_equal(a, again, sizeof a);
}

/* BLAKE2b-512 under the entropy over (n, block), one block behind the other. */
static void
chance_is_the_entropy_expanded(void **state)
{
    sj_command cmd = command(0x5a);
    uint8_t given[64 * 3 + 7], place[8], block[64];

    (void) state;
    for (uint32_t n = 0; n < 3; n++) {
        sj_random(&cmd, n, given, sizeof given);
        for (uint32_t i = 0; i * sizeof block < sizeof given; i++) {
            size_t left = sizeof given - i * sizeof block;

            sj_write_u32(place, n);
            sj_write_u32(place + 4, i);
            (void) crypto_generichash(block, sizeof block, place, sizeof place, cmd.entropy,
                                      sizeof cmd.entropy);
            assert_memory_equal(given + i * sizeof block, block,
                                left < sizeof block ? left : sizeof block);
        }
    }
}

static void
a_shorter_draw_is_the_beginning_of_a_longer_one(void **state)
{
    sj_command cmd = command(3);
    uint8_t longer[200], shorter[200];

    (void) state;
    sj_random(&cmd, 9, longer, sizeof longer);
    for (size_t size = 0; size < sizeof shorter; size++) {
        memset(shorter, 0xee, sizeof shorter);
        sj_random(&cmd, 9, shorter, size);
        assert_memory_equal(shorter, longer, size);
        assert_int_equal(shorter[size], 0xee); /* and no octet more */
    }
}

static void
row_hashes_are_of_the_stores_own_secret(void **state)
{
    fixture *f = *state;
    sj_bytes person = { "ali@example.org", 15 };
    uint8_t hash[16], expected[16];
    sj_txn *txn = sj_read_begin(f->store, &f->arena, 0);

    sj_hash_keyed(txn, person, hash);
    (void) crypto_shorthash_siphashx24(expected, person.at, person.size,
                                       sj_store_meta(f->store)->secret);
    assert_memory_equal(hash, expected, sizeof hash);
    sj_read_end(txn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_a_uuid_of_version_7),
        cmocka_unit_test(ids_rise_with_time),
        cmocka_unit_test(ids_of_one_command_and_of_two_differ),
        cmocka_unit_test(chance_is_the_entropy_expanded),
        cmocka_unit_test(a_shorter_draw_is_the_beginning_of_a_longer_one),
        cmocka_unit_test(row_hashes_are_of_the_stores_own_secret),
    };

    return cmocka_run_group_tests_name("ids", tests, toy_open, fixture_close);
}
