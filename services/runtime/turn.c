/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/turn.h"

#include "services/core/access.h"
#include "services/core/apply.h"
#include "services/core/housekeeping.h"
#include "services/core/message.h"
#include "services/runtime/clock.h"
#include "services/runtime/front.h"
#include "services/runtime/log.h"
#include "services/runtime/status.h"
#include "services/runtime/stop.h"
#include "services/runtime/watch.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    ENTRIES_MAX = SJ_BATCH_MAX + SJ_RELAYS_MAX * SJ_FEED_RECORDS_MAX + 32,
    RUSH_COMMANDS = 8, /* at once */
    LAGGING_RETRY_MS = 100,
    PULSE_TYPE = 900,
    STATUS_TYPE = 950,
};

/* Between two pulses; sooner where something was written since, which may have made work for one.
 */
static const uint64_t pulse_us = 1000 * 1000, pulse_soon_us = 20 * 1000;

/* One command of a batch, whoever it is from. */
typedef struct turn_entry {
    sj_command cmd;
    sj_reply reply;
    const sj_route *route;
    sj_job *job;     /* NULL: nobody waits for an answer */
    sj_relay *relay; /* NULL: not a record */
    bool wrote;
} turn_entry;

typedef struct turn_batch {
    turn_entry entries[ENTRIES_MAX];
    size_t count;
    sj_job *queries[SJ_BATCH_MAX];
    size_t query_count;
} turn_batch;

static void
stamp(sj_service *service, sj_command *cmd, uint8_t entropy[SJ_ENTROPY_SIZE])
{
    cmd->now_ms = service->presence.now_ms;
    memcpy(cmd->entropy, entropy, SJ_ENTROPY_SIZE);
}

static turn_entry *
add(turn_batch *batch, const sj_command *cmd, const sj_route *route)
{
    turn_entry *entry = &batch->entries[batch->count++];

    memset(entry, 0, sizeof *entry);
    entry->cmd = *cmd;
    entry->route = route;
    return entry;
}

static void
take_records(sj_service *service, turn_batch *batch)
{
    for (size_t i = 0; i < service->relay_count; i++) {
        sj_relay *relay = &service->relays[i];
        sj_command cmd;

        while (relay->state == SJ_RELAY_FOLLOWING && sj_relay_next(relay, &cmd)) {
            const sj_route *route = sj_route_find(service->plan->core->routes, cmd.type);

            if (route == NULL || route->kind != SJ_ROUTE_RECORD) {
                sj_relay_stop(relay, "a record type that this program does not know: install the "
                                     "version that wrote it");
                break;
            }
            add(batch, &cmd, route)->relay = relay;
        }
    }
}

/* True when its barrier is met.  Else it is parked, or refused when that is full. */
static bool
passes_barrier(sj_service *service, const sj_job *job)
{
    if (job->min_shard == 0)
        return true;
    if (job->min_shard == service->presence.shard)
        return service->presence.seq >= job->min_seq;
    for (size_t i = 0; i < service->relay_count; i++)
        if (service->relays[i].shard == job->min_shard)
            return service->relays[i].covered.seq >= job->min_seq;
    return true; /* a feed that is not followed here says nothing about this answer */
}

static void
refuse_job(sj_service *service, sj_job *job, sj_status status, const char *words, uint32_t retry_ms)
{
    job->reply = (sj_reply){ .status = status, .detail = words, .retry_after_ms = retry_ms };
    sj_front_answer(service, job);
}

static void
take_job(sj_service *service, turn_batch *batch, sj_job *job)
{
    if (job->expires_ms != 0 && job->expires_ms + SJ_CLOCK_SKEW_MS < service->presence.now_ms)
        refuse_job(service, job, SJ_EXPIRED,
                   "the request waited past its expires_at_ms; nothing was done", 0);
    else if (job->route->kind == SJ_ROUTE_QUERY)
        batch->queries[batch->query_count++] = job;
    else
        add(batch, &job->cmd, job->route)->job = job;
}

/* The feed that a request waits for need not gather. */
static void
hurry(sj_service *service, const sj_job *job)
{
    for (size_t i = 0; i < service->relay_count; i++)
        if (service->relays[i].shard == job->min_shard)
            sj_relay_hurry(&service->relays[i]);
}

static void
park(sj_service *service, sj_job *job)
{
    hurry(service, job);
    job->park_until_ms = service->presence.now_ms + SJ_PARKED_MS;
    if (!sj_queue_park(&service->queue, job))
        refuse_job(service, job, SJ_LAGGING, "too many requests wait for a feed", LAGGING_RETRY_MS);
}

static void
take_parked(sj_service *service, turn_batch *batch)
{
    for (size_t i = 0; i < service->queue.parked_count;) {
        sj_job *job = sj_queue_parked(&service->queue, i);

        if (passes_barrier(service, job))
            take_job(service, batch, sj_queue_unpark(&service->queue, i));
        else if (job->park_until_ms < service->presence.now_ms)
            refuse_job(service, sj_queue_unpark(&service->queue, i), SJ_LAGGING,
                       "this service has not yet followed the other's feed that far",
                       LAGGING_RETRY_MS);
        else {
            hurry(service, job);
            i++;
        }
    }
}

