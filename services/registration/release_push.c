/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 121 ReleasePush: a held push was applied, or a human says that it need not be.
 */
#include "services/registration/held.h"
#include "services/registration/routes.h"

sj_status
release_push(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ReleasePush *in = sj_decode(txn, cmd, &sijill__v1__release_push__descriptor, reply);
    Sijill__V1__PushHeld out;
    uint64_t number;
    held_row *row;

    if (in == NULL)
        return reply->status;
    if (!sj_is_id(in->has_id, in->id))
        return sj_refuse_field(txn, reply, "id", "name the push by its id of 16 octets");
    sijill__v1__push_held__init(&out);
    out.has_outcome = true;
    row = held_read(txn, cmd->org, in->id.data, &number);
    if (row != NULL) {
        out.outcome = SIJILL__V1__OUTCOME__UPDATED;
        held_drop(txn, cmd->org, number, row);
    }
    return sj_accept(txn, reply, &out.base); /* released already: no change */
}
