/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/system/raw.h"

#include <stdlib.h>
#include <string.h>

enum {
    PACKED_MAX = 64 * 1024,
    NARROW = 100,           /* messages that wait here */
    FILL_MAX = 1000 * 1000, /* no queue is as long */
};

static _Thread_local uint8_t last_key[SIJILL_ID_SIZE];
static uint8_t actor[SIJILL_ID_SIZE] = { 'r', 'a', 'w' };

static void
make(raw *r, int high_water)
{
    int zero = 0;

    *r = (raw){ .context = zmq_ctx_new() };
    assert_non_null(r->context);
    r->socket = zmq_socket(r->context, ZMQ_DEALER);
    assert_non_null(r->socket);
    assert_int_equal(zmq_setsockopt(r->socket, ZMQ_LINGER, &zero, sizeof zero), 0);
    assert_int_equal(zmq_setsockopt(r->socket, ZMQ_SNDHWM, &high_water, sizeof high_water), 0);
    assert_int_equal(zmq_setsockopt(r->socket, ZMQ_RCVHWM, &zero, sizeof zero), 0);
}

void
raw_open(raw *r, const char *endpoint)
{
    make(r, 0);
    assert_int_equal(zmq_connect(r->socket, endpoint), 0);
}

static void
connect_watched(raw *r, const char *endpoint)
{
    static const char watched[] = "inproc://watched";
    int patience = RAW_PATIENCE_MS;
    int zero = 0;

    assert_int_equal(zmq_socket_monitor(r->socket, watched, ZMQ_EVENT_ALL), 0);
    r->monitor = zmq_socket(r->context, ZMQ_PAIR);
    assert_non_null(r->monitor);
    assert_int_equal(zmq_setsockopt(r->monitor, ZMQ_LINGER, &zero, sizeof zero), 0);
    assert_int_equal(zmq_setsockopt(r->monitor, ZMQ_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(zmq_connect(r->monitor, watched), 0);
    assert_int_equal(zmq_connect(r->socket, endpoint), 0);
}

void
raw_open_as(raw *r, const char *endpoint, const raw_keys *keys)
{
    make(r, 0);
    if (keys != NULL) {
        assert_int_equal(zmq_setsockopt(r->socket, ZMQ_CURVE_SERVERKEY, keys->server, 41), 0);
        assert_int_equal(zmq_setsockopt(r->socket, ZMQ_CURVE_PUBLICKEY, keys->public, 41), 0);
        assert_int_equal(zmq_setsockopt(r->socket, ZMQ_CURVE_SECRETKEY, keys->secret, 41), 0);
    }
    connect_watched(r, endpoint);
}

void
raw_open_narrow(raw *r, const char *endpoint)
{
    int patience = RAW_QUIET_MS;

    make(r, NARROW);
    assert_int_equal(zmq_setsockopt(r->socket, ZMQ_SNDTIMEO, &patience, sizeof patience), 0);
    connect_watched(r, endpoint);
}

unsigned
raw_fill(raw *r, const void *first, size_t size)
{
    unsigned sent = 0;

    while (zmq_send(r->socket, first, size, ZMQ_SNDMORE) >= 0) {
        assert_int_equal(zmq_send(r->socket, "", 0, 0), 0);
        assert_true(++sent < FILL_MAX);
    }
    return sent;
}

unsigned
raw_event(raw *r, unsigned events)
{
    unsigned char head[6];
    char where[WORLD_PATH];
    uint16_t event;

    while (zmq_recv(r->monitor, head, sizeof head, 0) == (int) sizeof head) {
        (void) zmq_recv(r->monitor, where, sizeof where, 0);
        memcpy(&event, head, sizeof event);
        if ((event & events) != 0)
            return event;
    }
    return 0;
}

static void
drop(raw *r)
{
    sijill_free(r->in);
    free(r->body);
    r->in = NULL;
    r->body = NULL;
    r->body_size = 0;
}

void
raw_close(raw *r)
{
    drop(r);
    if (r->monitor != NULL) {
        (void) zmq_socket_monitor(r->socket, NULL, 0);
        (void) zmq_close(r->monitor);
    }
    (void) zmq_close(r->socket);
    (void) zmq_ctx_term(r->context);
}

void
raw_send_frames(raw *r, size_t count, const void *const frames[], const size_t sizes[])
{
    for (size_t i = 0; i < count; i++)
        assert_true(zmq_send(r->socket, frames[i], sizes[i], i + 1 < count ? ZMQ_SNDMORE : 0) >= 0);
}

Sijill__V1__Envelope
raw_envelope(raw *r, Sijill__V1__Kind kind, uint32_t type)
{
    Sijill__V1__Envelope e;

    sijill_request_id(last_key);
    sijill__v1__envelope__init(&e);
    e.has_kind = e.has_id = 1;
    e.kind = kind;
    e.id = ++r->ids;
    if (kind != SIJILL__V1__KIND__REQUEST)
        return e;
    e.has_type = e.has_org = e.has_key = e.has_actor = 1;
    e.type = type;
    e.org = 1;
    e.key = id_data(last_key);
    e.actor = id_data(actor);
    return e;
}

void
raw_send(raw *r, const Sijill__V1__Envelope *envelope, const void *body, size_t size)
{
    unsigned char head[SJ_HEAD_MAX];
    size_t head_size = sj_head_pack(envelope, head);

    assert_true(head_size > 0);
    raw_send_frames(r, 2, (const void *const[]){ head, body }, (const size_t[]){ head_size, size });
}

void
raw_send_bundle(raw *r, size_t count, const Sijill__V1__Envelope envelopes[])
{
    unsigned char head[SJ_HEAD_MAX];

    for (size_t i = 0; i < count; i++) {
        size_t size = sj_head_pack(&envelopes[i], head);

        assert_true(zmq_send(r->socket, head, size, ZMQ_SNDMORE) >= 0);
        assert_true(zmq_send(r->socket, "", 0, i + 1 < count ? ZMQ_SNDMORE : 0) >= 0);
    }
}

void
raw_send_message(raw *r, const Sijill__V1__Envelope *envelope, const ProtobufCMessage *body)
{
    static _Thread_local unsigned char packed[PACKED_MAX];

    assert_true(protobuf_c_message_get_packed_size(body) <= sizeof packed);
    raw_send(r, envelope, packed, protobuf_c_message_pack(body, packed));
}

void
raw_greet(raw *r)
{
    Sijill__V1__Envelope e = raw_envelope(r, SIJILL__V1__KIND__HELLO, 0);
    Sijill__V1__Hello hello = SIJILL__V1__HELLO__INIT;

    hello.has_min_major = hello.has_max_major = 1;
    hello.min_major = hello.max_major = 1;
    hello.has_features = r->bundles;
    hello.features = SJ_FEATURE_BUNDLES;
    raw_send_message(r, &e, &hello.base);
    raw_expect(r, SIJILL__V1__KIND__WELCOME);
}

bool
raw_take(raw *r, int ms)
{
    zmq_msg_t head, body;

    drop(r);
    assert_int_equal(zmq_setsockopt(r->socket, ZMQ_RCVTIMEO, &ms, sizeof ms), 0);
    (void) zmq_msg_init(&head);
    (void) zmq_msg_init(&body);
    if (zmq_msg_recv(&head, r->socket, 0) < 0)
        return false;
    assert_true(zmq_msg_more(&head));
    assert_true(zmq_msg_recv(&body, r->socket, 0) >= 0);
    r->more = zmq_msg_more(&body) != 0;
    assert_true(r->bundles || !r->more);
    r->in = sj_head_unpack(zmq_msg_data(&head), zmq_msg_size(&head), NULL);
    assert_non_null(r->in);
    r->body_size = zmq_msg_size(&body);
    r->body = malloc(r->body_size + 1);
    assert_non_null(r->body);
    memcpy(r->body, zmq_msg_data(&body), r->body_size);
    (void) zmq_msg_close(&head);
    (void) zmq_msg_close(&body);
    return true;
}

void
raw_expect(raw *r, Sijill__V1__Kind kind)
{
    uint64_t until = mono_ms() + RAW_PATIENCE_MS;

    while (mono_ms() < until)
        if (raw_take(r, RAW_PATIENCE_MS) && r->in->kind == kind)
            return;
    fail_msg("no message of kind %d came", (int) kind);
}

uint32_t
raw_code(const raw *r)
{
    return r->in->status == NULL ? 0 : r->in->status->code;
}

void *
raw_unpack(const raw *r, const ProtobufCMessageDescriptor *type)
{
    void *message = protobuf_c_message_unpack(type, NULL, r->body_size, r->body);

    assert_non_null(message);
    return message;
}
