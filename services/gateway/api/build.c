/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/build.h"

#include "proto/wire/limits.h"
#include "services/gateway/api/base64.h"

#include <stdio.h>
#include <string.h>

#define INVALID SIJILL__V1__CODE__INVALID

static bool
refuse(api_problem *wrong, const char *field, const char *words)
{
    api_wrong(wrong, INVALID, field, words);
    return false;
}

/* ---- fields ------------------------------------------------------------------------------------
 */

static bool
same_value(const ProtobufCFieldDescriptor *field, ProtobufCMessage *a, ProtobufCMessage *b)
{
    const void *x = json_place(a, field), *y = json_place(b, field);
    ProtobufCBinaryData one, two;
    const char *text, *other;

    if (field->type == PROTOBUF_C_TYPE_STRING) {
        memcpy((void *) &text, x, sizeof text);
        memcpy((void *) &other, y, sizeof other);
        return strcmp(text, other) == 0;
    }
    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        memcpy(&one, x, sizeof one);
        memcpy(&two, y, sizeof two);
        return one.len == two.len && (one.len == 0 || memcmp(one.data, two.data, one.len) == 0);
    }
    if (field->type == PROTOBUF_C_TYPE_UINT64 || field->type == PROTOBUF_C_TYPE_FIXED64)
        return memcmp(x, y, sizeof(uint64_t)) == 0;
    return memcmp(x, y, sizeof(uint32_t)) == 0;
}

/* Set a field that the body may have said already: then the same. */
static bool
set_field(sj_arena *arena, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
          const char *word, api_problem *wrong)
{
    ProtobufCMessage *said = NULL;
    const char *words;

    if (json_has(message, field)) {
        said = json_message(arena, message->descriptor);
        if (said == NULL)
            return false;
        memcpy(said, message, message->descriptor->sizeof_message);
    }
    words = json_read_word(arena, message, field, word);
    if (words != NULL)
        return refuse(wrong, field->name, words);
    if (said != NULL && !same_value(field, said, message))
        return refuse(wrong, field->name, "the address says another; leave it out of the body");
    return true;
}

typedef bool visit_fn(void *context, ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field, size_t n);

/* Visit a field by its path: of the message itself, of one in it (made when it is absent), or of
 * each in a list. */
static bool
visit(sj_arena *arena, ProtobufCMessage *message, const char *path, visit_fn *fn, void *context)
{
    size_t size = strcspn(path, ".");
    const ProtobufCFieldDescriptor *field = json_field(message->descriptor, path, size);
    ProtobufCMessage *child, **items;
    size_t count = 1;

    if (path[size] == '\0')
        return fn(context, message, field, 0);
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        memcpy((void *) &items, json_place(message, field), sizeof items);
        memcpy(&count, (uint8_t *) message + field->quantifier_offset, sizeof count);
    } else {
        memcpy((void *) &child, json_place(message, field), sizeof child);
        if (child == NULL)
            child = json_message(arena, field->descriptor);
        if (child == NULL)
            return false;
        memcpy(json_place(message, field), (void *) &child, sizeof child);
        items = &child;
    }
    for (size_t i = 0; i < count; i++)
        if (!fn(context, items[i],
                json_field(items[i]->descriptor, path + size + 1, strlen(path + size + 1)), i))
            return false;
    return true;
}

/* ---- parameters of the path --------------------------------------------------------------------
 */

typedef struct setting {
    sj_arena *arena;
    const char *word;
    api_problem *wrong;
} setting;

static bool
set_visited(void *context, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
            size_t n)
{
    setting *s = context;

    (void) n;
    return set_field(s->arena, message, field, s->word, s->wrong);
}

static bool
set_path(sj_arena *arena, api_build *b, const char *path, const char *word, api_problem *wrong)
{
    setting s = { arena, word, wrong };

    return visit(arena, b->message, path, set_visited, &s);
}

/* An id in digits or letters that no slug has; a slug is a-z 0-9 and -. */
static bool
is_id(const char *word)
{
    uint8_t id[SIJILL_ID_SIZE];
    size_t size = strlen(word);

    if (!octets_read(word, size, id, sizeof id))
        return false;
    return size == 2 * sizeof id || strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") < size;
}

static bool
set_event(sj_arena *arena, api_build *b, const char *path, const char *word, api_problem *wrong)
{
    char hex[2 * SIJILL_ID_SIZE + 1];

    if (is_id(word))
        return set_path(arena, b, path, word, wrong);
    if (json_field(b->message->descriptor, "slug", strlen("slug")) != NULL)
        return set_path(arena, b, "slug", word, wrong);
    if (strlen(word) >= API_SLUG_SIZE)
        return refuse(wrong, "event", "an event is named by its slug or its id");
    (void) strncat(b->slug, word, sizeof b->slug - 1);
    if (b->event == NULL)
        return true; /* what the body says of it is compared when it is known */
    sijill_hex(b->event, hex);
    return set_path(arena, b, path, hex, wrong);
}

