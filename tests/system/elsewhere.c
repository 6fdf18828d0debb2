/* SPDX-License-Identifier: Apache-2.0 */
/* Over tcp: floods, other machines, and what does not start at all. */
#include "tests/system/guarded.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TRIES = 200, NAP_US = 5000 };

/* ---- before anybody is known ----------------------------------------------------------------- */

static int
connect_bare(const char *endpoint)
{
    struct sockaddr_in name = { .sin_family = AF_INET,
                                .sin_port =
                                    htons((uint16_t) strtoul(strrchr(endpoint, ':') + 1, NULL, 10)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *) &name, sizeof name), 0);
    return fd;
}

/* ZMTP 3.0 of a CURVE client, and then a frame of a mebibyte, as far as it is taken. */
static void
flood(int fd)
{
    static const unsigned char greeting[64] = { 0xff, 0, 0, 0,   0,   0,   0,   0,  1,
                                                0x7f, 3, 0, 'C', 'U', 'R', 'V', 'E' };
    static unsigned char frame[9 + 1024 * 1024] = { 0x02, 0, 0, 0, 0, 0, 0x10, 0, 0 };
    size_t sent = 0;

    (void) send(fd, greeting, sizeof greeting, MSG_NOSIGNAL);
    while (sent < sizeof frame) {
        ssize_t n = send(fd, frame + sent, sizeof frame - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0)
            return;
        sent += (size_t) n;
    }
}

static void
a_message_of_20000_parts_costs_its_sender_the_connection(void **state)
{
    raw r;

    (void) state;
    raw_open_as(&r, front, &operator);
    raw_greet(&r);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(zmq_send(r.socket, "x", 1, i < 19999 ? ZMQ_SNDMORE : 0), 1);
    assert_int_equal(raw_event(&r, ZMQ_EVENT_DISCONNECTED), ZMQ_EVENT_DISCONNECTED);
    raw_close(&r);
    guarded_serves();
}

static uint64_t
resident(void)
{
    Sijill__V1__ServiceStatus *status = service_status(&at, REGISTRATION);
    uint64_t bytes = status->resident_bytes;

    sijill_free(status);
    return bytes;
}

static void
mebibytes_before_the_greeting_is_over_take_no_memory(void **state)
{
    const char *const endpoints[] = { front, feed };

    (void) state;
    for (size_t e = 0; e < 2; e++) {
        uint64_t before = resident();
        uint64_t most = 0;
        int fds[TRIES];

        for (int i = 0; i < TRIES; i++) {
            fds[i] = connect_bare(endpoints[e]);
            flood(fds[i]);
        }
        for (int i = 0; i < TRIES; i++) {
            uint64_t now = i % 20 == 0 ? resident() : 0;

            flood(fds[i]);
            most = now > most ? now : most;
        }
        assert_true(most < before + 64 * 1024 * 1024);
        for (int i = 0; i < TRIES; i++)
            (void) close(fds[i]);
        guarded_serves();
    }
}

/* ---- two machines ---------------------------------------------------------------------------- */

/* A service that follows another by tcp, and a program that asks by tcp. */
static void
a_service_elsewhere_follows_and_a_client_elsewhere_asks(void **state)
{
    char home[WORLD_PATH], run[WORLD_PATH], key[WORLD_PATH], peers[WORLD_PATH], line[256];
    char own[WORLD_PATH], ctl[WORLD_PATH + 32], words[SIJILL_CURVE_WORDS];
    const char *arguments[] = { "--home",      world_path(&at, "attendance", home),
                                "--run",       world_path(&at, "elsewhere", run),
                                "--peers",     world_path(&at, "servers", peers),
                                "--curve-key", world_path(&at, "follower.key", key),
                                NULL };
    sijill_options options = { .curve_key_file = world_path(&at, "operator.key", own),
                               .deadline_ms = WORLD_ANSWER_MS };
    sijill_options near = { .endpoint = ctl, .deadline_ms = WORLD_ANSWER_MS };
    Sijill__V1__ServiceStatus *status;
    uint8_t event[SIJILL_ID_SIZE];
    sijill_where where;
    sijill *far;

    (void) state;
    (void) snprintf(line, sizeof line, "%s server registration %s\n", service.public, address);
    guarded_write("servers", line, 0644);
    at.pids[ATTENDANCE] = program_start(&at, "sijill-attendance", "attendance.log", arguments);
    assert_true(sijill_where_find(peers, "registration", false, &where, words));
    options.endpoint = where.endpoint;
    options.curve_server = where.server;
    sijill_actor("organiser", options.actor);
    far = sijill_open(&options);
    assert_non_null(far);
    define_organisation(far);
    define_event(far, "far", false, NULL, event);
    (void) snprintf(ctl, sizeof ctl, "ipc://%s/attendance.ctl.sock", run);
    for (bool follows = false; !follows; (void) usleep(NAP_US)) {
        sijill *service_near = sijill_open(&near);

        status = ask_for(service_near, 950, NULL, &sijill__v1__service_status__descriptor);
        follows = status->n_consumes == 1 && status->consumes[0]->at->seq != 0 &&
                  status->consumes[0]->at->seq >= sijill_position(far).seq;
        sijill_free(status);
        sijill_close(&service_near);
    }
    sijill_close(&far);
    assert_int_equal(service_stop(&at, ATTENDANCE), 0);
}

