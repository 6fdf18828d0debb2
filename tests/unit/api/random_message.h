/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * random_message: a message of any type of the contract, by its descriptor, that a seed repeats.
 */
#include "storage/arena.h"

#include <protobuf-c/protobuf-c.h>

/* Texts are UTF-8 with quotes, controls and several scripts in them; octets have the length that
 * the contract wants where it wants one. */
ProtobufCMessage *random_message(sj_arena *arena, const ProtobufCMessageDescriptor *type,
                                 uint64_t *seed);
