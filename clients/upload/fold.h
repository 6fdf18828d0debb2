/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * fold: a heading without what makes one heading look different from another: case, accents,
 * blanks, punctuation, the dot of a Turkish i.  "Name (Original Name)" and "NAME_ORIGINAL NAME" are
 * the same.
 */
#include <stddef.h>

enum { FOLD_MAX = 128 }; /* octets of a folded heading, with NUL; what is longer is cut */

/* Gives back out.  What is not UTF-8 keeps its ASCII letters and digits. */
const char *fold(const char *text, size_t size, char out[FOLD_MAX]);
