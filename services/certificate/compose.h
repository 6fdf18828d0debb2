/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * compose: facts as they are now, frozen into the document that will be signed.  Reads and decides;
 * writes nothing.
 */
#include "services/certificate/facts.h"
#include "services/certificate/intent.h"
#include "services/certificate/status_index.h"

typedef struct certificate_draft {
    intent_draft intent;
    status_place place;
    const char *lang;
} certificate_draft;

/* NULL, or words that say why no document can be made of these facts.  The person must be eligible
 * and the issuer ready; n tells the certificates of one command apart. */
const char *certificate_compose(sj_txn *txn, const sj_command *cmd, uint32_t n,
                                const certificate_facts *facts, certificate_kind kind,
                                const char *lang, certificate_draft *draft);
