/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Machines that are gone without a word: no FIN, no RST, no answer.  Who is left notices, lets go
 * what it held for them, and asks anew.
 *
 * Nobody need be an administrator for it: a filter on a socket that lets nothing in makes its
 * kernel as deaf as one that has lost its power, and the other side hears no acknowledgement again.
 */
#include "tests/system/guarded.h"

#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    QUESTIONS = 10,
    DESCRIPTORS = 1024,
    RESTS = 25,
    NAP_US = 20 * 1000,
    SURE_MS = 60000, /* they should be gone in a quarter of it */
};

static uint16_t
port_of(const char *endpoint)
{
    return (uint16_t) strtoul(strrchr(endpoint, ':') + 1, NULL, 10);
}

/* Whether it is connected to that port here. */
static bool
leads_to(int fd, uint16_t port)
{
    struct sockaddr_in name = { .sin_family = 0 };
    socklen_t size = sizeof name;

    return getpeername(fd, (struct sockaddr *) &name, &size) == 0 && name.sin_family == AF_INET &&
           name.sin_port == htons(port);
}

/* From now on the process hears nothing from that port; on how many connections. */
static unsigned
deafen(pid_t pid, const char *endpoint)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = { .len = 1, .filter = &nothing };
    int process = pidfd_open(pid, 0);
    unsigned count = 0;

    assert_true(process >= 0);
    for (int number = 0; number < DESCRIPTORS; number++) {
        int fd = pidfd_getfd(process, number, 0);

        if (fd < 0 && errno == EPERM) {
            print_message("# no descriptor of another process may be had here\n");
            skip();
        }
        if (fd >= 0 && leads_to(fd, port_of(endpoint))) {
            assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
                             0);
            count++;
        }
        if (fd >= 0)
            (void) close(fd);
    }
    (void) close(process);
    return count;
}

/* Connections of the service, and the sockets that wait for them. */
static unsigned
sockets(void)
{
    char path[64], to[16];
    struct dirent *entry;
    unsigned count = 0;
    DIR *folder;

    (void) snprintf(path, sizeof path, "/proc/%d/fd", at.pids[REGISTRATION]);
    folder = opendir(path);
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        ssize_t size = readlinkat(dirfd(folder), entry->d_name, to, sizeof to);

        count += size > 7 && memcmp(to, "socket:", 7) == 0;
    }
    (void) closedir(folder);
    return count;
}

/* Those that stay when nobody is connected: who has left is gone after a moment. */
static unsigned
sockets_at_rest(void)
{
    unsigned count = sockets();

    for (int i = 0; i < RESTS; i++) {
        (void) usleep(NAP_US);
        if (sockets() != count) {
            count = sockets();
            i = 0;
        }
    }
    return count;
}

static void
await_sockets(unsigned wanted)
{
    uint64_t began_ms = mono_ms();

    while (sockets() > wanted) {
        if (mono_ms() > began_ms + SURE_MS)
            fail_msg("%u sockets are open, not %u", sockets(), wanted);
        (void) usleep(NAP_US);
    }
    print_message("# after %u ms\n", (unsigned) (mono_ms() - began_ms));
}

static void
subscribe(raw *r)
{
    Sijill__V1__Subscribe ask = SIJILL__V1__SUBSCRIBE__INIT;
    Sijill__V1__Envelope e = raw_envelope(r, SIJILL__V1__KIND__SUBSCRIBE, 0);

    raw_send_message(r, &e, &ask.base);
    raw_expect(r, SIJILL__V1__KIND__SUBSCRIBED);
}

