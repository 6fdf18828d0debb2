/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway: how fast the real gateway, with real services behind it, takes work over HTTP, and how
 * far that is from libmicrohttpd alone.
 *
 *   gateway [--folder DIR] [--count N] [--seconds S]
 *
 * In each of 11 rounds, 64 connections that are kept open send N requests (10,000) to the address
 * of a hook (Zoom's registrations, signed; answered when they are durable), then N to POST
 * /v1/events/.../registrations with an API key.  Right before, the same requests go to
 * libmicrohttpd alone (tests/bench/http_load.h): a machine that others share is not as fast a
 * second later.  Each begins when all that the one before left to do is done, in attendance and on
 * the disk, too.  A round in which the host gave this machine's processors to others says how long
 * it was without them: it is left out, and said to be.  After S seconds (180) none is begun, but
 * for three that count as they come.  Afterwards each accepted request is one registration, or the
 * program fails.
 */
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/bench/gateway_requests.h"
#include "tests/bench/http_load.h"
#include "tests/bench/scene.h"

#include <inttypes.h>
#include <jansson.h>
#include <lmdb.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    GET_EVENT = 150,
    LIST_UNMATCHED = 252,
    CONNECTIONS = 64,
    ROUNDS = 11,
    ROUNDS_MIN = 3,   /* however busy the machine is */
    COMMITS = 40,     /* a round */
    LOOKS = 30,       /* for a moment in which the machine is ours */
    PATIENCE_S = 120, /* for what was accepted to be done */
    TRY_US = 100000,
    LOOK_US = 2000,
    MOMENT_US = 100000,
    CHECKPOINT_US = 1300000, /* a service that rests has its journal in its data file by then */
    FAILS_BELOW = 10,        /* times less than the aim */
};

static const double aim_hooks = 0.5, aim_api = 0.3;
static const char secret[] = "4fv1RkqGQUq5sWbEz6hA5A";

typedef struct bench bench;

typedef struct side {
    const char *name;
    const char *event;  /* slug; NULL: libmicrohttpd alone */
    struct side *limit; /* libmicrohttpd with the same requests */
    void (*write)(bench *b, size_t count);
    unsigned port, status;
    figures times;
    uint8_t event_id[SIJILL_ID_SIZE];
    uint64_t count; /* accepted, all rounds */
    /* of the rounds that count */
    size_t rounds, disturbed;
    double rate[ROUNDS], ratio[ROUNDS];
    double done_ms[ROUNDS];     /* from the last answer until all is registered; */
    double followed_ms[ROUNDS]; /* until attendance has it, too */
    uint64_t cpu_us[3];         /* of bare or gateway, registration, attendance */
    /* of the others */
    size_t left_out;
    double lowest, highest; /* ratio */
} side;

/* One round of one side. */
typedef struct trial {
    double rate, done_ms, followed_ms;
    uint64_t cpu_us[3];
    bool disturbed;
} trial;

struct bench {
    scene scene;
    bench_process gateway;
    pid_t bare;
    side bare_hooks, hooks, bare_api, api;
    char path[256], key[256]; /* the hook's, and "Authorization: ..." */
    http_requests requests;
    size_t count;
    uint64_t people; /* each another person */
    uint64_t until_us;
    figures commits;
    MDB_env *env; /* of single commits */
};

/* ---- the scene ------------------------------------------------------------------------------- */

/* What the command line answers, as JSON; NULL: it refused. */
static json_t *
sijill_says(const bench *b, const char *const *words)
{
    const char *all[16] = { "--home", b->scene.folder, "--json" };
    char out[8192];
    size_t count = 3;

    for (; *words != NULL && count < 15; words++)
        all[count++] = *words;
    return bench_output("sijill", all, out, sizeof out) ? json_loads(out, 0, NULL) : NULL;
}

