/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/openapi.h"

#include "services/gateway/api/codes.h"
#include "services/gateway/api/openapi_others.h"
#include "services/gateway/api/openapi_parts.h"
#include "services/gateway/api/openapi_schema.h"
#include "services/gateway/api/routes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METHOD_SIZE = 16, TAG_NAME_SIZE = 32 };

/* ---- parameters --------------------------------------------------------------------------------
 */

static json_t *
parameter(const char *in, const char *name, json_t *schema)
{
    json_t *out = json_pack("{s:s,s:s,s:o}", "name", name, "in", in, "schema", schema);

    if (strcmp(in, "path") == 0)
        (void) json_object_set_new(out, "required", json_true());
    return out;
}

/* The field that a dotted path ends in, and its message. */
static const ProtobufCFieldDescriptor *
field_at(const ProtobufCMessageDescriptor **type, const char *path)
{
    const ProtobufCFieldDescriptor *field = json_field(*type, path, strcspn(path, "."));
    const char *dot = strchr(path, '.');

    if (dot == NULL)
        return field;
    *type = field->descriptor;
    return field_at(type, dot + 1);
}

static json_t *
path_schema(json_t *schemas, const api_route *route, const api_parameter *p)
{
    const ProtobufCMessageDescriptor *type = route->request;
    const ProtobufCFieldDescriptor *field;

    if (strcmp(p->field, API_SERVICE) == 0)
        return json_pack("{s:s,s:[s,s,s]}", "type", "string", "enum", api_services[0],
                         api_services[1], api_services[2]);
    field = field_at(&type, p->field);
    if (strcmp(field->name, "event_id") == 0)
        return json_pack("{s:s,s:i,s:i,s:s}", "type", "string", "minLength", 1, "maxLength", 96,
                         "description",
                         "The event's slug, or its id in hexadecimal digits, base64 or base64url");
    return schema_of_field(schemas, type, field, true);
}

static void
add_query(json_t *list, json_t *schemas, const api_route *route)
{
    for (unsigned i = 0; i < route->request->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &route->request->fields[i];

        if (!api_is_queried(route, field))
            continue;
        if (strcmp(field->name, "after") == 0)
            (void) json_array_append_new(list, schema_ref("parameters", "PageToken"));
        else if (strcmp(field->name, "limit") == 0)
            (void) json_array_append_new(
                list, parameter("query", API_PAGE_SIZE,
                                schema_of_field(schemas, route->request, field, false)));
        else
            (void) json_array_append_new(
                list, parameter("query", field->name,
                                schema_of_field(schemas, route->request, field, false)));
    }
}

/* Whether what is read has an ETag. */
static bool
is_versioned(const api_route *route)
{
    return (route->flags & API_WRITE) == 0 &&
           protobuf_c_message_descriptor_get_field_by_name(route->reply, "revision") != NULL;
}

static json_t *
parameters_of(json_t *schemas, const api_route *route)
{
    json_t *list = json_array();

    for (size_t i = 0; i < API_PARAMETERS_MAX && route->parameters[i].name != NULL; i++)
        (void) json_array_append_new(list,
                                     parameter("path", route->parameters[i].name,
                                               path_schema(schemas, route, &route->parameters[i])));
    add_query(list, schemas, route);
    if ((route->flags & API_WRITE) != 0) {
        (void) json_array_append_new(list, schema_ref("parameters", "IdempotencyKey"));
        (void) json_array_append_new(list, schema_ref("parameters", "DryRun"));
    }
    if ((route->flags & API_EDIT) != 0)
        (void) json_array_append_new(list, schema_ref("parameters", "IfMatch"));
    if (is_versioned(route))
        (void) json_array_append_new(list, schema_ref("parameters", "IfNoneMatch"));
    if ((route->flags & API_PUBLIC) != 0)
        (void) json_array_append_new(list, schema_ref("parameters", "Org"));
    (void) json_array_append_new(list, schema_ref("parameters", "Position"));
    return list;
}

/* ---- bodies ------------------------------------------------------------------------------------
 */

