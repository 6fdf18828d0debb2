/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/c/verify/proofs.h"

#include <stdlib.h>

#include "clients/c/verify/did_document.h"
#include "clients/c/verify/jcs_tree.h"
#include "proto/credential/proof.h"
#include "proto/credential/timestamp.h"

enum {
    GROWTH = 8, /* canonical text may be longer: 1e20 becomes 21 digits */
    ROOM = 64
};

typedef struct {
    const json_t *credential;
    sj_span document; /* canonical, without proof */
    char *buffer;     /* for the options of one proof */
    size_t size;
    size_t checked;
    size_t foreign; /* proofs of suites that we do not know */
} proofs;

static bool
suite_known(const json_t *proof)
{
    const char *type = member_text(proof, "type");
    const char *suite = member_text(proof, "cryptosuite");

    return type != NULL && suite != NULL && strcmp(type, SJ_PROOF_TYPE) == 0 &&
           strcmp(suite, SJ_PROOF_SUITE) == 0;
}

/* VC-DATA-INTEGRITY 2.1: what must hold before a signature is worth computing. */
static const char *
form_check(const proofs *p, const json_t *proof, int64_t now_ms)
{
    const char *purpose = member_text(proof, "proofPurpose");
    const json_t *created = json_object_get(proof, "created");
    const json_t *expires = json_object_get(proof, "expires");
    int64_t when;

    if (purpose == NULL || strcmp(purpose, SJ_PROOF_PURPOSE) != 0)
        return "the proof was made for another purpose than a certificate";
    if (!json_equal(json_object_get(proof, "@context"), json_object_get(p->credential, "@context")))
        return "the certificate's @context is not the one that was signed";
    if (created != NULL && (!json_is_string(created) ||
                            !sj_timestamp_read(sj_span_of(json_string_value(created)), &when)))
        return "the proof's time of creation is malformed";
    if (expires != NULL &&
        (!json_is_string(expires) ||
         !sj_timestamp_read(sj_span_of(json_string_value(expires)), &when) || when <= now_ms))
        return "the proof has expired";
    return NULL;
}

static const char *
signature_check(proofs *p, const json_t *proof, const json_t *did, int64_t now_ms)
{
    const char *method = member_text(proof, "verificationMethod");
    const char *value = member_text(proof, "proofValue");
    const char *problem = form_check(p, proof, now_ms);
    uint8_t signature[SJ_SIGNATURE_BYTES];
    uint8_t key[SJ_PUBLIC_KEY_BYTES];
    sj_span options;

    if (problem != NULL)
        return problem;
    if (method == NULL || !did_key(did, method, key))
        return "the proof does not name an Ed25519 key";
    if (value == NULL || !sj_proof_value_read(sj_span_of(value), signature))
        return "the proof holds no signature";
    problem = sj_jcs_tree(proof, "proofValue", p->buffer, p->size, &options);
    if (problem != NULL)
        return "the proof has no canonical form";
    if (!sj_proof_verify(p->document, options, signature, key))
        return "the text is not what was signed: it was changed or forged";
    return NULL;
}

static const char *
one_check(proofs *p, const json_t *proof, const json_t *did, const sj_verify_input *in,
          sj_check *issuer)
{
    const char *method = member_text(proof, "verificationMethod");
    const char *problem;

    if (!json_is_object(proof))
        return "a proof is not an object";
    if (!suite_known(proof)) {
        p->foreign++;
        return NULL;
    }
    p->checked++;
    problem = signature_check(p, proof, did, in->now_ms);
    if (problem != NULL)
        return problem;
    if (did != NULL && issuer->result != SJ_CHECK_FAILED) {
        problem = did_check(did, method, document_issuer(p->credential), in->now_ms);
        if (problem != NULL)
            check_set(issuer, SJ_CHECK_FAILED, "%s", problem);
        else
            check_set(issuer, SJ_CHECK_PASSED, "signed by a key of %s",
                      document_issuer(p->credential));
    }
    return NULL;
}

static void
all_check(proofs *p, const json_t *did, const sj_verify_input *in, sj_check *signature,
          sj_check *issuer)
{
    const json_t *proof = json_object_get(p->credential, "proof");
    size_t count = json_is_array(proof) ? json_array_size(proof) : proof == NULL ? 0 : 1;
    const char *problem = NULL;

    if (count == 0)
        problem = "it carries no proof: nobody signed it";
    if (count > SJ_VERIFY_PROOFS_MAX)
        problem = "it carries more proofs than are checked here";
    for (size_t i = 0; problem == NULL && i < count; i++)
        problem =
            one_check(p, json_is_array(proof) ? json_array_get(proof, i) : proof, did, in, issuer);
    if (problem == NULL && p->checked == 0)
        problem = "it carries no proof of the suite " SJ_PROOF_SUITE;
    if (problem != NULL)
        check_set(signature, SJ_CHECK_FAILED, "%s", problem);
    else if (p->foreign > 0)
        check_set(signature, SJ_CHECK_PASSED,
                  "the text is what was signed; %zu further proof(s) of other suites not checked",
                  p->foreign);
    else
        check_set(signature, SJ_CHECK_PASSED, "the text is what was signed");
}

void
proofs_check(const json_t *credential, size_t length, const json_t *did, const sj_verify_input *in,
             sj_check *signature, sj_check *issuer)
{
    size_t size = length * GROWTH + ROOM;
    char *text = malloc(size);
    proofs p = { .credential = credential, .buffer = malloc(size), .size = size };
    const char *problem = document_context_check(credential, in);

    if (text == NULL || p.buffer == NULL) {
        check_set(signature, SJ_CHECK_NOT_DONE, "not checked: there is not enough memory");
    } else if (problem != NULL) {
        check_set(signature, SJ_CHECK_FAILED, "%s", problem);
    } else {
        problem = sj_jcs_tree(credential, "proof", text, size, &p.document);
        if (problem != NULL)
            check_set(signature, SJ_CHECK_FAILED, "it has no canonical form: %s", problem);
        else
            all_check(&p, did, in, signature, issuer);
    }
    free(text);
    free(p.buffer);
}
