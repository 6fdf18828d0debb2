/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/curve.h"

#include "services/runtime/bounds.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

enum {
    ENFORCE_DOMAIN = 93, /* ZMQ_ZAP_ENFORCE_DOMAIN: Debian's zmq.h hides it, the library knows it */
    PROOF_MS = 5000,
    PROOF_FRAME = 1024,
    ENDPOINT_MAX = 256,
};

const char *
sj_curve_open(sj_curve *curve, const char *key_file)
{
    const char *problem = NULL;

    memset(curve, 0, sizeof *curve);
    if (zmq_has("curve") != 1)
        return "cannot be used: this ZeroMQ has no CURVE; install one that has";
    problem = sj_curve_key_read(key_file, curve->secret);
    if (problem == NULL && zmq_curve_public(curve->public, curve->secret) != 0)
        problem = "holds no CURVE key; make one with `sijill peer keygen FILE`";
    if (problem != NULL)
        sj_curve_close(curve);
    return problem;
}

void
sj_curve_close(sj_curve *curve)
{
    sodium_memzero(curve, sizeof *curve);
}

static bool
set_text(void *socket, int option, const char *text)
{
    return zmq_setsockopt(socket, option, text, strlen(text)) == 0;
}

/* A key as text goes with its NUL. */
static bool
set_key(void *socket, int option, const char key[SJ_CURVE_TEXT + 1])
{
    return zmq_setsockopt(socket, option, key, SJ_CURVE_TEXT + 1) == 0;
}

bool
sj_curve_serve(void *socket, const sj_curve *curve)
{
    int one = 1;

    return zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &one, sizeof one) == 0 &&
           set_key(socket, ZMQ_CURVE_SECRETKEY, curve->secret) &&
           set_text(socket, ZMQ_ZAP_DOMAIN, SJ_ZAP_DOMAIN) &&
           zmq_setsockopt(socket, ENFORCE_DOMAIN, &one, sizeof one) == 0;
}

bool
sj_curve_join(void *socket, const sj_curve *curve, const char *server)
{
    return set_key(socket, ZMQ_CURVE_SERVERKEY, server) &&
           set_key(socket, ZMQ_CURVE_PUBLICKEY, curve->public) &&
           set_key(socket, ZMQ_CURVE_SECRETKEY, curve->secret);
}

/* ---- the proof ------------------------------------------------------------------------------- */

typedef enum proof { PROOF_IN, PROOF_OUT, PROOF_NOTHING } proof;

/* What became of the handshake. */
static proof
watch(void *monitor)
{
    zmq_pollitem_t ready = { .socket = monitor, .events = ZMQ_POLLIN };
    uint16_t event = 0;
    unsigned char frame[6];

    while (zmq_poll(&ready, 1, PROOF_MS) > 0) {
        if (zmq_recv(monitor, frame, sizeof frame, 0) != (int) sizeof frame)
            return PROOF_NOTHING;
        (void) zmq_recv(monitor, (char[ENDPOINT_MAX]){ 0 }, ENDPOINT_MAX, 0);
        memcpy(&event, frame, sizeof event);
        return event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? PROOF_IN : PROOF_OUT;
    }
    return PROOF_NOTHING;
}

static proof
knock(void *zmq, const sj_curve *as, const char *server, const char *endpoint)
{
    static unsigned knocks; /* a monitor's name is free again only some time after its end */
    char watched[ENDPOINT_MAX];
    void *socket = zmq_socket(zmq, ZMQ_DEALER);
    void *monitor = zmq_socket(zmq, ZMQ_PAIR);
    proof found = PROOF_NOTHING;
    int zero = 0;

    (void) snprintf(watched, sizeof watched, "inproc://sijill.proof.%u", ++knocks);
    if (socket != NULL && monitor != NULL && sj_socket_bound(socket, 1, PROOF_FRAME) &&
        zmq_setsockopt(monitor, ZMQ_LINGER, &zero, sizeof zero) == 0 &&
        sj_curve_join(socket, as, server) &&
        zmq_socket_monitor(socket, watched,
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                               ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                               ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) == 0 &&
        zmq_connect(monitor, watched) == 0 && zmq_connect(socket, endpoint) == 0)
        found = watch(monitor);
    if (socket != NULL) {
        (void) zmq_socket_monitor(socket, NULL, 0);
        (void) zmq_close(socket);
    }
    if (monitor != NULL)
        (void) zmq_close(monitor);
    return found;
}

/* Where the socket can be reached from here. */
static bool
reach(void *bound, char endpoint[ENDPOINT_MAX])
{
    static const char any[] = "tcp://0.0.0.0:";
    char text[ENDPOINT_MAX / 2];
    size_t size = sizeof text;

    if (zmq_getsockopt(bound, ZMQ_LAST_ENDPOINT, text, &size) != 0)
        return false;
    if (strncmp(text, any, strlen(any)) == 0)
        (void) snprintf(endpoint, ENDPOINT_MAX, "tcp://127.0.0.1:%s", text + strlen(any));
    else
        (void) snprintf(endpoint, ENDPOINT_MAX, "%s", text);
    return true;
}

bool
sj_curve_prove(void *zmq, sj_zap *zap, const sj_curve *curve, void *bound,
               char words[SJ_CURVE_WORDS])
{
    char endpoint[ENDPOINT_MAX] = "";
    sj_curve stranger, friend;
    proof refused, admitted;

    if (!reach(bound, endpoint) || zmq_curve_keypair(stranger.public, stranger.secret) != 0 ||
        zmq_curve_keypair(friend.public, friend.secret) != 0) {
        (void) snprintf(words, SJ_CURVE_WORDS, "cannot try the keys: %s",
                        zmq_strerror(zmq_errno()));
        return false;
    }
    refused = knock(zmq, &stranger, curve->public, endpoint);
    sj_zap_expect(zap, friend.public);
    admitted = knock(zmq, &friend, curve->public, endpoint);
    sj_zap_expect(zap, NULL);
    sj_curve_close(&stranger);
    sj_curve_close(&friend);
    if (refused == PROOF_OUT && admitted == PROOF_IN) {
        sj_zap_uncount_refused(zap);
        return true;
    }
    (void) snprintf(words, SJ_CURVE_WORDS,
                    refused == PROOF_IN
                        ? "%s lets in a key that nobody knows: this ZeroMQ does not ask its ZAP "
                          "handler; do not serve with it"
                        : "%s does not answer itself within 5 s: is the address one of this "
                          "machine, and is the port free of a firewall?",
                    endpoint);
    return false;
}
