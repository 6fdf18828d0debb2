/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * notify: what a service tells the manager that started it (READY=1, STOPPING=1, WATCHDOG=1), by
 * the sd_notify protocol: one datagram to the socket that NOTIFY_SOCKET names.  libsystemd would
 * bring compression and crypto libraries into every process for these few lines.
 */
#include <stdint.h>

/* Send state, lines of NAME=VALUE.  Does nothing without NOTIFY_SOCKET; waits at most a second. */
void sj_notify(const char *state);

/* How often to send WATCHDOG=1: half of what the manager allows; 0 if it does not watch us. */
int64_t sj_watchdog_interval_ms(void);
