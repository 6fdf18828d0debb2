/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/relay.h"

#include "services/core/message.h"

#include "services/runtime/bounds.h"
#include "services/runtime/log.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    RELAY_ARENA = 4 * 1024 * 1024, /* a feed frame unpacked: its octets twice, and 512 records */
    CREDIT_EACH_US = 10 * 1000 * 1000,
    HIGH_WATER = 64,
    PACKED_MAX = 512,
};

static const uint64_t silence_us = UINT64_C(1000) * SJ_HEARTBEAT_MS;

static void
send_message(sj_relay *relay, Sijill__V1__Kind kind, const ProtobufCMessage *body)
{
    unsigned char head[SJ_HEAD_MAX], packed[PACKED_MAX];
    Sijill__V1__Envelope envelope = sj_envelope(kind, ++relay->ids);
    size_t size = 0;

    if (body != NULL)
        size = protobuf_c_message_pack(body, packed);
    if (zmq_send(relay->socket, head, sj_head_pack(&envelope, head), ZMQ_DONTWAIT | ZMQ_SNDMORE) >=
        0)
        (void) zmq_send(relay->socket, packed, size, ZMQ_DONTWAIT);
}

static void
greet(sj_relay *relay)
{
    Sijill__V1__Hello hello;

    sijill__v1__hello__init(&hello);
    hello.has_min_major = hello.has_max_major = hello.has_instance = 1;
    hello.min_major = hello.max_major = 1;
    hello.instance = (ProtobufCBinaryData){ SJ_ID_SIZE, relay->instance };
    hello.agent = (char *) (uintptr_t) relay->consumer;
    relay->state = SJ_RELAY_GREETING;
    relay->records = NULL;
    relay->covered = relay->durable;
    relay->hurried = false;
    send_message(relay, SIJILL__V1__KIND__HELLO, &hello.base);
}

static void
subscribe(sj_relay *relay)
{
    Sijill__V1__Subscribe subscribe;
    Sijill__V1__LogPos after;

    sijill__v1__log_pos__init(&after);
    after.has_shard = after.has_epoch = after.has_seq = 1;
    after.shard = relay->shard;
    after.epoch = relay->durable.epoch;
    after.seq = relay->durable.seq;
    sijill__v1__subscribe__init(&subscribe);
    subscribe.has_shard = subscribe.has_credit_bytes = 1;
    subscribe.shard = relay->shard;
    subscribe.after = &after;
    subscribe.credit_bytes = SJ_FEED_CREDIT;
    subscribe.name = (char *) (uintptr_t) relay->consumer;
    relay->consumed = 0;
    relay->state = SJ_RELAY_SUBSCRIBING;
    send_message(relay, SIJILL__V1__KIND__SUBSCRIBE, &subscribe.base);
}

static void
grant(sj_relay *relay, uint64_t now_us)
{
    Sijill__V1__Credit credit;
    Sijill__V1__LogPos durable;

    sijill__v1__log_pos__init(&durable);
    durable.has_shard = durable.has_epoch = durable.has_seq = 1;
    durable.shard = relay->shard;
    durable.epoch = relay->durable.epoch;
    durable.seq = relay->durable.seq;
    sijill__v1__credit__init(&credit);
    credit.has_bytes = 1;
    credit.bytes = relay->consumed;
    credit.durable = &durable;
    relay->consumed = 0;
    relay->credited_us = now_us;
    send_message(relay, SIJILL__V1__KIND__CREDIT, &credit.base);
}

void
sj_relay_hurry(sj_relay *relay)
{
    Sijill__V1__Credit credit;

    if (relay->hurried || relay->records != NULL || relay->state != SJ_RELAY_FOLLOWING)
        return;
    sijill__v1__credit__init(&credit);
    relay->hurried = true;
    send_message(relay, SIJILL__V1__KIND__CREDIT, &credit.base);
}

static void
connect_socket(sj_relay *relay)
{
    if (relay->socket != NULL)
        (void) zmq_close(relay->socket);
    relay->socket = zmq_socket(relay->context, ZMQ_DEALER);
    if (sj_socket_bound(relay->socket, HIGH_WATER, SJ_FEED_MAX) &&
        (relay->curve == NULL || sj_curve_join(relay->socket, relay->curve, relay->server)))
        (void) zmq_connect(relay->socket, relay->endpoint); /* never without what bounds it */
    greet(relay);
}

bool
sj_relay_open(sj_relay *relay, void *context, sj_cursor at)
{
    relay->context = context;
    relay->durable = relay->covered = at;
    randombytes_buf(relay->instance, sizeof relay->instance);
    if (!sj_arena_open(&relay->arena, RELAY_ARENA))
        return false;
    connect_socket(relay);
    return true;
}

