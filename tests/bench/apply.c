/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply: processor time of one registration, without sockets and without a disk.
 *
 *   bench_apply [--folder DIR] [--rounds N] [--stored N]
 *
 * The registration core on a store in memory (/dev/shm), in batches of 512 as the runtime makes
 * them: everybody at one event, N registrations (20,000) stored before.  A round is 20 batches; the
 * median of the rounds (9) is said, by the clock of this thread, which does not run while others
 * do. Beside it the same rows by a loop of mdb_put alone (tests/bench/bare.h).  What lies between
 * the two is ours to save.
 */
#include "services/core/apply.h"
#include "services/registration/core.h"
#include "services/runtime/service.h"
#include "sijill/v1/registration.pb-c.h"
#include "storage/store.h"
#include "tests/bench/bare.h"
#include "tests/bench/process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    DEFINE_ORGANISATION = 100,
    DEFINE_EVENT = 102,
    REGISTER = 110,
    BATCH = 512,
    ROUND_BATCHES = 20,
    ROUNDS_MAX = 1000,
    ARENA = 256 * 1024,
    BODY_MAX = 512,
    ID_RANDOM_AT = 8,
};

static const uint64_t begins_ms = UINT64_C(1741078800000);

typedef struct people {
    uint8_t body[BATCH][BODY_MAX];
    size_t size[BATCH];
} people;

typedef struct bench {
    char folder[256];
    sj_store *store;
    sj_arena arena;
    uint8_t event[SJ_ID_SIZE];
    uint64_t commands;   /* so far, each with another id and entropy */
    uint64_t registered; /* so far, each another person */
    people people;       /* of one batch, packed before the clock runs */
} bench;

static _Noreturn void
fail(const char *words)
{
    (void) fprintf(stderr, "%s\n", words);
    exit(1);
}

