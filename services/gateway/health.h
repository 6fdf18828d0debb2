/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * health: what those who watch over the gateway ask.
 *
 *   /healthz   this process turns its loop: 200 always
 *   /readyz    each service answered in the last seconds and nothing is draining: 200; else 503
 * with the names of those that did not /metrics   metrics.h, after asking the services
 */
#include "services/gateway/backend.h"
#include "services/gateway/http/http.h"
#include "services/gateway/http/metrics.h"

enum { HEALTH_SITES = 3 };

typedef struct health health;

typedef struct health_parts {
    loop *loop;
    backend *backend;
    metrics *metrics;
    /* What else must be so; `why` gets words when it is not.  NULL: nothing. */
    bool (*ready)(void *context, const char **why);
    void *context;
} health_parts;

health *health_open(const health_parts *parts);
/* After http_close, which forgets who waits; what is asked is not to be answered any more. */
void health_close(health **h);
void health_sites(health *h, http_site sites[static HEALTH_SITES]);