/* One member of that answer.  Tried again for a while: the gateway tells its key as it starts. */
static void
sijill_member(const bench *b, const char *const *words, const char *name, char *to, size_t size)
{
    uint64_t until_us = bench_now_us() + PATIENCE_S * UINT64_C(1000000);

    for (;;) {
        json_t *answer = sijill_says(b, words);
        const char *text = json_string_value(json_object_get(answer, name));

        if (answer != NULL) {
            (void) snprintf(to, size, "%s", text == NULL ? "" : text);
            json_decref(answer);
            return;
        }
        if (bench_now_us() > until_us)
            scene_fail(words[0], words[1]);
        (void) usleep(TRY_US);
    }
}

static void
make_events(bench *b)
{
    static const char *const define[] = { "org", "define", "--name-en", "Training Centre", NULL };
    side *const sides[] = { &b->hooks, &b->api };
    char id[64];

    sijill_member(b, define, "id", id, sizeof id);
    for (size_t i = 0; i < 2; i++) {
        const char *create[] = { "event",  "create",       sides[i]->event, "--title-en",
                                 "Bench",  "--kind",       "webinar",       "--mode",
                                 "online", "--start-date", "2040-01-02",    NULL };

        sijill_member(b, create, "id", id, sizeof id);
        if (!sijill_unhex(id, sides[i]->event_id))
            scene_fail(id, "is no event's id");
    }
}

static void
make_hook(bench *b)
{
    char path[300];
    const char *add[] = { "hook", "add",     "--platform",   "zoom", "--secret-file",
                          path,   "--event", b->hooks.event, NULL };
    const char *key[] = { "key", "add", "--role", "platform", "--label", "bench", NULL };
    char text[128];
    FILE *file;

    (void) snprintf(path, sizeof path, "%s/secret", b->scene.folder);
    file = fopen(path, "we");
    if (file == NULL || fputs(secret, file) < 0 || fclose(file) != 0)
        scene_fail(path, "cannot be written");
    sijill_member(b, add, "path", b->path, sizeof b->path);
    sijill_member(b, key, "key", text, sizeof text);
    (void) snprintf(b->key, sizeof b->key, "Authorization: Bearer %s\r\n", text);
}

static void
start_gateway(bench *b)
{
    static const char *const extra[] = { "--listen", "127.0.0.1:0", NULL };
    uint64_t until_us = bench_now_us() + PATIENCE_S * UINT64_C(1000000);
    char path[600], text[16] = "";

    (void) snprintf(path, sizeof path, "%s/gateway", b->scene.folder);
    (void) mkdir(path, 0700);
    if (!bench_start(&b->gateway, "gateway", b->scene.folder, extra))
        scene_fail("gateway", "does not start");
    (void) snprintf(path, sizeof path, "%s/http.port", b->gateway.home);
    while (b->api.port == 0) {
        FILE *file = fopen(path, "re");

        if (file != NULL && fgets(text, sizeof text, file) != NULL && strchr(text, '\n') != NULL)
            b->api.port = b->hooks.port = (unsigned) strtoul(text, NULL, 10);
        if (file != NULL)
            (void) fclose(file);
        if (bench_now_us() > until_us)
            scene_fail("gateway", "tells no port");
        (void) usleep(LOOK_US);
    }
}

static void
write_hooks(bench *b, size_t count)
{
    write_webhooks(&b->requests, &(webhook_sender){ b->path, secret }, count, &b->people);
}

static void
write_api(bench *b, size_t count)
{
    write_registrations(&b->requests, &(registrar){ b->api.event, b->key }, count, &b->people);
}

