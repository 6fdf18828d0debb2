/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sijill-gateway: HTTP, webhooks and what goes out, for the three services.  It holds no truth:
 * what it has accepted lies in its spool until the owner has confirmed it.
 */
#include "services/gateway/api/api.h"
#include "services/gateway/feed/site.h"
#include "services/gateway/health.h"
#include "services/gateway/hooks/follow.h"
#include "services/gateway/hooks/site.h"
#include "services/gateway/outbound/log_site.h"
#include "services/gateway/outbound/source.h"
#include "services/runtime/log.h"
#include "services/runtime/notify.h"
#include "services/runtime/options.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, DRAIN_MS = 10000, LOOK_MS = 50, SITES_MAX = 12, PATH_SIZE = 4096 };

typedef struct gateway {
    loop *loop;
    addresses addresses;
    seal *key;
    spool *spool;
    registry *registry;
    backend *backend;
    fetch *fetch;
    work *work;
    follow *follow;
    hook_site *hooks;
    endpoints *endpoints;
    sender *sender;
    source *source;
    api *api;
    feed_site *feed;
    log_site *log;
    http *http;
    metrics *metrics;
    health *health;
    http_site sites[SITES_MAX];
    int signal_fd;
    bool stopping;
    loop_timer stop_timer, watchdog_timer;
} gateway;

static sj_option options[] = {
    { "home", SJ_OPTION_TEXT, "DIR", "/var/lib/sijill/gateway", "folder of the spool", 0, 0, NULL },
    { "run", SJ_OPTION_TEXT, "DIR", "/run/sijill", "folder of the services' sockets", 0, 0, NULL },
    { "listen", SJ_OPTION_TEXT, "HOST:PORT", "127.0.0.1:8080", "where HTTP is spoken", 0, 0, NULL },
    { "public-url", SJ_OPTION_TEXT, "URL", "", "how the world calls this gateway: https://...", 0,
      0, NULL },
    { "cors", SJ_OPTION_TEXT, "ORIGINS", "",
      "origins of web pages that may call it, separated by commas; or *", 0, 0, NULL },
    { "forwarded", SJ_OPTION_FLAG, NULL, NULL,
      "a proxy of ours is before it: believe X-Forwarded-For", 0, 0, NULL },
    { "orgs", SJ_OPTION_TEXT, "NUMBERS", "1", "organisations whose hooks come here", 0, 0, NULL },
    { "peers", SJ_OPTION_TEXT, "FILE", "", "says which services are on other machines", 0, 0,
      NULL },
    { "curve-key", SJ_OPTION_TEXT, "FILE", "", "our secret key, for those", 0, 0, NULL },
    { "replace-seal-key", SJ_OPTION_FLAG, NULL, NULL,
      "give up secrets that were sealed to another gateway's key", 0, 0, NULL },
};

/* ---- stopping ----------------------------------------------------------------------------------
 */

static void
look_whether_drained(void *context)
{
    gateway *g = context;

    if (http_is_drained(g->http))
        loop_stop(g->loop);
    else
        loop_at(g->loop, &g->stop_timer, loop_mono_ms(g->loop) + LOOK_MS);
}

static void
signalled(void *context)
{
    gateway *g = context;
    struct signalfd_siginfo info;

    while (read(g->signal_fd, &info, sizeof info) == (ssize_t) sizeof info)
        ;
    if (g->stopping)
        return;
    g->stopping = true;
    sj_log(SJ_LOG_INFO, "gateway.stopping", "words=\"what is here is answered\"");
    sj_notify("STOPPING=1");
    http_drain(g->http, DRAIN_MS);
    look_whether_drained(g);
}

static void
feed_watchdog(void *context)
{
    gateway *g = context;

    sj_notify("WATCHDOG=1");
    loop_at(g->loop, &g->watchdog_timer,
            loop_mono_ms(g->loop) + (uint64_t) sj_watchdog_interval_ms());
}

static bool
watch_signals(gateway *g)
{
    sigset_t set;

    (void) sigemptyset(&set);
    (void) sigaddset(&set, SIGTERM);
    (void) sigaddset(&set, SIGINT);
    (void) signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return false;
    g->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return g->signal_fd >= 0 && loop_watch(g->loop, g->signal_fd, false, signalled, g);
}

/* ---- starting ----------------------------------------------------------------------------------
 */

