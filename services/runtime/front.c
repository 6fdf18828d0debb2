/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/front.h"

#include "services/core/housekeeping.h"
#include "services/runtime/clock.h"
#include "services/runtime/watch.h"

#include <string.h>

enum { BUSY_RETRY_MS = 20, DRAINING_RETRY_MS = 500, UNAVAILABLE_RETRY_MS = 1000 };

static void
send_reply(sj_service *service, sj_port *port, uint32_t peer, uint64_t correlation,
           const sj_reply *reply)
{
    Sijill__V1__Envelope envelope = sj_envelope(SIJILL__V1__KIND__REPLY, correlation);
    Sijill__V1__Status status;
    Sijill__V1__LogPos position;

    sijill__v1__log_pos__init(&position);
    position.has_shard = position.has_epoch = position.has_seq = 1;
    position.shard = service->presence.shard;
    position.epoch = service->presence.epoch;
    position.seq = reply->seq != 0 ? reply->seq : service->presence.seq;
    envelope.has_window = 1;
    envelope.pos = &position;
    envelope.window = service->window;
    if (reply->status != SJ_OK || reply->replayed || reply->detail != NULL) {
        sj_port_status(&status, reply);
        envelope.status = &status;
    }
    sj_port_answer(port, peer, &envelope, reply->body);
}

void
sj_front_answer(sj_service *service, sj_job *job)
{
    sj_port *port = job->port;
    sj_peer *peer = sj_peer_find(&port->peers, job->peer);

    if (peer != NULL) {
        if (peer->waiting > 0)
            peer->waiting--;
        peer->window = (uint16_t) service->window;
    }
    sj_metrics_answered(&service->metrics, job->route, job->reply.status);
    sj_watch_answer(service, job);
    send_reply(service, port, job->peer, job->correlation, &job->reply);
    sj_queue_drop(&service->queue, job);
}

static sj_reply
say_no(sj_status status, const char *words, uint32_t retry_after_ms)
{
    return (sj_reply){ .status = status, .detail = words, .retry_after_ms = retry_after_ms };
}

static void
refuse(sj_service *service, sj_port *port, const sj_incoming *in, const sj_route *route,
       sj_reply reply)
{
    if (reply.status == SJ_BUSY)
        service->counts.busy++;
    sj_metrics_answered(&service->metrics, route, reply.status);
    send_reply(service, port, in->peer->id, in->envelope->id, &reply);
}

/* A status when the request cannot be taken at all. */
static sj_status
judge(const sj_service *service, const sj_incoming *in, const sj_route *route, const char **words)
{
    const Sijill__V1__Envelope *envelope = in->envelope;

    if (in->peer->kind == SJ_PEER_FOLLOWER) {
        *words = "this key may follow feeds, and ask nothing";
        return SJ_FORBIDDEN;
    }
    if (route == NULL || route->kind == SJ_ROUTE_RECORD || route->kind == SJ_ROUTE_INTERNAL) {
        *words = "this service has no such command or query";
        return SJ_UNSUPPORTED;
    }
    if (route->kind == SJ_ROUTE_COMMAND && (!envelope->has_key || !envelope->has_actor)) {
        *words = "a command needs key (the request id, a UUIDv7) and actor";
        return SJ_BAD_MESSAGE;
    }
    if (!envelope->has_org || envelope->org == 0) {
        *words = "a request names its organisation";
        return SJ_BAD_MESSAGE;
    }
    if (envelope->expires_at_ms != 0 &&
        envelope->expires_at_ms + SJ_CLOCK_SKEW_MS < service->presence.now_ms) {
        *words = "the request came after its expires_at_ms; nothing was done";
        return SJ_EXPIRED;
    }
    if (service->clock_in_doubt && route->kind == SJ_ROUTE_COMMAND) {
        *words =
            "the clock jumped ahead by more than a day: set it right, then restart the service";
        return SJ_UNAVAILABLE;
    }
    if (service->store_full && route->kind == SJ_ROUTE_COMMAND) {
        *words = "the store or its disk is nearly full: make room, then retry";
        return SJ_UNAVAILABLE;
    }
    return SJ_OK;
}

