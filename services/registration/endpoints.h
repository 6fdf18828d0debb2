/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * endpoints: who is told of what happens here.  The feed (138) carries each endpoint whole, its
 * sealed secret included; the gateway sends.  A removed one stays as a tombstone without a secret.
 */
#include "services/registration/rows.h"

typedef Sijill__V1__Endpoint endpoint_row;

enum { RECORD_ENDPOINT = 138 };

/* NULL: none, or a fault. */
endpoint_row *endpoint_read(sj_txn *txn, uint64_t org, const uint8_t id[SJ_ID_SIZE]);
/* Write it and say it in the feed. */
void endpoint_write(sj_txn *txn, uint64_t org, const endpoint_row *endpoint);
/* The endpoint that a command is about; NULL: *reply refuses. */
endpoint_row *endpoint_find(sj_txn *txn, uint64_t org, bool has_id, ProtobufCBinaryData id,
                            sj_reply *reply);
sj_status endpoint_answer(sj_txn *txn, sj_reply *reply, ProtobufCBinaryData id,
                          Sijill__V1__Outcome outcome);