static void
open_bench(bench *b, const char *base)
{
    char path[300];

    b->bare_hooks = (side){ .name = "  libmicrohttpd alone", .status = 200 };
    b->hooks = (side){ .name = "Zoom's webhooks", .event = "bench-hooks", .status = 200 };
    b->bare_api = (side){ .name = "  libmicrohttpd alone", .status = 200 };
    b->api = (side){ .name = "POST .../registrations", .event = "bench-api", .status = 201 };
    b->hooks.limit = &b->bare_hooks;
    b->hooks.write = write_hooks;
    b->api.limit = &b->bare_api;
    b->api.write = write_api;
    scene_open(&b->scene, base);
    start_gateway(b);
    make_events(b);
    make_hook(b);
    b->bare = http_bare_start(&b->bare_api.port);
    b->bare_hooks.port = b->bare_api.port;
    figures_open(&b->commits, ROUNDS * COMMITS);
    figures_open(&b->bare_hooks.times, ROUNDS * b->count);
    figures_open(&b->hooks.times, ROUNDS * b->count);
    figures_open(&b->bare_api.times, ROUNDS * b->count);
    figures_open(&b->api.times, ROUNDS * b->count);
    http_requests_open(&b->requests, b->count, GATEWAY_REQUEST_MAX);
    (void) snprintf(path, sizeof path, "%s/commit", b->scene.folder);
    if (mkdir(path, 0700) != 0 || mdb_env_create(&b->env) != 0 ||
        mdb_env_open(b->env, path, 0, 0600) != 0)
        scene_fail(path, "LMDB does not open it");
}

/* ---- measuring ------------------------------------------------------------------------------- */

static void
read_cpu(const bench *b, const side *s, uint64_t cpu_us[3])
{
    cpu_us[0] = bench_cpu_us(s->event == NULL ? b->bare : b->gateway.pid);
    cpu_us[1] = s->event == NULL ? 0 : bench_cpu_us(b->scene.registration.pid);
    cpu_us[2] = s->event == NULL ? 0 : bench_cpu_us(b->scene.attendance.pid);
}

/* How many are registered at its event. */
static uint64_t
confirmed(const bench *b, const side *s)
{
    Sijill__V1__GetEvent get;
    Sijill__V1__EventView *view;
    sijill_reply reply;
    uint64_t count;

    sijill__v1__get_event__init(&get);
    get.slug = (char *) (uintptr_t) s->event;
    scene_call(b->scene.to_registration, GET_EVENT, &get.base, (sijill_pos){ 0 }, &reply);
    view = sijill_unpack(&reply, &sijill__v1__event_view__descriptor);
    count = view == NULL ? 0 : view->confirmed;
    sijill_free(view);
    return count;
}

/* Milliseconds until all that was accepted is done. */
static double
wait_for_backlog(const bench *b, const side *s)
{
    uint64_t begun_us = bench_now_us();

    while (confirmed(b, s) < s->count) {
        if (bench_now_us() - begun_us > PATIENCE_S * UINT64_C(1000000))
            scene_fail(s->name, "what was accepted is not done");
        (void) usleep(LOOK_US);
    }
    return (double) (bench_now_us() - begun_us) / 1000;
}

/* Milliseconds until attendance has followed. */
static double
wait_for_followers(const bench *b, const side *s)
{
    uint64_t begun_us = bench_now_us();
    Sijill__V1__ListUnmatched list;

    sijill__v1__list_unmatched__init(&list);
    list.has_event_id = true;
    list.event_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) s->event_id };
    scene_await(b->scene.to_attendance, LIST_UNMATCHED, &list.base,
                sijill_position(b->scene.to_registration));
    return (double) (bench_now_us() - begun_us) / 1000;
}

static trial
try_side(bench *b, side *s)
{
    http_load load = { .port = s->port,
                       .connections = CONNECTIONS,
                       .requests = &b->requests,
                       .status = s->status,
                       .times = &s->times };
    bench_ticks machine = bench_machine();
    uint64_t before[3], after[3], us;
    trial t = { 0 };

    read_cpu(b, s, before);
    us = http_load_run(&load);
    t.disturbed = bench_disturbed(machine, bench_machine());
    t.rate = (double) b->requests.count * 1e6 / (double) us;
    s->count += b->requests.count;
    if (s->event != NULL) {
        t.done_ms = wait_for_backlog(b, s);
        t.followed_ms = t.done_ms + wait_for_followers(b, s);
        (void) usleep(CHECKPOINT_US);
    }
    read_cpu(b, s, after);
    for (size_t i = 0; i < 3; i++)
        t.cpu_us[i] = after[i] - before[i];
    return t;
}

static bool
is_late(const bench *b)
{
    return bench_now_us() >= b->until_us;
}

