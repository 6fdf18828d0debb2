/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * queue: requests between ZeroMQ and their answer.  A fixed pool; a ring of those that wait for
 * their turn, and a list of those parked until a feed has come far enough (min_pos).
 */
#include "proto/wire/limits.h"
#include "services/core/command.h"

#include <zmq.h>

typedef struct sj_job {
    struct sj_port *port; /* it came on, and its answer leaves by */
    uint32_t peer;
    uint64_t correlation;   /* Envelope.id */
    uint64_t expires_ms;    /* 0: never */
    uint64_t park_until_ms; /* 0: not parked yet */
    uint64_t taken_us;      /* when it came */
    uint32_t min_shard;     /* 0: no barrier */
    uint64_t min_epoch, min_seq;
    const sj_route *route;
    sj_command cmd; /* body points into `body` */
    sj_reply reply;
    zmq_msg_t body;
} sj_job;

typedef struct sj_queue {
    sj_job *pool;
    uint16_t *idle; /* indices of free jobs */
    uint16_t *ring;
    uint16_t *parked;
    size_t idle_count, ring_first, ring_count, parked_count;
    size_t bytes; /* of the bodies of all jobs in use */
} sj_queue;

bool sj_queue_open(sj_queue *queue);
void sj_queue_close(sj_queue *queue);

/* A free job that takes over `body`; NULL: full, and the caller keeps the body. */
sj_job *sj_queue_take(sj_queue *queue, zmq_msg_t *body);
/* At the end of the ring. */
void sj_queue_push(sj_queue *queue, sj_job *job);
/* The oldest; NULL: none. */
sj_job *sj_queue_pop(sj_queue *queue);
/* False: too many are parked. */
bool sj_queue_park(sj_queue *queue, sj_job *job);
/* Remove the i-th parked. */
sj_job *sj_queue_unpark(sj_queue *queue, size_t i);
sj_job *sj_queue_parked(sj_queue *queue, size_t i);
/* Close its body and make it free. */
void sj_queue_drop(sj_queue *queue, sj_job *job);
