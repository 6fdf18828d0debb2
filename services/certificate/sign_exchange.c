/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/sign_exchange.h"

#include "services/core/message.h"

#include "proto/credential/multikey.h"
#include "proto/wire/append.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/signer.pb-c.h"

#include <string.h>

enum { ITEM_FIELD = 4, HEADER_MAX = 256, ADOPT_KEYS = 304, ATTACH_SIGNATURES = 303, KEYS_MAX = 64 };

typedef struct writer {
    unsigned char *at;
    size_t used;
    size_t room;
} writer;

static ProtobufCBinaryData
data_of(sj_bytes bytes)
{
    return (ProtobufCBinaryData){ bytes.size, (uint8_t *) (uintptr_t) bytes.at };
}

static bool
append_item(void *context, const to_sign_item *item)
{
    writer *out = context;
    Sijill__V1__SignItem message;
    size_t size;

    sijill__v1__sign_item__init(&message);
    message.has_id = message.has_document = message.has_options = 1;
    message.id = data_of((sj_bytes){ item->id, SJ_ID_SIZE });
    message.document = data_of(item->document);
    message.options = data_of(item->options);
    size = sijill__v1__sign_item__get_packed_size(&message);
    if (out->used + size + SJ_FIELD_HEAD_MAX + HEADER_MAX > out->room)
        return false;
    out->used += sj_field_head(out->at + out->used, ITEM_FIELD, size);
    out->used += sijill__v1__sign_item__pack(&message, out->at + out->used);
    return true;
}

/* Behind the items: purpose and key are known only once they were chosen. */
static void
append_header(sign_exchange *exchange, writer *out, const to_sign_batch *batch)
{
    Sijill__V1__SignBatch message;
    char key_id[SJ_MULTIKEY_SIZE];
    uint8_t request[8];

    sj_write_u64(request, ++exchange->request);
    sijill__v1__sign_batch__init(&message);
    message.has_request_id = 1;
    message.request_id = data_of((sj_bytes){ request, sizeof request });
    if (batch != NULL) {
        sj_multikey_encode(batch->public_key, key_id);
        message.has_purpose = 1;
        message.purpose = (Sijill__V1__SignPurpose) batch->purpose;
        message.key_id = key_id;
    }
    out->used += sijill__v1__sign_batch__pack(&message, out->at + out->used);
}

size_t
sign_exchange_ask(void *context, sj_txn *txn, unsigned char *frame, size_t room)
{
    sign_exchange *exchange = context;
    writer out = { frame, 0, room };
    to_sign_batch batch;

    if (!exchange->keys_known) {
        append_header(exchange, &out, NULL);
        return out.used;
    }
    exchange->next = exchange->position;
    if (certificate_next_to_sign(txn, &exchange->next, &batch, append_item, &out) == 0) {
        memset(&exchange->position, 0, sizeof exchange->position);
        return 0;
    }
    exchange->batch_org = batch.org;
    append_header(exchange, &out, &batch);
    return out.used;
}

static bool
pack(sj_arena *arena, const ProtobufCMessage *message, sj_bytes *body)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    void *packed = sj_arena_take(arena, size);

    if (packed == NULL)
        return false;
    *body = (sj_bytes){ packed, protobuf_c_message_pack(message, packed) };
    return true;
}

static bool
adopt_keys(sign_exchange *exchange, const Sijill__V1__SignBatchReply *reply, sj_arena *arena,
           sj_command *cmd)
{
    Sijill__V1__AdoptKeys out;
    Sijill__V1__IssuerKey keys[KEYS_MAX];
    Sijill__V1__IssuerKey *list[KEYS_MAX];

    if (reply->n_key == 0 || reply->n_key > KEYS_MAX)
        return false;
    for (size_t i = 0; i < reply->n_key; i++) {
        sijill__v1__issuer_key__init(&keys[i]);
        keys[i].has_purpose = keys[i].has_public_key = 1;
        keys[i].purpose = reply->key[i]->purpose;
        keys[i].public_key = reply->key[i]->public_key;
        list[i] = &keys[i];
    }
    sijill__v1__adopt_keys__init(&out);
    out.issuer = reply->issuer;
    out.n_key = reply->n_key;
    out.key = list;
    cmd->type = ADOPT_KEYS;
    cmd->org = exchange->org;
    exchange->keys_known = true;
    return pack(arena, &out.base, &cmd->body);
}

static bool
attach_signatures(sign_exchange *exchange, const Sijill__V1__SignBatchReply *reply, sj_arena *arena,
                  sj_command *cmd)
{
    Sijill__V1__AttachSignatures out;
    Sijill__V1__Signature *list[TO_SIGN_ITEMS_MAX];
    Sijill__V1__Signature *rows =
        sj_arena_take(arena, TO_SIGN_ITEMS_MAX * sizeof(Sijill__V1__Signature));

    if (rows == NULL || reply->n_result > TO_SIGN_ITEMS_MAX)
        return false;
    for (size_t i = 0; i < reply->n_result; i++) {
        const Sijill__V1__SignResult *result = reply->result[i];

        sijill__v1__signature__init(&rows[i]);
        rows[i].has_id = 1;
        rows[i].id = result->id;
        rows[i].has_signature = result->status == SIJILL__V1__SIGN_STATUS__SIGN_OK;
        rows[i].signature = result->signature;
        rows[i].refusal = rows[i].has_signature ? NULL : result->words;
        list[i] = &rows[i];
    }
    sijill__v1__attach_signatures__init(&out);
    out.n_signature = reply->n_result;
    out.signature = list;
    cmd->type = ATTACH_SIGNATURES;
    cmd->org = exchange->batch_org;
    return pack(arena, &out.base, &cmd->body);
}

bool
sign_exchange_answer(void *context, sj_bytes frame, sj_arena *arena, sj_command *cmd)
{
    ProtobufCAllocator allocator = sj_arena_allocator(arena);
    sign_exchange *exchange = context;
    Sijill__V1__SignBatchReply *reply =
        sijill__v1__sign_batch_reply__unpack(&allocator, frame.size, frame.at);

    if (reply == NULL || reply->request_id.len != 8 ||
        sj_read_u64(reply->request_id.data) != exchange->request)
        return false; /* of an earlier try */
    if (reply->status != SIJILL__V1__SIGN_STATUS__SIGN_OK) {
        exchange->position =
            exchange->next; /* an old key's batch must not keep the others waiting */
        exchange->keys_known = false;
        return false;
    }
    if (!exchange->keys_known)
        return adopt_keys(exchange, reply, arena, cmd);
    return attach_signatures(exchange, reply, arena, cmd);
}
