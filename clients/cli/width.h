/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * width: how many columns a text takes on a terminal.  Combining marks take none, CJK and emoji
 * two; what would move the cursor or change the direction of its neighbours is shown as U+FFFD.
 */
#include <stddef.h>

size_t text_width(const char *text);
/* The text, cut to at most max columns (0: uncut), the last an ellipsis when cut; harmless to a
 * terminal; *width is what it takes.  To be freed. */
char *text_fit(const char *text, size_t max, size_t *width);
