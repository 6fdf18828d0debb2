/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/bounds.h"

#include "proto/wire/limits.h"

#include <stdint.h>
#include <zmq.h>

enum {
    HANDSHAKE_MS = 2000,
    RECONNECT_MS = 100,
    RECONNECT_MAX_MS = 5000,
    BACKLOG = 256, /* connections that wait to be accepted */
};

bool
sj_socket_bound(void *socket, int high_water, size_t message_max)
{
    const struct {
        int option;
        int value;
    } rows[] = {
        { ZMQ_LINGER, 0 },
        { ZMQ_SNDHWM, high_water },
        { ZMQ_RCVHWM, high_water },
        { ZMQ_SNDTIMEO, 0 },
        { ZMQ_RCVTIMEO, 0 },
        { ZMQ_BACKLOG, BACKLOG },
        { ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS },
        { ZMQ_TCP_KEEPALIVE, 1 },
        { ZMQ_TCP_KEEPALIVE_IDLE, SJ_TCP_IDLE_S },
        { ZMQ_TCP_KEEPALIVE_INTVL, SJ_TCP_PROBE_S },
        { ZMQ_TCP_KEEPALIVE_CNT, SJ_TCP_PROBES },
        { ZMQ_TCP_MAXRT, SJ_TCP_GONE_MS },
        { ZMQ_RECONNECT_IVL, RECONNECT_MS },
        { ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS },
    };
    int64_t largest = (int64_t) message_max;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (zmq_setsockopt(socket, rows[i].option, &rows[i].value, sizeof rows[i].value) != 0)
            return false;
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest) == 0;
}
