/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/peer.h"

#include "clients/c/clock.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

uint64_t
backoff_ms(uint32_t base_ms, unsigned n)
{
    uint64_t full = (uint64_t) base_ms << (n > 12 ? 12 : n);

    if (full > PEER_BACKOFF_MAX_MS)
        full = PEER_BACKOFF_MAX_MS;
    full = full / 2 + randombytes_uniform((uint32_t) full + 1);
    return full > PEER_BACKOFF_MAX_MS ? PEER_BACKOFF_MAX_MS : full;
}

void
peer_greet_again(peer *p, uint64_t now_ms)
{
    p->state = PEER_GREETING;
    p->greeted = false;
    p->due_ms = now_ms + PEER_WELCOME_MS;
}

bool
peer_open(peer *p, const char *endpoint, const char *agent, int64_t message_max,
          const char *curve_server, const char *key_file)
{
    memset(p, 0, offsetof(peer, in));
    frame_init(&p->in);
    p->endpoint = strdup(endpoint);
    p->agent = strdup(agent == NULL ? "libsijill/" SIJILL_VERSION : agent);
    p->message_max = message_max;
    p->heartbeat_ms = SJ_HEARTBEAT_MS;
    p->state = PEER_CLOSED;
    if (p->endpoint == NULL || p->agent == NULL || sodium_init() < 0)
        return false;
    if (curve_read(endpoint, curve_server, key_file, &p->curve) != NULL) {
        errno = EINVAL;
        return false;
    }
    randombytes_buf(p->self, sizeof p->self);
    p->socket = socket_open(endpoint, message_max, &p->curve);
    if (p->socket == NULL)
        return false;
    peer_greet_again(p, clock_mono_ms());
    return true;
}

void
peer_close(peer *p)
{
    frame_drop(&p->in);
    socket_close(&p->socket);
    free(p->endpoint);
    free(p->agent);
    curve_forget(&p->curve);
    p->endpoint = NULL;
    p->agent = NULL;
    p->state = PEER_CLOSED;
}

void
peer_fail(peer *p, uint64_t now_ms)
{
    socket_close(&p->socket);
    if (p->state != PEER_REFUSED)
        p->state = PEER_CLOSED;
    p->due_ms = now_ms + backoff_ms(PEER_BACKOFF_MS, p->failures++);
}

static void
reopen(peer *p, uint64_t now_ms)
{
    p->socket = socket_open(p->endpoint, p->message_max, &p->curve);
    if (p->socket == NULL) {
        peer_fail(p, now_ms);
        return;
    }
    peer_greet_again(p, now_ms);
}

static void
greet(peer *p, uint64_t now_ms)
{
    Sijill__V1__Hello hello;
    Sijill__V1__Envelope envelope;
    uint8_t body[256];

    sijill__v1__hello__init(&hello);
    hello.has_min_major = hello.has_max_major = hello.has_instance = true;
    hello.min_major = hello.max_major = 1;
    hello.instance = (ProtobufCBinaryData){ sizeof p->self, p->self };
    hello.has_features = true;
    hello.features = SJ_FEATURE_BUNDLES;
    hello.agent = strlen(p->agent) > 128 ? NULL : p->agent;
    sijill__v1__envelope__init(&envelope);
    envelope.has_kind = true;
    envelope.kind = SIJILL__V1__KIND__HELLO;
    if (socket_send(p->socket, &envelope, body, sijill__v1__hello__pack(&hello, body), false) ==
        SOCKET_DONE) {
        p->greeted = true;
        p->due_ms = now_ms + PEER_WELCOME_MS;
    }
}

static void
ping(peer *p, uint64_t now_ms)
{
    Sijill__V1__Envelope envelope;

    sijill__v1__envelope__init(&envelope);
    envelope.has_kind = true;
    envelope.kind = SIJILL__V1__KIND__PING;
    (void) socket_send(p->socket, &envelope, NULL, 0, false);
    p->pinged_ms = now_ms;
    p->pings++;
}

static uint64_t
ping_due(const peer *p)
{
    return (p->pinged_ms > p->heard_ms ? p->pinged_ms : p->heard_ms) + p->heartbeat_ms;
}

void
peer_turn(peer *p, uint64_t now_ms)
{
    if (p->state == PEER_CLOSED && now_ms >= p->due_ms)
        reopen(p, now_ms);
    if (p->state == PEER_GREETING && !p->greeted)
        greet(p, now_ms);
    if (p->state == PEER_GREETING && now_ms >= p->due_ms) {
        p->failures = 0; /* nobody there: a greeting each two seconds is no load to spare */
        peer_fail(p, now_ms);
    }
    if (p->state != PEER_READY)
        return;
    if (now_ms < ping_due(p))
        return;
    if (p->pings == SJ_HEARTBEAT_LIVES)
        peer_fail(p, now_ms);
    else
        ping(p, now_ms);
}

