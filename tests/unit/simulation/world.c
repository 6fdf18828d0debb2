/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/simulation/world.h"

#include "services/attendance/core.h"
#include "services/certificate/core.h"
#include "services/core/apply.h"
#include "services/core/housekeeping.h"
#include "services/registration/core.h"
#include "storage/backup.h"
#include "storage/outbox.h"
#include "tests/unit/chance.h"

#include <ftw.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    COMMAND_ARENA = 256 * 1024,
    SCRUB_ARENA = 64 * 1024 * 1024,
    TURN_REQUESTS = 12,
    TURN_RECORDS = 20,
    BODY_MAX = 64 * 1024,
    RETRIES = 4,
};

static void
open_node(world_node *n)
{
    sj_schema schema = { .service = n->core->name,
                         .version = n->core->schema,
                         .tables = n->core->tables };
    sj_birth birth = { .now_ms = 1 };
    char words[SJ_WORDS_MAX];

    memset(birth.store_id, (int) n->core->shard, sizeof birth.store_id);
    memset(birth.secret, (int) (7 * n->core->shard), sizeof birth.secret);
    if (!sj_store_open(&n->store, n->folder, &schema, &birth, words))
        fail_msg("%s", words);
}

void
world_open(world *w, uint64_t seed, uint64_t now_ms)
{
    static const sj_core *const cores[] = { &registration_core, &attendance_core,
                                            &certificate_core };
    static const int nobody[] = { -1 }, one[] = { REGISTRATION, -1 },
                     two[] = { REGISTRATION, ATTENDANCE, -1 };
    static const int *const follows[] = { nobody, one, two };
    const char *folder = getenv("TMPDIR");

    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->now_ms = now_ms;
    w->sent = calloc(WORLD_SENT_MAX, sizeof *w->sent);
    assert_non_null(w->sent);
    for (int i = 0; i < WORLD_NODES; i++) {
        world_node *n = &w->nodes[i];

        n->core = cores[i];
        n->follows = follows[i];
        (void) snprintf(n->folder, sizeof n->folder, "%s/sijill-world-XXXXXX",
                        folder == NULL ? "/tmp" : folder);
        assert_non_null(mkdtemp(n->folder));
        assert_true(sj_arena_open(&n->arena, COMMAND_ARENA));
        open_node(n);
    }
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void) status;
    (void) type;
    (void) walk;
    return remove(path);
}

