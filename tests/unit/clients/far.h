/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * far: the far side of the wire, played by a test frame by frame, so that a client meets what a
 * real service does only once in a month.  One ROUTER on an ipc endpoint; it answers nothing by
 * itself.
 */
#include "proto/wire/frame.h"

#include <zmq.h>

typedef struct far {
    void *context;
    void *socket;
    char folder[64];
    char endpoint[96];
    unsigned char peer[64]; /* routing id of the last frame's sender */
    size_t peer_size;
    Sijill__V1__Envelope *in; /* the last frame; lives until the next */
    unsigned char body[SJ_FEED_MAX];
    size_t body_size;
    unsigned char instance; /* every octet of it */
    uint32_t window;        /* said in WELCOME; 0: none said */
    uint32_t feature_level; /* too */
    bool more;              /* the last frame's message goes on */
} far;

int far_open(void **state); /* for cmocka */
int far_close(void **state);
void far_bind(far *f);
void far_unbind(far *f); /* the process is gone */

/* The next frame of this kind within ms; others are passed over (false: none came). */
bool far_take(far *f, Sijill__V1__Kind kind, int ms);
void far_send(far *f, const Sijill__V1__Envelope *envelope, const void *body, size_t size);
void far_send_message(far *f, Sijill__V1__Kind kind, uint64_t id, const ProtobufCMessage *body);
/* The same to several requests, in one message. */
void far_reply_all(far *f, const uint64_t ids[], size_t count);
/* REPLY to the request taken last. */
void far_reply(far *f, uint32_t code, const char *detail);
void far_reply_after(far *f, uint32_t code, uint32_t retry_after_ms);
void far_error(far *f, uint32_t code);
void far_welcome(far *f);
