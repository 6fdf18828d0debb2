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
    SINGLES = 3000, /* with one outstanding */
    ECHOES = 5000,
};

typedef struct bench {
    char folder[256];
    bench_process service;
    sijill *client;
    uint64_t people; /* registered so far, each another person */
    uint64_t stored, count;
    uint64_t failed;
} bench;

static void
connect_to(bench *b, const char *endpoint)
{
    sijill_options options = { .endpoint = endpoint, .org = 1, .deadline_ms = 60000 };

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
    static const char *const tcp[] = { "--tcp", "tcp://127.0.0.1:17311", NULL };
    char endpoint[600];

    if (!bench_start(&b->service, "registration", b->folder, tcp))
        exit(1);
    (void) snprintf(endpoint, sizeof endpoint, "ipc://%s/registration.sock", b->service.run);
    connect_to(b, endpoint);
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

static void
say_batches(bench *b, const Sijill__V1__ServiceStatus *before)
{
    Sijill__V1__ServiceStatus *after = get_status(b);
    sijill_counts counts;
    uint64_t commits = after->commits - before->commits;

    (void) printf("    %.0f commands a commit, %" PRIu64 " told to come back\n",
                  (double) (after->commands - before->commands) /
                      (double) (commits == 0 ? 1 : commits),
                  after->busy - before->busy);
    sijill_free(after);
    sijill_count(b->client, &counts);
    (void) printf("    window %" PRIu32 ", %" PRIu64 " time-outs\n", counts.window, counts.time_outs);
}

static double
measure(bench *b, const char *what, uint8_t (*events)[SIJILL_ID_SIZE], size_t spread,
        size_t outstanding, uint64_t count, uint32_t *p50)
{
    Sijill__V1__ServiceStatus *before = get_status(b);
    figures times;
    uint64_t us;
    double rate;

    figures_open(&times, count);
    us = load(b, events, spread, outstanding, count, &times);
    rate = (double) count * 1e6 / (double) us;
    *p50 = figures_at(&times, 500);
    (void) printf("%-24s %5zu outstanding: %9.0f registrations/s   p50 %6" PRIu32
                  " us   p99 %6" PRIu32 " us\n",
                  what, outstanding, rate, *p50, figures_at(&times, 990));
    say_batches(b, before);
    (void) fflush(stdout);
    sijill_free(before);
    figures_close(&times);
    return rate;
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

typedef struct limit {
    double rate;     /* batches of LIMIT_BATCH */
    uint32_t single; /* p50 of a commit of one registration's rows, us */
} limit;

/* The store as it was before the measured registrations, and the rows that they wrote. */
static limit
measure_limit(const bench *b, const char *what, const char *before, uint64_t seq)
{
    char path[700], copy[700], file[800];
    bare_rows rows;
    limit found = { 0 };
    figures commits;
    uint64_t us;
    size_t done;

    (void) snprintf(path, sizeof path, "%s/store", b->service.home);
    (void) snprintf(copy, sizeof copy, "%s/bare", b->folder);
    (void) snprintf(file, sizeof file, "%s/data.mdb", copy);
    if (!bare_read(&rows, path, seq))
        exit(1);
    (void) mkdir(copy, 0700);
    if (!bench_copy(before, file))
        exit(1);
    figures_open(&commits, rows.count);
    done = bare_write(&rows, copy, LIMIT_BATCH, SIZE_MAX, &us, &commits);
    found.rate = (double) done * 1e6 / (double) us;
    (void) printf("%-24s batches of %d: %9.0f registrations/s   commit p50 %6" PRIu32
                  " us   (%.1f rows each)\n",
                  what, LIMIT_BATCH, found.rate, figures_at(&commits, 500),
                  (double) rows.count / (double) done + 1);
    figures_close(&commits);
    if (!bench_copy(before, file))
        exit(1);
    figures_open(&commits, rows.count);
    (void) bare_write(&rows, copy, 1, SINGLES, &us, &commits);
    found.single = figures_at(&commits, 500);
    (void) printf("%-24s one a commit: p50 %6" PRIu32 " us\n", what, found.single);
    (void) fflush(stdout);
    figures_close(&commits);
    bare_free(&rows);
    bench_remove(copy);
    return found;
}

/* The service's store, stopped and copied, and the sequence it stands at. */
static uint64_t
snapshot(bench *b, char before[700])
{
    Sijill__V1__ServiceStatus *status = get_status(b);
    uint64_t seq = status->head->seq;
    char file[700];

    (void) printf("memory besides the mapped file: %.1f MiB with %" PRIu64 " registrations\n",
                  (double) status->resident_bytes / (1 << 20), b->people);
    sijill_free(status);
    stop(b);
    (void) snprintf(file, sizeof file, "%s/store/data.mdb", b->service.home);
    (void) snprintf(before, 700, "%s/before.mdb", b->folder);
    if (!bench_copy(file, before))
        exit(1);
    start(b);
    return seq;
}

static void
run(bench *b, const char *name, size_t spread, unsigned first_event)
{
    uint8_t events[SPREAD][SIJILL_ID_SIZE];
    char before[700], what[64], ipc[600], echo[600];
    uint32_t p50_one = 0, p50 = 0;
    double many;
    limit bare;
    uint64_t seq;

    for (size_t i = 0; i < spread; i++)
        define_event(b, first_event + (unsigned) i, events[i]);
    seq = snapshot(b, before);
    (void) snprintf(what, sizeof what, "%s, ipc", name);
    many = measure(b, what, events, spread, SIJILL_OUTSTANDING_MAX, b->count, &p50);
    stop(b);
    (void) snprintf(what, sizeof what, "%s, bare loop", name);
    bare = measure_limit(b, what, before, seq);
    start(b);
    (void) snprintf(what, sizeof what, "%s, ipc", name);
    (void) measure(b, what, events, spread, 64, b->count / 4, &p50);
    (void) measure(b, what, events, spread, 1, SINGLES, &p50_one);
    (void) snprintf(ipc, sizeof ipc, "ipc://%s/registration.sock", b->service.run);
    connect_to(b, "tcp://127.0.0.1:17311");
    (void) snprintf(what, sizeof what, "%s, tcp", name);
    (void) measure(b, what, events, spread, SIJILL_OUTSTANDING_MAX, b->count, &p50);
    (void) measure(b, what, events, spread, 64, b->count / 4, &p50);
    (void) measure(b, what, events, spread, 1, SINGLES, &p50);
    connect_to(b, ipc);
    (void) snprintf(echo, sizeof echo, "ipc://%s/echo.sock", b->folder);
    p50 = measure_echo(echo);
    (void) printf("%s: rate at %d outstanding / bare loop = %.2f (aim 0.50)\n", name,
                  SIJILL_OUTSTANDING_MAX, many / bare.rate);
    (void) printf("%s: p50 at 1 outstanding / (one durable commit %" PRIu32
                  " us + one round trip %" PRIu32 " us) = %.2f (aim 1.50)\n\n",
                  name, bare.single, p50, (double) p50_one / (double) (bare.single + p50));
    (void) unlink(before);
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
