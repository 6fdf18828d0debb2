/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sijill: talk to sijill's services from C.
 *
 * One `sijill` is one connection to one service's socket: commands and queries go out, answers come
 * back in any order, up to 1024 of them outstanding.  The library hides what the network does: it
 * says HELLO, keeps to the window the service grants, notices silence, opens a new socket after a
 * time-out, and sends a request again with the same request id until it is answered or its deadline
 * has passed.  A service remembers request ids for seven days, so a request sent twice is done
 * once.
 *
 *     sijill_options options = { .endpoint = "ipc:///srv/sijill/run/registration.sock", .org = 1 };
 *     sijill *service = sijill_open(&options);
 *     Sijill__V1__ListEvents list = SIJILL__V1__LIST_EVENTS__INIT;
 *     sijill_request request = { .type = 151, .body = &list.base };
 *     sijill_reply reply;
 *
 *     if (sijill_call(service, &request, &reply)) {
 *         Sijill__V1__EventList *page = sijill_unpack(&reply, &sijill__v1__event_list__descriptor);
 *         ...
 *         sijill_free(page);
 *     } else {
 *         fprintf(stderr, "%s: %s\n", sijill_code_name(reply.code), reply.detail);
 *     }
 *     sijill_close(&service);
 *
 * Single-threaded: a `sijill` or `sijill_feed` belongs to the thread that opened it, and makes
 * progress only inside the functions below.  Different threads may each have their own.
 * The files in proto/sijill/v1 say what can be asked, by type.
 */
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clients/c/verify/verify.h" /* certificates, offline: sj_verify */
#include "sijill/v1/wire.pb-c.h"

enum {
    SIJILL_ID_SIZE = 16,
    SIJILL_SECRET_SIZE = 32, /* of an API key, and its hash */
    SIJILL_KEY_SIZE = 102,   /* of an API key's text, with its NUL, at most */
    SIJILL_TRACE_SIZE = 25,
    SIJILL_FROM_SIZE = 65,
    SIJILL_OUTSTANDING_MAX = 1024,
    SIJILL_DETAIL_SIZE = 257,
    SIJILL_FIELD_SIZE = 129,
    SIJILL_DEADLINE_MS = 30000,
    SIJILL_CURVE_SIZE = 41, /* a key as text, with its NUL */
    SIJILL_CURVE_WORDS = 512,
    /* Codes that no service sends; the rest are Sijill__V1__Code. */
    SIJILL_UNREACHABLE =
        1000, /* nobody answered, and the request was never sent: nothing was done */
};

typedef struct sijill sijill;
typedef struct sijill_feed sijill_feed;

/* A position in one service's history; seq 0 is "before everything". */
typedef struct sijill_pos {
    uint32_t shard; /* 1 registration, 2 attendance, 3 certificate */
    uint64_t epoch;
    uint64_t seq;
} sijill_pos;

typedef struct sijill_options {
    const char *endpoint; /* "ipc:///DIR/registration.sock" (requests), "....ctl.sock" (type 950),
                             or "tcp://HOST:PORT" with the two below; copied */
    const char *curve_server;      /* tcp: the service's public key, 40 characters; copied */
    const char *curve_key_file;    /* tcp: file of our secret key, read at once */
    const char *agent;             /* for the service's log; NULL: "libsijill/VERSION"; copied */
    uint64_t org;                  /* 0 is 1 */
    uint8_t actor[SIJILL_ID_SIZE]; /* for whom; see sijill_actor */
    const uint8_t *credential;     /* 32 octets: `actor` is an API key, and each request that is
                                      not delegated to another is to it; NULL; copied */
    uint32_t deadline_ms;          /* of each request; 0: SIJILL_DEADLINE_MS */
    uint32_t connect_ms; /* give up requests when no service was met within this and none listens
                            there (sijill_listens); 0: only deadlines count */
} sijill_options;

typedef struct sijill_request {
    uint32_t type;                /* the number that stands before the message in the .proto file */
    const ProtobufCMessage *body; /* packed before sijill_submit returns; or */
    const void *packed;           /* octets (body NULL); both NULL: empty */
    size_t packed_size;
    const uint8_t *request_id; /* 16 octets; NULL: a fresh one.  Give one to continue an earlier,
                                  unfinished request */
    uint64_t org;              /* 0: the connection's */
    const uint8_t *actor;      /* 16 octets; NULL: the connection's */
    uint32_t deadline_ms;      /* 0: the connection's */
    bool dry_run;              /* decide and answer, write nothing */
    bool delegated;            /* for the key `actor` (or for nobody), whose role decides */
    const uint8_t
        *credential;        /* delegated: 32 octets, sijill_key_hash of its secret; NULL: nobody */
    const char *from;       /* for the audit trail, at most 64 octets: "http 192.0.2.7"; NULL */
    const uint8_t *outside; /* 16 octets, hash of an idempotency key from outside; NULL: none */
    const uint8_t *trace;   /* 25 octets: W3C trace id, span id, flags; NULL: none */
    uint64_t if_revision;   /* only if the thing's revision is this; 0: any */
    sijill_pos min_pos; /* read barrier, from another connection's sijill_position; seq 0: none */
    void *context;      /* comes back with the reply */
} sijill_request;

