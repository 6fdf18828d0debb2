/* SPDX-License-Identifier: Apache-2.0 */
/* What the service manager hears from us, and what we hear from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/runtime/notify.h"

/* A manager's socket, named in the environment; name as in NOTIFY_SOCKET. */
static int
manager_listen(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t size = strlen(name);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    memcpy(address.sun_path, name, size);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (struct sockaddr *) &address,
                          (socklen_t) (offsetof(struct sockaddr_un, sun_path) + size)),
                     0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    return fd;
}

static void
assert_heard(int fd, const char *expected)
{
    char text[64] = { 0 };

    assert_int_equal(recv(fd, text, sizeof(text) - 1, 0), strlen(expected));
    assert_string_equal(text, expected);
    assert_true(recv(fd, text, sizeof(text), 0) < 0); /* one datagram, no more */
}

static void
ready_reaches_a_socket_in_a_folder(void **state)
{
    char folder[] = "/tmp/sijill-notify-XXXXXX";
    char path[64];

    (void) state;
    assert_non_null(mkdtemp(folder));
    (void) snprintf(path, sizeof(path), "%s/socket", folder);
    int fd = manager_listen(path);

    sj_notify("READY=1");
    assert_heard(fd, "READY=1");
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void
ready_reaches_an_abstract_socket(void **state)
{
    char name[64];

    (void) state;
    (void) snprintf(name, sizeof(name), "@sijill-notify-%d", (int) getpid());
    int fd = manager_listen(name);

    sj_notify("STOPPING=1\nSTATUS=draining");
    assert_heard(fd, "STOPPING=1\nSTATUS=draining");
    assert_int_equal(close(fd), 0);
}

/* Nothing to send to is the normal case outside systemd: no noise, no leaked descriptor. */
static void
without_a_manager_nothing_happens(void **state)
{
    static const char *const names[] = { "", "@", "relative/socket", "/nonexistent/sijill/socket" };
    char endless[200];
    int before = dup(STDERR_FILENO);

    (void) state;
    assert_int_equal(close(before), 0);
    (void) unsetenv("NOTIFY_SOCKET");
    sj_notify("READY=1");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(setenv("NOTIFY_SOCKET", names[i], 1), 0);
        sj_notify("READY=1");
    }
    memset(endless, '/', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    assert_int_equal(setenv("NOTIFY_SOCKET", endless, 1), 0);
    sj_notify("READY=1");

    int after = dup(STDERR_FILENO);

    assert_int_equal(close(after), 0);
    assert_int_equal(after, before);
}

static int64_t
interval(const char *usec, const char *pid)
{
    (void) unsetenv("WATCHDOG_USEC");
    (void) unsetenv("WATCHDOG_PID");
    if (usec != NULL)
        assert_int_equal(setenv("WATCHDOG_USEC", usec, 1), 0);
    if (pid != NULL)
        assert_int_equal(setenv("WATCHDOG_PID", pid, 1), 0);
    return sj_watchdog_interval_ms();
}

static void
the_watchdog_is_fed_at_half_its_time(void **state)
{
    char own[32];

    (void) state;
    (void) snprintf(own, sizeof(own), "%d", (int) getpid());
    assert_int_equal(interval("10000000", NULL), 5000);
    assert_int_equal(interval("10000000", own), 5000);
    assert_int_equal(interval("1000", own), 1);
}

static void
a_watchdog_of_another_or_none_asks_nothing(void **state)
{
    (void) state;
    assert_int_equal(interval(NULL, NULL), 0);
    assert_int_equal(interval("10000000", "1"), 0);
    assert_int_equal(interval("10000000", "me"), 0);
    assert_int_equal(interval("0", NULL), 0);
    assert_int_equal(interval("-5000000", NULL), 0);
    assert_int_equal(interval("5s", NULL), 0);
    assert_int_equal(interval("99999999999999999999", NULL), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ready_reaches_a_socket_in_a_folder),
        cmocka_unit_test(ready_reaches_an_abstract_socket),
        cmocka_unit_test(without_a_manager_nothing_happens),
        cmocka_unit_test(the_watchdog_is_fed_at_half_its_time),
        cmocka_unit_test(a_watchdog_of_another_or_none_asks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
