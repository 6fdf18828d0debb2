/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * apply: one command on a batch, whoever drives it: the runtime, a test, a simulation, later a
 * replica.
 */
#include "services/core/command.h"
#include "storage/cursor.h"

/*
 * Run a command: its route, the ledger (of peers' commands), the handler, the digest.  *reply lives
 * in the transaction's arena. False: a fault stuck to the transaction; the batch must be aborted,
 * and run again one command a transaction. cmd->now_ms is the stamp; the handler sees the later of
 * it and the log's time.
 */
bool sj_apply(sj_txn *txn, const sj_core *core, const sj_command *cmd, sj_reply *reply);

/* Run one record of the feed of `shard` and move the cursor past it in the same command.  A refusal
 * leaves a dead letter. */
bool sj_apply_record(sj_txn *txn, const sj_core *core, const sj_command *cmd, uint32_t shard,
                     sj_cursor at, sj_reply *reply);

/* Answer a query in a read transaction.  False: fault. */
bool sj_answer(sj_txn *txn, const sj_core *core, const sj_command *cmd, sj_reply *reply);
