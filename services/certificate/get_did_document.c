/* SPDX-License-Identifier: Apache-2.0 */
/*
 * did.json: the issuer's address and every key it ever signed with.
 */
#include "proto/credential/did_web.h"
#include "services/certificate/routes.h"
#include "services/certificate/rows.h"

#include <string.h>

enum { DOCUMENT_MAX = 40 * 1024 }; /* 64 keys of three URLs each */

sj_status
get_did_document(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__GetDidDocument *in =
        sj_decode(txn, cmd, &sijill__v1__get_did_document__descriptor, reply);
    sj_key own = sj_key_org(cmd->org);
    uint8_t keys[SJ_DID_KEYS_MAX][SJ_PUBLIC_KEY_BYTES];
    Sijill__V1__DidDocument out;
    char url[SJ_DID_URL_SIZE];
    sj_span document;

    if (in == NULL)
        return reply->status;

    issuer_row *issuer =
        sj_row_get(txn, TABLE_ISSUER, &own, &sijill__certificate__issuer_row__descriptor);
    char *text = sj_arena_take(sj_txn_arena(txn), DOCUMENT_MAX + 1);

    if (issuer == NULL)
        return sj_refuse(txn, reply, SJ_UNAVAILABLE,
                         "the signer is not connected: start sijill-signer and try again");
    if (text == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "did.json does not fit the arena");
        return SJ_INTERNAL;
    }
    for (size_t i = 0; i < issuer->n_key; i++)
        memcpy(keys[i], issuer->key[i]->public_key.data, SJ_PUBLIC_KEY_BYTES);

    const char *problem =
        sj_did_web_document(issuer->did, (const uint8_t(*)[SJ_PUBLIC_KEY_BYTES]) keys,
                            issuer->n_key, text, DOCUMENT_MAX, &document);

    if (problem != NULL || !sj_did_web_url(sj_span_of(issuer->did), url))
        return sj_refuse(txn, reply, SJ_INTERNAL, problem != NULL ? problem : "not a did:web");
    text[document.length] = '\0';
    sijill__v1__did_document__init(&out);
    out.document = text;
    out.did = issuer->did;
    out.url = url;
    return sj_accept(txn, reply, &out.base);
}
