/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * command: all a handler may know, and all it may answer.
 *
 * A handler reads: decode, read and decide, write, answer.  It refuses before its first write.  It
 * has no other input: no clock, no randomness, no global state.  The same commands on the same
 * store give the same store and the same replies.
 */
#include "services/core/status.h"
#include "sijill/v1/access.pb-c.h"
#include "storage/txn.h"

#include <protobuf-c/protobuf-c.h>

enum {
    SJ_RESULT_MAX =
        512, /* octets of an accepted command's reply body: it is stored in the ledger */
    SJ_REPLY_MAX = 62 * 1024, /* octets of a query's reply body */
    SJ_ENTROPY_SIZE = 16,
    SJ_DETAIL_MAX = 256, /* octets of a refusal's words */
    SJ_CREDENTIAL_SIZE = 32,
    SJ_WHERE_SIZE = 65,
};

typedef enum sj_origin {
    SJ_FROM_PEER,   /* a request on the front socket */
    SJ_FROM_FEED,   /* a record of another service */
    SJ_FROM_ITSELF, /* the runtime: pulse, signatures */
} sj_origin;

/* What a peer is by its socket or its CURVE key. */
typedef enum sj_peer_kind {
    SJ_PEER_OPERATOR, /* who may open an ipc socket is one */
    SJ_PEER_GATEWAY,
    SJ_PEER_FOLLOWER, /* reads feeds, and asks nothing */
} sj_peer_kind;

struct sj_core;

typedef struct sj_command {
    const struct sj_core *core; /* that runs it; set by sj_apply and sj_answer */
    uint32_t type;
    uint64_t org;
    uint8_t id[SJ_ID_SIZE];    /* request id; of a feed's record: derived from (store, sequence) */
    uint8_t actor[SJ_ID_SIZE]; /* for whom */
    sj_origin origin;
    uint64_t now_ms; /* effective time: never before an earlier command's */
    uint8_t entropy[SJ_ENTROPY_SIZE];
    sj_bytes body;
    sj_bytes personal;   /* SJ_FROM_FEED: the personal part of the record */
    uint64_t record_seq; /* SJ_FROM_FEED: its sequence in the producer's store */
    bool dry_run;
    /* Who asks; all false or empty but of a peer's request. */
    sj_peer_kind peer;
    bool delegated;      /* `actor` is a key (or nobody), and its role decides */
    bool has_credential; /* of that key: the hash of its secret */
    uint8_t credential[SJ_CREDENTIAL_SIZE];
    bool has_outside; /* an idempotency key from outside, hashed: it stands for `id` */
    uint8_t outside[SJ_ID_SIZE];
    uint64_t if_revision;      /* only if the thing's revision is this; 0: any */
    char where[SJ_WHERE_SIZE]; /* from where; "": not said */
    uint8_t trace[16];         /* W3C trace id; zeros: none */
    /* As what it may be done, found out before the handler runs: an operator is an OWNER; NONE: not
     * a peer's. */
    Sijill__V1__Access__Role role;
    /* The body, when it was decoded to find out whether it may: sj_decode gives it to the handler,
     * whose own it is from then on.  NULL: not yet. */
    const ProtobufCMessageDescriptor *decoded_as;
    void *decoded;
} sj_command;

typedef struct sj_reply {
    sj_status status;
    const char *detail; /* of a refusal: words that say what to do */
    const char *field;  /* of INVALID: which field */
    sj_bytes body;      /* of OK: the packed reply message, in the arena */
    uint64_t seq;       /* where it committed */
    bool replayed;
    uint32_t retry_after_ms;
} sj_reply;

typedef sj_status sj_handler(sj_txn *txn, const sj_command *cmd, sj_reply *reply);

typedef enum sj_route_kind {
    SJ_ROUTE_COMMAND,  /* from peers; its answer is kept in the ledger */
    SJ_ROUTE_QUERY,    /* from peers; in a read transaction */
    SJ_ROUTE_RECORD,   /* from another service's feed; exactly once, by cursor */
    SJ_ROUTE_INTERNAL, /* from the runtime of this service only */
} sj_route_kind;

typedef struct sj_route {
    uint32_t type;
    const char *name;
    sj_route_kind kind;
    sj_handler *handle;
} sj_route;

/* What scrub asks of a core: look at derived counters and cross-references.  Calls `found` once a
 * damage, in words. */
typedef void sj_scrub_found(void *context, const char *words);
typedef void sj_scrub(sj_txn *txn, sj_scrub_found *found, void *context);

/* A service's core, as its main() hands it to the runtime. */
typedef struct sj_core {
    const char *name;          /* "registration" */
    uint32_t shard;            /* 1 registration, 2 attendance, 3 certificate */
    uint32_t schema;           /* version of the rows */
    const char *const *tables; /* names of its own tables, from SJ_TABLE_OWN, ended by NULL */
    const sj_route *routes;    /* rising by type, ended by a row whose handle is NULL */
    sj_scrub *scrub;
    const uint32_t *edits; /* types whose handlers heed if_revision, ended by 0; NULL: none does */
} sj_core;

/* The route of a type; NULL: unknown. */
const sj_route *sj_route_find(const sj_route *routes, uint32_t type);

/* Answer no.  `words` say what to do; static or in the arena.  Refusing after a write is a broken
 * invariant. */
sj_status sj_refuse(sj_txn *txn, sj_reply *reply, sj_status status, const char *words);
/* As sj_refuse with INVALID, naming the field. */
sj_status sj_refuse_field(sj_txn *txn, sj_reply *reply, const char *field, const char *words);
/*
 * Whether what cmd->if_revision asks for holds of a thing that is at `revision` (0: it is not
 * there). False: *reply says STALE, or NOT_FOUND.  Asked before the first write, by the handlers of
 * the types that the core calls edits.
 */
bool sj_revision_holds(sj_txn *txn, const sj_command *cmd, uint64_t revision, sj_reply *reply);
/* Answer yes with a message; NULL: no body. */
sj_status sj_accept(sj_txn *txn, sj_reply *reply, const ProtobufCMessage *body);

/* printf into the arena, cut at SJ_DETAIL_MAX. */
const char *sj_words(sj_txn *txn, const char *format, ...) __attribute__((format(printf, 2, 3)));
