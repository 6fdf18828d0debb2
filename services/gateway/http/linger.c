/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * Who is refused in the middle of what he sends must be able to read why.  A socket that is closed
 * with octets unread is reset, and the reset overtakes the answer; so its descriptor is kept for a
 * while, and what comes is thrown away.
 */

static void
drop(lingerer *one)
{
    loop_unwatch(one->h->l, one->fd);
    close(one->fd);
    one->fd = -1;
}

static void
read_away(void *context)
{
    lingerer *one = context;
    char away[64 * 1024];
    ssize_t got = recv(one->fd, away, sizeof(away), MSG_DONTWAIT);

    if (got > 0)
        one->octets += (uint64_t) got;
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR) || one->octets > LINGER_OCTETS)
        drop(one);
}

void
linger_add(http *h, int fd)
{
    lingerer *one = h->lingers;

    while (one < h->lingers + LINGER_MAX && one->fd >= 0)
        one++;
    if (one == h->lingers + LINGER_MAX)
        return;
    one->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    one->h = h;
    one->octets = 0;
    one->until_ms = loop_mono_ms(h->l) + LINGER_MS;
    if (one->fd >= 0 && !loop_watch(h->l, one->fd, false, read_away, one)) {
        close(one->fd);
        one->fd = -1;
    }
}

void
linger_sweep(http *h)
{
    for (lingerer *one = h->lingers; one < h->lingers + LINGER_MAX; one++)
        if (one->fd >= 0 && loop_mono_ms(h->l) >= one->until_ms)
            drop(one);
}

void
linger_close_all(http *h)
{
    for (lingerer *one = h->lingers; one < h->lingers + LINGER_MAX; one++)
        if (one->fd >= 0)
            drop(one);
}
