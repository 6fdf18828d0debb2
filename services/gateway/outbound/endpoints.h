/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * endpoints: who is told of what happens here, and what each is still to be told.
 *
 * registration owns the endpoints; here is a copy, with the secret opened, and a queue for each in
 * the spool.  A record is queued in the transaction that moves the place on the feed, and leaves
 * when the receiver has said yes: each is told at least once, in order, with the same webhook-id
 * each time.
 */
#include "services/gateway/address.h"
#include "services/gateway/hooks/seal.h"
#include "services/gateway/hooks/spool.h"

enum {
    ENDPOINT_URL_SIZE = 1025,
    ENDPOINT_TYPES_MAX = 64,
    ENDPOINT_SECRET_MAX = 64,
    ENDPOINT_LOG_MAX = 1000,     /* tries that are remembered */
    ENDPOINT_QUEUE_MAX = 200000, /* records that wait; the endpoint is given up then */
};

typedef struct endpoint {
    uint64_t org;
    uint8_t id[SJ_ID_SIZE];
    char url[ENDPOINT_URL_SIZE];
    uint32_t types[ENDPOINT_TYPES_MAX];
    size_t type_count;     /* 0: all */
    unsigned char *secret; /* sodium_malloc; NULL: it cannot be opened */
    size_t secret_size;
    bool asymmetric; /* v1a: secret is the seed */
    bool enabled;
    bool busy;      /* a try is on its way */
    bool giving_up; /* registration is being told so */
    uint32_t failures;
    uint64_t next_ms;
    uint64_t last, last_log; /* numbers given last */
    sijill_pos
        replay[ADDRESS_SERVICES]; /* how far one has come, by shard - 1; shard 0: none runs */
    struct endpoint *next;
} endpoint;

typedef struct endpoints endpoints;

/* With all of the spool. */
endpoints *endpoints_open(spool *s, const seal *key);
void endpoints_close(endpoints **e);
endpoint *endpoints_first(endpoints *e); /* the others by ->next */
endpoint *endpoints_find(endpoints *e, uint64_t org, const uint8_t id[SJ_ID_SIZE]);
/* As registration says it is now.  One that was removed or disabled forgets its queue. */
endpoint *endpoints_take(endpoints *e, uint64_t org, const Sijill__V1__Endpoint *news);

bool endpoint_wants(const endpoint *p, uint64_t org, uint32_t type);
/* Something to tell; in the turn's transaction. */
void endpoint_queue(endpoints *e, endpoint *p, const Sijill__V1__OutRow *row);
/* How far the replay of a service's records has come, in the turn's transaction; `end`: to its end.
 */
void endpoint_replayed(endpoints *e, endpoint *p, sijill_pos at, bool end);
/* The first that waits: a copy in the arena.  Only what is durable. */
bool endpoint_head(endpoints *e, const endpoint *p, sj_arena *arena, uint64_t *number,
                   Sijill__V1__OutRow **row);
/* How many wait, at most. */
uint64_t endpoint_waiting(endpoints *e, const endpoint *p);
/* A try has ended; `told`: the row leaves. */
void endpoint_tried(endpoints *e, endpoint *p, uint64_t number, bool told,
                    const Sijill__V1__OutLogRow *log);
/* Tries before `before` (0: the newest), newest first, at most `max`, in the arena; how many. */
size_t endpoint_log(endpoints *e, const endpoint *p, uint64_t before, sj_arena *arena, size_t max,
                    uint64_t *numbers, Sijill__V1__OutLogRow **rows);