void
world_close(world *w)
{
    for (size_t i = 0; i < w->sent_count; i++)
        free((void *) (uintptr_t) w->sent[i].cmd.body.at);
    free(w->sent);
    for (int i = 0; i < WORLD_NODES; i++) {
        sj_store_close(&w->nodes[i].store);
        sj_arena_close(&w->nodes[i].arena);
        (void) nftw(w->nodes[i].folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    }
}

/* What the process knew is gone; the store is what was committed. */
static void
crash(world_node *n)
{
    sj_store_close(&n->store);
    open_node(n);
    n->crashes++;
}

static sj_bytes
pack(const ProtobufCMessage *message)
{
    size_t size = message == NULL ? 0 : protobuf_c_message_get_packed_size(message);
    void *at = malloc(size + 1);

    assert_non_null(at);
    if (size > 0)
        (void) protobuf_c_message_pack(message, at);
    return (sj_bytes){ at, size };
}

/* A request id as clients make them. */
static void
make_id(world *w, uint8_t id[SJ_ID_SIZE])
{
    sj_write_u64(id, w->now_ms << 16);
    sj_write_u64(id + 8, ++w->counter);
    id[6] = 0x70;
    id[8] = 0x80;
}

void
world_ask(world *w, int node, uint32_t type, const ProtobufCMessage *body)
{
    sent *s = &w->sent[w->sent_count++];

    assert_true(w->sent_count < WORLD_SENT_MAX);
    s->node = node;
    s->cmd.type = type;
    s->cmd.org = 1;
    s->cmd.body = pack(body);
    make_id(w, s->cmd.id);
    memset(s->cmd.actor, 0xac, sizeof s->cmd.actor);
}

/* What a runtime adds to a try. */
static sj_command
stamp(world *w, const sj_command *cmd)
{
    sj_command now = *cmd;

    now.now_ms = w->now_ms;
    sj_write_u64(now.entropy, chance(&w->seed));
    sj_write_u64(now.entropy + 8, chance(&w->seed));
    return now;
}

static void
commit(sj_txn *txn)
{
    if (sj_write_pending(txn))
        assert_true(sj_write_commit(txn));
    else
        sj_write_abort(txn);
}

static void
assert_no_fault(sj_txn *txn, bool good)
{
    if (!good)
        fail_msg("fault: %s", sj_txn_fault_words(txn));
}

void
world_run(world *w, int node, uint32_t type, const ProtobufCMessage *body)
{
    world_node *n = &w->nodes[node];
    sj_command cmd = { .type = type, .org = 1, .origin = SJ_FROM_ITSELF, .body = pack(body) };
    sj_reply reply;
    sj_txn *txn;

    cmd = stamp(w, &cmd);
    sj_arena_reset(&n->arena);
    txn = sj_write_begin(n->store, &n->arena);
    assert_no_fault(txn, sj_apply(txn, n->core, &cmd, &reply));
    assert_int_equal(reply.status, SJ_OK);
    commit(txn);
    free((void *) (uintptr_t) cmd.body.at);
}

/* The producer's next record, copied out of its store. */
static Sijill__V1__Record *
next_record(world_node *producer, uint64_t after, sj_bytes *personal)
{
    static unsigned char kept[BODY_MAX];
    Sijill__V1__Record *record = NULL;
    sj_outbox_record stored;
    sj_txn *txn;

    sj_arena_reset(&producer->arena);
    txn = sj_read_begin(producer->store, &producer->arena, 0);
    if (sj_outbox_next(txn, after, &stored)) {
        record = sijill__v1__record__unpack(NULL, stored.record.size, stored.record.at);
        assert_non_null(record);
        assert_true(stored.personal.size <= sizeof kept);
        if (stored.personal.size > 0)
            memcpy(kept, stored.personal.at, stored.personal.size);
        *personal = (sj_bytes){ kept, stored.personal.size };
    }
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    sj_read_end(txn);
    return record;
}

static void
apply_record(world *w, world_node *n, const world_node *producer, sj_txn *txn,
             const Sijill__V1__Record *record, sj_bytes personal)
{
    sj_command cmd = { .type = record->type,
                       .org = record->org,
                       .origin = SJ_FROM_FEED,
                       .record_seq = record->seq,
                       .body = { record->body.data, record->body.len },
                       .personal = personal };
    sj_cursor at = { sj_store_meta(producer->store)->epoch, record->seq };
    uint8_t source[8 + 4];
    sj_reply reply;

    memcpy(cmd.actor, record->actor.data, SJ_ID_SIZE);
    sj_write_u32(source, producer->core->shard);
    sj_write_u64(source + 4, record->seq);
    (void) crypto_generichash(cmd.id, sizeof cmd.id, source, sizeof source, NULL, 0);
    cmd = stamp(w, &cmd);
    sj_arena_reset(&n->arena);
    assert_no_fault(txn, sj_apply_record(txn, n->core, &cmd, producer->core->shard, at, &reply));
    if (reply.status != SJ_OK)
        fail_msg("%s refuses record %u: %s", n->core->name, record->type, reply.detail);
    n->records++;
}

/* From the cursor that is durable: what came before a crash comes again. */
static void
follow(world *w, world_node *n, world_node *producer, sj_txn *txn, uint64_t max)
{
    uint64_t after = sj_cursor_get(txn, producer->core->shard).seq;
    Sijill__V1__Record *record;
    sj_bytes personal;

    for (; max > 0 && (record = next_record(producer, after, &personal)) != NULL; max--) {
        after = record->seq;
        apply_record(w, n, producer, txn, record, personal);
        sijill__v1__record__free_unpacked(record, NULL);
    }
}

/* An answer that came before comes again, to the octet. */
static void
assert_replayed(world_node *n, const sent *s, const sj_reply *reply)
{
    if (!s->answered || s->status != SJ_OK || reply->status == SJ_EXPIRED)
        return;
    assert_int_equal(reply->status, SJ_OK);
    assert_true(reply->replayed);
    assert_int_equal(reply->body.size, s->result_size);
    assert_memory_equal(reply->body.at, s->result, s->result_size);
    n->replays++;
}

/* Try a request; *result gets its answer, which arrives only if nothing crashes. */
static void
try_request(world *w, world_node *n, sj_txn *txn, const sent *s, sent *result)
{
    sj_command cmd = stamp(w, &s->cmd);
    sj_reply reply;

    sj_arena_reset(&n->arena);
    assert_no_fault(txn, sj_apply(txn, n->core, &cmd, &reply));
    if (reply.status == SJ_INTERNAL || reply.status == SJ_UNSUPPORTED ||
        reply.status == SJ_KEY_REUSED)
        fail_msg("type %u: %d (%s)", cmd.type, (int) reply.status, reply.detail);
    assert_replayed(n, s, &reply);
    *result = *s;
    result->status = reply.status;
    result->result_size = reply.body.size;
    assert_true(reply.body.size <= sizeof result->result);
    if (reply.body.size > 0)
        memcpy(result->result, reply.body.at, reply.body.size);
}

/* One that was answered, by chance; its answer may have been lost on the way. */
static sent *
pick_again(world *w, int node)
{
    for (int tries = w->sent_count > 0 ? RETRIES : 0; tries > 0; tries--) {
        sent *again = &w->sent[chance(&w->seed) % w->sent_count];

        if (again->node == node && again->answered)
            return again;
    }
    return NULL;
}

/* The next to try. */
static sent *
pick(world *w, int node, bool by_chance)
{
    sent *again = by_chance && chance_below(&w->seed, 4) == 0 ? pick_again(w, node) : NULL;

    while (w->answered < w->sent_count && w->sent[w->answered].answered)
        w->answered++;
    for (size_t i = w->answered; again == NULL && i < w->sent_count; i++)
        if (w->sent[i].node == node && !w->sent[i].answered &&
            (!by_chance || chance_below(&w->seed, 3) > 0))
            return &w->sent[i];
    return again;
}

static void
deliver(world *w, sent *s, const sent *result)
{
    bool first = !s->answered;

    if (s->answered && s->status == SJ_OK)
        return;
    *s = *result;
    s->answered = true;
    if (first || s->status == SJ_OK)
        w->heard(w, s);
}

static void
turn(world *w, int node, uint64_t records, bool by_chance)
{
    static sent results[TURN_REQUESTS];
    sent *tried[TURN_REQUESTS];
    world_node *n = &w->nodes[node];
    uint32_t fate = by_chance ? chance_below(&w->seed, 12) : 11;
    sj_txn *txn = sj_write_begin(n->store, &n->arena);
    size_t count = 0;

    for (const int *producer = n->follows; *producer >= 0; producer++)
        follow(w, n, &w->nodes[*producer], txn, records);
    while (count < TURN_REQUESTS && (tried[count] = pick(w, node, by_chance)) != NULL) {
        bool again = false;

        for (size_t i = 0; i < count; i++)
            again = again || tried[i] == tried[count];
        if (again)
            break;
        try_request(w, n, txn, tried[count], &results[count]);
        count++;
        if (!by_chance)
            break;
    }
    if (fate == 0)
        sj_write_abort(txn);
    else
        commit(txn);
    if (fate < 2) /* before the commit, or behind it and before the answers */
        crash(n);
    for (size_t i = 0; fate >= 2 && i < count; i++)
        deliver(w, tried[i], &results[i]);
}

void
world_turn(world *w, int node)
{
    turn(w, node, chance_below(&w->seed, TURN_RECORDS), true);
}

static bool
settled(world *w)
{
    for (size_t i = w->answered; i < w->sent_count; i++)
        if (!w->sent[i].answered)
            return false;
    for (int i = 0; i < WORLD_NODES; i++)
        for (const int *producer = w->nodes[i].follows; *producer >= 0; producer++) {
            sj_bytes personal;
            Sijill__V1__Record *next =
                next_record(&w->nodes[*producer], world_cursor(w, i, *producer).seq, &personal);

            if (next != NULL) {
                sijill__v1__record__free_unpacked(next, NULL);
                return false;
            }
        }
    return true;
}

void
world_settle(world *w)
{
    while (!settled(w))
        for (int i = 0; i < WORLD_NODES; i++)
            turn(w, i, UINT64_MAX, false);
}

static void *
take(void *arena, size_t size)
{
    return sj_arena_take(arena, size);
}

static void
keep(void *arena, void *pointer)
{
    (void) arena;
    (void) pointer;
}

void *
world_query(world *w, int node, uint32_t type, const ProtobufCMessage *body,
            const ProtobufCMessageDescriptor *of)
{
    world_node *n = &w->nodes[node];
    ProtobufCAllocator allocator = { take, keep, &n->arena };
    sj_command cmd = { .type = type, .org = 1, .body = pack(body) };
    void *message = NULL;
    sj_reply reply;
    sj_txn *txn;

    sj_arena_reset(&n->arena);
    txn = sj_read_begin(n->store, &n->arena, w->now_ms);
    assert_no_fault(txn, sj_answer(txn, n->core, &cmd, &reply));
    sj_read_end(txn);
    if (reply.status == SJ_OK) {
        message = protobuf_c_message_unpack(of, &allocator, reply.body.size, reply.body.at);
        assert_non_null(message);
    }
    free((void *) (uintptr_t) cmd.body.at);
    return message;
}

sj_cursor
world_cursor(world *w, int node, int producer)
{
    world_node *n = &w->nodes[node];
    sj_txn *txn;
    sj_cursor at;

    sj_arena_reset(&n->arena);
    txn = sj_read_begin(n->store, &n->arena, 0);
    at = sj_cursor_get(txn, w->nodes[producer].core->shard);
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    sj_read_end(txn);
    return at;
}

void
world_digest(world *w, int node, uint8_t digest[WORLD_DIGEST_SIZE])
{
    crypto_generichash_state state;
    world_node *n = &w->nodes[node];
    sj_key all = sj_key_empty();
    sj_txn *txn;

    (void) crypto_generichash_init(&state, NULL, 0, WORLD_DIGEST_SIZE);
    sj_arena_reset(&n->arena);
    txn = sj_read_begin(n->store, &n->arena, 0);
    for (unsigned table = 0; table < SJ_TABLE_OWN || n->core->tables[table - SJ_TABLE_OWN] != NULL;
         table++) {
        sj_scan scan;

        for (sj_scan_begin(&scan, txn, table, &all, NULL); sj_scan_next(&scan);) {
            (void) crypto_generichash_update(&state, scan.key.at, scan.key.size);
            (void) crypto_generichash_update(&state, scan.value.at, scan.value.size);
            sj_arena_reset(&n->arena);
        }
    }
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    sj_read_end(txn);
    (void) crypto_generichash_final(&state, digest, WORLD_DIGEST_SIZE);
}

static void
count_damage(void *context, const char *words)
{
    (void) printf("# scrub: %s\n", words);
    ++*(size_t *) context;
}

size_t
world_scrub(world *w, int node)
{
    world_node *n = &w->nodes[node];
    size_t damages = 0;
    sj_arena arena;
    sj_txn *txn;

    (void) sj_scrub_records(n->store, count_damage, &damages);
    assert_true(sj_arena_open(&arena, SCRUB_ARENA));
    txn = sj_read_begin(n->store, &arena, 0);
    n->core->scrub(txn, count_damage, &damages);
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    sj_read_end(txn);
    sj_arena_close(&arena);
    return damages;
}
