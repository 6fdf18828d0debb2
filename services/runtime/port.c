/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/port.h"

#include "services/core/message.h"

#include "proto/wire/check.h"
#include "services/runtime/bounds.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum {
    ROUTING_SIZE = 5, /* a zero and four octets, when ZeroMQ made it */
    PACKED_MAX = 512,
    DISCARD_FRAMES = 1024, /* of a flood, before others have their turn */
};

void
sj_port_forget(sj_port *port)
{
    sj_peers_clear(&port->peers);
}

static bool
set_option(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool
set_options(void *socket, const sj_port_plan *plan)
{
    bool tcp = strncmp(plan->endpoint, "tcp://", strlen("tcp://")) == 0;

    assert(tcp == (plan->curve != NULL) && tcp == (plan->zap != NULL));
    return set_option(socket, ZMQ_ROUTER_MANDATORY, 1) &&
           set_option(socket, ZMQ_ROUTER_HANDOVER, 0) &&
           sj_socket_bound(socket, plan->high_water, plan->message_max) &&
           (!tcp || sj_curve_serve(socket, plan->curve));
}

static bool
bind_socket(void *socket, const char *endpoint, char words[256])
{
    if (zmq_bind(socket, endpoint) == 0)
        return true;
    (void) snprintf(words, 256, "cannot bind %s: %s", endpoint, zmq_strerror(zmq_errno()));
    return false;
}

bool
sj_port_open(sj_port *port, void *context, const sj_port_plan *plan, sj_presence *presence,
             char words[256])
{
    mode_t before = umask((mode_t) (0777 & ~plan->mode));
    bool good;

    *port = (sj_port){ .presence = presence, .message_max = plan->message_max, .zap = plan->zap };
    port->socket = zmq_socket(context, ZMQ_ROUTER);
    good = sj_peers_open(&port->peers) && port->socket != NULL && set_options(port->socket, plan);
    if (!good)
        (void) snprintf(words, 256, "cannot make a socket: %s", zmq_strerror(zmq_errno()));
    good = good && bind_socket(port->socket, plan->endpoint, words);
    (void) umask(before);
    return good;
}

static void
drop_message(sj_port_message *in)
{
    for (; in->next < in->count; in->next++)
        (void) zmq_msg_close(&in->frames[in->next]);
    (void) zmq_msg_close(&in->routing);
    in->count = in->next = 0;
}

void
sj_port_close(sj_port *port)
{
    if (port->socket != NULL)
        sj_port_flush(port);
    if (port->socket != NULL)
        (void) zmq_close(port->socket);
    port->socket = NULL;
    if (sj_port_has_more(port))
        drop_message(&port->in);
    if (port->peers.slots != NULL)
        sj_peers_close(&port->peers);
}

/* ---- out --------------------------------------------------------------------------------------
 */

static bool
send_routing(sj_port *port, uint32_t peer)
{
    unsigned char routing[ROUTING_SIZE] = { 0 };

    sj_write_u32(routing + 1, peer);
    if (zmq_send(port->socket, routing, sizeof routing, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0)
        return true;
    sj_peer_remove(&port->peers, peer); /* EHOSTUNREACH: gone; EAGAIN: it does not read */
    return false;
}

bool
sj_port_send(sj_port *port, uint32_t peer, const Sijill__V1__Envelope *envelope, sj_bytes body)
{
    unsigned char head[SJ_HEAD_MAX];
    size_t size = sj_head_pack(envelope, head);

    sj_port_flush(port);
    if (size == 0 || !send_routing(port, peer))
        return false;
    (void) zmq_send(port->socket, head, size, ZMQ_DONTWAIT | ZMQ_SNDMORE);
    (void) zmq_send(port->socket, body.at, body.size, ZMQ_DONTWAIT);
    return true;
}

/* Give what is held to ZeroMQ; its message goes on, or ends. */
static void
release(sj_port *port, bool more)
{
    sj_port_answers *out = &port->out;

    out->held = false;
    if (out->pairs > 0 || send_routing(port, out->peer)) {
        (void) zmq_send(port->socket, out->head, out->head_size, ZMQ_DONTWAIT | ZMQ_SNDMORE);
        if (zmq_msg_send(&out->body, port->socket, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0)
            out->pairs++;
    }
    (void) zmq_msg_close(&out->body); /* of nothing, when it was sent */
    if (!more)
        out->pairs = 0;
}

void
sj_port_flush(sj_port *port)
{
    if (port->out.held)
        release(port, false);
}

void
sj_port_answer(sj_port *port, uint32_t peer, const Sijill__V1__Envelope *envelope, sj_bytes body)
{
    const sj_peer *to = sj_peer_find(&port->peers, peer);
    sj_port_answers *out = &port->out;
    unsigned char head[SJ_HEAD_MAX];
    size_t size = sj_head_pack(envelope, head);
    zmq_msg_t copy;

    if (to == NULL || !to->bundles) {
        (void) sj_port_send(port, peer, envelope, body);
        return;
    }
    if (size == 0 || zmq_msg_init_size(&copy, body.size) != 0)
        return;
    if (body.size > 0)
        memcpy(zmq_msg_data(&copy), body.at, body.size);
    if (out->held) /* a message that goes on is one that has a next pair */
        release(port, out->peer == peer && out->pairs + 1 < SJ_BUNDLE_MAX);
    out->held = true;
    out->peer = peer;
    out->head_size = size;
    memcpy(out->head, head, size);
    (void) zmq_msg_init(&out->body);
    (void) zmq_msg_move(&out->body, &copy);
    (void) zmq_msg_close(&copy);
}

void
sj_port_status(Sijill__V1__Status *out, const sj_reply *reply)
{
    sijill__v1__status__init(out);
    out->has_code = out->has_retry = 1;
    out->code = (uint32_t) reply->status;
    out->retry = sj_retry_of((Sijill__V1__Code) reply->status);
    out->has_retry_after_ms = reply->retry_after_ms != 0;
    out->retry_after_ms = reply->retry_after_ms;
    out->detail = (char *) (uintptr_t) reply->detail;
    out->field = (char *) (uintptr_t) reply->field;
    out->has_replayed = reply->replayed;
    out->replayed = reply->replayed;
}

void
sj_port_error(sj_port *port, uint32_t peer, uint64_t id, sj_status status, const char *words)
{
    Sijill__V1__Envelope envelope = sj_envelope(SIJILL__V1__KIND__ERROR, id);
    Sijill__V1__Status code;

    sj_port_status(&code, &(sj_reply){ .status = status, .detail = words });
    envelope.status = &code;
    (void) sj_port_send(port, peer, &envelope, (sj_bytes){ NULL, 0 });
}

void
sj_port_goodbye(sj_port *port)
{
    Sijill__V1__Envelope envelope = sj_envelope(SIJILL__V1__KIND__GOODBYE, 0);

    for (size_t at = 0; at < SJ_PEER_SLOTS; at++)
        while (port->peers.slots[at].used &&
               !sj_port_send(port, port->peers.slots[at].id, &envelope, (sj_bytes){ NULL, 0 }))
            ; /* sending to one that is gone removed it, and another may stand in its slot now */
}

static void
send_welcome(sj_port *port, const sj_incoming *in)
{
    Sijill__V1__Envelope envelope = sj_envelope(SIJILL__V1__KIND__WELCOME, in->envelope->id);
    const sj_presence *presence = port->presence;
    unsigned char packed[PACKED_MAX];
    uint32_t shard = presence->shard;
    Sijill__V1__Welcome welcome;

    sijill__v1__welcome__init(&welcome);
    welcome.has_major = welcome.has_instance = welcome.has_cluster = welcome.has_window = 1;
    welcome.has_heartbeat_ms = welcome.has_max_body = welcome.has_now_ms = welcome.has_state = 1;
    welcome.has_feature_level = 1;
    welcome.major = 1;
    welcome.instance =
        (ProtobufCBinaryData){ SJ_ID_SIZE, (uint8_t *) (uintptr_t) presence->instance };
    welcome.cluster =
        (ProtobufCBinaryData){ SJ_ID_SIZE, (uint8_t *) (uintptr_t) presence->store_id };
    welcome.n_shards = 1;
    welcome.shards = &shard;
    welcome.window = in->peer->window;
    welcome.heartbeat_ms = SJ_HEARTBEAT_MS;
    welcome.max_body = (uint32_t) port->message_max;
    welcome.now_ms = presence->now_ms;
    welcome.state = presence->state;
    welcome.feature_level = SJ_FEATURE_BUNDLES;
    (void) sj_port_send(port, in->peer->id, &envelope,
                        (sj_bytes){ packed, sijill__v1__welcome__pack(&welcome, packed) });
}

static void
send_pong(sj_port *port, const sj_incoming *in)
{
    Sijill__V1__Envelope envelope = sj_envelope(SIJILL__V1__KIND__PONG, in->envelope->id);
    unsigned char packed[PACKED_MAX];
    Sijill__V1__LogPos head;
    Sijill__V1__LogPos *applied = &head;
    Sijill__V1__Pong pong;

    sijill__v1__log_pos__init(&head);
    head.has_shard = head.has_epoch = head.has_seq = 1;
    head.shard = port->presence->shard;
    head.epoch = port->presence->epoch;
    head.seq = port->presence->seq;
    sijill__v1__pong__init(&pong);
    pong.has_state = pong.has_queued = 1;
    pong.state = port->presence->state;
    pong.queued = port->presence->queued;
    pong.n_applied = 1;
    pong.applied = &applied;
    (void) sj_port_send(port, in->peer->id, &envelope,
                        (sj_bytes){ packed, sijill__v1__pong__pack(&pong, packed) });
}

/* Shut the connection that the frame came by: ZeroMQ closes it then.  (It has no call for that; the
 * frame knows its descriptor, which was open when it was read.) */
static void
cut(zmq_msg_t *frame)
{
    int fd = zmq_msg_get(frame, ZMQ_SRCFD);

    if (fd >= 0)
        (void) shutdown(fd, SHUT_RDWR);
}

/* What the sender of this frame is.  False: nobody any more, and its connection is cut.  Only
 * frames behind the routing id carry the name that ZAP gave (4.3.4). */
static bool
judge_peer(sj_port *port, uint32_t id, zmq_msg_t *frame, sj_peer_kind *kind)
{
    *kind = SJ_PEER_OPERATOR;
    if (port->zap == NULL || sj_zap_kind(port->zap, zmq_msg_gets(frame, "User-Id"), kind))
        return true;
    sj_zap_count_refused(port->zap);
    sj_peer_remove(&port->peers, id);
    cut(frame);
    return false;
}

static void
hello(sj_port *port, uint32_t id, sj_peer_kind kind, sj_incoming *in)
{
    Sijill__V1__Hello *hello = NULL;
    const char *field;
    bool good = sj_message_check(&sijill__v1__hello__descriptor, zmq_msg_data(&in->body),
                                 zmq_msg_size(&in->body), &field) == NULL;

    if (good)
        hello = sijill__v1__hello__unpack(NULL, zmq_msg_size(&in->body), zmq_msg_data(&in->body));
    if (hello == NULL) {
        sj_port_error(port, id, in->envelope->id, SJ_BAD_MESSAGE, "not a Hello");
    } else if (hello->min_major > 1 || (hello->has_max_major && hello->max_major < 1)) {
        sj_port_error(port, id, in->envelope->id, SJ_BAD_VERSION, "major version 1 is spoken here");
    } else {
        in->peer = sj_peer_add(&port->peers, id);
        if (in->peer == NULL)
            sj_port_error(port, id, in->envelope->id, SJ_BUSY, "too many connections; try later");
        else
            in->peer->kind = kind;
        if (in->peer != NULL) {
            in->peer->bundles = (hello->features & SJ_FEATURE_BUNDLES) != 0;
            send_welcome(port, in);
        }
    }
    if (hello != NULL)
        sijill__v1__hello__free_unpacked(hello, NULL);
    if (in->peer != NULL)
        in->peer->seen_ms = port->presence->now_ms;
}

/* 1: for the caller. */
static int
dispatch(sj_port *port, uint32_t id, zmq_msg_t *head, sj_incoming *in)
{
    uint32_t kind = in->envelope->kind;
    sj_peer_kind is;

    in->peer = kind == SIJILL__V1__KIND__HELLO ? NULL : sj_peer_find(&port->peers, id);
    if (in->peer == NULL && !judge_peer(port, id, head, &is))
        return 0;
    if (kind == SIJILL__V1__KIND__HELLO) {
        hello(port, id, is, in);
        return 0;
    }
    if (in->peer == NULL) {
        sj_port_error(port, id, in->envelope->id, SJ_UNKNOWN_PEER, "say HELLO first");
        return 0;
    }
    in->peer->seen_ms = port->presence->now_ms;
    if (kind == SIJILL__V1__KIND__PING)
        send_pong(port, in);
    else if (kind == SIJILL__V1__KIND__GOODBYE)
        sj_peer_remove(&port->peers, id);
    else if (kind != SIJILL__V1__KIND__PONG)
        return 1;
    return 0;
}

/* ---- in ---------------------------------------------------------------------------------------
 */

/* Go on with a message of too many frames; false: it has ended. */
static bool
discard(sj_port *port)
{
    sj_port_message *in = &port->in;
    zmq_msg_t rest;

    for (int i = 0; in->discarding && i < DISCARD_FRAMES; i++) {
        (void) zmq_msg_init(&rest);
        in->discarding =
            zmq_msg_recv(&rest, port->socket, ZMQ_DONTWAIT) >= 0 && zmq_msg_more(&rest) != 0;
        (void) zmq_msg_close(&rest);
    }
    return in->discarding;
}

/* False: nothing waits. */
static bool
read_message(sj_port *port)
{
    sj_port_message *in = &port->in;
    bool more;

    (void) zmq_msg_init(&in->routing);
    if (zmq_msg_recv(&in->routing, port->socket, ZMQ_DONTWAIT) < 0)
        return false;
    more = zmq_msg_more(&in->routing) != 0;
    while (more && in->count < 2 * SJ_BUNDLE_MAX) {
        zmq_msg_t *frame = &in->frames[in->count++];

        (void) zmq_msg_init(frame);
        more = zmq_msg_recv(frame, port->socket, ZMQ_DONTWAIT) >= 0 && zmq_msg_more(frame) != 0;
    }
    in->discarding = more;
    return true;
}

/* Of whom the message is; false: nothing can be made of it, it is counted and dropped. */
static bool
judge_message(sj_port *port, uint32_t *id)
{
    sj_port_message *in = &port->in;
    const unsigned char *routing = zmq_msg_data(&in->routing);
    bool known = zmq_msg_size(&in->routing) == ROUTING_SIZE && routing[0] == 0;

    *id = known ? sj_read_u32(routing + 1) : 0;
    if (known && !in->discarding && in->count > 0 && in->count % 2 == 0)
        return true;
    port->bad_frames++;
    if (in->discarding) {
        if (known)
            sj_peer_remove(&port->peers, *id);
        cut(&in->frames[0]);
    }
    drop_message(in);
    return false;
}

bool
sj_port_has_more(const sj_port *port)
{
    return port->in.next < port->in.count;
}

int
sj_port_receive(sj_port *port, sj_arena *arena, sj_incoming *in)
{
    ProtobufCAllocator allocator = sj_arena_allocator(arena);
    sj_port_message *message = &port->in;
    zmq_msg_t *head;
    uint32_t id;
    int result = 0;

    if (message->discarding && discard(port))
        return 0;
    if (!sj_port_has_more(port) && !read_message(port))
        return -1;
    if (!judge_message(port, &id))
        return 0;
    head = &message->frames[message->next];
    in->peer = NULL;
    in->envelope = NULL;
    (void) zmq_msg_init(&in->body);
    (void) zmq_msg_move(&in->body, &message->frames[message->next + 1]);
    (void) zmq_msg_close(&message->frames[message->next + 1]);
    message->next += 2;
    sj_arena_reset(arena);
    if (zmq_msg_size(head) + zmq_msg_size(&in->body) <= port->message_max)
        in->envelope = sj_head_unpack(zmq_msg_data(head), zmq_msg_size(head), &allocator);
    if (in->envelope != NULL)
        result = dispatch(port, id, head, in);
    else
        port->bad_frames++;
    (void) zmq_msg_close(head);
    if (!sj_port_has_more(port))
        drop_message(message);
    if (result != 1)
        (void) zmq_msg_close(&in->body);
    return result;
}
