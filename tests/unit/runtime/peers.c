/* SPDX-License-Identifier: Apache-2.0 */
/* The table of peers against a list, with ids that fall into the same places. */
#include "services/runtime/peers.h"

#include "proto/wire/limits.h"
#include "tests/unit/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { IDS = 512, STEPS = 200000 };

static int
open_peers(void **state)
{
    static sj_peers peers;

    *state = &peers;
    return sj_peers_open(&peers) ? 0 : -1;
}

static int
close_peers(void **state)
{
    sj_peers_close(*state);
    return 0;
}

/* Eight ids to a place, places beside each other, some at the table's end. */
static uint32_t
id_of(uint32_t n)
{
    return n / 8 + SJ_PEER_SLOTS * (n % 8);
}

static void
the_table_holds_what_a_list_would(void **state)
{
    sj_peers *peers = *state;
    static uint16_t windows[IDS]; /* 0: not there */
    uint64_t seed = 1;
    size_t count = 0;

    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t n = chance_below(&seed, IDS);
        sj_peer *peer = sj_peer_find(peers, id_of(n));

        assert_int_equal(peer != NULL, windows[n] != 0);
        if (peer != NULL)
            assert_int_equal(peer->window, windows[n]);
        if (chance_below(&seed, 2) == 0) {
            peer = sj_peer_add(peers, id_of(n));
            assert_non_null(peer);
            count += windows[n] == 0;
            windows[n] = (uint16_t) (1 + chance_below(&seed, 1000));
            peer->window = windows[n];
        } else {
            sj_peer_remove(peers, id_of(n));
            count -= windows[n] != 0;
            windows[n] = 0;
        }
        assert_int_equal(peers->count, count);
    }
    for (uint32_t n = 0; n < IDS; n++)
        assert_int_equal(sj_peer_find(peers, id_of(n)) != NULL, windows[n] != 0);
}

static void
one_more_than_the_limit_is_told_to_come_back(void **state)
{
    sj_peers *peers = *state;

    for (uint32_t id = 1; id <= SJ_PEERS_MAX; id++)
        assert_non_null(sj_peer_add(peers, id));
    assert_null(sj_peer_add(peers, SJ_PEERS_MAX + 1));
    assert_non_null(sj_peer_add(peers, 1)); /* is there already */
    sj_peer_remove(peers, 7);
    assert_non_null(sj_peer_add(peers, SJ_PEERS_MAX + 1));
}

static void
who_is_silent_and_waits_for_nothing_is_forgotten(void **state)
{
    sj_peers *peers = *state;

    for (uint32_t n = 0; n < 300; n++) {
        sj_peer *peer = sj_peer_add(peers, id_of(n));

        peer->seen_ms = 1000 + n % 3; /* two of three are silent for too long */
        peer->waiting = n % 10 == 0;
    }
    sj_peers_sweep(peers, 1002 + SJ_PEER_SILENCE_MS);
    for (uint32_t n = 0; n < 300; n++)
        assert_int_equal(sj_peer_find(peers, id_of(n)) != NULL, n % 3 == 2 || n % 10 == 0);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, open_peers, close_peers)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(the_table_holds_what_a_list_would),
        LAW(one_more_than_the_limit_is_told_to_come_back),
        LAW(who_is_silent_and_waits_for_nothing_is_forgotten),
    };

    return cmocka_run_group_tests_name("peers", tests, NULL, NULL);
}
