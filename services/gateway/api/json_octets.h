/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * json_octets: how a bytes field is read, in JSON and in an address alike.
 */
#include "storage/arena.h"

#include <protobuf-c/protobuf-c.h>

/* How many octets the contract wants of a field; 0: so many as there are. */
size_t json_exact_size(const ProtobufCMessageDescriptor *type,
                       const ProtobufCFieldDescriptor *field);

/* Letters into the arena, and the data that they are to `place`.  NULL: done; else words (the arena
 * may be full). */
const char *json_octets(sj_arena *arena, sj_bytes letters, size_t exact, void *place);
