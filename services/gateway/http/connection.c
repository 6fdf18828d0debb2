/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include "services/runtime/log.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    ACCEPTS_A_TURN = 256,
    ACCEPT_PAUSE_MS = 100, /* no descriptors: nothing is gained by asking at once */
    LOOK_FIRST_MS = 200,
    LOOK_AT_WAITING_MS = 2000,
    TAKE_OCTETS_MIN = 4096, /* in HTTP_TAKE_MS: less is no progress */
    TCP_IS_CLOSED = 7,      /* numbers of the kernel's states */
    TCP_PEER_CLOSED = 8,
    TCP_FIN_SENT_1 = 4,
    TCP_FIN_SENT_2 = 5,
};

static struct tcp_info
tcp_look(int fd)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof(info);

    (void) getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
    return info;
}

connection *
connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

void
connection_goes(connection *c, connection_state state)
{
    uint64_t now = loop_mono_ms(c->h->l);

    c->state = state;
    c->since_ms = c->out_ms = now;
    c->look_ms = 0;
    c->in_octets = 0;
    if (state == CONNECTION_WAITS)
        c->look_ms = now + LOOK_FIRST_MS;
}

/*
 * Between two requests libmicrohttpd writes zeros over all of a connection's memory, so each of
 * 10,000 that have asked once would hold all its pages, 120 MB.  When every octet that came was
 * part of a request that has ended, nothing is in there but those zeros, and the pages that lie in
 * it from end to end can be given back: they read as zeros again.  It begins where the first octet
 * lies, which is that of the first head then, and of every other.
 */
void
connection_eats(connection *c, const char *head, uint64_t size, bool exactly)
{
    if (c->eaten == 0)
        c->pool = head;
    c->pool_is_used = true;
    c->eaten += size;
    c->eaten_exactly = c->eaten_exactly && exactly && head == c->pool;
}

static void
give_back(connection *c, const struct tcp_info *info)
{
    uintptr_t from = ((uintptr_t) c->pool + PAGE - 1) & ~((uintptr_t) PAGE - 1);
    uintptr_t end = ((uintptr_t) c->pool + HTTP_POOL_SIZE) & ~((uintptr_t) PAGE - 1);

    if (!c->h->gives_back || !c->pool_is_used || !c->eaten_exactly ||
        info->tcpi_bytes_received != c->eaten)
        return;
    c->pool_is_used = false;
    (void) madvise((void *) from, end - from, MADV_DONTNEED);
}

static void
take_in(http *h, int fd, const struct sockaddr *address, socklen_t size)
{
    h->incoming = calloc(1, sizeof(*h->incoming));
    if (h->incoming == NULL) {
        close(fd);
        return;
    }
    h->incoming->fd = fd;
    (void) MHD_add_connection(h->mhd, fd, address, size); /* closes it where it fails */
    free(h->incoming);
    h->incoming = NULL;
}

static void
listen_again(void *context)
{
    http *h = context;

    if (h->listener >= 0)
        (void) loop_watch(h->l, h->listener, false, connection_accept, h);
}

static void
pause_listening(http *h)
{
    loop_unwatch(h->l, h->listener);
    h->pause = (loop_timer){ .due = listen_again, .context = h };
    loop_at(h->l, &h->pause, loop_mono_ms(h->l) + ACCEPT_PAUSE_MS);
}

void
connection_accept(void *context)
{
    http *h = context;

    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage address;
        socklen_t size = sizeof(address);
        int fd =
            accept4(h->listener, (struct sockaddr *) &address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS))
            pause_listening(h);
        if (fd < 0)
            return;
        if (h->open < h->connections_max) {
            take_in(h, fd, (const struct sockaddr *) &address, size);
        } else {
            h->refused[REFUSED_FULL]++;
            close(fd);
        }
    }
}

static void
connection_started(http *h, void **socket_context)
{
    connection *c = h->incoming;

    h->incoming = NULL;
    *socket_context = c;
    c->h = h;
    c->next = h->connections;
    if (c->next != NULL)
        c->next->previous = c;
    h->connections = c;
    h->open++;
    c->eaten_exactly = true;
    connection_goes(c, CONNECTION_WAITS);
}

