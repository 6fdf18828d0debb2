/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/service_metrics.h"

#include "sijill/v1/wire.pb-c.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TYPE_GET_STATUS = 950,
    TYPE_GET_METRICS = 951,
    WAITERS_MAX = 16,
    BOUNDS_MAX = 64, /* of a histogram that a service sends */
    NUMBER_SIZE = 16,
};

typedef Sijill__V1__ServiceStatus status_message;
typedef Sijill__V1__Metrics metrics_message;
typedef Sijill__V1__Histogram histogram_message;

typedef struct told {
    service_metrics *owner;
    backend_service service;
    status_message *status; /* NULL: it did not answer */
    metrics_message *metrics;
} told;

typedef struct waiter {
    service_metrics_done *done;
    void *context;
} waiter;

struct service_metrics {
    backend *backend;
    told told[BACKEND_SERVICES];
    unsigned pending;
    size_t waiting;
    waiter waiters[WAITERS_MAX];
};

service_metrics *
service_metrics_open(backend *b)
{
    service_metrics *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->backend = b;
    for (backend_service i = 0; i < BACKEND_SERVICES; i++)
        s->told[i] = (told){ .owner = s, .service = i };
    return s;
}

static void
forget(told *t)
{
    if (t->status != NULL)
        sijill__v1__service_status__free_unpacked(t->status, NULL);
    if (t->metrics != NULL)
        sijill__v1__metrics__free_unpacked(t->metrics, NULL);
    t->status = NULL;
    t->metrics = NULL;
}

void
service_metrics_close(service_metrics **s)
{
    for (backend_service i = 0; *s != NULL && i < BACKEND_SERVICES; i++)
        forget(&(*s)->told[i]);
    free(*s);
    *s = NULL;
}

/* ---- asking ---- */

static void
one_answered(service_metrics *s)
{
    if (--s->pending > 0)
        return;

    size_t count = s->waiting;
    waiter waiters[WAITERS_MAX];

    /* Who is told may ask again. */
    for (size_t i = 0; i < count; i++)
        waiters[i] = s->waiters[i];
    s->waiting = 0;
    for (size_t i = 0; i < count; i++)
        waiters[i].done(waiters[i].context);
}

static void
status_came(void *context, const sijill_reply *reply)
{
    told *t = context;

    if (reply->code == SIJILL__V1__CODE__OK)
        t->status = sijill__v1__service_status__unpack(NULL, reply->size, reply->body);
    one_answered(t->owner);
}

static void
metrics_came(void *context, const sijill_reply *reply)
{
    told *t = context;

    if (reply->code == SIJILL__V1__CODE__OK)
        t->metrics = sijill__v1__metrics__unpack(NULL, reply->size, reply->body);
    one_answered(t->owner);
}

bool
service_metrics_ask(service_metrics *s, service_metrics_done *done, void *context)
{
    sijill_request status = { .type = TYPE_GET_STATUS, .deadline_ms = SERVICE_METRICS_ASK_MS };
    sijill_request counters = { .type = TYPE_GET_METRICS, .deadline_ms = SERVICE_METRICS_ASK_MS };

    if (s->waiting == WAITERS_MAX)
        return false;
    if (s->pending == 0)
        for (backend_service i = 0; i < BACKEND_SERVICES; i++) {
            forget(&s->told[i]);
            s->pending += backend_ask(s->backend, i, 0, &status, status_came, &s->told[i]);
            s->pending += backend_ask(s->backend, i, 0, &counters, metrics_came, &s->told[i]);
        }
    if (s->pending == 0)
        return false;
    s->waiters[s->waiting++] = (waiter){ done, context };
    return true;
}

/* ---- writing: a family at a time, all services in it ---- */

typedef double number_of(const told *t);

static double
up_of(const told *t)
{
    return t->status != NULL;
}

static double
state_of(const told *t)
{
    return t->status->state;
}

static double
queued_of(const told *t)
{
    return t->metrics->queued;
}

static double
wait_of(const told *t)
{
    return (double) t->metrics->oldest_wait_us * 1e-6;
}

static double
store_of(const told *t)
{
    return (double) t->status->store_bytes;
}

