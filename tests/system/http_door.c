/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_door: the gateway's HTTP part with sites that only tests want, for tests/system/strangers.py
 * and tests/fault/floods.py.  Its port is the first line on its standard output; it drains and ends
 * when its standard input does.
 *
 *   /echo/...      what came, as JSON; a body up to 64 KiB; ?status=N ?size=N
 *   /late/...      the same, ?ms=N later
 *   /asked/...     answers at the head, before the body: 401, at once or ?ms=N later
 *   /pieces/...    counts a body of any size and stops at ?stop=N octets
 *   /stream/...    ?count=N lines, one each ?ms=N
 *   /constant      a few octets, as tests/bench/http_bare.c answers them
 *   /metrics       what the part counts
 */
#include "services/gateway/http/http.h"
#include "services/gateway/http/metrics.h"
#include "services/gateway/http/problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ECHO_BODY_MAX = 64 * 1024, TEXT_MAX = 8192, DRAIN_MS = 5000, LOOK_MS = 10 };

typedef struct wait {
    loop_timer timer;
    request *r;
    stream *s;
    unsigned long left, every_ms;
    size_t octets;
} wait;

static loop *the_loop;
static http *the_http;
static metrics *the_metrics;
static unsigned long gone_count;

static unsigned long
number(request *r, const char *name)
{
    const char *text = request_parameter(r, name);

    return text == NULL ? 0 : strtoul(text, NULL, 10);
}

static const char *
or_none(const char *text)
{
    return text == NULL ? "-" : text;
}

static void
echo(request *r)
{
    unsigned long size = number(r, "size"), status = number(r, "status");
    char head[TEXT_MAX];
    answer a = { .status = status == 0 ? 200 : (unsigned) status, .type = "text/plain" };
    octets body = request_body(r);
    int used = snprintf(head, sizeof(head),
                        "method=%s\npath=%s\nquery=%s\nname=%s\nfrom=%s\ntype=%s\ngone=%lu\n"
                        "body=%zu\n",
                        request_method(r), request_path(r), request_query(r),
                        or_none(request_parameter(r, "name")), request_from(r),
                        or_none(request_header(r, "content-type")), gone_count, body.size);
    size_t whole = (size_t) used + body.size + size;
    char *text = malloc(whole);

    if (text == NULL)
        abort();
    memcpy(text, head, (size_t) used);
    memcpy(text + used, body.at, body.size);
    memset(text + used + body.size, 'x', size);
    a.body = (octets){ text, whole };
    if (strcmp(request_method(r), "DELETE") == 0)
        problem_wrong_method(r, "GET, POST");
    else if (strcmp(request_method(r), "OPTIONS") == 0)
        problem_wrong_method(r, "GET, POST");
    else
        request_answer(r, &a);
    free(text);
}

static bool
admit(void *context, request *r, size_t *body_max)
{
    (void) context;
    (void) r;
    *body_max = ECHO_BODY_MAX;
    return true;
}

static void
handle_echo(void *context, request *r)
{
    (void) context;
    echo(r);
}

static wait *
wait_new(request *r, loop_fn *due)
{
    wait *w = calloc(1, sizeof(*w));

    if (w == NULL)
        abort();
    w->r = r;
    w->every_ms = number(r, "ms");
    w->left = number(r, "count");
    w->timer = (loop_timer){ .due = due, .context = w };
    return w;
}

static void
answer_late(void *context)
{
    wait *w = context;

    echo(w->r);
    free(w);
}

static void
handle_late(void *context, request *r)
{
    wait *w = wait_new(r, answer_late);

    (void) context;
    loop_at(the_loop, &w->timer, loop_mono_ms(the_loop) + w->every_ms);
}

static void
refuse(void *context)
{
    wait *w = context;

    problem_answer(w->r, 401, "UNAUTHENTICATED", "no key");
    free(w);
}

static bool
admit_nobody(void *context, request *r, size_t *body_max)
{
    (void) context;
    *body_max = ECHO_BODY_MAX;
    if (number(r, "ms") == 0) {
        problem_answer(r, 401, "UNAUTHENTICATED", "no key");
        return false;
    }
    wait *w = wait_new(r, refuse);
    loop_at(the_loop, &w->timer, loop_mono_ms(the_loop) + w->every_ms);
    return false;
}

static bool
admit_pieces(void *context, request *r, size_t *body_max)
{
    (void) context;
    *body_max = SIZE_MAX;
    request_keep(r, wait_new(r, NULL));
    return true;
}

