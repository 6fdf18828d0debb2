/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * intent: the exact octets that are to be signed, durable before they are.
 * An intent is written once and never changed: one id never has two contents.
 */
#include "proto/credential/badge.h"
#include "proto/credential/proof.h"
#include "services/certificate/rows.h"

typedef struct intent_draft {
    uint8_t id[SJ_ID_SIZE];
    uint32_t purpose;
    const Sijill__V1__IssuerKey *key; /* that is to sign */
    char document[SJ_STATUS_DOCUMENT_MAX];
    size_t document_size;
    char options[SJ_PROOF_OPTIONS_MAX];
    size_t options_size;
} intent_draft;

/* The proof options of draft->document, made at now_ms by draft->key.  NULL, or words. */
const char *intent_seal(intent_draft *draft, const char *issuer_did, uint64_t now_ms);

/* Store the draft as n-th intent of this command and put it in line for the signer.  `named` says
 * what the id names; its purpose and its intent are filled in. */
void intent_write(sj_txn *txn, uint64_t org, uint32_t n, const intent_draft *draft,
                  named_row *named);

/* The signed document of an intent in the arena; NULL with a fault, or when it is not signed (or
 * erased). */
const char *intent_signed(sj_txn *txn, uint64_t org, uint64_t seq, uint32_t n);
