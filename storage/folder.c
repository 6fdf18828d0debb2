/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/folder.h"

#include "storage/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool
sj_path(char path[SJ_PATH_MAX], const char *folder, const char *name)
{
    int size = snprintf(path, SJ_PATH_MAX, "%s/%s", folder, name);

    return size > 0 && size < SJ_PATH_MAX;
}

bool
sj_path_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        (void) close(fd);
    return good;
}

bool
sj_path_fail(char *words, const char *what, const char *path, const char *why)
{
    (void) snprintf(words, SJ_WORDS_MAX, "%s %s: %s", what, path, why);
    return false;
}