/* Whether closing at once would throw away the answer: a socket with unread octets is reset. */
static bool
is_to_linger(const connection *c)
{
    struct tcp_info info = tcp_look(c->fd);
    int unread = 0;

    if (c->doomed || (info.tcpi_state != TCP_FIN_SENT_1 && info.tcpi_state != TCP_FIN_SENT_2))
        return false;
    (void) ioctl(c->fd, FIONREAD, &unread);
    return c->linger || !c->was_asked || unread > 0;
}

static void
connection_closed(http *h, connection *c)
{
    if (is_to_linger(c))
        linger_add(h, c->fd);
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        h->connections = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
    h->open--;
    free(c);
}

void
connection_notify(void *context, struct MHD_Connection *mhd, void **socket_context,
                  enum MHD_ConnectionNotificationCode code)
{
    (void) mhd;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        connection_started(context, socket_context);
    else
        connection_closed(context, *socket_context);
}

static void
doom(connection *c, http_refusal why)
{
    if (why < REFUSALS)
        c->h->refused[why]++;
    c->doomed = true;
    (void) shutdown(c->fd, SHUT_RDWR); /* libmicrohttpd is told by epoll, and cleans up */
}

/* What was sent is not taken: neither all of it nor enough of it since out_ms. */
static bool
is_stuck(connection *c, const struct tcp_info *info, uint64_t now)
{
    bool moves = info->tcpi_bytes_acked >= c->out_octets + TAKE_OCTETS_MIN;

    if ((info->tcpi_unacked == 0 && info->tcpi_notsent_bytes == 0) || moves) {
        c->out_octets = info->tcpi_bytes_acked;
        c->out_ms = now;
    }
    return now - c->out_ms >= HTTP_TAKE_MS;
}

/* Whether octets have come that are of no request yet. */
static bool
has_begun(connection *c, const struct tcp_info *info)
{
    if (c->eaten_exactly)
        return info->tcpi_bytes_received != c->eaten;
    if (c->in_octets == 0)
        c->in_octets = info->tcpi_bytes_received;
    return info->tcpi_bytes_received != c->in_octets;
}

static void
look_at_waiting(connection *c, uint64_t now)
{
    struct tcp_info info = tcp_look(c->fd);

    c->look_ms = now + LOOK_AT_WAITING_MS;
    if (is_stuck(c, &info, now))
        doom(c, REFUSED_STUCK);
    else if (has_begun(c, &info))
        connection_goes(c, CONNECTION_RECEIVES);
    else if (now - c->since_ms >= HTTP_IDLE_MS)
        doom(c, REFUSALS);
    else
        give_back(c, &info);
}

static void
look_at_sending(connection *c, uint64_t now)
{
    struct tcp_info info = tcp_look(c->fd);
    bool has_left = info.tcpi_state == TCP_PEER_CLOSED || info.tcpi_state == TCP_IS_CLOSED;

    if (c->request != NULL && c->request->stream != NULL && has_left)
        stream_leave(c->request->stream);
    else if (is_stuck(c, &info, now))
        doom(c, REFUSED_STUCK);
    if (c->doomed && c->request != NULL && c->request->stream != NULL)
        stream_leave(c->request->stream);
}

/* A body that comes steadily may take longer: a large file over a slow line is no attack. */
static bool
is_late(const connection *c, uint64_t now)
{
    uint64_t body = c->request == NULL ? 0 : c->request->received;

    return now - c->since_ms >= HTTP_ARRIVE_MS + body / HTTP_ARRIVE_RATE;
}

static void
look_at(connection *c, uint64_t now)
{
    switch (c->state) {
    case CONNECTION_WAITS:
        look_at_waiting(c, now);
        break;
    case CONNECTION_RECEIVES:
        if (is_late(c, now))
            doom(c, REFUSED_SLOW);
        break;
    case CONNECTION_SENDS:
        look_at_sending(c, now);
        break;
    case CONNECTION_WORKS:
        break;
    }
}

void
connection_sweep(http *h)
{
    uint64_t now = loop_mono_ms(h->l);

    for (connection *c = h->connections; c != NULL; c = c->next)
        if (!c->doomed && now >= c->look_ms)
            look_at(c, now);
}

void
connections_drain(http *h)
{
    for (connection *c = h->connections; c != NULL; c = c->next)
        if (c->state == CONNECTION_WAITS && !c->doomed)
            doom(c, REFUSALS);
        else if (c->request != NULL && c->request->stream != NULL)
            stream_drain(c->request->stream);
}
