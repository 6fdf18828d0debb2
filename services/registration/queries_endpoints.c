/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 176, 177: who is told of what happens here.
 */
#include "services/registration/endpoints.h"
#include "services/registration/org_list.h"
#include "services/registration/routes.h"

enum { LIST_USUAL = 50 };

sj_status
list_endpoints(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__ListEndpoints *in =
        sj_decode(txn, cmd, &sijill__v1__list_endpoints__descriptor, reply);
    endpoint_row *items[PAGE_MAX], *endpoint;
    Sijill__V1__EndpointList out;
    org_list list;

    if (in == NULL)
        return reply->status;
    sijill__v1__endpoint_list__init(&out);
    org_list_begin(&list, page_begin(txn, in->has_limit, in->limit, LIST_USUAL), cmd->org,
                   TABLE_ENDPOINT, &sijill__v1__endpoint__descriptor, in->has_after, in->after);
    while ((endpoint = org_list_next(&list)) != NULL) {
        endpoint->has_sealed_secret = false;
        if (endpoint->removed)
            continue;
        if (!org_list_take(&list, &endpoint->base))
            break;
        items[out.n_endpoint++] = endpoint;
    }
    out.endpoint = items;
    out.has_next = org_list_rest(&list, &out.next);
    return sj_accept(txn, reply, &out.base);
}

sj_status
get_endpoint(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__GetEndpoint *in = sj_decode(txn, cmd, &sijill__v1__get_endpoint__descriptor, reply);
    endpoint_row *endpoint;

    if (in == NULL)
        return reply->status;
    endpoint = endpoint_find(txn, cmd->org, in->has_id, in->id, reply);
    return endpoint == NULL ? reply->status : sj_accept(txn, reply, &endpoint->base);
}
