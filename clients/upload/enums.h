/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * enums: names of the contract's enums as people write them: in lower case, without the enum's own
 * prefix (EVENT_OPEN is "open").
 */
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

const char *enum_name(const ProtobufCEnumDescriptor *type, int value, char *out, size_t size);
bool enum_read(const ProtobufCEnumDescriptor *type, const char *text, int *value);
/* "a, b, c", without the NONE values. */
void enum_names(const ProtobufCEnumDescriptor *type, char *out, size_t size);
