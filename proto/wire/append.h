/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * append: length-delimited protobuf fields written one behind the other, for messages whose parts
 * are packed already and must not be encoded anew.
 */
#include <stddef.h>

enum { SJ_FIELD_HEAD_MAX = 11 }; /* octets of a tag below 16 and a length */

/* Write the head of field `number` (1..15) with `size` octets to follow; how many octets it took.
 */
size_t sj_field_head(unsigned char *at, unsigned number, size_t size);
