/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queues of ZeroMQ that are full because nobody takes from them: those of a service whose disk does
 * not answer, those of a program that is busy elsewhere.  ZeroMQ stops reading from such a
 * connection.  Whatever happens to it then, its process lives and others are answered.
 *
 * A service is held by ptrace: its own thread stands still, ZeroMQ's goes on.
 */
#include "tests/system/raw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LIST_EVENTS = 151,
    SIGNER_QUEUE = 64,         /* QUEUE_MAX of services/certificate/signer/socket.c */
    FRAMES = 80,               /* more than a relay's socket holds */
    FRAME_US = 25 * 1000,      /* each registration gets a frame of its own */
    LONG_US = 5 * 1000 * 1000, /* more than three silent heartbeats of a second */
    NAP_US = 5000,
    SURE_MS = 60000,
};

#define LAW(name) cmocka_unit_test_setup(name, all_run)

static world at;
static char front[WORLD_PATH];
static uint8_t event[SIJILL_ID_SIZE];

static int
open_all(void **state)
{
    sijill *service;

    (void) state;
    world_open(&at);
    world_start(&at);
    (void) service_endpoint(&at, REGISTRATION, "", front);
    service = service_connect(&at, REGISTRATION);
    define_organisation(service);
    define_event(service, "full", false, NULL, event);
    sijill_close(&service);
    return 0;
}

static int
close_all(void **state)
{
    (void) state;
    world_close(&at);
    return 0;
}

/* Each law has all services, also when one before it was not kept. */
static int
all_run(void **state)
{
    (void) state;
    for (which s = REGISTRATION; s < WHICH_COUNT; s++)
        if (!service_running(&at, s)) {
            (void) service_ended(&at, s);
            service_start(&at, s);
            service_await(&at, s);
        }
    return 0;
}

static bool
held(which s)
{
    if (ptrace(PTRACE_SEIZE, at.pids[s], NULL, NULL) != 0)
        return false;
    assert_int_equal(ptrace(PTRACE_INTERRUPT, at.pids[s], NULL, NULL), 0);
    assert_int_equal(waitpid(at.pids[s], NULL, __WALL), at.pids[s]);
    return true;
}

/* It may have ended meanwhile, which who comes next will see. */
static void
let_go(which s)
{
    (void) ptrace(PTRACE_DETACH, at.pids[s], NULL, NULL);
}

/* First in a law: the signer and what a container forbids can be held by root alone. */
static void
must_be_holdable(which s)
{
    if (held(s)) {
        let_go(s);
        return;
    }
    print_message("# %s may not be held here: %s\n", which_names[s], strerror(errno));
    skip();
}

static void
hold(which s)
{
    assert_true(held(s));
}

static void
lives(which s)
{
    if (service_running(&at, s))
        return;
    world_show(&at, s);
    fail_msg("%s has ended", which_names[s]);
}

static void
serves(which s)
{
    Sijill__V1__ServiceStatus *status;

    lives(s);
    status = service_status(&at, s);
    sijill_free(status);
}

/* ---- what peers send ------------------------------------------------------------------------- */

/* PINGs of SJ/1, as many as the other side takes. */
static unsigned
fill(raw *r)
{
    Sijill__V1__Envelope ping = raw_envelope(r, SIJILL__V1__KIND__PING, 0);
    unsigned char head[SJ_HEAD_MAX];
    unsigned sent = raw_fill(r, head, sj_head_pack(&ping, head));

    print_message("# %u messages are taken\n", sent);
    return sent;
}

static void
who_goes_while_his_queue_is_full_harms_nobody(void **state)
{
    raw r;

    (void) state;
    must_be_holdable(REGISTRATION);
    raw_open_narrow(&r, front);
    raw_greet(&r);
    hold(REGISTRATION);
    assert_true(fill(&r) > 2 * SJ_WINDOW_MAX);
    raw_close(&r);
    (void) usleep(LONG_US);
    let_go(REGISTRATION);
    serves(REGISTRATION);
}

