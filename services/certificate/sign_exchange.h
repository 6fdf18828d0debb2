/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * sign_exchange: what the certificate service and the signer say to each other: first which keys
 * there are, then batch after batch. It builds and reads frames; main() carries them.
 */
#include "services/certificate/to_sign.h"

typedef struct sign_exchange {
    uint64_t org;    /* whose issuer the signer is */
    bool keys_known; /* the signer has told its keys since we started */
    uint64_t request;
    to_sign_position position; /* moved only past batches that the signer refused whole */
    to_sign_position next;     /* behind the batch under way */
    uint64_t batch_org;
} sign_exchange;

/* The next request into `frame`; its octets, or 0: nothing to ask. */
size_t sign_exchange_ask(void *exchange, sj_txn *txn, unsigned char *frame, size_t room);
/* The reply as an internal command, AdoptKeys or AttachSignatures, with its body in the arena;
 * false: none follows. */
bool sign_exchange_answer(void *exchange, sj_bytes frame, sj_arena *arena, sj_command *cmd);
