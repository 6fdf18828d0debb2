/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * job: one piece of work's way through the services, an answer at a time.
 *
 *     resolve (which event?) -> send -> [release] -> the next push
 *        \-- nobody knows -> hold -> resolve once more: the link may have been made meanwhile
 *     a refusal for good -> hold;   no answer, or "later" -> the same push again, after a while
 *
 * A job is a delivery of the spool, or a page of held pushes that a link has set free.
 */
#include "services/gateway/hooks/links.h"
#include "services/gateway/hooks/work.h"

typedef enum job_kind { JOB_DELIVERY, JOB_HELD } job_kind;

typedef struct job {
    work *owner;
    job_kind kind;
    uint64_t number; /* DELIVERY: in the spool */
    uint64_t org;
    uint8_t hook_id[SJ_ID_SIZE];
    uint64_t received_ms;
    uint8_t trace[SIJILL_TRACE_SIZE];
    bool has_trace;
    const char *from;
    const platform *platform;
    const char *query; /* DELIVERY: what came, for what was fetched besides */
    sj_bytes body;
    sj_arena arena;

    const Sijill__V1__DeliveryRow *row; /* DELIVERY: in the arena, before `read_mark` */
    size_t read_mark;
    platform_items items; /* DELIVERY: some of them */
    size_t skipped;       /* items before those */
    size_t at;
    platform_items fetched; /* of items.item[at] */
    size_t fetched_at;
    size_t fetched_mark; /* of the arena, before `fetched`; 0: nothing was fetched yet */
    bool is_fetched;

    Sijill__V1__HeldList *held; /* HELD: this page, malloc'ed */
    size_t held_at;
    char *held_platform, *held_external_id; /* NULL: of all webinars */
    bool has_after;
    uint8_t after[SJ_ID_SIZE];

    bool release; /* the push at hand is held: let go of it when it is applied */
    bool again;   /* it was held a moment ago: its link was asked for once more */
    uint8_t push_id[SJ_ID_SIZE];
    uint8_t event_id[SJ_ID_SIZE];
    bool for_link; /* what is being held waits for a link only */
    unsigned tries;
    loop_timer timer;
    struct job *next;            /* when it is free */
    struct job *older, *younger; /* among those at work */
} job;

struct work {
    work_parts parts;
    links *links;
    job *free;
    job *youngest; /* of all at work */
    size_t jobs;
    uint64_t taken;    /* number of the last delivery that became a job */
    uint64_t furthest; /* the highest of those */
    bool awake;        /* the spool may have more */
    bool full;         /* and waits for a job to end */
    bool aside;        /* deliveries before `taken` wait for another go */
    bool at_end;       /* behind `taken` there was none */
    uint64_t rush_ms;  /* when the first came of those that were not looked at yet */
    uint64_t news_ms;  /* and when the last; 0: all were */
    loop_timer sweep, aside_timer, rest_timer;
    work_counts counts;
};

/* Go on with the push at hand; when there is none left, job_end. */
void job_step(job *j);
/* In work.c: the job is over. */
void job_end(job *j);
/* In work.c: the job has to wait.  True: its place is for another now, it is over and not done; it
 * begins anew, with the same request ids, when the others had their turn. */
bool job_aside(job *j);
/* In work.c: read the items of the delivery from number `skipped` on. */
void job_read(job *j);
/* In work.c: the next page of held pushes. */
void job_page(job *j);
