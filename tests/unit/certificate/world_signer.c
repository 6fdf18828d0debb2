/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signer of the tests: libsodium with fixed seeds, fed as main() feeds the real one.
 */
#include "tests/unit/certificate/world.h"

#include "proto/credential/jcs_scan.h"
#include "proto/credential/proof.h"
#include "storage/store.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void
world_key(uint32_t purpose, uint8_t generation, uint8_t public_key[32], uint8_t secret[64])
{
    uint8_t seed[32];

    memset(seed, (int) (purpose * 16 + generation), sizeof seed);
    assert(crypto_sign_seed_keypair(public_key, secret, seed) == 0);
}

/* A batch being gathered. */
typedef struct gathering {
    waiting *out;
    size_t count, max;
} gathering;

static bool
gather(void *context, const to_sign_item *item)
{
    gathering *all = context;
    waiting *one = &all->out[all->count];

    if (all->count == all->max)
        return false;
    memcpy(one->id, item->id, 16);
    assert(item->document.size <= sizeof one->document);
    assert(item->options.size <= sizeof one->options);
    memcpy(one->document, item->document.at, item->document.size);
    memcpy(one->options, item->options.at, item->options.size);
    one->document_size = item->document.size;
    one->options_size = item->options.size;
    all->count++;
    return true;
}

size_t
wait_list(fixture *f, waiting *out, size_t max)
{
    gathering all = { .out = out, .max = max };
    to_sign_position position = { .started = false };
    to_sign_batch batch;
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, 0);
    while (certificate_next_to_sign(txn, &position, &batch, gather, &all) > 0)
        ;
    assert(sj_txn_fault(txn) == SJ_FAULT_NONE);
    sj_read_end(txn);
    return all.count;
}

/* One batch after a position, signed and attached. */
static size_t
sign_batch(fixture *f, to_sign_position *position, waiting *out, uint64_t now_ms)
{
    Sijill__V1__AttachSignatures body = SIJILL__V1__ATTACH_SIGNATURES__INIT;
    static Sijill__V1__Signature items[TO_SIGN_ITEMS_MAX], *list[TO_SIGN_ITEMS_MAX];
    static uint8_t signatures[TO_SIGN_ITEMS_MAX][64];
    uint8_t public_key[32], secret[64], hash[64];
    gathering all = { .out = out, .max = TO_SIGN_ITEMS_MAX };
    to_sign_batch batch;
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, 0);
    size_t count = certificate_next_to_sign(txn, position, &batch, gather, &all);

    sj_read_end(txn);
    assert(count == all.count);
    for (size_t i = 0; i < count; i++) {
        for (uint8_t generation = 0; generation < 2; generation++) {
            world_key(batch.purpose, generation, public_key, secret);
            if (memcmp(public_key, batch.public_key, 32) == 0)
                break;
        }
        sj_proof_hash((sj_span){ out[i].document, out[i].document_size },
                      (sj_span){ out[i].options, out[i].options_size }, hash);
        assert(crypto_sign_detached(signatures[i], NULL, hash, sizeof hash, secret) == 0);
        sijill__v1__signature__init(&items[i]);
        items[i].has_id = items[i].has_signature = true;
        items[i].id = id_data(out[i].id);
        items[i].signature = (ProtobufCBinaryData){ 64, signatures[i] };
        list[i] = &items[i];
    }
    body.n_signature = count;
    body.signature = list;
    if (count > 0)
        assert(fixture_run(f, 303, &body.base, now_ms) == SJ_OK);
    return count;
}

size_t
sign_all(fixture *f, uint64_t now_ms)
{
    waiting *out = malloc(TO_SIGN_ITEMS_MAX * sizeof *out);
    to_sign_position position = { .started = false };
    size_t total = 0, count;

    assert(out != NULL);
    do {
        count = sign_batch(f, &position, out, now_ms);
        total += count;
    } while (count > 0);
    free(out);
    return total;
}

sj_status
attach(fixture *f, const uint8_t id[16], const uint8_t signature[64], const char *refusal,
       uint64_t now_ms)
{
    Sijill__V1__AttachSignatures body = SIJILL__V1__ATTACH_SIGNATURES__INIT;
    Sijill__V1__Signature item = SIJILL__V1__SIGNATURE__INIT;
    Sijill__V1__Signature *list[] = { &item };

    item.has_id = true;
    item.id = id_data(id);
    item.has_signature = signature != NULL;
    if (signature != NULL)
        item.signature = (ProtobufCBinaryData){ 64, (uint8_t *) (uintptr_t) signature };
    item.refusal = (char *) (uintptr_t) refusal;
    body.n_signature = 1;
    body.signature = list;
    return fixture_run(f, 303, &body.base, now_ms);
}

/* The document as it was before its proof, made again from the secured one. */
bool
verifies(const char *credential, uint32_t purpose, uint8_t generation)
{
    sj_span secured = sj_span_of(credential), proofs, proof, name, value;
    uint8_t public_key[32], secret[64], signature[64];
    char *document = malloc(secured.length), *options = malloc(secured.length);
    size_t head, length;
    sj_jcs_cursor cursor;
    bool good;

    world_key(purpose, generation, public_key, secret);
    assert(sj_jcs_canonical(secured) && sj_jcs_find(secured, "proof", &proofs));
    assert(sj_jcs_enter(proofs, &cursor) && sj_jcs_next(&cursor, &name, &proof));
    head = (size_t) (proofs.at - secured.at) - strlen("\"proof\":");
    memcpy(document, secured.at, head);
    length = secured.length - (size_t) (proofs.at + proofs.length + 1 - secured.at);
    memcpy(document + head, proofs.at + proofs.length + 1, length);
    assert(sj_jcs_find(proof, "proofValue", &value));
    assert(sj_proof_value_read((sj_span){ value.at + 1, value.length - 2 }, signature));

    size_t first = (size_t) (value.at - proof.at) - strlen("\"proofValue\":");
    size_t rest = proof.length - (size_t) (value.at + value.length + 1 - proof.at);

    memcpy(options, proof.at, first);
    memcpy(options + first, value.at + value.length + 1, rest);
    good = sj_proof_verify((sj_span){ document, head + length }, (sj_span){ options, first + rest },
                           signature, public_key);
    free(document);
    free(options);
    return good;
}
