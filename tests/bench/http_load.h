/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * http_load: a client that asks an HTTP server of this machine over many connections that are kept
 * open, one request at a time on each, as fast as answers come.
 */
#include "tests/bench/figures.h"

#include <stdbool.h>
#include <sys/types.h>

/* Requests that were written before the clock starts: heads and bodies, one behind the other. */
typedef struct http_requests {
    char *text;
    size_t size, room;
    size_t *end; /* of each */
    size_t count, count_room;
} http_requests;

void http_requests_open(http_requests *all, size_t count, size_t octets);
void http_requests_close(http_requests *all);
void http_requests_clear(http_requests *all);
/* POST `target` with these further header lines ("Name: value\r\n"...). */
void http_requests_add(http_requests *all, const char *target, const char *headers,
                       const char *body);

typedef struct http_load {
    unsigned port; /* of 127.0.0.1 */
    size_t connections;
    const http_requests *requests;
    unsigned status; /* of every answer: another one ends the program with its words */
    figures *times;  /* of single answers; may be NULL */
} http_load;

enum { HTTP_CONNECTIONS_MAX = 256 };

/* Microseconds from the first request to the last answer.  Connections are opened before that. */
uint64_t http_load_run(const http_load *load);

/*
 * The limit: libmicrohttpd alone, in a process of its own, on one thread with epoll as in the
 * gateway.  It reads each body and answers the same few octets.
 */
pid_t http_bare_start(unsigned *port);
