/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/routes.h"

sj_status
certificate_pass_over(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    (void) cmd;
    return sj_accept(txn, reply, NULL);
}
