/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/cloudevents.h"

#include "proto/wire/check.h"
#include "services/gateway/platform/form.h"
#include "services/gateway/platform/mend.h"
#include "services/gateway/platform/signature.h"

#include <string.h>
#include <strings.h>

#define ORIGIN "webhook-request-origin"

enum { ORIGIN_MAX = 255 };

const char *const cloudevents_greet_headers[] = { ORIGIN, NULL };

/* ---- the form ----------------------------------------------------------------------------------
 */

/* Whether the media type of a Content-Type, up to its parameters, is this one. */
static bool
is_media(const char *type, const char *media)
{
    size_t size = strcspn(type, "; \t");

    return size == strlen(media) && strncasecmp(type, media, size) == 0;
}

static bool
is_json(const char *type)
{
    size_t size = strcspn(type, "; \t");

    return is_media(type, "application/json") ||
           (size > 5 && strncasecmp(type + size - 5, "+json", 5) == 0);
}

cloudevents_form
cloudevents_form_of(const platform_delivery *in)
{
    const char *type = delivery_header(in, "content-type");

    if (type == NULL) {
        if (delivery_has_header(in, "content-type"))
            return CLOUDEVENTS_OTHER;
        type = "application/json";
    }
    if (is_media(type, "application/cloudevents+json"))
        return CLOUDEVENTS_STRUCTURED;
    if (strncasecmp(type, "application/cloudevents", 23) == 0 || !is_json(type))
        return CLOUDEVENTS_OTHER;
    return delivery_has_header(in, "ce-specversion") || delivery_has_header(in, "ce-type") ||
                   delivery_has_header(in, "ce-id")
               ? CLOUDEVENTS_BINARY
               : CLOUDEVENTS_PLAIN;
}

/* ---- binary mode -------------------------------------------------------------------------------
 */

/* A quoted string without its quotes and escapes. */
static const char *
unquote(sj_arena *arena, const char *text)
{
    size_t size = strlen(text), used = 0;
    char *made;

    if (size < 2 || text[0] != '"' || text[size - 1] != '"')
        return text;
    made = sj_arena_take(arena, size);
    if (made == NULL)
        return NULL;
    for (size_t i = 1; i < size - 1; i++) {
        if (text[i] == '\\' && i + 1 < size - 1)
            i++;
        made[used++] = text[i];
    }
    made[used] = '\0';
    return made;
}

/* What a ce-* header means: unquoted, percent-decoded once.  NULL: nothing that can be meant. */
static const char *
header_value(sj_arena *arena, const platform_delivery *in, const char *name)
{
    const char *value = delivery_header(in, name);
    sj_bytes decoded;

    value = value == NULL ? NULL : unquote(arena, value);
    if (value == NULL)
        return NULL;
    decoded = form_decode(arena, signature_text(value), false);
    if (decoded.at == NULL || !sj_utf8_valid(decoded.at, decoded.size))
        return NULL;
    return decoded.at;
}

static cloudevents_repeated
compare(sj_arena *arena, const platform_delivery *in, const json_t *root, const char *header,
        const char *member)
{
    const char *value = header_value(arena, in, header);
    const json_t *said = json_object_get(root, member);

    if (!json_is_string(said))
        return CLOUDEVENTS_ABSENT;
    return value != NULL && strlen(value) == json_string_length(said) &&
                   memcmp(json_string_value(said), value, strlen(value)) == 0
               ? CLOUDEVENTS_REPEATED
               : CLOUDEVENTS_DIFFERENT;
}

cloudevents_repeated
cloudevents_repeats(sj_arena *arena, const platform_delivery *in)
{
    json_error_t error;
    json_t *root = mend_json(arena, in->body, &error);
    cloudevents_repeated type = compare(arena, in, root, "ce-type", "type");
    cloudevents_repeated id = compare(arena, in, root, "ce-id", "id");

    json_decref(root);
    return type != CLOUDEVENTS_REPEATED ? type : id;
}

/* ---- an event ----------------------------------------------------------------------------------
 */

static const char *
string_of(const json_t *root, const char *member)
{
    const char *text = json_string_value(json_object_get(root, member));

    return text == NULL ? "" : text;
}

cloudevent
cloudevents_open(const json_t *root, cloudevents_form form)
{
    bool cloud = form == CLOUDEVENTS_STRUCTURED || json_object_get(root, "specversion") != NULL;
    cloudevent event = { .type = string_of(root, "type"), .source = "", .id = "" };

    event.data = json_object_get(root, "data");
    event.time = json_object_get(root, cloud || form == CLOUDEVENTS_BINARY ? "time" : "timestamp");
    if (cloud || form == CLOUDEVENTS_BINARY) {
        event.source = string_of(root, "source");
        event.id = string_of(root, "id");
    }
    if (form == CLOUDEVENTS_BINARY && !json_is_object(event.data))
        event.data = root;
    if (event.type[0] == '\0')
        event.words = "the event has no type";
    else if (cloud && strcmp(string_of(root, "specversion"), "1.0") != 0)
        event.words = "the event is no CloudEvent of version 1.0";
    else if (cloud && (event.source[0] == '\0' || event.id[0] == '\0'))
        event.words = "a CloudEvent has an id and a source";
    else if (!json_is_object(event.data))
        event.words = json_object_get(root, "data_base64") != NULL
                          ? "the event's data is not JSON: send data, not data_base64"
                          : "the event has no data that is an object";
    return event;
}

/* ---- the handshake -----------------------------------------------------------------------------
 */

void
cloudevents_greet(sj_arena *arena, const platform_delivery *in, platform_answer *out)
{
    const char *origin = delivery_header(in, ORIGIN);

    (void) arena;
    *out = (platform_answer){
        .status = 200, .header = { { "Allow", "POST" } }, .header_count = 1, .outcome = "greeting"
    };
    if (!delivery_has_header(in, ORIGIN))
        return;
    if (origin == NULL || strlen(origin) > ORIGIN_MAX || strchr(origin, ' ') != NULL ||
        !sj_text_plain(origin, strlen(origin))) {
        answer_refuse(out, 400, "bad_challenge");
        return;
    }
    out->header[1] = (platform_header){ "WebHook-Allowed-Origin", origin };
    out->header[2] = (platform_header){ "WebHook-Allowed-Rate", "*" };
    out->header_count = 3;
}
