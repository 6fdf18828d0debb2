/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/check.h"
#include "proto/wire/limits.h"
#include "services/gateway/api/json.h"
#include "services/gateway/api/json_number.h"
#include "services/gateway/api/json_octets.h"
#include "services/gateway/api/json_string.h"

#include <stdio.h>
#include <string.h>

enum { LIST_FIRST = 4, FIELDS_MAX = 64 };

/* `at` moves; the first thing wrong is kept in `error` and ends all. */
typedef struct reader {
    const char *from, *at, *end;
    sj_arena *arena;
    json_error *error;
    size_t path; /* octets of error->path that say where we are */
    unsigned depth;
} reader;

static bool
refuse(reader *in, const char *words)
{
    if (in->error->words == NULL) {
        in->error->words = words;
        in->error->at = (size_t) (in->at - in->from);
    }
    return false;
}

static bool
refuse_syntax(reader *in, const char *words)
{
    if (in->error->words == NULL)
        in->error->syntax = true;
    return refuse(in, words);
}

static bool
refuse_size(reader *in)
{
    in->error->too_large = true;
    return refuse(in, "the request is larger than one may be; say it in several");
}

static void
skip_space(reader *in)
{
    while (in->at < in->end &&
           (*in->at == ' ' || *in->at == '\t' || *in->at == '\n' || *in->at == '\r'))
        in->at++;
}

static bool
take(reader *in, char letter)
{
    skip_space(in);
    if (in->at == in->end || *in->at != letter)
        return false;
    in->at++;
    return true;
}

static bool
take_word(reader *in, const char *word)
{
    size_t size = strlen(word);

    if ((size_t) (in->end - in->at) < size || memcmp(in->at, word, size) != 0)
        return false;
    in->at += size;
    return true;
}

/* A JSON string into the arena, with a NUL behind it. */
static bool
read_string(reader *in, sj_bytes *text)
{
    const char *words = json_string_read(in->arena, &in->at, in->end, text);

    if (words == NULL)
        return true;
    return in->arena->full ? refuse_size(in) : refuse_syntax(in, words);
}

/* ---- one value ---------------------------------------------------------------------------------
 */

static bool
read_number(reader *in, const char **at, const char *end, uint64_t max, uint64_t *value)
{
    json_number_result result = json_number(at, end, max, value);

    return result == JSON_NUMBER_OK || refuse(in, json_number_words(result));
}

static bool
read_whole(reader *in, uint64_t max, uint64_t *value)
{
    size_t mark = sj_arena_mark(in->arena);
    sj_bytes text;

    if (*in->at != '"')
        return read_number(in, &in->at, in->end, max, value);
    if (!read_string(in, &text))
        return false;

    const char *at = text.at, *end = at + text.size;

    if (!read_number(in, &at, end, max, value))
        return false;
    sj_arena_release(in->arena, mark);
    return at == end || refuse(in, json_number_words(JSON_NUMBER_NONE));
}

static bool
read_enum(reader *in, const ProtobufCEnumDescriptor *type, void *place)
{
    size_t mark = sj_arena_mark(in->arena);
    const ProtobufCEnumValue *found = NULL;
    sj_bytes text;
    uint64_t number;

    if (*in->at == '"') {
        if (!read_string(in, &text))
            return false;
        found = json_enum(type, text.at, false);
        sj_arena_release(in->arena, mark);
    } else {
        if (!read_whole(in, INT32_MAX, &number))
            return false;
        found = protobuf_c_enum_descriptor_get_value(type, (int) number);
    }
    if (found == NULL)
        return refuse(in, "the value is none of this enumeration");
    memcpy(place, &found->value, sizeof found->value);
    return true;
}

static bool
read_truth(reader *in, void *place)
{
    protobuf_c_boolean truth = take_word(in, "true");

    if (!truth && !take_word(in, "false"))
        return refuse(in, "true or false is wanted");
    memcpy(place, &truth, sizeof truth);
    return true;
}

static bool
read_text(reader *in, void *place)
{
    sj_bytes text;

    if (*in->at != '"')
        return refuse(in, "a text is wanted");
    if (!read_string(in, &text))
        return false;
    memcpy(place, &text.at, sizeof text.at);
    return true;
}

static bool
read_octets(reader *in, size_t exact, void *place)
{
    const char *words;
    sj_bytes letters;

    if (*in->at != '"')
        return refuse(in, "a text in base64 is wanted");
    if (!read_string(in, &letters))
        return false;
    words = json_octets(in->arena, letters, exact, place);
    if (words == NULL)
        return true;
    return in->arena->full ? refuse_size(in) : refuse(in, words);
}

static bool read_message(reader *in, ProtobufCMessage *message);

static bool
read_child(reader *in, const ProtobufCMessageDescriptor *type, void *place)
{
    ProtobufCMessage *child;

    if (*in->at != '{')
        return refuse(in, "an object is wanted");
    child = json_message(in->arena, type);
    if (child == NULL)
        return refuse_size(in);
    memcpy(place, (void *) &child, sizeof child);
    return read_message(in, child);
}

/* A value that is neither null nor a list. */
static bool
read_value(reader *in, const ProtobufCMessageDescriptor *type,
           const ProtobufCFieldDescriptor *field, void *place)
{
    bool narrow = field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_FIXED32;
    uint64_t number;

    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return read_child(in, field->descriptor, place);
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return read_text(in, place);
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return read_octets(in, json_exact_size(type, field), place);
    if (field->type == PROTOBUF_C_TYPE_ENUM)
        return read_enum(in, field->descriptor, place);
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return read_truth(in, place);
    if (!read_whole(in, narrow ? UINT32_MAX : UINT64_MAX, &number))
        return false;
    if (narrow)
        memcpy(place, &(uint32_t){ (uint32_t) number }, sizeof(uint32_t));
    else
        memcpy(place, &number, sizeof number);
    return true;
}

