/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registrations: how fast the real service registers people, and how far that is from what the disk
 * and LMDB allow.
 *
 *   registrations [--folder DIR] [--stored N] [--count N]
 *
 * It fills a store with N registrations (1,000,000), then registers COUNT more (100,000) over ipc
 * and tcp with 1, 64 and 1024 requests outstanding: everybody at one event (the rush), then spread
 * over 20.  In the same run, on the same disk, the bare loop writes the same rows
 * (tests/bench/bare.h).  All is printed; the exit code is 0 unless something failed.
 */
#include "clients/c/sijill.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/bench/bare.h"
#include "tests/bench/figures.h"
#include "tests/bench/process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum {
    DEFINE_ORGANISATION = 100,
    DEFINE_EVENT = 102,
    REGISTER = 110,
    GET_STATUS = 950,
    PER_EVENT = 5000, /* of those that are stored before */
    SPREAD = 20,
    LIMIT_BATCH = 512,
    ROUNDS = 7,
    SINGLES = 2100, /* with one outstanding */
    ECHOES = 1000,
};

static const char tcp_address[] = "127.0.0.1:17311";

typedef struct bench {
    char folder[256];
    char key[300], service_key[300], peers[300];
    bench_process service;
    sijill *client;
    uint64_t people; /* registered so far, each another person */
    uint64_t stored, count;
    uint64_t failed;
} bench;

/* Keys of the service and of this program, and the list in which they know each other. */
static void
make_keys(bench *b)
{
    char peers[320], own[SIJILL_CURVE_SIZE], its[SIJILL_CURVE_SIZE];
    FILE *file;

    (void) snprintf(b->key, sizeof b->key, "%s/bench.key", b->folder);
    (void) snprintf(b->service_key, sizeof b->service_key, "%s/service.key", b->folder);
    (void) snprintf(b->peers, sizeof b->peers, "%s/peers", b->folder);
    (void) snprintf(peers, sizeof peers, "%s", b->peers);
    if (sijill_curve_create(b->key, own) != NULL ||
        sijill_curve_create(b->service_key, its) != NULL || (file = fopen(peers, "we")) == NULL)
        exit(1);
    (void) fprintf(file, "%s operator bench\n%s server registration %s\n", own, its, tcp_address);
    (void) fclose(file);
}

/* Over tcp when `far`. */
static void
connect_by(bench *b, bool far)
{
    char near[600], words[SIJILL_CURVE_WORDS];
    sijill_options options = { .endpoint = near, .org = 1, .deadline_ms = 60000 };
    sijill_where where;

    (void) snprintf(near, sizeof near, "ipc://%s/registration.sock", b->service.run);
    if (far) {
        if (!sijill_where_find(b->peers, "registration", false, &where, words))
            exit(1);
        options.endpoint = where.endpoint;
        options.curve_server = where.server;
        options.curve_key_file = b->key;
    }
    if (b->client != NULL)
        sijill_close(&b->client);
    sijill_actor("bench", options.actor);
    b->client = sijill_open(&options);
}

static void
call(bench *b, uint32_t type, const ProtobufCMessage *body, sijill_reply *reply)
{
    sijill_request request = { .type = type, .body = body };

    if (!sijill_call(b->client, &request, reply)) {
        (void) fprintf(stderr, "type %u: %s: %s\n", type, sijill_code_name(reply->code),
                       reply->detail);
        exit(1);
    }
}

static void
define_event(bench *b, unsigned number, uint8_t id[SIJILL_ID_SIZE])
{
    Sijill__V1__DefineEvent define;
    Sijill__V1__Event event;
    Sijill__V1__EventRules rules;
    Sijill__V1__Text title, *titles = &title;
    Sijill__V1__Defined *defined;
    sijill_reply reply;
    char slug[32];

    (void) snprintf(slug, sizeof slug, "bench-%06u", number);
    sijill__v1__text__init(&title);
    title.lang = (char *) (uintptr_t) "en";
    title.text = (char *) (uintptr_t) "Official statistics for everybody at once";
    sijill__v1__event_rules__init(&rules);
    rules.has_capacity = rules.has_waiting_list = 1;
    rules.capacity = 5000000;
    rules.waiting_list = 1;
    sijill__v1__event__init(&event);
    event.slug = slug;
    event.kind = (char *) (uintptr_t) "webinar";
    event.n_title = 1;
    event.title = &titles;
    event.rules = &rules;
    sijill__v1__define_event__init(&define);
    define.event = &event;
    call(b, DEFINE_EVENT, &define.base, &reply);
    defined = sijill_unpack(&reply, &sijill__v1__defined__descriptor);
    memcpy(id, defined->id.data, SIJILL_ID_SIZE);
    sijill_free(defined);
}

