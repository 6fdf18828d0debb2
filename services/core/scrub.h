/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * scrub: what must hold between the rows that every store has.
 */
#include "services/core/command.h"

/* The ledger and the keys from outside lead to each other; rows of the audit trail are readable and
 * not ahead of the store. */
void sj_scrub_common(sj_txn *txn, sj_scrub_found *found, void *context);
