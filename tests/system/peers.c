/* SPDX-License-Identifier: Apache-2.0 */
/* Over tcp: who is in the peers file is what it says, and nobody else is anybody. */
#include "tests/system/guarded.h"

#include "sijill/v1/access.pb-c.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { DEFINE_ORGANISATION = 100, ADD_KEY = 140, LIST_KEYS = 160, LIST_HOOKS = 162, TRIES = 200 };

/* ---- laws ------------------------------------------------------------------------------------ */

static void
who_is_in_the_file_is_served(void **state)
{
    (void) state;
    guarded_serves();
}

static void
a_plaintext_peer_is_not_let_in(void **state)
{
    (void) state;
    guarded_shuts_out(front, NULL);
    guarded_shuts_out(feed, NULL);
    guarded_serves();
}

static void
a_key_that_is_not_in_the_file_is_not_let_in(void **state)
{
    raw_keys random;

    (void) state;
    guarded_shuts_out(front, &stranger);
    guarded_shuts_out(feed, &stranger);
    guarded_keys(&random);
    guarded_shuts_out(front, &random);
    guarded_serves();
}

/* It believes to talk to another service. */
static void
who_has_another_key_of_the_service_is_not_let_in(void **state)
{
    raw_keys wrong = operator;

    (void) state;
    memcpy(wrong.server, stranger.public, sizeof wrong.server);
    guarded_shuts_out(front, &wrong);
    guarded_shuts_out(feed, &wrong);
}

/* The public key of an operator is no secret; it does not open anything. */
static void
a_public_key_without_its_secret_is_not_let_in(void **state)
{
    raw_keys wrong = operator;

    (void) state;
    memcpy(wrong.secret, stranger.secret, sizeof wrong.secret);
    guarded_shuts_out(front, &wrong);
}

static void
a_follower_reads_the_feed_and_asks_nothing(void **state)
{
    Sijill__V1__Subscribe ask = SIJILL__V1__SUBSCRIBE__INIT;
    Sijill__V1__Envelope e;
    raw r;

    (void) state;
    raw_open_as(&r, front, &follower);
    raw_greet(&r);
    assert_int_equal(guarded_code(&r, LIST_EVENTS), SIJILL__V1__CODE__FORBIDDEN);
    assert_int_equal(guarded_code(&r, DEFINE_ORGANISATION), SIJILL__V1__CODE__FORBIDDEN);
    raw_close(&r);
    raw_open_as(&r, feed, &follower);
    raw_greet(&r);
    e = raw_envelope(&r, SIJILL__V1__KIND__SUBSCRIBE, 0);
    raw_send_message(&r, &e, &ask.base);
    raw_expect(&r, SIJILL__V1__KIND__SUBSCRIBED);
    raw_close(&r);
}

/* By an API key whose role may: who delegates must be somebody who is asked. */
static uint32_t
code_by_key(const raw_keys *peer, uint8_t key[SIJILL_ID_SIZE],
            uint8_t credential[SIJILL_SECRET_SIZE])
{
    Sijill__V1__Envelope e;
    uint32_t code;
    raw r;

    raw_open_as(&r, front, peer);
    raw_greet(&r);
    e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, LIST_EVENTS);
    e.actor = id_data(key);
    e.has_flags = e.has_credential = 1;
    e.flags = SJ_FLAG_DELEGATED;
    e.credential = (ProtobufCBinaryData){ SIJILL_SECRET_SIZE, credential };
    raw_send(&r, &e, "", 0);
    raw_expect(&r, SIJILL__V1__KIND__REPLY);
    code = raw_code(&r);
    raw_close(&r);
    return code;
}

static void
a_follower_asks_nothing_for_others_either(void **state)
{
    uint8_t secret[SIJILL_SECRET_SIZE] = "a secret of this test, 32 octets";
    uint8_t key[SIJILL_ID_SIZE], hash[SIJILL_SECRET_SIZE];
    Sijill__V1__AddKey add = SIJILL__V1__ADD_KEY__INIT;
    Sijill__V1__Envelope e;
    raw r;

    (void) state;
    sijill_request_id(key);
    sijill_key_hash(secret, hash);
    add.has_id = add.has_hash = add.has_role = 1;
    add.id = id_data(key);
    add.hash = (ProtobufCBinaryData){ sizeof hash, hash };
    add.role = SIJILL__V1__ACCESS__ROLE__OWNER;
    add.label = (char *) (uintptr_t) "of this test";
    raw_open_as(&r, front, &operator);
    raw_greet(&r);
    e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, ADD_KEY);
    raw_send_message(&r, &e, &add.base);
    raw_expect(&r, SIJILL__V1__KIND__REPLY);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__OK);
    raw_close(&r);
    assert_int_equal(code_by_key(&gateway, key, hash), SIJILL__V1__CODE__OK);
    assert_int_equal(code_by_key(&follower, key, hash), SIJILL__V1__CODE__FORBIDDEN);
}

