/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/system/guarded.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAP_US = 5000, AWAIT_US = 20 * 1000 * 1000 };

world at;
char front[WORLD_PATH], feed[WORLD_PATH], address[64];
raw_keys service, operator, gateway, follower, stranger;

/* ---- files ----------------------------------------------------------------------------------- */

void
guarded_write(const char *name, const char *text, mode_t mode)
{
    char path[WORLD_PATH], fresh[WORLD_PATH];
    int fd;

    fd = open(world_path(&at, "fresh", fresh), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(rename(fresh, world_path(&at, name, path)), 0);
}

void
guarded_admit(const char *more)
{
    char text[1024];

    assert_true(
        snprintf(
            text, sizeof text,
            "# of the test\n%s operator op\n%s gateway gw\n%s follower fo\n%s", operator.public,
            gateway.public, follower.public, more) < (int) sizeof text);
    guarded_write("peers", text, 0644);
}

void
guarded_keys(raw_keys *keys)
{
    assert_int_equal(zmq_curve_keypair(keys->public, keys->secret), 0);
    memcpy(keys->server, service.public, sizeof keys->server);
}

static bool
port_free(uint16_t port)
{
    struct sockaddr_in name = { .sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && bind(fd, (struct sockaddr *) &name, sizeof name) == 0;

    (void) close(fd);
    return bound;
}

static void
find_ports(void)
{
    uint16_t port = (uint16_t) (20000 + (unsigned) getpid() * 7 % 20000);

    while (!port_free(port) || !port_free((uint16_t) (port + 1)))
        port = (uint16_t) (port + 2);
    (void) snprintf(address, sizeof address, "127.0.0.1:%u", port);
    (void) snprintf(front, sizeof front, "tcp://127.0.0.1:%u", port);
    (void) snprintf(feed, sizeof feed, "tcp://127.0.0.1:%u", port + 1U);
}

/* ---- the service ----------------------------------------------------------------------------- */

static void
start(void)
{
    char home[WORLD_PATH], run[WORLD_PATH], key[WORLD_PATH], peers[WORLD_PATH];
    const char *arguments[] = { "--home",      world_path(&at, "registration", home),
                                "--run",       world_path(&at, "run", run),
                                "--tcp",       address,
                                "--peers",     world_path(&at, "peers", peers),
                                "--curve-key", world_path(&at, "service.key", key),
                                NULL };

    at.pids[REGISTRATION] =
        program_start(&at, "sijill-registration", "registration.log", arguments);
    service_await(&at, REGISTRATION);
}

int
guarded_open(void **state)
{
    char text[128];

    (void) state;
    world_open(&at);
    guarded_keys(&service);
    guarded_keys(&operator);
    guarded_keys(&gateway);
    guarded_keys(&follower);
    guarded_keys(&stranger);
    (void) snprintf(text, sizeof text, "%s\n", service.secret);
    guarded_write("service.key", text, 0600);
    (void) snprintf(text, sizeof text, "%s\n", operator.secret);
    guarded_write("operator.key", text, 0600);
    (void) snprintf(text, sizeof text, "%s\n", follower.secret);
    guarded_write("follower.key", text, 0600);
    guarded_admit("");
    find_ports();
    start();
    return 0;
}

int
guarded_close(void **state)
{
    (void) state;
    world_close(&at);
    return 0;
}

/* All that a peer could have asked: what the service tells itself (time goes on) is a command. */
uint64_t
guarded_handled(void)
{
    Sijill__V1__ServiceStatus *status = service_status(&at, REGISTRATION);
    uint64_t count = status->refused + status->queries + status->bad_frames;

    sijill_free(status);
    return count;
}

void
guarded_query(raw *r, uint32_t type)
{
    Sijill__V1__Envelope e = raw_envelope(r, SIJILL__V1__KIND__REQUEST, type);

    raw_send(r, &e, "", 0);
}

uint32_t
guarded_code(raw *r, uint32_t type)
{
    guarded_query(r, type);
    raw_expect(r, SIJILL__V1__KIND__REPLY);
    return raw_code(r);
}

void
guarded_serves(void)
{
    raw r;

    raw_open_as(&r, front, &operator);
    raw_greet(&r);
    assert_int_equal(guarded_code(&r, LIST_EVENTS), SIJILL__V1__CODE__OK);
    raw_close(&r);
}

/* Says HELLO and asks, and nobody hears it. */
void
guarded_shuts_out(const char *endpoint, const raw_keys *keys)
{
    Sijill__V1__Envelope e;
    uint64_t before;
    raw r;

    before = guarded_handled();
    raw_open_as(&r, endpoint, keys);
    e = raw_envelope(&r, SIJILL__V1__KIND__HELLO, 0);
    raw_send(&r, &e, "", 0);
    guarded_query(&r, LIST_EVENTS);
    assert_true(raw_event(&r, HANDSHAKE_FAILED | ZMQ_EVENT_DISCONNECTED |
                                  ZMQ_EVENT_HANDSHAKE_SUCCEEDED) != ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    assert_false(raw_take(&r, RAW_QUIET_MS));
    raw_close(&r);
    assert_int_equal(guarded_handled(), before + 1); /* `before` itself was asked for */
}

void
guarded_await(const char *words)
{
    for (int i = 0; i < AWAIT_US / NAP_US; i++) {
        if (world_says(&at, "registration.log", words))
            return;
        (void) usleep(NAP_US);
    }
    world_show(&at, REGISTRATION);
    fail_msg("the log does not say %s", words);
}
