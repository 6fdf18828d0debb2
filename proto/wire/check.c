/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/check.h"

#include "proto/wire/limits.h"

#include <string.h>

enum {
    FIELDS_MAX = 64,    /* of one message: a counter each */
    ALIGNMENT = 16,     /* of what an arena gives */
    MEMBERS_FIRST = 16, /* fields that protobuf-c scans on its stack; more take slabs, each twice
                           the last one */
    MEMBER_SIZE = 40,
};

enum wire_type { VARINT = 0, FIXED64 = 1, BLOCK = 2, FIXED32 = 5 };

typedef struct reader {
    const uint8_t *at;
    const uint8_t *end;
} reader;

/* Shortest form only: a second way to write the same number is a second message with the same
 * meaning. */
static bool
read_long_varint(reader *in, uint64_t *value)
{
    uint64_t sum = 0;

    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        uint8_t octet = *in->at++;

        if (shift == 63 && octet > 1)
            return false;
        sum |= (uint64_t) (octet & 0x7f) << shift;
        if ((octet & 0x80) == 0) {
            *value = sum;
            return octet != 0 || shift == 0;
        }
    }
    return false;
}

/* Nearly always one octet. */
static inline bool
read_varint(reader *in, uint64_t *value)
{
    if (in->at == in->end || *in->at >= 0x80)
        return read_long_varint(in, value);
    *value = *in->at++;
    return true;
}