static bool
open_hooks(gateway *g, const sj_options *given)
{
    const char *home = sj_option_text(given, "home");

    g->fetch = fetch_open(g->loop);
    if (g->fetch == NULL || (g->spool = spool_open(g->loop, home)) == NULL ||
        (g->key = seal_open(home)) == NULL ||
        (g->backend = backend_open(g->loop, &g->addresses)) == NULL ||
        (g->registry = registry_open(g->spool, g->key)) == NULL)
        return false;

    work_parts parts = { g->loop, g->spool, g->registry, g->backend, g->fetch };

    g->work = work_open(&parts);
    if (g->work == NULL)
        return false;

    follow_parts followed = { .loop = g->loop,
                              .spool = g->spool,
                              .registry = g->registry,
                              .backend = g->backend,
                              .work = g->work,
                              .key = g->key,
                              .services = &g->addresses,
                              .orgs = sj_option_text(given, "orgs"),
                              .replace_key = sj_option_flag(given, "replace-seal-key") };
    hook_site_parts site = { .spool = g->spool,
                             .registry = g->registry,
                             .backend = g->backend,
                             .public_url = sj_option_text(given, "public-url") };

    g->follow = follow_open(&followed);
    g->hooks = hook_site_open(&site);
    return g->follow != NULL && g->hooks != NULL;
}

/* Who is told: endpoints, and those who read the feed. */
static bool
open_outbound(gateway *g, const sj_options *given)
{
    source_parts parts = {
        .loop = g->loop, .spool = g->spool, .backend = g->backend, .services = &g->addresses
    };
    sender_parts sending = { .loop = g->loop, .backend = g->backend, .fetch = g->fetch };

    g->endpoints = parts.endpoints = sending.endpoints = endpoints_open(g->spool, g->key);
    if (g->endpoints == NULL || (g->sender = parts.sender = sender_open(&sending)) == NULL)
        return false;
    parts.orgs = follow_orgs(g->follow, &parts.org_count);
    g->source = source_open(&parts);
    g->feed = feed_site_open(g->loop, g->backend, &g->addresses);
    g->log = log_site_open(g->endpoints, g->backend);

    api_options served = { .services = g->backend,
                           .home = sj_option_text(given, "home"),
                           .where = &g->addresses };

    g->api = api_open(g->loop, &served);
    return g->source != NULL && g->feed != NULL && g->log != NULL && g->api != NULL;
}

/* ---- health ----
 */

static void
write_outcome(void *context, const char *platform_name, const char *outcome, uint64_t count)
{
    metrics_sample(
        context, "", (double) count,
        (metrics_label[]){ { "platform", platform_name }, { "outcome", outcome }, { NULL, NULL } });
}

static void
write_one(metrics_text *out, const char *name, metrics_type type, const char *help, uint64_t value)
{
    metrics_family(out, name, type, help);
    metrics_sample(out, "", (double) value, NULL);
}

typedef struct kind_count {
    const char *kind; /* NULL: the end */
    uint64_t count;
} kind_count;

static void
write_kinds(metrics_text *out, const char *name, const char *help, const kind_count *kinds)
{
    metrics_family(out, name, METRICS_COUNTER, help);
    for (; kinds->kind != NULL; kinds++)
        metrics_sample(out, "", (double) kinds->count,
                       (metrics_label[]){ { "outcome", kinds->kind }, { NULL, NULL } });
}

static void
write_webhooks(void *context, metrics_text *out)
{
    const gateway *g = context;
    uint64_t used, map, behind;
    work_counts done;
    sender_counts sent;

    spool_usage(g->spool, &used, &map);
    (void) follow_is_current(g->follow, &behind);
    work_count(g->work, &done);
    sender_count(g->sender, &sent);
    metrics_family(out, "sijill_webhooks_total", METRICS_COUNTER,
                   "Deliveries of platforms, by what became of them.");
    hook_site_outcomes(g->hooks, write_outcome, out);
    write_one(out, "sijill_spool_waiting", METRICS_GAUGE,
              "Deliveries that were accepted and are not yet done.", spool_waiting(g->spool));
    write_one(out, "sijill_spool_bytes", METRICS_GAUGE, "Size of the spool's file.", used);
    write_one(out, "sijill_gateway_feed_lag_records", METRICS_GAUGE,
              "Sequences that hooks and links are behind registration.", behind);
    write_kinds(out, "sijill_pushes_total", "What became of what deliveries said.",
                (kind_count[]){ { "applied", done.applied },
                                { "held", done.held },
                                { "retried", done.retried },
                                { "dropped", done.dropped },
                                { NULL, 0 } });
    write_kinds(out, "sijill_told_total", "Tries to tell endpoints.",
                (kind_count[]){ { "told", sent.told },
                                { "failed", sent.failed },
                                { "given_up", sent.given_up },
                                { NULL, 0 } });
}