static void
a_gateway_may_what_its_role_may(void **state)
{
    raw r;

    (void) state;
    raw_open_as(&r, front, &gateway);
    raw_greet(&r);
    assert_int_equal(guarded_code(&r, LIST_HOOKS), SIJILL__V1__CODE__OK);
    assert_int_equal(guarded_code(&r, LIST_KEYS), SIJILL__V1__CODE__FORBIDDEN);
    assert_int_equal(guarded_code(&r, DEFINE_ORGANISATION), SIJILL__V1__CODE__FORBIDDEN);
    raw_close(&r);
}

/* The connection stands, and what comes over it is heard no more; nor is a new one let in. */
static void
who_is_taken_out_is_out_at_once(void **state)
{
    Sijill__V1__Subscribe ask = SIJILL__V1__SUBSCRIBE__INIT;
    Sijill__V1__Envelope e;
    uint64_t before;
    raw r, listener;

    (void) state;
    raw_open_as(&r, front, &operator);
    raw_greet(&r);
    raw_open_as(&listener, feed, &follower);
    raw_greet(&listener);
    e = raw_envelope(&listener, SIJILL__V1__KIND__SUBSCRIBE, 0);
    raw_send_message(&listener, &e, &ask.base);
    raw_expect(&listener, SIJILL__V1__KIND__SUBSCRIBED);
    assert_int_equal(guarded_code(&r, LIST_EVENTS), SIJILL__V1__CODE__OK);
    guarded_write("peers", "", 0644);
    guarded_await("evt=peers.read peers=0");
    before = guarded_handled();
    guarded_query(&r, LIST_EVENTS);
    assert_int_equal(raw_event(&r, ZMQ_EVENT_DISCONNECTED), ZMQ_EVENT_DISCONNECTED);
    assert_int_equal(raw_event(&r, HANDSHAKE_FAILED), ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    assert_int_equal(guarded_handled(), before + 1);
    while (raw_take(&listener, RAW_QUIET_MS)) /* what was on its way */
        ;
    assert_false(raw_take(&listener, 5 * RAW_QUIET_MS)); /* and no heartbeat */
    raw_close(&listener);
    raw_close(&r);
    guarded_shuts_out(front, &operator);
    guarded_admit("");
    guarded_await("evt=peers.read peers=3");
    guarded_serves();
}

static void
a_file_that_is_wrong_admits_nobody_until_it_is_right(void **state)
{
    (void) state;
    guarded_admit("not a line of this file\n");
    guarded_await("evt=peers.refused");
    assert_true(world_says(&at, "registration.log", "line 5"));
    guarded_shuts_out(front, &operator);
    guarded_admit("# it is right again\n");
    for (int i = 0; i < TRIES; i++) { /* until the file is looked at */
        raw r;
        unsigned event;

        raw_open_as(&r, front, &operator);
        event = raw_event(&r, HANDSHAKE_FAILED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
        raw_close(&r);
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            break;
    }
    guarded_serves();
}

static void
a_hangup_signal_reads_the_file_and_ends_nothing(void **state)
{
    char line[128];

    (void) state;
    (void) snprintf(line, sizeof line, "%s operator late\n", stranger.public);
    guarded_admit(line);
    assert_int_equal(kill(at.pids[REGISTRATION], SIGHUP), 0);
    guarded_await("evt=peers.read peers=4");
    assert_true(service_running(&at, REGISTRATION));
    guarded_admit("");
    guarded_serves();
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(who_is_in_the_file_is_served),
        cmocka_unit_test(a_plaintext_peer_is_not_let_in),
        cmocka_unit_test(a_key_that_is_not_in_the_file_is_not_let_in),
        cmocka_unit_test(who_has_another_key_of_the_service_is_not_let_in),
        cmocka_unit_test(a_public_key_without_its_secret_is_not_let_in),
        cmocka_unit_test(a_follower_reads_the_feed_and_asks_nothing),
        cmocka_unit_test(a_follower_asks_nothing_for_others_either),
        cmocka_unit_test(a_gateway_may_what_its_role_may),
        cmocka_unit_test(who_is_taken_out_is_out_at_once),
        cmocka_unit_test(a_file_that_is_wrong_admits_nobody_until_it_is_right),
        cmocka_unit_test(a_hangup_signal_reads_the_file_and_ends_nothing),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, guarded_open, guarded_close);
}