static bool
choose_service(api_build *b, const char *word, api_problem *wrong)
{
    for (backend_service s = 0; s < BACKEND_SERVICES; s++)
        if (strcmp(word, api_services[s]) == 0) {
            b->service = s;
            return true;
        }
    api_wrong(wrong, SIJILL__V1__CODE__NOT_FOUND, "",
              "the services are registration, attendance and certificate");
    return false;
}

static bool
set_parameters(sj_arena *arena, api_build *b, api_problem *wrong)
{
    const api_route *route = b->match->route;

    for (size_t i = 0; i < API_PARAMETERS_MAX && route->parameters[i].name != NULL; i++) {
        const api_parameter *p = &route->parameters[i];
        const char *word = b->match->word[i], *dot = strrchr(p->field, '.');
        bool done;

        if (strcmp(p->field, API_SERVICE) == 0)
            done = choose_service(b, word, wrong);
        else if (strcmp(dot == NULL ? p->field : dot + 1, "event_id") == 0)
            done = set_event(arena, b, p->field, word, wrong);
        else
            done = set_path(arena, b, p->field, word, wrong);
        if (!done)
            return false;
    }
    return true;
}

/* ---- the query ---------------------------------------------------------------------------------
 */

/* As refuse, by a parameter's own name. */
static bool
refuse_parameter(api_problem *wrong, const char *name, const char *words)
{
    api_wrong_parameter(wrong, name, words);
    return false;
}

static bool
set_after(sj_arena *arena, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
          const char *token, api_problem *wrong)
{
    uint8_t *octets = sj_arena_take(arena, BASE64_OCTETS(API_WORD_SIZE) + 1);
    ProtobufCBinaryData data = { 0, octets };
    uint64_t number;

    if (octets == NULL || strlen(token) >= API_WORD_SIZE ||
        !base64_read(token, strlen(token), octets, &data.len) ||
        (field->type == PROTOBUF_C_TYPE_UINT64 && data.len != sizeof number) ||
        (field->type == PROTOBUF_C_TYPE_STRING && memchr(octets, 0, data.len) != NULL))
        return refuse_parameter(
            wrong, API_PAGE_TOKEN,
            "this is no page token of ours; leave it out to begin at the first page");
    octets[data.len] = '\0';
    if (field->type == PROTOBUF_C_TYPE_UINT64) {
        number = sj_read_u64(octets);
        memcpy(json_place(message, field), &number, sizeof number);
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        memcpy(json_place(message, field), (void *) &octets, sizeof octets);
    } else {
        memcpy(json_place(message, field), &data, sizeof data);
    }
    json_set_has(message, field);
    return true;
}

static bool
set_queried(sj_arena *arena, api_build *b, const char *name, const char *value, api_problem *wrong)
{
    const ProtobufCMessageDescriptor *type = b->message->descriptor;
    const char *called = name, *words;
    const ProtobufCFieldDescriptor *field;

    if (strcmp(name, API_PAGE_TOKEN) == 0 || strcmp(name, "pageToken") == 0)
        called = "after";
    if (strcmp(name, API_PAGE_SIZE) == 0 || strcmp(name, "pageSize") == 0)
        called = "limit";
    field = called == name && (strcmp(name, "after") == 0 || strcmp(name, "limit") == 0)
                ? NULL
                : json_field(type, called, strlen(called));
    if (field == NULL || !api_is_queried(b->match->route, field))
        return refuse_parameter(wrong, name,
                                "no such parameter here; leave it out or correct its name");
    if (json_has(b->message, field))
        return refuse_parameter(wrong, name, "the parameter comes twice");
    if (strcmp(called, "after") == 0)
        return set_after(arena, b->message, field, value, wrong);
    words = json_read_word(arena, b->message, field, value);
    return words == NULL || refuse_parameter(wrong, name, words);
}

bool
api_is_general(const char *name)
{
    return strcmp(name, "dry_run") == 0 || strcmp(name, "org") == 0;
}

bool
api_query_next(const char **query, char *name, char *value)
{
    const char *at = *query;
    size_t size = strcspn(at, "&"), split = strcspn(at, "&=");
    size_t skip = split < size ? split + 1 : size;

    *query += size + (at[size] == '&');
    return api_unescape(at, split, true, name, API_WORD_SIZE) &&
           api_unescape(at + skip, size - skip, true, value, API_WORD_SIZE);
}

