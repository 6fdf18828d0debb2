/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * socket: the signer's only door, a ROUTER on a socket of the file system that is closed to others.
 *
 * A message is the peer's routing id, an empty frame if the peer is a REQ, and one frame.  The
 * answer goes back the same way and never waits: who does not read in time asks again.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

typedef struct {
    void *context;
    void *router;
} signer_socket;

typedef struct {
    zmq_msg_t peer;
    zmq_msg_t body;
    bool delimited; /* an empty frame stood between them */
} signer_request;

typedef enum {
    RECEIVED,
    NOTHING,   /* nothing waits */
    MALFORMED, /* not a request; dropped */
} receive_result;

/* endpoint is ipc:// and a path, whose folder exists; mode of the socket is 0600, or 0660 where the
 * caller is another user of our group.  NULL, or words; on words nothing is open. */
const char *socket_open(signer_socket *s, const char *endpoint, bool group_access);
void socket_close(signer_socket *s);

/* Does not wait.  After RECEIVED, and only then, give the request to request_close. */
receive_result socket_receive(signer_socket *s, signer_request *request);

/* False: the peer is gone or does not read. */
bool socket_reply(signer_socket *s, signer_request *request, const void *bytes, size_t length);

void request_close(signer_request *request);
