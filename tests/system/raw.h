/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * raw: a peer that speaks SJ/1 frame by frame, and wrongly where a test wants it: what no library
 * of ours would send.
 */
#include "proto/wire/frame.h"
#include "tests/system/harness.h"

#include <zmq.h>

typedef struct raw {
    void *context;
    void *socket;
    uint64_t ids;
    Sijill__V1__Envelope *in; /* the last message taken, until the next */
    unsigned char *body;
    size_t body_size;
} raw;

enum { RAW_PATIENCE_MS = 20000, RAW_QUIET_MS = 300 };

void raw_open(raw *r, const char *endpoint);
void raw_close(raw *r);

/* Any number of frames of any octets. */
void raw_send_frames(raw *r, size_t count, const void *const frames[], const size_t sizes[]);
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
