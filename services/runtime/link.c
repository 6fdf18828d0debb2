/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/link.h"

#include "services/runtime/bounds.h"
#include "services/runtime/log.h"
#include "services/runtime/stop.h"

#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { ANSWER_ARENA = 1024 * 1024 };

static const uint64_t patience_us = 5 * 1000 * 1000; /* 512 signatures take 40 ms */
static const uint64_t retry_us = 1 * 1000 * 1000;    /* to a helper that is not there */
static const uint64_t look_us = 1 * 1000 * 1000;     /* when nothing changed: time may */

static void
connect_socket(sj_link *link)
{
    int one = 1;

    if (link->socket != NULL)
        (void) zmq_close(link->socket);
    link->socket = zmq_socket(link->context, ZMQ_DEALER);
    if (sj_socket_bound(link->socket, SJ_LINK_WINDOW, SJ_LINK_FRAME_MAX) &&
        /* as messages of one frame may have it: clients/c/socket.c */
        zmq_setsockopt(link->socket, ZMQ_IMMEDIATE, &one, sizeof one) == 0)
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
say(const sj_link *link)
{
    const char *words = link->plan->words(link->plan->context);

    if (words != NULL)
        sj_log(SJ_LOG_ERROR, "link.trouble", "name=%s words=\"%s\"", link->plan->name, words);
}

/* The helper is not there, or says nothing: ask again later, with what there is then. */
static void
lose(sj_link *link, uint64_t now_us)
{
    if (link->alive)
        sj_log(SJ_LOG_WARN, "link.silent", "name=%s", link->plan->name);
    if (link->under_way > 0)
        connect_socket(link); /* a late answer dies with the old socket */
    link->plan->lost(link->plan->context);
    link->alive = false;
    link->under_way = 0;
    link->tried_us = now_us;
    link->dirty = true;
}

/* False: there was nothing to ask, or nobody. */
static bool
ask_next(sj_link *link, sj_store *store, sj_arena *arena, uint64_t now_us)
{
    const sj_link_plan *plan = link->plan;
    size_t size;
    sj_txn *txn;

    sj_arena_reset(arena);
    txn = sj_read_begin(store, arena, 0);
    size = plan->ask(plan->context, txn, now_us / 1000, link->frame, SJ_LINK_FRAME_MAX);
    if (sj_txn_fault(txn) != SJ_FAULT_NONE) /* else what cannot be read would wait for ever */
        sj_stop("store.damaged", sj_txn_fault_words(txn));
    sj_read_end(txn);
    say(link);
    if (size == 0) {
        link->dirty = false;
        link->looked_us = now_us;
        return false;
    }
    if (link->under_way == 0)
        link->heard_us = now_us;
    if (zmq_send(link->socket, link->frame, size, ZMQ_DONTWAIT) < 0) {
        lose(link, now_us);
        return false;
    }
    link->under_way++;
    return true;
}

void
sj_link_ask(sj_link *link, sj_store *store, sj_arena *arena, uint64_t now_us)
{
    size_t window = link->alive ? SJ_LINK_WINDOW : 1;

    if (link->under_way > 0 && now_us - link->heard_us > patience_us)
        lose(link, now_us);
    if (!link->alive && link->tried_us != 0 && now_us - link->tried_us < retry_us)
        return;
    if (!link->dirty && now_us - link->looked_us < look_us)
        return;
    while (link->under_way < window && ask_next(link, store, arena, now_us))
        ;
}

bool
sj_link_take(sj_link *link, sj_command *cmd, uint64_t now_us)
{
    zmq_msg_t frame;
    bool follows;

    (void) zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, link->socket, ZMQ_DONTWAIT) < 0)
        return false;
    if (!link->alive)
        sj_log(SJ_LOG_INFO, "link.answers", "name=%s", link->plan->name);
    link->alive = true;
    link->under_way -= link->under_way > 0;
    link->heard_us = now_us;
    link->dirty = true;
    sj_arena_reset(&link->arena);
    memset(cmd, 0, sizeof *cmd);
    cmd->origin = SJ_FROM_ITSELF;
    follows = link->plan->answer(link->plan->context,
                                 (sj_bytes){ zmq_msg_data(&frame), zmq_msg_size(&frame) },
                                 &link->arena, cmd);
    (void) zmq_msg_close(&frame);
    say(link);
    return follows;
}