static void
welcome(peer *p)
{
    Sijill__V1__Welcome *in =
        sijill__v1__welcome__unpack(NULL, frame_body_size(&p->in), frame_body(&p->in));

    if (in == NULL || p->state != PEER_GREETING) {
        sijill_free(in);
        p->frames_bad++;
        return;
    }
    if (in->instance.len == SIJILL_ID_SIZE &&
        memcmp(p->instance, in->instance.data, SIJILL_ID_SIZE) != 0) {
        memcpy(p->instance, in->instance.data, SIJILL_ID_SIZE);
        p->instances++;
    }
    if (in->cluster.len == SIJILL_ID_SIZE)
        memcpy(p->store, in->cluster.data, SIJILL_ID_SIZE);
    if (in->heartbeat_ms >= PEER_HEARTBEAT_MIN_MS && in->heartbeat_ms <= PEER_HEARTBEAT_MAX_MS)
        p->heartbeat_ms = in->heartbeat_ms;
    p->window = in->window == 0 ? SJ_WINDOW_FIRST : in->window;
    p->bundles = in->feature_level >= SJ_FEATURE_BUNDLES;
    p->state = PEER_READY;
    p->session++;
    sijill_free(in);
}

/* An ERROR that is about the peer itself. */
static bool
peer_error(peer *p, uint64_t now_ms)
{
    const Sijill__V1__Status *status = p->in.envelope->status;
    uint32_t code = status == NULL ? SIJILL__V1__CODE__BAD_MESSAGE : status->code;

    if (code == SIJILL__V1__CODE__UNKNOWN_PEER) {
        if (p->state == PEER_READY) /* else it is about what was queued before HELLO */
            peer_greet_again(p, now_ms);
        return true;
    }
    if (code == SIJILL__V1__CODE__DRAINING || code == SIJILL__V1__CODE__BUSY) {
        peer_fail(p, now_ms);
        return true;
    }
    if (code != SIJILL__V1__CODE__BAD_VERSION && p->state != PEER_GREETING)
        return false;
    p->refusal = code;
    (void) strncpy(p->refusal_detail,
                   status == NULL || status->detail == NULL ? "" : status->detail,
                   sizeof p->refusal_detail - 1);
    p->state = PEER_REFUSED;
    socket_close(&p->socket);
    return true;
}

/* Whether the frame was for the peer. */
static bool
peer_keep(peer *p, uint64_t now_ms)
{
    switch (p->in.envelope->kind) {
    case SIJILL__V1__KIND__WELCOME:
        welcome(p);
        return true;
    case SIJILL__V1__KIND__PONG:
        return true;
    case SIJILL__V1__KIND__PING:
        return true; /* only clients ping; that it came is enough */
    case SIJILL__V1__KIND__GOODBYE:
        peer_fail(p, now_ms);
        return true;
    case SIJILL__V1__KIND__ERROR:
        return peer_error(p, now_ms);
    default:
        return p->state != PEER_READY; /* of an earlier session */
    }
}

bool
peer_take(peer *p, uint64_t now_ms)
{
    while (p->socket != NULL) {
        socket_result result = socket_take(p->socket, &p->in);

        if (result == SOCKET_LATER)
            return false;
        if (result == SOCKET_BAD) {
            p->frames_bad++;
            continue;
        }
        p->heard_ms = now_ms;
        p->pings = 0;
        if (!peer_keep(p, now_ms))
            return true;
    }
    return false;
}

socket_result
peer_send(peer *p, const Sijill__V1__Envelope *envelope, const void *body, size_t size, bool more)
{
    assert(p->state == PEER_READY);
    return socket_send(p->socket, envelope, body, size, more);
}

uint64_t
peer_due(const peer *p)
{
    switch (p->state) {
    case PEER_CLOSED:
    case PEER_GREETING:
        return p->due_ms;
    case PEER_READY:
        return ping_due(p);
    case PEER_REFUSED:
        break;
    }
    return UINT64_MAX;
}

void
peer_sleep(peer *p, bool want_send, uint64_t now_ms, uint64_t until_ms)
{
    uint64_t span = until_ms <= now_ms ? 0 : until_ms - now_ms;
    bool sending = want_send || (p->state == PEER_GREETING && !p->greeted);
    zmq_pollitem_t item = { .socket = p->socket,
                            .events = (short) (ZMQ_POLLIN | (sending ? ZMQ_POLLOUT : 0)) };

    if (span > INT_MAX)
        span = INT_MAX;
    (void) zmq_poll(&item, p->socket == NULL ? 0 : 1, (long) span);
}