typedef struct sijill_reply {
    void *context;
    uint32_t type;
    uint32_t code; /* Sijill__V1__Code, or SIJILL_UNREACHABLE; UNKNOWN_OUTCOME: sent, and no answer
                      by the deadline */
    char detail[SIJILL_DETAIL_SIZE]; /* for people */
    char field[SIJILL_FIELD_SIZE];   /* which field is wrong */
    bool replayed;                   /* an earlier try had been done; this is its answer */
    bool dry_run;
    uint32_t tries;
    uint8_t request_id[SIJILL_ID_SIZE];
    sijill_pos pos; /* where it committed, or what was read */
    const uint8_t
        *body; /* packed reply message; borrowed until the next sijill_wait, _call or _close */
    size_t size;
} sijill_reply;

/* Never waits and never fails for want of a service: requests wait for it.  NULL: out of
 * descriptors, a bad endpoint, or keys that are not good (EINVAL: sijill_curve_problem has words).
 */
sijill *sijill_open(const sijill_options *options);
void sijill_close(sijill **service); /* what is outstanding is given up; NULLs the pointer */

/* Whether a process listens at an ipc endpoint, at this moment: a service that was never started or
 * was killed does not; one that waits for its disk does, though it answers nobody.  false for tcp,
 * where only an answer tells. */
bool sijill_listens(const char *endpoint);

/* Hand over one request; the next sijill_wait or _call sends it, with all others that were handed
 * over meanwhile.  false: SIJILL_OUTSTANDING_MAX are outstanding (take answers first), or the
 * message is larger than a frame (errno is EMSGSIZE). */
bool sijill_submit(sijill *service, const sijill_request *request);

/* The next answer, of any request.  false: none within timeout_ms (-1: as long as it takes), or
 * nothing is outstanding. Every submitted request gets exactly one answer, at the latest at its
 * deadline. */
bool sijill_wait(sijill *service, sijill_reply *reply, int timeout_ms);

/* Submit and wait for this one's answer; answers of others stay for sijill_wait.  true: code is OK.
 */
bool sijill_call(sijill *service, const sijill_request *request, sijill_reply *reply);

size_t sijill_outstanding(const sijill *service);

/* The highest position this service has answered with: give it as min_pos to a service that follows
 * its feed, and that service answers from a state that includes all that was answered here. */
sijill_pos sijill_position(const sijill *service);

typedef struct sijill_counts {
    uint64_t requests;  /* submitted */
    uint64_t sends;     /* on the wire, retries included */
    uint64_t time_outs; /* sockets closed because an answer did not come */
    uint64_t greetings; /* WELCOMEs */
    uint64_t instances; /* different processes met */
    uint64_t busy;      /* told to come back later */
    uint64_t strays;    /* late or unknown answers, dropped */
    uint32_t window;    /* granted now */
} sijill_counts;
void sijill_count(const sijill *service, sijill_counts *counts);

/* For a program with a loop of its own.  When the descriptor becomes readable (it may say so only
 * once: watch edges), when sijill_due_ms have passed, and after each sijill_submit, take answers
 * with sijill_wait(service, &reply, 0) until that is false.  It may be another one after each
 * sijill_wait; -1: none now. */
int sijill_fd(const sijill *service);
int sijill_due_ms(const sijill *service); /* 0..; INT_MAX: nothing is due */

/* The reply's body as a message, to be freed with sijill_free; NULL: it is not one of that type. */
void *sijill_unpack(const sijill_reply *reply, const ProtobufCMessageDescriptor *type);
void sijill_free(void *message); /* any message; NULL is fine */

/* "FULL" for 33; "UNREACHABLE" for the library's own. */
const char *sijill_code_name(uint32_t code);

/* ---- ids
 * -------------------------------------------------------------------------------------------------------
 */

