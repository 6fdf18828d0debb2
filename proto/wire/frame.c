/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/frame.h"

#include "proto/wire/check.h"

#include <string.h>

static const unsigned char signature[SJ_SIGNATURE_SIZE] = { 'S', 'J', 1, 0 };

Sijill__V1__Envelope
sj_envelope(Sijill__V1__Kind kind, uint64_t id)
{
    Sijill__V1__Envelope envelope;

    sijill__v1__envelope__init(&envelope);
    envelope.has_kind = envelope.has_id = 1;
    envelope.kind = kind;
    envelope.id = id;
    return envelope;
}

size_t
sj_head_pack(const Sijill__V1__Envelope *envelope, unsigned char head[SJ_HEAD_MAX])
{
    size_t size = sijill__v1__envelope__get_packed_size(envelope);

    if (size > SJ_HEAD_MAX - SJ_SIGNATURE_SIZE)
        return 0;
    memcpy(head, signature, sizeof signature);
    return SJ_SIGNATURE_SIZE + sijill__v1__envelope__pack(envelope, head + SJ_SIGNATURE_SIZE);
}

bool
sj_head_signed(const void *head, size_t size)
{
    return size >= SJ_SIGNATURE_SIZE && size <= SJ_HEAD_MAX &&
           memcmp(head, signature, sizeof signature) == 0;
}

Sijill__V1__Envelope *
sj_head_unpack(const void *head, size_t size, ProtobufCAllocator *allocator)
{
    const unsigned char *packed = (const unsigned char *) head + SJ_SIGNATURE_SIZE;
    const char *field;

    if (!sj_head_signed(head, size))
        return NULL;
    size -= SJ_SIGNATURE_SIZE;
    if (sj_message_check(&sijill__v1__envelope__descriptor, packed, size, &field) != NULL)
        return NULL;
    return sijill__v1__envelope__unpack(allocator, size, packed);
}

Sijill__V1__Retry
sj_retry_of(Sijill__V1__Code code)
{
    if (code == SIJILL__V1__CODE__BUSY || code == SIJILL__V1__CODE__UNAVAILABLE ||
        code == SIJILL__V1__CODE__UNKNOWN_OUTCOME || code == SIJILL__V1__CODE__LAGGING ||
        code == SIJILL__V1__CODE__DRAINING || code == SIJILL__V1__CODE__INTERNAL)
        return SIJILL__V1__RETRY__RETRY_HERE;
    if (code == SIJILL__V1__CODE__NOT_OWNER)
        return SIJILL__V1__RETRY__RETRY_ELSEWHERE;
    if (code == SIJILL__V1__CODE__UNKNOWN_PEER || code == SIJILL__V1__CODE__TRIMMED ||
        code == SIJILL__V1__CODE__DIVERGED)
        return SIJILL__V1__RETRY__RETRY_HELLO;
    return SIJILL__V1__RETRY__RETRY_NO;
}

const char *
sj_code_name(uint32_t code)
{
    const ProtobufCEnumValue *value =
        code > INT32_MAX
            ? NULL
            : protobuf_c_enum_descriptor_get_value(&sijill__v1__code__descriptor, (int) code);

    return value == NULL ? "?" : value->name;
}