static double
map_of(const told *t)
{
    return (double) t->status->map_bytes;
}

static double
resident_of(const told *t)
{
    return (double) t->status->resident_bytes;
}

static double
head_of(const told *t)
{
    return t->status->head == NULL ? 0 : (double) t->status->head->seq;
}

static double
dead_of(const told *t)
{
    return (double) t->status->dead_letters;
}

static double
oldest_reader_of(const told *t)
{
    return (double) t->metrics->oldest_reader;
}

static double
readers_of(const told *t)
{
    return t->metrics->readers;
}

static double
bad_frames_of(const told *t)
{
    return (double) t->status->bad_frames;
}

static double
busy_of(const told *t)
{
    return (double) t->status->busy;
}

static double
refused_peers_of(const told *t)
{
    return (double) t->metrics->refused_peers;
}

typedef enum needs { NEEDS_NOTHING, NEEDS_STATUS, NEEDS_METRICS } needs;

typedef struct family {
    const char *name, *help;
    metrics_type type;
    needs needs;
    number_of *number;
} family;

static const family families[] = {
    { "sijill_up", "Whether the service answered.", METRICS_GAUGE, NEEDS_NOTHING, up_of },
    { "sijill_service_state", "1 ready, 2 catching up, 3 draining.", METRICS_GAUGE, NEEDS_STATUS,
      state_of },
    { "sijill_queue_depth", "Requests that wait for a turn.", METRICS_GAUGE, NEEDS_METRICS,
      queued_of },
    { "sijill_queue_oldest_wait_seconds", "How long the oldest of them has waited.", METRICS_GAUGE,
      NEEDS_METRICS, wait_of },
    { "sijill_store_bytes", "Size of the store's file.", METRICS_GAUGE, NEEDS_STATUS, store_of },
    { "sijill_store_map_bytes", "Size that the file may grow to.", METRICS_GAUGE, NEEDS_STATUS,
      map_of },
    { "sijill_resident_bytes", "Memory besides the mapped file.", METRICS_GAUGE, NEEDS_STATUS,
      resident_of },
    { "sijill_store_sequence", "The store's last sequence.", METRICS_GAUGE, NEEDS_STATUS, head_of },
    { "sijill_store_oldest_reader_transactions",
      "Transactions that the oldest reader of the store is behind.", METRICS_GAUGE, NEEDS_METRICS,
      oldest_reader_of },
    { "sijill_store_readers", "Readers of the store.", METRICS_GAUGE, NEEDS_METRICS, readers_of },
    { "sijill_dead_letters_total", "Records of feeds that were refused and passed over.",
      METRICS_COUNTER, NEEDS_STATUS, dead_of },
    { "sijill_bad_frames_total", "Messages that were no message.", METRICS_COUNTER, NEEDS_STATUS,
      bad_frames_of },
    { "sijill_busy_total", "Requests that were told to come back.", METRICS_COUNTER, NEEDS_STATUS,
      busy_of },
    { "sijill_refused_peers_total", "Peers whose CURVE key is unknown.", METRICS_COUNTER,
      NEEDS_METRICS, refused_peers_of },
};

static bool
has(const told *t, needs what)
{
    return what == NEEDS_NOTHING || (what == NEEDS_STATUS && t->status != NULL) ||
           (what == NEEDS_METRICS && t->metrics != NULL);
}

static void
write_family(const service_metrics *s, const family *f, metrics_text *out)
{
    metrics_family(out, f->name, f->type, f->help);
    for (backend_service i = 0; i < BACKEND_SERVICES; i++)
        if (has(&s->told[i], f->needs))
            metrics_sample(out, "", f->number(&s->told[i]),
                           (metrics_label[]){ { "service", backend_name(i) }, { NULL, NULL } });
}

