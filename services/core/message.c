/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/message.h"

#include "proto/wire/check.h"

#include <string.h>

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

static ProtobufCBinaryData
event_in(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "event_id");
    const char *at = (const char *) message;
    protobuf_c_boolean has;
    ProtobufCBinaryData id = { 0, NULL };

    if (field == NULL || field->type != PROTOBUF_C_TYPE_BYTES ||
        field->label != PROTOBUF_C_LABEL_OPTIONAL)
        return id;
    memcpy(&has, at + field->quantifier_offset, sizeof has);
    if (has)
        memcpy(&id, at + field->offset, sizeof id);
    return id;
}

/* The message inside that its first field holds: of several, the first; NULL: none. */
static const ProtobufCMessage *
first_in(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field = message->descriptor->fields;
    const char *at = (const char *) message;
    const ProtobufCMessage *const *items = NULL;
    const ProtobufCMessage *item = NULL;
    size_t count;

    if (message->descriptor->n_fields == 0 || field->type != PROTOBUF_C_TYPE_MESSAGE)
        return NULL;
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        memcpy(&item, at + field->offset, sizeof(void *));
        return item;
    }
    memcpy(&count, at + field->quantifier_offset, sizeof count);
    memcpy(&items, at + field->offset, sizeof(void *));
    return count == 0 ? NULL : items[0];
}

/* The event that a command names: its field event_id, or that of the first message in it.  A
 * handler that knows better says so later. */
static void
note_event(sj_txn *txn, const ProtobufCMessage *message)
{
    const ProtobufCMessage *first = first_in(message);
    ProtobufCBinaryData id = event_in(message);

    if (id.len == 0 && first != NULL)
        id = event_in(first);
    if (id.len == SJ_ID_SIZE)
        sj_note_event(txn, id.data);
}

static void *
decode(sj_txn *txn, const sj_command *cmd, const ProtobufCMessageDescriptor *type, sj_reply *reply)
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
    } else if (cmd->origin == SJ_FROM_PEER) {
        note_event(txn, message);
    }
    return message;
}

void *
sj_decode(sj_txn *txn, const sj_command *cmd, const ProtobufCMessageDescriptor *type,
          sj_reply *reply)
{
    return cmd->decoded_as == type ? cmd->decoded : decode(txn, cmd, type, reply);
}

void *
sj_decode_ahead(sj_txn *txn, sj_command *cmd, const ProtobufCMessageDescriptor *type,
                sj_reply *reply)
{
    void *message = sj_decode(txn, cmd, type, reply);

    if (message != NULL) {
        cmd->decoded_as = type;
        cmd->decoded = message;
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
