/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/pack.h"

#include "proto/wire/field.h"

#include <string.h>

/* From `at` down to `begin`. */
typedef struct writer {
    unsigned char *begin;
    unsigned char *at;
} writer;

static bool
put_octets(writer *out, const void *octets, size_t size)
{
    if (size > (size_t) (out->at - out->begin))
        return false;
    out->at -= size;
    if (size > 0)
        memcpy(out->at, octets, size);
    return true;
}

static bool
put_long_varint(writer *out, uint64_t value)
{
    unsigned char octets[10];
    size_t size = 0;

    for (; value >= 0x80; value >>= 7)
        octets[size++] = (unsigned char) (value | 0x80);
    octets[size++] = (unsigned char) value;
    return put_octets(out, octets, size);
}

/* Tags and most lengths and numbers take one octet. */
static inline bool
put_varint(writer *out, uint64_t value)
{
    if (value >= 0x80 || out->at == out->begin)
        return put_long_varint(out, value);
    *--out->at = (unsigned char) value;
    return true;
}

static bool
put_block(writer *out, const void *octets, size_t size)
{
    return put_octets(out, octets, size) && put_varint(out, size);
}

static bool put_message(writer *out, const ProtobufCMessage *message);

static bool
put_inner(writer *out, const ProtobufCMessage *message)
{
    const unsigned char *end = out->at;

    return put_message(out, message) && put_varint(out, (size_t) (end - out->at));
}

static inline bool
put_number(writer *out, const ProtobufCFieldDescriptor *field, const unsigned char *value)
{
    uint64_t number;
    uint32_t small;
    int32_t one;

    if (sj_field_size(field) == sizeof number) {
        memcpy(&number, value, sizeof number);
        return put_varint(out, number);
    }
    memcpy(&small, value, sizeof small);
    if (field->type == PROTOBUF_C_TYPE_UINT32)
        return put_varint(out, small);
    memcpy(&one, value, sizeof one);
    return put_varint(out,
                      field->type == PROTOBUF_C_TYPE_BOOL ? one != 0 : (uint64_t) (int64_t) one);
}

static bool
put_fixed(writer *out, const unsigned char *value)
{
    uint64_t number;

    memcpy(&number, value, sizeof number);
    if (out->at - out->begin < (ptrdiff_t) sizeof number)
        return false;
    out->at -= sizeof number;
    for (size_t i = 0; i < sizeof number; i++)
        out->at[i] = (unsigned char) (number >> 8 * i);
    return true;
}

static bool
put_value(writer *out, const ProtobufCFieldDescriptor *field, const unsigned char *value)
{
    sj_wire_type wire = sj_field_wire(field);
    ProtobufCBinaryData data;
    const void *pointer;
    bool good;

    if (wire == SJ_WIRE_VARINT) {
        good = put_number(out, field, value);
    } else if (wire == SJ_WIRE_FIXED64) {
        good = put_fixed(out, value);
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        memcpy(&data, value, sizeof data);
        good = put_block(out, data.data, data.len);
    } else {
        memcpy(&pointer, value, sizeof(void *));
        good = field->type == PROTOBUF_C_TYPE_STRING ? put_block(out, pointer, strlen(pointer))
                                                     : put_inner(out, pointer);
    }
    return good && put_varint(out, (uint64_t) field->id << 3 | wire);
}

/* Whether the message has the field, which is not repeated. */
static bool
is_there(const ProtobufCFieldDescriptor *field, const unsigned char *message)
{
    const void *pointer;
    protobuf_c_boolean has;

    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        memcpy(&pointer, message + field->offset, sizeof(void *));
        return pointer != NULL;
    }
    memcpy(&has, message + field->quantifier_offset, sizeof has);
    return has != 0;
}

/* Numbers behind one tag, when the field is packed; else each value behind its own. */
static bool
put_list(writer *out, const ProtobufCFieldDescriptor *field, const unsigned char *message)
{
    bool packed = (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0;
    const unsigned char *list, *end = out->at;
    size_t count, size = sj_field_size(field);

    memcpy(&count, message + field->quantifier_offset, sizeof count);
    memcpy(&list, message + field->offset, sizeof list);
    for (size_t i = count; i-- > 0;)
        if (!(packed ? put_number(out, field, list + i * size)
                     : put_value(out, field, list + i * size)))
            return false;
    return !packed || count == 0 ||
           (put_varint(out, (size_t) (end - out->at)) &&
            put_varint(out, (uint64_t) field->id << 3 | SJ_WIRE_BLOCK));
}

/* What this program did not understand stands behind all it did. */
static bool
put_unknown(writer *out, const ProtobufCMessage *message)
{
    for (unsigned i = message->n_unknown_fields; i-- > 0;) {
        const ProtobufCMessageUnknownField *field = &message->unknown_fields[i];

        if (!put_octets(out, field->data, field->len) ||
            !put_varint(out, (uint64_t) field->tag << 3 | field->wire_type))
            return false;
    }
    return true;
}

/* As deep as the schema, which has no message inside itself. */
static bool
put_message(writer *out, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    const unsigned char *at = (const unsigned char *) message;

    if (!put_unknown(out, message))
        return false;
    for (unsigned i = type->n_fields; i-- > 0;) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];

        if (field->label == PROTOBUF_C_LABEL_REPEATED
                ? !put_list(out, field, at)
                : is_there(field, at) && !put_value(out, field, at + field->offset))
            return false;
    }
    return true;
}

void *
sj_message_pack(const ProtobufCMessage *message, void *room, size_t size)
{
    writer out = { room, (unsigned char *) room + size };

    return put_message(&out, message) ? out.at : NULL;
}
