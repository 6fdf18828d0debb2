/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * limits_platform: the part of proto/wire/limits that is about access and platforms.  Only limits.c
 * asks for it.
 */
#include "proto/wire/limits.h"

typedef struct sj_limits_row {
    const ProtobufCMessageDescriptor *type; /* NULL: the end */
    const sj_limit *limits;
} sj_limits_row;

extern const sj_limits_row sj_limits_platform[];
