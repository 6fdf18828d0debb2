/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/clients/far.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void
far_bind(far *f)
{
    int zero = 0;
    int one = 1;

    f->socket = zmq_socket(f->context, ZMQ_ROUTER);
    assert_non_null(f->socket);
    (void) zmq_setsockopt(f->socket, ZMQ_LINGER, &zero, sizeof zero);
    (void) zmq_setsockopt(f->socket, ZMQ_ROUTER_MANDATORY, &one, sizeof one);
    assert_int_equal(zmq_bind(f->socket, f->endpoint), 0);
}

void
far_unbind(far *f)
{
    (void) zmq_close(f->socket);
    f->socket = NULL;
}

int
far_open(void **state)
{
    far *f = calloc(1, sizeof *f);

    assert_non_null(f);
    (void) snprintf(f->folder, sizeof f->folder, "/tmp/sijill-far-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void) snprintf(f->endpoint, sizeof f->endpoint, "ipc://%s/far.sock", f->folder);
    f->context = zmq_ctx_new();
    f->instance = 1;
    f->window = 64;
    far_bind(f);
    *state = f;
    return 0;
}

int
far_close(void **state)
{
    far *f = *state;
    char path[96];

    if (f->in != NULL)
        protobuf_c_message_free_unpacked(&f->in->base, NULL);
    if (f->socket != NULL)
        far_unbind(f);
    (void) zmq_ctx_term(f->context);
    (void) snprintf(path, sizeof path, "%s/far.sock", f->folder);
    (void) unlink(path);
    (void) rmdir(f->folder);
    free(f);
    return 0;
}

static bool
take_any(far *f, int ms)
{
    unsigned char head[SJ_HEAD_MAX];
    zmq_pollitem_t item = { .socket = f->socket, .events = ZMQ_POLLIN };

    int size, more;
    size_t more_size = sizeof more;

    if (zmq_poll(&item, 1, ms) <= 0)
        return false;
    if (!f->more) {
        size = zmq_recv(f->socket, f->peer, sizeof f->peer, 0);
        assert_in_range(size, 1, sizeof f->peer);
        f->peer_size = (size_t) size;
    }
    size = zmq_recv(f->socket, head, sizeof head, 0);
    assert_in_range(size, SJ_SIGNATURE_SIZE, sizeof head);
    if (f->in != NULL)
        protobuf_c_message_free_unpacked(&f->in->base, NULL);
    f->in = sj_head_unpack(head, (size_t) size, NULL);
    assert_non_null(f->in);
    size = zmq_recv(f->socket, f->body, sizeof f->body, 0);
    assert_true(size >= 0);
    f->body_size = (size_t) size;
    assert_int_equal(zmq_getsockopt(f->socket, ZMQ_RCVMORE, &more, &more_size), 0);
    f->more = more != 0;
    return true;
}

bool
far_take(far *f, Sijill__V1__Kind kind, int ms)
{
    while (take_any(f, ms))
        if (f->in->kind == kind)
            return true;
    return false;
}

void
far_send(far *f, const Sijill__V1__Envelope *envelope, const void *body, size_t size)
{
    unsigned char head[SJ_HEAD_MAX];
    size_t head_size = sj_head_pack(envelope, head);

    (void) zmq_send(f->socket, f->peer, f->peer_size, ZMQ_SNDMORE);
    (void) zmq_send(f->socket, head, head_size, ZMQ_SNDMORE);
    (void) zmq_send(f->socket, size == 0 ? "" : body, size, 0);
}

void
far_send_message(far *f, Sijill__V1__Kind kind, uint64_t id, const ProtobufCMessage *body)
{
    Sijill__V1__Envelope envelope;
    static unsigned char packed[SJ_FEED_MAX];

    sijill__v1__envelope__init(&envelope);
    envelope.has_kind = envelope.has_id = true;
    envelope.kind = kind;
    envelope.id = id;
    far_send(f, &envelope, packed, body == NULL ? 0 : protobuf_c_message_pack(body, packed));
}

void
far_reply_all(far *f, const uint64_t ids[], size_t count)
{
    (void) zmq_send(f->socket, f->peer, f->peer_size, ZMQ_SNDMORE);
    for (size_t i = 0; i < count; i++) {
        Sijill__V1__Envelope reply = sj_envelope(SIJILL__V1__KIND__REPLY, ids[i]);
        unsigned char head[SJ_HEAD_MAX];
        size_t size = sj_head_pack(&reply, head);

        (void) zmq_send(f->socket, head, size, ZMQ_SNDMORE);
        (void) zmq_send(f->socket, "", 0, i + 1 < count ? ZMQ_SNDMORE : 0);
    }
}

static void
status_send(far *f, Sijill__V1__Kind kind, uint64_t id, Sijill__V1__Status *status)
{
    Sijill__V1__Envelope envelope;

    sijill__v1__envelope__init(&envelope);
    envelope.has_kind = true;
    envelope.has_id = id != 0;
    envelope.kind = kind;
    envelope.id = id;
    envelope.status = status;
    status->has_code = status->has_retry = true;
    status->retry = sj_retry_of((Sijill__V1__Code) status->code);
    far_send(f, &envelope, NULL, 0);
}

void
far_reply(far *f, uint32_t code, const char *detail)
{
    Sijill__V1__Status status;
    char words[64];

    (void) snprintf(words, sizeof words, "%s", detail);
    sijill__v1__status__init(&status);
    status.code = code;
    status.detail = words;
    status_send(f, SIJILL__V1__KIND__REPLY, f->in->id, &status);
}

void
far_reply_after(far *f, uint32_t code, uint32_t retry_after_ms)
{
    Sijill__V1__Status status;

    sijill__v1__status__init(&status);
    status.code = code;
    status.has_retry_after_ms = true;
    status.retry_after_ms = retry_after_ms;
    status_send(f, SIJILL__V1__KIND__REPLY, f->in->id, &status);
}

void
far_error(far *f, uint32_t code)
{
    Sijill__V1__Status status;

    sijill__v1__status__init(&status);
    status.code = code;
    status_send(f, SIJILL__V1__KIND__ERROR, 0, &status);
}

void
far_welcome(far *f)
{
    Sijill__V1__Welcome welcome;
    uint8_t instance[16];

    memset(instance, f->instance, sizeof instance);
    sijill__v1__welcome__init(&welcome);
    welcome.has_major = welcome.has_instance = welcome.has_window = welcome.has_heartbeat_ms = true;
    welcome.major = 1;
    welcome.instance = (ProtobufCBinaryData){ sizeof instance, instance };
    welcome.window = f->window;
    welcome.has_feature_level = f->feature_level != 0;
    welcome.feature_level = f->feature_level;
    welcome.heartbeat_ms = 250;
    far_send_message(f, SIJILL__V1__KIND__WELCOME, 0, &welcome.base);
}
