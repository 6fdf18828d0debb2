/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/openapi_others.h"

#include "services/gateway/api/openapi_parts.h"
#include "services/gateway/api/openapi_schema.h"
#include "services/gateway/api/upload_words.h"

#include <stdio.h>
#include <string.h>

static json_t *
parameter(const char *in, const char *name, json_t *schema, const char *words, bool required)
{
    return json_pack("{s:s,s:s,s:o,s:s,s:b}", "name", name, "in", in, "schema", schema,
                     "description", words, "required", required);
}

static json_t *
text(void)
{
    return json_pack("{s:s}", "type", "string");
}

static json_t *
number(int least, int most)
{
    return json_pack("{s:s,s:i,s:i}", "type", "integer", "minimum", least, "maximum", most);
}

static json_t *
operation(const char *name, const char *tag, const char *words, json_t *parameters, json_t *content)
{
    static const api_route any = { .method = "GET" };
    json_t *responses = json_pack("{s:{s:s,s:o}}", "200", "description", words, "content", content);

    openapi_add_problems(responses, &any);
    return json_pack("{s:s,s:s,s:[s],s:o,s:o}", "operationId", name, "summary", words, "tags", tag,
                     "parameters", parameters, "responses", responses);
}

/* ---- files -------------------------------------------------------------------------------------
 */

static json_t *
upload_parameters(void)
{
    json_t *list = json_array();

    (void) json_array_append_new(
        list, parameter("path", "event", text(), "The event's slug, or its id", true));
    (void) json_array_append_new(list, schema_ref("parameters", "IdempotencyKey"));
    for (const upload_option *o = upload_options; o->name != NULL; o++) {
        json_t *schema = o->flag   ? json_pack("{s:s}", "type", "boolean")
                         : o->many ? json_pack("{s:s,s:o}", "type", "array", "items", text())
                                   : text();

        (void) json_array_append_new(list, parameter("query", o->name, schema, o->summary, false));
    }
    return list;
}

static json_t *
upload(void)
{
    static const api_route write = { .method = "POST", .flags = API_WRITE, .body = "" };
    json_t *out = operation(
        "upload", "events",
        "Read a platform's report, a form's answers or our own CSV: a line of JSON a row, at last "
        "the summary",
        upload_parameters(), json_pack("{s:{s:o}}", "application/x-ndjson", "schema", text()));
    json_t *responses = json_object_get(out, "responses");

    (void) json_object_set_new(out, "requestBody",
                               json_pack("{s:b,s:{s:{s:o},s:{}}}", "required", 1, "content",
                                         "text/csv", "schema", text(), "application/octet-stream"));
    (void) json_object_set_new(
        json_object_get(responses, "200"), "headers",
        json_pack("{s:o}", "Idempotency-Replayed", schema_ref("headers", "Replayed")));
    openapi_add_problems(responses, &write);
    return out;
}

/* ---- what happened -----------------------------------------------------------------------------
 */

static json_t *
feed(void)
{
    json_t *list = json_array();

    (void) json_array_append_new(
        list, parameter("query", "after", text(),
                        "The position of the answer before, or latest; absent: from the first that "
                        "is kept",
                        false));
    (void) json_array_append_new(
        list, parameter("query", "limit", number(1, 500), "Records in an answer", false));
    (void) json_array_append_new(list,
                                 parameter("query", "wait", number(0, 60),
                                           "Seconds to wait when nothing has happened yet", false));
    (void) json_array_append_new(
        list, parameter("query", "types", text(), "Names of records, separated by commas", false));
    return operation("readFeed", "feed",
                     "What happened, in order: at once, when something happens, or as Server-Sent "
                     "Events",
                     list,
                     json_pack("{s:{s:{s:s}},s:{s:o}}", "application/json", "schema", "type",
                               "object", "text/event-stream", "schema", text()));
}

static json_t *
deliveries(void)
{
    json_t *list = json_array();

    (void) json_array_append_new(list, parameter("query", "endpoint", text(),
                                                 "The endpoint's id, 32 hexadecimal digits", true));
    (void) json_array_append_new(list, schema_ref("parameters", "PageToken"));
    return operation("listDeliveries", "endpoints",
                     "What became of deliveries to an endpoint, the latest first", list,
                     json_pack("{s:{s:{s:s}}}", "application/json", "schema", "type", "object"));
}

void
openapi_add_others(json_t *paths)
{
    (void) json_object_set_new(paths, UPLOAD_PATH, json_pack("{s:o}", "post", upload()));
    (void) json_object_set_new(paths, "/v1/feed", json_pack("{s:o}", "get", feed()));
    (void) json_object_set_new(paths, "/v1/deliveries", json_pack("{s:o}", "get", deliveries()));
}
