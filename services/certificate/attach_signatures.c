/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Join the signer's answers to their intents.
 *
 * The document is not touched: a signature row beside it makes a certificate VALID, and the secured
 * JSON is put together when it is read.  An intent that no longer waits keeps what it has: the same
 * answer again is no change, and another signature for it is kept aside to be looked into, never
 * used.
 */
#include "services/certificate/issue.h"
#include "services/certificate/routes.h"
#include "services/certificate/status_index.h"

#include <string.h>

static void
version_delete(sj_txn *txn, const sj_key *at)
{
    sj_delete(txn, TABLE_INTENT, at);
    sj_delete(txn, TABLE_SIGNATURE, at);
}

/* Only the newest signed version of a list is kept. */
static void
list_signed(sj_txn *txn, uint64_t org, const named_row *named)
{
    status_list_row *known = status_list_get(txn, org, named->list);
    sj_key mine = certificate_intent_key(org, named->intent_seq, named->intent_n);
    status_list_row row;

    sijill__certificate__status_list_row__init(&row);
    if (known != NULL)
        row = *known;
    if (row.has_signed_seq && row.signed_seq > named->intent_seq) {
        version_delete(txn, &mine);
        return;
    }
    if (row.has_signed_seq) {
        sj_key before = certificate_intent_key(org, row.signed_seq, row.signed_n);

        version_delete(txn, &before);
    }
    row.has_signed_seq = row.has_signed_n = row.has_signed_ms = true;
    row.signed_seq = named->intent_seq;
    row.signed_n = named->intent_n;
    row.signed_ms = sj_now(txn);
    status_list_put(txn, org, named->list, &row);
}

static void
certificate_signed(sj_txn *txn, uint64_t org, const named_row *named, const uint8_t *id)
{
    certificate_ref ref = { .org = org, .kind = named->kind, .serial = named->serial };

    memcpy(ref.event_id, named->event_id.data, SJ_ID_SIZE);
    memcpy(ref.registration_id, named->registration_id.data, SJ_ID_SIZE);
    certificate_changed(txn, &ref, id, SIJILL__V1__CERTIFICATE_STATE__VALID, NULL);
}

static void
attach(sj_txn *txn, uint64_t org, const sj_key *at, const named_row *named,
       const Sijill__V1__Signature *in)
{
    signature_row row;

    sijill__certificate__signature_row__init(&row);
    row.has_signature = in->has_signature;
    row.signature = in->signature;
    row.refusal = in->has_signature ? NULL : in->refusal;
    row.has_at_ms = true;
    row.at_ms = sj_now(txn);
    sj_row_put(txn, TABLE_SIGNATURE, at, &row.base);
    sj_delete(txn, TABLE_TO_SIGN, at);
    if (!in->has_signature)
        return;
    if (named->purpose == PURPOSE_STATUS_LIST)
        list_signed(txn, org, named);
    else
        certificate_signed(txn, org, named, in->id.data);
}

/* An answer for an intent that waits for none. */
static void
keep_aside(sj_txn *txn, const sj_key *at, const Sijill__V1__Signature *in)
{
    signature_row *row =
        sj_row_get(txn, TABLE_SIGNATURE, at, &sijill__certificate__signature_row__descriptor);

    if (row == NULL || !row->has_signature || !in->has_signature || row->has_other ||
        sj_bytes_equal(sj_data_bytes(row->signature), sj_data_bytes(in->signature)))
        return;
    row->has_other = row->has_other_at_ms = true;
    row->other = in->signature;
    row->other_at_ms = sj_now(txn);
    sj_row_put(txn, TABLE_SIGNATURE, at, &row->base);
}

sj_status
attach_signatures(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__AttachSignatures *in =
        sj_decode(txn, cmd, &sijill__v1__attach_signatures__descriptor, reply);

    if (in == NULL)
        return reply->status;
    for (size_t i = 0; i < in->n_signature; i++) {
        const Sijill__V1__Signature *one = in->signature[i];

        if (!sj_is_id(one->has_id, one->id))
            return sj_refuse_field(txn, reply, "signature.id", "16 octets name the intent");
        if (one->has_signature ? one->signature.len != SJ_SIGNATURE_BYTES : one->refusal == NULL)
            return sj_refuse_field(txn, reply, "signature.signature",
                                   "64 octets, or words why there are none");
    }
    for (size_t i = 0; i < in->n_signature; i++) {
        size_t mark = sj_arena_mark(sj_txn_arena(txn));
        named_row *named = certificate_named(txn, cmd->org, in->signature[i]->id.data);

        if (named != NULL) {
            sj_key at = certificate_intent_key(cmd->org, named->intent_seq, named->intent_n);

            if (sj_exists(txn, TABLE_TO_SIGN, &at))
                attach(txn, cmd->org, &at, named, in->signature[i]);
            else
                keep_aside(txn, &at, in->signature[i]);
        }
        sj_arena_release(sj_txn_arena(txn), mark);
    }
    return sj_accept(txn, reply, NULL);
}
