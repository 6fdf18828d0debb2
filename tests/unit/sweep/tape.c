/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sweep/tape.h"

#include "services/core/message.h"

#include "services/core/apply.h"
#include "services/core/housekeeping.h"
#include "storage/outbox.h"
#include "storage/store.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FOLLOWED_SWEPT = 64 }; /* records of one feed that are sabotaged: the others are alike */

void
tape_open(tape *t, const sj_core *core)
{
    void *inner;

    memset(t, 0, sizeof *t);
    t->core = core;
    t->steps = calloc(TAPE_STEPS_MAX, sizeof *t->steps);
    assert_non_null(t->steps);
    assert_int_equal(fixture_open(&inner, core), 0);
    t->f = inner;
}

static void
drop(const void *memory)
{
    free((void *) (uintptr_t) memory);
}

void
tape_close(tape *t)
{
    void *inner = t->f;

    for (size_t i = 0; i < t->count; i++) {
        drop(t->steps[i].cmd.body.at);
        drop(t->steps[i].cmd.personal.at);
        drop(t->steps[i].reply.body.at);
        drop(t->steps[i].reply.detail);
        drop(t->steps[i].reply.field);
    }
    free(t->steps);
    assert_int_equal(fixture_close(&inner), 0);
}

static sj_bytes
copy(sj_bytes bytes)
{
    void *at = NULL;

    if (bytes.size > 0) {
        at = malloc(bytes.size);
        assert_non_null(at);
        memcpy(at, bytes.at, bytes.size);
    }
    return (sj_bytes){ at, bytes.size };
}

static const char *
copy_text(const char *text)
{
    return text == NULL ? NULL : copy((sj_bytes){ text, strlen(text) + 1 }).at;
}

static sj_bytes
pack(const ProtobufCMessage *message)
{
    size_t size = message == NULL ? 0 : protobuf_c_message_get_packed_size(message);
    void *at = NULL;

    if (size > 0) {
        at = malloc(size);
        assert_non_null(at);
        (void) protobuf_c_message_pack(message, at);
    }
    return (sj_bytes){ at, size };
}

const sj_route *
tape_route(const sj_core *core, uint32_t type)
{
    const sj_route *route = sj_route_find(core->routes, type);

    return route != NULL ? route : sj_route_find(sj_common_routes, type);
}

enum { OUTSIDE_EACH = 3 }; /* steps of which one brings a key from outside */

/* A step with the ids and the chance of its place on the tape. */
static tape_step *
add(tape *t, uint32_t type)
{
    tape_step *step = &t->steps[t->count++];

    assert_true(t->count < TAPE_STEPS_MAX);
    step->swept = !t->bulk;
    step->cmd.type = type;
    step->cmd.org = t->f->org;
    step->cmd.now_ms = t->now_ms;
    memset(step->cmd.actor, 0xac, sizeof step->cmd.actor);
    sj_write_u64(step->cmd.id, t->now_ms << 16);
    sj_write_u64(step->cmd.id + 8, t->count);
    step->cmd.id[6] = 0x70;
    step->cmd.id[8] = 0x80;
    sj_write_u64(step->cmd.entropy, t->count);
    step->cmd.if_revision = t->if_revision;
    step->cmd.has_outside = t->count % OUTSIDE_EACH == 0;
    if (step->cmd.has_outside) {
        memset(step->cmd.outside, 0x0d, sizeof step->cmd.outside);
        sj_write_u64(step->cmd.outside, t->count);
        memcpy(step->cmd.where, "http 192.0.2.7", sizeof "http 192.0.2.7");
        memset(step->cmd.trace, 0x7e, sizeof step->cmd.trace);
    }
    sj_write_u64(step->cmd.entropy + 8, t->core->shard);
    return step;
}

/* Play it for the first time. */
static void
record(tape *t, tape_step *step, sj_status expected)
{
    sj_reply reply;

    assert_true(tape_play(t->f, step, &reply));
    if (reply.status != expected)
        fail_msg("step %zu, type %u: status %d, expected %d: %s (%s)", t->count, step->cmd.type,
                 (int) reply.status, (int) expected, reply.detail == NULL ? "" : reply.detail,
                 reply.field == NULL ? "" : reply.field);
    step->reply = reply;
    step->reply.body = copy(reply.body);
    step->reply.detail = copy_text(reply.detail);
    step->reply.field = copy_text(reply.field);
    fixture_digest(t->f, step->digest);
}

static void
expect(tape *t, sj_status expected, tape_step *step, sj_bytes body)
{
    const sj_route *route = tape_route(t->core, step->cmd.type);

    step->cmd.body = body;
    step->query = route != NULL && route->kind == SJ_ROUTE_QUERY;
    if (route != NULL && route->kind == SJ_ROUTE_INTERNAL)
        step->cmd.origin = SJ_FROM_ITSELF;
    record(t, step, expected);
}

void
tape_expect(tape *t, sj_status expected, uint32_t type, const ProtobufCMessage *body)
{
    expect(t, expected, add(t, type), pack(body));
}

