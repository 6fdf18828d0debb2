/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/socket.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static void *context;
static unsigned sockets;

static void *
context_take(void)
{
    (void) pthread_mutex_lock(&guard);
    if (context == NULL)
        context = zmq_ctx_new();
    if (context != NULL)
        sockets++;
    void *taken = context;

    (void) pthread_mutex_unlock(&guard);
    return taken;
}

static void
context_leave(void)
{
    void *ended = NULL;

    (void) pthread_mutex_lock(&guard);
    assert(sockets > 0);
    if (--sockets == 0) {
        ended = context;
        context = NULL;
    }
    (void) pthread_mutex_unlock(&guard);
    if (ended != NULL)
        while (zmq_ctx_term(ended) != 0 && errno == EINTR)
            ;
}

/* No heartbeats of ZeroMQ, which may end the process that calls this library (libzmq issues 4364,
 * 3596, 3937, 4767; services/runtime/bounds.h): the peer pings by itself, and the kernel watches a
 * connection that nobody looks at.  No ZMQ_IMMEDIATE either: it takes the queue away with the
 * connection, and libzmq asserts that no message of several frames is being read from it then. */
static bool
options_set(void *socket, int64_t message_max)
{
    static const struct {
        int option;
        int value;
    } rows[] = {
        { ZMQ_LINGER, 0 },
        { ZMQ_SNDHWM, 1000 },
        { ZMQ_RCVHWM, 1000 },
        { ZMQ_SNDTIMEO, 0 },
        { ZMQ_RCVTIMEO, 0 },
        { ZMQ_HANDSHAKE_IVL, 2000 },
        { ZMQ_TCP_KEEPALIVE, 1 },
        { ZMQ_TCP_KEEPALIVE_IDLE, SJ_TCP_IDLE_S },
        { ZMQ_TCP_KEEPALIVE_INTVL, SJ_TCP_PROBE_S },
        { ZMQ_TCP_KEEPALIVE_CNT, SJ_TCP_PROBES },
        { ZMQ_TCP_MAXRT, SJ_TCP_GONE_MS },
        { ZMQ_RECONNECT_IVL, 100 },
        { ZMQ_RECONNECT_IVL_MAX, 5000 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (zmq_setsockopt(socket, rows[i].option, &rows[i].value, sizeof rows[i].value) != 0)
            return false;
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &message_max, sizeof message_max) == 0;
}

static bool
curve_set(void *socket, const socket_curve *curve)
{
    return curve->server[0] == '\0' ||
           (zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, curve->server, sizeof curve->server) == 0 &&
            zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, curve->public, sizeof curve->public) == 0 &&
            zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, curve->secret, sizeof curve->secret) == 0);
}

void *
socket_open(const char *endpoint, int64_t message_max, const socket_curve *curve)
{
    void *owner = context_take();

    if (owner == NULL)
        return NULL;

    void *socket = zmq_socket(owner, ZMQ_DEALER);

    if (socket != NULL && options_set(socket, message_max) && curve_set(socket, curve) &&
        zmq_connect(socket, endpoint) == 0)
        return socket;

    int reason = errno;

    if (socket != NULL)
        (void) zmq_close(socket);
    context_leave();
    errno = reason;
    return NULL;
}

void
socket_close(void **socket)
{
    if (*socket == NULL)
        return;
    (void) zmq_close(*socket);
    *socket = NULL;
    context_leave();
}

bool
sijill_listens(const char *endpoint)
{
    static const char scheme[] = "ipc://";
    struct sockaddr_un there = { .sun_family = AF_UNIX };

    if (strncmp(endpoint, scheme, sizeof scheme - 1) != 0)
        return false;

    const char *path = endpoint + sizeof scheme - 1;
    size_t size = strlen(path);
    int fd = size < sizeof there.sun_path
                 ? socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
                 : -1;

    if (fd < 0)
        return false;
    memcpy(there.sun_path, path, size);

    bool heard = connect(fd, (const struct sockaddr *) &there, sizeof there) == 0 ||
                 errno == EAGAIN; /* its queue of connections is full: it is late, but there */

    (void) close(fd);
    return heard;
}

int
socket_fd(void *socket)
{
    int fd = -1;
    size_t size = sizeof fd;

    if (socket != NULL && zmq_getsockopt(socket, ZMQ_FD, &fd, &size) != 0)
        fd = -1;
    return fd;
}

socket_result
socket_send(void *socket, const Sijill__V1__Envelope *envelope, const void *body, size_t size,
            bool more)
{
    unsigned char head[SJ_HEAD_MAX];
    size_t head_size = sj_head_pack(envelope, head);

    assert(head_size > 0);
    if (zmq_send(socket, head, head_size, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0)
        return SOCKET_LATER;
    /* Once the first frame is taken ZeroMQ takes the others; it fails only when the peer has gone
     * meanwhile, and then it would throw away all up to the end of this message. */
    return zmq_send(socket, body == NULL ? "" : body, size,
                    ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) < 0
               ? SOCKET_BAD
               : SOCKET_DONE;
}

void
frame_init(frame *in)
{
    in->envelope = NULL;
    in->used = 0;
    (void) zmq_msg_init(&in->body);
}

void
frame_drop(frame *in)
{
    (void) zmq_msg_close(&in->body);
    frame_init(in);
}

static void *
frame_alloc(void *data, size_t size)
{
    frame *in = data;
    size_t room = (size + 15) & ~(size_t) 15;

    if (room < size || room > sizeof in->memory - in->used)
        return NULL;

    void *at = in->memory + in->used;

    in->used += room;
    return at;
}

static void
frame_free(void *data, void *pointer)
{
    (void) data;
    (void) pointer; /* all of it goes with the frame */
}

socket_result
socket_take(void *socket, frame *in)
{
    ProtobufCAllocator allocator = { .alloc = frame_alloc,
                                     .free = frame_free,
                                     .allocator_data = in };
    zmq_msg_t head;

    frame_drop(in);
    (void) zmq_msg_init(&head);
    if (zmq_msg_recv(&head, socket, ZMQ_DONTWAIT) < 0) {
        (void) zmq_msg_close(&head);
        return SOCKET_LATER;
    }
    if (zmq_msg_more(&head) && zmq_msg_recv(&in->body, socket, ZMQ_DONTWAIT) >= 0)
        in->envelope = sj_head_unpack(zmq_msg_data(&head), zmq_msg_size(&head), &allocator);
    (void) zmq_msg_close(&head);
    return in->envelope == NULL ? SOCKET_BAD : SOCKET_DONE;
}

const void *
frame_body(frame *in)
{
    return zmq_msg_data(&in->body);
}

size_t
frame_body_size(const frame *in)
{
    return zmq_msg_size(&in->body);
}
