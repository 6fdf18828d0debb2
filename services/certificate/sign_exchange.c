/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/sign_exchange.h"

#include "services/certificate/rows.h"

#include "proto/credential/multikey.h"
#include "proto/credential/proof.h"
#include "proto/wire/append.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/signer.pb-c.h"

#include <string.h>

enum { ITEM_FIELD = 4, HEADER_MAX = 256, ADOPT_KEYS = 304, ATTACH_SIGNATURES = 303 };

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

/* Behind the items: purpose and key are known only once they were chosen.  org 0: of keys. */
static size_t
append_header(sign_exchange *exchange, writer *out, uint64_t org, const to_sign_batch *batch)
{
    Sijill__V1__SignBatch message;
    char key_id[SJ_MULTIKEY_SIZE];
    uint8_t request[8];

    exchange->flights[exchange->under_way++] = (sign_flight){ ++exchange->request, org };
    sj_write_u64(request, exchange->request);
    sijill__v1__sign_batch__init(&message);
    message.has_request_id = 1;
    message.request_id = data_of((sj_bytes){ request, sizeof request });
    if (batch != NULL) {
        sj_multikey_encode(batch->public_key, key_id);
        message.has_purpose = 1;
        message.purpose = (Sijill__V1__SignPurpose) batch->purpose;
        message.key_id = key_id;
    }
    return out->used + sijill__v1__sign_batch__pack(&message, out->at + out->used);
}

static bool
row_has(const issuer_row *row, uint32_t purpose, const uint8_t public_key[SJ_PUBLIC_KEY_BYTES])
{
    for (size_t i = 0; i < row->n_key; i++)
        if (row->key[i]->purpose == purpose &&
            memcmp(row->key[i]->public_key.data, public_key, SJ_PUBLIC_KEY_BYTES) == 0)
            return true;
    return false;
}

/* AdoptKeys was answered before this transaction began: the store shows what became of it. */
static void
see_adoption(sign_exchange *exchange, sj_txn *txn)
{
    const sign_told *told = &exchange->told;
    sj_key at = sj_key_org(exchange->org);
    const issuer_row *row =
        sj_row_get(txn, TABLE_ISSUER, &at, &sijill__certificate__issuer_row__descriptor);
    bool good = row != NULL && strcmp(row->did, told->issuer) == 0;

    for (size_t i = 0; good && i < told->count; i++)
        good = row_has(row, told->key[i].purpose, told->key[i].public_key);
    exchange->keys = good ? SIGN_KEYS_ADOPTED : SIGN_KEYS_UNKNOWN;
    if (!good)
        exchange->words = sj_words(txn,
                                   "the keys of a signer for %s were not adopted, nothing is "
                                   "signed: start the signer that belongs to this store",
                                   told->issuer);
}

static bool
keys_under_way(const sign_exchange *exchange)
{
    for (size_t i = 0; i < exchange->under_way; i++)
        if (exchange->flights[i].org == 0)
            return true;
    return false;
}

static bool
signer_holds(const sign_told *told, const to_sign_batch *batch)
{
    for (size_t i = 0; i < told->count; i++)
        if (told->key[i].purpose == batch->purpose &&
            memcmp(told->key[i].public_key, batch->public_key, SJ_PUBLIC_KEY_BYTES) == 0)
            return true;
    return false;
}

/* False: nothing waits that the signer can sign. */
static bool
next_batch(sign_exchange *exchange, sj_txn *txn, uint64_t now_ms, writer *out, to_sign_batch *batch)
{
    for (;;) {
        out->used = 0;
        if (certificate_next_to_sign(txn, &exchange->position, batch, append_item, out) > 0) {
            if (signer_holds(&exchange->told, batch))
                return true;
            exchange->words = sj_words(txn,
                                       "%zu or more documents wait for a key that the signer does "
                                       "not hold: start it with that key, or reissue them",
                                       batch->count);
        } else if (exchange->under_way > 0 || now_ms < exchange->round_due_ms) {
            return false;
        } else {
            exchange->position = (to_sign_position){ .started = false };
            exchange->round_due_ms = now_ms + SIGN_ROUND_MS;
        }
    }
}

