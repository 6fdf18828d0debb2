/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 122 DefineEndpoint: an address that is told of records; again with other content changes it.
 * A secret that is not given stays as it is.
 */
#include "services/registration/address.h"
#include "services/registration/endpoints.h"
#include "services/registration/form.h"
#include "services/registration/hooks.h"
#include "services/registration/routes.h"

enum { PUBLIC_KEY_SIZE = 32, TYPE_MAX = 999 };

static bool
refuse(sj_txn *txn, sj_reply *reply, const char *field, const char *words)
{
    (void) sj_refuse_field(txn, reply, field, words);
    return false;
}

static bool
endpoint_clean(sj_txn *txn, Sijill__V1__DefineEndpoint *in, sj_reply *reply)
{
    bool marks_dropped = false;
    const char *words;

    if (!sj_is_id(in->has_id, in->id))
        return refuse(txn, reply, "id", "make 16 octets of chance");
    if (in->url == NULL || !address_private(in->url))
        return refuse(txn, reply, "url", "is an https address, or http to this machine");
    for (size_t n = 0; n < in->n_type; n++)
        if (in->type[n] == 0 || in->type[n] > TYPE_MAX)
            return refuse(txn, reply, "type", "is the number of a record, as in sijill feed");
    if (in->has_public_key && in->public_key.len != PUBLIC_KEY_SIZE)
        return refuse(txn, reply, "public_key", "is an Ed25519 key of 32 octets");
    if (in->has_public_key && !in->has_sealed_secret)
        return refuse(txn, reply, "sealed_secret", "give the seed of this public key, sealed");
    if (!form_text(txn, &in->label, FORM_TEXT_POINTS, &marks_dropped, &words))
        return refuse(txn, reply, "label", words);
    return true;
}

sj_status
define_endpoint(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__DefineEndpoint *in =
        sj_decode(txn, cmd, &sijill__v1__define_endpoint__descriptor, reply);
    endpoint_row endpoint, *known;

    if (in == NULL || !endpoint_clean(txn, in, reply))
        return reply->status;
    known = endpoint_read(txn, cmd->org, in->id.data);
    if (known != NULL && known->removed)
        return sj_refuse(txn, reply, SJ_CONFLICT,
                         "the endpoint was removed; make a new id by chance");
    if ((known == NULL || in->has_sealed_secret) &&
        !sealed_clean(txn, in->has_sealed_secret, in->sealed_secret, reply))
        return reply->status;
    sijill__v1__endpoint__init(&endpoint);
    if (known != NULL)
        endpoint = *known;
    endpoint.has_id = true;
    endpoint.id = in->id;
    endpoint.url = in->url;
    endpoint.n_type = in->n_type;
    endpoint.type = in->type;
    endpoint.label = in->label;
    if (in->has_sealed_secret) {
        endpoint.has_sealed_secret = true;
        endpoint.sealed_secret = in->sealed_secret;
        endpoint.has_public_key = in->has_public_key;
        endpoint.public_key = in->public_key;
    }
    if (known == NULL) {
        endpoint.has_created_ms = endpoint.has_state = true;
        endpoint.created_ms = cmd->now_ms;
    } else if (sj_bytes_equal(sj_pack(txn, &known->base), sj_pack(txn, &endpoint.base))) {
        return endpoint_answer(txn, reply, in->id, SIJILL__V1__OUTCOME__UNCHANGED);
    }
    endpoint_write(txn, cmd->org, &endpoint);
    return endpoint_answer(txn, reply, in->id,
                           known == NULL ? SIJILL__V1__OUTCOME__CREATED
                                         : SIJILL__V1__OUTCOME__UPDATED);
}
