/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * jcs_tree: the canonical form (RFC 8785) of JSON that jansson has read.
 *
 * jansson's own output is not canonical: it sorts by UTF-8 bytes, escapes in upper case and prints
 * 0.1 with seventeen digits.  Integers must lie within +-(2^53 - 1), where a double is exact.
 */
#include <jansson.h>

#include "proto/credential/jcs.h"

/* The canonical text of value, less its top-level member `omit` (NULL: all of it), in buffer. NULL,
 * or words that say why it has none. */
const char *sj_jcs_tree(const json_t *value, const char *omit, char *buffer, size_t size,
                        sj_span *text);

enum { SJ_NUMBER_SIZE = 48 };

/* A finite double as ECMAScript prints it (RFC 8785, 3.2.2.3). */
void sj_number_text(double number, char out[SJ_NUMBER_SIZE]);
