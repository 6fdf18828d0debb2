/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * json_of: any protobuf message as JSON, by its descriptor.
 *
 * Ids and other octets are hexadecimal, enum values are their names in lower case without the
 * enum's own prefix (EVENT_OPEN is "open"), a list of Text is an object by language.  Every field
 * is there: what is absent is null, an absent enum or truth value is its default.
 */
#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

#include "clients/upload/enums.h"

json_t *json_of(const ProtobufCMessage *message);

/* A string that may not be UTF-8: replaced then, so that output never fails. */
json_t *json_text(const char *text);
