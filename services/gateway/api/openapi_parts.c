/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/openapi_parts.h"

#include "services/gateway/api/codes.h"
#include "services/gateway/api/idempotency.h"
#include "services/gateway/api/openapi_schema.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 32, SYNTAX = 400, STATUS_SIZE = 8, FIRST = 400, LAST = 599 };

static const char about[] =
    "Commands and queries of sijill's services. Members are ProtoJSON's: lowerCamelCase, 64-bit "
    "numbers as text, octets as base64. Unknown members and parameters are refused. Every write "
    "needs an Idempotency-Key and may be sent again with the same. Errors are RFC 9457 problems "
    "whose `code` is stable.";

/* ---- problems ----------------------------------------------------------------------------------
 */

static bool
has_status(unsigned status)
{
    for (size_t i = 0; i < api_code_count; i++)
        if (api_codes[i].status == status)
            return true;
    return status == SYNTAX;
}

static bool
may_answer(const api_route *route, unsigned status)
{
    switch (status) {
    case 401:
    case 403:
        return (route->flags & API_PUBLIC) == 0;
    case 405:
        return false; /* of the address, not of the operation */
    case 409:
        return (route->flags & API_WRITE) != 0;
    case 412:
        return (route->flags & API_EDIT) != 0;
    case 413: /* a body where none is taken is too large */
        return true;
    case 415:
        return route->body != NULL;
    default:
        return has_status(status);
    }
}

void
openapi_add_problems(json_t *responses, const api_route *route)
{
    char name[NAME_SIZE], status[STATUS_SIZE];

    for (unsigned i = FIRST; i <= LAST; i++) {
        if (!may_answer(route, i))
            continue;
        (void) snprintf(status, sizeof status, "%u", i);
        (void) snprintf(name, sizeof name, "Problem%u", i);
        (void) json_object_set_new(responses, status, schema_ref("responses", name));
    }
}

static json_t *
problem_response(unsigned status)
{
    json_t *headers = json_object(), *codes = json_array();
    const char *words = "The request is not to be understood";

    for (size_t i = 0; i < api_code_count; i++) {
        if (api_codes[i].status != status)
            continue;
        if (json_array_size(codes) == 0)
            words = api_codes[i].title;
        (void) json_array_append_new(codes, json_string(api_code_name(api_codes[i].code)));
        if (api_codes[i].retry_seconds > 0)
            (void) json_object_set_new(headers, "Retry-After", schema_ref("headers", "RetryAfter"));
    }
    if (status == SYNTAX)
        (void) json_array_append_new(codes, json_string("INVALID"));
    if (status == 401)
        (void) json_object_set_new(headers, "WWW-Authenticate",
                                   json_pack("{s:{s:s}}", "schema", "type", "string"));
    return json_pack("{s:s,s:o,s:{s:{s:{s:[o,{s:{s:{s:o}}}]}}}}", "description", words, "headers",
                     headers, "content", "application/problem+json", "schema", "allOf",
                     schema_ref("schemas", "Problem"), "properties", "code", "enum", codes);
}

static json_t *
problem_responses(void)
{
    json_t *out = json_object();
    char name[NAME_SIZE];

    for (unsigned i = FIRST; i <= LAST; i++)
        if (has_status(i) && i != 405) {
            (void) snprintf(name, sizeof name, "Problem%u", i);
            (void) json_object_set_new(out, name, problem_response(i));
        }
    return out;
}

static json_t *
problem_schema(void)
{
    json_t *codes = json_array();

    for (size_t i = 0; i < api_code_count; i++)
        if (api_codes[i].code != API_MEDIA) /* the same name as API_METHOD */
            (void) json_array_append_new(codes, json_string(api_code_name(api_codes[i].code)));
    return json_pack("{s:s,s:[s,s,s,s],s:{s:{s:s,s:s},s:{s:s},s:{s:s,s:i,s:i},s:{s:s,s:s},"
                     "s:{s:s,s:o},s:{s:s,s:s},s:{s:s},s:{s:s,s:s,s:s}}}",
                     "type", "object", "required", "type", "title", "status", "code", "properties",
                     "type", "type", "string", "format", "uri", "title", "type", "string", "status",
                     "type", "integer", "minimum", (int) FIRST, "maximum", (int) LAST, "detail",
                     "type", "string", "description", "For people: says what to do", "code", "type",
                     "string", "enum", codes, "field", "type", "string", "description",
                     "Which member or parameter is wrong", "trace", "type", "string", "instance",
                     "type", "string", "format", "uri", "description",
                     "The request, as X-Request-Id and the logs name it");
}