void
sj_relay_close(sj_relay *relay)
{
    if (relay->socket == NULL)
        return;
    send_message(relay, SIJILL__V1__KIND__GOODBYE, NULL);
    (void) zmq_close(relay->socket);
    relay->socket = NULL;
    sj_arena_close(&relay->arena);
}

void
sj_relay_stop(sj_relay *relay, const char *words)
{
    relay->state = SJ_RELAY_STOPPED;
    relay->records = NULL;
    (void) snprintf(relay->words, sizeof relay->words, "%s", words);
    sj_log(SJ_LOG_ERROR, "relay.stopped", "producer=%s words=\"%s\"", relay->producer, words);
}

static void *
unpack(sj_relay *relay, const ProtobufCMessageDescriptor *type, zmq_msg_t *body)
{
    ProtobufCAllocator allocator = sj_arena_allocator(&relay->arena);

    return protobuf_c_message_unpack(type, &allocator, zmq_msg_size(body), zmq_msg_data(body));
}

static void
on_subscribed(sj_relay *relay, zmq_msg_t *body)
{
    Sijill__V1__Subscribed *in = unpack(relay, &sijill__v1__subscribed__descriptor, body);

    if (in == NULL || in->head == NULL)
        return;
    relay->durable.epoch = in->head->epoch;
    relay->covered = relay->durable;
    relay->head = in->head->seq;
    relay->state = SJ_RELAY_FOLLOWING;
    sj_log(SJ_LOG_INFO, "relay.following", "producer=%s after=%" PRIu64 " head=%" PRIu64,
           relay->producer, relay->durable.seq, relay->head);
}

static void
on_records(sj_relay *relay, zmq_msg_t *body)
{
    Sijill__V1__Records *in = unpack(relay, &sijill__v1__records__descriptor, body);

    relay->consumed += zmq_msg_size(body);
    relay->hurried = false;
    if (in == NULL || in->from == NULL || in->to == NULL) {
        sj_relay_stop(relay, "a feed frame does not parse: is the other service another version?");
    } else if (in->from->seq != relay->covered.seq || in->from->epoch != relay->covered.epoch) {
        sj_log(SJ_LOG_WARN, "relay.gap", "producer=%s mine=%" PRIu64 " from=%" PRIu64,
               relay->producer, relay->covered.seq, in->from->seq);
        connect_socket(relay);
    } else {
        relay->records = in;
        relay->next = 0;
    }
}

static void
on_head(sj_relay *relay, zmq_msg_t *body)
{
    Sijill__V1__Head *in = unpack(relay, &sijill__v1__head__descriptor, body);

    if (in == NULL || in->covered == NULL || in->head == NULL)
        return;
    relay->hurried = false;
    relay->head = in->head->seq;
    if (in->covered->seq > relay->covered.seq)
        relay->covered.seq = in->covered->seq;
}

static void
on_error(sj_relay *relay, const Sijill__V1__Envelope *envelope)
{
    uint32_t code = envelope->status == NULL ? 0 : envelope->status->code;

    if (code == SIJILL__V1__CODE__DIVERGED || code == SIJILL__V1__CODE__TRIMMED)
        sj_relay_stop(relay, envelope->status->detail == NULL ? sj_code_name(code)
                                                              : envelope->status->detail);
    else if (code == SIJILL__V1__CODE__UNKNOWN_PEER)
        greet(relay); /* the producer restarted */
}

static void
on_message(sj_relay *relay, const Sijill__V1__Envelope *envelope, zmq_msg_t *body)
{
    switch ((Sijill__V1__Kind) envelope->kind) {
    case SIJILL__V1__KIND__WELCOME:
        if (relay->state == SJ_RELAY_GREETING)
            subscribe(relay);
        break;
    case SIJILL__V1__KIND__SUBSCRIBED:
        if (relay->state == SJ_RELAY_SUBSCRIBING)
            on_subscribed(relay, body);
        break;
    case SIJILL__V1__KIND__RECORDS:
        if (relay->state == SJ_RELAY_FOLLOWING)
            on_records(relay, body);
        break;
    case SIJILL__V1__KIND__HEAD:
        if (relay->state == SJ_RELAY_FOLLOWING)
            on_head(relay, body);
        break;
    case SIJILL__V1__KIND__ERROR:
        on_error(relay, envelope);
        break;
    case SIJILL__V1__KIND__GOODBYE:
        relay->state = SJ_RELAY_GREETING; /* the next PING finds whoever comes after */
        break;
    case SIJILL__V1__KIND__KIND_NONE:
    case SIJILL__V1__KIND__HELLO:
    case SIJILL__V1__KIND__REQUEST:
    case SIJILL__V1__KIND__REPLY:
    case SIJILL__V1__KIND__CANCEL:
    case SIJILL__V1__KIND__PING:
    case SIJILL__V1__KIND__PONG:
    case SIJILL__V1__KIND__SUBSCRIBE:
    case SIJILL__V1__KIND__CREDIT:
    case SIJILL__V1__KIND__SNAPSHOT:
    case SIJILL__V1__KIND__UNSUBSCRIBE:
    case _SIJILL__V1__KIND_IS_INT_SIZE:
        break;
    }
}

