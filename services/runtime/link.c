/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/link.h"

#include "services/runtime/log.h"
#include "services/runtime/stop.h"

#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { ANSWER_ARENA = 256 * 1024 };

static const uint64_t patience_us = 5 * 1000 * 1000; /* 512 signatures take 40 ms */
static const uint64_t retry_us = 1 * 1000 * 1000;    /* to a helper that is not there */

static void
connect_socket(sj_link *link)
{
    int64_t message_max = SJ_LINK_FRAME_MAX;
    int zero = 0, one = 1;

    if (link->socket != NULL)
        (void) zmq_close(link->socket);
    link->socket = zmq_socket(link->context, ZMQ_DEALER);
    (void) zmq_setsockopt(link->socket, ZMQ_LINGER, &zero, sizeof zero);
    (void) zmq_setsockopt(link->socket, ZMQ_IMMEDIATE, &one, sizeof one);
    (void) zmq_setsockopt(link->socket, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max);
    (void) zmq_connect(link->socket, link->endpoint);
}

bool
sj_link_open(sj_link *link, void *zmq, const sj_link_plan *plan)
{
    link->plan = plan;
    link->context = zmq;
    link->dirty = true;
    link->frame = malloc(SJ_LINK_FRAME_MAX);
    if (link->frame == NULL || !sj_arena_open(&link->arena, ANSWER_ARENA))
        return false;
    connect_socket(link);
    return true;
}

void
sj_link_close(sj_link *link)
{
    if (link->socket != NULL)
        (void) zmq_close(link->socket);
    free(link->frame);
    sj_arena_close(&link->arena);
    *link = (sj_link){ .plan = NULL };
}

static void
send_frame(sj_link *link, uint64_t now_us)
{
    link->asked_us = now_us;
    if (zmq_send(link->socket, link->frame, link->asked, ZMQ_DONTWAIT) >= 0)
        return;
    link->asked = 0; /* nobody there: ask again later, with what there is then */
    link->dirty = true;
}

void
sj_link_ask(sj_link *link, sj_store *store, sj_arena *arena, uint64_t now_us)
{
    sj_txn *txn;

    if (link->asked > 0 && now_us - link->asked_us > patience_us) {
        if (link->alive)
            sj_log(SJ_LOG_WARN, "link.silent", "name=%s", link->plan->name);
        link->alive = false;
        connect_socket(link);
        link->asked = 0;
        link->dirty = true;
    }
    if (link->asked > 0 || !link->dirty || (!link->alive && now_us - link->asked_us < retry_us))
        return;
    sj_arena_reset(arena);
    txn = sj_read_begin(store, arena, 0);
    link->asked = link->plan->ask(link->plan->context, txn, link->frame, SJ_LINK_FRAME_MAX);
    if (sj_txn_fault(txn) != SJ_FAULT_NONE) /* else what cannot be read would wait for ever */
        sj_stop("store.damaged", sj_txn_fault_words(txn));
    sj_read_end(txn);
    link->dirty = false;
    if (link->asked > 0)
        send_frame(link, now_us);
}

bool
sj_link_take(sj_link *link, sj_command *cmd)
{
    zmq_msg_t frame;
    bool follows = false;

    (void) zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, link->socket, ZMQ_DONTWAIT) < 0)
        return false;
    if (!link->alive)
        sj_log(SJ_LOG_INFO, "link.answers", "name=%s", link->plan->name);
    link->alive = true;
    link->asked = 0;
    link->dirty = true;
    sj_arena_reset(&link->arena);
    memset(cmd, 0, sizeof *cmd);
    cmd->origin = SJ_FROM_ITSELF;
    follows = link->plan->answer(link->plan->context,
                                 (sj_bytes){ zmq_msg_data(&frame), zmq_msg_size(&frame) },
                                 &link->arena, cmd);
    (void) zmq_msg_close(&frame);
    return follows;
}