static void
who_goes_while_the_signer_is_busy_harms_nobody(void **state)
{
    char endpoint[WORLD_PATH];
    raw r;

    (void) state;
    must_be_holdable(SIGNER);
    raw_open_narrow(&r, service_endpoint(&at, SIGNER, "", endpoint));
    assert_int_equal(raw_event(&r, ZMQ_EVENT_HANDSHAKE_SUCCEEDED), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    hold(SIGNER);
    assert_true(fill(&r) > SIGNER_QUEUE);
    raw_close(&r);
    (void) usleep(LONG_US);
    let_go(SIGNER);
    raw_open(&r, endpoint);
    assert_int_equal(zmq_send(r.socket, "", 0, 0), 0);
    lives(SIGNER);
    raw_close(&r);
}

/* Its connection stands: that a service is busy is nobody's fault. */
static void
who_waits_with_a_full_queue_stays_connected(void **state)
{
    int at_once = 0;
    raw r;

    (void) state;
    must_be_holdable(REGISTRATION);
    raw_open_narrow(&r, front);
    raw_greet(&r);
    hold(REGISTRATION);
    assert_true(fill(&r) > 2 * SJ_WINDOW_MAX);
    (void) usleep(LONG_US);
    let_go(REGISTRATION);
    serves(REGISTRATION);
    while (raw_take(&r, RAW_QUIET_MS))
        ;
    raw_greet(&r);
    assert_int_equal(zmq_setsockopt(r.monitor, ZMQ_RCVTIMEO, &at_once, sizeof at_once), 0);
    assert_int_equal(raw_event(&r, ZMQ_EVENT_DISCONNECTED), 0);
    raw_close(&r);
}

/* ---- what services send each other ----------------------------------------------------------- */

static uint64_t
head_of(which s)
{
    Sijill__V1__ServiceStatus *status = service_status(&at, s);
    uint64_t head = status->head->seq;

    sijill_free(status);
    return head;
}

static uint64_t
followed(which s)
{
    Sijill__V1__ServiceStatus *status = service_status(&at, s);
    uint64_t seq = status->consumes[0]->at->seq;

    sijill_free(status);
    return seq;
}

static void
register_one(sijill *service, unsigned number)
{
    register_form form;
    sijill_reply reply;
    char email[64];

    (void) snprintf(email, sizeof email, "frame-%u@example.org", number);
    register_form_fill(&form, event, email);
    assert_int_equal(ask(service, 110, &form.message.base, &reply), SIJILL__V1__CODE__OK);
}

static void
await_followed(void)
{
    uint64_t until = mono_ms() + SURE_MS;

    while (followed(ATTENDANCE) < head_of(REGISTRATION)) {
        lives(ATTENDANCE);
        assert_true(mono_ms() < until);
        (void) usleep(NAP_US);
    }
}

/* It has just said how far it is and says it again after ten seconds: it is silent when it is let
 * go, as most are who are busy. */
static void
who_could_not_follow_for_long_catches_up(void **state)
{
    sijill *service;

    (void) state;
    must_be_holdable(ATTENDANCE);
    service = service_connect(&at, REGISTRATION);
    assert_int_equal(service_stop(&at, ATTENDANCE), 0);
    service_start(&at, ATTENDANCE);
    service_await(&at, ATTENDANCE);
    register_one(service, 0);
    await_followed();
    hold(ATTENDANCE);
    for (unsigned i = 1; i <= FRAMES; i++) {
        register_one(service, i);
        (void) usleep(FRAME_US);
    }
    (void) usleep(LONG_US);
    let_go(ATTENDANCE);
    sijill_close(&service);
    await_followed();
    lives(ATTENDANCE);
}

/* ---- what programs are sent ------------------------------------------------------------------ */

static uint64_t
queries(void)
{
    Sijill__V1__ServiceStatus *status = service_status(&at, REGISTRATION);
    uint64_t count = status->queries;

    sijill_free(status);
    return count;
}

/* As many questions as may be outstanding, and all their answers on their way: more than the
 * socket of the library holds. */
static sijill *
ask_much(void)
{
    sijill *service = service_connect(&at, REGISTRATION);
    sijill_request list = { .type = LIST_EVENTS };
    sijill_counts counts = { .window = 0 };
    sijill_reply reply;
    uint64_t before;

    while (counts.window < SIJILL_OUTSTANDING_MAX) {
        assert_true(sijill_call(service, &list, &reply));
        sijill_count(service, &counts);
    }
    before = queries();
    hold(REGISTRATION);
    for (uint64_t all = counts.sends + SIJILL_OUTSTANDING_MAX; counts.sends < all;) {
        while (sijill_submit(service, &list))
            ;
        assert_false(sijill_wait(service, &reply, 1));
        sijill_count(service, &counts);
    }
    let_go(REGISTRATION);
    for (uint64_t until = mono_ms() + SURE_MS; queries() < before + SIJILL_OUTSTANDING_MAX;) {
        assert_true(mono_ms() < until);
        (void) usleep(NAP_US);
    }
    return service;
}

static void
take_all(sijill *service)
{
    sijill_reply reply;

    for (unsigned i = 0; i < SIJILL_OUTSTANDING_MAX; i++) {
        assert_true(sijill_wait(service, &reply, WORLD_ANSWER_MS));
        assert_int_equal(reply.code, SIJILL__V1__CODE__OK);
    }
    assert_int_equal(sijill_outstanding(service), 0);
}

/* They wait for it.  The few that its socket did not hold may come a moment late, and be asked for
 * once more; all would be if the connection had been given up. */
static void
a_program_that_was_busy_for_long_has_its_answers(void **state)
{
    sijill_counts counts;
    sijill *service;

    (void) state;
    must_be_holdable(REGISTRATION);
    service = ask_much();
    (void) usleep(LONG_US);
    take_all(service);
    sijill_count(service, &counts);
    assert_true(counts.sends < counts.requests + SIJILL_OUTSTANDING_MAX / 2);
    sijill_close(&service);
}

static void
a_program_that_was_busy_while_its_service_ended_has_its_answers(void **state)
{
    sijill *service;

    (void) state;
    must_be_holdable(REGISTRATION);
    service = ask_much();
    service_kill(&at, REGISTRATION);
    (void) usleep(LONG_US);
    service_start(&at, REGISTRATION);
    take_all(service);
    sijill_close(&service);
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        LAW(who_goes_while_his_queue_is_full_harms_nobody),
        LAW(who_goes_while_the_signer_is_busy_harms_nobody),
        LAW(who_waits_with_a_full_queue_stays_connected),
        LAW(who_could_not_follow_for_long_catches_up),
        LAW(a_program_that_was_busy_for_long_has_its_answers),
        LAW(a_program_that_was_busy_while_its_service_ended_has_its_answers),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_all, close_all);
}
