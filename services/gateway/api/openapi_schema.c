/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/openapi_schema.h"

#include "proto/wire/limits.h"
#include "services/gateway/api/base64.h"
#include "services/gateway/api/json.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 64 };

json_t *
schema_ref(const char *kind, const char *name)
{
    return json_pack("{s:s+++}", "$ref", "#/components/", kind, "/", name);
}

/* "sijill.v1.Access.Role" is Access.Role. */
static const char *
bare_name(const char *full, const char *package)
{
    size_t size = strlen(package);

    return strncmp(full, package, size) == 0 && full[size] == '.' ? full + size + 1 : full;
}

static json_t *
enum_of(json_t *schemas, const ProtobufCEnumDescriptor *type)
{
    const char *name = bare_name(type->name, type->package_name);

    if (json_object_get(schemas, name) == NULL) {
        json_t *values = json_array();

        for (unsigned i = 0; i < type->n_values; i++)
            (void) json_array_append_new(values, json_string(type->values[i].name));
        (void) json_object_set_new(schemas, name,
                                   json_pack("{s:s,s:o}", "type", "string", "enum", values));
    }
    return schema_ref("schemas", name);
}

static json_t *
octets_schema(const sj_limit *limit)
{
    json_t *out = json_pack("{s:s}", "type", "string");

    if (limit == NULL || limit->max == 0) {
        (void) json_object_set_new(out, "contentEncoding", json_string("base64"));
        return out;
    }
    (void) json_object_set_new(
        out, "maxLength",
        json_integer((json_int_t) (limit->exact ? 2 * limit->max : BASE64_LETTERS(limit->max))));
    if (!limit->exact) {
        (void) json_object_set_new(out, "contentEncoding", json_string("base64"));
        return out;
    }
    (void) json_object_set_new(out, "minLength",
                               json_integer((json_int_t) ((4 * limit->max + 2) / 3)));
    (void) json_object_set_new(out, "pattern",
                               json_string("^([0-9A-Fa-f]{2}|[A-Za-z0-9+/_-]+={0,2})+$"));
    (void) json_object_set_new(
        out, "description",
        json_sprintf("%llu octets: base64 in answers; base64, base64url or hexadecimal digits in "
                     "requests",
                     (unsigned long long) limit->max));
    return out;
}

static json_t *
number_schema(bool wide, const sj_limit *limit)
{
    json_int_t max = limit != NULL && limit->max > 0 ? (json_int_t) limit->max : UINT32_MAX;

    if (!wide)
        return json_pack("{s:s,s:i,s:I}", "type", "integer", "minimum", 0, "maximum", max);
    return json_pack("{s:s,s:s,s:s,s:s}", "type", "string", "format", "uint64", "pattern",
                     "^(0|[1-9][0-9]{0,19})$", "description",
                     "A whole number as text, so that no program rounds it; a number is understood "
                     "in requests");
}

static json_t *
text_schema(const sj_limit *limit)
{
    json_t *out = json_pack("{s:s}", "type", "string");

    if (limit != NULL && limit->max > 0)
        (void) json_object_set_new(out, "maxLength", json_integer((json_int_t) limit->max));
    return out;
}

static const sj_limit *
limit_of(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
    const sj_limit *limits = sj_limits_of(type);

    return limits == NULL ? NULL : &limits[field - type->fields];
}

static json_t *
value_schema(json_t *schemas, const ProtobufCFieldDescriptor *field, const sj_limit *limit)
{
    switch ((int) field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        return schema_of(schemas, field->descriptor);
    case PROTOBUF_C_TYPE_ENUM:
        return enum_of(schemas, field->descriptor);
    case PROTOBUF_C_TYPE_STRING:
        return text_schema(limit);
    case PROTOBUF_C_TYPE_BYTES:
        return octets_schema(limit);
    case PROTOBUF_C_TYPE_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return number_schema(true, limit);
    default:
        return number_schema(false, limit);
    }
}

json_t *
schema_of_field(json_t *schemas, const ProtobufCMessageDescriptor *type,
                const ProtobufCFieldDescriptor *field, bool item)
{
    const sj_limit *limit = limit_of(type, field);
    json_t *value = value_schema(schemas, field, limit), *list;

    if (field->label != PROTOBUF_C_LABEL_REPEATED || item)
        return value;
    list = json_pack("{s:s,s:o}", "type", "array", "items", value);
    if (limit != NULL && limit->count > 0)
        (void) json_object_set_new(list, "maxItems", json_integer(limit->count));
    return list;
}

json_t *
schema_of(json_t *schemas, const ProtobufCMessageDescriptor *type)
{
    const char *name = bare_name(type->name, type->package_name);
    json_t *members;

    if (json_object_get(schemas, name) != NULL)
        return schema_ref("schemas", name);
    members = json_object();
    (void) json_object_set_new(schemas, name,
                               json_pack("{s:s,s:o}", "type", "object", "properties", members));
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        char member[NAME_SIZE];

        if (strcmp(field->name, "next") == 0) {
            (void) json_object_set_new(
                members, "nextPageToken",
                json_pack("{s:s,s:s}", "type", "string", "description",
                          "page_token of the next page; absent: this was the last"));
            continue;
        }
        json_name(field->name, member, sizeof member);
        (void) json_object_set_new(members, member, schema_of_field(schemas, type, field, false));
    }
    return schema_ref("schemas", name);
}
