/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queues of ZeroMQ that are full because nobody takes from them: those of a service whose disk does
 * not answer.  ZeroMQ stops reading from such a connection.  Whatever happens to it then, its
 * process lives and others are answered.  (Of a program: tests/unit/clients/requests.c.)
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

/* Of registration, which is held then. */
static void
fill_front(raw *r)
{
    must_be_holdable(REGISTRATION);
    raw_open_narrow(r, front);
    raw_greet(r);
    hold(REGISTRATION);
    assert_true(fill(r) > 2 * SJ_WINDOW_MAX);
}

static void
who_goes_while_his_queue_is_full_harms_nobody(void **state)
{
    raw r;

    (void) state;
    fill_front(&r);
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
    fill_front(&r);
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

int
main(void)
{
    const struct CMUnitTest laws[] = {
        LAW(who_goes_while_his_queue_is_full_harms_nobody),
        LAW(who_goes_while_the_signer_is_busy_harms_nobody),
        LAW(who_waits_with_a_full_queue_stays_connected),
        LAW(who_could_not_follow_for_long_catches_up),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_all, close_all);
}
