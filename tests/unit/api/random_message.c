/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/api/random_message.h"

#include "services/gateway/api/json.h"
#include "services/gateway/api/json_octets.h"
#include "tests/unit/chance.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ITEMS_MAX = 4, PIECES_MAX = 6, OCTETS_MAX = 40 };

static char *
random_text(sj_arena *arena, uint64_t *seed)
{
    static const char *const pieces[] = {
        "a",
        "Z",
        " ",
        "\"",
        "\\",
        "/",
        "\n",
        "\x01",
        "\x7f",
        "<",
        "&",
        "\xc3\xa9",
        "\xd8\xb3",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        "\xef\xbf\xbf",
        "\xe2\x80\xa8",
    };
    char text[PIECES_MAX * 4 + 1] = "";
    size_t used = 0;

    for (uint32_t n = chance_below(seed, PIECES_MAX); n > 0; n--)
        used += (size_t) snprintf(text + used, sizeof text - used, "%s",
                                  pieces[chance_below(seed, sizeof pieces / sizeof pieces[0])]);
    return (char *) (uintptr_t) sj_arena_copy(arena, (sj_bytes){ text, strlen(text) + 1 }).at;
}

static ProtobufCBinaryData
random_octets(sj_arena *arena, size_t exact, uint64_t *seed)
{
    size_t size = exact > 0 ? exact : chance_below(seed, OCTETS_MAX);
    ProtobufCBinaryData data = { size, sj_arena_take(arena, size + 1) };

    for (size_t i = 0; i < size; i++)
        data.data[i] = (uint8_t) chance(seed);
    return data;
}

/* Edges as often as anything between. */
static uint64_t
random_number(uint64_t *seed)
{
    static const uint64_t edges[] = { 0, 1, UINT32_MAX, UINT64_C(1) << 53, INT64_MAX, UINT64_MAX };
    uint64_t drawn = chance(seed);

    return drawn % 2 == 0 ? edges[drawn / 2 % (sizeof edges / sizeof edges[0])] : drawn;
}

/* How many octets the value takes in a list. */
static size_t
set_value(sj_arena *arena, const ProtobufCMessageDescriptor *type,
          const ProtobufCFieldDescriptor *field, void *at, uint64_t *seed)
{
    const ProtobufCEnumDescriptor *values = field->descriptor;
    ProtobufCBinaryData data;
    uint64_t number = random_number(seed);
    void *pointer;
    int value;

    switch ((int) field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        pointer = random_message(arena, field->descriptor, seed);
        memcpy(at, (void *) &pointer, sizeof pointer);
        return sizeof pointer;
    case PROTOBUF_C_TYPE_STRING:
        pointer = random_text(arena, seed);
        memcpy(at, (void *) &pointer, sizeof pointer);
        return sizeof pointer;
    case PROTOBUF_C_TYPE_BYTES:
        data = random_octets(arena, json_exact_size(type, field), seed);
        memcpy(at, &data, sizeof data);
        return sizeof data;
    case PROTOBUF_C_TYPE_ENUM:
        value = values->values[chance_below(seed, values->n_values)].value;
        memcpy(at, &value, sizeof value);
        return sizeof value;
    case PROTOBUF_C_TYPE_BOOL:
        value = (int) chance_below(seed, 2);
        memcpy(at, &value, sizeof(protobuf_c_boolean));
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_UINT32:
        memcpy(at, &(uint32_t){ (uint32_t) number }, sizeof(uint32_t));
        return sizeof(uint32_t);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        memcpy(at, &number, sizeof number);
        return sizeof number;
    default:
        assert(field->type ==
               PROTOBUF_C_TYPE_UINT32); /* identity_test.c's law says which there are */
        return 0;
    }
}

static void
set_list(sj_arena *arena, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
         uint64_t *seed)
{
    size_t count = chance_below(seed, ITEMS_MAX);
    uint8_t *items = sj_arena_take(arena, (count + 1) * sizeof(ProtobufCBinaryData)), *at = items;

    for (size_t i = 0; i < count; i++)
        at += set_value(arena, message->descriptor, field, at, seed);
    memcpy(json_place(message, field), (void *) &items, sizeof items);
    memcpy((uint8_t *) message + field->quantifier_offset, &count, sizeof count);
}

ProtobufCMessage *
random_message(sj_arena *arena, const ProtobufCMessageDescriptor *type, uint64_t *seed)
{
    ProtobufCMessage *message = json_message(arena, type);

    assert(message != NULL);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];

        if (chance_below(seed, 3) == 0)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            set_list(arena, message, field, seed);
            continue;
        }
        (void) set_value(arena, type, field, json_place(message, field), seed);
        json_set_has(message, field);
    }
    return message;
}
