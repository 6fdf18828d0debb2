/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * hooks: where platforms push to, and the key that secrets are sealed to.  The feed (136) carries
 * each hook whole, sealed secrets included: the gateway needs nothing else.  A removed hook stays
 * as a tombstone without secrets, so that its address is never given to another.
 */
#include "services/registration/rows.h"

typedef Sijill__V1__Hook hook_row;

enum { HOOK_SECRETS_MAX = 2, SEALED_MIN = 49 }; /* crypto_box_seal adds 48 octets */

/* NULL: none, or a fault. */
hook_row *hook_read(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE]);
/* Write it and say it in the feed. */
void hook_write(sj_txn *txn, uint64_t org, const hook_row *hook);
/* The hook that a command is about; NULL: *reply refuses. */
hook_row *hook_find(sj_txn *txn, uint64_t org, bool has_id, ProtobufCBinaryData id,
                    sj_reply *reply);
sj_status hook_answer(sj_txn *txn, sj_reply *reply, ProtobufCBinaryData id,
                      Sijill__V1__Outcome outcome);

/* Whether a secret may be stored: sealed, to a key that is known; false: *reply refuses. */
bool sealed_clean(sj_txn *txn, bool has, ProtobufCBinaryData sealed, sj_reply *reply);

/* The key that all organisations' secrets are sealed to, for they have one gateway. */
Sijill__V1__SealKey *seal_key_read(sj_txn *txn);
void seal_key_write(sj_txn *txn, const Sijill__V1__SealKey *key);
