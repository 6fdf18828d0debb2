/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * housekeeping: what every service does as time goes on.
 */
#include "services/core/command.h"

enum {
    SJ_PULSE_ROWS_MAX = 256, /* rows a pulse may touch in one commit, all in all */
    SJ_PULSE_STORE_ROWS =
        64, /* ... of which the store's own housekeeping takes at most this, a table */
};

/* Records stay in the outbox at least so long, and until the slowest named consumer has committed
 * them. */
#define SJ_OUTBOX_RETENTION_MS (UINT64_C(30) * 24 * 3600 * 1000)

/* Routes that every service has besides its own: 901 NoteConsumer, 952 ListAudit. */
extern const sj_route sj_common_routes[];
/* A core's own or a common one; NULL: unknown. */
const sj_route *sj_core_route(const sj_core *core, uint32_t type);

/* Called at the end of every core's pulse: forget old replies, trim the outbox.  Writes nothing
 * when nothing is due. */
void sj_pulse_store(sj_txn *txn, const sj_command *cmd);