/* False: nothing waits. */
static bool
receive(sj_relay *relay, uint64_t now_us)
{
    ProtobufCAllocator allocator = sj_arena_allocator(&relay->arena);
    Sijill__V1__Envelope *envelope = NULL;
    void *socket = relay->socket;
    zmq_msg_t head, body;

    (void) zmq_msg_init(&head);
    (void) zmq_msg_init(&body);
    if (zmq_msg_recv(&head, socket, ZMQ_DONTWAIT) < 0)
        return false;
    sj_arena_reset(&relay->arena);
    if (zmq_msg_more(&head) && zmq_msg_recv(&body, socket, ZMQ_DONTWAIT) >= 0)
        envelope = sj_head_unpack(zmq_msg_data(&head), zmq_msg_size(&head), &allocator);
    if (envelope != NULL) {
        relay->heard_us = now_us;
        on_message(relay, envelope, &body);
    }
    (void) zmq_msg_close(&head);
    (void) zmq_msg_close(&body);
    return true;
}

void
sj_relay_work(sj_relay *relay, uint64_t now_us)
{
    if (relay->state == SJ_RELAY_STOPPED)
        return;
    if (relay->heard_us == 0)
        relay->heard_us = now_us;
    while (relay->records == NULL && receive(relay, now_us) && relay->state != SJ_RELAY_STOPPED)
        ;
    if (relay->state == SJ_RELAY_STOPPED)
        return;
    if (relay->records == NULL && now_us - relay->heard_us > SJ_HEARTBEAT_LIVES * silence_us) {
        connect_socket(relay);
        relay->heard_us = now_us;
    } else if (now_us - relay->heard_us > silence_us && now_us - relay->said_us > silence_us) {
        if (relay->state == SJ_RELAY_FOLLOWING)
            send_message(relay, SIJILL__V1__KIND__PING, NULL);
        else
            greet(relay);
        relay->said_us = now_us;
    }
    if (relay->state == SJ_RELAY_FOLLOWING &&
        (relay->consumed > SJ_FEED_CREDIT / 2 ||
         (relay->consumed > 0 && now_us - relay->credited_us > CREDIT_EACH_US)))
        grant(relay, now_us);
}

bool
sj_relay_next(sj_relay *relay, sj_command *cmd)
{
    const Sijill__V1__Record *record;
    uint8_t source[8 + 4];

    if (relay->records == NULL || relay->next == relay->records->n_record)
        return false;
    record = relay->records->record[relay->next++];
    memset(cmd, 0, sizeof *cmd);
    cmd->type = record->type;
    cmd->org = record->org;
    cmd->origin = SJ_FROM_FEED;
    cmd->body = (sj_bytes){ record->body.data, record->body.len };
    cmd->personal = (sj_bytes){ record->personal.data, record->personal.len };
    cmd->record_seq = record->seq;
    if (record->actor.len == SJ_ID_SIZE)
        memcpy(cmd->actor, record->actor.data, SJ_ID_SIZE);
    sj_write_u32(source, relay->shard);
    sj_write_u64(source + 4, record->seq);
    (void) crypto_generichash(cmd->id, sizeof cmd->id, source, sizeof source, NULL, 0);
    return true;
}

void
sj_relay_committed(sj_relay *relay)
{
    if (relay->records == NULL)
        return;
    if (relay->next > 0)
        relay->durable.seq = relay->records->record[relay->next - 1]->seq;
    if (relay->next == relay->records->n_record) {
        relay->covered.seq = relay->records->to->seq;
        if (relay->head < relay->covered.seq)
            relay->head = relay->covered.seq;
        relay->records = NULL;
    }
}

void
sj_relay_again(sj_relay *relay)
{
    relay->next = 0;
    while (relay->records != NULL && relay->next < relay->records->n_record &&
           relay->records->record[relay->next]->seq <= relay->durable.seq)
        relay->next++;
}
