/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * unpack: octets as a message, the same as protobuf-c's, in a third of its time, for the octets
 * that we write ourselves.  protobuf-c notes all fields before it looks at one, so that any order
 * and any repetition may come.
 */
#include <protobuf-c/protobuf-c.h>

/* No allocator: malloc.  NULL: not in the usual form (a field that is unknown here, comes twice,
 * has another wire type, a number that is too large, or damage), or no memory; then
 * protobuf_c_message_unpack knows.  What sj_message_check lets pass has the usual form. */
void *sj_message_unpack(const ProtobufCMessageDescriptor *type, const void *packed, size_t size,
                        ProtobufCAllocator *allocator);