static void
submit(bench *b, const uint8_t event_id[SIJILL_ID_SIZE], uint64_t *started)
{
    Sijill__V1__Register message;
    Sijill__V1__Person person;
    sijill_request request = { .type = REGISTER, .body = &message.base, .context = started };
    char email[64], name[64];
    uint64_t n = ++b->people;

    (void) snprintf(email, sizeof email, "person.%" PRIu64 "@statistics-%" PRIu64 ".example", n,
                    n % 57);
    (void) snprintf(name, sizeof name, "Aigerim Nurlanovna %" PRIu64, n);
    sijill__v1__person__init(&person);
    person.name = name;
    person.email = email;
    person.country = (char *) (uintptr_t) "KZ";
    person.institution = (char *) (uintptr_t) "Bureau of National Statistics";
    person.language = (char *) (uintptr_t) "kk";
    sijill__v1__register__init(&message);
    message.has_event_id = message.has_mode = 1;
    message.event_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, (uint8_t *) (uintptr_t) event_id };
    message.person = &person;
    message.mode = SIJILL__V1__MODE__ONLINE;
    *started = bench_now_us();
    if (!sijill_submit(b->client, &request)) {
        (void) fprintf(stderr, "submit failed with %zu outstanding\n",
                       sijill_outstanding(b->client));
        exit(1);
    }
}

/* Register `count` people with `outstanding` requests under way; event i of `spread` in turn. */
static uint64_t
load(bench *b, uint8_t (*events)[SIJILL_ID_SIZE], size_t spread, size_t outstanding, uint64_t count,
     figures *times)
{
    static uint64_t started[SIJILL_OUTSTANDING_MAX];
    uint64_t begun = bench_now_us();
    uint64_t sent = 0, done = 0;
    sijill_reply reply;

    while (sent < outstanding && sent < count) {
        submit(b, events[sent % spread], &started[sent]);
        sent++;
    }
    while (done < count && sijill_wait(b->client, &reply, -1)) {
        uint64_t *start = reply.context;

        if (times != NULL)
            figures_add(times, bench_now_us() - *start);
        b->failed += reply.code != SIJILL__V1__CODE__OK;
        done++;
        if (sent < count) {
            submit(b, events[sent % spread], start);
            sent++;
        }
    }
    return bench_now_us() - begun;
}

static Sijill__V1__ServiceStatus *
get_status(bench *b)
{
    sijill_options options = { .org = 1 };
    char endpoint[600];
    sijill_reply reply;
    sijill *ctl;
    Sijill__V1__ServiceStatus *status;
    Sijill__V1__GetStatus message;
    sijill_request request = { .type = GET_STATUS, .body = &message.base };

    sijill__v1__get_status__init(&message);
    (void) snprintf(endpoint, sizeof endpoint, "ipc://%s/registration.ctl.sock", b->service.run);
    options.endpoint = endpoint;
    ctl = sijill_open(&options);
    if (!sijill_call(ctl, &request, &reply))
        exit(1);
    status = sijill_unpack(&reply, &sijill__v1__service_status__descriptor);
    sijill_close(&ctl);
    return status;
}

static void
start(bench *b)
{
    const char *const tcp[] = { "--tcp",   tcp_address, "--curve-key", b->service_key,
                                "--peers", b->peers,    NULL };

    make_keys(b);
    if (!bench_start(&b->service, "registration", b->folder, tcp))
        exit(1);
    connect_by(b, false);
}

static void
stop(bench *b)
{
    sijill_close(&b->client);
    if (!bench_stop(&b->service)) {
        (void) fprintf(stderr, "the service did not stop cleanly\n");
        exit(1);
    }
}

static void
define_organisation(bench *b)
{
    Sijill__V1__DefineOrganisation define;
    Sijill__V1__Text name, *names = &name;
    sijill_reply reply;

    sijill__v1__text__init(&name);
    name.lang = (char *) (uintptr_t) "en";
    name.text = (char *) (uintptr_t) "Training Centre";
    sijill__v1__define_organisation__init(&define);
    define.n_name = 1;
    define.name = &names;
    call(b, DEFINE_ORGANISATION, &define.base, &reply);
}

static void
fill(bench *b)
{
    uint64_t begun = bench_now_us();
    uint8_t event[1][SIJILL_ID_SIZE];

    define_organisation(b);
    for (uint64_t n = 0; n < b->stored; n += PER_EVENT) {
        define_event(b, (unsigned) (n / PER_EVENT), event[0]);
        (void) load(b, event, 1, SIJILL_OUTSTANDING_MAX,
                    b->stored - n < PER_EVENT ? b->stored - n : PER_EVENT, NULL);
    }
    (void) printf("stored before: %" PRIu64 " registrations in %.1f s\n", b->people,
                  (double) (bench_now_us() - begun) / 1e6);
}

/* What one kind of load gave, over its rounds. */
typedef struct tally {
    figures times;
    uint64_t us, count;
} tally;

