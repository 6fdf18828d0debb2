/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * socket: one DEALER with the options of SJ/1, and SJ/1's two frames on it.  Nothing here waits.
 */
#include "clients/c/sijill.h"
#include "proto/wire/frame.h"

#include <zmq.h>

enum { FRAME_ARENA_SIZE = 16 * 1024 };

/* What arrived.  The envelope lies in the frame's own memory; both live until the next frame_take
 * or frame_drop. */
typedef struct frame {
    Sijill__V1__Envelope *envelope;
    zmq_msg_t body;
    size_t used;
    _Alignas(16) unsigned char memory[FRAME_ARENA_SIZE];
} frame;

typedef enum socket_result {
    SOCKET_DONE,
    SOCKET_LATER, /* not connected, or full; or nothing has come */
    SOCKET_BAD, /* what came is not SJ/1: dropped; or a message that was begun cannot be ended, and
                   the socket is no good any more */
} socket_result;

/* Keys of a tcp connection; all empty: there are none, and it is ipc. */
typedef struct socket_curve {
    char server[SIJILL_CURVE_SIZE];
    char public[SIJILL_CURVE_SIZE];
    char secret[SIJILL_CURVE_SIZE];
} socket_curve;

/* NULL: good; else static words. */
const char *curve_read(const char *endpoint, const char *server, const char *key_file,
                       socket_curve *curve);
void curve_forget(socket_curve *curve);

/* A process has one ZeroMQ context, whoever opens the first socket; the last one ends it. */
void *socket_open(const char *endpoint, int64_t message_max, const socket_curve *curve);
void socket_close(void **socket);

/* Readable when something may have happened; -1: no socket. */
int socket_fd(void *socket);

/* Head and body, both or none.  `more`: another pair follows in the same message. */
socket_result socket_send(void *socket, const Sijill__V1__Envelope *envelope, const void *body,
                          size_t size, bool more);

void frame_init(frame *in);
/* One pair, of a bundle or alone. */
socket_result socket_take(void *socket, frame *in);
void frame_drop(frame *in);

/* Unpack with memory of the frame or of malloc, as the allocator says. */
const void *frame_body(frame *in);
size_t frame_body_size(const frame *in);
