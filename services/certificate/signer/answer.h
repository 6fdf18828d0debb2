/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * answer: one packed SignBatch in, one packed SignBatchReply out (proto/sijill/v1/signer.proto).
 * No socket, no clock, no state but the keys: the same request gives the same answer.
 */
#include "services/certificate/signer/check.h"
#include "services/certificate/signer/keyfile.h"

enum {
    ANSWER_ITEMS_MAX = 512,
    ANSWER_REQUEST_MAX = 2 * 1024 * 1024, /* bytes of a request */
    ANSWER_ARENA = 8 * 1024 * 1024,       /* what a request unpacks to: more is refused */
    ANSWER_REPLY_MAX = 256 * 1024         /* 512 signatures and as many words fit */
};

typedef struct {
    const char *issuer;
    const signer_keys *keys;
    char key_id[KEYFILE_KEYS][SJ_MULTIKEY_SIZE];
    char method[KEYFILE_KEYS][SJ_DID_URL_SIZE];
    uint8_t *arena; /* ANSWER_ARENA */
    uint8_t *reply; /* ANSWER_REPLY_MAX */
} answerer;

typedef struct {
    size_t length; /* of the reply, in answerer.reply */
    size_t items;
    size_t refused;
    bool fault; /* a signature did not verify: the machine is not to be trusted */
} answer_result;

/* False: not enough memory.  issuer and keys are borrowed. */
bool answerer_open(answerer *a, const char *issuer, const signer_keys *keys);
void answerer_close(answerer *a);

answer_result answer(answerer *a, const uint8_t *request, size_t length);
