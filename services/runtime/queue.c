/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool
sj_queue_open(sj_queue *queue)
{
    memset(queue, 0, sizeof *queue);
    queue->pool = calloc(SJ_QUEUE_MAX, sizeof *queue->pool);
    queue->idle = calloc(SJ_QUEUE_MAX, sizeof *queue->idle);
    queue->ring = calloc(SJ_QUEUE_MAX, sizeof *queue->ring);
    queue->parked = calloc(SJ_PARKED_MAX, sizeof *queue->parked);
    if (queue->pool == NULL || queue->idle == NULL || queue->ring == NULL || queue->parked == NULL)
        return false;
    for (size_t i = 0; i < SJ_QUEUE_MAX; i++)
        queue->idle[queue->idle_count++] = (uint16_t) (SJ_QUEUE_MAX - 1 - i);
    return true;
}

void
sj_queue_close(sj_queue *queue)
{
    free(queue->pool);
    free(queue->idle);
    free(queue->ring);
    free(queue->parked);
    memset(queue, 0, sizeof *queue);
}

sj_job *
sj_queue_take(sj_queue *queue, zmq_msg_t *body)
{
    sj_job *job;

    if (queue->idle_count == 0 || queue->bytes + zmq_msg_size(body) > SJ_QUEUE_BYTES_MAX)
        return NULL;
    job = &queue->pool[queue->idle[--queue->idle_count]];
    memset(job, 0, sizeof *job);
    (void) zmq_msg_init(&job->body);
    (void) zmq_msg_move(&job->body, body);
    queue->bytes += zmq_msg_size(&job->body);
    job->cmd.body = (sj_bytes){ zmq_msg_data(&job->body), zmq_msg_size(&job->body) };
    return job;
}

void
sj_queue_push(sj_queue *queue, sj_job *job)
{
    assert(queue->ring_count < SJ_QUEUE_MAX);
    queue->ring[(queue->ring_first + queue->ring_count++) % SJ_QUEUE_MAX] =
        (uint16_t) (job - queue->pool);
}

sj_job *
sj_queue_pop(sj_queue *queue)
{
    sj_job *job;

    if (queue->ring_count == 0)
        return NULL;
    job = &queue->pool[queue->ring[queue->ring_first]];
    queue->ring_first = (queue->ring_first + 1) % SJ_QUEUE_MAX;
    queue->ring_count--;
    return job;
}

bool
sj_queue_park(sj_queue *queue, sj_job *job)
{
    if (queue->parked_count == SJ_PARKED_MAX)
        return false;
    queue->parked[queue->parked_count++] = (uint16_t) (job - queue->pool);
    return true;
}

sj_job *
sj_queue_parked(sj_queue *queue, size_t i)
{
    return &queue->pool[queue->parked[i]];
}

sj_job *
sj_queue_unpark(sj_queue *queue, size_t i)
{
    sj_job *job = sj_queue_parked(queue, i);

    memmove(&queue->parked[i], &queue->parked[i + 1],
            (--queue->parked_count - i) * sizeof queue->parked[0]);
    return job;
}

void
sj_queue_drop(sj_queue *queue, sj_job *job)
{
    queue->bytes -= zmq_msg_size(&job->body);
    (void) zmq_msg_close(&job->body);
    queue->idle[queue->idle_count++] = (uint16_t) (job - queue->pool);
}
