/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * access: whether who asks may.  Every service decides for itself, by its own keys and the table of
 * roles, before a handler or the ledger sees the request, in a dry run as well.
 *
 * A peer that asks for itself is an operator or a gateway, by its socket.  One that asks for
 * another (DELEGATED) asks for a key, or, without a credential, for nobody: a verifier.
 */
#include "services/core/roles.h"

/* Whether the request may be done; sets cmd->role.  False: *reply says why not, or a fault. What is
 * not a peer's passes. */
bool sj_access_allow(sj_txn *txn, sj_command *cmd, sj_reply *reply);

/* A query that may name its event by other than its id: whether its answer is of an event of the
 * one who asks.  Else *reply becomes the refusal. */
void sj_access_allow_reply(sj_txn *txn, const sj_command *cmd, sj_reply *reply);
