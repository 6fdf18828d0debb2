/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include "services/runtime/clock.h"
#include "services/runtime/log.h"

/*
 * What is counted and said of each request.  A line on the log for each would cost more than the
 * request: failed and slow ones have one always, the rest at level debug.
 */

enum {
    SLOW_US = 1000 * 1000,
    CLIENT_LEFT = 499, /* no answer was made, because nobody is there to read it */
};

static const unsigned bounds_us[HTTP_BUCKETS] = { 1000,    2500,    5000,    10000,  25000,
                                                  50000,   100000,  250000,  500000, 1000000,
                                                  2500000, 5000000, 10000000 };

void
account_request(const request *r)
{
    http *h = r->h;
    size_t site = r->site == NULL ? h->site_count : (size_t) (r->site - h->options.sites);
    unsigned status = r->answered ? r->status : CLIENT_LEFT;
    uint64_t us = sj_monotonic_us() - r->begun_us;
    size_t bucket = 0;
    sj_log_level level = status >= 500 ? SJ_LOG_WARN : us > SLOW_US ? SJ_LOG_INFO : SJ_LOG_DEBUG;

    if (r->stream != NULL && status < 500)
        level = SJ_LOG_DEBUG; /* is long by design */
    while (bucket < HTTP_BUCKETS && us > bounds_us[bucket])
        bucket++;
    h->requests[site][r->method][status < HTTP_STATUS_END ? status : 0]++;
    if (r->stream == NULL) {
        h->bucket[site][bucket]++;
        h->sum_us[site] += us;
    }
    sj_log(level, "http.request", "req=%s method=%s site=%s status=%u ms=%llu bytes=%llu",
           r->trace_text, method_name(r->method), r->site == NULL ? "none" : r->site->name, status,
           (unsigned long long) us / 1000, (unsigned long long) (r->out.size + r->sent));
}
