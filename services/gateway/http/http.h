/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * http: strangers' HTTP, made harmless.  The only place that includes <microhttpd.h>.
 *
 * Sites share one listening socket; the longest prefix that fits a path has it.  A site sees a
 * request twice: when its head has come (admit), and when its body has (handle).  It may answer at
 * once, or keep the request and answer in a later turn: a request lives until it is answered.
 *
 * Held here, for all sites: one absolute deadline for a request to arrive and one for an answer to
 * be taken (libmicrohttpd's time-out knows only silence); sizes of heads and bodies; two
 * Content-Length or Host, Content-Length with Transfer-Encoding, and other ways to smuggle a
 * request past a proxy: 400 and closed; connections in all; the log line and the counters of each
 * request.  reliability of all that is tested in tests/system and tests/fault.
 */
#include "services/gateway/http/loop.h"

#include <stddef.h>

typedef struct http http;
typedef struct request request;

enum {
    HTTP_HEAD_MAX = 8 * 1024,     /* of request line and headers: over it 431 */
    HTTP_CONNECTIONS_MAX = 12000, /* over it: closed at once */
    HTTP_ARRIVE_MS = 15000,       /* from the first octet of a request to its last: then closed, */
    HTTP_ARRIVE_RATE = 64,        /* but for a millisecond more each 64 octets of its body */
    HTTP_IDLE_MS = 75000,         /* between requests */
    HTTP_TAKE_MS = 15000,         /* an answer of which nothing could be sent for so long: closed */
    HTTP_HEADERS_MAX = 12,        /* of an answer, besides the usual ones */
    HTTP_TRACE_SIZE = 25,
};

typedef struct octets {
    const void *at;
    size_t size;
} octets;

typedef struct http_header {
    const char *name, *value;
} http_header;

typedef struct answer {
    unsigned status;
    const char *type; /* NULL: no body */
    octets body;      /* copied */
    bool close;       /* the connection, too */
    size_t header_count;
    http_header header[HTTP_HEADERS_MAX]; /* copied */
} answer;

/* A piece of a body; false: it was answered, no more is wanted. */
typedef bool http_piece_fn(void *context, request *r, octets piece);

typedef struct http_site {
    const char *prefix; /* "/hooks/": all that begins so; "/healthz": this path only */
    const char *name;   /* in metrics and logs: "hooks" */
    /* The head has come; *body_max is 0 (none is taken) and may be raised.  True: read the body,
     * and call handle.  False: it was answered (the body, if any, is not read: the connection
     * closes). */
    bool (*admit)(void *context, request *r, size_t *body_max);
    void (*handle)(void *context, request *r);
    /* NULL: the body is kept in memory for handle.  Else it is given piece by piece. */
    http_piece_fn *piece;
    /* The client of a request that was admitted went away, took too long, or sent too much.  True:
     * what was kept with it is given back, it is not answered any more.  False, as for a site
     * without this: when it was handled, it lives until the site has answered, and nobody hears
     * that. */
    bool (*gone)(void *context, request *r);
    void *context;
} http_site;

typedef struct http_options {
    const char *listen;     /* "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0" */
    const char *cors;       /* origins separated by spaces, or "*"; "": none */
    bool forwarded;         /* a proxy of ours is before us: believe X-Forwarded-For */
    const http_site *sites; /* ended by prefix NULL; their memory stays the caller's */
} http_options;

/* NULL: words on the log (the address is taken, say). */
http *http_open(loop *l, const http_options *options);
/* No new connections; what is here is answered, at most ms long; event streams end at once. */
void http_drain(http *h, unsigned ms);
bool http_is_drained(const http *h);
void http_close(http **h);
unsigned http_port(const http *h); /* the one that was bound */
/* A metrics_fn (metrics.h); its context is the http. */
struct metrics_text;
void http_metrics(void *context, struct metrics_text *out);

/* ---- a request; texts are borrowed until it is answered
 * ------------------------------------------ */

const char *request_method(const request *r); /* GET for HEAD: the body is left out here */
const char *request_path(const request *r);   /* as it came: percent-escapes are the site's */
const char *request_query(const request *r);  /* as it came, without '?'; "" */
/* A header by name, case does not matter; NULL: none, or its client is gone. */
const char *request_header(const request *r, const char *name);
/* A parameter of the query, percent-decoded; NULL: none. */
const char *request_parameter(request *r, const char *name);
octets request_body(const request *r);
/* When its head has come: this request's body is given piece by piece, whatever its site does. */
void request_pieces(request *r, http_piece_fn *piece);
const char *request_from(const request *r);           /* "http 192.0.2.7", for the audit trail */
const unsigned char *request_trace(const request *r); /* HTTP_TRACE_SIZE octets: W3C trace context,
                                                        of the header traceparent or made here */
const char *
request_trace_text(const request *r); /* 32 digits: also the header X-Request-Id of the answer */
uint64_t request_arrived_ms(const request *r); /* wall clock */
void request_keep(request *r, void *own);      /* whatever the site wants to find again */
void *request_kept(const request *r);
/* Memory that goes with the request; zeroed; NULL: none left. */
void *request_alloc(request *r, size_t size);

/* Exactly once a request, now or later (unless request_stream is used). */
void request_answer(request *r, const answer *a);

/* An answer that goes on: text/event-stream, or a long upload's progress.  `pull` fills at most
 * `size` octets and returns how many; 0: nothing now (stream_wake says when there is more); -1: the
 * end. `closed` is called once, when it has ended or the client went away.  NULL: nobody is there
 * to hear it, or there is no memory; nothing is called, and the request is over. */
typedef struct stream stream;
typedef struct stream_source {
    long (*pull)(void *context, char *at, size_t size);
    void (*closed)(void *context);
    void *context;
} stream_source;
stream *request_stream(request *r, const answer *head, const stream_source *source);
void stream_wake(stream *s);
