/* SPDX-License-Identifier: Apache-2.0 */
/* A request is answered once, whatever the far side does; retries carry the same request id. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/c/clock.h"
#include "clients/c/sijill.h"
#include "tests/unit/clients/far.h"

enum { REGISTER = 110, LIST = 151, SOON_MS = 3000, SETTLE_MS = 200, COME_MS = 1000 };

static sijill *
connect_to(const far *f, uint32_t deadline_ms)
{
    sijill_options options = { .endpoint = f->endpoint, .deadline_ms = deadline_ms };
    sijill *s = sijill_open(&options);

    assert_non_null(s);
    return s;
}

/* Push the client on until the far side has a frame of this kind. */
static void
expect(far *f, sijill *s, Sijill__V1__Kind kind)
{
    sijill_reply reply;
    uint64_t until = clock_mono_ms() + 2 * SOON_MS;

    while (clock_mono_ms() < until) {
        assert_false(sijill_wait(s, &reply, 5));
        if (far_take(f, kind, 5))
            return;
    }
    fail_msg("no frame of kind %d came", (int) kind);
}

static void
submit(sijill *s, uint32_t type, uintptr_t context)
{
    sijill_request request = {
        .type = type, .packed = "body", .packed_size = 4, .context = (void *) context
    };

    assert_true(sijill_submit(s, &request));
}

static void
greet(far *f, sijill *s)
{
    expect(f, s, SIJILL__V1__KIND__HELLO);
    far_welcome(f);
}

static void
a_request_waits_for_welcome_and_gets_its_answer(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 0);
    sijill_reply reply;

    submit(s, REGISTER, 7);
    expect(f, s, SIJILL__V1__KIND__HELLO);
    assert_false(far_take(f, SIJILL__V1__KIND__REQUEST, 20));
    far_welcome(f);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_int_equal(f->in->type, REGISTER);
    assert_int_equal(f->in->key.len, 16);
    assert_int_equal(f->in->key.data[6] >> 4, 7);
    assert_int_equal(f->in->attempt, 1);
    assert_int_equal(f->in->org, 1);
    assert_memory_equal(f->body, "body", 4);
    far_reply(f, SIJILL__V1__CODE__FULL, "every seat is taken");
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(reply.code, SIJILL__V1__CODE__FULL);
    assert_string_equal(reply.detail, "every seat is taken");
    assert_int_equal((uintptr_t) reply.context, 7);
    assert_int_equal(sijill_outstanding(s), 0);
    sijill_close(&s);
}

static void
answers_come_in_any_order(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 0);
    sijill_reply reply;
    uint64_t ids[3];

    for (uintptr_t i = 0; i < 3; i++)
        submit(s, REGISTER, i);
    greet(f, s);
    for (int i = 0; i < 3; i++) {
        expect(f, s, SIJILL__V1__KIND__REQUEST);
        ids[i] = f->in->id;
    }
    assert_true(ids[0] < ids[1] && ids[1] < ids[2]);
    for (int i = 2; i >= 0; i--)
        far_send_message(f, SIJILL__V1__KIND__REPLY, ids[i], NULL);
    for (uintptr_t i = 3; i-- > 0;) {
        assert_true(sijill_wait(s, &reply, SOON_MS));
        assert_int_equal((uintptr_t) reply.context, i);
    }
    sijill_close(&s);
}

static void
no_more_than_the_window_is_sent(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 0);
    sijill_reply reply;

    f->window = 2;
    for (uintptr_t i = 0; i < 5; i++)
        submit(s, REGISTER, i);
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_false(sijill_wait(s, &reply, 20));
    assert_false(far_take(f, SIJILL__V1__KIND__REQUEST, 20));
    far_reply(f, SIJILL__V1__CODE__OK, "");
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_false(sijill_wait(s, &reply, 20));
    assert_true(far_take(f, SIJILL__V1__KIND__REQUEST, 100));
    assert_false(far_take(f, SIJILL__V1__KIND__REQUEST, 20));
    sijill_close(&s);
}

static void
a_silent_service_is_asked_again_on_a_new_socket_with_the_same_id(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 0);
    uint8_t key[16];
    unsigned char first[64];
    size_t first_size;
    uint64_t first_id;
    sijill_reply reply;

    submit(s, LIST + 0, 1); /* a query: patience 500 ms */
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_int_equal(f->in->key.len, 0);
    first_id = f->in->id;
    memcpy(first, f->peer, f->peer_size);
    first_size = f->peer_size;
    greet(f, s); /* the client opened another */
    assert_false(f->peer_size == first_size && memcmp(first, f->peer, first_size) == 0);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_int_equal(f->in->attempt, 2);
    assert_true(f->in->id != first_id);
    far_send_message(f, SIJILL__V1__KIND__REPLY, first_id, NULL); /* late: meets no one */
    assert_false(sijill_wait(s, &reply, 50));
    far_reply(f, SIJILL__V1__CODE__OK, "");
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(reply.tries, 2);

    submit(s, REGISTER, 2);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    memcpy(key, f->in->key.data, sizeof key);
    far_unbind(f);
    far_bind(f);
    f->instance = 2;
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_memory_equal(f->in->key.data, key, sizeof key);
    far_reply(f, SIJILL__V1__CODE__OK, "");
    assert_true(sijill_wait(s, &reply, SOON_MS));

    sijill_counts counts;

    sijill_count(s, &counts);
    assert_int_equal(counts.instances, 2);
    assert_int_equal(counts.strays, 1);
    sijill_close(&s);
}

