/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/check.h"
#include "services/gateway/api/base64.h"
#include "services/gateway/api/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 4096, NAME_SIZE = 64, NUMBER_SIZE = 32 };

static bool
make_room(json_text *out, size_t more)
{
    size_t room = out->room == 0 ? ROOM_FIRST : out->room;

    if (out->failed)
        return false;
    while (room - out->size < more)
        room *= 2;
    if (room == out->room)
        return true;

    char *at = realloc(out->at, room);

    if (at == NULL) {
        out->failed = true;
        return false;
    }
    out->at = at;
    out->room = room;
    return true;
}

void
json_put(json_text *out, const char *text, size_t size)
{
    if (!make_room(out, size))
        return;
    if (size > 0)
        memcpy(out->at + out->size, text, size);
    out->size += size;
}

static void
put_words(json_text *out, const char *words)
{
    json_put(out, words, strlen(words));
}

/* '<', '>' and '&' as escapes: an answer that some page embeds in HTML ends no script there. */
static bool
is_plain(unsigned char letter)
{
    return letter >= 0x20 && letter != 0x7f && strchr("\"\\<>&", letter) == NULL;
}

static void
put_escape(json_text *out, unsigned char letter)
{
    char escape[8];

    if (letter == '"' || letter == '\\')
        (void) snprintf(escape, sizeof escape, "\\%c", letter);
    else if (letter == '\n')
        (void) snprintf(escape, sizeof escape, "\\n");
    else
        (void) snprintf(escape, sizeof escape, "\\u%04x", letter);
    put_words(out, escape);
}

void
json_put_string(json_text *out, const char *text, size_t size)
{
    size_t from = 0;

    if (!sj_utf8_valid(text, size)) {
        put_words(out, "\"\xef\xbf\xbd\"");
        return;
    }
    put_words(out, "\"");
    for (size_t i = 0; i < size; i++) {
        if (is_plain((unsigned char) text[i]))
            continue;
        json_put(out, text + from, i - from);
        put_escape(out, (unsigned char) text[i]);
        from = i + 1;
    }
    json_put(out, text + from, size - from);
    put_words(out, "\"");
}

void
json_put_name(json_text *out, const char *name, bool *first)
{
    put_words(out, *first ? "\"" : ",\"");
    put_words(out, name);
    put_words(out, "\":");
    *first = false;
}

static void
put_octets(json_text *out, const ProtobufCBinaryData *data)
{
    put_words(out, "\"");
    if (!make_room(out, BASE64_LETTERS(data->len)))
        return;
    out->size += base64_write(data->data, data->len, out->at + out->size);
    put_words(out, "\"");
}

static void
put_enum(json_text *out, const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
    char number[NUMBER_SIZE];

    if (found != NULL) {
        put_words(out, "\"");
        put_words(out, found->name);
        put_words(out, "\"");
        return;
    }
    (void) snprintf(number, sizeof number, "%d", value);
    put_words(out, number);
}

/* A value that is neither a list nor absent; how many octets it takes in one. */
static size_t
put_value(json_text *out, const ProtobufCFieldDescriptor *field, const uint8_t *at)
{
    char number[NUMBER_SIZE] = "null";
    uint64_t wide;
    uint32_t narrow;
    ProtobufCBinaryData data;
    const void *pointer;
    protobuf_c_boolean truth;

    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        memcpy(&wide, at, sizeof wide);
        (void) snprintf(number, sizeof number, "\"%" PRIu64 "\"", wide);
        put_words(out, number);
        return sizeof wide;
    case PROTOBUF_C_TYPE_BOOL:
        memcpy(&truth, at, sizeof truth);
        put_words(out, truth ? "true" : "false");
        return sizeof truth;
    case PROTOBUF_C_TYPE_ENUM:
        memcpy(&narrow, at, sizeof narrow);
        put_enum(out, field->descriptor, (int) narrow);
        return sizeof narrow;
    case PROTOBUF_C_TYPE_BYTES:
        memcpy(&data, at, sizeof data);
        put_octets(out, &data);
        return sizeof data;
    case PROTOBUF_C_TYPE_STRING:
        memcpy((void *) &pointer, at, sizeof pointer);
        json_put_string(out, pointer, strlen(pointer));
        return sizeof pointer;
    case PROTOBUF_C_TYPE_MESSAGE:
        memcpy((void *) &pointer, at, sizeof pointer);
        json_write(out, pointer);
        return sizeof pointer;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        memcpy(&narrow, at, sizeof narrow);
        (void) snprintf(number, sizeof number, "%" PRIu32, narrow);
        break;
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
    put_words(out, number);
    return sizeof narrow;
}

static void
put_list(json_text *out, const ProtobufCFieldDescriptor *field, const uint8_t *base)
{
    const uint8_t *list;
    size_t count;

    memcpy((void *) &list, base + field->offset, sizeof list);
    memcpy(&count, base + field->quantifier_offset, sizeof count);
    put_words(out, "[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            put_words(out, ",");
        list += put_value(out, field, list);
    }
    put_words(out, "]");
}

void
json_write_members(json_text *out, const ProtobufCMessage *message, const char *except, bool *first)
{
    const uint8_t *base = (const uint8_t *) message;

    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        char name[NAME_SIZE];

        if (!json_has(message, field) || (except != NULL && strcmp(field->name, except) == 0))
            continue;
        json_name(field->name, name, sizeof name);
        json_put_name(out, name, first);
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            put_list(out, field, base);
        else
            (void) put_value(out, field, base + field->offset);
    }
}

void
json_write(json_text *out, const ProtobufCMessage *message)
{
    bool first = true;

    put_words(out, "{");
    json_write_members(out, message, NULL, &first);
    put_words(out, "}");
}