size_t
sign_exchange_ask(void *context, sj_txn *txn, uint64_t now_ms, unsigned char *frame, size_t room)
{
    sign_exchange *exchange = context;
    writer out = { frame, 0, room };
    to_sign_batch batch;

    exchange->words = NULL;
    if (exchange->under_way == SIGN_FLIGHTS)
        return 0;
    if (exchange->keys == SIGN_KEYS_OFFERED)
        see_adoption(exchange, txn);
    if (now_ms >= exchange->keys_due_ms && !keys_under_way(exchange)) {
        exchange->keys_due_ms = now_ms + SIGN_KEYS_AGAIN_MS;
        return append_header(exchange, &out, 0, NULL);
    }
    if (exchange->keys != SIGN_KEYS_ADOPTED || !next_batch(exchange, txn, now_ms, &out, &batch))
        return 0;
    return append_header(exchange, &out, batch.org, &batch);
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

static const char *
words_or(const char *words, const char *otherwise)
{
    return words != NULL && words[0] != '\0' ? words : otherwise;
}

/* False: they cannot be a signer's. */
static bool
read_told(const Sijill__V1__SignBatchReply *reply, sign_told *told)
{
    if (reply->n_key == 0 || reply->n_key > SJ_DID_KEYS_MAX || reply->issuer == NULL ||
        strlen(reply->issuer) >= sizeof told->issuer)
        return false;
    memset(told, 0, sizeof *told);
    memcpy(told->issuer, reply->issuer, strlen(reply->issuer));
    told->count = reply->n_key;
    for (size_t i = 0; i < reply->n_key; i++) {
        if (reply->key[i]->public_key.len != SJ_PUBLIC_KEY_BYTES)
            return false;
        told->key[i].purpose = (uint32_t) reply->key[i]->purpose;
        memcpy(told->key[i].public_key, reply->key[i]->public_key.data, SJ_PUBLIC_KEY_BYTES);
    }
    return true;
}

static bool
adopt_keys_of(const sign_exchange *exchange, sj_arena *arena, sj_command *cmd)
{
    const sign_told *told = &exchange->told;
    Sijill__V1__AdoptKeys out;
    Sijill__V1__IssuerKey keys[SJ_DID_KEYS_MAX];
    Sijill__V1__IssuerKey *list[SJ_DID_KEYS_MAX];

    for (size_t i = 0; i < told->count; i++) {
        sijill__v1__issuer_key__init(&keys[i]);
        keys[i].has_purpose = keys[i].has_public_key = 1;
        keys[i].purpose = told->key[i].purpose;
        keys[i].public_key = data_of((sj_bytes){ told->key[i].public_key, SJ_PUBLIC_KEY_BYTES });
        list[i] = &keys[i];
    }
    sijill__v1__adopt_keys__init(&out);
    out.issuer = (char *) (uintptr_t) told->issuer;
    out.n_key = told->count;
    out.key = list;
    cmd->type = ADOPT_KEYS;
    cmd->org = exchange->org;
    return pack(arena, &out.base, &cmd->body);
}

static bool
hear_keys(sign_exchange *exchange, const Sijill__V1__SignBatchReply *reply, sj_arena *arena,
          sj_command *cmd)
{
    sign_told told;

    if (reply->status != SIJILL__V1__SIGN_STATUS__SIGN_OK || !read_told(reply, &told)) {
        exchange->keys = SIGN_KEYS_UNKNOWN;
        exchange->words = words_or(reply->words, "the signer does not tell its issuer and keys");
        return false;
    }
    if (exchange->keys == SIGN_KEYS_ADOPTED && memcmp(&told, &exchange->told, sizeof told) == 0)
        return false;
    exchange->told = told;
    exchange->keys = SIGN_KEYS_OFFERED;
    exchange->round_due_ms = 0; /* what waited for such keys need not wait longer */
    return adopt_keys_of(exchange, arena, cmd);
}

/* One result as a signature or a refusal for good; false: it is neither, and its intent keeps its
 * place in the line. */
static bool
settle(sign_exchange *exchange, const Sijill__V1__SignResult *result, Sijill__V1__Signature *row)
{
    bool is_signed = result->status == SIJILL__V1__SIGN_STATUS__SIGN_OK &&
                     result->signature.len == SJ_SIGNATURE_BYTES;
    bool is_refused = result->status == SIJILL__V1__SIGN_STATUS__SIGN_INVALID ||
                      result->status == SIJILL__V1__SIGN_STATUS__SIGN_REFUSED;

    if (!sj_is_id(result->has_id, result->id) || (!is_signed && !is_refused)) {
        exchange->words =
            words_or(result->words, "the signer gave no signature and no refusal; asking again");
        return false;
    }
    sijill__v1__signature__init(row);
    row->has_id = 1;
    row->id = result->id;
    row->has_signature = is_signed;
    if (is_signed)
        row->signature = result->signature;
    else
        row->refusal = (char *) (uintptr_t) words_or(result->words,
                                                     "the signer refused it and did not say why");
    return true;
}

static bool
attach_results(sign_exchange *exchange, uint64_t org, const Sijill__V1__SignBatchReply *reply,
               sj_arena *arena, sj_command *cmd)
{
    Sijill__V1__AttachSignatures out;
    Sijill__V1__Signature *list[TO_SIGN_ITEMS_MAX];
    Sijill__V1__Signature *rows =
        sj_arena_take(arena, TO_SIGN_ITEMS_MAX * sizeof(Sijill__V1__Signature));

    sijill__v1__attach_signatures__init(&out);
    out.signature = list;
    for (size_t i = 0; rows != NULL && i < reply->n_result && i < TO_SIGN_ITEMS_MAX; i++)
        if (settle(exchange, reply->result[i], &rows[out.n_signature])) {
            list[out.n_signature] = &rows[out.n_signature];
            out.n_signature++;
        }
    cmd->type = ATTACH_SIGNATURES;
    cmd->org = org;
    return out.n_signature > 0 && pack(arena, &out.base, &cmd->body);
}

/* Take the flight of this answer off the list; false: it is of an earlier try. */
static bool
land(sign_exchange *exchange, const Sijill__V1__SignBatchReply *reply, sign_flight *flight)
{
    uint64_t request = reply->request_id.len == 8 ? sj_read_u64(reply->request_id.data) : 0;

    for (size_t i = 0; i < exchange->under_way; i++)
        if (exchange->flights[i].request == request) {
            *flight = exchange->flights[i];
            exchange->flights[i] = exchange->flights[--exchange->under_way];
            return true;
        }
    return false;
}

bool
sign_exchange_answer(void *context, sj_bytes frame, sj_arena *arena, sj_command *cmd)
{
    ProtobufCAllocator allocator = sj_arena_allocator(arena);
    sign_exchange *exchange = context;
    Sijill__V1__SignBatchReply *reply =
        sijill__v1__sign_batch_reply__unpack(&allocator, frame.size, frame.at);
    sign_flight flight;

    exchange->words = NULL;
    if (reply == NULL || !land(exchange, reply, &flight))
        return false;
    if (flight.org == 0)
        return hear_keys(exchange, reply, arena, cmd);
    if (reply->status == SIJILL__V1__SIGN_STATUS__SIGN_OK)
        return attach_results(exchange, flight.org, reply, arena, cmd);
    exchange->words = words_or(reply->words, "the signer refused a whole batch");
    if (reply->status == SIJILL__V1__SIGN_STATUS__SIGN_UNKNOWN_KEY)
        exchange->keys_due_ms = 0; /* it was restarted with others */
    return false;
}

void
sign_exchange_lost(void *context)
{
    sign_exchange *exchange = context;

    exchange->under_way = 0;
    exchange->keys = SIGN_KEYS_UNKNOWN;
    exchange->keys_due_ms = 0;
    exchange->position = (to_sign_position){ .started = false };
    exchange->words = NULL;
}

const char *
sign_exchange_words(void *context)
{
    const sign_exchange *exchange = context;

    return exchange->words;
}
