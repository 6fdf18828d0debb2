/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/scene.h"

#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    DEFINE_ORGANISATION = 100,
    DEFINE_EVENT = 102,
    REGISTER = 110,
    GET_DID_DOCUMENT = 353,
    PATIENCE_MS = 60000,
    NAP_US = 1000,
};

static const uint64_t hour_ms = 3600 * 1000;

_Noreturn void
scene_fail(const char *what, const char *words)
{
    (void) fprintf(stderr, "%s: %s\n", what, words);
    exit(1);
}

/* ---- requests -------------------------------------------------------------------------------- */

typedef struct slot {
    size_t i;
    uint64_t begun_us;
} slot;

static void
submit(const scene_pump_plan *plan, size_t i, slot *at)
{
    sijill_request request = { .context = at };

    plan->make(plan->context, i, &request);
    *at = (slot){ i, bench_now_us() };
    if (!sijill_submit(plan->client, &request))
        scene_fail("submit", "too many outstanding");
}

uint64_t
scene_pump(const scene_pump_plan *plan)
{
    static slot slots[SIJILL_OUTSTANDING_MAX];
    uint64_t begun_us = bench_now_us();
    size_t sent = 0, done = 0;
    sijill_reply reply;

    for (; sent < plan->outstanding && sent < plan->count; sent++)
        submit(plan, sent, &slots[sent]);
    while (done < plan->count && sijill_wait(plan->client, &reply, -1)) {
        slot *at = reply.context;

        if (reply.code != SIJILL__V1__CODE__OK)
            scene_fail(sijill_code_name(reply.code), reply.detail);
        if (plan->times != NULL)
            figures_add(plan->times, bench_now_us() - at->begun_us);
        if (plan->take != NULL)
            plan->take(plan->context, at->i, &reply);
        done++;
        if (sent < plan->count)
            submit(plan, sent++, at);
    }
    return bench_now_us() - begun_us;
}

void
scene_call(sijill *client, uint32_t type, const ProtobufCMessage *body, sijill_pos min_pos,
           sijill_reply *reply)
{
    sijill_request request = { .type = type, .body = body, .min_pos = min_pos };

    if (!sijill_call(client, &request, reply))
        scene_fail(sijill_code_name(reply->code), reply->detail);
}

void
scene_await(sijill *client, uint32_t query, const ProtobufCMessage *body, sijill_pos pos)
{
    sijill_reply reply;

    scene_call(client, query, body, pos, &reply);
}

/* ---- services -------------------------------------------------------------------------------- */

static sijill *
connect_to(const bench_process *process, const char *name)
{
    char endpoint[600];
    sijill_options options = { .endpoint = endpoint, .deadline_ms = PATIENCE_MS };
    sijill *client;

    (void) snprintf(endpoint, sizeof endpoint, "ipc://%s/%s.sock", process->run, name);
    sijill_actor("bench", options.actor);
    client = sijill_open(&options);
    if (client == NULL)
        scene_fail(endpoint, "no connection");
    return client;
}

static sijill *
start(const scene *s, bench_process *process, const char *name)
{
    if (!bench_start(process, name, s->folder, NULL))
        scene_fail(name, "does not start");
    return connect_to(process, name);
}

void
scene_open(scene *s, const char *base)
{
    memset(s, 0, sizeof *s);
    (void) snprintf(s->folder, sizeof s->folder, "%s/sijill-bench-XXXXXX", base);
    if (mkdtemp(s->folder) == NULL)
        scene_fail(s->folder, "no folder can be made there");
    s->to_registration = start(s, &s->registration, "registration");
    s->to_attendance = start(s, &s->attendance, "attendance");
}

static void
write_passphrase(const char *path)
{
    static const char words[] = "a passphrase of this benchmark\n";
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, words, sizeof words - 1) != (ssize_t) sizeof words - 1)
        scene_fail(path, "cannot be written");
    (void) close(fd);
}

static void
start_signer(scene *s)
{
    char key[300], phrase[300], endpoint[600];
    const char *init[] = { "--init", "--key", key, "--passphrase-file", phrase, NULL };
    const char *serve[] = { "--key",      key,        "--passphrase-file",
                            phrase,       "--issuer", "did:web:sijill.example",
                            "--endpoint", endpoint,   NULL };

    (void) snprintf(key, sizeof key, "%s/key", s->folder);
    (void) snprintf(phrase, sizeof phrase, "%s/phrase", s->folder);
    (void) snprintf(endpoint, sizeof endpoint, "ipc://%s/signer.sock", s->certificate.run);
    write_passphrase(phrase);
    if (!bench_ended(bench_spawn("sijill-signer", init)))
        scene_fail("sijill-signer", "--init failed");
    s->signer.pid = bench_spawn("sijill-signer", serve);
}

