/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/metrics.h"

#include "services/core/housekeeping.h"
#include "services/core/message.h"
#include "services/runtime/service.h"

#include <assert.h>
#include <string.h>

/* More than all routes of a core with all codes that there are; a row takes some 30 octets. */
enum { ROWS_MAX = 1500 };

static const uint64_t batch_bounds[SJ_HISTOGRAM_BOUNDS] = { 1,   2,   4,   8,    16,   32,  64,
                                                            128, 256, 512, 1024, 2048, 4096 };
static const uint64_t commit_bounds[SJ_HISTOGRAM_BOUNDS] = { 100,    200,    500,    1000,  2000,
                                                             5000,   10000,  20000,  50000, 100000,
                                                             200000, 500000, 1000000 };

const sj_route sj_process_routes[] = {
    { 950, "get_status", SJ_ROUTE_QUERY, NULL },
    { 951, "get_metrics", SJ_ROUTE_QUERY, NULL },
    { 0, NULL, SJ_ROUTE_QUERY, NULL },
};

static const sj_route unknown_route = { 0, "unknown", SJ_ROUTE_QUERY, NULL };

static void
add_routes(sj_metrics *metrics, const sj_route *routes)
{
    for (const sj_route *route = routes; route->name != NULL; route++) {
        assert(metrics->route_count < SJ_METRICS_ROUTES);
        metrics->routes[metrics->route_count++] = route;
    }
}

void
sj_metrics_open(sj_metrics *metrics, const sj_core *core)
{
    memset(metrics, 0, sizeof *metrics);
    add_routes(metrics, core->routes);
    metrics->own_count = metrics->route_count;
    add_routes(metrics, sj_common_routes);
    add_routes(metrics, sj_process_routes);
    assert(metrics->route_count < SJ_METRICS_ROUTES);
    metrics->routes[metrics->route_count++] = &unknown_route;
}

/* A core's routes stand in one array, so the place of one needs no search. */
static size_t
slot_of(const sj_metrics *metrics, const sj_route *route)
{
    uintptr_t first = (uintptr_t) metrics->routes[0], at = (uintptr_t) route;

    if (at >= first && at < first + metrics->own_count * sizeof *route)
        return (at - first) / sizeof *route;
    for (size_t i = metrics->own_count; i < metrics->route_count; i++)
        if (metrics->routes[i] == route)
            return i;
    return metrics->route_count - 1;
}

void
sj_metrics_answered(sj_metrics *metrics, const sj_route *route, sj_status status)
{
    assert((unsigned) status < SJ_METRICS_CODES);
    metrics->answers[slot_of(metrics, route)][status]++;
}

static void
add_to(sj_histogram *histogram, const uint64_t bounds[SJ_HISTOGRAM_BOUNDS], uint64_t value)
{
    size_t bucket = 0;

    while (bucket < SJ_HISTOGRAM_BOUNDS && value > bounds[bucket])
        bucket++;
    histogram->count[bucket]++;
    histogram->sum += value;
}

void
sj_metrics_committed(sj_metrics *metrics, size_t commands, uint64_t took_us)
{
    add_to(&metrics->batch, batch_bounds, commands);
    add_to(&metrics->commit_us, commit_bounds, took_us);
}

void
sj_metrics_saved(sj_metrics *metrics, uint64_t took_us)
{
    add_to(&metrics->checkpoint_us, commit_bounds, took_us);
}

static void
write_histogram(Sijill__V1__Histogram *out, sj_histogram *histogram, const uint64_t *bounds)
{
    sijill__v1__histogram__init(out);
    out->n_bound = SJ_HISTOGRAM_BOUNDS;
    out->bound = (uint64_t *) (uintptr_t) bounds;
    out->n_count = SJ_HISTOGRAM_BOUNDS + 1;
    out->count = histogram->count;
    out->has_sum = 1;
    out->sum = histogram->sum;
}

/* Rows of what was counted at all; NULL: no memory. */
static Sijill__V1__CommandCount **
write_answers(const sj_metrics *metrics, sj_txn *txn, size_t *count)
{
    Sijill__V1__CommandCount **rows =
        sj_arena_take(sj_txn_arena(txn), ROWS_MAX * sizeof(Sijill__V1__CommandCount *));

    *count = 0;
    for (size_t slot = 0; rows != NULL && slot < metrics->route_count; slot++)
        for (uint32_t code = 0; code < SJ_METRICS_CODES && *count < ROWS_MAX; code++) {
            Sijill__V1__CommandCount *row;

            if (metrics->answers[slot][code] == 0)
                continue;
            row = sj_arena_take(sj_txn_arena(txn), sizeof *row);
            if (row == NULL)
                return NULL;
            sijill__v1__command_count__init(row);
            row->command = (char *) (uintptr_t) metrics->routes[slot]->name;
            row->has_code = row->has_count = 1;
            row->code = code;
            row->count = metrics->answers[slot][code];
            rows[(*count)++] = row;
        }
    return rows;
}

/* Of those that wait for their turn or for a feed; the one that asks is answered and waits no
 * more. */
static uint64_t
oldest_wait_us(const sj_service *service)
{
    const sj_queue *queue = &service->queue;
    uint64_t oldest = service->now_us;

    if (queue->ring_count > 0)
        oldest = queue->pool[queue->ring[queue->ring_first]].taken_us;
    for (size_t i = 0; i < queue->parked_count; i++)
        if (queue->pool[queue->parked[i]].taken_us < oldest)
            oldest = queue->pool[queue->parked[i]].taken_us;
    return service->now_us - oldest;
}

void
sj_metrics_answer(sj_service *service, sj_txn *txn, sj_reply *reply)
{
    Sijill__V1__Histogram batch, commit, checkpoint;
    Sijill__V1__Metrics out;

    sijill__v1__metrics__init(&out);
    out.command = write_answers(&service->metrics, txn, &out.n_command);
    write_histogram(&batch, &service->metrics.batch, batch_bounds);
    write_histogram(&commit, &service->metrics.commit_us, commit_bounds);
    write_histogram(&checkpoint, &service->metrics.checkpoint_us, commit_bounds);
    out.batch = &batch;
    out.commit_us = &commit;
    out.checkpoint_us = &checkpoint;
    out.has_queued = out.has_oldest_wait_us = out.has_oldest_reader = out.has_readers = 1;
    out.has_refused_peers = 1;
    out.queued = (uint32_t) (service->queue.ring_count + service->queue.parked_count);
    out.oldest_wait_us = oldest_wait_us(service);
    sj_store_readers(service->store, &out.readers, &out.oldest_reader);
    out.refused_peers = sj_service_refused_peers(service);
    if (out.command == NULL) {
        *reply = (sj_reply){ .status = SJ_INTERNAL, .detail = "no memory for the metrics" };
        return;
    }
    (void) sj_accept(txn, reply, &out.base);
    reply->seq = sj_store_meta(service->store)->seq;
}
