/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/peers.h"

#include "proto/wire/limits.h"

#include <stdlib.h>
#include <string.h>

/* ZeroMQ counts its ids up from a random start: mixing spreads neighbours. */
static size_t
home_of(uint32_t id)
{
    return (size_t) (id * UINT32_C(2654435761)) % SJ_PEER_SLOTS;
}

bool
sj_peers_open(sj_peers *peers)
{
    peers->slots = calloc(SJ_PEER_SLOTS, sizeof *peers->slots);
    peers->count = 0;
    return peers->slots != NULL;
}

void
sj_peers_close(sj_peers *peers)
{
    free(peers->slots);
    peers->slots = NULL;
}

void
sj_peers_clear(sj_peers *peers)
{
    memset(peers->slots, 0, SJ_PEER_SLOTS * sizeof *peers->slots);
    peers->count = 0;
}

sj_peer *
sj_peer_find(sj_peers *peers, uint32_t id)
{
    for (size_t at = home_of(id); peers->slots[at].used; at = (at + 1) % SJ_PEER_SLOTS)
        if (peers->slots[at].id == id)
            return &peers->slots[at];
    return NULL;
}

sj_peer *
sj_peer_add(sj_peers *peers, uint32_t id)
{
    sj_peer *known = sj_peer_find(peers, id);
    size_t at = home_of(id);

    if (known != NULL)
        return known;
    if (peers->count == SJ_PEERS_MAX)
        return NULL;
    while (peers->slots[at].used)
        at = (at + 1) % SJ_PEER_SLOTS;
    peers->slots[at] = (sj_peer){ .id = id, .used = true, .window = SJ_WINDOW_FIRST };
    peers->count++;
    return &peers->slots[at];
}

/* Close the gap, so that every peer stays reachable from its home. */
void
sj_peer_remove(sj_peers *peers, uint32_t id)
{
    sj_peer *gone = sj_peer_find(peers, id);
    size_t hole, at;

    if (gone == NULL)
        return;
    hole = (size_t) (gone - peers->slots);
    at = hole;
    for (;;) {
        size_t home;

        at = (at + 1) % SJ_PEER_SLOTS;
        if (!peers->slots[at].used)
            break;
        home = home_of(peers->slots[at].id);
        if ((at > hole) ? (home > hole && home <= at) : (home > hole || home <= at))
            continue;
        peers->slots[hole] = peers->slots[at];
        hole = at;
    }
    peers->slots[hole].used = false;
    peers->count--;
}

void
sj_peers_sweep(sj_peers *peers, uint64_t now_ms)
{
    for (size_t at = 0; at < SJ_PEER_SLOTS; at++) {
        sj_peer *peer = &peers->slots[at];

        while (peer->used && peer->waiting == 0 && peer->seen_ms + SJ_PEER_SILENCE_MS < now_ms)
            sj_peer_remove(peers, peer->id);
    }
}
