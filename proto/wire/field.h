/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * field: what those share that go through a message field by field: check, pack, unpack.
 */
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum sj_wire_type {
    SJ_WIRE_VARINT = 0,
    SJ_WIRE_FIXED64 = 1,
    SJ_WIRE_BLOCK = 2,
    SJ_WIRE_FIXED32 = 5,
} sj_wire_type;

typedef struct sj_reader {
    const uint8_t *at;
    const uint8_t *end;
} sj_reader;

/* Shortest form only: a second way to write the same number is a second message with the same
 * meaning. */
bool sj_read_varint_long(sj_reader *in, uint64_t *value);

static inline bool
sj_read_varint(sj_reader *in, uint64_t *value)
{
    if (in->at == in->end || *in->at >= 0x80)
        return sj_read_varint_long(in, value);
    *value = *in->at++;
    return true;
}

/* The field of that number, looked for from `guess` on: fields mostly come in the order of their
 * numbers, and so does the descriptor.  NULL: unknown. */
static inline const ProtobufCFieldDescriptor *
sj_field_find(const ProtobufCMessageDescriptor *type, uint32_t number, size_t guess)
{
    while (guess < type->n_fields && type->fields[guess].id < number)
        guess++;
    return guess < type->n_fields && type->fields[guess].id == number
               ? &type->fields[guess]
               : protobuf_c_message_descriptor_get_field(type, number);
}

/* One value of it on the wire; the contract has no other types than these. */
static inline sj_wire_type
sj_field_wire(const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
        field->type == PROTOBUF_C_TYPE_MESSAGE)
        return SJ_WIRE_BLOCK;
    return field->type == PROTOBUF_C_TYPE_FIXED64 ? SJ_WIRE_FIXED64 : SJ_WIRE_VARINT;
}

/* Octets of one value in memory. */
static inline size_t
sj_field_size(const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return sizeof(ProtobufCBinaryData);
    return field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_ENUM ||
                   field->type == PROTOBUF_C_TYPE_BOOL
               ? sizeof(uint32_t)
               : sizeof(uint64_t);
}
