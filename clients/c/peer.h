/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * peer: the conversation under requests and feeds: HELLO and WELCOME, PING when it is silent, and a
 * new socket when the old one is no good.  A peer is pushed on by peer_turn and never waits.
 *
 * Each WELCOME begins a new session; what was asked in an earlier one will not be answered, and its
 * owner asks again.
 */
#include "clients/c/sijill.h"
#include "clients/c/socket.h"

enum {
    PEER_WELCOME_MS =
        2000, /* for the answer to HELLO, and for a connection at all, before a new socket */
    PEER_BACKOFF_MS = 100, /* x 2^n, +-50 % */
    PEER_BACKOFF_MAX_MS = 5000,
    PEER_HEARTBEAT_MIN_MS = 250,
    PEER_HEARTBEAT_MAX_MS = 30000,
};

typedef enum peer_state {
    PEER_CLOSED,   /* no socket until due_ms */
    PEER_GREETING, /* HELLO is to be sent, or sent */
    PEER_READY,
    PEER_REFUSED, /* the service speaks another version, or refuses this peer: final */
} peer_state;

typedef struct peer {
    void *socket;
    char *endpoint;
    char *agent;
    socket_curve curve;
    int64_t message_max;
    peer_state state;
    bool greeted;       /* HELLO is on its way */
    uint64_t due_ms;    /* CLOSED: open then; GREETING: give up then */
    uint64_t heard_ms;  /* when anything came */
    uint64_t pinged_ms; /* when PING was sent last */
    unsigned
        pings; /* since anything came: a caller that was busy elsewhere is not a dead service */
    unsigned failures; /* in a row: backoff; the owner sets it to 0 when an answer comes */
    uint64_t session;  /* counts WELCOMEs */
    uint64_t instances;
    uint64_t frames_bad;
    uint32_t heartbeat_ms;
    uint32_t window;  /* of the last WELCOME */
    bool bundles;     /* the service takes them */
    uint32_t refusal; /* REFUSED: its code */
    char refusal_detail[SIJILL_DETAIL_SIZE];
    uint8_t self[SIJILL_ID_SIZE];     /* instance of this peer */
    uint8_t instance[SIJILL_ID_SIZE]; /* of the service */
    uint8_t store[SIJILL_ID_SIZE];
    frame in;
} peer;

/* curve_server and key_file: over tcp; else NULL. */
bool peer_open(peer *p, const char *endpoint, const char *agent, int64_t message_max,
               const char *curve_server, const char *key_file);
void peer_close(peer *p);

/* Open, greet, ping, or give up on the socket, as the time says. */
void peer_turn(peer *p, uint64_t now_ms);

/* The next frame that is for the owner (REPLY, ERROR, SUBSCRIBED, RECORDS, HEAD), in p->in; false:
 * none now. */
bool peer_take(peer *p, uint64_t now_ms);

/* READY only.  `more`: another follows at once, in the same message. */
socket_result peer_send(peer *p, const Sijill__V1__Envelope *envelope, const void *body,
                        size_t size, bool more);

/* The socket is no good: close it, and open another after a backoff. */
void peer_fail(peer *p, uint64_t now_ms);
/* The service does not know us (any more): HELLO again on the same socket. */
void peer_greet_again(peer *p, uint64_t now_ms);

/* When peer_turn wants to be called at the latest. */
uint64_t peer_due(const peer *p);
/* Sleep until something comes (or can be sent, when want_send), or until_ms. */
void peer_sleep(peer *p, bool want_send, uint64_t now_ms, uint64_t until_ms);

/* base x 2^n, +-50 %, at most PEER_BACKOFF_MAX_MS. */
uint64_t backoff_ms(uint32_t base_ms, unsigned n);
