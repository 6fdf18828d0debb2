/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * internal: what the files of this folder know of each other.
 *
 * A connection is accepted here and lent to libmicrohttpd, which reads and writes it; the sweeper
 * looks at all of them each second and shuts down those that take too long.  A request begins with
 * its request line (request_begin) and ends when libmicrohttpd says so (request_end).
 */
#include "services/gateway/http/head.h"
#include "services/gateway/http/http.h"

#include <microhttpd.h>
#include <sys/socket.h>
#include <zlib.h>

enum {
    HTTP_SITES_MAX = 16,
    HTTP_STATUS_END = 600,
    HTTP_BUCKETS = 13,
    HTTP_RANDOM_SIZE = 24 * 128, /* so that chance is asked for once in 128 requests */
    /* libmicrohttpd's memory for a connection: a head of HTTP_HEAD_MAX, its list of headers, the
     * head of the answer.  It writes zeros over half of it and then over all of it with each
     * request, so this is as small as it may be; three pages are a size that jemalloc has. */
    HTTP_POOL_SIZE = HTTP_HEAD_MAX + 4 * 1024,
};

typedef enum http_method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_OTHER,
    METHODS
} http_method;

typedef enum http_refusal {
    REFUSED_FULL,  /* a connection too many */
    REFUSED_SLOW,  /* a request that did not arrive in time */
    REFUSED_STUCK, /* an answer that was not taken */
    REFUSED_HEAD,  /* a head that is no good HTTP */
    REFUSED_SIZE,  /* of head or body */
    REFUSALS,
} http_refusal;

typedef enum connection_state {
    CONNECTION_WAITS,    /* for the next request */
    CONNECTION_RECEIVES, /* octets of a request have come, not all */
    CONNECTION_WORKS,    /* all have come, there is no answer yet */
    CONNECTION_SENDS,
} connection_state;

typedef struct connection {
    http *h;
    struct MHD_Connection *mhd; /* known from the first request line */
    struct connection *previous, *next;
    request *request; /* NULL: between two */
    int fd;
    connection_state state;
    bool was_asked;     /* a request line has come on it */
    bool linger;        /* more may come, and is to be read before the socket is closed */
    bool doomed;        /* was shut down by the sweeper */
    uint64_t since_ms;  /* of this state */
    uint64_t look_ms;   /* when the sweeper looks again */
    uint64_t in_octets; /* that had come when somebody first looked, where eaten is not exact */
    uint64_t eaten;     /* octets of requests that have ended */
    bool eaten_exactly; /* so far: frames of chunks are not counted */
    bool pool_is_used;
    const char *pool;    /* where libmicrohttpd's memory for it begins */
    uint64_t out_octets; /* that were acknowledged at out_ms */
    uint64_t out_ms;
    char from[HEAD_FROM_MAX]; /* "http 192.0.2.7"; "": not asked for yet */
} connection;

/* A socket that is only read until its other side has understood that nobody listens. */
typedef struct lingerer {
    http *h;
    int fd;
    uint64_t until_ms;
    uint64_t octets;
} lingerer;

enum { LINGER_MAX = 256, LINGER_MS = 2000, LINGER_OCTETS = 32 * 1024 * 1024 };

struct http {
    loop *l;
    struct MHD_Daemon *mhd;
    int listener, mhd_epoll;
    unsigned port, connections_max;
    http_options options;
    size_t site_count;
    connection *connections, *incoming;
    request *orphans;
    struct block *blocks; /* that nobody has */
    size_t block_count;
    lingerer lingers[LINGER_MAX];
    loop_timer sweep, pause;
    bool draining, closing;
    bool gives_back; /* see connection_eats */
    bool has_work;   /* libmicrohttpd, for the end of this turn */
    uint64_t turn;   /* counts their ends, from 1 */
    uint64_t drain_ms;
    z_stream deflate;
    bool deflate_ready;
    size_t random_left;
    unsigned char random[HTTP_RANDOM_SIZE];
    /* counters; the last site is the one of requests that are nobody's */
    uint64_t open, in_flight, refused[REFUSALS];
    uint64_t requests[HTTP_SITES_MAX + 1][METHODS][HTTP_STATUS_END];
    uint64_t bucket[HTTP_SITES_MAX + 1][HTTP_BUCKETS + 1];
    uint64_t sum_us[HTTP_SITES_MAX + 1];
};

/* Memory beyond a request's own block. */
typedef struct memory {
    struct memory *next;
    _Alignas(16) unsigned char octets[];
} memory;

