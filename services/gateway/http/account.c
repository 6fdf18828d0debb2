/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include "services/gateway/http/metrics.h"
#include "services/runtime/log.h"

#include <stdio.h>

/*
 * What is counted and said of each request.  A line on the log for each would cost more than the
 * request: failed and slow ones have one always, the rest at level debug.
 */

enum {
    SLOW_US = 1000 * 1000,
    CLIENT_LEFT = 499, /* no answer was made, because nobody is there to read it */
};

static const uint64_t bounds_us[HTTP_BUCKETS] = { 1000,    2500,    5000,    10000,  25000,
                                                  50000,   100000,  250000,  500000, 1000000,
                                                  2500000, 5000000, 10000000 };

static const char *
site_name(const http *h, size_t site)
{
    return site == h->site_count ? "none" : h->options.sites[site].name;
}

void
account_request(const request *r)
{
    http *h = r->h;
    size_t site = r->site == NULL ? h->site_count : (size_t) (r->site - h->options.sites);
    unsigned status = r->answered ? r->status : CLIENT_LEFT;
    /* What strangers take to send and to read is no time of ours. */
    uint64_t us = r->answered_us > r->come_us ? r->answered_us - r->come_us : 0;
    size_t bucket = 0;
    sj_log_level level = status >= 500 ? SJ_LOG_WARN : us > SLOW_US ? SJ_LOG_INFO : SJ_LOG_DEBUG;

    while (bucket < HTTP_BUCKETS && us > bounds_us[bucket])
        bucket++;
    h->requests[site][r->method][status < HTTP_STATUS_END ? status : 0]++;
    if (r->answered_us > 0) {
        h->bucket[site][bucket]++;
        h->sum_us[site] += us;
    }
    sj_log(level, "http.request", "req=%s method=%s site=%s status=%u ms=%llu bytes=%llu",
           r->trace_text, method_name(r->method), site_name(h, site), status,
           (unsigned long long) us / 1000, (unsigned long long) (r->out.size + r->sent));
}

static void
write_requests(const http *h, metrics_text *out)
{
    metrics_family(out, "sijill_http_requests_total", METRICS_COUNTER, "Requests that have ended.");
    for (size_t site = 0; site <= h->site_count; site++)
        for (http_method method = 0; method < METHODS; method++)
            for (unsigned status = 0; status < HTTP_STATUS_END; status++) {
                char number[8];
                metrics_label labels[] = { { "site", site_name(h, site) },
                                           { "method", method_name(method) },
                                           { "status", number },
                                           { NULL, NULL } };

                if (h->requests[site][method][status] == 0)
                    continue;
                (void) snprintf(number, sizeof(number), "%u", status);
                metrics_sample(out, "", (double) h->requests[site][method][status], labels);
            }
}

static void
write_seconds(const http *h, metrics_text *out)
{
    metrics_family(out, "sijill_http_request_seconds", METRICS_HISTOGRAM,
                   "From a request that has come to its answer; streams are left out.");
    for (size_t site = 0; site <= h->site_count; site++) {
        metrics_label labels[] = { { "site", site_name(h, site) }, { NULL, NULL } };
        metrics_histogram seconds = { .bounds = HTTP_BUCKETS,
                                      .bound = bounds_us,
                                      .count = h->bucket[site],
                                      .sum = h->sum_us[site],
                                      .unit = 1e-6 };

        metrics_buckets(out, &seconds, labels);
    }
}

void
http_metrics(void *context, metrics_text *out)
{
    static const char *const reasons[REFUSALS] = { "full", "slow", "stuck", "head", "size" };
    const http *h = context;

    write_requests(h, out);
    write_seconds(h, out);
    metrics_family(out, "sijill_http_connections", METRICS_GAUGE, "Connections that are open.");
    metrics_sample(out, "", (double) h->open, NULL);
    metrics_family(out, "sijill_http_connections_max", METRICS_GAUGE,
                   "Connections that may be open at once.");
    metrics_sample(out, "", (double) h->connections_max, NULL);
    metrics_family(out, "sijill_http_requests_in_flight", METRICS_GAUGE,
                   "Requests that have begun and not ended.");
    metrics_sample(out, "", (double) h->in_flight, NULL);
    metrics_family(out, "sijill_http_refused_total", METRICS_COUNTER,
                   "Connections that were closed for what was wrong with them.");
    for (http_refusal why = 0; why < REFUSALS; why++)
        metrics_sample(out, "", (double) h->refused[why],
                       (metrics_label[]){ { "reason", reasons[why] }, { NULL, NULL } });
}
