/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * end: how a certificate stops to be valid, revoked or superseded alike.  Both are final and both
 * set its bit in the status list, so that a stranger's verifier refuses either; our own answers
 * tell the two apart.
 */
#include "services/certificate/rows.h"

enum { REASON_POINTS_MAX = 300 };

/* End it, take it out of the signer's line if it was there, and tell the feed.  superseded_by: NULL
 * when revoked. */
void certificate_end(sj_txn *txn, const certificate_ref *ref, certificate_row *row,
                     const char *reason, const uint8_t *superseded_by);
