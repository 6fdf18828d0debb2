/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 124 ReplayEndpoint: send again what came after a position.  Nothing of it is stored here: the
 * gateway hears it in the feed, beside the endpoint as it is.
 */
#include "services/registration/endpoints.h"
#include "services/registration/routes.h"

enum { SHARDS = 3 };

sj_status
replay_endpoint(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ReplayEndpoint *in =
        sj_decode(txn, cmd, &sijill__v1__replay_endpoint__descriptor, reply);
    endpoint_row *endpoint;

    if (in == NULL)
        return reply->status;
    if (in->after == NULL || in->after->shard == 0 || in->after->shard > SHARDS)
        return sj_refuse_field(txn, reply, "after.shard",
                               "say whose records: 1 registration, 2 attendance, 3 certificate");
    endpoint = endpoint_find(txn, cmd->org, in->has_id, in->id, reply);
    if (endpoint == NULL)
        return reply->status;
    if (endpoint->state == SIJILL__V1__ENDPOINT_STATE__DISABLED)
        return sj_refuse(txn, reply, SJ_PRECONDITION, "the endpoint is disabled: enable it first");
    endpoint->replay = in->after;
    sj_emit_message(txn, RECORD_ENDPOINT, &endpoint->base, NULL);
    return endpoint_answer(txn, reply, endpoint->id, SIJILL__V1__OUTCOME__UPDATED);
}
