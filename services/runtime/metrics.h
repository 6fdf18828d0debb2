/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * metrics: counters since start, for monitoring (type 951).  Counting is an addition in memory of
 * the process; all else is looked up when somebody asks.
 */
#include "services/core/command.h"

enum {
    SJ_METRICS_ROUTES = 96, /* of a core, the common ones, the process's own, and the unknown */
    SJ_METRICS_CODES = SJ_INTERNAL + 1,
    SJ_HISTOGRAM_BOUNDS = 13,
};

typedef struct sj_histogram {
    uint64_t count[SJ_HISTOGRAM_BOUNDS + 1];
    uint64_t sum;
} sj_histogram;

struct sj_service;

typedef struct sj_metrics {
    const sj_route *routes[SJ_METRICS_ROUTES]; /* the core's first, in their order */
    size_t own_count, route_count;
    uint64_t answers[SJ_METRICS_ROUTES][SJ_METRICS_CODES];
    sj_histogram batch;     /* commands a commit */
    sj_histogram commit_us; /* time of a commit */
    sj_histogram checkpoint_us;
} sj_metrics;

/* 950 and 951: what the process answers, not its core; ended by a name of NULL. */
extern const sj_route sj_process_routes[];

void sj_metrics_open(sj_metrics *metrics, const sj_core *core);
/* One answer; `route` NULL: to a type that nobody here knows. */
void sj_metrics_answered(sj_metrics *metrics, const sj_route *route, sj_status status);
void sj_metrics_committed(sj_metrics *metrics, size_t commands, uint64_t took_us);
void sj_metrics_saved(sj_metrics *metrics, uint64_t took_us);

/* 951: at this moment. */
void sj_metrics_answer(struct sj_service *service, sj_txn *txn, sj_reply *reply);