/* ---- parameters and headers --------------------------------------------------------------------
 */

static json_t *
text_schema(unsigned max)
{
    return json_pack("{s:s,s:i,s:i}", "type", "string", "minLength", 1, "maxLength", (int) max);
}

static json_t *
shared(const char *in, const char *name, json_t *schema, const char *words)
{
    return json_pack("{s:s,s:s,s:o,s:s}", "name", name, "in", in, "schema", schema, "description",
                     words);
}

static json_t *
parameters(void)
{
    json_t *out = json_object(), *key;

    key = shared("header", "Idempotency-Key", text_schema(IDEMPOTENCY_KEY_MAX),
                 "The same with every try of a request, and never for another. A UUIDv7, or any "
                 "printable ASCII. Not needed with dry_run.");
    (void) json_object_set_new(out, "IdempotencyKey", key);
    (void) json_object_set_new(out, "DryRun",
                               shared("query", "dry_run",
                                      json_pack("{s:s,s:b}", "type", "boolean", "default", 0),
                                      "Decide and answer, write nothing"));
    (void) json_object_set_new(
        out, "IfMatch",
        shared("header", "If-Match", json_pack("{s:s}", "type", "string"),
               "The ETag that was read: 412 when the thing was changed meanwhile"));
    (void) json_object_set_new(out, "IfNoneMatch",
                               shared("header", "If-None-Match",
                                      json_pack("{s:s}", "type", "string"),
                                      "The ETag that is there already: 304 when it still holds"));
    (void) json_object_set_new(
        out, "Position",
        shared("header", "Sijill-Position", json_pack("{s:s}", "type", "string"),
               "What an earlier answer said: this one includes all that was answered there"));
    (void) json_object_set_new(out, "PageToken",
                               shared("query", API_PAGE_TOKEN, text_schema(API_WORD_SIZE - 1),
                                      "nextPageToken of the page before; absent: the first"));
    (void) json_object_set_new(out, "Org",
                               shared("query", "org",
                                      json_pack("{s:s,s:i}", "type", "integer", "minimum", 1),
                                      "The organisation, for who asks without a key; absent: 1"));
    return out;
}

static json_t *
header(const char *words)
{
    return json_pack("{s:s,s:{s:s}}", "description", words, "schema", "type", "string");
}

static json_t *
headers(void)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "Position",
                     header("How far the services have been seen: send it back to "
                            "read what was written"),
                     "ETag", header("The revision, for If-Match and If-None-Match"), "Location",
                     header("Where it is"), "Replayed",
                     header("true: an earlier try had been done, and this is its answer"),
                     "RetryAfter", header("Seconds"));
}

/* ---- the document ------------------------------------------------------------------------------
 */

json_t *
openapi_document(json_t *paths, json_t *schemas)
{
    json_t *components, *info;

    (void) json_object_set_new(schemas, "Problem", problem_schema());
    info = json_pack("{s:s,s:s,s:s,s:{s:s,s:s}}", "title", "sijill", "version", SIJILL_VERSION,
                     "description", about, "license", "name", "Apache-2.0", "identifier",
                     "Apache-2.0");
    components = json_pack("{s:o,s:o,s:o,s:o,s:{s:{s:s,s:s,s:s}}}", "schemas", schemas,
                           "parameters", parameters(), "headers", headers(), "responses",
                           problem_responses(), "securitySchemes", "key", "type", "http", "scheme",
                           "bearer", "description", "An API key: sjk_ORG_ID_SECRET");
    return json_pack("{s:s,s:o,s:[{s:s}],s:[{s:[]}],s:o,s:o}", "openapi", "3.1.0", "info", info,
                     "servers", "url", "/", "security", "key", "paths", paths, "components",
                     components);
}
