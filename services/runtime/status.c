/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/status.h"

#include "services/core/message.h"
#include "storage/cursor.h"

#include <stdio.h>
#include <string.h>

enum { CONSUMERS_MAX = 16 };

/* Anonymous memory: what the process holds beside the mapped file. */
static uint64_t
resident_bytes(void)
{
    unsigned long long kib = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "re");

    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "RssAnon: %llu kB", &kib) == 1)
            break;
    (void) fclose(file);
    return kib * 1024;
}

static void
write_position(Sijill__V1__LogPos *position, uint32_t shard, uint64_t epoch, uint64_t seq)
{
    sijill__v1__log_pos__init(position);
    position->has_shard = position->has_epoch = position->has_seq = 1;
    position->shard = shard;
    position->epoch = epoch;
    position->seq = seq;
}

typedef struct feed_row {
    Sijill__V1__FeedState state;
    Sijill__V1__LogPos at, head;
} feed_row;

static void
write_feed(feed_row *row, const char *name, uint32_t shard, sj_cursor at, uint64_t head)
{
    sijill__v1__feed_state__init(&row->state);
    write_position(&row->at, shard, at.epoch, at.seq);
    write_position(&row->head, shard, at.epoch, head);
    row->state.name = (char *) (uintptr_t) name;
    row->state.at = &row->at;
    row->state.head = &row->head;
    row->state.has_connected = 1;
}

static void
write_counts(const sj_service *service, Sijill__V1__ServiceStatus *out)
{
    uint64_t used, map;

    sj_store_usage(service->store, &used, &map);
    out->has_state = out->has_commands = out->has_refused = out->has_replayed = out->has_queries =
        1;
    out->has_commits = out->has_busy = out->has_bad_frames = out->has_store_bytes = 1;
    out->has_map_bytes = out->has_resident_bytes = out->has_started_ms = out->has_ready_after_us =
        1;
    out->state = service->presence.state;
    out->commands = service->counts.commands;
    out->refused = service->counts.refused;
    out->replayed = service->counts.replayed;
    out->queries = service->counts.queries;
    out->commits = service->counts.commits;
    out->busy = service->counts.busy;
    out->bad_frames = service->front.bad_frames + service->feed.port.bad_frames;
    out->store_bytes = used;
    out->map_bytes = map;
    out->resident_bytes = resident_bytes();
    out->started_ms = service->started_ms;
    out->ready_after_us = service->ready_after_us;
}

void
sj_status_answer(sj_service *service, sj_txn *txn, sj_reply *reply)
{
    const sj_meta *meta = sj_store_meta(service->store);
    feed_row consumes[SJ_RELAYS_MAX], serves[CONSUMERS_MAX];
    Sijill__V1__FeedState *followed[SJ_RELAYS_MAX], *served[CONSUMERS_MAX];
    Sijill__V1__ServiceStatus out;
    Sijill__V1__LogPos head;

    sijill__v1__service_status__init(&out);
    out.service = (char *) (uintptr_t) service->plan->core->name;
    out.version = (char *) (uintptr_t) SIJILL_VERSION;
    out.has_store_id = out.has_digest = out.has_log_time_ms = out.has_outbox_first = 1;
    out.has_dead_letters = 1;
    out.store_id = sj_id_data(meta->store_id);
    out.digest = sj_id_data(meta->digest);
    out.log_time_ms = meta->log_ms;
    out.outbox_first = meta->outbox_first;
    out.dead_letters = meta->dead_letters;
    write_position(&head, service->presence.shard, meta->epoch, meta->seq);
    out.head = &head;
    write_counts(service, &out);
    for (size_t i = 0; i < service->relay_count; i++) {
        const sj_relay *relay = &service->relays[i];

        write_feed(&consumes[i], relay->producer, relay->shard, relay->covered, relay->head);
        consumes[i].state.connected = relay->state == SJ_RELAY_FOLLOWING;
        followed[i] = &consumes[i].state;
        if (relay->state == SJ_RELAY_STOPPED)
            consumes[i].state.stopped = (char *) (uintptr_t) relay->words;
        if (meta->dead_letters > 0 && out.last_dead_letter == NULL)
            out.last_dead_letter = (char *) (uintptr_t) sj_dead_letter_words(txn, relay->shard);
    }
    out.n_consumes = service->relay_count;
    out.consumes = followed;
    out.serves = served;
    for (size_t i = 0; i < service->feed.count && out.n_serves < CONSUMERS_MAX; i++) {
        const sj_subscription *subscription = &service->feed.subscriptions[i];

        if (!subscription->used || subscription->name[0] == '\0')
            continue;
        write_feed(&serves[out.n_serves], subscription->name, service->presence.shard,
                   (sj_cursor){ meta->epoch, subscription->covered }, meta->seq);
        serves[out.n_serves].state.connected = 1;
        served[out.n_serves] = &serves[out.n_serves].state;
        out.n_serves++;
    }
    (void) sj_accept(txn, reply, &out.base);
    reply->seq = meta->seq;
}
