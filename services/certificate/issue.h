/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * issue: the write of one certificate, for the organiser's command, the correction and the
 * automatic release alike.
 */
#include "services/certificate/compose.h"

enum { CERTIFICATE_RULE_VERSION = 1 }; /* of the rules by role; attendance has its verdict's */

typedef struct certificate_decision {
    const certificate_facts *facts;
    certificate_ref ref;       /* of the new one: behind every earlier one of its kind */
    const uint8_t *actor;      /* who decided; zeros: the event's own rule */
    const uint8_t *supersedes; /* the id that it corrects, or NULL */
} certificate_decision;

/* Store a composed draft as n-th certificate of this command: its row, its place in the status
 * list, its intent. */
void certificate_issue(sj_txn *txn, const sj_command *cmd, uint32_t n,
                       const certificate_decision *decision, const certificate_draft *draft);

/* The place of these facts' next certificate of a kind.  *newest is the last one there is, or NULL.
 */
certificate_ref certificate_next_ref(sj_txn *txn, const certificate_facts *facts,
                                     certificate_kind kind, certificate_row **newest);

/* Tell the feed. */
void certificate_changed(sj_txn *txn, const certificate_ref *ref, const uint8_t id[SJ_ID_SIZE],
                         certificate_state state, const uint8_t *superseded_by);
