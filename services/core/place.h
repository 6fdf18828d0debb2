/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * place: a field of a message by its name, so that a table can say which one it means.
 */
#include "services/core/command.h"

/* Names of fields with dots between them, through single and repeated messages:
 * "evidence.event_id". */
typedef struct sj_place {
    const ProtobufCMessageDescriptor *message; /* NULL: none */
    const char *path;
} sj_place;

/* One value at a place: ProtobufCBinaryData of bytes, an int of an enum or bool.  False: stop. */
typedef bool sj_place_fn(void *context, const void *value);

/* Call `each` for every value at a place, in order; false: one of them said stop.  Bytes that are
 * absent are passed over; an enum or bool that is absent has its default. */
bool sj_place_each(sj_place place, const ProtobufCMessage *message, sj_place_fn *each,
                   void *context);

/* The field that a place ends with; NULL: there is no such place. */
const ProtobufCFieldDescriptor *sj_place_field(sj_place place);