/* ---- lists -------------------------------------------------------------------------------------
 */

static size_t
item_size(const ProtobufCFieldDescriptor *field)
{
    switch ((int) field->type) {
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return sizeof(uint32_t);
    default:
        return sizeof(uint64_t);
    }
}

typedef struct list {
    uint8_t *items;
    size_t count, room, item;
} list;

static void *
list_next(reader *in, list *to)
{
    if (to->count == to->room) {
        size_t room = to->room == 0 ? LIST_FIRST : 2 * to->room;
        uint8_t *items = sj_arena_take(in->arena, room * to->item);

        if (items == NULL)
            return NULL;
        if (to->count > 0)
            memcpy(items, to->items, to->count * to->item);
        to->items = items;
        to->room = room;
    }
    return to->items + to->count++ * to->item;
}

static bool
read_item(reader *in, const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field,
          list *to)
{
    size_t path = in->path;
    void *place;

    in->path +=
        (size_t) snprintf(in->error->path + path, JSON_PATH_SIZE - path, "[%zu]", to->count);
    if (in->path >= JSON_PATH_SIZE)
        in->path = JSON_PATH_SIZE - 1;
    if (to->count == JSON_ITEMS_MAX)
        return refuse(in, "too many of this field");
    place = list_next(in, to);
    if (place == NULL)
        return refuse_size(in);
    skip_space(in);
    if (in->at == in->end)
        return refuse_syntax(in, "the text ends in the middle of a list");
    if (!read_value(in, type, field, place))
        return false;
    in->path = path;
    in->error->path[path] = '\0';
    return true;
}

static bool
read_list(reader *in, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    list to = { .item = item_size(field) };

    if (!take(in, '['))
        return refuse(in, "a list is wanted");
    if (take(in, ']'))
        return true;
    do {
        if (!read_item(in, message->descriptor, field, &to))
            return false;
    } while (take(in, ','));
    memcpy(json_place(message, field), (void *) &to.items, sizeof to.items);
    memcpy((uint8_t *) message + field->quantifier_offset, &to.count, sizeof to.count);
    return take(in, ']') || refuse_syntax(in, "a list goes on with a comma or ends with ]");
}

/* ---- objects -----------------------------------------------------------------------------------
 */

static bool
read_member_value(reader *in, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    skip_space(in);
    if (in->at == in->end)
        return refuse_syntax(in, "the text ends in the middle of an object");
    if (take_word(in, "null"))
        return true;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_list(in, message, field);
    if (!read_value(in, message->descriptor, field, json_place(message, field)))
        return false;
    json_set_has(message, field);
    return true;
}

/* Names that are ours, or a stranger's cut short. */
static void
enter(reader *in, const char *name)
{
    char *path = in->error->path;
    size_t size = strlen(name), dot = in->path > 0;

    while (in->path + dot + size + 1 > JSON_PATH_SIZE || !sj_utf8_valid(name, size)) {
        if (size == 0)
            return;
        size--;
    }
    if (dot)
        path[in->path++] = '.';
    memcpy(path + in->path, name, size);
    in->path += size;
    path[in->path] = '\0';
}

static bool
read_member(reader *in, ProtobufCMessage *message, bool seen[FIELDS_MAX])
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    size_t path = in->path, mark = sj_arena_mark(in->arena);
    const ProtobufCFieldDescriptor *field;
    sj_bytes name;

    skip_space(in);
    if (in->at == in->end || *in->at != '"')
        return refuse_syntax(in, "an object has members: \"name\": value");
    if (!read_string(in, &name))
        return false;
    field = json_field(type, name.at, name.size);
    enter(in, name.at);
    if (field == NULL)
        return refuse(in, "no such member here; leave it out or correct its name");
    sj_arena_release(in->arena, mark);
    if (seen[field - type->fields])
        return refuse(in, "the member comes twice");
    seen[field - type->fields] = true;
    if (!take(in, ':'))
        return refuse_syntax(in, "a colon is wanted after a member's name");
    if (!read_member_value(in, message, field))
        return false;
    in->path = path;
    in->error->path[path] = '\0';
    return true;
}

static bool
read_message(reader *in, ProtobufCMessage *message)
{
    bool seen[FIELDS_MAX] = { false };

    if (in->depth == SJ_DEPTH_MAX || message->descriptor->n_fields > FIELDS_MAX)
        return refuse(in, "nested too deep");
    in->depth++;
    if (!take(in, '{'))
        return refuse(in, "an object is wanted");
    if (!take(in, '}')) {
        do {
            if (!read_member(in, message, seen))
                return false;
        } while (take(in, ','));
        if (!take(in, '}'))
            return refuse_syntax(in, "an object goes on with a comma or ends with }");
    }
    in->depth--;
    return true;
}

ProtobufCMessage *
json_message(sj_arena *arena, const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = sj_arena_take(arena, type->sizeof_message);

    if (message != NULL)
        protobuf_c_message_init(type, message);
    return message;
}

bool
json_read(sj_arena *arena, ProtobufCMessage *message, sj_bytes text, json_error *error)
{
    reader in = { .from = text.at, .at = text.at, .arena = arena, .error = error };

    *error = (json_error){ .words = NULL };
    if (text.size == 0)
        return refuse_syntax(&in, "the body is empty; a JSON object is wanted");
    in.end = in.at + text.size;
    if (!read_message(&in, message))
        return false;
    skip_space(&in);
    return in.at == in.end || refuse_syntax(&in, "something stands behind the object");
}
