/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * world: the three cores on their stores in one process, and all that lies between them and those
 * who ask: requests that wait, batches, lost answers, retries, crashes, feeds that come late.
 * Everything that happens follows from the seed.
 */
#include "services/core/command.h"
#include "storage/cursor.h"
#include "storage/store.h"

enum { WORLD_SENT_MAX = 65536, WORLD_NODES = 3, WORLD_DIGEST_SIZE = 32 };

enum { REGISTRATION, ATTENDANCE, CERTIFICATE };

/* A request of somebody who asks again until there is an answer. */
typedef struct sent {
    sj_command cmd; /* without time and entropy: a runtime stamps each try */
    int node;
    bool answered;
    sj_status status;
    uint8_t result[SJ_RESULT_MAX]; /* of an accepted one */
    size_t result_size;
} sent;

typedef struct world_node {
    const sj_core *core;
    char folder[80];
    sj_store *store;
    sj_arena arena;     /* of one command */
    const int *follows; /* nodes, ended by -1 */
    uint64_t crashes, replays, records;
} world_node;

typedef struct world {
    uint64_t seed;
    uint64_t now_ms;
    uint64_t counter; /* of ids */
    world_node nodes[WORLD_NODES];
    sent *sent;
    size_t sent_count, answered;             /* all before `answered` have their answer */
    void (*heard)(struct world *w, sent *s); /* an answer arrived, for the first time */
    void *life;                              /* of who asks */
} world;

void world_open(world *w, uint64_t seed, uint64_t now_ms);
void world_close(world *w);

/* Ask a node; the request waits until a turn takes it. */
void world_ask(world *w, int node, uint32_t type, const ProtobufCMessage *body);
/* A command of the runtime itself, committed at once. */
void world_run(world *w, int node, uint32_t type, const ProtobufCMessage *body);

/* One turn of a node: some records of what it follows, some requests, perhaps one that was answered
 * before; then the commit, or a crash before or after it. */
void world_turn(world *w, int node);
/* Turns without chance until nobody waits and every feed was followed to its end. */
void world_settle(world *w);

/* A query; unpacked until the node's next job.  NULL: refused. */
void *world_query(world *w, int node, uint32_t type, const ProtobufCMessage *body,
                  const ProtobufCMessageDescriptor *reply);
sj_cursor world_cursor(world *w, int node, int producer);
void world_digest(world *w, int node, uint8_t digest[WORLD_DIGEST_SIZE]);
/* Damages that scrub finds (printed). */
size_t world_scrub(world *w, int node);
