/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/http_load.h"

#include "tests/bench/scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 16 * 1024, HEAD_MAX = 1024, STATUS_AT = 9, PATIENCE_MS = 30000 };

/* ---- requests -------------------------------------------------------------------------------- */

void
http_requests_open(http_requests *all, size_t count, size_t octets)
{
    *all = (http_requests){ .room = count * octets, .count_room = count };
    all->text = malloc(all->room);
    all->end = calloc(count, sizeof *all->end);
    if (all->text == NULL || all->end == NULL)
        scene_fail("requests", "no memory");
}

void
http_requests_close(http_requests *all)
{
    free(all->text);
    free(all->end);
    *all = (http_requests){ 0 };
}

void
http_requests_clear(http_requests *all)
{
    all->size = all->count = 0;
}

void
http_requests_add(http_requests *all, const char *target, const char *headers, const char *body)
{
    size_t left = all->room - all->size;
    int wrote = snprintf(all->text + all->size, left,
                         "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                         "%sContent-Length: %zu\r\n\r\n%s",
                         target, headers, strlen(body), body);

    if (wrote < 0 || (size_t) wrote >= left || all->count == all->count_room)
        scene_fail("requests", "no room");
    all->size += (size_t) wrote;
    all->end[all->count++] = all->size;
}

/* ---- connections ----------------------------------------------------------------------------- */

typedef struct client {
    int fd;
    uint64_t begun_us;
    size_t have;
    char answer[ANSWER_MAX + 1];
} client;

typedef struct run {
    const http_load *load;
    int epoll;
    size_t sent, done;
    client *clients;
} run;

static void
dial(run *r, client *c)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t) r->load->port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
    int on = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (const struct sockaddr *) &at, sizeof at) != 0 ||
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
        scene_fail("connect", strerror(errno));
}

static void
ask(run *r, client *c)
{
    const http_requests *all = r->load->requests;
    size_t at = r->sent == 0 ? 0 : all->end[r->sent - 1];
    size_t end = all->end[r->sent++];

    c->have = 0;
    c->begun_us = bench_now_us();
    while (at < end) {
        ssize_t wrote = send(c->fd, all->text + at, end - at, MSG_NOSIGNAL);

        if (wrote <= 0)
            scene_fail("send", strerror(errno));
        at += (size_t) wrote;
    }
}

/* Octets of an answer's body; its head is whole.  Both servers write their heads by libmicrohttpd,
 * and a search for any case would cost this client, which shares their cores, a tenth of its time.
 */
static size_t
length_of(const char *head)
{
    const char *line = strstr(head, "\r\nContent-Length:");

    return line == NULL ? 0 : strtoul(line + sizeof "\r\nContent-Length:" - 1, NULL, 10);
}

static bool
is_whole(const run *r, client *c)
{
    char *end;

    c->answer[c->have] = '\0';
    end = strstr(c->answer, "\r\n\r\n");
    if (end == NULL)
        return false;
    *end = '\0'; /* a body says nothing of lengths */
    if ((size_t) (end - c->answer) + 4 + length_of(c->answer) > c->have) {
        *end = '\r';
        return false;
    }
    if (strtoul(c->answer + STATUS_AT, NULL, 10) != r->load->status)
        scene_fail(c->answer, end + 4);
    return true;
}

static void
hear(run *r, client *c)
{
    ssize_t got = recv(c->fd, c->answer + c->have, ANSWER_MAX - c->have, MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0)
        scene_fail("an answer", got == 0 ? "the connection was closed" : strerror(errno));
    c->have += (size_t) got;
    if (!is_whole(r, c))
        return;
    if (r->load->times != NULL)
        figures_add(r->load->times, bench_now_us() - c->begun_us);
    r->done++;
    if (r->sent < r->load->requests->count)
        ask(r, c);
}

uint64_t
http_load_run(const http_load *load)
{
    run r = { .load = load, .epoll = epoll_create1(EPOLL_CLOEXEC) };
    struct epoll_event events[HTTP_CONNECTIONS_MAX];
    uint64_t begun_us, took_us;

    r.clients = calloc(load->connections, sizeof *r.clients);
    if (r.epoll < 0 || r.clients == NULL || load->connections > HTTP_CONNECTIONS_MAX)
        scene_fail("load", "no memory or descriptors");
    for (size_t i = 0; i < load->connections; i++)
        dial(&r, &r.clients[i]);
    begun_us = bench_now_us();
    for (size_t i = 0; i < load->connections && r.sent < load->requests->count; i++)
        ask(&r, &r.clients[i]);
    while (r.done < load->requests->count) {
        int count = epoll_wait(r.epoll, events, HTTP_CONNECTIONS_MAX, PATIENCE_MS);

        if (count == 0)
            scene_fail("an answer", "none came for half a minute");
        for (int i = 0; i < count; i++)
            hear(&r, events[i].data.ptr);
    }
    took_us = bench_now_us() - begun_us;
    for (size_t i = 0; i < load->connections; i++)
        (void) close(r.clients[i].fd);
    (void) close(r.epoll);
    free(r.clients);
    return took_us;
}
