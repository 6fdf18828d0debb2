/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * far: other machines.  A second front and a second feed over tcp, with CURVE, and the feeds of
 * services that are elsewhere.
 *
 * They are sockets of their own: what comes in by them is never taken for what came by a file with
 * a mode.
 */
#include "services/runtime/service.h"

/* Our key and our peers, before any socket that needs them.  False: words on the log. */
bool sj_far_open_keys(sj_service *service);
/* Front and feed over tcp, each tried against itself; nothing where --tcp is not given. */
bool sj_far_open(sj_service *service);
/* Where the producer is, if it is elsewhere; false: it is on this machine. */
bool sj_far_producer(const sj_service *service, sj_relay *relay);
/* Look at the peers file: who is taken out of it is out now, and not at its next connection. */
void sj_far_watch(sj_service *service, bool forced, uint64_t now_us);
/* After the context has ended. */
void sj_far_close_keys(sj_service *service);