/* How many waited. */
static size_t
take_jobs(sj_service *service, turn_batch *batch)
{
    sj_job *job;
    size_t waiting = 0;

    for (size_t taken = batch->query_count; taken < SJ_BATCH_MAX - SJ_PARKED_MAX; taken++) {
        job = sj_queue_pop(&service->queue);
        if (job == NULL)
            break;
        if (passes_barrier(service, job))
            take_job(service, batch, job);
        else
            park(service, job);
        waiting++;
    }
    return waiting;
}

static void
add_internal(sj_service *service, turn_batch *batch, const sj_command *cmd)
{
    (void) add(batch, cmd, sj_core_route(service->plan->core, cmd->type));
}

static void
take_internal(sj_service *service, turn_batch *batch, uint64_t now_us)
{
    sj_command cmd;

    for (size_t i = 0; i < service->note_count; i++)
        add_internal(service, batch, &service->notes[i]);
    service->note_count = 0;
    if (now_us - service->pulsed_us >= (service->wrote ? pulse_soon_us : pulse_us)) {
        memset(&cmd, 0, sizeof cmd);
        cmd.type = PULSE_TYPE;
        cmd.origin = SJ_FROM_ITSELF;
        add_internal(service, batch, &cmd);
        service->pulsed_us = now_us;
        service->wrote = false;
    }
    if (service->link.plan != NULL && sj_link_take(&service->link, &cmd, now_us))
        add_internal(service, batch, &cmd);
}

/* The reply outlives the scratch arena that the handler had. */
static void
keep_reply(sj_service *service, sj_reply *reply)
{
    sj_arena *arena = &service->batch_arena;

    reply->body = sj_arena_copy(arena, reply->body);
    if (reply->detail != NULL)
        reply->detail =
            sj_arena_copy(arena, (sj_bytes){ reply->detail, strlen(reply->detail) + 1 }).at;
    if (reply->field != NULL)
        reply->field =
            sj_arena_copy(arena, (sj_bytes){ reply->field, strlen(reply->field) + 1 }).at;
}

static bool
apply(sj_service *service, sj_txn *txn, turn_entry *entry)
{
    const sj_core *core = service->plan->core;
    bool good;

    sj_arena_reset(&service->scratch);
    if (entry->relay != NULL)
        good = sj_apply_record(txn, core, &entry->cmd, entry->relay->shard,
                               (sj_cursor){ entry->relay->durable.epoch, entry->cmd.record_seq },
                               &entry->reply);
    else
        good = sj_apply(txn, core, &entry->cmd, &entry->reply);
    entry->wrote = sj_txn_wrote(txn);
    if (good && (entry->job != NULL || entry->reply.status != SJ_OK)) /* answered, or logged */
        keep_reply(service, &entry->reply);
    return good;
}

static void
commit(sj_service *service, sj_txn *txn, size_t commands)
{
    uint64_t begun_us;

    if (!sj_write_pending(txn)) {
        sj_write_abort(txn);
        return;
    }
    begun_us = sj_monotonic_us();
    if (!sj_write_commit(txn))
        sj_stop("commit.failed",
                sj_txn_fault_words(txn)); /* the outcome is unknown: answer nobody */
    service->now_us = sj_monotonic_us();
    sj_metrics_committed(&service->metrics, commands, service->now_us - begun_us);
    service->counts.commits++;
    service->wrote = true;
    service->presence.seq = sj_store_meta(service->store)->seq;
    if (service->link.plan != NULL)
        service->link.dirty = true;
}

static bool
apply_all(sj_service *service, turn_batch *batch)
{
    sj_txn *txn = sj_write_begin(service->store, &service->scratch);

    if (sj_txn_fault(txn) != SJ_FAULT_NONE)
        sj_stop("store.failed", sj_txn_fault_words(txn));
    for (size_t i = 0; i < batch->count; i++)
        if (!apply(service, txn, &batch->entries[i])) {
            sj_watch_fault(&batch->entries[i].cmd, sj_txn_fault_words(txn));
            sj_write_abort(txn);
            return false;
        }
    commit(service, txn, batch->count);
    return true;
}

static void
on_lone_fault(sj_service *service, sj_txn *txn, turn_entry *entry)
{
    sj_fault fault = sj_txn_fault(txn);

    if (fault == SJ_FAULT_DAMAGE)
        sj_stop("store.damaged", sj_words(txn, "%s; stop, run scrub, restore the last backup",
                                          sj_txn_fault_words(txn)));
    if (fault == SJ_FAULT_STORAGE || entry->relay != NULL)
        sj_stop("store.failed", sj_txn_fault_words(txn));
    sj_write_abort(txn);
    entry->reply =
        (sj_reply){ .status = SJ_INTERNAL, .detail = "the command failed; nothing was done" };
    if (fault == SJ_FAULT_FULL) {
        entry->reply.status = SJ_UNAVAILABLE;
        entry->reply.detail = "the store or its disk is full: make room, then retry";
        service->store_full = true;
    }
}

