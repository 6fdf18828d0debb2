/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Over all messages that any route of /v1/ takes or answers with: JSON says all of a message and
 * nothing else.
 */
#include "services/gateway/api/json.h"
#include "services/gateway/api/routes.h"
#include "tests/unit/api/random_message.h"
#include "tests/unit/chance.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_SIZE = 8 * 1024 * 1024, ROUNDS = 40, SEED = 61123 };

static sj_arena arena;

static int
set_up(void **state)
{
    (void) state;
    return sj_arena_open(&arena, ARENA_SIZE) ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void) state;
    sj_arena_close(&arena);
    return 0;
}

static sj_bytes
pack(const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *at = sj_arena_take(&arena, size + 1);

    assert_non_null(at);
    assert_int_equal(protobuf_c_message_pack(message, at), size);
    return (sj_bytes){ at, size };
}

/* jansson reads it, too: with each member once, and with these spaces another text. */
static void
reformat(json_text *text, uint64_t *seed)
{
    json_error_t error;
    json_t *tree = json_loadb(text->at, text->size, JSON_REJECT_DUPLICATES, &error);
    size_t flags = JSON_PRESERVE_ORDER;
    char *other;

    if (tree == NULL)
        fail_msg("%s: %.*s", error.text, (int) text->size, text->at);
    if (chance_below(seed, 2) == 0)
        flags = JSON_SORT_KEYS | JSON_INDENT(2);
    if (chance_below(seed, 2) == 0)
        flags |= JSON_ENSURE_ASCII;
    other = json_dumps(tree, flags);
    assert_non_null(other);
    text->size = 0;
    json_put(text, other, strlen(other));
    free(other);
    json_decref(tree);
}

static void
go_around(const ProtobufCMessageDescriptor *type, uint64_t *seed)
{
    json_text text = { NULL, 0, 0, false };
    ProtobufCMessage *message, *read;
    json_error error;
    sj_bytes before, after;
    uint64_t first = *seed;

    sj_arena_reset(&arena);
    message = random_message(&arena, type, seed);
    json_write(&text, message);
    reformat(&text, seed);
    read = json_message(&arena, type);
    assert_non_null(read);
    if (!json_read(&arena, read, (sj_bytes){ text.at, text.size }, &error))
        fail_msg("%s, seed %llu: %s: %s", type->name, (unsigned long long) first, error.path,
                 error.words);
    before = pack(message);
    after = pack(read);
    if (!sj_bytes_equal(before, after))
        fail_msg("%s, seed %llu: another message came back", type->name,
                 (unsigned long long) first);
    free(text.at);
}

static void
json_of_any_message_reads_back_as_that_message(void **state)
{
    uint64_t seed = SEED;

    (void) state;
    for (int round = 0; round < ROUNDS; round++)
        for (const api_route *route = api_routes; route->method != NULL; route++) {
            go_around(route->request, &seed);
            go_around(route->reply, &seed);
        }
}

/* The reader's and the writer's types are these; a float or a signed number needs code first. */
static void
look_at_types(const ProtobufCMessageDescriptor *type)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];

        assert_true(field->label != PROTOBUF_C_LABEL_REQUIRED);
        if (field->type == PROTOBUF_C_TYPE_MESSAGE)
            look_at_types(field->descriptor);
        else
            assert_true(
                field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
                field->type == PROTOBUF_C_TYPE_BOOL || field->type == PROTOBUF_C_TYPE_ENUM ||
                field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_UINT64 ||
                field->type == PROTOBUF_C_TYPE_FIXED64);
    }
}

static void
the_contract_has_no_other_types(void **state)
{
    (void) state;
    for (const api_route *route = api_routes; route->method != NULL; route++) {
        look_at_types(route->request);
        look_at_types(route->reply);
    }
}

/* What our reader takes, any JSON reader takes: cut, altered and doubled texts are no way in. */
static void
what_is_read_is_json(void **state)
{
    enum { MUTANTS = 20000 };
    uint64_t seed = SEED;
    size_t count = 0, read = 0;

    (void) state;
    while (api_routes[count].method != NULL)
        count++;
    for (int i = 0; i < MUTANTS; i++) {
        const ProtobufCMessageDescriptor *type =
            api_routes[chance_below(&seed, (uint32_t) count)].request;
        json_text text = { NULL, 0, 0, false };
        ProtobufCMessage *message;
        json_error error;

        sj_arena_reset(&arena);
        json_write(&text, random_message(&arena, type, &seed));
        for (uint32_t n = 1 + chance_below(&seed, 2); n > 0; n--)
            text.at[chance_below(&seed, (uint32_t) text.size)] =
                "\"\\{}[]:,0 e-.xu\xff"[chance_below(&seed, 16)];
        message = json_message(&arena, type);
        if (json_read(&arena, message, (sj_bytes){ text.at, text.size }, &error)) {
            json_t *tree = json_loadb(text.at, text.size,
                                      JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);

            if (tree == NULL)
                fail_msg("%.*s", (int) text.size, text.at);
            json_decref(tree);
            read++;
        }
        free(text.at);
    }
    assert_true(read > 100); /* some are still good */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_of_any_message_reads_back_as_that_message),
        cmocka_unit_test(the_contract_has_no_other_types),
        cmocka_unit_test(what_is_read_is_json),
    };

    return cmocka_run_group_tests_name("api identity", tests, set_up, tear_down);
}
