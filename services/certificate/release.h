/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * release: certificates that nobody has to ask for.
 *
 * Once an event whose rule is AUTOMATIC is closed and has ended, everybody who is eligible is
 * issued the certificate of their role.  What is to be done is rows in table release, by the
 * instant it is due: a walk over all registrations of an event, and one registration each for
 * verdicts and confirmations that come later.  The pulse does the work, a little a commit.  A
 * person who had a certificate of that kind once, even a revoked one, is left to the organiser.
 */
#include "services/certificate/rows.h"

enum {
    RELEASE_ISSUES_MAX = 64, /* certificates a commit */
    RELEASE_LOOKS_MAX = 256, /* registrations a commit */
};

/* The event is about to be written: plan its walk, or take it back. */
void release_plan(sj_txn *txn, uint64_t org, const uint8_t event_id[SJ_ID_SIZE], event_row *row);
/* Something about this person changed that may have made them eligible. */
void release_late(sj_txn *txn, uint64_t org, const uint8_t event_id[SJ_ID_SIZE],
                  const uint8_t registration_id[SJ_ID_SIZE]);
/* Do what is due.  Writes nothing when nothing is, or when nothing can be issued yet. */
void release_run(sj_txn *txn, const sj_command *cmd);
