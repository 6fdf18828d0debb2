/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 123 SetEndpointState: enable, disable with a reason, or remove for good.
 */
#include "services/registration/endpoints.h"
#include "services/registration/form.h"
#include "services/registration/routes.h"

#include <string.h>

static sj_status
remove_endpoint(sj_txn *txn, const sj_command *cmd, sj_reply *reply, endpoint_row *endpoint)
{
    endpoint->has_removed = endpoint->removed = true;
    endpoint->has_state = true;
    endpoint->state = SIJILL__V1__ENDPOINT_STATE__DISABLED;
    endpoint->has_sealed_secret = false;
    endpoint->sealed_secret = (ProtobufCBinaryData){ 0, NULL };
    endpoint_write(txn, cmd->org, endpoint);
    return endpoint_answer(txn, reply, endpoint->id, SIJILL__V1__OUTCOME__UPDATED);
}

sj_status
set_endpoint_state(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__SetEndpointState *in =
        sj_decode(txn, cmd, &sijill__v1__set_endpoint_state__descriptor, reply);
    bool marks_dropped = false;
    endpoint_row *endpoint;
    const char *words;

    if (in == NULL)
        return reply->status;
    if (!in->remove && !in->has_state)
        return sj_refuse_field(txn, reply, "state", "enable it, disable it or remove it?");
    if (!form_text(txn, &in->reason, FORM_TEXT_POINTS, &marks_dropped, &words))
        return sj_refuse_field(txn, reply, "reason", words);
    if (in->remove && sj_is_id(in->has_id, in->id)) {
        endpoint = endpoint_read(txn, cmd->org, in->id.data);
        if (endpoint != NULL && endpoint->removed)
            return endpoint_answer(txn, reply, in->id, SIJILL__V1__OUTCOME__UNCHANGED);
    }
    endpoint = endpoint_find(txn, cmd->org, in->has_id, in->id, reply);
    if (endpoint == NULL)
        return reply->status;
    if (in->remove)
        return remove_endpoint(txn, cmd, reply, endpoint);
    if (in->state == SIJILL__V1__ENDPOINT_STATE__ENABLED)
        in->reason = NULL;
    if (endpoint->state == in->state && strcmp(endpoint->reason == NULL ? "" : endpoint->reason,
                                               in->reason == NULL ? "" : in->reason) == 0)
        return endpoint_answer(txn, reply, endpoint->id, SIJILL__V1__OUTCOME__UNCHANGED);
    endpoint->has_state = true;
    endpoint->state = in->state;
    endpoint->reason = in->reason;
    endpoint_write(txn, cmd->org, endpoint);
    return endpoint_answer(txn, reply, endpoint->id, SIJILL__V1__OUTCOME__UPDATED);
}
