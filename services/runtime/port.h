/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * port: one ROUTER of SJ/1: frames in and out, who is connected, and what every connection says
 * (HELLO, PING, GOODBYE). Sending never waits: a peer that cannot take its answer loses it, and
 * finds it again in the ledger.
 *
 * Who is connected to an ipc port is an operator: the socket's file has a mode.  Over tcp a peer is
 * what the peers file says of its CURVE key, found out with its HELLO; a connection whose key is
 * not in the file any more, or which floods us with frames, is cut.
 */
#include "proto/wire/frame.h"
#include "proto/wire/limits.h"
#include "services/core/command.h"
#include "services/runtime/curve.h"
#include "services/runtime/peers.h"

#include <zmq.h>

typedef enum sj_port_state {
    SJ_STATE_READY = 1,
    SJ_STATE_CATCHING_UP = 2,
    SJ_STATE_DRAINING = 3
} sj_port_state;

/* What WELCOME and PONG say of the service; shared by its ports. */
typedef struct sj_presence {
    uint8_t instance[SJ_ID_SIZE]; /* of this process */
    uint8_t store_id[SJ_ID_SIZE];
    uint32_t shard;
    uint64_t epoch, seq;
    sj_port_state state;
    uint32_t queued;
    uint64_t now_ms;
} sj_presence;

/* The message that is being read: one head and its body, or a bundle of some. */
typedef struct sj_port_message {
    zmq_msg_t routing, frames[2 * SJ_BUNDLE_MAX];
    unsigned count, next; /* of the frames; those before `next` are handed out */
    bool discarding;      /* the rest of a message of too many frames */
} sj_port_message;

/* The message that is being written: one pair is held until it is known whether another follows. */
typedef struct sj_port_answers {
    bool held;
    uint32_t peer;
    unsigned pairs; /* that were given to ZeroMQ before it, of the same message */
    size_t head_size;
    unsigned char head[SJ_HEAD_MAX];
    zmq_msg_t body;
} sj_port_answers;

typedef struct sj_port {
    void *socket;
    sj_peers peers;
    sj_presence *presence;
    size_t message_max;
    sj_zap *zap; /* NULL: ipc */
    sj_port_message in;
    sj_port_answers out;
    uint64_t bad_frames;
} sj_port;

typedef struct sj_port_plan {
    const char *endpoint;  /* ipc://... or tcp://... */
    unsigned mode;         /* of an ipc socket's file */
    size_t message_max;    /* octets of a frame that comes in */
    int high_water;        /* messages a peer */
    const sj_curve *curve; /* tcp: our key, and who may connect; NULL: ipc */
    sj_zap *zap;
} sj_port_plan;

/* A message of a known peer that is neither of those that every connection says.  `envelope` lives
 * in the arena given. */
typedef struct sj_incoming {
    sj_peer *peer;
    Sijill__V1__Envelope *envelope;
    zmq_msg_t body; /* to be closed, or moved, by the caller */
} sj_incoming;

bool sj_port_open(sj_port *port, void *context, const sj_port_plan *plan, sj_presence *presence,
                  char words[256]);
void sj_port_close(sj_port *port);
/* Everybody says HELLO again, and is what the peers file says now. */
void sj_port_forget(sj_port *port);

/* 1: *in is a message for the caller; 0: something was handled here, call again; -1: nothing waits.
 */
int sj_port_receive(sj_port *port, sj_arena *arena, sj_incoming *in);

/* False: the peer is gone or cannot take it; its state is dropped. */
bool sj_port_send(sj_port *port, uint32_t peer, const Sijill__V1__Envelope *envelope,
                  sj_bytes body);
/* As sj_port_send, but to a peer that takes bundles it leaves with what else is answered until
 * sj_port_flush, or a send to anybody. */
void sj_port_answer(sj_port *port, uint32_t peer, const Sijill__V1__Envelope *envelope,
                    sj_bytes body);
void sj_port_flush(sj_port *port);
/* Pairs of a message that was begun wait here, where no poll sees them: receive on. */
bool sj_port_has_more(const sj_port *port);
/* ERROR with a status. */
void sj_port_error(sj_port *port, uint32_t peer, uint64_t id, sj_status status, const char *words);
/* GOODBYE to everybody. */
void sj_port_goodbye(sj_port *port);
/* Fill in a status and what a client does about it. */
void sj_port_status(Sijill__V1__Status *out, const sj_reply *reply);
