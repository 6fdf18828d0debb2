/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/signer/socket.h"

#include <string.h>
#include <sys/stat.h>

#include "services/certificate/signer/answer.h"

enum {
    HANDSHAKE_MS = 2000,
    QUEUE_MAX = 64 /* requests and replies a peer */
};

static const char scheme[] = "ipc://";

static bool
set_number(void *router, int option, int value)
{
    return zmq_setsockopt(router, option, &value, sizeof value) == 0;
}

/* No heartbeats of ZeroMQ: services/runtime/bounds.h says why.  A peer is on this machine: when it
 * ends, the kernel closes its connection. */
static bool
set_options(void *router)
{
    int64_t largest = ANSWER_REQUEST_MAX;

    return zmq_setsockopt(router, ZMQ_MAXMSGSIZE, &largest, sizeof largest) == 0 &&
           set_number(router, ZMQ_LINGER, 0) && set_number(router, ZMQ_ROUTER_MANDATORY, 1) &&
           set_number(router, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
           set_number(router, ZMQ_ROUTER_HANDOVER, 0) &&
           set_number(router, ZMQ_SNDHWM, QUEUE_MAX) && set_number(router, ZMQ_RCVHWM, QUEUE_MAX);
}

/* An address without a file has no mode: abstract sockets ('@') and wildcards are for everybody. */
static const char *
endpoint_check(const char *endpoint)
{
    const char *path = endpoint + sizeof scheme - 1;

    if (strncmp(endpoint, scheme, sizeof scheme - 1) != 0)
        return "is not ipc:// and a path: the signer listens on no network";
    if (*path == '\0' || *path == '@' || *path == '*')
        return "must name a file, such as ipc:///var/lib/sijill/run/signer.sock";
    return NULL;
}

static const char *
bind_private(void *router, const char *endpoint, mode_t mode)
{
    mode_t before = umask(0777 & ~mode); /* never open to others, not even for a moment */
    int bound = zmq_bind(router, endpoint);
    struct stat file;

    (void) umask(before);
    if (bound != 0)
        return "cannot be bound; does its folder exist, and is the path shorter than 108 bytes?";
    if (stat(endpoint + sizeof scheme - 1, &file) != 0 || (file.st_mode & 07777) != mode)
        return "did not get the rights that it needs; is its folder on a Unix file system?";
    return NULL;
}

const char *
socket_open(signer_socket *s, const char *endpoint, bool group_access)
{
    const char *problem = endpoint_check(endpoint);

    *s = (signer_socket){ .context = NULL };
    if (problem != NULL)
        return problem;
    s->context = zmq_ctx_new();
    s->router = s->context == NULL ? NULL : zmq_socket(s->context, ZMQ_ROUTER);
    if (s->router == NULL || !set_options(s->router))
        problem = "cannot be opened by this libzmq";
    else
        problem = bind_private(s->router, endpoint, group_access ? 0660 : 0600);
    if (problem != NULL)
        socket_close(s);
    return problem;
}

void
socket_close(signer_socket *s)
{
    if (s->router != NULL)
        (void) zmq_close(s->router);
    if (s->context != NULL)
        (void) zmq_ctx_term(s->context);
    *s = (signer_socket){ .context = NULL };
}

/* Take what is left of a message away. */
static void
drain(void *router, const zmq_msg_t *last)
{
    bool more = zmq_msg_more(last) != 0;

    while (more) {
        zmq_msg_t rest;

        (void) zmq_msg_init(&rest);
        more = zmq_msg_recv(&rest, router, ZMQ_DONTWAIT) >= 0 && zmq_msg_more(&rest) != 0;
        (void) zmq_msg_close(&rest);
    }
}

static receive_result
receive_body(signer_socket *s, signer_request *request)
{
    if (!zmq_msg_more(&request->peer) || zmq_msg_recv(&request->body, s->router, ZMQ_DONTWAIT) < 0)
        return MALFORMED;
    if (zmq_msg_size(&request->body) == 0 && zmq_msg_more(&request->body)) {
        request->delimited = true;
        if (zmq_msg_recv(&request->body, s->router, ZMQ_DONTWAIT) < 0)
            return MALFORMED;
    }
    if (!zmq_msg_more(&request->body))
        return RECEIVED;
    drain(s->router, &request->body);
    return MALFORMED;
}

receive_result
socket_receive(signer_socket *s, signer_request *request)
{
    receive_result result = NOTHING;

    request->delimited = false;
    (void) zmq_msg_init(&request->peer);
    (void) zmq_msg_init(&request->body);
    if (zmq_msg_recv(&request->peer, s->router, ZMQ_DONTWAIT) >= 0)
        result = receive_body(s, request);
    if (result != RECEIVED)
        request_close(request);
    return result;
}

bool
socket_reply(signer_socket *s, signer_request *request, const void *bytes, size_t length)
{
    /* The first frame finds the peer or fails; the others then follow it. */
    if (zmq_msg_send(&request->peer, s->router, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return false;
    if (request->delimited && zmq_send(s->router, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return false;
    return zmq_send(s->router, bytes, length, ZMQ_DONTWAIT) >= 0;
}

void
request_close(signer_request *request)
{
    (void) zmq_msg_close(&request->peer);
    (void) zmq_msg_close(&request->body);
}