static json_t *
content(json_t *schema)
{
    return json_pack("{s:{s:o}}", "application/json", "schema", schema);
}

static json_t *
body_of(json_t *schemas, const api_route *route)
{
    const ProtobufCMessageDescriptor *type = route->request;

    if (route->body[0] != '\0')
        type = json_field(type, route->body, strlen(route->body))->descriptor;
    return json_pack("{s:b,s:o}", "required", (route->flags & API_OPTIONAL) == 0, "content",
                     content(schema_of(schemas, type)));
}

static json_t *
success(json_t *schemas, const api_route *route, const char *words)
{
    bool text = (route->flags & API_TEXT_JSON) != 0;
    json_t *schema = text ? json_pack("{s:s}", "type", "object") : schema_of(schemas, route->reply);
    json_t *headers = json_pack("{s:o}", "Sijill-Position", schema_ref("headers", "Position"));

    if (is_versioned(route) && !text)
        (void) json_object_set_new(headers, "ETag", schema_ref("headers", "ETag"));
    if ((route->flags & API_WRITE) != 0)
        (void) json_object_set_new(headers, "Idempotency-Replayed",
                                   schema_ref("headers", "Replayed"));
    return json_pack("{s:s,s:o,s:o}", "description", words, "headers", headers, "content",
                     content(schema));
}

static json_t *
responses_of(json_t *schemas, const api_route *route)
{
    json_t *out = json_object();

    (void) json_object_set_new(out, "200", success(schemas, route, route->summary));
    if ((route->flags & API_MAKES) != 0) {
        json_t *made = success(schemas, route, "It was made");

        if (route->location != NULL)
            (void) json_object_set_new(json_object_get(made, "headers"), "Location",
                                       schema_ref("headers", "Location"));
        (void) json_object_set_new(out, "201", made);
    }
    if (is_versioned(route))
        (void) json_object_set_new(out, "304",
                                   json_pack("{s:s}", "description", "If-None-Match names it"));
    openapi_add_problems(out, route);
    return out;
}

/* ---- operations --------------------------------------------------------------------------------
 */

/* The first word behind /v1/. */
static void
tag_of(const api_route *route, char tag[TAG_NAME_SIZE])
{
    const char *at = route->path + strlen("/v1/");

    (void) snprintf(tag, TAG_NAME_SIZE, "%.*s", (int) strcspn(at, "/."), at);
}

static json_t *
operation(json_t *schemas, const api_route *route)
{
    char tag[TAG_NAME_SIZE];
    json_t *out;

    tag_of(route, tag);
    out = json_pack("{s:s,s:s,s:[s],s:o,s:o}", "operationId", route->name, "summary",
                    route->summary, "tags", tag, "parameters", parameters_of(schemas, route),
                    "responses", responses_of(schemas, route));
    if (route->body != NULL)
        (void) json_object_set_new(out, "requestBody", body_of(schemas, route));
    if ((route->flags & API_PUBLIC) != 0)
        (void) json_object_set_new(out, "security", json_pack("[{},{s:[]}]", "key"));
    return out;
}

static json_t *
paths(json_t *schemas)
{
    json_t *out = json_object();

    for (const api_route *route = api_routes; route->method != NULL; route++) {
        json_t *item = json_object_get(out, route->path);
        char method[METHOD_SIZE];

        if (item == NULL) {
            item = json_object();
            (void) json_object_set_new(out, route->path, item);
        }
        (void) snprintf(method, sizeof method, "%s", route->method);
        for (char *at = method; *at != '\0'; at++)
            *at = (char) tolower((unsigned char) *at);
        (void) json_object_set_new(item, method, operation(schemas, route));
    }
    openapi_add_others(out);
    return out;
}

bool
openapi_write(json_text *out)
{
    json_t *schemas = json_object(), *all = paths(schemas);
    json_t *root = openapi_document(all, schemas);
    char *text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT);

    json_decref(root);
    if (text == NULL)
        return false;
    json_put(out, text, strlen(text));
    free(text);
    return !out->failed;
}
