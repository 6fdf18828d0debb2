/* SPDX-License-Identifier: Apache-2.0 */
/* Several heads, each with its body, in one message: a bundle is what its pairs are. */
#include "tests/system/raw.h"

enum { LIST_EVENTS = 151, SOME = 5, ROUNDS = 50 };

static world at;
static char front[WORLD_PATH];

static int
open_registration(void **state)
{
    (void) state;
    world_open(&at);
    service_start(&at, REGISTRATION);
    service_await(&at, REGISTRATION);
    (void) service_endpoint(&at, REGISTRATION, "", front);
    return 0;
}

static int
close_registration(void **state)
{
    (void) state;
    world_close(&at);
    return 0;
}

static void
greet(raw *r, bool bundles)
{
    raw_open(r, front);
    r->bundles = bundles;
    raw_greet(r);
}

/* Ask so many queries in one message; the id of the first. */
static uint64_t
ask_bundle(raw *r, size_t count)
{
    Sijill__V1__Envelope all[SJ_BUNDLE_MAX + 1];

    for (size_t i = 0; i < count; i++) {
        all[i] = raw_envelope(r, SIJILL__V1__KIND__REQUEST, LIST_EVENTS);
        all[i].has_key = all[i].has_actor = false;
    }
    raw_send_bundle(r, count, all);
    return all[0].id;
}

static void
expect_answer(raw *r, uint64_t id)
{
    raw_expect(r, SIJILL__V1__KIND__REPLY);
    assert_int_equal(raw_code(r), SIJILL__V1__CODE__OK);
    assert_int_equal(r->in->id, id);
}

/* raw_take fails when an answer to somebody who does not say so is not alone. */
static void
each_request_of_a_bundle_is_answered_by_a_message_of_its_own(void **state)
{
    raw r;

    (void) state;
    greet(&r, false);
    for (size_t count = 1; count <= SJ_BUNDLE_MAX; count++) {
        uint64_t id = ask_bundle(&r, count);

        for (size_t i = 0; i < count; i++)
            expect_answer(&r, id + i);
    }
    raw_close(&r);
}

static void
who_takes_bundles_is_answered_by_one(void **state)
{
    uint64_t id;
    raw r;

    (void) state;
    greet(&r, true);
    id = ask_bundle(&r, SOME);
    for (size_t i = 0; i < SOME; i++) {
        expect_answer(&r, id + i);
        assert_int_equal(r.more, i + 1 < SOME);
    }
    id = ask_bundle(&r, SJ_BUNDLE_MAX);
    for (size_t i = 0; i < SJ_BUNDLE_MAX; i++)
        expect_answer(&r, id + i);
    assert_false(r.more);
    raw_close(&r);
}

static void
answers_to_several_peers_do_not_mix(void **state)
{
    raw peers[3];
    uint64_t ids[3];

    (void) state;
    for (size_t i = 0; i < 3; i++)
        greet(&peers[i], i != 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < 3; i++)
            ids[i] = ask_bundle(&peers[i], SOME + i);
        for (size_t i = 0; i < 3; i++)
            for (size_t n = 0; n < SOME + i; n++)
                expect_answer(&peers[i], ids[i] + n);
    }
    for (size_t i = 0; i < 3; i++)
        raw_close(&peers[i]);
}

static void
a_pair_that_is_none_spoils_no_other(void **state)
{
    Sijill__V1__Envelope first, last;
    unsigned char heads[2][SJ_HEAD_MAX];
    size_t sizes[2];
    raw r;

    (void) state;
    greet(&r, false);
    first = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, LIST_EVENTS);
    last = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, LIST_EVENTS);
    sizes[0] = sj_head_pack(&first, heads[0]);
    sizes[1] = sj_head_pack(&last, heads[1]);
    raw_send_frames(&r, 6, (const void *const[]){ heads[0], "", "SK\1\0", "", heads[1], "" },
                    (const size_t[]){ sizes[0], 0, 4, 0, sizes[1], 0 });
    raw_expect(&r, SIJILL__V1__KIND__REPLY);
    assert_int_equal(r.in->id, first.id);
    raw_expect(&r, SIJILL__V1__KIND__REPLY);
    assert_int_equal(r.in->id, last.id);
    raw_close(&r);
}

/* One pair more than a bundle may have: nobody is answered, and the connection is cut. */
static void
too_large_a_bundle_costs_its_sender_the_connection(void **state)
{
    Sijill__V1__Envelope ping;
    raw r;

    (void) state;
    greet(&r, true);
    (void) ask_bundle(&r, SJ_BUNDLE_MAX + 1);
    do { /* by a new connection, when ZeroMQ has made one */
        ping = raw_envelope(&r, SIJILL__V1__KIND__PING, 0);
        raw_send(&r, &ping, "", 0);
    } while (!raw_take(&r, RAW_QUIET_MS));
    assert_int_equal(r.in->kind, SIJILL__V1__KIND__ERROR);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__UNKNOWN_PEER);
    raw_close(&r);
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(each_request_of_a_bundle_is_answered_by_a_message_of_its_own),
        cmocka_unit_test(who_takes_bundles_is_answered_by_one),
        cmocka_unit_test(answers_to_several_peers_do_not_mix),
        cmocka_unit_test(a_pair_that_is_none_spoils_no_other),
        cmocka_unit_test(too_large_a_bundle_costs_its_sender_the_connection),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_registration, close_registration);
}