static void
an_unknown_peer_greets_again_and_repeats_all_in_order(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 0);
    uint8_t key[16];

    submit(s, REGISTER, 1);
    submit(s, REGISTER, 2);
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    memcpy(key, f->in->key.data, sizeof key);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    far_error(f, SIJILL__V1__CODE__UNKNOWN_PEER);
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_memory_equal(f->in->key.data, key, sizeof key);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    sijill_close(&s);
}

static void
busy_comes_back_after_the_time_it_was_told(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 0);
    uint8_t key[16];
    sijill_reply reply;

    submit(s, REGISTER, 1);
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    memcpy(key, f->in->key.data, sizeof key);
    far_reply_after(f, SIJILL__V1__CODE__BUSY, 200);

    uint64_t told = clock_mono_ms();

    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_in_range(clock_mono_ms() - told, 190, 2000);
    assert_memory_equal(f->in->key.data, key, sizeof key);
    far_reply(f, SIJILL__V1__CODE__INTERNAL, "fault"); /* asked again once */
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    far_reply(f, SIJILL__V1__CODE__INTERNAL, "fault");
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(reply.code, SIJILL__V1__CODE__INTERNAL);
    assert_int_equal(reply.tries, 3);
    sijill_close(&s);
}

static void
at_the_deadline_it_is_said_what_is_known(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 300);
    sijill_reply reply;

    submit(s, REGISTER, 1); /* never sent */
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(reply.code, SIJILL_UNREACHABLE);
    submit(s, REGISTER, 2); /* sent, not answered */
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(reply.code, SIJILL__V1__CODE__UNKNOWN_OUTCOME);
    submit(s, REGISTER, 3); /* refused this once, and nothing was done */
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    far_reply_after(f, SIJILL__V1__CODE__BUSY, 5000);
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(reply.code, SIJILL__V1__CODE__BUSY);
    assert_int_equal((uintptr_t) reply.context, 3);
    assert_false(sijill_wait(s, &reply, 0));
    sijill_close(&s);
}

static void
a_service_that_is_not_there_is_given_up_early_when_asked_to(void **state)
{
    sijill_options options = { .endpoint = "ipc:///tmp/sijill-nobody.sock", .connect_ms = 150 };
    sijill *s = sijill_open(&options);
    sijill_request request = { .type = LIST };
    sijill_reply reply;
    uint64_t began = clock_mono_ms();

    (void) state;
    assert_false(sijill_call(s, &request, &reply));
    assert_int_equal(reply.code, SIJILL_UNREACHABLE);
    assert_in_range(clock_mono_ms() - began, 140, 2000);
    sijill_close(&s);
    options.endpoint = "nonsense";
    assert_null(sijill_open(&options));
}

/* Its disk may stall: that is not the time to say that it should be started. */
static void
a_service_that_listens_is_given_until_the_deadline(void **state)
{
    struct sockaddr_un there = { .sun_family = AF_UNIX };
    char endpoint[sizeof "ipc://" + sizeof there.sun_path];
    sijill_options options = { .endpoint = endpoint, .connect_ms = 50, .deadline_ms = 800 };
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sijill_request request = { .type = LIST };
    sijill_reply reply;
    uint64_t began = clock_mono_ms();

    (void) state;
    (void) snprintf(there.sun_path, sizeof there.sun_path, "/tmp/sijill-late-%d", (int) getpid());
    (void) snprintf(endpoint, sizeof endpoint, "ipc://%s", there.sun_path);
    assert_false(sijill_listens(endpoint));
    assert_int_equal(bind(listener, (struct sockaddr *) &there, sizeof there), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_true(sijill_listens(endpoint));

    sijill *s = sijill_open(&options);

    assert_false(sijill_call(s, &request, &reply));
    assert_int_equal(reply.code, SIJILL_UNREACHABLE);
    assert_in_range(clock_mono_ms() - began, 790, 8000);
    sijill_close(&s);
    assert_int_equal(close(listener), 0);
    assert_false(sijill_listens(endpoint));
    assert_int_equal(unlink(there.sun_path), 0);
}

static void
silence_is_pinged_and_a_dead_line_replaced(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 0);
    sijill_reply reply;

    submit(s, REGISTER, 1);
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    far_reply(f, SIJILL__V1__CODE__OK, "");
    assert_true(sijill_wait(s, &reply, SOON_MS));
    submit(s, REGISTER, 2);
    expect(f, s, SIJILL__V1__KIND__PING);
    far_send_message(f, SIJILL__V1__KIND__PONG, 0, NULL);
    expect(f, s, SIJILL__V1__KIND__PING);
    far_send_message(f, SIJILL__V1__KIND__GOODBYE, 0,
                     NULL); /* answered nothing: ask the next one */
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    sijill_close(&s);
}

