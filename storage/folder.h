/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * folder: paths, their durability, and the words when they fail.  Of storage/ alone.
 */
#include <stdbool.h>

enum { SJ_PATH_MAX = 1024 };

/* "folder/name"; false: longer than SJ_PATH_MAX. */
bool sj_path(char path[SJ_PATH_MAX], const char *folder, const char *name);
/* Make a file or a folder's entries durable. */
bool sj_path_sync(const char *path);
/* words = "what path: why"; always false, so that it can be returned. */
bool sj_path_fail(char *words, const char *what, const char *path, const char *why);
