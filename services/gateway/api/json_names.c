/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of fields and values, and where a field stands in a message.
 */
#include "services/gateway/api/json.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

void
json_name(const char *field, char *name, size_t size)
{
    size_t count = 0;

    for (; *field != '\0' && count + 1 < size; field++) {
        if (*field == '_' && field[1] != '\0')
            name[count++] = (char) toupper((unsigned char) *++field);
        else
            name[count++] = *field;
    }
    name[count] = '\0';
}

static bool
is_called(const char *field, const char *name, size_t size)
{
    size_t i = 0;

    if (strlen(field) == size && memcmp(field, name, size) == 0)
        return true;
    for (; *field != '\0'; field++, i++) {
        char want =
            *field == '_' && field[1] != '\0' ? (char) toupper((unsigned char) *++field) : *field;

        if (i == size || name[i] != want)
            return false;
    }
    return i == size;
}

const ProtobufCFieldDescriptor *
json_field(const ProtobufCMessageDescriptor *type, const char *name, size_t size)
{
    for (unsigned i = 0; i < type->n_fields; i++)
        if (size > 0 && *type->fields[i].name == *name &&
            is_called(type->fields[i].name, name, size))
            return &type->fields[i];
    return NULL;
}

const ProtobufCEnumValue *
json_enum(const ProtobufCEnumDescriptor *type, const char *name, bool any_case)
{
    for (unsigned i = 0; i < type->n_values; i++)
        if ((any_case ? strcasecmp : strcmp)(type->values[i].name, name) == 0)
            return &type->values[i];
    return NULL;
}

void *
json_place(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (uint8_t *) message + field->offset;
}

static bool
is_pointer(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE;
}

bool
json_has(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const uint8_t *base = (const uint8_t *) message;

    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t count;

        memcpy(&count, base + field->quantifier_offset, sizeof count);
        return count > 0;
    }
    if (is_pointer(field)) {
        const void *at;

        memcpy((void *) &at, base + field->offset, sizeof at);
        return at != NULL;
    }

    protobuf_c_boolean has;

    memcpy(&has, base + field->quantifier_offset, sizeof has);
    return has != 0;
}

void
json_set_has(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    protobuf_c_boolean has = 1;

    if (field->label != PROTOBUF_C_LABEL_REPEATED && !is_pointer(field))
        memcpy((uint8_t *) message + field->quantifier_offset, &has, sizeof has);
}
