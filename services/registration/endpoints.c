/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/endpoints.h"

endpoint_row *
endpoint_read(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    sj_key key = key_in_org(org, id);

    return sj_row_get(txn, TABLE_ENDPOINT, &key, &sijill__v1__endpoint__descriptor);
}

void
endpoint_write(sj_txn *txn, uint64_t org, const endpoint_row *endpoint)
{
    sj_key key = key_in_org(org, endpoint->id.data);

    sj_row_put(txn, TABLE_ENDPOINT, &key, &endpoint->base);
    sj_emit_message(txn, RECORD_ENDPOINT, &endpoint->base, NULL);
}

endpoint_row *
endpoint_find(sj_txn *txn, uint64_t org, bool has_id, ProtobufCBinaryData id, sj_reply *reply)
{
    endpoint_row *endpoint;

    if (!sj_is_id(has_id, id)) {
        (void) sj_refuse_field(txn, reply, "id", "name the endpoint by its id of 16 octets");
        return NULL;
    }
    endpoint = endpoint_read(txn, org, id.data);
    if (endpoint != NULL && !endpoint->removed)
        return endpoint;
    (void) sj_refuse(txn, reply, SJ_NOT_FOUND,
                     endpoint == NULL ? "there is no such endpoint"
                                      : "the endpoint was removed: define another");
    return NULL;
}

sj_status
endpoint_answer(sj_txn *txn, sj_reply *reply, ProtobufCBinaryData id, Sijill__V1__Outcome outcome)
{
    Sijill__V1__EndpointDefined out;

    sijill__v1__endpoint_defined__init(&out);
    out.has_id = out.has_outcome = true;
    out.id = id;
    out.outcome = outcome;
    return sj_accept(txn, reply, &out.base);
}