void
scene_add_certificates(scene *s)
{
    sijill_request request = { .type = GET_DID_DOCUMENT };
    sijill_reply reply;

    s->to_certificate = start(s, &s->certificate, "certificate");
    start_signer(s);
    while (!sijill_call(s->to_certificate, &request, &reply)) {
        if (reply.code != SIJILL__V1__CODE__UNAVAILABLE) /* no keys as yet */
            scene_fail(sijill_code_name(reply.code), reply.detail);
        (void) usleep(NAP_US);
    }
}

bool
scene_close(scene *s)
{
    bench_process *all[] = { &s->certificate, &s->attendance, &s->registration, &s->signer };
    bool good = true;

    sijill_close(&s->to_registration);
    sijill_close(&s->to_attendance);
    if (s->to_certificate != NULL)
        sijill_close(&s->to_certificate);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i]->pid > 0)
            good = bench_stop(all[i]) && good;
    bench_remove(s->folder);
    free(s->people);
    return good;
}

/* ---- people ---------------------------------------------------------------------------------- */

static void
define_organisation(const scene *s)
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
    scene_call(s->to_registration, DEFINE_ORGANISATION, &define.base, (sijill_pos){ 0 }, &reply);
}

/* It began a day ago, and took an hour. */
static void
define_event(scene *s)
{
    struct timespec now;
    struct tm day;
    char date[16];
    Sijill__V1__Text title, *titles = &title;
    Sijill__V1__Session session, *sessions = &session;
    Sijill__V1__Event event;
    Sijill__V1__DefineEvent define;
    Sijill__V1__Defined *defined;
    sijill_reply reply;
    time_t starts;

    (void) clock_gettime(CLOCK_REALTIME, &now);
    starts = now.tv_sec - 24 * (time_t) hour_ms / 1000;
    s->starts_ms = (uint64_t) starts * 1000;
    (void) strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&starts, &day));
    sijill__v1__text__init(&title);
    title.lang = (char *) (uintptr_t) "en";
    title.text = (char *) (uintptr_t) "Official statistics for everybody at once";
    sijill__v1__session__init(&session);
    session.has_starts_ms = session.has_ends_ms = 1;
    session.starts_ms = s->starts_ms;
    session.ends_ms = s->starts_ms + SCENE_HOURS * hour_ms;
    sijill__v1__event__init(&event);
    event.slug = (char *) (uintptr_t) "bench";
    event.kind = (char *) (uintptr_t) "webinar";
    event.n_title = 1;
    event.title = &titles;
    event.start_date = event.end_date = date;
    event.time_zone = (char *) (uintptr_t) "UTC";
    event.has_mode = 1;
    event.mode = SIJILL__V1__MODE__ONLINE;
    event.n_sessions = 1;
    event.sessions = &sessions;
    sijill__v1__define_event__init(&define);
    define.event = &event;
    scene_call(s->to_registration, DEFINE_EVENT, &define.base, (sijill_pos){ 0 }, &reply);
    defined = sijill_unpack(&reply, &sijill__v1__defined__descriptor);
    memcpy(s->event, defined->id.data, SIJILL_ID_SIZE);
    sijill_free(defined);
}

typedef struct form {
    scene *scene;
    Sijill__V1__Register message;
    Sijill__V1__Person person;
    char email[64], name[64];
} form;

static void
make_form(void *context, size_t i, sijill_request *request)
{
    form *f = context;

    (void) snprintf(f->email, sizeof f->email, "person.%zu@statistics.example", i);
    (void) snprintf(f->name, sizeof f->name, "Aigerim Nurlanovna %zu", i);
    sijill__v1__person__init(&f->person);
    f->person.name = f->name;
    f->person.email = f->email;
    f->person.country = (char *) (uintptr_t) "KZ";
    f->person.institution = (char *) (uintptr_t) "Bureau of National Statistics";
    f->person.language = (char *) (uintptr_t) "kk";
    sijill__v1__register__init(&f->message);
    f->message.has_event_id = 1;
    f->message.event_id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, f->scene->event };
    f->message.person = &f->person;
    request->type = REGISTER;
    request->body = &f->message.base;
}

static void
take_form(void *context, size_t i, const sijill_reply *reply)
{
    form *f = context;
    Sijill__V1__Registered *in = sijill_unpack(reply, &sijill__v1__registered__descriptor);

    if (in == NULL || in->state != SIJILL__V1__REGISTRATION_STATE__CONFIRMED)
        scene_fail("Register", "not confirmed");
    memcpy(f->scene->people[i], in->registration_id.data, SIJILL_ID_SIZE);
    sijill_free(in);
}

void
scene_people(scene *s, size_t count)
{
    form f = { .scene = s };
    scene_pump_plan plan = { .client = s->to_registration,
                             .count = count,
                             .outstanding = SIJILL_OUTSTANDING_MAX,
                             .make = make_form,
                             .take = take_form,
                             .context = &f };

    define_organisation(s);
    define_event(s);
    s->count = count;
    s->people = calloc(count, sizeof *s->people);
    if (s->people == NULL)
        scene_fail("people", "no memory");
    (void) scene_pump(&plan);
}
