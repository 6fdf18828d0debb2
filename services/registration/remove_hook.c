/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 144 RemoveHook: nothing is taken from this address any more, and its secrets are forgotten.
 */
#include "services/registration/hooks.h"
#include "services/registration/routes.h"

sj_status
remove_hook(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__RemoveHook *in = sj_decode(txn, cmd, &sijill__v1__remove_hook__descriptor, reply);
    hook_row *hook;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_id, in->id))
        return sj_refuse_field(txn, reply, "id", "name the hook by its id of 16 octets");
    hook = hook_read(txn, cmd->org, in->id.data);
    if (hook == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such hook");
    if (hook->removed)
        return hook_answer(txn, reply, in->id, SIJILL__V1__OUTCOME__UNCHANGED);
    hook->has_removed = hook->removed = true;
    hook->n_sealed_secret = 0;
    hook_write(txn, cmd->org, hook);
    return hook_answer(txn, reply, in->id, SIJILL__V1__OUTCOME__UPDATED);
}
