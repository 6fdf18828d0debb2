/* SPDX-License-Identifier: Apache-2.0 */
#include "services/core/place.h"

#include <assert.h>
#include <string.h>

/* What is behind the first dot; NULL: nothing. */
static const char *
rest_of(const char *path, size_t *length)
{
    *length = strcspn(path, ".");
    return path[*length] == '\0' ? NULL : path + *length + 1;
}

static const ProtobufCFieldDescriptor *
field_of(const ProtobufCMessageDescriptor *type, const char *name, size_t length)
{
    for (unsigned i = 0; i < type->n_fields; i++)
        if (strlen(type->fields[i].name) == length &&
            memcmp(type->fields[i].name, name, length) == 0)
            return &type->fields[i];
    return NULL;
}

const ProtobufCFieldDescriptor *
sj_place_field(sj_place place)
{
    const ProtobufCMessageDescriptor *type = place.message;
    const ProtobufCFieldDescriptor *field = NULL;

    for (const char *path = place.path; path != NULL;) {
        size_t length;
        const char *rest = rest_of(path, &length);

        field = type == NULL ? NULL : field_of(type, path, length);
        if (field == NULL)
            return NULL;
        type = field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
        path = rest;
    }
    return field;
}

/* Where the values of a field lie, one after the other, and how many there are. */
static const unsigned char *
values_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, size_t *count)
{
    const unsigned char *at = (const unsigned char *) message;
    const unsigned char *list;
    protobuf_c_boolean has;

    *count = 1;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        memcpy(count, at + field->quantifier_offset, sizeof *count);
        memcpy(&list, at + field->offset, sizeof list);
        return list;
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        memcpy(&list, at + field->offset, sizeof list);
        *count = list != NULL;
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        memcpy(&has, at + field->quantifier_offset, sizeof has);
        *count = has != 0;
    }
    return at + field->offset;
}

static size_t
value_size(const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return sizeof(ProtobufCBinaryData);
    assert(field->type == PROTOBUF_C_TYPE_ENUM || field->type == PROTOBUF_C_TYPE_BOOL);
    static_assert(sizeof(protobuf_c_boolean) == sizeof(int), "an enum and a bool are ints");
    return sizeof(int);
}

/* As deep as a place has dots: messages do not contain themselves. */
bool
sj_place_each(sj_place place, const ProtobufCMessage *message, sj_place_fn *each, void *context)
{
    size_t length, count;
    const char *rest = rest_of(place.path, &length);
    const ProtobufCFieldDescriptor *field = field_of(message->descriptor, place.path, length);

    assert(field != NULL && message->descriptor == place.message);

    const unsigned char *values = values_of(message, field, &count);

    for (size_t i = 0; i < count; i++) {
        const ProtobufCMessage *inner;

        if (rest == NULL) {
            if (!each(context, values + i * value_size(field)))
                return false;
            continue;
        }
        memcpy(&inner, values + i * sizeof inner, sizeof inner);
        if (!sj_place_each((sj_place){ field->descriptor, rest }, inner, each, context))
            return false;
    }
    return true;
}
