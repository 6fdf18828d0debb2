/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * openapi_schema: the shapes of messages, fields and enumerations in JSON Schema 2020-12, with the
 * limits of the wire.
 */
#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* A reference to a message's schema, which is added to `schemas` with all that it needs. */
json_t *schema_of(json_t *schemas, const ProtobufCMessageDescriptor *type);
/* The shape of one field; of a list: of one item when `item`. */
json_t *schema_of_field(json_t *schemas, const ProtobufCMessageDescriptor *type,
                        const ProtobufCFieldDescriptor *field, bool item);
/* {"$ref": "#/components/KIND/NAME"} */
json_t *schema_ref(const char *kind, const char *name);
