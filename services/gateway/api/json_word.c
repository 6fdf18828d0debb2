/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of an address as fields.
 */
#include "proto/wire/check.h"
#include "proto/wire/limits.h"
#include "services/gateway/api/base64.h"
#include "services/gateway/api/json.h"
#include "services/gateway/api/json_number.h"
#include "services/gateway/api/json_octets.h"

#include <string.h>

size_t
json_exact_size(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
    const sj_limit *limits = sj_limits_of(type);
    const sj_limit *limit = limits == NULL ? NULL : &limits[field - type->fields];

    return limit != NULL && limit->exact ? (size_t) limit->max : 0;
}

const char *
json_octets(sj_arena *arena, sj_bytes letters, size_t exact, void *place)
{
    ProtobufCBinaryData data = { 0, sj_arena_take(arena, BASE64_OCTETS(letters.size)) };

    if (data.data == NULL)
        return "the octets are too many";
    if (exact > 0 && octets_read(letters.at, letters.size, data.data, exact))
        data.len = exact;
    else if (!base64_read(letters.at, letters.size, data.data, &data.len))
        return exact > 0 ? "base64 or hexadecimal digits are wanted" : "base64 is wanted";
    memcpy(place, &data, sizeof data);
    return NULL;
}

static const char *
read_word_number(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const char *word)
{
    bool narrow = field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_FIXED32;
    const char *at = word, *end = word + strlen(word);
    uint64_t number;
    json_number_result result = json_number(&at, end, narrow ? UINT32_MAX : UINT64_MAX, &number);

    if (result == JSON_NUMBER_OK && at != end)
        result = JSON_NUMBER_NONE;
    if (result != JSON_NUMBER_OK)
        return json_number_words(result);
    if (narrow)
        memcpy(json_place(message, field), &(uint32_t){ (uint32_t) number }, sizeof(uint32_t));
    else
        memcpy(json_place(message, field), &number, sizeof number);
    return NULL;
}

static const char *
read_word_truth(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const char *word)
{
    protobuf_c_boolean truth = strcmp(word, "true") == 0;

    if (!truth && strcmp(word, "false") != 0)
        return "true or false is wanted";
    memcpy(json_place(message, field), &truth, sizeof truth);
    return NULL;
}

static const char *
read_word_enum(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, const char *word)
{
    const ProtobufCEnumValue *value = json_enum(field->descriptor, word, true);

    if (value == NULL)
        return "the value is none of this enumeration";
    memcpy(json_place(message, field), &value->value, sizeof value->value);
    return NULL;
}

static const char *
read_word_text(sj_arena *arena, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
               const char *word)
{
    sj_bytes text = sj_arena_copy(arena, (sj_bytes){ word, strlen(word) + 1 });

    if (text.at == NULL)
        return "the text is too long";
    memcpy(json_place(message, field), &text.at, sizeof text.at);
    return NULL;
}

const char *
json_read_word(sj_arena *arena, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
               const char *word)
{
    const char *wrong;

    if (!sj_utf8_valid(word, strlen(word)))
        return "the text is not UTF-8";
    if (field->type == PROTOBUF_C_TYPE_STRING)
        wrong = read_word_text(arena, message, field, word);
    else if (field->type == PROTOBUF_C_TYPE_BYTES)
        wrong =
            json_octets(arena, (sj_bytes){ word, strlen(word) },
                        json_exact_size(message->descriptor, field), json_place(message, field));
    else if (field->type == PROTOBUF_C_TYPE_ENUM)
        wrong = read_word_enum(message, field, word);
    else if (field->type == PROTOBUF_C_TYPE_BOOL)
        wrong = read_word_truth(message, field, word);
    else
        wrong = read_word_number(message, field, word);
    if (wrong == NULL)
        json_set_has(message, field);
    return wrong;
}
