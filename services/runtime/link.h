/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * link: a helper process that a service asks for work that must not be done inside it (the signer).
 * Three requests are under way, so that the helper has work while the service commits the answer to
 * the last, even on a slow disk.  A silent helper is asked again over a new socket: what is asked
 * must be harmless to repeat.  The link knows nothing of what it carries.
 */
#include "services/core/command.h"
#include "storage/store.h"

enum { SJ_LINK_FRAME_MAX = 2 * 1024 * 1024, SJ_LINK_WINDOW = 3 };

/* What a service's main() does with a link. */
typedef struct sj_link_plan {
    const char *name; /* RUN/name.sock */
    /* The next request, packed into `frame`; 0: nothing to ask now.  Reads the store in `txn`, in
     * which all answers taken so far are committed or refused.  now_ms is of a clock that does not
     * jump.  Called after each commit and at least once a second. */
    size_t (*ask)(void *context, sj_txn *txn, uint64_t now_ms, unsigned char *frame, size_t room);
    /* The answer as an internal command: type, org and body, which lies in the arena; false:
     * nothing follows from it. */
    bool (*answer)(void *context, sj_bytes frame, sj_arena *arena, sj_command *cmd);
    /* No request under way will be answered any more. */
    void (*lost)(void *context);
    /* What went wrong in the last of these calls, for the log; NULL: nothing. */
    const char *(*words)(void *context);
    void *context;
} sj_link_plan;

typedef struct sj_link {
    const sj_link_plan *plan;
    void *context;
    void *socket;
    char endpoint[160];
    unsigned char *frame;
    size_t under_way;   /* requests without an answer */
    uint64_t heard_us;  /* when the helper last answered, or was asked while it owed nothing */
    uint64_t tried_us;  /* when it was last found missing */
    uint64_t looked_us; /* when there was last nothing to ask */
    sj_arena arena;     /* of the answer's command */
    bool dirty;         /* the store changed since `ask` had nothing */
    bool alive;         /* it answered last time */
} sj_link;

bool sj_link_open(sj_link *link, void *zmq, const sj_link_plan *plan);
void sj_link_close(sj_link *link);
/* Ask when free and there may be work; ask again when it is silent. */
void sj_link_ask(sj_link *link, sj_store *store, sj_arena *arena, uint64_t now_us);
/* An answer that arrived, as a command to apply; false: none. */
bool sj_link_take(sj_link *link, sj_command *cmd, uint64_t now_us);
