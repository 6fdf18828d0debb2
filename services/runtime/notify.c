/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/notify.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* False when the name is none that the protocol knows: "/path", or "@name" for an abstract one. */
static bool
address_fill(struct sockaddr_un *address, socklen_t *length, const char *name)
{
    size_t size = strlen(name);

    if ((name[0] != '/' && name[0] != '@') || size < 2 || size >= sizeof(address->sun_path))
        return false;
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, name, size);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    *length = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + size);
    return true;
}

void
sj_notify(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct timeval patience = { .tv_sec = 1 };
    struct sockaddr_un address;
    socklen_t length;

    if (name == NULL || !address_fill(&address, &length, name))
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    /* A manager that does not read must not hold the loop for ever: then its watchdog decides. */
    (void) setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    (void) sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *) &address, length);
    (void) close(fd);
}

/* True when text is a whole positive number, nothing around it. */
static bool
number_read(const char *text, int64_t *number)
{
    char *end;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' && *number > 0;
}

int64_t
sj_watchdog_interval_ms(void)
{
    const char *pid = getenv("WATCHDOG_PID");
    int64_t usec;
    int64_t watched;

    if (!number_read(getenv("WATCHDOG_USEC"), &usec))
        return 0;
    /* Inherited from a parent that is watched in our place. */
    if (pid != NULL && (!number_read(pid, &watched) || watched != getpid()))
        return 0;
    return usec < 2000 ? 1 : usec / 2000;
}