static bool
set_query(sj_arena *arena, api_build *b, api_problem *wrong)
{
    const char *at = b->query;
    char name[API_WORD_SIZE], value[API_WORD_SIZE];

    while (*at != '\0') {
        if (!api_query_next(&at, name, value))
            return refuse(wrong, "", "the query is too long, or its percent-escapes are broken");
        if (name[0] == '\0' || api_is_general(name))
            continue;
        if (!set_queried(arena, b, name, value, wrong))
            return false;
    }
    return true;
}

const char *
api_query_find(const char *query, const char *name, char *value, size_t size)
{
    char found[API_WORD_SIZE], word[API_WORD_SIZE];

    while (*query != '\0')
        if (api_query_next(&query, found, word) && strcmp(found, name) == 0) {
            (void) snprintf(value, size, "%s", word);
            return value;
        }
    return NULL;
}

/* ---- ids that the caller left out --------------------------------------------------------------
 */

typedef struct making {
    sj_arena *arena;
    const idempotency *of;
} making;

static bool
make_visited(void *context, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
             size_t n)
{
    making *m = context;
    ProtobufCBinaryData data = { SIJILL_ID_SIZE, NULL };

    if (json_has(message, field))
        return true;
    data.data = sj_arena_take(m->arena, SIJILL_ID_SIZE);
    if (data.data == NULL)
        return false;
    idempotency_made(m->of, (uint32_t) n, data.data);
    memcpy(json_place(message, field), &data, sizeof data);
    json_set_has(message, field);
    return true;
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

static void
say_error(const json_error *error, api_problem *wrong)
{
    api_wrong(wrong, error->too_large ? SIJILL__V1__CODE__TOO_LARGE : INVALID, error->path,
              error->words);
    wrong->syntax = error->syntax;
    if (error->syntax)
        (void) snprintf(wrong->words, sizeof wrong->words, "%s (at octet %zu)", error->words,
                        error->at);
}

static bool
read_body(sj_arena *arena, api_build *b, api_problem *wrong)
{
    const api_route *route = b->match->route;
    ProtobufCMessage *into = b->message;
    json_error error;

    if (route->body == NULL || (b->body.size == 0 && (route->flags & API_OPTIONAL) != 0))
        return true;
    if (route->body[0] != '\0') {
        const ProtobufCFieldDescriptor *member =
            json_field(b->message->descriptor, route->body, strlen(route->body));

        into = json_message(arena, member->descriptor);
        if (into == NULL)
            return false;
        memcpy(json_place(b->message, member), (void *) &into, sizeof into);
    }
    if (json_read(arena, into, b->body, &error))
        return true;
    say_error(&error, wrong);
    return false;
}

static void
set_always(api_build *b)
{
    const char *name = b->match->route->always;
    const ProtobufCFieldDescriptor *field;
    protobuf_c_boolean truth = 1;

    if (name == NULL)
        return;
    field = json_field(b->message->descriptor, name, strlen(name));
    memcpy(json_place(b->message, field), &truth, sizeof truth);
    json_set_has(b->message, field);
}

bool
api_build_request(sj_arena *arena, api_build *b, api_problem *wrong)
{
    const api_route *route = b->match->route;
    making m = { arena, b->made };

    api_wrong(wrong, SIJILL__V1__CODE__TOO_LARGE, "", /* unless something else is said below */
              "the request is larger than one may be; say it in several");
    b->service = route->service;
    b->slug[0] = '\0';
    b->message = json_message(arena, route->request);
    if (b->message == NULL || !read_body(arena, b, wrong))
        return false;
    set_always(b);
    if (!set_parameters(arena, b, wrong) || !set_query(arena, b, wrong))
        return false;
    if (route->made != NULL && b->made != NULL &&
        !visit(arena, b->message, route->made, make_visited, &m))
        return false;
    return protobuf_c_message_get_packed_size(b->message) <= SJ_FRONT_MAX - SJ_HEAD_MAX;
}

bool
api_page_token(const ProtobufCMessage *reply, char *token, size_t size)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, "next");
    const uint8_t *at = field == NULL ? NULL : (const uint8_t *) reply + field->offset;
    ProtobufCBinaryData data;
    uint8_t number[sizeof(uint64_t)];
    const char *text;
    uint64_t value;

    if (field == NULL || !json_has(reply, field))
        return false;
    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        memcpy(&data, at, sizeof data);
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        memcpy((void *) &text, at, sizeof text);
        data = (ProtobufCBinaryData){ strlen(text), (uint8_t *) (uintptr_t) text };
    } else {
        memcpy(&value, at, sizeof value);
        sj_write_u64(number, value);
        data = (ProtobufCBinaryData){ sizeof number, number };
    }
    if (BASE64_LETTERS(data.len) >= size)
        return false;
    token[base64_write_url(data.data, data.len, token)] = '\0';
    return true;
}
