/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/health.h"

#include "services/gateway/http/problem.h"
#include "services/gateway/service_metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ASK_EVERY_MS = 1000, /* a service that nobody asks would look as if it were down */
    PATIENCE_MS = 3000,
    TYPE_GET_STATUS = 950,
    WORDS_SIZE = 256,
};

struct health {
    health_parts parts;
    service_metrics *services;
    loop_timer timer;
    bool asked[BACKEND_SERVICES];
};

/* ---- asking now and then ---- */

static void
answered(void *context, const sijill_reply *reply)
{
    bool *asked = context;

    (void) reply;
    *asked = false;
}

static void
ask(void *context)
{
    health *h = context;
    sijill_request status = { .type = TYPE_GET_STATUS, .deadline_ms = PATIENCE_MS };

    for (backend_service i = 0; i < BACKEND_SERVICES; i++)
        if (!h->asked[i])
            h->asked[i] = backend_ask(h->parts.backend, i, 0, &status, answered, &h->asked[i]);
    loop_at(h->parts.loop, &h->timer, loop_mono_ms(h->parts.loop) + ASK_EVERY_MS);
}

/* ---- sites ---- */

static bool
admit_get(void *context, request *r, size_t *body_max)
{
    (void) context;
    (void) body_max;
    if (strcmp(request_method(r), "GET") == 0)
        return true;
    problem_wrong_method(r, "GET, HEAD");
    return false;
}

static void
say(request *r, const char *text)
{
    answer a = { .status = 200,
                 .type = "text/plain; charset=utf-8",
                 .body = { text, strlen(text) } };

    request_answer(r, &a);
}

static void
tell_alive(void *context, request *r)
{
    (void) context;
    say(r, "ok\n");
}

static void
tell_ready(void *context, request *r)
{
    const health *h = context;
    const char *why = NULL;
    char words[WORDS_SIZE] = "";
    http_header later = { "Retry-After", "1" };

    for (backend_service i = 0; i < BACKEND_SERVICES; i++)
        if (!backend_is_up(h->parts.backend, i))
            (void) snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%s",
                            words[0] == '\0' ? "no answer from " : ", ", backend_name(i));
    if (words[0] == '\0' && h->parts.ready != NULL && !h->parts.ready(h->parts.context, &why))
        (void) snprintf(words, sizeof(words), "%s", why == NULL ? "not ready" : why);
    if (words[0] == '\0')
        say(r, "ok\n");
    else
        problem_say(r, &(problem){ .status = 503,
                                   .code = "UNAVAILABLE",
                                   .detail = words,
                                   .header = &later,
                                   .header_count = 1 });
}

typedef struct scrape {
    health *h;
    request *r;
} scrape;

static void
tell_metrics(void *context)
{
    scrape *s = context;
    answer a = { .status = 200, .type = "text/plain; version=0.0.4; charset=utf-8" };
    size_t size = 0;
    char *text = metrics_write(s->h->parts.metrics, &size);

    a.body = (octets){ text, size };
    if (text == NULL)
        problem_answer(s->r, 503, "BUSY", "no memory: ask again");
    else
        request_answer(s->r, &a);
    free(text);
}

static void
ask_metrics(void *context, request *r)
{
    health *h = context;
    scrape *s = request_alloc(r, sizeof(*s));

    if (s != NULL)
        *s = (scrape){ h, r };
    if (s == NULL || !service_metrics_ask(h->services, tell_metrics, s))
        problem_answer(r, 503, "BUSY", "too many are asking: ask again");
}

void
health_sites(health *h, http_site sites[static HEALTH_SITES])
{
    sites[0] = (http_site){ "/healthz", "healthz", admit_get, tell_alive, NULL, NULL, h };
    sites[1] = (http_site){ "/readyz", "readyz", admit_get, tell_ready, NULL, NULL, h };
    sites[2] = (http_site){ "/metrics", "metrics", admit_get, ask_metrics, NULL, NULL, h };
}

/* ---- opening ---- */

health *
health_open(const health_parts *parts)
{
    health *h = calloc(1, sizeof(*h));

    if (h == NULL)
        return NULL;
    h->parts = *parts;
    h->services = service_metrics_open(parts->backend);
    if (h->services == NULL) {
        free(h);
        return NULL;
    }
    metrics_add(parts->metrics, service_metrics_write, h->services);
    h->timer = (loop_timer){ .due = ask, .context = h };
    ask(h);
    return h;
}

void
health_close(health **h)
{
    if (*h == NULL)
        return;
    loop_at((*h)->parts.loop, &(*h)->timer, 0);
    service_metrics_close(&(*h)->services);
    free(*h);
    *h = NULL;
}
