/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/spool_inside.h"

#include "services/core/message.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "storage/store.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH_ARENA_SIZE = 32 * 1024 * 1024,
    READ_ARENA_SIZE = 1024 * 1024,
    DONE_MS = 100,
    SAY_AGAIN_MS = 2000,
};

static const char *const tables[] = { "delivery", "body", "done",    "hook",
                                      "endpoint", "out",  "out_log", NULL };
static const sj_schema schema = {
    .service = "gateway",
    .version = 1,
    .tables = tables,
    .snapshots = true,
    .growing = 1U << (SPOOL_DELIVERY - SJ_TABLE_OWN) | 1U << (SPOOL_BODY - SJ_TABLE_OWN),
};

/* ---- writing ----------------------------------------------------------------------------------
 */

static _Noreturn void
die(void)
{
    sj_log(SJ_LOG_ERROR, "spool.commit_failed",
           "outcome=unknown words=\"the disk failed; start again, platforms send again\"");
    exit(SPOOL_EXIT_UNKNOWN);
}

/* Tell those whose deliveries the writer has written. */
static void
hear_writer(spool *s)
{
    const spool_batch *done = &s->writing;
    spool_outcome outcome;

    if (!spool_writer_end(s->writer, &outcome))
        return;
    if (outcome == SPOOL_UNKNOWN)
        die();
    s->last += outcome == SPOOL_DURABLE ? done->count : 0;
    s->is_unread = true;
    for (size_t i = 0; i < done->count; i++)
        done->promises[i].stored(done->promises[i].context, outcome == SPOOL_DURABLE);
    spool_batch_clear(&s->writing);
    loop_again(s->loop); /* who is told has work that this turn no longer looks at */
}

static void
hear_readable(spool *s)
{
    if (!s->is_unread || !spool_writer_is_read(s->writer))
        return;
    s->is_unread = false;
    if (s->readable != NULL)
        s->readable(s->readable_context);
}

void
spool_on_readable(spool *s, spool_readable_fn *readable, void *context)
{
    s->readable = readable;
    s->readable_context = context;
}

sj_txn *
spool_write(spool *s)
{
    if (s->batch == NULL) {
        spool_writer_wait(s->writer);
        s->batch = spool_begin(s->store, &s->batch_arena, sj_clock_ms());
    }
    return s->batch;
}

/* What has come since the writer was given its last batch is its next one. */
static void
hand_over(spool *s)
{
    spool_batch next = s->waiting;

    if (s->waiting.count == 0 || s->batch != NULL || spool_writer_is_busy(s->writer))
        return;
    s->waiting = s->writing;
    s->writing = next;
    spool_writer_begin(s->writer, &s->writing, s->last + 1, sj_clock_ms());
}

/* False: a number that is in use could be given again. */
static bool
read_state(spool *s)
{
    sj_txn *txn = sj_read_begin(s->store, &s->read_arena, sj_clock_ms());
    sj_key zero = spool_key(0);
    sj_key all = sj_key_empty();
    sj_scan scan;
    sj_bytes value;
    size_t mark = sj_arena_mark(&s->read_arena); /* there may be more than an arena holds */
    bool whole;

    s->low = sj_get(txn, SPOOL_DONE, &zero, &value) && value.size == 8 ? sj_read_u64(value.at) : 0;
    s->last = s->low;
    s->done_above = 0;
    sj_scan_begin_after(&scan, txn, SPOOL_DONE, &all, &zero);
    while (sj_scan_next(&scan)) {
        s->done_above++;
        sj_arena_release(&s->read_arena, mark);
    }
    zero = spool_key(s->low);
    sj_scan_begin_after(&scan, txn, SPOOL_DELIVERY, &all, &zero);
    while (sj_scan_next(&scan)) {
        s->last = sj_read_u64(scan.key.at);
        sj_arena_release(&s->read_arena, mark);
    }
    whole = sj_txn_fault(txn) == SJ_FAULT_NONE;
    sj_read_end(txn);
    sj_arena_reset(&s->read_arena);
    return whole;
}

