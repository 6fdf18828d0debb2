/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * frame: the head frame of SJ/1, octets to Envelope and back.  No I/O.
 */
#include "proto/wire/limits.h"
#include "sijill/v1/wire.pb-c.h"

enum {
    SJ_SIGNATURE_SIZE = 4,
    SJ_FLAG_MORE = 1,
    SJ_FLAG_DRY_RUN = 8,
    SJ_FLAG_DELEGATED = 16,
    SJ_FEATURE_BUNDLES = 1, /* a bit of Hello.features, and Welcome.feature_level */
};

/* An envelope of a kind, with its correlation id. */
Sijill__V1__Envelope sj_envelope(Sijill__V1__Kind kind, uint64_t id);

/* Write signature and packed envelope; the size, or 0 when it does not fit into SJ_HEAD_MAX. */
size_t sj_head_pack(const Sijill__V1__Envelope *envelope, unsigned char head[SJ_HEAD_MAX]);

/* Whether these octets begin as a head frame of this major version and are of a size that one may
 * have. */
bool sj_head_signed(const void *head, size_t size);

/* The envelope, checked against its limits and unpacked by `allocator`; NULL: not one. */
Sijill__V1__Envelope *sj_head_unpack(const void *head, size_t size, ProtobufCAllocator *allocator);

/* What a client does about a code. */
Sijill__V1__Retry sj_retry_of(Sijill__V1__Code code);
/* The code's name in the table of proto/sijill/v1/wire.proto; "?" for an unknown one. */
const char *sj_code_name(uint32_t code);
