/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * facts: all that is known about one person at one event when a certificate is asked for.
 * The feeds may not have brought everything yet: each part may be missing (NULL).
 */
#include "services/certificate/rows.h"

typedef struct certificate_facts {
    uint64_t org;
    uint8_t event_id[SJ_ID_SIZE];
    uint8_t registration_id[SJ_ID_SIZE];
    organisation_row *organisation;
    issuer_row *issuer;
    event_row *event;
    holder_row *holder;
    verdict_row *verdict;
} certificate_facts;

/* The parts that all people at an event share. */
void certificate_facts_event(sj_txn *txn, uint64_t org, const uint8_t event_id[SJ_ID_SIZE],
                             certificate_facts *facts);
/* The parts of one person, in addition. */
void certificate_facts_person(sj_txn *txn, const uint8_t registration_id[SJ_ID_SIZE],
                              certificate_facts *facts);
