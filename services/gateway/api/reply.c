/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/reply.h"

#include "services/core/message.h"
#include "services/gateway/api/build.h"

#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { TOKEN_SIZE = 1024, HTTP_OK = 200, HTTP_CREATED = 201 };

static const ProtobufCFieldDescriptor *
field_of(const ProtobufCMessage *message, const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
}

static bool
number_of(ProtobufCMessage *message, const char *name, ProtobufCType type, void *value, size_t size)
{
    const ProtobufCFieldDescriptor *field = field_of(message, name);

    if (field == NULL || field->type != type || !json_has(message, field))
        return false;
    memcpy(value, json_place(message, field), size);
    return true;
}

/* ---- Location ----------------------------------------------------------------------------------
 */

static void
append(char *to, const char *text, size_t size)
{
    size_t used = strlen(to);

    if (used + size < API_LOCATION_SIZE) {
        memcpy(to + used, text, size);
        to[used + size] = '\0';
    }
}

static void
append_escaped(char *to, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    char escape[8];

    for (;; text++) {
        size_t run = strspn(text, plain);

        append(to, text, run);
        text += run;
        if (*text == '\0')
            return;
        (void) snprintf(escape, sizeof escape, "%%%02X", (unsigned char) *text);
        append(to, escape, strlen(escape));
    }
}

static void
append_field(char *to, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    ProtobufCBinaryData data;
    char hex[2 * SIJILL_ID_SIZE + 1];

    memcpy(&data, json_place(message, field), sizeof data);
    if (data.len != SIJILL_ID_SIZE)
        return;
    sijill_hex(data.data, hex);
    append(to, hex, strlen(hex));
}

static void
append_named(char *to, const api_match *match, const char *slug, ProtobufCMessage *message,
             const char *name)
{
    const ProtobufCFieldDescriptor *field = field_of(message, name);

    for (size_t i = 0; i < API_PARAMETERS_MAX && match->route->parameters[i].name != NULL; i++)
        if (strcmp(match->route->parameters[i].name, name) == 0) {
            append_escaped(to, match->word[i]);
            return;
        }
    if (strcmp(name, "slug") == 0)
        append_escaped(to, slug);
    else if (field != NULL && field->type == PROTOBUF_C_TYPE_BYTES && json_has(message, field))
        append_field(to, message, field);
}

static void
write_location(api_says *says, const api_match *match, const char *slug, ProtobufCMessage *message)
{
    const char *at = match->route->location;
    char name[API_SLUG_SIZE];

    while (at != NULL && *at != '\0') {
        size_t words = strcspn(at, "{");

        append(says->location, at, words);
        at += words;
        if (*at == '{') {
            size_t size = strcspn(at + 1, "}");

            assert(size < sizeof name);
            memcpy(name, at + 1, size);
            name[size] = '\0';
            append_named(says->location, match, slug, message, name);
            at += size + 2;
        }
    }
}

/* ---- the answer --------------------------------------------------------------------------------
 */

/* Whether a command made what it names; a reply without a word about it says so by being there. */
static bool
is_made(ProtobufCMessage *message)
{
    int outcome;

    if (number_of(message, "outcome", PROTOBUF_C_TYPE_ENUM, &outcome, sizeof outcome))
        return outcome == SIJILL__V1__OUTCOME__CREATED;
    if (number_of(message, "existing", PROTOBUF_C_TYPE_ENUM, &outcome, sizeof outcome))
        return outcome == SIJILL__V1__EXISTING__NEW;
    return true;
}

static void
write_tag(api_says *says, ProtobufCMessage *message, const json_text *body)
{
    uint64_t revision;

    if (number_of(message, "revision", PROTOBUF_C_TYPE_UINT64, &revision, sizeof revision))
        tag_write(revision, body->at, body->size, says->tag);
}

static void
write_body(const api_route *route, const ProtobufCMessage *message, json_text *body)
{
    char token[TOKEN_SIZE];
    bool first = true;

    json_put(body, "{", 1);
    json_write_members(body, message, (route->flags & API_WRITE) == 0 ? "next" : NULL, &first);
    if ((route->flags & API_WRITE) == 0 && api_page_token(message, token, sizeof token)) {
        json_put_name(body, "nextPageToken", &first);
        json_put_string(body, token, strlen(token));
    }
    json_put(body, "}", 1);
}

/* The text of a field as it stands; false: there is none yet. */
static bool
write_text(const api_route *route, ProtobufCMessage *message, json_text *body)
{
    const ProtobufCFieldDescriptor *field = field_of(message, route->text);
    const char *text;

    if (!json_has(message, field))
        return false;
    memcpy((void *) &text, json_place(message, field), sizeof text);
    json_put(body, text, strlen(text));
    return true;
}

bool
api_reply(sj_arena *arena, const api_match *match, const char *slug, const sijill_reply *reply,
          api_says *says, json_text *body, api_problem *wrong)
{
    const api_route *route = match->route;
    ProtobufCAllocator allocator = sj_arena_allocator(arena);
    ProtobufCMessage *message =
        protobuf_c_message_unpack(route->reply, &allocator, reply->size, reply->body);

    *says = (api_says){ .status = HTTP_OK };
    api_wrong(wrong, SIJILL__V1__CODE__INTERNAL, "", "the answer of the service cannot be shown");
    if (message == NULL)
        return false;
    if ((route->flags & API_TEXT_JSON) != 0) {
        if (write_text(route, message, body))
            return !body->failed;
        api_wrong(wrong, SIJILL__V1__CODE__NOT_FOUND, "", "it is not signed yet: ask again later");
        return false;
    }
    if ((route->flags & API_MAKES) != 0 && !reply->dry_run && is_made(message)) {
        says->status = HTTP_CREATED;
        write_location(says, match, slug, message);
    }
    write_body(route, message, body);
    if ((route->flags & API_WRITE) == 0)
        write_tag(says, message, body);
    return !body->failed;
}

/* What a query calls the fields of a page; NULL: another one. */
static const char *
page_parameter(const api_route *route, const char *field)
{
    if (route == NULL || route->body != NULL)
        return NULL;
    return strcmp(field, "limit") == 0   ? API_PAGE_SIZE
           : strcmp(field, "after") == 0 ? API_PAGE_TOKEN
                                         : NULL;
}

/* The field as the caller has it: of the body, which may be a member of the request. */
static const char *
field_in_body(const api_route *route, const char *field)
{
    size_t size = route == NULL || route->body == NULL ? 0 : strlen(route->body);

    return size > 0 && strncmp(field, route->body, size) == 0 && field[size] == '.'
               ? field + size + 1
               : field;
}

void
api_refusal(const api_route *route, const sijill_reply *reply, api_problem *wrong)
{
    const char *words = reply->detail, *parameter = page_parameter(route, reply->field);

    if (reply->code == SIJILL__V1__CODE__UNKNOWN_OUTCOME)
        words = route != NULL && (route->flags & API_WRITE) != 0
                    ? "no answer came in time, and it may have been done: ask again with the same "
                      "Idempotency-Key, which cannot do it twice"
                    : "no answer came in time: ask again";
    else if (reply->code == SIJILL_UNREACHABLE)
        words = "the service is not there; nothing was done: ask again";
    api_wrong(wrong, reply->code, field_in_body(route, reply->field),
              words[0] == '\0' ? "refused" : words);
    if (parameter != NULL)
        (void) snprintf(wrong->field, sizeof wrong->field, "%s", parameter);
}
