/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Octets as a request below /v1/: a line "METHOD PATH?QUERY", then the body.  What is understood is
 * within a frame, its body says the same as JSON once more, and jansson reads it, too.
 */
#include "services/gateway/api/build.h"
#include "services/gateway/api/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/api/random_message.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_SIZE = 8 * 1024 * 1024, LINE_MAX_SIZE = 2048, METHOD_SIZE = 16, SEED = 61124 };

static sj_arena arena;
static idempotency made;
static const uint8_t event[SIJILL_ID_SIZE] = { 1, 2, 3 };

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;
    if (!sj_arena_open(&arena, ARENA_SIZE) ||
        idempotency_read(&made, "a key of the fuzzer", 1, event) != NULL)
        abort();
    return 0;
}

static bool
same_message(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    size_t size = protobuf_c_message_get_packed_size(a);
    uint8_t *x = malloc(size + 1), *y = malloc(size + 1);
    bool same = x != NULL && y != NULL && protobuf_c_message_get_packed_size(b) == size;

    if (same) {
        (void) protobuf_c_message_pack(a, x);
        (void) protobuf_c_message_pack(b, y);
        same = memcmp(x, y, size) == 0;
    }
    free(x);
    free(y);
    return same;
}

static void
expect_the_same_as_json(const ProtobufCMessage *message)
{
    json_text text = { NULL, 0, 0, false };
    ProtobufCMessage *again = json_message(&arena, message->descriptor);
    json_error error;

    json_write(&text, message);
    if (again == NULL || text.failed ||
        !json_read(&arena, again, (sj_bytes){ text.at, text.size }, &error) ||
        !same_message(message, again))
        abort();
    free(text.at);
}

/* A body that was read is JSON to others, of a number larger than jansson's at most. */
static void
expect_json(sj_bytes body)
{
    json_error_t error;
    json_t *tree =
        json_loadb(body.at, body.size, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);

    if (tree == NULL && json_error_code(&error) != json_error_numeric_overflow)
        abort();
    json_decref(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
    static api_match match;
    static api_problem wrong;
    const uint8_t *end = size == 0 ? NULL : memchr(octets, '\n', size);
    char line[LINE_MAX_SIZE], *path, *query, *method = line;
    size_t length = end == NULL ? size : (size_t) (end - octets);

    if (end == NULL || length >= sizeof line || memchr(octets, '\0', length) != NULL)
        return 0;
    memcpy(line, octets, length);
    line[length] = '\0';
    path = strchr(line, ' ');
    if (path == NULL)
        return 0;
    *path++ = '\0';
    query = strchr(path, '?');
    if (query != NULL)
        *query++ = '\0';
    api_find(method, path, &match);
    if (match.route == NULL || match.wrong != NULL)
        return 0;

    api_build b = { .match = &match,
                    .query = query == NULL ? "" : query,
                    .body = { end + 1, size - length - 1 },
                    .event = event,
                    .made = &made };

    sj_arena_reset(&arena);
    if (api_build_request(&arena, &b, &wrong)) {
        expect_the_same_as_json(b.message);
        if (match.route->body != NULL && b.body.size > 0)
            expect_json(b.body);
    } else if (wrong.words[0] == '\0' || memchr(wrong.field, '\0', sizeof wrong.field) == NULL) {
        abort();
    }
    return 0;
}

static void
write_seed(const char *folder, const api_route *route, uint64_t *seed)
{
    static const char id[] = "00010203040506070809000102030405";
    const ProtobufCMessageDescriptor *type = route->request;
    json_text text = { NULL, 0, 0, false };
    char path[1024];
    FILE *file;

    (void) snprintf(path, sizeof path, "%s/%s.seed", folder, route->name);
    file = fopen(path, "wbx");
    if (file == NULL)
        return;
    (void) fprintf(file, "%s ", route->method);
    for (const char *at = route->path; *at != '\0'; at++) {
        (void) fprintf(file, "%.*s", *at == '{' ? 32 : 1, *at == '{' ? id : at);
        at = *at == '{' ? strchr(at, '}') : at;
    }
    (void) fputs(route->body == NULL && (route->flags & API_WRITE) == 0 ? "?page_size=7\n" : "\n",
                 file);
    if (route->body != NULL && route->body[0] != '\0')
        type = json_field(type, route->body, strlen(route->body))->descriptor;
    sj_arena_reset(&arena);
    if (route->body != NULL)
        json_write(&text, random_message(&arena, type, seed));
    (void) fwrite(text.at == NULL ? "" : text.at, 1, text.size, file);
    (void) fclose(file);
    free(text.at);
}

void
fuzz_write_seeds(const char *folder)
{
    uint64_t seed = SEED;

    for (const api_route *route = api_routes; route->method != NULL; route++)
        write_seed(folder, route, &seed);
}