/* After a fault: the same commands once more, each alone, so that only the one at fault is lost.
 * They are deterministic, and what was aborted left nothing behind. */
static void
apply_singly(sj_service *service, turn_batch *batch)
{
    sj_arena_reset(&service->batch_arena);
    for (size_t i = 0; i < batch->count; i++) {
        sj_txn *txn = sj_write_begin(service->store, &service->scratch);

        if (sj_txn_fault(txn) != SJ_FAULT_NONE)
            sj_stop("store.failed", sj_txn_fault_words(txn));
        if (apply(service, txn, &batch->entries[i]))
            commit(service, txn, 1);
        else
            on_lone_fault(service, txn, &batch->entries[i]);
    }
}

static void
answer_entries(sj_service *service, turn_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        turn_entry *entry = &batch->entries[i];

        if (entry->cmd.type == PULSE_TYPE && entry->wrote)
            service->pulsed_us = 0; /* it found work: there may be more */
        service->counts.commands++;
        service->counts.refused += entry->reply.status != SJ_OK;
        service->counts.replayed += entry->reply.replayed;
        if (entry->job == NULL) {
            sj_metrics_answered(&service->metrics, entry->route, entry->reply.status);
            if (entry->reply.status != SJ_OK)
                sj_log(SJ_LOG_WARN, entry->relay == NULL ? "internal.refused" : "record.refused",
                       "type=%u words=\"%s\"", entry->cmd.type,
                       entry->reply.detail == NULL ? "" : entry->reply.detail);
            continue;
        }
        entry->job->reply = entry->reply;
        sj_front_answer(service, entry->job);
    }
}

/* 950 and 951: by the process, to whom it may. */
static void
answer_of_process(sj_service *service, sj_txn *txn, sj_job *job)
{
    bool status = job->route->type == STATUS_TYPE;

    if (!sj_access_allow(txn, &job->cmd, &job->reply) ||
        sj_decode(txn, &job->cmd,
                  status ? &sijill__v1__get_status__descriptor
                         : &sijill__v1__get_metrics__descriptor,
                  &job->reply) == NULL)
        return;
    if (status)
        sj_status_answer(service, txn, &job->reply);
    else
        sj_metrics_answer(service, txn, &job->reply);
}

static void
answer_query(sj_service *service, sj_job *job)
{
    sj_txn *txn;

    sj_arena_reset(&service->scratch);
    txn = sj_read_begin(service->store, &service->scratch, service->presence.now_ms);
    job->cmd.now_ms = service->presence.now_ms;
    if (job->route->handle == NULL)
        answer_of_process(service, txn, job);
    else if (!sj_answer(txn, service->plan->core, &job->cmd, &job->reply)) {
        if (sj_txn_fault(txn) != SJ_FAULT_ARENA)
            sj_stop("store.damaged", sj_txn_fault_words(txn));
        job->reply =
            (sj_reply){ .status = SJ_INTERNAL, .detail = "the answer does not fit; ask for less" };
    }
    sj_read_end(txn);
    service->counts.queries++;
    service->now_us = sj_monotonic_us();
    sj_front_answer(service, job);
}

static void
stamp_all(sj_service *service, turn_batch *batch)
{
    static uint8_t entropy[ENTRIES_MAX][SJ_ENTROPY_SIZE];

    randombytes_buf(entropy, batch->count * sizeof entropy[0]);
    for (size_t i = 0; i < batch->count; i++)
        stamp(service, &batch->entries[i].cmd, entropy[i]);
}

bool
sj_turn(sj_service *service, uint64_t now_us)
{
    static turn_batch batch; /* one loop, one batch */
    size_t waited;

    batch.count = batch.query_count = 0;
    sj_arena_reset(&service->batch_arena);
    take_internal(service, &batch, now_us);
    take_records(service, &batch);
    take_parked(service, &batch);
    waited = take_jobs(service, &batch);
    if (batch.count > 0) {
        stamp_all(service, &batch);
        if (!apply_all(service, &batch))
            apply_singly(service, &batch);
        for (size_t i = 0; i < service->relay_count; i++)
            sj_relay_committed(&service->relays[i]);
        answer_entries(service, &batch);
    }
    for (size_t i = 0; i < batch.query_count; i++)
        answer_query(service, batch.queries[i]);
    if (waited >= RUSH_COMMANDS)
        sj_feed_rush(&service->feed, service->now_us);
    /* what was committed may be what a parked request waits for */
    return service->queue.ring_count > 0 || (service->queue.parked_count > 0 && batch.count > 0);
}