/* `sijill` by this key; its exit code. */
static int
cli(const char *key, const char *command, const char *more)
{
    char servers[WORLD_PATH], path[WORLD_PATH];
    const char *arguments[10] = { "--peers", world_path(&at, "servers", servers), command, more };
    size_t count = 4;

    if (key != NULL) {
        arguments[count++] = "--curve-key";
        arguments[count++] = world_path(&at, key, path);
    }
    return program_run(&at, "sijill", arguments);
}

static void
the_command_line_asks_by_tcp(void **state)
{
    char line[256];

    (void) state;
    (void) snprintf(line, sizeof line, "%s server registration %s\n", service.public, address);
    guarded_write("servers", line, 0644);
    assert_int_equal(cli("operator.key", "event", "list"), 0);
    assert_int_equal(cli("follower.key", "event", "list"), 3);
    assert_true(world_says(&at, "said", "FORBIDDEN"));
    assert_int_equal(cli(NULL, "event", "list"), 2);
    assert_true(world_says(&at, "said", "--curve-key is missing"));
    guarded_write("servers", "nonsense\n", 0644);
    assert_int_equal(cli("operator.key", "event", "list"), 2);
    assert_true(world_says(&at, "said", "line 1"));
}

/* libsijill goes to tcp with keys or not at all. */
static void
the_library_does_not_speak_in_the_clear(void **state)
{
    sijill_options options = { .endpoint = front };
    sijill_feed_options listen = { .endpoint = feed };

    (void) state;
    assert_null(sijill_open(&options));
    assert_int_equal(errno, EINVAL);
    assert_null(sijill_feed_open(&listen));
    assert_non_null(sijill_curve_problem(front, NULL, NULL));
}

/* ---- at start -------------------------------------------------------------------------------- */

/* The service does not start with these, and says why. */
static void
refused(const char *tcp, const char *key, const char *peers, const char *words)
{
    char home[WORLD_PATH], run[WORLD_PATH], key_path[WORLD_PATH], peers_path[WORLD_PATH];
    const char *arguments[12] = { "--home", world_path(&at, "other", home), "--run",
                                  world_path(&at, "other-run", run) };
    size_t count = 4;

    if (tcp != NULL) {
        arguments[count++] = "--tcp";
        arguments[count++] = tcp;
    }
    if (key != NULL) {
        arguments[count++] = "--curve-key";
        arguments[count++] = world_path(&at, key, key_path);
    }
    if (peers != NULL) {
        arguments[count++] = "--peers";
        arguments[count++] = world_path(&at, peers, peers_path);
    }
    assert_int_equal(program_run(&at, "sijill-registration", arguments), 1);
    if (!world_says(&at, "said", words))
        fail_msg("not said: %s", words);
}

static void
what_is_not_safe_is_refused_at_start(void **state)
{
    char line[128];

    (void) state;
    (void) snprintf(line, sizeof line, "%s\n", service.secret);
    guarded_write("open.key", line, 0644);
    guarded_write("short.key", "abc\n", 0600);
    guarded_write("open.peers", "", 0666);
    (void) snprintf(line, sizeof line, "%s emperor x\n", stranger.public);
    guarded_write("wrong.peers", line, 0644);
    refused("127.0.0.1:1", NULL, NULL, "nothing is served in the clear");
    refused("127.0.0.1:1", "service.key", NULL, "go together");
    refused(NULL, NULL, "peers", "go together");
    refused(NULL, "open.key", "peers", "chmod 600");
    refused(NULL, "short.key", "peers", "sijill peer keygen");
    refused(NULL, "none.key", "peers", "is not there");
    refused(NULL, "service.key", "none.peers", "is not there");
    refused(NULL, "service.key", "open.peers", "can be written by other users");
    refused(NULL, "service.key", "wrong.peers", "line 1");
    refused("everywhere", "service.key", "peers", "HOST:PORT");
    refused(address, "service.key", "peers", "cannot bind");
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(a_message_of_20000_parts_costs_its_sender_the_connection),
        cmocka_unit_test(mebibytes_before_the_greeting_is_over_take_no_memory),
        cmocka_unit_test(a_service_elsewhere_follows_and_a_client_elsewhere_asks),
        cmocka_unit_test(the_command_line_asks_by_tcp),
        cmocka_unit_test(the_library_does_not_speak_in_the_clear),
        cmocka_unit_test(what_is_not_safe_is_refused_at_start),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, guarded_open, guarded_close);
}
