/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * work: from what was accepted to what its owner has confirmed.
 *
 * Each delivery of the spool is read into pushes, and each push becomes a command of the service it
 * concerns; a delivery is done when all its pushes are.  A service that is down, slow or full is
 * asked again until it answers, with the same request ids, so nothing is lost and nothing is done
 * twice. What a service refuses for good, what no link says the event of, and what cannot be
 * understood is handed to registration, which keeps it for a human; when the link is made, it is
 * applied.
 */
#include "services/gateway/backend.h"
#include "services/gateway/hooks/registry.h"
#include "services/gateway/outbound/fetch.h"

enum {
    WORK_JOBS_MAX = 512, /* deliveries at once */
    WORK_A_TURN = 32,    /* begun in a turn */
    WORK_REST_MS = 3,    /* without news: the rush is over */
    WORK_RUSH_MS = 1000, /* put off at most while deliveries come */
    WORK_RETRY_MS = 250, /* x 2^n */
    WORK_RETRY_MAX_MS = 15000,
    WORK_FETCH_MAX_MS = 5 * 60000, /* between two tries to ask a platform */
    WORK_ASIDE_TRIES = 1,          /* of one push, when others wait for a place among the jobs */
    WORK_ASIDE_MS = 15000,
    WORK_DEADLINE_MS = 5000,   /* of one question; its job keeps a place meanwhile */
    WORK_SWEEP_MS = 5 * 60000, /* what is held is looked at again */
};

/* A notice that the platform does not explain by then is kept for a human. */
#define WORK_FETCH_FOR_MS (UINT64_C(24) * 3600 * 1000)

typedef struct work work;

typedef struct work_parts {
    loop *loop;
    spool *spool;
    registry *registry;
    backend *backend;
    fetch *fetch; /* NULL: notices that must be fetched are kept for a human */
} work_parts;

work *work_open(const work_parts *parts);
void work_close(work **w);

/* Something new is durable in the spool. */
void work_wake(work *w);
/* Each turn: a part of what there is to do.  A loop_fn. */
void work_turn(void *context);
/* A link was made or removed (record 137). */
void work_linked(work *w, uint64_t org, const Sijill__V1__Link *link);
/* An event is another one now: what was refused for its sake may be taken. */
void work_sweep_soon(work *w);
/* The feed lost its place: links may have been made that nobody told of. */
void work_forget_links(work *w);

typedef struct work_counts {
    uint64_t applied, held, retried, dropped;
    size_t jobs;
} work_counts;
void work_count(const work *w, work_counts *counts);
