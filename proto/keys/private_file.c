/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keys/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
open_words(void)
{
    if (errno == ENOENT)
        return "is not there; make a key first (--init, or `sijill peer keygen`), or correct the "
               "option";
    if (errno == ELOOP)
        return "is a symbolic link; name the file itself";
    if (errno == EACCES)
        return "cannot be read by this user; chown it to the user that runs this program";
    return "cannot be opened";
}

static const char *
rights_check(const struct stat *file, private_kind kind)
{
    bool ours = file->st_uid == geteuid();
    bool delivered = kind == PRIVATE_DELIVERED && file->st_uid == 0 && (file->st_mode & 0037) == 0;

    if (!S_ISREG(file->st_mode))
        return "is not a regular file";
    if (delivered)
        return NULL;
    if (!ours)
        return "belongs to another user; chown it to the user that runs this program";
    if ((file->st_mode & 0077) != 0)
        return "can be reached by other users; chmod 600 it, and if they may have read it, replace "
               "the secret";
    return NULL;
}

const char *
private_file_open(const char *path, private_kind kind, int *descriptor, size_t *length)
{
    struct stat file;
    const char *problem;

    *descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*descriptor < 0)
        return open_words();
    problem = fstat(*descriptor, &file) == 0 ? rights_check(&file, kind) : "cannot be examined";
    if (problem != NULL) {
        (void) close(*descriptor);
        *descriptor = -1;
        return problem;
    }
    *length = (size_t) file.st_size;
    return NULL;
}

ssize_t
private_file_read(int descriptor, void *bytes, size_t size)
{
    size_t length = 0;

    while (length < size) {
        ssize_t got = read(descriptor, (char *) bytes + length, size - length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        length += (size_t) got;
    }
    return (ssize_t) length;
}

static bool
write_whole(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t put = write(descriptor, bytes, length);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes += put;
        length -= (size_t) put;
    }
    return fsync(descriptor) == 0;
}

/* The new name itself must survive a power failure, too. */
static bool
sync_folder(const char *path)
{
    char copy[PATH_MAX];
    int folder;
    bool done;

    (void) snprintf(copy, sizeof copy, "%s", path);
    folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    done = fsync(folder) == 0;
    (void) close(folder);
    return done;
}

const char *
private_file_create(const char *path, const void *bytes, size_t length)
{
    char temporary[PATH_MAX];
    const char *problem = NULL;
    int used = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int descriptor;

    if (used < 0 || (size_t) used >= sizeof temporary)
        return "has too long a name";
    descriptor = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (descriptor < 0)
        return "cannot be created; does its folder exist, and may this user write there?";
    if (!write_whole(descriptor, bytes, length))
        problem = "cannot be written; is the disk full?";
    if (close(descriptor) != 0 && problem == NULL)
        problem = "cannot be written";
    if (problem == NULL && renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
        problem = errno == EEXIST ? "exists already and is never overwritten; move it away first"
                                  : "cannot get its name";
    if (problem != NULL)
        (void) unlink(temporary);
    else if (!sync_folder(path))
        problem = "was written, but its folder cannot be synced to the disk";
    return problem;
}
