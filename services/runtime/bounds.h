/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * bounds: what ZeroMQ leaves open and we do not, set on every socket before it is bound or
 * connected: frames have a largest size before anybody is known by name, a peer that stops halfway
 * through its greeting is dropped, one whose machine is gone is noticed, nothing waits at close,
 * and no call waits at all.
 *
 * A machine that is gone without a word is noticed by the kernel: TCP's keepalive while nothing is
 * sent, its user timeout (what ZMQ_TCP_MAXRT is on Linux) while something is on its way.  An ipc
 * peer cannot go without a word.  Whether a peer that is there still does its work, SJ/1 asks
 * itself (PING, HEAD).
 *
 * ZeroMQ's own heartbeats (ZMQ_HEARTBEAT_IVL and what goes with it) stay off on every socket of
 * ours: with them libzmq ends the process.  Where a queue is at its high-water mark the engine
 * stops reading; if the connection then goes, the next heartbeat fails `!_io_error`
 * (stream_engine_base.cpp; libzmq issue 4364), and if the heartbeat itself gives the connection up,
 * for the answer to it is among what is not read, a DEALER that has connected anew fails
 * `_input_stopped` (3596, 3937, 4767).  So in 4.3.4, and unchanged in 4.3.5; no option prevents it.
 * tests/fault/full_queues.c shows each.
 */
#include <stdbool.h>
#include <stddef.h>

/* high_water: messages a peer; message_max: octets of a frame that comes in. */
bool sj_socket_bound(void *socket, int high_water, size_t message_max);