static int
compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

    return x < y ? -1 : x > y;
}

static void
rise(spool *s)
{
    sj_key key;

    for (s->low++; s->done_above > 0; s->low++, s->done_above--) {
        key = spool_key(s->low + 1);
        if (!sj_exists(spool_write(s), SPOOL_DONE, &key))
            return;
        sj_delete(spool_write(s), SPOOL_DONE, &key);
    }
}

static bool
is_marked(spool *s, sj_txn *txn, uint64_t number)
{
    sj_key key = spool_key(number);

    for (size_t i = 0; i < s->done_count; i++)
        if (s->done[i] == number)
            return true;
    return number <= s->low || sj_exists(txn, SPOOL_DONE, &key);
}

static bool
is_done(spool *s, uint64_t number)
{
    sj_txn *txn = sj_read_begin(s->store, &s->read_arena, sj_clock_ms());
    bool marked = is_marked(s, txn, number);

    sj_read_end(txn);
    sj_arena_reset(&s->read_arena);
    return marked;
}

/* A mark is worth no commit of its own: without it a delivery is looked at once more after a crash,
 * and changes nothing.  So marks wait for each other. */
static void
write_done(spool *s)
{
    uint64_t low_before = s->low;
    unsigned char low[8];
    sj_key key;

    qsort(s->done, s->done_count, sizeof *s->done, compare_numbers);
    for (size_t i = 0; i < s->done_count; i++) {
        key = spool_key(s->done[i]);
        if (s->done[i] == s->low + 1) {
            rise(s);
        } else if (s->done[i] > s->low) {
            s->done_above += !sj_exists(spool_write(s), SPOOL_DONE, &key);
            sj_put(spool_write(s), SPOOL_DONE, &key, (sj_bytes){ "", 0 });
        }
    }
    s->done_count = 0;
    if (s->low == low_before)
        return;
    key = spool_key(0);
    sj_write_u64(low, s->low);
    sj_put(spool_write(s), SPOOL_DONE, &key, (sj_bytes){ low, sizeof low });
}

static void
done_due(void *context)
{
    (void) spool_write(context); /* the turn's end writes the marks */
}

/* What was done stays so, when the disk can be written again; those who keep a place on a feed here
 * begin again at what is durable (spool_lost). */
static void
batch_lost(spool *s, size_t done_count)
{
    if (!read_state(s)) {
        sj_log(SJ_LOG_ERROR, "spool.unreadable", "words=\"start again\"");
        exit(SPOOL_EXIT_UNKNOWN);
    }
    s->lost++;
    s->done_count = done_count;
    if (done_count > 0)
        loop_at(s->loop, &s->done_timer, loop_mono_ms(s->loop) + SAY_AGAIN_MS);
}

uint64_t
spool_lost(const spool *s)
{
    return s->lost;
}

/* The store is the writer's again after a checkpoint only. */
static void
flush_own(spool *s)
{
    size_t done_count = s->done_count;
    char words[SJ_WORDS_MAX];
    spool_outcome outcome;

    if (s->batch == NULL)
        return;
    write_done(s);
    outcome = spool_commit(s->batch, s->last);
    if (outcome == SPOOL_UNKNOWN || !sj_store_checkpoint(s->store, words))
        die();
    s->batch = NULL;
    sj_arena_reset(&s->batch_arena);
    if (outcome == SPOOL_REFUSED)
        batch_lost(s, done_count);
}

void
spool_flush(void *context)
{
    spool *s = context;

    hear_writer(s);
    hear_readable(s);
    flush_own(s);
    hand_over(s);
}

void
spool_add(spool *s, const Sijill__V1__DeliveryRow *row, sj_bytes body, spool_stored_fn *stored,
          void *context)
{
    if (!spool_batch_add(&s->waiting, row, body, (promise){ stored, context }))
        stored(context, false);
}