static void
bad_octets_are_dropped(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 0);
    sijill_reply reply;

    submit(s, REGISTER, 1);
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
    for (int parts = 1; parts <= 4; parts++) {
        (void) zmq_send(f->socket, f->peer, f->peer_size, ZMQ_SNDMORE);
        for (int i = 1; i <= parts; i++)
            (void) zmq_send(f->socket, "SJ\2\0junk", 8, i == parts ? 0 : ZMQ_SNDMORE);
    }
    far_reply(f, SIJILL__V1__CODE__OK, "");
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(reply.code, SIJILL__V1__CODE__OK);
    sijill_close(&s);
}

/* How many requests the next message has, the first of which is expected. */
static unsigned
take_bundle(far *f, sijill *s)
{
    unsigned count = 1;

    expect(f, s, SIJILL__V1__KIND__REQUEST);
    for (far_reply(f, SIJILL__V1__CODE__OK, ""); f->more; count++) {
        assert_true(far_take(f, SIJILL__V1__KIND__REQUEST, 0));
        far_reply(f, SIJILL__V1__CODE__OK, "");
    }
    return count;
}

static void
requests_that_wait_leave_together_if_the_service_takes_that(void **state)
{
    static const char half[40 * 1024];
    sijill_request large = { .type = REGISTER, .packed = half, .packed_size = sizeof half };
    far *f = *state;
    sijill *s = connect_to(f, 0);
    sijill_reply reply;

    f->feature_level = SJ_FEATURE_BUNDLES;
    for (unsigned i = 0; i < SJ_BUNDLE_MAX + 3; i++)
        submit(s, REGISTER, i);
    greet(f, s);
    assert_int_equal(take_bundle(f, s), SJ_BUNDLE_MAX);
    for (unsigned i = 0; i < SJ_BUNDLE_MAX; i++)
        assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(take_bundle(f, s), 3);
    for (unsigned i = 0; i < 3; i++)
        assert_true(sijill_wait(s, &reply, SOON_MS));
    for (unsigned i = 0; i < 3; i++) /* 64 KiB end a bundle */
        assert_true(sijill_submit(s, &large));
    assert_int_equal(take_bundle(f, s), 2);
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(take_bundle(f, s), 1);
    assert_true(sijill_wait(s, &reply, SOON_MS));
    assert_int_equal(sijill_outstanding(s), 0);
    sijill_close(&s);
}

/* So many requests reach the far side, which has taken the first. */
static void
send_all(far *f, sijill *s, uint32_t count)
{
    f->window = count;
    for (uint32_t i = 0; i < count; i++)
        submit(s, REGISTER, i);
    greet(f, s);
    expect(f, s, SIJILL__V1__KIND__REQUEST);
}

/* The service has gone: what came of it before is taken, what did not is asked again when it is
 * back, and each is answered once.  (How many had come is the machine's affair.) */
static void
take_all(far *f, sijill *s, unsigned count)
{
    uint64_t until = clock_mono_ms() + 4 * SOON_MS;
    unsigned answered = 0;
    sijill_reply reply;

    while (sijill_wait(s, &reply, SETTLE_MS)) {
        assert_int_equal(reply.code, SIJILL__V1__CODE__OK);
        answered++;
    }
    assert_true(answered > 0); /* those that had come are not thrown away */
    if (answered < count) {
        far_bind(f);
        greet(f, s);
    }
    while (answered < count) {
        assert_true(clock_mono_ms() < until);
        while (far_take(f, SIJILL__V1__KIND__REQUEST, 0))
            far_reply(f, SIJILL__V1__CODE__OK, "");
        if (!sijill_wait(s, &reply, 1))
            continue;
        assert_int_equal(reply.code, SIJILL__V1__CODE__OK);
        answered++;
    }
    assert_int_equal(answered, count);
    assert_int_equal(sijill_outstanding(s), 0);
}

/* ZeroMQ looks at its connections between the frames of a message, and must not mind that the one
 * it came by is gone. */
