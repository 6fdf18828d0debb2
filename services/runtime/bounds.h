/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * bounds: what ZeroMQ leaves open and we do not, set on every socket before it is bound or
 * connected: frames have a largest size before anybody is known by name, a peer that stops halfway
 * through its greeting is dropped, one whose machine is gone is noticed, nothing waits at close,
 * and no call waits at all.
 */
#include <stdbool.h>
#include <stddef.h>

/* high_water: messages a peer; message_max: octets of a frame that comes in. */
bool sj_socket_bound(void *socket, int high_water, size_t message_max);
