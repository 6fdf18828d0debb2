/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * audit: who wrote what, when, from where, and what it was before and after.
 *
 * One row an accepted command of a peer, written in that command's own transaction and never
 * changed; keyed by (organisation, sequence), so each organisation's rows are appends.  They are
 * kept for ever and hold nothing personal: ids and hashes.  A dry run, a replay, a record of a feed
 * and what a service does by itself leave none: who caused those stands where they were caused.
 */
#include "services/core/command.h"

/* After the handler has accepted; the command's rows are all written. */
void sj_audit_add(sj_txn *txn, const sj_command *cmd);

/* 952 ListAudit. */
sj_handler sj_list_audit;
