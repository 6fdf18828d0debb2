/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * message: protobuf in and out of a job's arena.
 */
#include "services/core/command.h"

/*
 * The command's body as a message of `type`, checked first against proto/wire/limits (wire form,
 * UTF-8, sizes, counts, unknown fields); NULL: refused, and *reply says why, so that a handler
 * begins Sijill__V1__Register *in = sj_decode(txn, cmd, &sijill__v1__register__descriptor, reply);
 *     if (in == NULL)
 *         return reply->status;
 */
void *sj_decode(sj_txn *txn, const sj_command *cmd, const ProtobufCMessageDescriptor *type,
                sj_reply *reply);
/* The same before the handler runs, which is then given what was decoded here: look, change
 * nothing.
 */
void *sj_decode_ahead(sj_txn *txn, sj_command *cmd, const ProtobufCMessageDescriptor *type,
                      sj_reply *reply);

/* A stored message; unknown fields are kept.  NULL only with a fault: a stored row that does not
 * parse is damage. */
void *sj_unpack(sj_txn *txn, const ProtobufCMessageDescriptor *type, sj_bytes packed);
/* Packed into the arena; {NULL, 0} with a fault when it does not fit. */
sj_bytes sj_pack(sj_txn *txn, const ProtobufCMessage *message);

/* The row under `key` as a message; NULL: there is none, or a fault. */
void *sj_row_get(sj_txn *txn, unsigned table, const sj_key *key,
                 const ProtobufCMessageDescriptor *type);
void sj_row_put(sj_txn *txn, unsigned table, const sj_key *key, const ProtobufCMessage *row);

/* protobuf-c's unpacking into an arena; nothing is freed one by one. */
ProtobufCAllocator sj_arena_allocator(sj_arena *arena);

/* Append a record to the outbox; personal may be NULL. */
void sj_emit_message(sj_txn *txn, uint32_t type, const ProtobufCMessage *body,
                     const ProtobufCMessage *personal);

/* Whether an optional bytes field holds exactly an id. */
bool sj_is_id(bool has, ProtobufCBinaryData data);
/* An id as protobuf data; borrows. */
ProtobufCBinaryData sj_id_data(const uint8_t id[SJ_ID_SIZE]);
sj_bytes sj_data_bytes(ProtobufCBinaryData data);