void
spool_done(spool *s, uint64_t number)
{
    if (is_done(s, number))
        return;
    if (s->done_count == DONE_MAX)
        write_done(s);
    if (s->done_count == 0)
        loop_at(s->loop, &s->done_timer, loop_mono_ms(s->loop) + DONE_MS);
    s->done[s->done_count++] = number;
}

void
spool_put_hook(spool *s, uint64_t org, const Sijill__V1__Hook *hook)
{
    sj_key key = sj_key_org(org);

    assert(hook->id.len == SJ_ID_SIZE);
    sj_key_add_id(&key, hook->id.data);
    sj_row_put(spool_write(s), SPOOL_HOOK, &key, &hook->base);
}

void
spool_put_cursor(spool *s, uint32_t shard, sj_cursor at)
{
    sj_cursor_put(spool_write(s), shard, at);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* A copy that outlives the transaction's own arena. */
static bool
copy_row(sj_arena *arena, sj_bytes packed, Sijill__V1__DeliveryRow **row)
{
    ProtobufCAllocator allocator = sj_arena_allocator(arena);

    *row = sijill__v1__delivery_row__unpack(&allocator, packed.size, packed.at);
    return *row != NULL;
}

static bool
join_body(sj_txn *txn, uint64_t number, const Sijill__V1__DeliveryRow *row, sj_arena *arena,
          sj_bytes *body)
{
    unsigned char *at;
    size_t size = 0;

    if (row->has_body) {
        *body = (sj_bytes){ row->body.data, row->body.len };
        return true;
    }
    at = sj_arena_take(arena, (size_t) row->body_parts * SPOOL_PART_SIZE + 1);
    for (uint32_t part = 0; at != NULL && part < row->body_parts; part++) {
        sj_key key = spool_key(number);
        sj_bytes value;

        sj_key_add_u32(&key, part);
        if (!sj_get(txn, SPOOL_BODY, &key, &value) || value.size > SPOOL_PART_SIZE)
            return false;
        memcpy(at + size, value.at, value.size);
        size += value.size;
    }
    *body = (sj_bytes){ at, size };
    return at != NULL;
}

bool
spool_next(spool *s, uint64_t after, sj_arena *arena, uint64_t *number,
           Sijill__V1__DeliveryRow **row, sj_bytes *body)
{
    sj_txn *txn = sj_read_begin(s->store, &s->read_arena, sj_clock_ms());
    sj_key all = sj_key_empty();
    sj_key from = spool_key(after < s->low ? s->low : after);
    size_t mark = sj_arena_mark(&s->read_arena);
    sj_scan scan;
    bool found = false;

    sj_scan_begin_after(&scan, txn, SPOOL_DELIVERY, &all, &from);
    while (!found && sj_scan_next(&scan)) {
        *number = sj_read_u64(scan.key.at);
        if (is_marked(s, txn, *number)) { /* there may be more than the arena holds */
            sj_arena_release(&s->read_arena, mark);
            continue;
        }
        if (!copy_row(arena, scan.value, row) || !join_body(txn, *number, *row, arena, body))
            break;
        found = true;
    }
    sj_read_end(txn);
    sj_arena_reset(&s->read_arena);
    return found;
}

sj_txn *
spool_read(spool *s)
{
    return sj_read_begin(s->store, &s->read_arena, sj_clock_ms());
}

void
spool_read_end(spool *s, sj_txn *txn)
{
    sj_read_end(txn);
    sj_arena_reset(&s->read_arena);
}

uint64_t
spool_waiting(const spool *s)
{
    return s->last - s->low - s->done_above - s->done_count;
}

bool
spool_is_writing(const spool *s)
{
    return s->waiting.count > 0 || s->writing.count > 0 || s->is_unread;
}

void
spool_each_hook(spool *s, spool_hook_fn *each, void *context)
{
    sj_txn *txn = sj_read_begin(s->store, &s->read_arena, sj_clock_ms());
    sj_key all = sj_key_empty();
    sj_scan scan;

    sj_scan_begin(&scan, txn, SPOOL_HOOK, &all, NULL);
    while (sj_scan_next(&scan)) {
        size_t mark = sj_arena_mark(&s->read_arena);
        Sijill__V1__Hook *hook = sj_unpack(txn, &sijill__v1__hook__descriptor, scan.value);

        if (hook != NULL)
            each(context, sj_read_u64(scan.key.at), hook);
        sj_arena_release(&s->read_arena, mark);
    }
    sj_read_end(txn);
    sj_arena_reset(&s->read_arena);
}

sj_cursor
spool_cursor(spool *s, uint32_t shard)
{
    sj_txn *txn = sj_read_begin(s->store, &s->read_arena, sj_clock_ms());
    sj_cursor at = sj_cursor_get(txn, shard);

    sj_read_end(txn);
    sj_arena_reset(&s->read_arena);
    return at;
}

void
spool_usage(const spool *s, uint64_t *used, uint64_t *map)
{
    sj_store_usage(s->store, used, map);
}

/* ---- opening ----------------------------------------------------------------------------------
 */

/* The turn's end takes it from there. */
static void
writer_told(void *context)
{
    spool *s = context;

    spool_writer_heard(s->writer);
}

spool *
spool_open(loop *l, const char *home)
{
    spool *s = calloc(1, sizeof *s);
    sj_birth birth = { .now_ms = sj_clock_ms() };
    char words[SJ_WORDS_MAX];

    if (s == NULL)
        return NULL;
    s->loop = l;
    randombytes_buf(birth.store_id, sizeof birth.store_id);
    randombytes_buf(birth.secret, sizeof birth.secret);
    if (!sj_arena_open(&s->batch_arena, BATCH_ARENA_SIZE) ||
        !sj_arena_open(&s->read_arena, READ_ARENA_SIZE)) {
        sj_log(SJ_LOG_ERROR, "spool.refused", "words=\"out of memory\"");
        spool_close(&s);
        return NULL;
    }
    if (!sj_store_open(&s->store, home, &schema, &birth, words)) {
        sj_log(SJ_LOG_ERROR, "spool.refused", "words=\"%s\"", words);
        spool_close(&s);
        return NULL;
    }
    if (!read_state(s)) {
        sj_log(SJ_LOG_ERROR, "spool.refused", "words=\"it cannot be read: restore a backup\"");
        spool_close(&s);
        return NULL;
    }
    s->writer = spool_writer_open(s->store);
    if (s->writer == NULL || !loop_watch(l, spool_writer_fd(s->writer), false, writer_told, s)) {
        sj_log(SJ_LOG_ERROR, "spool.refused", "words=\"out of memory, descriptors or threads\"");
        spool_close(&s);
        return NULL;
    }
    s->prune_timer = (loop_timer){ .due = spool_prune, .context = s };
    loop_at(l, &s->prune_timer, loop_mono_ms(l) + SPOOL_PRUNE_MS);
    s->done_timer = (loop_timer){ .due = done_due, .context = s };
    return s;
}

void
spool_close(spool **at)
{
    spool *s = *at;

    *at = NULL;
    if (s == NULL)
        return;
    loop_at(s->loop, &s->prune_timer, 0);
    loop_at(s->loop, &s->done_timer, 0);
    if (s->writer != NULL) { /* who waits for it is gone; platforms send again */
        spool_writer_wait(s->writer);
        loop_unwatch(s->loop, spool_writer_fd(s->writer));
        write_done(s);
        flush_own(s);
        spool_writer_close(&s->writer);
    }
    sj_store_close(&s->store);
    sj_arena_close(&s->batch_arena);
    sj_arena_close(&s->read_arena);
    spool_batch_free(&s->waiting);
    spool_batch_free(&s->writing);
    free(s);
}
