/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include "services/runtime/log.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    SWEEP_MS = 250,
    BACKLOG = 4096,
    DESCRIPTORS_RESERVED = 512, /* for stores, sockets of the services, lingering */
    CONNECTIONS_MIN = 64,
    SEND_BUFFER = 128 * 1024, /* of a socket: a slow reader holds no more of the kernel's memory */
    ADDRESS_MAX = 128,
};

void
http_random(http *h, unsigned char *to, size_t size)
{
    assert(size <= sizeof(h->random));
    if (h->random_left < size) {
        for (size_t have = 0; have < sizeof(h->random);) {
            ssize_t got = getrandom(h->random + have, sizeof(h->random) - have, 0);

            have += got > 0 ? (size_t) got : 0;
        }
        h->random_left = sizeof(h->random);
    }
    h->random_left -= size;
    memcpy(to, h->random + h->random_left, size);
}

/* Half of the descriptors that a program gets by default would be gone after 512 idle strangers. */
static unsigned
raise_descriptors(void)
{
    struct rlimit limit = { 0 };
    rlim_t wanted = HTTP_CONNECTIONS_MAX + DESCRIPTORS_RESERVED;

    (void) getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
        (void) getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= wanted)
        return HTTP_CONNECTIONS_MAX;

    unsigned left = limit.rlim_cur > DESCRIPTORS_RESERVED + CONNECTIONS_MIN
                        ? (unsigned) limit.rlim_cur - DESCRIPTORS_RESERVED
                        : CONNECTIONS_MIN;

    sj_log(SJ_LOG_WARN, "http.descriptors",
           "limit=%llu connections_max=%u words=\"raise LimitNOFILE (ulimit -n) to %u for all of "
           "%d connections\"",
           (unsigned long long) limit.rlim_cur, left, (unsigned) wanted, HTTP_CONNECTIONS_MAX);
    return left;
}

static bool
address_read(const char *listen, struct sockaddr_storage *to, socklen_t *size)
{
    char host[ADDRESS_MAX];
    const char *colon = strrchr(listen, ':');
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
    struct addrinfo *found = NULL;
    size_t length;

    if (colon == NULL || (size_t) (colon - listen) >= sizeof(host))
        return false;
    length = (size_t) (colon - listen);
    if (length > 1 && listen[0] == '[' && listen[length - 1] == ']') {
        listen++;
        length -= 2;
    } else if (memchr(listen, ':', length) != NULL) {
        return false;
    }
    memcpy(host, listen, length);
    host[length] = '\0';
    if (length == 0 || colon[1] == '\0' || getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return false;
    memcpy(to, found->ai_addr, found->ai_addrlen);
    *size = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static int
listen_at(const char *where, unsigned *port)
{
    struct sockaddr_storage address = { 0 };
    socklen_t size = sizeof(address);
    int on = 1, send_buffer = SEND_BUFFER;

    if (!address_read(where, &address, &size)) {
        sj_log(SJ_LOG_ERROR, "http.listen",
               "words=\"%.100s is no address to listen on: write 127.0.0.1:8080 or [::1]:8080\"",
               where);
        return -1;
    }
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    /* What is set here is what accepted sockets have. */
    if (fd >= 0) {
        (void) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        (void) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer));
        (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (fd < 0 || bind(fd, (struct sockaddr *) &address, size) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *) &address, &size) != 0) {
        sj_log(SJ_LOG_ERROR, "http.listen", "words=\"cannot listen on %.100s: %s\"", where,
               strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *port = ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *) &address)->sin6_port
                                                : ((struct sockaddr_in *) &address)->sin_port);
    return fd;
}

static void
run(void *context)
{
    http *h = context;
    MHD_UNSIGNED_LONG_LONG left = 1;

    h->has_work = false;
    (void) MHD_run(h->mhd);
    /* Edges that it has taken from its epoll and not worked off would not wake us again. */
    if (MHD_get_timeout(h->mhd, &left) == MHD_YES && left == 0)
        http_run_again(h);
}

/*
 * What others answered in this turn: libmicrohttpd has no descriptor that says so.  The first run
 * takes the answers and the second sends them; both may meet new requests, so that those who gather
 * in the turners before this one must have another turn before anybody sleeps.
 */
static void
end_turn(void *context)
{
    http *h = context;

    h->turn++;
    orphans_free(h, false);
    if (!h->has_work || h->mhd == NULL)
        return;
    run(h);
    if (h->has_work)
        run(h);
    loop_again(h->l);
}

