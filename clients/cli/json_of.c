/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/json_of.h"

#include "proto/wire/check.h"
#include "sijill/v1/registration.pb-c.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *
json_text(const char *text)
{
    if (sj_utf8_valid(text, strlen(text)))
        return json_string(text);
    return json_string("\xef\xbf\xbd");
}

static json_t *
hex(const uint8_t *data, size_t size)
{
    char *text = malloc(2 * size + 1);

    if (text == NULL)
        return json_null();
    (void) sodium_bin2hex(text, 2 * size + 1, data, size);

    json_t *out = json_string(text);

    free(text);
    return out;
}

static json_t *
value_json(const ProtobufCFieldDescriptor *field, const void *at)
{
    char name[64];
    const ProtobufCBinaryData *data = at;

    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *) at);
    case PROTOBUF_C_TYPE_ENUM:
        return json_string(enum_name(field->descriptor, *(const int *) at, name, sizeof name));
    case PROTOBUF_C_TYPE_STRING:
        return *(char *const *) at == NULL ? json_null() : json_text(*(char *const *) at);
    case PROTOBUF_C_TYPE_BYTES:
        return hex(data->data, data->len);
    case PROTOBUF_C_TYPE_MESSAGE:
        return *(ProtobufCMessage *const *) at == NULL ? json_null()
                                                       : json_of(*(ProtobufCMessage *const *) at);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return json_integer((json_int_t) * (const uint64_t *) at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return json_integer(*(const uint32_t *) at);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        break; /* the contract has none */
    }
    return json_null();
}

static size_t
value_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return 4;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        break;
    }
    return 8;
}

/* All texts of a list, by language. */
static json_t *
texts_json(Sijill__V1__Text *const *texts, size_t count)
{
    json_t *out = json_object();

    for (size_t i = 0; i < count; i++)
        if (texts[i]->text != NULL)
            (void) json_object_set_new(out, texts[i]->lang == NULL ? "und" : texts[i]->lang,
                                       json_text(texts[i]->text));
    return out;
}

static json_t *
list_json(const ProtobufCFieldDescriptor *field, const void *list, size_t count)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE &&
        field->descriptor == &sijill__v1__text__descriptor)
        return texts_json(list, count);

    json_t *out = json_array();
    size_t size = value_size(field->type);

    for (size_t i = 0; i < count; i++)
        (void) json_array_append_new(out, value_json(field, (const uint8_t *) list + i * size));
    return out;
}

json_t *
json_of(const ProtobufCMessage *message)
{
    const uint8_t *base = (const uint8_t *) message;
    json_t *out = json_object();

    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const void *at = base + field->offset;
        json_t *value;

        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            const void *list;

            memcpy((void *) &list, at, sizeof list);
            value = list_json(field, list,
                              *(const size_t *) (const void *) (base + field->quantifier_offset));
        } else {
            bool pointer =
                field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE;
            bool defaults =
                field->type == PROTOBUF_C_TYPE_ENUM || field->type == PROTOBUF_C_TYPE_BOOL;
            bool has =
                pointer || defaults ||
                *(const protobuf_c_boolean *) (const void *) (base + field->quantifier_offset);

            value = has ? value_json(field, at) : json_null();
        }
        (void) json_object_set_new(out, field->name, value);
    }
    return out;
}
