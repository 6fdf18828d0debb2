/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/message.h"

#include "proto/wire/check.h"

static void *
take(void *arena, size_t size)
{
    return sj_arena_take(arena, size);
}

/* The arena is given back whole. */
static void
keep(void *arena, void *pointer)
{
    (void) arena;
    (void) pointer;
}

ProtobufCAllocator
sj_arena_allocator(sj_arena *arena)
{
    return (ProtobufCAllocator){ take, keep, arena };
}

static void *
unpack(sj_txn *txn, const ProtobufCMessageDescriptor *type, sj_bytes packed)
{
    ProtobufCAllocator allocator = sj_arena_allocator(sj_txn_arena(txn));

    return protobuf_c_message_unpack(type, &allocator, packed.size, packed.at);
}

static void
fail_full_arena(sj_txn *txn)
{
    sj_txn_fail(txn, SJ_FAULT_ARENA, "the command needs more memory than a command may have");
}

void *
sj_decode(sj_txn *txn, const sj_command *cmd, const ProtobufCMessageDescriptor *type,
          sj_reply *reply)
{
    const char *field;
    const char *wrong = cmd->origin == SJ_FROM_FEED
                            ? sj_record_check(type, cmd->body.at, cmd->body.size, &field)
                            : sj_message_check(type, cmd->body.at, cmd->body.size, &field);
    void *message;

    if (wrong != NULL) {
        (void) sj_refuse_field(txn, reply, field, wrong);
        return NULL;
    }
    message = unpack(txn, type, cmd->body);
    if (message == NULL) {
        fail_full_arena(txn);
        (void) sj_refuse(txn, reply, SJ_INTERNAL, "the message does not fit into memory");
    }
    return message;
}

void *
sj_unpack(sj_txn *txn, const ProtobufCMessageDescriptor *type, sj_bytes packed)
{
    void *message;

    if (sj_txn_fault(txn) != SJ_FAULT_NONE)
        return NULL;
    message = unpack(txn, type, packed);
    if (message != NULL)
        return message;
    if (sj_txn_arena(txn)->full)
        fail_full_arena(txn);
    else
        sj_txn_fail(txn, SJ_FAULT_DAMAGE,
                    sj_words(txn, "damaged record: a stored %s does not parse", type->short_name));
    return NULL;
}

sj_bytes
sj_pack(sj_txn *txn, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    void *packed = sj_arena_take(sj_txn_arena(txn), size);

    if (packed == NULL) {
        fail_full_arena(txn);
        return (sj_bytes){ NULL, 0 };
    }
    return (sj_bytes){ packed, protobuf_c_message_pack(message, packed) };
}

void *
sj_row_get(sj_txn *txn, unsigned table, const sj_key *key, const ProtobufCMessageDescriptor *type)
{
    sj_bytes packed;

    return sj_get(txn, table, key, &packed) ? sj_unpack(txn, type, packed) : NULL;
}

void
sj_row_put(sj_txn *txn, unsigned table, const sj_key *key, const ProtobufCMessage *row)
{
    sj_bytes packed = sj_pack(txn, row);

    if (packed.at != NULL)
        sj_put(txn, table, key, packed);
}

void
sj_emit_message(sj_txn *txn, uint32_t type, const ProtobufCMessage *body,
                const ProtobufCMessage *personal)
{
    sj_bytes facts = sj_pack(txn, body);
    sj_bytes about = personal == NULL ? (sj_bytes){ NULL, 0 } : sj_pack(txn, personal);

    if (facts.at != NULL)
        sj_emit(txn, type, facts, about);
}

bool
sj_is_id(bool has, ProtobufCBinaryData data)
{
    return has && data.len == SJ_ID_SIZE;
}

ProtobufCBinaryData
sj_id_data(const uint8_t id[SJ_ID_SIZE])
{
    return (ProtobufCBinaryData){ SJ_ID_SIZE, (uint8_t *) (uintptr_t) id };
}

sj_bytes
sj_data_bytes(ProtobufCBinaryData data)
{
    return (sj_bytes){ data.data, data.len };
}
