/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * peers: who is connected to a ROUTER, by the routing id that ZeroMQ gave (a peer must not choose
 * its own). A fixed table: the 10,001st peer is told to come back later.  ZeroMQ does not say when
 * a peer leaves; one that was silent for a minute is forgotten, and says HELLO again if it was only
 * quiet.
 */
#include "services/core/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SJ_PEER_SILENCE_MS = 60 * 1000, SJ_PEER_SLOTS = 16384 };

typedef struct sj_peer {
    uint32_t id;
    bool used;
    sj_peer_kind kind;
    bool bundles;     /* it takes them */
    uint16_t window;  /* requests it may have outstanding */
    uint16_t waiting; /* requests it has outstanding */
    uint64_t seen_ms;
} sj_peer;

typedef struct sj_peers {
    sj_peer *slots;
    size_t count;
} sj_peers;

bool sj_peers_open(sj_peers *peers);
void sj_peers_close(sj_peers *peers);
/* Forget everybody. */
void sj_peers_clear(sj_peers *peers);

/* NULL: not known (no HELLO yet).  The pointer dies with the next add or remove. */
sj_peer *sj_peer_find(sj_peers *peers, uint32_t id);
/* NULL: the table is full. */
sj_peer *sj_peer_add(sj_peers *peers, uint32_t id);
void sj_peer_remove(sj_peers *peers, uint32_t id);
/* Forget who has been silent and waits for nothing. */
void sj_peers_sweep(sj_peers *peers, uint64_t now_ms);
