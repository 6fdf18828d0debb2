/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * eligible: who may be given which certificate, and in words why not.
 */
#include "services/certificate/facts.h"

/* The kind that a role earns without being asked for: its own one, else attendance. */
certificate_kind certificate_kind_of(Sijill__V1__Role role);

/* Why this person may not have a certificate of this kind now; NULL: may.  The event and the holder
 * must be known. */
const char *certificate_obstacle(sj_txn *txn, const certificate_facts *facts, certificate_kind kind,
                                 uint64_t now_ms);
/* Why nobody at this event may have one now; NULL: some may. */
const char *certificate_event_obstacle(sj_txn *txn, const event_row *event, uint64_t now_ms);

/* SJ_OK, or what the organisation still lacks before a document of this purpose can be signed, in
 * words. */
sj_status certificate_issuer_obstacle(const certificate_facts *facts, uint32_t purpose,
                                      const char **words);

/* The first whole second that is not before the event's end: certificates say whole seconds. */
uint64_t certificate_due_ms(const event_row *event);