/* The ctl socket answers for the process alone, the front socket for the core, too. */
static const sj_route *
find_route(const sj_service *service, uint32_t type, bool ctl)
{
    for (const sj_route *route = sj_process_routes; route->name != NULL; route++)
        if (route->type == type)
            return route;
    return ctl ? NULL : sj_core_route(service->plan->core, type);
}

static void
fill_job(sj_job *job, const sj_incoming *in, const sj_route *route)
{
    const Sijill__V1__Envelope *envelope = in->envelope;

    job->peer = in->peer->id;
    job->cmd.peer = in->peer->kind;
    job->correlation = envelope->id;
    job->expires_ms = envelope->expires_at_ms;
    job->route = route;
    job->cmd.type = envelope->type;
    job->cmd.org = envelope->org;
    job->cmd.dry_run = (envelope->flags & SJ_FLAG_DRY_RUN) != 0;
    if (envelope->has_key)
        memcpy(job->cmd.id, envelope->key.data, SJ_ID_SIZE);
    if (envelope->has_actor)
        memcpy(job->cmd.actor, envelope->actor.data, SJ_ID_SIZE);
    job->cmd.delegated = (envelope->flags & SJ_FLAG_DELEGATED) != 0;
    job->cmd.has_credential = envelope->has_credential;
    if (envelope->has_credential)
        memcpy(job->cmd.credential, envelope->credential.data, sizeof job->cmd.credential);
    job->cmd.has_outside = envelope->has_outside;
    if (envelope->has_outside)
        memcpy(job->cmd.outside, envelope->outside.data, sizeof job->cmd.outside);
    job->cmd.if_revision = envelope->if_revision;
    if (envelope->origin != NULL)
        memcpy(job->cmd.where, envelope->origin, strlen(envelope->origin) + 1);
    if (envelope->has_trace)
        memcpy(job->cmd.trace, envelope->trace.data, sizeof job->cmd.trace);
    if (envelope->min_pos != NULL) {
        job->min_shard = envelope->min_pos->shard;
        job->min_epoch = envelope->min_pos->epoch;
        job->min_seq = envelope->min_pos->seq;
    }
}

static void
take_request(sj_service *service, sj_port *port, sj_incoming *in)
{
    bool ctl = port == &service->ctl;
    const sj_route *route = find_route(service, in->envelope->type, ctl);
    const char *words = NULL;
    sj_status status = judge(service, in, route, &words);
    sj_job *job;

    if (status == SJ_OK && service->stopping)
        refuse(service, port, in, route,
               say_no(SJ_DRAINING, "the service is stopping", DRAINING_RETRY_MS));
    else if (status != SJ_OK)
        refuse(service, port, in, route,
               say_no(status, words, status == SJ_UNAVAILABLE ? UNAVAILABLE_RETRY_MS : 0));
    else if (in->peer->waiting >= in->peer->window && !ctl)
        refuse(service, port, in, route,
               say_no(SJ_BUSY, "more requests than the window allows", BUSY_RETRY_MS));
    else if ((job = sj_queue_take(&service->queue, &in->body)) == NULL)
        refuse(service, port, in, route, say_no(SJ_BUSY, "the queue is full", BUSY_RETRY_MS));
    else {
        fill_job(job, in, route);
        job->port = port;
        job->taken_us = service->now_us;
        in->peer->waiting++;
        sj_queue_push(&service->queue, job);
    }
}

void
sj_front_receive(sj_service *service, sj_port *port)
{
    sj_incoming in;
    int result;

    /* Not to the end of a flood: what is refused takes no place in the queue, and a turn is due. */
    for (unsigned taken = 0;
         sj_port_has_more(port) || (taken < SJ_QUEUE_MAX && service->queue.idle_count > 0);
         taken++) {
        result = sj_port_receive(port, &service->head_arena, &in);
        if (result < 0)
            return;
        if (result == 0)
            continue;
        if (in.envelope->kind == SIJILL__V1__KIND__REQUEST)
            take_request(service, port, &in);
        else
            sj_port_error(port, in.peer->id, in.envelope->id, SJ_UNSUPPORTED,
                          "this socket takes HELLO, REQUEST, PING and GOODBYE");
        (void) zmq_msg_close(&in.body);
    }
}

void
sj_front_flush(sj_service *service)
{
    sj_port_flush(&service->front);
    sj_port_flush(&service->ctl);
    if (service->far.socket != NULL)
        sj_port_flush(&service->far);
}