/* A UUIDv7, rising within a process. */
void sijill_request_id(uint8_t id[SIJILL_ID_SIZE]);
/* The id of a principal by name: BLAKE2b-128 of "user:" and the name. */
void sijill_actor(const char *name, uint8_t actor[SIJILL_ID_SIZE]);
/* What a service keeps of an API key's secret: BLAKE2b-256. */
void sijill_key_hash(const uint8_t secret[SIJILL_SECRET_SIZE], uint8_t hash[SIJILL_SECRET_SIZE]);
/* A new key: an id and a secret of chance. */
void sijill_key_new(uint8_t id[SIJILL_ID_SIZE], uint8_t secret[SIJILL_SECRET_SIZE]);
/* "sjk_ORG_ID_SECRET" and NUL, as access.proto has it.  It is the secret: do not keep it. */
void sijill_key_write(uint64_t org, const uint8_t id[SIJILL_ID_SIZE],
                      const uint8_t secret[SIJILL_SECRET_SIZE], char text[SIJILL_KEY_SIZE]);
/* Reads exactly what sijill_key_write writes; false: it is not that. */
bool sijill_key_read(const char *text, uint64_t *org, uint8_t id[SIJILL_ID_SIZE],
                     uint8_t secret[SIJILL_SECRET_SIZE]);
/* 32 hexadecimal digits and NUL. */
void sijill_hex(const uint8_t id[SIJILL_ID_SIZE], char text[2 * SIJILL_ID_SIZE + 1]);
/* Reads what sijill_hex writes, either case, hyphens ignored. */
bool sijill_unhex(const char *text, uint8_t id[SIJILL_ID_SIZE]);

/* ---- keys for tcp
 * ------------------------------------------------------------------------------------------------------
 */

/* Why sijill_open would not take these: static words; NULL: it would. */
const char *sijill_curve_problem(const char *endpoint, const char *server, const char *key_file);
/* Make a secret key in a new file, mode 0600, and its public key.  NULL, or static words. */
const char *sijill_curve_create(const char *key_file, char public[SIJILL_CURVE_SIZE]);
/* The public key of a key file.  NULL, or static words. */
const char *sijill_curve_public(const char *key_file, char public[SIJILL_CURVE_SIZE]);

/* Where a service is that lives on another machine. */
typedef struct sijill_where {
    char endpoint[144]; /* "": the file does not say, so it is here */
    char server[SIJILL_CURVE_SIZE];
} sijill_where;

/* Look into a peers file (docs/operations.md) for a service's front or feed.  False: words. */
bool sijill_where_find(const char *peers_file, const char *service, bool feed, sijill_where *where,
                       char words[SIJILL_CURVE_WORDS]);

/* ---- feed
 * ------------------------------------------------------------------------------------------------------
 */

typedef struct sijill_feed_options {
    const char *endpoint; /* "ipc:///DIR/registration.feed.sock", or "tcp://HOST:PORT"; copied */
    const char *curve_server; /* as above */
    const char *curve_key_file;
    const char *agent;
    const char *name;      /* a named consumer holds the feed's trimming back; NULL: anonymous */
    sijill_pos after;      /* the last position already seen */
    uint64_t org;          /* 0: all */
    const uint32_t *types; /* at most 64; none: all */
    size_t type_count;
    uint64_t credit_bytes; /* 0: 1 MiB */
} sijill_feed_options;

sijill_feed *sijill_feed_open(const sijill_feed_options *options);
void sijill_feed_close(sijill_feed **feed);

/* One record; its memory is lent for the call. */
typedef void sijill_record_fn(void *context, const Sijill__V1__Record *record);

/* Wait until records or news of the position arrive, at most timeout_ms (-1: for ever), and call
 * `each` for each record in order.  OK: sijill_feed_position says up to where all has been seen;
 * store that together with what you did. A gap is never passed on: the feed is asked again from its
 * position.  Other codes are final for this object: TRIMMED (the position is older than what is
 * kept), DIVERGED (it belongs to another history), and what the service refuses; `detail`
 * (SIJILL_DETAIL_SIZE, may be NULL) gets its words. */
uint32_t sijill_feed_read(sijill_feed *feed, int timeout_ms, sijill_record_fn *each, void *context,
                          char *detail);
sijill_pos sijill_feed_position(const sijill_feed *feed); /* all up to here has been given */
sijill_pos sijill_feed_head(const sijill_feed *feed); /* where the service is, as far as known */
/* What came up to `at` has lasting effect: the service may forget it.  Only a feed with a name says
 * so; the service hears of it within seconds, while the feed is read. */
void sijill_feed_durable(sijill_feed *feed, sijill_pos at);
/* The oldest position that may be asked for, as of the last subscription; seq 0 before there was
 * one, or when nothing has been forgotten. */
sijill_pos sijill_feed_first(const sijill_feed *feed);
/* As sijill_fd and sijill_due_ms, with sijill_feed_read(feed, 0, ...) once. */
int sijill_feed_fd(const sijill_feed *feed);
int sijill_feed_due_ms(const sijill_feed *feed);
bool sijill_feed_subscribed(const sijill_feed *feed); /* a subscription stands at this moment */