/* The limit, in a moment in which the machine is ours, if there is one soon. */
static trial
try_limit(bench *b, side *s)
{
    size_t times = s->times.count;
    trial t = try_side(b, s);

    for (size_t i = 0; t.disturbed && !is_late(b) && i < LOOKS; i++) {
        s->times.count = times;
        (void) usleep(MOMENT_US);
        t = try_side(b, s);
    }
    return t;
}

static void
leave_out(side *s, double ratio)
{
    if (s->left_out == 0 || ratio < s->lowest)
        s->lowest = ratio;
    if (s->left_out == 0 || ratio > s->highest)
        s->highest = ratio;
    s->left_out++;
}

static void
keep(side *s, const trial *t)
{
    s->rate[s->rounds] = t->rate;
    s->done_ms[s->rounds] = t->done_ms;
    s->followed_ms[s->rounds] = t->followed_ms;
    for (size_t i = 0; i < 3; i++)
        s->cpu_us[i] += t->cpu_us[i];
    s->disturbed += t->disturbed;
    s->rounds++;
}

static void
measure(bench *b, side *s)
{
    size_t times = s->times.count, limit_times = s->limit->times.count;
    trial limit, ours;

    s->write(b, b->count);
    limit = try_limit(b, s->limit);
    ours = try_side(b, s);
    ours.disturbed = ours.disturbed || limit.disturbed;
    if (ours.disturbed && (s->rounds >= ROUNDS_MIN || !is_late(b))) {
        s->times.count = times;
        s->limit->times.count = limit_times;
        leave_out(s, ours.rate / limit.rate);
        return;
    }
    s->ratio[s->rounds] = ours.rate / limit.rate;
    keep(s->limit, &limit);
    keep(s, &ours);
}

/* What a commit costs that changes one row. */
static void
measure_commits(bench *b)
{
    unsigned char octets[512] = { 0 };

    for (unsigned i = 0; i < COMMITS; i++) {
        MDB_val key = { sizeof i, &i }, value = { sizeof octets, octets };
        uint64_t begun_us = bench_now_us();
        MDB_txn *txn = NULL;
        MDB_dbi table;

        randombytes_buf(octets, sizeof octets);
        if (mdb_txn_begin(b->env, NULL, 0, &txn) != 0 || mdb_dbi_open(txn, NULL, 0, &table) != 0 ||
            mdb_put(txn, table, &key, &value, 0) != 0 || mdb_txn_commit(txn) != 0)
            scene_fail("commit", "LMDB refused it");
        figures_add(&b->commits, bench_now_us() - begun_us);
    }
}

/* Addresses, keys and pages are known then. */
static void
warm_up(bench *b)
{
    side *const sides[] = { &b->hooks, &b->api };
    size_t count = b->count < CONNECTIONS ? b->count : CONNECTIONS;

    for (size_t i = 0; i < 2; i++) {
        side *s = sides[i];

        s->write(b, 1); /* only then it knows the hook */
        (void) try_side(b, s);
        s->write(b, count);
        (void) try_side(b, s->limit);
        (void) try_side(b, s);
        s->times.count = s->limit->times.count = 0;
    }
}

static bool
wants(const bench *b, const side *s)
{
    return s->rounds < (is_late(b) ? ROUNDS_MIN : ROUNDS);
}

static void
measure_rounds(bench *b)
{
    while (wants(b, &b->hooks) || wants(b, &b->api)) {
        if (b->commits.count < b->commits.room)
            measure_commits(b);
        if (wants(b, &b->hooks))
            measure(b, &b->hooks);
        if (wants(b, &b->api))
            measure(b, &b->api);
    }
}

