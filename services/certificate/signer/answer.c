/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/signer/answer.h"

#include <assert.h>
#include <sodium.h>
#include <stdalign.h>
#include <stdlib.h>

#include "sijill/v1/signer.pb-c.h"

typedef struct {
    uint8_t *at;
    size_t used;
} arena;

static void *
arena_take(void *data, size_t size)
{
    arena *from = data;
    size_t align = alignof(max_align_t);

    if (size > ANSWER_ARENA - align - from->used)
        return NULL;
    void *taken = from->at + from->used;

    from->used += (size + align - 1) / align * align;
    return taken;
}

/* Everything goes at once when the request is answered. */
static void
arena_release(void *data, void *memory)
{
    (void) data;
    (void) memory;
}

bool
answerer_open(answerer *a, const char *issuer, const signer_keys *keys)
{
    *a = (answerer){ .issuer = issuer, .keys = keys };
    for (size_t i = 0; i < KEYFILE_KEYS; i++) {
        sj_multikey_encode(keys->public_key[i], a->key_id[i]);
        (void) sj_did_web_method(sj_span_of(issuer), keys->public_key[i], a->method[i]);
    }
    a->arena = malloc(ANSWER_ARENA);
    a->reply = malloc(ANSWER_REPLY_MAX);
    return a->arena != NULL && a->reply != NULL;
}

void
answerer_close(answerer *a)
{
    free(a->arena);
    free(a->reply);
    *a = (answerer){ .issuer = NULL };
}

/* protobuf-c takes char *; what it packs it only reads. */
static void
set_words(char **field, const char *words)
{
    *field = (char *) (uintptr_t) words;
}

static sj_span
span_of(ProtobufCBinaryData bytes)
{
    return (sj_span){ .at = (const char *) bytes.data, .length = bytes.len };
}

/* Sign, and let nothing go that does not verify: a flipped bit in a signature can give a key away.
 */
static bool
sign(const answerer *a, const sign_item *item, uint8_t signature[SJ_SIGNATURE_BYTES])
{
    size_t row = (size_t) item->purpose - 1;
    uint8_t hash[SJ_PROOF_HASH_BYTES];

    sj_proof_hash(item->document, item->options, hash);
    (void) crypto_sign_detached(signature, NULL, hash, sizeof hash,
                                a->keys->secret + row * KEYFILE_SECRET_BYTES);
    if (sj_proof_verify(item->document, item->options, signature, a->keys->public_key[row]))
        return true;
    sodium_memzero(signature, SJ_SIGNATURE_BYTES);
    return false;
}

static void
answer_item(const answerer *a, sign_purpose purpose, const Sijill__V1__SignItem *in,
            Sijill__V1__SignResult *out, uint8_t signature[SJ_SIGNATURE_BYTES])
{
    sign_item item = {
        .purpose = purpose,
        .id = in->id.data,
        .document = span_of(in->document),
        .options = span_of(in->options),
    };
    const char *problem;

    out->has_status = true;
    out->has_id = in->has_id;
    out->id = in->id;
    if (in->base.n_unknown_fields != 0 || !in->has_document || !in->has_options || !in->has_id ||
        in->id.len != SJ_CERTIFICATE_ID_BYTES) {
        out->has_id = in->has_id && in->id.len <= SJ_CERTIFICATE_ID_BYTES;
        out->status = SIJILL__V1__SIGN_STATUS__SIGN_INVALID;
        set_words(&out->words, "an item is an id of 16 octets, a document and its proof options");
        return;
    }
    problem = check_item(&item, a->issuer, a->method[(size_t) purpose - 1]);
    if (problem != NULL) {
        out->status = SIJILL__V1__SIGN_STATUS__SIGN_REFUSED;
        set_words(&out->words, problem);
    } else if (!sign(a, &item, signature)) {
        out->status = SIJILL__V1__SIGN_STATUS__SIGN_FAULT;
        set_words(&out->words, "the signature did not verify; check the machine's memory");
    } else {
        out->status = SIJILL__V1__SIGN_STATUS__SIGN_OK;
        out->has_signature = true;
        out->signature = (ProtobufCBinaryData){ SJ_SIGNATURE_BYTES, signature };
    }
}

/* Room for the results of any batch. */
typedef struct {
    Sijill__V1__SignResult *rows[ANSWER_ITEMS_MAX];
    Sijill__V1__SignResult results[ANSWER_ITEMS_MAX];
    uint8_t signatures[ANSWER_ITEMS_MAX][SJ_SIGNATURE_BYTES];
} results;

