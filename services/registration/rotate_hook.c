/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 143 RotateHook: a new secret beside the one before, so that no push is refused while somebody
 * changes it at the platform; then the former is retired.
 */
#include "services/registration/hooks.h"
#include "services/registration/routes.h"

static sj_status
retire(sj_txn *txn, const sj_command *cmd, sj_reply *reply, hook_row *hook)
{
    if (hook->n_sealed_secret < HOOK_SECRETS_MAX)
        return hook_answer(txn, reply, hook->id, SIJILL__V1__OUTCOME__UNCHANGED);
    hook->n_sealed_secret = 1;
    hook_write(txn, cmd->org, hook);
    return hook_answer(txn, reply, hook->id, SIJILL__V1__OUTCOME__UPDATED);
}

sj_status
rotate_hook(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__RotateHook *in = sj_decode(txn, cmd, &sijill__v1__rotate_hook__descriptor, reply);
    ProtobufCBinaryData secrets[HOOK_SECRETS_MAX];
    hook_row *hook;

    if (in == NULL)
        return reply->status;
    if (in->retire && in->has_sealed_secret)
        return sj_refuse_field(txn, reply, "retire",
                               "first give the new secret, then retire the former");
    if (!in->retire && !sealed_clean(txn, in->has_sealed_secret, in->sealed_secret, reply))
        return reply->status;
    hook = hook_find(txn, cmd->org, in->has_id, in->id, reply);
    if (hook == NULL)
        return reply->status;
    if (in->retire)
        return retire(txn, cmd, reply, hook);
    if (sj_bytes_equal(sj_data_bytes(hook->sealed_secret[0]), sj_data_bytes(in->sealed_secret)))
        return hook_answer(txn, reply, hook->id, SIJILL__V1__OUTCOME__UNCHANGED);
    secrets[0] = in->sealed_secret;
    secrets[1] = hook->sealed_secret[0];
    hook->n_sealed_secret = HOOK_SECRETS_MAX;
    hook->sealed_secret = secrets;
    hook_write(txn, cmd->org, hook);
    return hook_answer(txn, reply, hook->id, SIJILL__V1__OUTCOME__UPDATED);
}