static bool
is_ready(void *context, const char **why)
{
    const gateway *g = context;

    *why = "the gateway is stopping";
    return !g->stopping;
}

static bool
open_health(gateway *g)
{
    health_parts parts = {
        .loop = g->loop, .backend = g->backend, .ready = is_ready, .context = g
    };

    g->metrics = parts.metrics = metrics_open();
    if (g->metrics == NULL || (g->health = health_open(&parts)) == NULL)
        return false;
    metrics_add(g->metrics, write_webhooks, g);
    return true;
}

static bool
open_http(gateway *g, const sj_options *given)
{
    size_t count = 0;
    http_options door = { .listen = sj_option_text(given, "listen"),
                          .cors = sj_option_text(given, "cors"),
                          .forwarded = sj_option_flag(given, "forwarded"),
                          .sites = g->sites };

    g->sites[count++] = hook_site_http(g->hooks);
    g->sites[count++] = api_site(g->api);
    g->sites[count++] = feed_site_http(g->feed);
    g->sites[count++] = log_site_http(g->log);
    health_sites(g->health, &g->sites[count]);
    /* Before http's own turner, which sends what this has answered. */
    loop_each_turn(g->loop, spool_flush, g->spool);
    g->http = http_open(g->loop, &door);
    /* After it: who waits for an answer has it before the work that it makes. */
    loop_each_turn(g->loop, work_turn, g->work);
    if (g->http != NULL)
        metrics_add(g->metrics, http_metrics, g->http);
    return g->http != NULL;
}

/* For those who asked for any free port: HOME/http.port. */
static void
tell_port(const char *home, unsigned port)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/http.port", home);
    FILE *file = length > 0 && (size_t) length < sizeof path ? fopen(path, "we") : NULL;

    if (file == NULL)
        return;
    (void) fprintf(file, "%u\n", port);
    (void) fclose(file);
}

static void
close_all(gateway *g)
{
    http_close(&g->http);
    api_close(&g->api);
    hook_site_close(&g->hooks);
    source_close(&g->source);
    sender_close(&g->sender);
    endpoints_close(&g->endpoints);
    feed_site_close(&g->feed);
    log_site_close(&g->log);
    follow_close(&g->follow);
    backend_close(&g->backend);
    health_close(&g->health);
    metrics_close(&g->metrics);
    work_close(&g->work);
    fetch_close(&g->fetch);
    registry_close(&g->registry);
    spool_close(&g->spool);
    seal_close(&g->key);
    loop_close(&g->loop);
}

int
main(int argc, char **argv)
{
    gateway g = { .signal_fd = -1 };
    sj_options given = { .program = "sijill-gateway",
                         .purpose = "HTTP and webhooks for the three services",
                         .rows = options,
                         .count = sizeof options / sizeof options[0] };
    int exit_code = sj_options_read(&given, argc, argv);
    bool opened;

    if (exit_code >= 0)
        return exit_code;
    sj_options_log(&given);
    g.addresses = (addresses){ .run = sj_option_text(&given, "run"),
                               .peers = sj_option_text(&given, "peers"),
                               .curve_key = sj_option_text(&given, "curve-key") };
    (void) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* secrets of hooks are in this memory */
    opened = sodium_init() >= 0 && address_check(&g.addresses) && (g.loop = loop_open()) != NULL &&
             watch_signals(&g) && open_hooks(&g, &given) && open_outbound(&g, &given) &&
             open_health(&g) && open_http(&g, &given);
    if (opened) {
        work_wake(g.work); /* what was accepted before */
        tell_port(sj_option_text(&given, "home"), http_port(g.http));
        sj_log(SJ_LOG_INFO, "gateway.ready", "port=%u waiting=%llu", http_port(g.http),
               (unsigned long long) spool_waiting(g.spool));
        sj_notify("READY=1");
        g.stop_timer = (loop_timer){ .due = look_whether_drained, .context = &g };
        g.watchdog_timer = (loop_timer){ .due = feed_watchdog, .context = &g };
        if (sj_watchdog_interval_ms() > 0)
            feed_watchdog(&g);
        loop_run(g.loop);
    }
    close_all(&g);
    if (g.signal_fd >= 0)
        (void) close(g.signal_fd);
    return opened ? 0 : EXIT_FAILED;
}
