/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * service_metrics: what the three services say of themselves (GetStatus and GetMetrics of
 * wire.proto), asked for when somebody wants to know, and written for Prometheus.
 */
#include "services/gateway/backend.h"
#include "services/gateway/http/metrics.h"

enum { SERVICE_METRICS_ASK_MS = 1000 /* a service that does not answer in this time is down */ };

typedef struct service_metrics service_metrics;

service_metrics *service_metrics_open(backend *b);
void service_metrics_close(service_metrics **s);

/* Ask all of them, or join those who are asking; `done` is called once, in a later turn, when each
 * has answered or is given up.  False: too many want to know. */
typedef void service_metrics_done(void *context);
bool service_metrics_ask(service_metrics *s, service_metrics_done *done, void *context);

/* A metrics_fn: what they said last. */
void service_metrics_write(void *context, metrics_text *out);
