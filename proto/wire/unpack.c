/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/unpack.h"

#include "proto/wire/field.h"

#include <stdlib.h>
#include <string.h>

static void *
take(ProtobufCAllocator *allocator, size_t size)
{
    return allocator->alloc(allocator->allocator_data, size);
}

static bool
read_block(sj_reader *in, sj_reader *block)
{
    uint64_t size;

    if (!sj_read_varint(in, &size) || size > (uint64_t) (in->end - in->at))
        return false;
    *block = (sj_reader){ in->at, in->at + size };
    in->at += size;
    return true;
}

static bool
skip(sj_reader *in, unsigned wire)
{
    uint64_t number;
    sj_reader block;

    if (wire == SJ_WIRE_VARINT)
        return sj_read_varint(in, &number);
    if (wire == SJ_WIRE_BLOCK)
        return read_block(in, &block);
    if (wire != SJ_WIRE_FIXED64 || in->end - in->at < (ptrdiff_t) sizeof number)
        return false;
    in->at += sizeof number;
    return true;
}

/* How often the field comes from here on. */
static size_t
count_values(sj_reader in, uint32_t number)
{
    size_t count = 0;
    uint64_t tag;

    while (in.at < in.end && sj_read_varint(&in, &tag) && skip(&in, tag & 7))
        count += tag >> 3 == number;
    return count;
}

static inline bool
read_number(const ProtobufCFieldDescriptor *field, sj_reader *in, unsigned char *to)
{
    uint64_t number;
    uint32_t small;

    if (!sj_read_varint(in, &number))
        return false;
    if (sj_field_size(field) == sizeof number) {
        memcpy(to, &number, sizeof number);
        return true;
    }
    small = field->type == PROTOBUF_C_TYPE_BOOL ? number != 0 : (uint32_t) number;
    memcpy(to, &small, sizeof small);
    return number <= INT32_MAX || (field->type == PROTOBUF_C_TYPE_UINT32 && number <= UINT32_MAX);
}

static bool
read_fixed(sj_reader *in, unsigned char *to)
{
    uint64_t number = 0;

    if (in->end - in->at < (ptrdiff_t) sizeof number)
        return false;
    for (unsigned i = 0; i < sizeof number; i++)
        number |= (uint64_t) in->at[i] << 8 * i;
    in->at += sizeof number;
    memcpy(to, &number, sizeof number);
    return true;
}

static bool
read_octets(sj_reader block, ProtobufCAllocator *allocator, unsigned char *to)
{
    ProtobufCBinaryData data = { (size_t) (block.end - block.at), NULL };

    if (data.len > 0) {
        data.data = take(allocator, data.len);
        if (data.data == NULL)
            return false;
        memcpy(data.data, block.at, data.len);
    }
    memcpy(to, &data, sizeof data);
    return true;
}

static char *
read_text(sj_reader block, ProtobufCAllocator *allocator)
{
    size_t size = (size_t) (block.end - block.at);
    char *text = take(allocator, size + 1);

    if (text == NULL)
        return NULL;
    memcpy(text, block.at, size);
    text[size] = '\0';
    return text;
}

static ProtobufCMessage *read_message(const ProtobufCMessageDescriptor *type, sj_reader in,
                                      ProtobufCAllocator *allocator);

static bool
read_value(const ProtobufCFieldDescriptor *field, sj_reader *in, ProtobufCAllocator *allocator,
           unsigned char *to)
{
    sj_wire_type wire = sj_field_wire(field);
    const void *made;
    sj_reader block;

    if (wire == SJ_WIRE_VARINT)
        return read_number(field, in, to);
    if (wire == SJ_WIRE_FIXED64)
        return read_fixed(in, to);
    if (!read_block(in, &block))
        return false;
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return read_octets(block, allocator, to);
    made = field->type == PROTOBUF_C_TYPE_STRING
               ? (const void *) read_text(block, allocator)
               : (const void *) read_message(field->descriptor, block, allocator);
    memcpy(to, &made, sizeof(void *));
    return made != NULL;
}

/* One more of a list; what is left of the message says how long it becomes.  `rest` begins with
 * the field's tag. */
