/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * apply: a push as the command that its service knows.  Pure: the same push gives the same octets.
 */
#include "services/gateway/backend.h"
#include "sijill/v1/platform.pb-c.h"
#include "storage/arena.h"
#include "storage/key.h"

typedef struct applied {
    backend_service service;
    uint32_t type;
    const ProtobufCMessage *message; /* in the arena; borrows the push */
} applied;

/* False: this push names nobody or nothing: *words say what is missing. */
bool apply_push(sj_arena *arena, const Sijill__V1__Push *push, const uint8_t event_id[SJ_ID_SIZE],
                applied *out, const char **words);

/* The request id of a step that a delivery asks for: the same delivery asks with the same id, so a
 * service that was asked before answers what it answered then.  Of a delivery older than
 * services remember requests: a fresh one; what it asks for is the same and changes nothing. */
void apply_request_id(uint64_t received_ms, uint64_t now_ms, const uint8_t nonce[SJ_ID_SIZE],
                      const char *step, uint8_t id[SJ_ID_SIZE]);