void
http_run_again(http *h)
{
    h->has_work = true;
    loop_again(h->l);
}

static void
sweep(void *context)
{
    http *h = context;

    connection_sweep(h);
    linger_sweep(h);
    loop_at(h->l, &h->sweep, loop_mono_ms(h->l) + SWEEP_MS);
}

/* A path and a query stay as they came: escapes are the sites'. */
static size_t
keep_escapes(void *context, struct MHD_Connection *mhd, char *text)
{
    (void) context;
    (void) mhd;
    return strlen(text);
}

static struct MHD_Daemon *
start(http *h)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
        request_step, h, MHD_OPTION_CONNECTION_LIMIT, h->connections_max,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) HTTP_POOL_SIZE, MHD_OPTION_URI_LOG_CALLBACK,
        request_begin, h, MHD_OPTION_NOTIFY_COMPLETED, request_end, h, MHD_OPTION_NOTIFY_CONNECTION,
        connection_notify, h, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, h, MHD_OPTION_END);
}

static bool
join_loop(http *h)
{
    const union MHD_DaemonInfo *info =
        h->mhd == NULL ? NULL : MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD);

    if (info == NULL)
        return false;
    h->mhd_epoll = info->epoll_fd;
    h->sweep = (loop_timer){ .due = sweep, .context = h };
    if (!loop_watch(h->l, h->listener, false, connection_accept, h) ||
        !loop_watch(h->l, h->mhd_epoll, false, run, h))
        return false;
    loop_each_turn(h->l, end_turn, h);
    loop_at(h->l, &h->sweep, loop_mono_ms(h->l) + SWEEP_MS);
    return true;
}

http *
http_open(loop *l, const http_options *options)
{
    http *h = calloc(1, sizeof(*h));

    if (h == NULL)
        return NULL;
    h->l = l;
    h->options = *options;
    h->mhd_epoll = -1;
    h->turn = 1;
    while (options->sites[h->site_count].prefix != NULL)
        h->site_count++;
    assert(h->site_count <= HTTP_SITES_MAX);
    for (size_t i = 0; i < LINGER_MAX; i++)
        h->lingers[i].fd = -1;
    (void) signal(SIGPIPE, SIG_IGN);
    h->listener = listen_at(options->listen, &h->port);
    if (h->listener < 0) {
        http_close(&h);
        return NULL;
    }
    h->connections_max = raise_descriptors();
    /* Tried with this one; another may keep something where this one keeps zeros. */
    h->gives_back = strcmp(MHD_get_version(), "0.9.75") == 0 && sysconf(_SC_PAGESIZE) == 4096;
    h->mhd = start(h);
    if (!join_loop(h)) {
        sj_log(SJ_LOG_ERROR, "http.start", "words=\"no descriptors or memory for HTTP\"");
        http_close(&h);
    }
    return h;
}

static void
stop_listening(http *h)
{
    if (h->listener < 0)
        return;
    loop_unwatch(h->l, h->listener);
    close(h->listener);
    h->listener = -1;
}

void
http_drain(http *h, unsigned ms)
{
    h->draining = true;
    h->drain_ms = loop_mono_ms(h->l) + ms;
    stop_listening(h);
    connections_drain(h);
}

bool
http_is_drained(const http *h)
{
    return h->draining && (h->open == 0 || loop_mono_ms(h->l) >= h->drain_ms);
}

void
http_close(http **at)
{
    http *h = *at;

    *at = NULL;
    if (h == NULL)
        return;
    stop_listening(h);
    if (h->mhd_epoll >= 0)
        loop_unwatch(h->l, h->mhd_epoll);
    loop_at(h->l, &h->sweep, 0);
    loop_at(h->l, &h->pause, 0);
    /* It cannot stop while somebody sleeps in it. */
    h->closing = true;
    for (connection *c = h->connections; c != NULL; c = c->next)
        if (c->request != NULL && c->request->stream != NULL)
            stream_leave(c->request->stream);
        else if (c->request != NULL)
            request_wake(c->request);
    if (h->mhd != NULL) {
        (void) MHD_run(h->mhd);
        MHD_stop_daemon(h->mhd);
    }
    linger_close_all(h);
    orphans_free(h, true);
    blocks_free(h);
    if (h->deflate_ready)
        (void) deflateEnd(&h->deflate);
    free(h);
}

unsigned
http_port(const http *h)
{
    return h->port;
}