static unsigned
sequence_size(const uint8_t *at, size_t left)
{
    if (at[0] < 0x80)
        return at[0] != 0 ? 1 : 0;
    if (at[0] >= 0xc2 && at[0] <= 0xdf && left >= 2 && (at[1] & 0xc0) == 0x80)
        return 2;
    if ((at[0] & 0xf0) == 0xe0 && left >= 3 && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80) {
        bool overlong = at[0] == 0xe0 && at[1] < 0xa0;
        bool surrogate = at[0] == 0xed && at[1] > 0x9f;

        return overlong || surrogate ? 0 : 3;
    }
    if (at[0] >= 0xf0 && at[0] <= 0xf4 && left >= 4 && (at[1] & 0xc0) == 0x80 &&
        (at[2] & 0xc0) == 0x80 && (at[3] & 0xc0) == 0x80) {
        bool overlong = at[0] == 0xf0 && at[1] < 0x90;
        bool beyond = at[0] == 0xf4 && at[1] > 0x8f;

        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

bool
sj_text_plain(const void *text, size_t size)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
    const uint8_t *at = text;
    size_t i = 0;

    for (; i + 8 <= size; i += 8) {
        uint64_t word;

        memcpy(&word, at + i, sizeof word);
        /* below 0x20 borrows into the top bit; 0x7f alone carries into it; 0x80 and above have it
         */
        if (((word - ones * 0x20) | (word + ones) | word) & tops)
            return false;
    }
    for (; i < size; i++)
        if (at[i] < 0x20 || at[i] > 0x7e)
            return false;
    return true;
}

size_t
sj_utf8_cut(const char *text, size_t most)
{
    size_t size = strnlen(text, most);

    while (size > 0 && ((unsigned char) text[size] & 0xc0) == 0x80)
        size--;
    return size;
}

bool
sj_utf8_valid(const void *text, size_t size)
{
    const uint8_t *at = text;

    for (size_t i = 0; i < size;) {
        unsigned step = sequence_size(at + i, size - i);

        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

static bool
is_control(uint32_t point)
{
    return (point < 0xa0 && (point < 0x20 || point >= 0x7f)) ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
           (point >= 0xe0000 && point <= 0xe007f);
}

bool
sj_text_harmless(const void *text, size_t size)
{
    const uint8_t *at = text;

    for (size_t i = 0; i < size;) {
        uint32_t point = at[i];

        if (point < 0x80) {
            i += 1;
        } else if (point < 0xe0) {
            point = (point & 0x1f) << 6 | (at[i + 1] & 0x3f);
            i += 2;
        } else if (point < 0xf0) {
            point = (point & 0x0f) << 12 | (uint32_t) (at[i + 1] & 0x3f) << 6 | (at[i + 2] & 0x3f);
            i += 3;
        } else {
            point = (point & 0x07) << 18 | (uint32_t) (at[i + 1] & 0x3f) << 12 |
                    (uint32_t) (at[i + 2] & 0x3f) << 6 | (at[i + 3] & 0x3f);
            i += 4;
        }
        if (is_control(point))
            return false;
    }
    return true;
}

static const char *
check_text(const uint8_t *at, size_t size, const sj_limit *limit)
{
    if (size > limit->max)
        return "the text is too long";
    if (sj_text_plain(at, size))
        return NULL;
    if (!sj_utf8_valid(at, size))
        return "the text is not UTF-8, or holds NUL";
    if (!sj_text_harmless(at, size))
        return "the text holds a control or bidi-override character; remove it";
    return NULL;
}

static const char *
check_number(uint64_t value, const ProtobufCFieldDescriptor *field, const sj_limit *limit)
{
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        if (value > INT32_MAX ||
            protobuf_c_enum_descriptor_get_value(field->descriptor, (int) value) == NULL)
            return "the value is none of this enumeration";
        return NULL;
    }
    if (field->type == PROTOBUF_C_TYPE_BOOL && value > 1)
        return "a truth value is 0 or 1";
    if (field->type == PROTOBUF_C_TYPE_UINT32 && value > UINT32_MAX)
        return "the number is too large";
    if (limit->max != 0 && value > limit->max)
        return "the number is too large";
    return NULL;
}

static enum wire_type
wire_type_of(const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
        field->type == PROTOBUF_C_TYPE_MESSAGE)
        return BLOCK;
    return field->type == PROTOBUF_C_TYPE_FIXED64 ? FIXED64 : VARINT;
}

typedef struct walker {
    const char *field; /* the last one looked at: the one at fault */
    unsigned depth;
    size_t memory; /* that unpacking will take so far */
    size_t memory_max;
} walker;

static void
weigh(walker *walk, size_t size)
{
    walk->memory += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t
item_size(const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return sizeof(ProtobufCBinaryData);
    return sizeof(uint64_t); /* at most: pointers and numbers */
}

/* What protobuf-c takes for a message besides its texts and the messages in it. */
static void
weigh_message(walker *walk, const ProtobufCMessageDescriptor *type, const uint32_t *counts)
{
    size_t members = 0, slab = MEMBERS_FIRST;

    weigh(walk, type->sizeof_message);
    for (unsigned i = 0; i < type->n_fields; i++) {
        members += counts[i];
        if (type->fields[i].label == PROTOBUF_C_LABEL_REPEATED)
            weigh(walk, counts[i] * item_size(&type->fields[i]));
    }
    for (; members > slab; slab *= 2) {
        members -= slab;
        weigh(walk, 2 * slab * MEMBER_SIZE);
    }
}

static const char *check_message(walker *walk, const ProtobufCMessageDescriptor *type, reader in);

static const char *
check_block(walker *walk, const ProtobufCFieldDescriptor *field, const sj_limit *limit, reader *in)
{
    uint64_t size;

    if (!read_varint(in, &size) || size > (uint64_t) (in->end - in->at))
        return "the message is cut short";

    reader block = { in->at, in->at + size };

    in->at += size;
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
        weigh(walk, (size_t) size + (field->type == PROTOBUF_C_TYPE_STRING));
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return check_message(walk, field->descriptor, block);
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return check_text(block.at, (size_t) size, limit);
    if (limit->exact ? size != limit->max : size > limit->max)
        return "the octets have the wrong length";
    return NULL;
}

static const char *
check_field(walker *walk, const ProtobufCFieldDescriptor *field, const sj_limit *limit,
            enum wire_type wire, reader *in)
{
    uint64_t value;

    if (wire != wire_type_of(field))
        return "the field has another wire type";
    if (wire == BLOCK)
        return check_block(walk, field, limit, in);
    if (wire == FIXED64) {
        if (in->end - in->at < 8)
            return "the message is cut short";
        in->at += 8;
        return NULL;
    }
    if (!read_varint(in, &value))
        return "a number is cut short or not in its shortest form";
    return check_number(value, field, limit);
}

/* Looked for from the last one on: fields mostly come in the order of their numbers, in which the
 * descriptor has them. */
static const ProtobufCFieldDescriptor *
find_field(const ProtobufCMessageDescriptor *type, unsigned number, size_t last)
{
    const ProtobufCFieldDescriptor *fields = type->fields;

    while (last < type->n_fields && fields[last].id < number)
        last++;
    return last < type->n_fields && fields[last].id == number
               ? &fields[last]
               : protobuf_c_message_descriptor_get_field(type, number);
}

/* The schema has no message inside itself, so this is as deep as the schema; SJ_DEPTH_MAX says it
 * again.  */
static const char *
check_message(walker *walk, const ProtobufCMessageDescriptor *type, reader in)
{
    const sj_limit *limits = sj_limits_of(type);
    uint32_t counts[FIELDS_MAX];
    const char *wrong = NULL;
    size_t index = 0;

    if (limits == NULL || type->n_fields > FIELDS_MAX || walk->depth == SJ_DEPTH_MAX)
        return "no peer may send this message";
    memset(counts, 0, sizeof counts[0] * type->n_fields);
    walk->depth++;
    while (in.at < in.end && wrong == NULL) {
        const ProtobufCFieldDescriptor *field;
        uint64_t tag;

        walk->field = "";
        if (!read_varint(&in, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
            return "not a protobuf message";
        field = find_field(type, (unsigned) (tag >> 3), index);
        if (field == NULL)
            return "a field that is unknown here";
        walk->field = field->name;
        index = (size_t) (field - type->fields);

        uint32_t allowed = field->label == PROTOBUF_C_LABEL_REPEATED ? limits[index].count : 1;

        if (++counts[index] > allowed)
            return allowed == 1 ? "the field comes twice" : "too many of this field";
        wrong = check_field(walk, field, &limits[index], (enum wire_type)(tag & 7), &in);
    }
    walk->depth--;
    if (wrong != NULL)
        return wrong;
    weigh_message(walk, type, counts);
    return walk->memory > walk->memory_max
               ? "the message would take more memory than one may; say it in several"
               : NULL;
}

static const char *
check(const ProtobufCMessageDescriptor *type, const void *at, size_t size, size_t memory_max,
      const char **field)
{
    walker walk = { .field = "", .memory_max = memory_max };
    const uint8_t *octets = at == NULL ? (const uint8_t *) "" : at; /* of no octets */
    const char *wrong = check_message(&walk, type, (reader){ octets, octets + size });

    *field = walk.field;
    return wrong;
}

const char *
sj_message_check(const ProtobufCMessageDescriptor *type, const void *at, size_t size,
                 const char **field)
{
    return check(type, at, size, SJ_UNPACKED_MAX, field);
}

const char *
sj_record_check(const ProtobufCMessageDescriptor *type, const void *at, size_t size,
                const char **field)
{
    return check(type, at, size, SJ_UNPACKED_MAX + SJ_RECORD_MORE, field);
}