static bool
read_item(const ProtobufCFieldDescriptor *field, sj_reader *in, sj_reader rest,
          ProtobufCAllocator *allocator, unsigned char *message)
{
    unsigned char *list;
    size_t count;

    memcpy(&count, message + field->quantifier_offset, sizeof count);
    if (count == 0) {
        list = take(allocator, count_values(rest, field->id) * sj_field_size(field));
        memcpy(message + field->offset, &list, sizeof list);
    }
    memcpy(&list, message + field->offset, sizeof list);
    if (list == NULL || !read_value(field, in, allocator, list + count * sj_field_size(field)))
        return false;
    count++;
    memcpy(message + field->quantifier_offset, &count, sizeof count);
    return true;
}

/* A packed list at once: a number ends with an octet below 0x80. */
static bool
read_packed(const ProtobufCFieldDescriptor *field, sj_reader *in, ProtobufCAllocator *allocator,
            unsigned char *message)
{
    unsigned char *list;
    size_t count, most = 0;
    sj_reader block;

    memcpy(&count, message + field->quantifier_offset, sizeof count);
    if (count > 0 || !read_block(in, &block) || block.at == block.end)
        return false;
    for (const uint8_t *at = block.at; at < block.end; at++)
        most += *at < 0x80;
    list = take(allocator, most * sj_field_size(field));
    memcpy(message + field->offset, &list, sizeof list);
    for (; list != NULL && block.at < block.end; count++)
        if (!read_number(field, &block, list + count * sj_field_size(field)))
            return false;
    memcpy(message + field->quantifier_offset, &count, sizeof count);
    return list != NULL;
}

/* False: it has the field already. */
static bool
note_present(const ProtobufCFieldDescriptor *field, unsigned char *message)
{
    protobuf_c_boolean has;
    const void *pointer;

    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        memcpy(&pointer, message + field->offset, sizeof(void *));
        return pointer == NULL;
    }
    memcpy(&has, message + field->quantifier_offset, sizeof has);
    if (has)
        return false;
    has = true;
    memcpy(message + field->quantifier_offset, &has, sizeof has);
    return true;
}

static bool
read_field(const ProtobufCFieldDescriptor *field, unsigned wire, sj_reader *in, sj_reader rest,
           ProtobufCAllocator *allocator, unsigned char *message)
{
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0)
        return wire == SJ_WIRE_BLOCK && read_packed(field, in, allocator, message);
    if (wire != sj_field_wire(field))
        return false;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_item(field, in, rest, allocator, message);
    return note_present(field, message) &&
           read_value(field, in, allocator, message + field->offset);
}

static bool
read_fields(const ProtobufCMessageDescriptor *type, sj_reader in, ProtobufCAllocator *allocator,
            unsigned char *message)
{
    size_t guess = 0;

    while (in.at < in.end) {
        const ProtobufCFieldDescriptor *field;
        sj_reader rest = in;
        uint64_t tag;

        if (!sj_read_varint(&in, &tag) || tag > UINT32_MAX)
            return false;
        field = sj_field_find(type, (uint32_t) tag >> 3, guess);
        if (field == NULL || !read_field(field, tag & 7, &in, rest, allocator, message))
            return false;
        guess = (size_t) (field - type->fields);
    }
    return true;
}

/* As deep as the schema, which has no message inside itself. */
static ProtobufCMessage *
read_message(const ProtobufCMessageDescriptor *type, sj_reader in, ProtobufCAllocator *allocator)
{
    ProtobufCMessage *message = take(allocator, type->sizeof_message);

    if (message == NULL)
        return NULL;
    type->message_init(message);
    if (read_fields(type, in, allocator, (unsigned char *) message))
        return message;
    protobuf_c_message_free_unpacked(message, allocator);
    return NULL;
}

static void *
heap_take(void *unused, size_t size)
{
    (void) unused;
    return malloc(size);
}

static void
heap_give(void *unused, void *pointer)
{
    (void) unused;
    free(pointer);
}

void *
sj_message_unpack(const ProtobufCMessageDescriptor *type, const void *packed, size_t size,
                  ProtobufCAllocator *allocator)
{
    ProtobufCAllocator heap = { heap_take, heap_give, NULL };
    const uint8_t *octets = size == 0 ? (const uint8_t *) "" : packed;

    return read_message(type, (sj_reader){ octets, octets + size },
                        allocator == NULL ? &heap : allocator);
}