static void
write_commands(const service_metrics *s, metrics_text *out)
{
    metrics_family(out, "sijill_commands_total", METRICS_COUNTER,
                   "Commands by name and status, since the service started.");
    for (backend_service i = 0; i < BACKEND_SERVICES; i++) {
        const metrics_message *m = s->told[i].metrics;

        for (size_t k = 0; m != NULL && k < m->n_command; k++) {
            const Sijill__V1__CommandCount *row = m->command[k];
            const ProtobufCEnumValue *code = protobuf_c_enum_descriptor_get_value(
                &sijill__v1__code__descriptor, (int) row->code);
            char number[NUMBER_SIZE];

            (void) snprintf(number, sizeof(number), "%u", row->code);
            metrics_sample(
                out, "", (double) row->count,
                (metrics_label[]){ { "service", backend_name(i) },
                                   { "command", row->command == NULL ? "" : row->command },
                                   { "code", code == NULL ? number : code->name },
                                   { NULL, NULL } });
        }
    }
}

static void
write_histogram(const told *t, const histogram_message *from, double unit, metrics_text *out)
{
    uint64_t bound[BOUNDS_MAX], count[BOUNDS_MAX + 1];

    if (from == NULL || from->n_bound > BOUNDS_MAX || from->n_count != from->n_bound + 1)
        return;
    for (size_t i = 0; i < from->n_bound; i++)
        bound[i] = from->bound[i];
    for (size_t i = 0; i < from->n_count; i++)
        count[i] = from->count[i];
    metrics_buckets(out,
                    &(metrics_histogram){ .bounds = from->n_bound,
                                          .bound = bound,
                                          .count = count,
                                          .sum = from->sum,
                                          .unit = unit },
                    (metrics_label[]){ { "service", backend_name(t->service) }, { NULL, NULL } });
}

static void
write_batches(const service_metrics *s, metrics_text *out)
{
    metrics_family(out, "sijill_batch_commands", METRICS_HISTOGRAM, "Commands in one commit.");
    for (backend_service i = 0; i < BACKEND_SERVICES; i++)
        if (s->told[i].metrics != NULL)
            write_histogram(&s->told[i], s->told[i].metrics->batch, 1, out);
    metrics_family(out, "sijill_commit_seconds", METRICS_HISTOGRAM, "Time of one durable commit.");
    for (backend_service i = 0; i < BACKEND_SERVICES; i++)
        if (s->told[i].metrics != NULL)
            write_histogram(&s->told[i], s->told[i].metrics->commit_us, 1e-6, out);
    metrics_family(out, "sijill_checkpoint_seconds", METRICS_HISTOGRAM,
                   "Time of one checkpoint of the journal.");
    for (backend_service i = 0; i < BACKEND_SERVICES; i++)
        if (s->told[i].metrics != NULL)
            write_histogram(&s->told[i], s->told[i].metrics->checkpoint_us, 1e-6, out);
}

static void
write_lag(const char *service, Sijill__V1__FeedState *const *feeds, size_t count, metrics_text *out)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t head = feeds[i]->head == NULL ? 0 : feeds[i]->head->seq;
        uint64_t at = feeds[i]->at == NULL ? 0 : feeds[i]->at->seq;

        metrics_sample(out, "", head > at ? (double) (head - at) : 0,
                       (metrics_label[]){ { "service", service },
                                          { "feed", feeds[i]->name == NULL ? "" : feeds[i]->name },
                                          { NULL, NULL } });
    }
}

static void
write_lags(const service_metrics *s, metrics_text *out)
{
    metrics_family(out, "sijill_feed_lag", METRICS_GAUGE,
                   "Sequences that the service is behind on a feed it follows.");
    for (backend_service i = 0; i < BACKEND_SERVICES; i++)
        if (s->told[i].status != NULL)
            write_lag(backend_name(i), s->told[i].status->consumes, s->told[i].status->n_consumes,
                      out);
    metrics_family(out, "sijill_consumer_lag", METRICS_GAUGE,
                   "Sequences that a consumer is behind on the service's own feed.");
    for (backend_service i = 0; i < BACKEND_SERVICES; i++)
        if (s->told[i].status != NULL)
            write_lag(backend_name(i), s->told[i].status->serves, s->told[i].status->n_serves, out);
}

void
service_metrics_write(void *context, metrics_text *out)
{
    const service_metrics *s = context;

    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
        write_family(s, &families[i], out);
    write_commands(s, out);
    write_batches(s, out);
    write_lags(s, out);
}
