/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 141 RevokeKey: a key is good no more, for good.
 */
#include "services/core/message.h"
#include "services/registration/keys.h"
#include "services/registration/routes.h"

sj_status
revoke_key(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__RevokeKey *in = sj_decode(txn, cmd, &sijill__v1__revoke_key__descriptor, reply);
    Sijill__V1__KeyRevoked out;
    sj_key_row *row;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_id, in->id))
        return sj_refuse_field(txn, reply, "id", "name the key by its id of 16 octets");
    row = sj_key_row_get(txn, cmd->org, in->id.data);
    if (row == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "there is no such key");
    sijill__v1__key_revoked__init(&out);
    out.has_revoked_ms = true;
    out.revoked_ms = row->key->has_revoked_ms ? row->key->revoked_ms : cmd->now_ms;
    if (!row->key->has_revoked_ms) {
        row->key->has_revoked_ms = true;
        row->key->revoked_ms = cmd->now_ms;
        key_write(txn, cmd->org, row);
    }
    return sj_accept(txn, reply, &out.base);
}
