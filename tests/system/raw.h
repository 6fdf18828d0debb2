/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * raw: a peer that speaks SJ/1 frame by frame, and wrongly where a test wants it: what no library
 * of ours would send.
 */
#include "proto/wire/frame.h"
#include "tests/system/harness.h"

#include <zmq.h>

/* Keys of a tcp connection, as text. */
typedef struct raw_keys {
    char server[41]; /* public key of the service */
    char public[41];
    char secret[41];
} raw_keys;

typedef struct raw {
    void *context;
    void *socket;
    void *monitor; /* of raw_open_as and raw_open_narrow */
    uint64_t ids;
    bool bundles;             /* set before raw_greet: it takes them */
    bool more;                /* what was taken is not the last of its message */
    Sijill__V1__Envelope *in; /* the last message taken, until the next */
    unsigned char *body;
    size_t body_size;
} raw;

enum { RAW_PATIENCE_MS = 20000, RAW_QUIET_MS = 300 };

void raw_open(raw *r, const char *endpoint);
/* The same by CURVE, and watched; keys NULL: in the clear. */
void raw_open_as(raw *r, const char *endpoint, const raw_keys *keys);
/* Watched, and its sends wait for the other side, but not for long. */
void raw_open_narrow(raw *r, const char *endpoint);
/* Send messages of two frames, the second empty, until a narrow one takes no more; how many. */
unsigned raw_fill(raw *r, const void *first, size_t size);
/* The next of these events (ZMQ_EVENT_...) of the connection; 0: none within RAW_PATIENCE_MS. */
unsigned raw_event(raw *r, unsigned events);
void raw_close(raw *r);

/* Any number of frames of any octets. */
void raw_send_frames(raw *r, size_t count, const void *const frames[], const size_t sizes[]);
/* Head after head, each with an empty body: one message. */
void raw_send_bundle(raw *r, size_t count, const Sijill__V1__Envelope envelopes[]);
/* An envelope of this kind with everything a request needs (org, actor, a fresh key); its id. */
Sijill__V1__Envelope raw_envelope(raw *r, Sijill__V1__Kind kind, uint32_t type);
void raw_send(raw *r, const Sijill__V1__Envelope *envelope, const void *body, size_t size);
void raw_send_message(raw *r, const Sijill__V1__Envelope *envelope, const ProtobufCMessage *body);
/* HELLO, and its WELCOME. */
void raw_greet(raw *r);

/* The next message; false: none within ms. */
bool raw_take(raw *r, int ms);
/* The next of this kind; others are passed over. */
void raw_expect(raw *r, Sijill__V1__Kind kind);
uint32_t raw_code(const raw *r); /* of the status of the last message */
/* The last body as a message, to be freed by sijill_free. */
void *raw_unpack(const raw *r, const ProtobufCMessageDescriptor *type);
