/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * spool: a file, a pipe or standard input as a decoded file that can be read from its beginning as
 * often as needed.  It lies in TMPDIR without a name, and is gone with its last reader; it takes
 * the room of the text on disk and 64 KiB of memory, whatever the length.
 */
#include <stdio.h>

/* NULL: *why says what is wrong. */
FILE *spool_open(FILE *from, const char **why);
/* The same of the file that a path names, "-" being standard input. */
FILE *spool_path(const char *path, const char **why);