/* One that is silent, one to whom answers are on their way, one that is sent a HEAD each second. */
static void
peers_that_vanished_are_let_go(void **state)
{
    unsigned before = sockets_at_rest();
    raw silent, asking, following;

    (void) state;
    raw_open_as(&silent, front, &operator);
    raw_greet(&silent);
    raw_open_as(&asking, front, &operator);
    raw_greet(&asking);
    raw_open_as(&following, feed, &follower);
    raw_greet(&following);
    subscribe(&following);
    assert_int_equal(sockets(), before + 3);
    assert_int_equal(deafen(getpid(), front), 2);
    assert_int_equal(deafen(getpid(), feed), 1);
    for (int i = 0; i < QUESTIONS; i++)
        guarded_query(&asking, LIST_EVENTS);
    await_sockets(before);
    raw_close(&silent);
    raw_close(&asking);
    raw_close(&following);
    guarded_serves();
}

/* A library hears no answer: it asks again, by another connection. */
static void
a_program_whose_service_vanished_asks_anew(void **state)
{
    char key[WORLD_PATH];
    sijill_options options = { .endpoint = front,
                               .curve_server = service.public,
                               .curve_key_file = world_path(&at, "operator.key", key),
                               .deadline_ms = WORLD_ANSWER_MS };
    sijill_request list = { .type = LIST_EVENTS };
    sijill *far = sijill_open(&options);
    sijill_counts counts;
    sijill_reply reply;

    (void) state;
    assert_non_null(far);
    assert_true(sijill_call(far, &list, &reply));
    assert_int_equal(deafen(getpid(), front), 1);
    assert_true(sijill_call(far, &list, &reply));
    sijill_count(far, &counts);
    assert_int_equal(counts.greetings, 2);
    sijill_close(&far);
}

static uint64_t
followed(void)
{
    char run[WORLD_PATH], ctl[WORLD_PATH + 32];
    sijill_options near = { .endpoint = ctl, .deadline_ms = WORLD_ANSWER_MS };
    Sijill__V1__ServiceStatus *status;
    sijill *attendance;
    uint64_t seq;

    (void) snprintf(ctl, sizeof ctl, "ipc://%s/attendance.ctl.sock",
                    world_path(&at, "elsewhere", run));
    attendance = sijill_open(&near);
    assert_non_null(attendance);
    status = ask_for(attendance, 950, NULL, &sijill__v1__service_status__descriptor);
    seq = status->n_consumes == 1 ? status->consumes[0]->at->seq : 0;
    sijill_free(status);
    sijill_close(&attendance);
    return seq;
}

/* Until attendance has seen an event more. */
static void
await_another(const char *slug)
{
    sijill *near = service_connect(&at, REGISTRATION);
    uint64_t began_ms = mono_ms();
    uint8_t event[SIJILL_ID_SIZE];
    uint64_t seq;

    define_event(near, slug, false, NULL, event);
    seq = sijill_position(near).seq;
    sijill_close(&near);
    while (followed() < seq) {
        assert_true(mono_ms() < began_ms + SURE_MS);
        (void) usleep(NAP_US);
    }
}

static void
a_service_whose_feed_vanished_follows_anew(void **state)
{
    char home[WORLD_PATH], run[WORLD_PATH], key[WORLD_PATH], servers[WORLD_PATH], line[256];
    const char *arguments[] = { "--home",      world_path(&at, "attendance", home),
                                "--run",       world_path(&at, "elsewhere", run),
                                "--peers",     world_path(&at, "servers", servers),
                                "--curve-key", world_path(&at, "follower.key", key),
                                NULL };
    sijill *near = service_connect(&at, REGISTRATION);

    (void) state;
    define_organisation(near);
    sijill_close(&near);
    (void) snprintf(line, sizeof line, "%s server registration %s\n", service.public, address);
    guarded_write("servers", line, 0644);
    at.pids[ATTENDANCE] = program_start(&at, "sijill-attendance", "attendance.log", arguments);
    await_another("before");
    assert_int_equal(deafen(at.pids[ATTENDANCE], feed), 1);
    await_another("after");
    assert_int_equal(service_stop(&at, ATTENDANCE), 0);
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(peers_that_vanished_are_let_go),
        cmocka_unit_test(a_program_whose_service_vanished_asks_anew),
        cmocka_unit_test(a_service_whose_feed_vanished_follows_anew),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, guarded_open, guarded_close);
}