static void
answers_that_have_come_are_taken_when_the_service_is_gone(void **state)
{
    enum { BUNDLES = 8, ALL = BUNDLES * SJ_BUNDLE_MAX };
    uint64_t ids[ALL];
    far *f = *state;
    sijill *s = connect_to(f, 0);

    send_all(f, s, ALL);
    for (unsigned i = 0; i < ALL; i++) {
        ids[i] = f->in->id;
        if (i + 1 < ALL)
            assert_true(far_take(f, SIJILL__V1__KIND__REQUEST, SOON_MS));
    }
    for (unsigned i = 0; i < BUNDLES; i++)
        far_reply_all(f, ids + (size_t) i * SJ_BUNDLE_MAX, SJ_BUNDLE_MAX);
    (void) poll(NULL, 0, COME_MS);
    far_unbind(f);
    (void) poll(NULL, 0, SETTLE_MS);
    take_all(f, s, ALL);
    sijill_close(&s);
}

/* More answers than its socket holds, each alone: ZeroMQ stops reading.  It must not fall over the
 * connection that goes then, which it would do at the next heartbeat, had it any. */
static void
a_program_that_is_busy_while_its_service_goes_lives(void **state)
{
    enum { ALL = SIJILL_OUTSTANDING_MAX, SOME_HEARTBEATS_MS = 2500 };
    far *f = *state;
    sijill *s = connect_to(f, 0);

    send_all(f, s, ALL);
    for (unsigned i = 1; i < ALL; i++) {
        far_reply(f, SIJILL__V1__CODE__OK, "");
        assert_true(far_take(f, SIJILL__V1__KIND__REQUEST, SOON_MS));
    }
    far_reply(f, SIJILL__V1__CODE__OK, "");
    (void) poll(NULL, 0, COME_MS);
    far_unbind(f);
    (void) poll(NULL, 0, SOME_HEARTBEATS_MS);
    take_all(f, s, ALL);
    sijill_close(&s);
}

static void
a_thousand_are_held_and_one_more_is_refused(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 0);
    sijill_request request = { .type = REGISTER };
    static const char large[64 * 1024];
    sijill_request too_large = { .type = REGISTER, .packed = large, .packed_size = sizeof large };
    sijill_reply reply;

    assert_false(sijill_submit(s, &too_large));
    for (int i = 0; i < SIJILL_OUTSTANDING_MAX; i++)
        assert_true(sijill_submit(s, &request));
    assert_false(sijill_submit(s, &request));
    f->window = 1024;
    greet(f, s);
    for (int answered = 0; answered < SIJILL_OUTSTANDING_MAX;) {
        answered += sijill_wait(s, &reply, 1);
        while (far_take(f, SIJILL__V1__KIND__REQUEST, 0))
            far_reply(f, SIJILL__V1__CODE__OK, "");
    }
    assert_int_equal(sijill_outstanding(s), 0);
    sijill_close(&s);
}

static void
a_call_leaves_the_answers_of_others(void **state)
{
    far *f = *state;
    sijill *s = connect_to(f, 400);
    sijill_request request = { .type = REGISTER, .context = (void *) 9 };
    sijill_reply reply;

    submit(s, REGISTER, 1);
    greet(f, s);
    assert_false(
        sijill_call(s, &request, &reply)); /* nobody answers: both end at their deadlines */
    assert_int_equal((uintptr_t) reply.context, 9);
    assert_true(sijill_wait(s, &reply, 0));
    assert_int_equal((uintptr_t) reply.context, 1);
    assert_false(sijill_wait(s, &reply, 0));
    sijill_close(&s);
}

#define AT_FAR(test) cmocka_unit_test_setup_teardown(test, far_open, far_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AT_FAR(a_request_waits_for_welcome_and_gets_its_answer),
        AT_FAR(answers_come_in_any_order),
        AT_FAR(no_more_than_the_window_is_sent),
        AT_FAR(a_silent_service_is_asked_again_on_a_new_socket_with_the_same_id),
        AT_FAR(an_unknown_peer_greets_again_and_repeats_all_in_order),
        AT_FAR(busy_comes_back_after_the_time_it_was_told),
        AT_FAR(at_the_deadline_it_is_said_what_is_known),
        cmocka_unit_test(a_service_that_is_not_there_is_given_up_early_when_asked_to),
        cmocka_unit_test(a_service_that_listens_is_given_until_the_deadline),
        AT_FAR(silence_is_pinged_and_a_dead_line_replaced),
        AT_FAR(bad_octets_are_dropped),
        AT_FAR(requests_that_wait_leave_together_if_the_service_takes_that),
        AT_FAR(answers_that_have_come_are_taken_when_the_service_is_gone),
        AT_FAR(a_program_that_is_busy_while_its_service_goes_lives),
        AT_FAR(a_thousand_are_held_and_one_more_is_refused),
        AT_FAR(a_call_leaves_the_answers_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