static void
tally_open(tally *t, uint64_t room)
{
    figures_open(&t->times, room);
    t->us = t->count = 0;
}

static double
rate_of(const tally *t)
{
    return t->us == 0 ? 0 : (double) t->count * 1e6 / (double) t->us;
}

static void
tally_print(tally *t, const char *name, const char *how)
{
    (void) printf("%-22s %-30s %9.0f registrations/s   p50 %6" PRIu32 " us   p99 %6" PRIu32 " us\n",
                  name, how, rate_of(t), figures_at(&t->times, 500), figures_at(&t->times, 990));
    (void) fflush(stdout);
    figures_close(&t->times);
}

/* One round; its rate. */
static double
measure(bench *b, tally *t, uint8_t (*events)[SIJILL_ID_SIZE], size_t spread, size_t outstanding,
        uint64_t count)
{
    uint64_t us = load(b, events, spread, outstanding, count, &t->times);

    t->us += us;
    t->count += count;
    return (double) count * 1e6 / (double) us;
}

static void
measure_alone(bench *b, const char *name, const char *how, uint8_t (*events)[SIJILL_ID_SIZE],
              size_t spread, size_t outstanding, uint64_t count)
{
    tally t;

    tally_open(&t, count);
    (void) measure(b, &t, events, spread, outstanding, count);
    tally_print(&t, name, how);
}

/* One round trip through ZeroMQ and nothing else: ROUTER and DEALER in two processes. */
static uint32_t
measure_echo(const char *endpoint)
{
    void *context;
    void *socket;
    char message[250] = { 0 };
    figures times;
    uint32_t p50;
    pid_t pid = fork();

    context = zmq_ctx_new();
    if (pid == 0) {
        socket = zmq_socket(context, ZMQ_ROUTER);
        if (zmq_bind(socket, endpoint) != 0)
            _exit(1);
        for (int i = 0; i < ECHOES; i++) {
            char id[16];
            int id_size = zmq_recv(socket, id, sizeof id, 0);
            int size = zmq_recv(socket, message, sizeof message, 0);

            (void) zmq_send(socket, id, (size_t) id_size, ZMQ_SNDMORE);
            (void) zmq_send(socket, message, (size_t) size, 0);
        }
        (void) zmq_close(socket);
        (void) zmq_ctx_term(context);
        _exit(0);
    }
    socket = zmq_socket(context, ZMQ_DEALER);
    (void) zmq_connect(socket, endpoint);
    figures_open(&times, ECHOES);
    for (int i = 0; i < ECHOES; i++) {
        uint64_t begun = bench_now_us();

        (void) zmq_send(socket, message, sizeof message, 0);
        (void) zmq_recv(socket, message, sizeof message, 0);
        figures_add(&times, bench_now_us() - begun);
    }
    p50 = figures_at(&times, 500);
    figures_close(&times);
    (void) zmq_close(socket);
    (void) zmq_ctx_term(context);
    return p50;
}

static uint64_t
sequence(bench *b)
{
    Sijill__V1__ServiceStatus *status = get_status(b);
    uint64_t seq = status->head->seq;

    sijill_free(status);
    return seq;
}

static void
say_memory(bench *b)
{
    Sijill__V1__ServiceStatus *status = get_status(b);

    (void) printf("memory besides the mapped file: %.1f MiB with %" PRIu64
                  " registrations, %.1f commands a commit so far\n",
                  (double) status->resident_bytes / (1 << 20), b->people,
                  (double) status->commands / (double) status->commits);
    sijill_free(status);
}

/* The twin: a copy of the service's store that the bare loop keeps in step with it. */
typedef struct twin {
    char service[700]; /* folders of LMDB */
    char copy[700];
    uint64_t seq; /* it holds all up to here */
} twin;

static void
twin_open(bench *b, twin *t)
{
    (void) snprintf(t->service, sizeof t->service, "%s/store", b->service.home);
    (void) snprintf(t->copy, sizeof t->copy, "%s/bare", b->folder);
    (void) mkdir(t->copy, 0700);
    t->seq = sequence(b);
    bare_await(t->service, t->seq);
    if (!bare_copy(t->service, t->copy))
        exit(1);
}

/* Write what the service wrote since, `batch` registrations a commit; the rate. */
static double
twin_follow(bench *b, twin *t, size_t batch, tally *sum)
{
    uint64_t us, seq = sequence(b);
    bare_rows rows;
    size_t done;

    bare_await(t->service, seq);
    if (!bare_read(&rows, t->service, t->seq))
        exit(1);
    done = bare_write(&rows, t->copy, batch, &us, &sum->times);
    sum->us += us;
    sum->count += done;
    bare_free(&rows);
    t->seq = seq;
    return (double) done * 1e6 / (double) us;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return x < y ? -1 : x > y;
}