static void
answer_items(const answerer *a, const Sijill__V1__SignBatch *in, Sijill__V1__SignBatchReply *out,
             arena *memory, answer_result *result)
{
    results *all = arena_take(memory, sizeof *all);

    if (all == NULL) {
        out->status = SIJILL__V1__SIGN_STATUS__SIGN_INVALID;
        set_words(&out->words, "the batch is too large; send fewer items");
        return;
    }
    for (size_t i = 0; i < in->n_item; i++) {
        Sijill__V1__SignResult *one = &all->results[i];

        sijill__v1__sign_result__init(one);
        answer_item(a, (sign_purpose) in->purpose, in->item[i], one, all->signatures[i]);
        all->rows[i] = one;
        result->refused += one->status != SIJILL__V1__SIGN_STATUS__SIGN_OK;
        result->fault |= one->status == SIJILL__V1__SIGN_STATUS__SIGN_FAULT;
    }
    result->items = in->n_item;
    out->n_result = in->n_item;
    out->result = all->rows;
}

static size_t
pack(const answerer *a, Sijill__V1__SignBatchReply *out)
{
    out->has_status = true;
    size_t length = sijill__v1__sign_batch_reply__get_packed_size(out);

    assert(length <= ANSWER_REPLY_MAX);
    (void) sijill__v1__sign_batch_reply__pack(out, a->reply);
    return length;
}

static size_t
pack_keys(const answerer *a, Sijill__V1__SignBatchReply *out)
{
    Sijill__V1__SignerKey keys[KEYFILE_KEYS];
    Sijill__V1__SignerKey *rows[KEYFILE_KEYS];

    for (size_t i = 0; i < KEYFILE_KEYS; i++) {
        sijill__v1__signer_key__init(&keys[i]);
        keys[i].has_purpose = true;
        keys[i].purpose = (Sijill__V1__SignPurpose) (i + 1);
        set_words(&keys[i].key_id, a->key_id[i]);
        keys[i].has_public_key = true;
        keys[i].public_key =
            (ProtobufCBinaryData){ SJ_PUBLIC_KEY_BYTES,
                                   (uint8_t *) (uintptr_t) a->keys->public_key[i] };
        rows[i] = &keys[i];
    }
    out->n_key = KEYFILE_KEYS;
    out->key = rows;
    set_words(&out->issuer, a->issuer);
    size_t length = pack(a, out);

    out->n_key = 0; /* the rows end here */
    out->key = NULL;
    return length;
}

/* NULL, or why the whole batch is refused; *status then says which way. */
static const char *
batch_check(const answerer *a, const Sijill__V1__SignBatch *in, Sijill__V1__SignStatus *status)
{
    *status = SIJILL__V1__SIGN_STATUS__SIGN_INVALID;
    if (!in->has_request_id || in->request_id.len == 0 || in->request_id.len > 16)
        return "request_id must have 1 to 16 octets";
    if (in->base.n_unknown_fields != 0)
        return "the request has a field that this signer does not know; upgrade the signer first";
    if (in->n_item > ANSWER_ITEMS_MAX)
        return "a batch holds at most 512 items";
    if (in->n_item == 0)
        return NULL;
    *status = SIJILL__V1__SIGN_STATUS__SIGN_UNKNOWN_KEY;
    if (!in->has_purpose || (int) in->purpose < 1 || (int) in->purpose > KEYFILE_KEYS)
        return "this signer has no key for that purpose";
    if (in->key_id == NULL || strcmp(in->key_id, a->key_id[(size_t) in->purpose - 1]) != 0)
        return "key_id is not the key that this signer holds for the purpose; ask for the keys";
    return NULL;
}

answer_result
answer(answerer *a, const uint8_t *request, size_t length)
{
    arena memory = { .at = a->arena };
    ProtobufCAllocator allocator = { arena_take, arena_release, &memory };
    answer_result result = { .length = 0 };
    Sijill__V1__SignBatchReply out;
    Sijill__V1__SignBatch *in = NULL;
    const char *problem = "the request is not a SignBatch message";

    sijill__v1__sign_batch_reply__init(&out);
    out.status = SIJILL__V1__SIGN_STATUS__SIGN_INVALID;
    if (length <= ANSWER_REQUEST_MAX)
        in = sijill__v1__sign_batch__unpack(&allocator, length, request);
    if (in != NULL) {
        problem = batch_check(a, in, &out.status);
        out.has_request_id = in->has_request_id && in->request_id.len <= 16;
        out.request_id = in->request_id;
    }
    if (problem != NULL) {
        set_words(&out.words, problem);
        result.length = pack(a, &out);
        return result;
    }
    out.status = SIJILL__V1__SIGN_STATUS__SIGN_OK;
    if (in->n_item == 0) {
        result.length = pack_keys(a, &out);
        return result;
    }
    answer_items(a, in, &out, &memory, &result);
    result.length = pack(a, &out);
    return result;
}