struct request {
    http *h;
    connection *c;
    bool is_orphan; /* its client is gone and with it what libmicrohttpd had of it */
    request *next_orphan;
    const http_site *site; /* NULL: nobody's */
    http_method method;
    const char *path, *query, *target_fault;
    const char *target_at; /* where libmicrohttpd has it, */
    size_t target_size;    /* and how long */
    char method_text[16];
    const char *parent, *origin, *encodings; /* headers that are looked at each time; NULL: none */
    const char *head;                        /* where libmicrohttpd has it, */
    size_t head_size;                        /* and how long */
    void *own;
    size_t used; /* of its block, itself included */
    memory *memory;
    char *body; /* in a block, or malloc'ed */
    bool body_in_block;
    size_t body_size, body_room, body_max, received;
    http_piece_fn *piece;        /* NULL: as its site has it */
    unsigned long long declared; /* Content-Length */
    bool begun;                  /* its head was looked at */
    bool has_body;               /* or may have: an early answer ends the connection */
    bool admitted;               /* by its site, which has yet to be told how it ends */
    bool handled;                /* its site wants no more of it */
    bool answered, queued;
    uint64_t kept_in; /* the turn in which its site kept it; 0: not yet */
    bool suspended;   /* sleeps in libmicrohttpd until request_wake */
    bool skip_once;   /* the next call is one between head and end */
    uint64_t arrived_ms;
    uint64_t come_us, answered_us; /* when its site had it, and when it had the site's answer */
    unsigned char trace[HTTP_TRACE_SIZE];
    char trace_text[33];
    const char *from; /* the connection's, or what a proxy said */
    /* the answer */
    struct MHD_Response *response;
    unsigned status;
    bool close;
    octets out;  /* its body, borrowed from the response */
    size_t sent; /* of a stream */
    stream *stream;
};

struct stream {
    request *r;
    stream_source source;
    bool sleeping, woken;
    bool gone;    /* its client */
    bool endless; /* it would never end by itself */
    bool over;    /* we stop */
};

/* ---- connection.c */
void connection_accept(void *context);
void connection_sweep(http *h);
void connections_drain(http *h); /* idle ones and endless ones end now */
void connection_notify(void *context, struct MHD_Connection *mhd, void **socket_context,
                       enum MHD_ConnectionNotificationCode code);
connection *connection_of(struct MHD_Connection *mhd);
void connection_goes(connection *c, connection_state state);
/* A request of so many octets has its head at `head`. */
void connection_eats(connection *c, const char *head, uint64_t size, bool exactly);

/* ---- stream.c */
void stream_leave(stream *s); /* the client went away */
void stream_drain(stream *s); /* we stop: an endless one ends now */

/* ---- linger.c */
void linger_add(http *h, int fd);
void linger_sweep(http *h);
void linger_close_all(http *h);

/* ---- request.c: what libmicrohttpd calls */
void request_wake(request *r); /* let it run again, if it sleeps */
void *request_begin(void *context, const char *target, struct MHD_Connection *mhd);
enum MHD_Result request_step(void *context, struct MHD_Connection *mhd, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **own);

/* ---- request_end.c */
void request_end(void *context, struct MHD_Connection *mhd, void **own,
                 enum MHD_RequestTerminationCode code);
/* Tell its site, once, that nobody waits any more.  True: it may answer all the same. */
bool request_gone(request *r);
/* Those that were answered, at the end of a turn; all of them. */
void orphans_free(http *h, bool all);

/* ---- framing.c */
/* Look at a head, and note what is in it; words where it is no good, and the status for them. */
const char *framing_fault(request *r, const char *method, const char *version, unsigned *status);

/* ---- answer.c */
enum MHD_Result answer_queue(request *r);
/* Where libmicrohttpd takes no answer any more or not yet: write it to the socket, then close. */
enum MHD_Result answer_raw(request *r);
void answer_head(request *r, const answer *a); /* the headers of both kinds of answers */
void request_refuse(request *r, http_refusal why, unsigned status, const char *code,
                    const char *detail);
/* The headers for a browser's script from elsewhere; NULL origin: none. */
void cors_headers(request *r);
bool cors_is_preflight(const request *r);
void cors_answer_preflight(request *r);

/* ---- account.c */
void account_request(const request *r);
const char *method_name(http_method method);

/* ---- squeeze.c */
/* The same body, compressed; false: not worth it, or no memory. */
bool squeeze(http *h, octets body, octets *squeezed);

/* ---- blocks.c: memory that goes from request to request; malloc is slow with what is this large
 */
enum { BLOCK_SIZE = 4096 };
void *block_take(http *h); /* not cleared; NULL: no memory */
void block_give(http *h, void *block);
void blocks_free(http *h);

/* ---- http.c */
void http_random(http *h, unsigned char *to, size_t size);
void http_run_again(http *h); /* libmicrohttpd has work left */