static bool
piece(void *context, request *r, octets came)
{
    wait *w = request_kept(r);
    unsigned long stop = number(r, "stop");

    (void) context;
    w->octets += came.size;
    if (stop == 0 || w->octets < stop)
        return true;
    free(w);
    problem_answer(r, 422, "INVALID", "that is enough");
    return false;
}

static bool
gone(void *context, request *r)
{
    (void) context;
    free(request_kept(r));
    gone_count++;
    return true;
}

static void
handle_pieces(void *context, request *r)
{
    wait *w = request_kept(r);
    char text[64];
    answer a = { .status = 200, .type = "text/plain" };

    (void) context;
    a.body = (octets){ text, (size_t) snprintf(text, sizeof(text), "octets=%zu\n", w->octets) };
    free(w);
    request_answer(r, &a);
}

static void
tick(void *context)
{
    wait *w = context;

    w->octets = 1;
    stream_wake(w->s);
}

static long
pull(void *context, char *at, size_t size)
{
    wait *w = context;

    if (w->left == 0)
        return -1;
    if (w->octets == 0) {
        if (w->timer.due_ms == 0)
            loop_at(the_loop, &w->timer, loop_mono_ms(the_loop) + w->every_ms);
        return 0;
    }
    w->octets = w->every_ms == 0;
    w->left--;
    return snprintf(at, size, "line %lu\n", w->left);
}

static void
closed(void *context)
{
    wait *w = context;

    loop_at(the_loop, &w->timer, 0);
    free(w);
    gone_count++;
}

static void
handle_stream(void *context, request *r)
{
    wait *w = wait_new(r, tick);
    answer head = { .status = 200, .type = "text/event-stream" };

    (void) context;
    w->octets = w->every_ms == 0;
    w->s =
        request_stream(r, &head, &(stream_source){ .pull = pull, .closed = closed, .context = w });
    if (w->s == NULL)
        closed(w);
}

static void
tell_constant(void *context, request *r)
{
    static const char constant[] = "{\"ok\":true}";
    answer a = { .status = 200, .type = "application/json" };

    (void) context;
    a.body = (octets){ constant, sizeof(constant) - 1 };
    request_answer(r, &a);
}

static void
tell_metrics(void *context, request *r)
{
    answer a = { .status = 200, .type = "text/plain; version=0.0.4" };
    char *text = metrics_write(the_metrics, &a.body.size);

    (void) context;
    a.body.at = text;
    request_answer(r, &a);
    free(text);
}

static void
look_whether_drained(void *context)
{
    loop_timer *timer = context;

    if (http_is_drained(the_http))
        loop_stop(the_loop);
    else
        loop_at(the_loop, timer, loop_mono_ms(the_loop) + LOOK_MS);
}

static void
stop(void *context)
{
    static loop_timer timer;
    char octet;

    (void) context;
    if (read(STDIN_FILENO, &octet, 1) > 0)
        return;
    loop_unwatch(the_loop, STDIN_FILENO);
    http_drain(the_http, DRAIN_MS);
    timer = (loop_timer){ .due = look_whether_drained, .context = &timer };
    look_whether_drained(&timer);
}

int
main(int count, char **arguments)
{
    static const http_site sites[] = {
        { "/echo/", "echo", admit, handle_echo, NULL, NULL, NULL },
        { "/late/", "late", admit, handle_late, NULL, NULL, NULL },
        { "/asked/", "asked", admit_nobody, handle_echo, NULL, NULL, NULL },
        { "/pieces/", "pieces", admit_pieces, handle_pieces, piece, gone, NULL },
        { "/stream/", "stream", admit, handle_stream, NULL, NULL, NULL },
        { "/constant", "constant", admit, tell_constant, NULL, NULL, NULL },
        { "/metrics", "metrics", admit, tell_metrics, NULL, NULL, NULL },
        { .prefix = NULL },
    };
    http_options options = { .listen = "127.0.0.1:0",
                             .cors = count > 1 ? arguments[1] : "",
                             .forwarded = count > 2,
                             .sites = sites };

    the_loop = loop_open();
    the_metrics = metrics_open();
    the_http = the_loop == NULL ? NULL : http_open(the_loop, &options);
    if (the_metrics == NULL || the_http == NULL ||
        !loop_watch(the_loop, STDIN_FILENO, false, stop, NULL))
        return 1;
    metrics_add(the_metrics, http_metrics, the_http);
    printf("%u\n", http_port(the_http));
    (void) fflush(stdout);
    loop_run(the_loop);
    http_close(&the_http);
    metrics_close(&the_metrics);
    loop_close(&the_loop);
    return 0;
}
