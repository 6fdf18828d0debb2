/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fixture.h"

#include "services/core/apply.h"
#include "services/core/housekeeping.h"
#include "services/core/message.h"
#include "services/core/scrub.h"
#include "storage/backup.h"
#include "storage/outbox.h"
#include "storage/store.h"

#include <assert.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_SIZE = 256 * 1024, SCRUB_ARENA_SIZE = 64 * 1024 * 1024, FEED_SHARD = 9 };

static void
open_store(fixture *f)
{
    sj_schema schema = { .service = f->core->name,
                         .version = f->core->schema,
                         .tables = f->core->tables };
    sj_birth birth = { .now_ms = 1 };
    char words[SJ_WORDS_MAX];

    memset(birth.store_id, 7, sizeof birth.store_id);
    memset(birth.secret, 8, sizeof birth.secret);
    if (!sj_store_open(&f->store, f->folder, &schema, &birth, words)) {
        (void) fprintf(stderr, "fixture: %s\n", words);
        abort();
    }
}

void
fixture_save(fixture *f)
{
    char words[SJ_WORDS_MAX];

    if (!sj_store_checkpoint(f->store, words)) {
        (void) fprintf(stderr, "fixture: %s\n", words);
        abort();
    }
}

int
fixture_open(void **state, const sj_core *core)
{
    fixture *f = calloc(1, sizeof *f);

    if (f == NULL || !sj_arena_open(&f->arena, ARENA_SIZE))
        return -1;
    f->core = core;
    f->org = 1;
    memset(f->actor, 0xac, sizeof f->actor);
    (void) snprintf(f->folder, sizeof f->folder, "/tmp/sijill-test-XXXXXX");
    if (mkdtemp(f->folder) == NULL)
        return -1;
    open_store(f);
    *state = f;
    return 0;
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
fixture_remove_folder(const char *folder)
{
    (void) nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

int
fixture_close(void **state)
{
    fixture *f = *state;

    sj_store_close(&f->store);
    fixture_remove_folder(f->folder);
    sj_arena_close(&f->arena);
    free(f);
    return 0;
}

/* UUIDv7 of the instant and the counter, so that ids rise and are never expired. */
static void
make_id(fixture *f, uint64_t now_ms, uint8_t id[SJ_ID_SIZE])
{
    if (f->has_next_id) {
        memcpy(id, f->next_id, SJ_ID_SIZE);
        f->has_next_id = false;
        return;
    }
    memset(id, 0, SJ_ID_SIZE);
    sj_write_u64(id, now_ms << 16);
    sj_write_u64(id + 8, f->counter);
    id[6] = 0x70;
    id[8] = 0x80;
}

static sj_command
make_command(fixture *f, uint32_t type, const ProtobufCMessage *body, uint64_t now_ms)
{
    sj_command cmd = { .type = type, .org = f->org, .now_ms = now_ms, .dry_run = f->dry_run };

    f->counter++;
    make_id(f, now_ms, cmd.id);
    memcpy(cmd.actor, f->actor, sizeof cmd.actor);
    sj_write_u64(cmd.entropy, f->counter);
    cmd.peer = f->peer;
    cmd.delegated = f->delegated;
    cmd.has_credential = f->has_credential;
    memcpy(cmd.credential, f->credential, sizeof cmd.credential);
    cmd.has_outside = f->has_outside;
    memcpy(cmd.outside, f->outside, sizeof cmd.outside);
    cmd.if_revision = f->if_revision;
    if (f->where != NULL)
        (void) snprintf(cmd.where, sizeof cmd.where, "%s", f->where);
    if (body != NULL) {
        size_t size = protobuf_c_message_get_packed_size(body);
        void *packed = sj_arena_take(&f->arena, size);

        assert(packed != NULL);
        cmd.body = (sj_bytes){ packed, protobuf_c_message_pack(body, packed) };
    }
    return cmd;
}

static void
finish(fixture *f, sj_txn *txn, bool good)
{
    if (!good) {
        (void) fprintf(stderr, "fixture: fault: %s\n", sj_txn_fault_words(txn));
        f->reply = (sj_reply){ .status = SJ_INTERNAL };
        sj_write_abort(txn);
    } else if (!sj_write_pending(txn)) {
        sj_write_abort(txn);
    } else if (!sj_write_commit(txn)) {
        abort();
    }
}

sj_status
fixture_run(fixture *f, uint32_t type, const ProtobufCMessage *body, uint64_t now_ms)
{
    const sj_route *route = sj_core_route(f->core, type);
    sj_command cmd;
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    cmd = make_command(f, type, body, now_ms);
    if (route != NULL && route->kind == SJ_ROUTE_INTERNAL)
        cmd.origin = SJ_FROM_ITSELF;
    if (route != NULL && route->kind == SJ_ROUTE_QUERY) {
        txn = sj_read_begin(f->store, &f->arena, now_ms);
        if (!sj_answer(txn, f->core, &cmd, &f->reply)) {
            (void) fprintf(stderr, "fixture: fault: %s\n", sj_txn_fault_words(txn));
            f->reply = (sj_reply){ .status = SJ_INTERNAL };
        }
        sj_read_end(txn);
        return f->reply.status;
    }
    txn = sj_write_begin(f->store, &f->arena);
    finish(f, txn, sj_apply(txn, f->core, &cmd, &f->reply));
    return f->reply.status;
}

sj_status
fixture_feed(fixture *f, uint32_t type, const ProtobufCMessage *body,
             const ProtobufCMessage *personal, uint64_t now_ms)
{
    sj_command cmd;
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    cmd = make_command(f, type, body, now_ms);
    cmd.origin = SJ_FROM_FEED;
    cmd.record_seq = ++f->record_seq;
    if (personal != NULL) {
        size_t size = protobuf_c_message_get_packed_size(personal);
        void *packed = sj_arena_take(&f->arena, size);

        assert(packed != NULL);
        cmd.personal = (sj_bytes){ packed, protobuf_c_message_pack(personal, packed) };
    }
    txn = sj_write_begin(f->store, &f->arena);
    finish(f, txn,
           sj_apply_record(txn, f->core, &cmd, FEED_SHARD, (sj_cursor){ 1, f->record_seq },
                           &f->reply));
    return f->reply.status;
}

static void *
unpack(fixture *f, const ProtobufCMessageDescriptor *type, sj_bytes packed)
{
    ProtobufCAllocator allocator = sj_arena_allocator(&f->arena);
    void *message = protobuf_c_message_unpack(type, &allocator, packed.size, packed.at);

    assert(message != NULL);
    return message;
}

void *
fixture_reply(fixture *f, const ProtobufCMessageDescriptor *type)
{
    return unpack(f, type, f->reply.body);
}

static size_t
walk_outbox(fixture *f, uint32_t type, sj_bytes *last)
{
    static unsigned char kept[SJ_VALUE_MAX];
    sj_txn *txn = sj_read_begin(f->store, &f->arena, 0);
    sj_outbox_record stored = { .seq = 0 };
    size_t count = 0;

    for (;;) {
        size_t mark = sj_arena_mark(&f->arena);
        Sijill__V1__Record *record;

        if (!sj_outbox_next(txn, stored.seq, &stored))
            break;
        record = sijill__v1__record__unpack(NULL, stored.record.size, stored.record.at);
        assert(record != NULL);
        if (type == 0 || record->type == type) {
            count++;
            memcpy(kept, record->body.data, record->body.len);
            *last = (sj_bytes){ kept, record->body.len };
        }
        sijill__v1__record__free_unpacked(record, NULL);
        sj_arena_release(&f->arena, mark);
    }
    sj_read_end(txn);
    return count;
}

size_t
fixture_emitted(fixture *f, uint32_t type)
{
    sj_bytes last;

    return walk_outbox(f, type, &last);
}

void *
fixture_last_record(fixture *f, uint32_t type, const ProtobufCMessageDescriptor *of)
{
    sj_bytes last = { NULL, 0 };

    return walk_outbox(f, type, &last) == 0 ? NULL : unpack(f, of, last);
}

static void
digest_table(fixture *f, sj_txn *txn, unsigned table, crypto_generichash_state *state)
{
    sj_key all = sj_key_empty();
    uint64_t revision;
    sj_scan scan;

    sj_scan_begin(&scan, txn, table, &all, NULL);
    for (;;) {
        size_t mark = sj_arena_mark(&f->arena);

        if (!sj_scan_next(&scan))
            break;
        (void) crypto_generichash_update(state, (const uint8_t *) &table, sizeof table);
        (void) crypto_generichash_update(state, scan.key.at, scan.key.size);
        (void) crypto_generichash_update(state, scan.value.at, scan.value.size);
        revision = sj_revision(txn, table, &scan.at);
        (void) crypto_generichash_update(state, (const uint8_t *) &revision, sizeof revision);
        sj_arena_release(&f->arena, mark);
    }
}

void
fixture_digest(fixture *f, uint8_t digest[32])
{
    crypto_generichash_state state;
    sj_txn *txn;
    unsigned tables = SJ_TABLE_OWN;

    while (f->core->tables[tables - SJ_TABLE_OWN] != NULL)
        tables++;
    sj_arena_reset(&f->arena);
    (void) crypto_generichash_init(&state, NULL, 0, 32);
    txn = sj_read_begin(f->store, &f->arena, 0);
    for (unsigned table = 0; table < tables; table++)
        digest_table(f, txn, table, &state);
    assert(sj_txn_fault(txn) == SJ_FAULT_NONE);
    sj_read_end(txn);
    (void) crypto_generichash_final(&state, digest, 32);
}

static void
count_damage(void *context, const char *words)
{
    (void) fprintf(stderr, "scrub: %s\n", words);
    ++*(size_t *) context;
}

size_t
fixture_scrub(fixture *f)
{
    size_t damages = 0;
    sj_arena arena;
    sj_txn *txn;

    (void) sj_scrub_records(f->store, count_damage, &damages);
    if (!sj_arena_open(&arena, SCRUB_ARENA_SIZE))
        abort();
    txn = sj_read_begin(f->store, &arena, 0);
    sj_scrub_common(txn, count_damage, &damages);
    f->core->scrub(txn, count_damage, &damages);
    if (sj_txn_fault(txn) != SJ_FAULT_NONE)
        count_damage(&damages, sj_txn_fault_words(txn));
    sj_read_end(txn);
    sj_arena_close(&arena);
    return damages;
}