void
tape_expect_key(tape *t, sj_status expected, uint32_t type, const ProtobufCMessage *body,
                const uint8_t id[SJ_ID_SIZE], const uint8_t hash[SJ_CREDENTIAL_SIZE])
{
    tape_step *step = add(t, type);

    step->cmd.delegated = step->cmd.has_credential = true;
    memcpy(step->cmd.actor, id, SJ_ID_SIZE);
    memcpy(step->cmd.credential, hash, SJ_CREDENTIAL_SIZE);
    expect(t, expected, step, pack(body));
}

void
tape_expect_octets(tape *t, sj_status expected, uint32_t type, sj_bytes body)
{
    expect(t, expected, add(t, type), copy(body));
}

void
tape_expect_stranger(tape *t, uint32_t type)
{
    record(t, add(t, type), SJ_UNSUPPORTED);
}

static tape_step *
add_record(tape *t, uint32_t shard, uint64_t seq, uint32_t type)
{
    tape_step *step = add(t, type);

    assert_true(shard < sizeof t->records / sizeof t->records[0]);
    assert_true(seq > t->records[shard]);
    t->records[shard] = seq;
    step->cmd.origin = SJ_FROM_FEED;
    step->cmd.record_seq = seq;
    return step;
}

void
tape_expect_record(tape *t, sj_status expected, uint32_t shard, uint32_t type,
                   const ProtobufCMessage *body, const ProtobufCMessage *personal)
{
    tape_step *step = add_record(t, shard, t->records[shard] + 1, type);

    step->cmd.body = pack(body);
    step->cmd.personal = pack(personal);
    record(t, step, expected);
}

/* The next record behind `after`, copied out; false: there is none. */
static bool
next_record(fixture *f, uint64_t after, Sijill__V1__Record **record, sj_bytes *personal)
{
    sj_outbox_record stored;
    sj_txn *txn;
    bool found;

    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, 0);
    found = sj_outbox_next(txn, after, &stored);
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    if (found) {
        *record = sijill__v1__record__unpack(NULL, stored.record.size, stored.record.at);
        assert_non_null(*record);
        *personal = copy(stored.personal);
    }
    sj_read_end(txn);
    return found;
}

void
tape_follow(tape *t, const tape *producer)
{
    uint32_t shard = producer->core->shard;
    uint64_t after = t->records[shard];
    Sijill__V1__Record *told;
    size_t followed = 0;
    sj_bytes personal;

    while (next_record(producer->f, after, &told, &personal)) {
        after = told->seq;
        if (sj_route_find(t->core->routes, told->type) != NULL) {
            tape_step *step = add_record(t, shard, told->seq, told->type);

            step->cmd.body = copy((sj_bytes){ told->body.data, told->body.len });
            step->cmd.personal = personal;
            step->swept = step->swept && followed++ < FOLLOWED_SWEPT;
            record(t, step, SJ_OK);
        } else {
            drop(personal.at);
        }
        sijill__v1__record__free_unpacked(told, NULL);
    }
}

void *
tape_reply(tape *t, const ProtobufCMessageDescriptor *type)
{
    const tape_step *last = &t->steps[t->count - 1];
    ProtobufCAllocator allocator = sj_arena_allocator(&t->f->arena);
    void *message;

    sj_arena_reset(&t->f->arena);
    message =
        protobuf_c_message_unpack(type, &allocator, last->reply.body.size, last->reply.body.at);
    assert_non_null(message);
    return message;
}

static bool
play_query(fixture *f, const tape_step *step, sj_reply *reply)
{
    sj_txn *txn = sj_read_begin(f->store, &f->arena, step->cmd.now_ms);
    bool good = sj_txn_fault(txn) == SJ_FAULT_NONE && sj_answer(txn, f->core, &step->cmd, reply);

    sj_read_end(txn);
    return good;
}

/* The producer of a record, by the hundreds of its type. */
static uint32_t
shard_of(uint32_t type)
{
    return type / 100;
}

bool
tape_play(fixture *f, const tape_step *step, sj_reply *reply)
{
    sj_cursor at = { 1, step->cmd.record_seq };
    sj_txn *txn;
    bool good;

    sj_arena_reset(&f->arena);
    if (step->query)
        return play_query(f, step, reply);
    txn = sj_write_begin(f->store, &f->arena);
    if (sj_txn_fault(txn) != SJ_FAULT_NONE)
        good = false;
    else if (step->cmd.origin == SJ_FROM_FEED)
        good = sj_apply_record(txn, f->core, &step->cmd, shard_of(step->cmd.type), at, reply);
    else
        good = sj_apply(txn, f->core, &step->cmd, reply);
    if (good && sj_write_pending(txn))
        return sj_write_commit(txn);
    sj_write_abort(txn);
    return good;
}

static bool
same_text(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

bool
tape_same_reply(const sj_reply *a, const sj_reply *b)
{
    return a->status == b->status && a->seq == b->seq && sj_bytes_equal(a->body, b->body) &&
           same_text(a->detail, b->detail) && same_text(a->field, b->field);
}