static void
say_ratio(const char *name, const char *what, double *ratios, double aim)
{
    qsort(ratios, ROUNDS, sizeof *ratios, compare);
    (void) printf("%-22s %s: %.2f [%.2f .. %.2f] (aim %.2f)\n", name, what, ratios[ROUNDS / 2],
                  ratios[0], ratios[ROUNDS - 1], aim);
    (void) fflush(stdout);
}

static void
run_many(bench *b, const char *name, twin *t, uint8_t (*events)[SIJILL_ID_SIZE], size_t spread)
{
    double ratios[ROUNDS];
    tally service, bare;

    tally_open(&service, b->count);
    tally_open(&bare, b->count);
    for (int i = 0; i < ROUNDS; i++) {
        double rate =
            measure(b, &service, events, spread, SIJILL_OUTSTANDING_MAX, b->count / ROUNDS);

        ratios[i] = rate / twin_follow(b, t, LIMIT_BATCH, &bare);
    }
    tally_print(&service, name, "ipc, 1024 outstanding");
    (void) printf("%-22s %-30s %9.0f registrations/s   a commit: p50 %6" PRIu32 " us\n", name,
                  "bare loop, 512 a commit", rate_of(&bare), figures_at(&bare.times, 500));
    say_ratio(name, "rate at 1024 outstanding / bare loop", ratios, 0.5);
    figures_close(&bare.times);
}

static void
run_singles(bench *b, const char *name, twin *t, uint8_t (*events)[SIJILL_ID_SIZE], size_t spread)
{
    double ratios[ROUNDS];
    tally all;
    char echo[600];

    (void) snprintf(echo, sizeof echo, "ipc://%s/echo.sock", b->folder);
    tally_open(&all, SINGLES);
    for (int i = 0; i < ROUNDS; i++) {
        tally service, bare;
        uint32_t p50, round_trip = measure_echo(echo);

        tally_open(&service, SINGLES);
        tally_open(&bare, SINGLES);
        (void) measure(b, &service, events, spread, 1, SINGLES / ROUNDS);
        (void) twin_follow(b, t, 1, &bare);
        p50 = figures_at(&service.times, 500);
        ratios[i] = (double) p50 / (double) (figures_at(&bare.times, 500) + round_trip);
        for (size_t n = 0; n < service.times.count; n++)
            figures_add(&all.times, service.times.us[n]);
        all.us += service.us;
        all.count += service.count;
        figures_close(&service.times);
        figures_close(&bare.times);
    }
    tally_print(&all, name, "ipc, 1 outstanding");
    say_ratio(name, "p50 at 1 outstanding / (a commit of its rows + a round trip)", ratios, 1.5);
}

static void
run(bench *b, const char *name, size_t spread, unsigned first_event)
{
    uint8_t events[SPREAD][SIJILL_ID_SIZE];
    twin t;

    for (size_t i = 0; i < spread; i++)
        define_event(b, first_event + (unsigned) i, events[i]);
    twin_open(b, &t);
    run_many(b, name, &t, events, spread);
    run_singles(b, name, &t, events, spread);
    bench_remove(t.copy);
    measure_alone(b, name, "ipc, 64 outstanding", events, spread, 64, b->count / 4);
    connect_by(b, true);
    measure_alone(b, name, "tcp and CURVE, 1024 outstanding", events, spread,
                  SIJILL_OUTSTANDING_MAX, b->count);
    measure_alone(b, name, "tcp and CURVE, 64 outstanding", events, spread, 64, b->count / 4);
    measure_alone(b, name, "tcp and CURVE, 1 outstanding", events, spread, 1, SINGLES);
    connect_by(b, false);
    say_memory(b);
    (void) printf("\n");
}

static void
read_arguments(bench *b, int argc, char **argv)
{
    b->stored = 1000000;
    b->count = 100000;
    (void) snprintf(b->folder, sizeof b->folder, "/var/tmp/sijill-bench-XXXXXX");
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--folder") == 0)
            (void) snprintf(b->folder, sizeof b->folder, "%s/sijill-bench-XXXXXX", argv[i + 1]);
        else if (strcmp(argv[i], "--stored") == 0)
            b->stored = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--count") == 0)
            b->count = strtoull(argv[i + 1], NULL, 10);
    }
    if (mkdtemp(b->folder) == NULL) {
        perror(b->folder);
        exit(2);
    }
}

int
main(int argc, char **argv)
{
    static bench b;

    read_arguments(&b, argc, argv);
    start(&b);
    fill(&b);
    run(&b, "rush", 1, 900000);
    run(&b, "spread over 20 events", SPREAD, 910000);
    stop(&b);
    bench_remove(b.folder);
    if (b.failed > 0)
        (void) printf("%" PRIu64 " registrations failed\n", b.failed);
    return b.failed == 0 ? 0 : 1;
}
