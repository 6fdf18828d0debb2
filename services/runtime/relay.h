/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * relay: following another service's feed.  It hands over records in order and knows the position
 * that all of them cover; the turn commits their effects together with the cursor.  A gap, a
 * silence or a restart of the producer makes it subscribe again from what is durable.  A record
 * type that this program does not know, or another history, stops it for good, with words.
 */
#include "proto/wire/frame.h"
#include "services/core/command.h"
#include "services/runtime/curve.h"
#include "storage/cursor.h"

#include <zmq.h>

enum { SJ_RELAYS_MAX = 2, SJ_RELAY_WORDS_MAX = 256 };

typedef enum sj_relay_state {
    SJ_RELAY_GREETING,
    SJ_RELAY_SUBSCRIBING,
    SJ_RELAY_FOLLOWING,
    SJ_RELAY_STOPPED
} sj_relay_state;

typedef struct sj_relay {
    void *context;
    void *socket;
    const char *consumer; /* our name at the producer's */
    const char *producer; /* its name */
    uint32_t shard;       /* of the producer */
    char endpoint[160];
    const sj_curve *curve;          /* over tcp: our key; else NULL */
    char server[SJ_CURVE_TEXT + 1]; /* over tcp: the producer's public key */
    uint8_t instance[SJ_ID_SIZE];   /* ours */
    sj_relay_state state;
    sj_cursor durable; /* committed with its effects */
    sj_cursor covered; /* all up to here is applied, or was none of our business */
    uint64_t head;     /* of the producer, as last heard */
    uint64_t heard_us, said_us, credited_us;
    uint64_t consumed; /* octets since the last CREDIT */
    bool hurried;      /* the producer was asked for what it holds back, and has not sent since */
    uint64_t ids;
    sj_arena arena;                 /* of `records` */
    Sijill__V1__Records *records;   /* received, not all applied */
    size_t next;                    /* in records */
    char words[SJ_RELAY_WORDS_MAX]; /* why it stopped */
} sj_relay;

bool sj_relay_open(sj_relay *relay, void *context, sj_cursor at);
void sj_relay_close(sj_relay *relay);

/* Take what arrived, and keep the connection alive.  Call when the socket is readable and at least
 * each heartbeat. */
void sj_relay_work(sj_relay *relay, uint64_t now_us);
/* The next record that waits; NULL: none.  `cmd` gets type, org, id, actor, origin, body, personal
 * and record_seq; they point into the relay until sj_relay_commit. */
bool sj_relay_next(sj_relay *relay, sj_command *cmd);
/* What sj_relay_next gave is durable: go on. */
void sj_relay_committed(sj_relay *relay);
/* What it gave was not: give it again. */
void sj_relay_again(sj_relay *relay);
/* Somebody waits for what the producer has committed: it need not gather more of it. */
void sj_relay_hurry(sj_relay *relay);
void sj_relay_stop(sj_relay *relay, const char *words);
