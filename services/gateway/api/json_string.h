/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * json_string: a JSON string as UTF-8 in an arena.
 */
#include "storage/arena.h"

/* The string whose opening quote stands at *at, with a NUL behind it that text->size does not
 * count; *at is moved behind the closing quote.  NULL: good; else words (the arena may be full). */
const char *json_string_read(sj_arena *arena, const char **at, const char *end, sj_bytes *text);