static uint64_t
cpu_ns(void)
{
    struct timespec now;

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

static void
open_store(bench *b)
{
    const sj_core *core = &registration_core;
    sj_schema schema = { .service = core->name, .version = core->schema, .tables = core->tables };
    sj_birth birth = { .store_id = { 7 }, .secret = { 8 }, .now_ms = begins_ms };
    char words[SJ_WORDS_MAX];

    if (!sj_store_open(&b->store, b->folder, &schema, &birth, words))
        fail(words);
}

/* A command as the runtime would stamp it: a millisecond a batch, ids that rise. */
static sj_command
make_command(bench *b, uint32_t type, sj_bytes body)
{
    sj_command cmd = { .type = type, .org = 1, .body = body };

    b->commands++;
    cmd.now_ms = begins_ms + b->commands / BATCH;
    sj_write_u64(cmd.id, cmd.now_ms << 16 | 0x7000);
    sj_write_u64(cmd.id + ID_RANDOM_AT, b->commands | UINT64_C(1) << 63);
    sj_write_u64(cmd.entropy, b->commands * UINT64_C(0x9e3779b97f4a7c15));
    memset(cmd.actor, 0xac, sizeof cmd.actor);
    return cmd;
}

static void
apply(bench *b, sj_txn *txn, uint32_t type, sj_bytes body, sj_reply *reply)
{
    sj_command cmd = make_command(b, type, body);

    sj_arena_reset(&b->arena);
    if (!sj_apply(txn, &registration_core, &cmd, reply))
        fail(sj_txn_fault_words(txn));
    if (reply->status != SJ_OK)
        fail(reply->detail);
}

static void
apply_one(bench *b, uint32_t type, const ProtobufCMessage *message, sj_reply *reply)
{
    uint8_t packed[BODY_MAX];
    sj_txn *txn = sj_write_begin(b->store, &b->arena);

    apply(b, txn, type, (sj_bytes){ packed, protobuf_c_message_pack(message, packed) }, reply);
    if (!sj_write_commit(txn))
        fail("commit");
}

static void
define(bench *b)
{
    Sijill__V1__DefineOrganisation organisation = SIJILL__V1__DEFINE_ORGANISATION__INIT;
    Sijill__V1__DefineEvent define = SIJILL__V1__DEFINE_EVENT__INIT;
    Sijill__V1__EventRules rules = SIJILL__V1__EVENT_RULES__INIT;
    Sijill__V1__Event event = SIJILL__V1__EVENT__INIT;
    Sijill__V1__Text text = SIJILL__V1__TEXT__INIT;
    Sijill__V1__Text *texts[] = { &text };
    Sijill__V1__Defined *defined;
    sj_reply reply;

    text.lang = (char *) (uintptr_t) "en";
    text.text = (char *) (uintptr_t) "Official statistics for everybody at once";
    organisation.n_name = event.n_title = 1;
    organisation.name = event.title = texts;
    rules.has_capacity = rules.has_waiting_list = 1;
    rules.capacity = 5000000;
    rules.waiting_list = 1;
    event.slug = (char *) (uintptr_t) "bench";
    event.kind = (char *) (uintptr_t) "webinar";
    event.rules = &rules;
    define.event = &event;
    apply_one(b, DEFINE_ORGANISATION, &organisation.base, &reply);
    apply_one(b, DEFINE_EVENT, &define.base, &reply);
    defined = sijill__v1__defined__unpack(NULL, reply.body.size, reply.body.at);
    memcpy(b->event, defined->id.data, SJ_ID_SIZE);
    sijill__v1__defined__free_unpacked(defined, NULL);
}

static void
pack_person(bench *b, size_t place)
{
    Sijill__V1__Register message = SIJILL__V1__REGISTER__INIT;
    Sijill__V1__Person person = SIJILL__V1__PERSON__INIT;
    char email[64], name[64];
    uint64_t n = ++b->registered;

    (void) snprintf(email, sizeof email, "person.%" PRIu64 "@statistics-%" PRIu64 ".example", n,
                    n % 57);
    (void) snprintf(name, sizeof name, "Aigerim Nurlanovna %" PRIu64, n);
    person.name = name;
    person.email = email;
    person.country = (char *) (uintptr_t) "KZ";
    person.institution = (char *) (uintptr_t) "Bureau of National Statistics";
    person.language = (char *) (uintptr_t) "kk";
    message.has_event_id = message.has_mode = 1;
    message.event_id = (ProtobufCBinaryData){ SJ_ID_SIZE, b->event };
    message.person = &person;
    message.mode = SIJILL__V1__MODE__ONLINE;
    b->people.size[place] = sijill__v1__register__pack(&message, b->people.body[place]);
}

/* One batch, and its commit with the checkpoint that may be due; the processor time of each. */
static void
run_batch(bench *b, uint64_t *apply_ns, uint64_t *commit_ns)
{
    char words[SJ_WORDS_MAX];
    uint64_t begun, applied;
    sj_reply reply;
    sj_txn *txn;

    for (size_t i = 0; i < BATCH; i++)
        pack_person(b, i);
    begun = cpu_ns();
    txn = sj_write_begin(b->store, &b->arena);
    for (size_t i = 0; i < BATCH; i++)
        apply(b, txn, REGISTER, (sj_bytes){ b->people.body[i], b->people.size[i] }, &reply);
    applied = cpu_ns();
    if (!sj_write_commit(txn))
        fail("commit");
    *apply_ns += applied - begun;
    if (sj_store_unsaved(b->store) > SJ_CHECKPOINT_SIZE && !sj_store_checkpoint(b->store, words))
        fail(words);
    *commit_ns += cpu_ns() - applied;
}

static void
measure(bench *b, size_t rounds)
{
    figures apply_figures, commit_figures; /* nanoseconds a registration */

    figures_open(&apply_figures, rounds);
    figures_open(&commit_figures, rounds);
    for (size_t round = 0; round < rounds; round++) {
        uint64_t apply_ns = 0, commit_ns = 0;

        for (int i = 0; i < ROUND_BATCHES; i++)
            run_batch(b, &apply_ns, &commit_ns);
        figures_add(&apply_figures, apply_ns / (ROUND_BATCHES * BATCH));
        figures_add(&commit_figures, commit_ns / (ROUND_BATCHES * BATCH));
    }
    (void) printf("apply:  %5.2f us a registration (lowest %.2f), commit %.2f us\n",
                  figures_at(&apply_figures, 500) / 1e3, figures_at(&apply_figures, 0) / 1e3,
                  figures_at(&commit_figures, 500) / 1e3);
    figures_close(&apply_figures);
    figures_close(&commit_figures);
}

static void
measure_bare(const char *path, const char *copy, uint64_t seq)
{
    figures commits;
    uint64_t begun, us;
    bare_rows rows;
    size_t done;

    if (!bare_read(&rows, path, seq))
        fail("no rows");
    figures_open(&commits, rows.count);
    begun = cpu_ns();
    done = bare_write(&rows, copy, BATCH, &us, &commits);
    (void) printf("bare:   %5.2f us a registration, commits and all (%.1f rows each)\n",
                  (double) (cpu_ns() - begun) / 1e3 / (double) done,
                  (double) rows.count / (double) done + 1);
    figures_close(&commits);
    bare_free(&rows);
}

int
main(int argc, char **argv)
{
    static bench b;
    char path[300], copy[300];
    uint64_t stored = 20000, seq, unused = 0;
    size_t rounds = 9;
    const char *base = "/dev/shm";

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--folder") == 0)
            base = argv[i + 1];
        else if (strcmp(argv[i], "--rounds") == 0)
            rounds = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--stored") == 0)
            stored = strtoull(argv[i + 1], NULL, 10);
    }
    (void) snprintf(b.folder, sizeof b.folder, "%s/sijill-bench-XXXXXX", base);
    if (rounds == 0 || rounds > ROUNDS_MAX || mkdtemp(b.folder) == NULL ||
        !sj_arena_open(&b.arena, ARENA))
        fail("usage: [--folder DIR] [--rounds 1..1000] [--stored N]");
    (void) snprintf(path, sizeof path, "%s/store", b.folder);
    (void) snprintf(copy, sizeof copy, "%s/bare", b.folder);
    open_store(&b);
    define(&b);
    while (b.registered < stored)
        run_batch(&b, &unused, &unused);
    seq = sj_store_meta(b.store)->seq;
    sj_store_close(&b.store);
    (void) mkdir(copy, 0700);
    if (!bare_copy(path, copy))
        fail("no copy");
    open_store(&b);
    measure(&b, rounds);
    sj_store_close(&b.store);
    measure_bare(path, copy, seq);
    sj_arena_close(&b.arena);
    bench_remove(b.folder);
    return 0;
}
