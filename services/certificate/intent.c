/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/intent.h"

#include <assert.h>
#include <string.h>

#include "proto/credential/jcs_scan.h"

enum { CONTEXTS_MAX = 512 };

/* The options depend on the document's @context alone.  sj_proof_options looks at all it is given
 * to see that it is canonical; our own writer has just made it so, and that look is a seventh of
 * the time of an issue. */
static const char *
options_of(sj_span document, const char *method, uint64_t now_ms,
           char options[SJ_PROOF_OPTIONS_MAX], sj_span *written)
{
    static const char before[] = "{\"@context\":";
    char alone[CONTEXTS_MAX];
    size_t length = sizeof before - 1;
    sj_span contexts;

    if (!sj_jcs_find(document, "@context", &contexts) ||
        contexts.length > sizeof alone - sizeof before - 1)
        return "the document has no @context of ours";
    memcpy(alone, before, length);
    memcpy(alone + length, contexts.at, contexts.length);
    length += contexts.length;
    alone[length++] = '}';
    return sj_proof_options((sj_span){ alone, length }, method, (int64_t) now_ms, options,
                            SJ_PROOF_OPTIONS_MAX, written);
}

const char *
intent_seal(intent_draft *draft, const char *issuer_did, uint64_t now_ms)
{
    sj_span document = { draft->document, draft->document_size };
    char method[SJ_DID_URL_SIZE];
    const char *problem;
    sj_span options;

    if (!sj_did_web_method(sj_span_of(issuer_did), draft->key->public_key.data, method))
        return "the issuer is not a did:web";
    problem = options_of(document, method, now_ms, draft->options, &options);
    if (problem == NULL)
        draft->options_size = options.length;
    return problem;
}

void
intent_write(sj_txn *txn, uint64_t org, uint32_t n, const intent_draft *draft, named_row *named)
{
    uint64_t seq = sj_sequence(txn);
    sj_key at = certificate_intent_key(org, seq, n);
    sj_key name = certificate_named_key(org, draft->id);
    size_t mark = sj_arena_mark(sj_txn_arena(txn));
    intent_row intent;
    to_sign_row line;

    sijill__certificate__intent_row__init(&intent);
    intent.has_id = intent.has_document = intent.has_options = true;
    intent.id = sj_id_data(draft->id);
    intent.document = certificate_data(draft->document, draft->document_size);
    intent.options = certificate_data(draft->options, draft->options_size);
    sj_row_put(txn, TABLE_INTENT, &at, &intent.base);

    sijill__certificate__to_sign_row__init(&line);
    line.has_purpose = line.has_public_key = true;
    line.purpose = draft->purpose;
    line.public_key = draft->key->public_key;
    sj_row_put(txn, TABLE_TO_SIGN, &at, &line.base);

    named->has_purpose = named->has_intent_seq = named->has_intent_n = true;
    named->purpose = draft->purpose;
    named->intent_seq = seq;
    named->intent_n = n;
    sj_row_put(txn, TABLE_NAMED, &name, &named->base);
    sj_arena_release(sj_txn_arena(txn), mark);
}

const char *
intent_signed(sj_txn *txn, uint64_t org, uint64_t seq, uint32_t n)
{
    sj_key at = certificate_intent_key(org, seq, n);
    intent_row *intent =
        sj_row_get(txn, TABLE_INTENT, &at, &sijill__certificate__intent_row__descriptor);
    signature_row *signature =
        sj_row_get(txn, TABLE_SIGNATURE, &at, &sijill__certificate__signature_row__descriptor);
    const char *problem;
    sj_span secured;

    if (intent == NULL || signature == NULL || !signature->has_signature)
        return NULL;
    assert(signature->signature.len == SJ_SIGNATURE_BYTES);

    size_t size = intent->document.len + SJ_PROOF_ROOM + 1;
    char *text = sj_arena_take(sj_txn_arena(txn), size);

    if (text == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "a signed document does not fit the arena");
        return NULL;
    }
    problem =
        sj_proof_attach((sj_span){ (const char *) intent->document.data, intent->document.len },
                        (sj_span){ (const char *) intent->options.data, intent->options.len },
                        signature->signature.data, text, size - 1, &secured);
    if (problem != NULL) {
        sj_txn_fail(txn, SJ_FAULT_DAMAGE, problem);
        return NULL;
    }
    text[secured.length] = '\0';
    return text;
}
