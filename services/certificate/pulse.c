/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time goes on: automatic certificates that became due, then the store's own housekeeping.
 */
#include "services/certificate/release.h"
#include "services/certificate/routes.h"
#include "services/core/housekeeping.h"

sj_status
certificate_pulse(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    release_run(txn, cmd);
    sj_pulse_store(txn, cmd);
    return sj_accept(txn, reply, NULL);
}