/* ---- what is said ---------------------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

static double
median(double *of, size_t count)
{
    qsort(of, count, sizeof *of, compare);
    return (of[(count - 1) / 2] + of[count / 2]) / 2;
}

static void
say_rate(const bench *b, side *s)
{
    double all = (double) s->rounds * (double) b->count;

    (void) printf(
        "%-24s %7.0f requests/s   p50 %6.2f ms   p99 %6.2f ms   processor time of one: %s "
        "%.1f us",
        s->name, median(s->rate, s->rounds), figures_at(&s->times, 500) / 1e3,
        figures_at(&s->times, 990) / 1e3, s->event == NULL ? "itself" : "gateway",
        (double) s->cpu_us[0] / all);
    if (s->event != NULL)
        (void) printf(", registration %.1f, attendance %.1f", (double) s->cpu_us[1] / all,
                      (double) s->cpu_us[2] / all);
    (void) printf("\n");
}

static void
say_rest(side *s)
{
    (void) printf("%-24s after the last answer registered in %.0f ms, known to attendance in %.0f "
                  "ms (medians of rounds)\n",
                  s->name, median(s->done_ms, s->rounds), median(s->followed_ms, s->rounds));
}

static bool
say_ratio(side *s, double aim)
{
    double middle = median(s->ratio, s->rounds);

    (void) printf("%-24s / libmicrohttpd alone: %.2f [%.2f .. %.2f] (aim %.2f), %zu rounds",
                  s->name, middle, s->ratio[0], s->ratio[s->rounds - 1], aim, s->rounds);
    if (s->disturbed > 0)
        (void) printf(", in %zu of them others had this machine", s->disturbed);
    if (s->left_out > 0)
        (void) printf("; left out, because others had it: %zu [%.2f .. %.2f]", s->left_out,
                      s->lowest, s->highest);
    (void) printf("\n");
    return middle * FAILS_BELOW >= aim;
}

static bool
say_exactness(const bench *b, const side *s)
{
    uint64_t there = confirmed(b, s);

    (void) printf("%-24s %" PRIu64 " accepted, %" PRIu64 " registered\n", s->name, s->count, there);
    return there == s->count;
}

static bool
say_all(bench *b)
{
    double load = 0;
    bool good;

    (void) getloadavg(&load, 1);
    (void) printf("rounds of %zu requests, %d connections, load %.1f\n", b->count, CONNECTIONS,
                  load);
    say_rate(b, &b->hooks);
    say_rate(b, &b->bare_hooks);
    say_rate(b, &b->api);
    say_rate(b, &b->bare_api);
    (void) printf("%-24s p50 %6.2f ms   p99 %6.2f ms\n", "one durable commit",
                  figures_at(&b->commits, 500) / 1e3, figures_at(&b->commits, 990) / 1e3);
    say_rest(&b->hooks);
    say_rest(&b->api);
    good = say_ratio(&b->hooks, aim_hooks);
    good = say_ratio(&b->api, aim_api) && good;
    good = say_exactness(b, &b->hooks) && good;
    return say_exactness(b, &b->api) && good;
}

static bool
close_bench(bench *b)
{
    bool good = bench_stop(&b->gateway);

    (void) kill(b->bare, SIGTERM);
    (void) waitpid(b->bare, NULL, 0);
    mdb_env_close(b->env);
    http_requests_close(&b->requests);
    figures_close(&b->commits);
    figures_close(&b->bare_hooks.times);
    figures_close(&b->hooks.times);
    figures_close(&b->bare_api.times);
    figures_close(&b->api.times);
    return scene_close(&b->scene) && good;
}

int
main(int argc, char **argv)
{
    static bench b = { .count = 10000 };
    const char *folder = "/var/tmp";
    uint64_t seconds = 180;
    bool good;

    for (int i = 1; i + 1 < argc; i += 2)
        if (strcmp(argv[i], "--folder") == 0)
            folder = argv[i + 1];
        else if (strcmp(argv[i], "--count") == 0)
            b.count = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seconds") == 0)
            seconds = strtoull(argv[i + 1], NULL, 10);
    if (sodium_init() < 0 || b.count == 0)
        scene_fail("bench", "wrong usage: --count N of at least 1");
    open_bench(&b, folder);
    warm_up(&b);
    b.until_us = bench_now_us() + seconds * 1000000;
    measure_rounds(&b);
    good = say_all(&b);
    good = close_bench(&b) && good;
    return good ? 0 : 1;
}
