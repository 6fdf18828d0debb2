/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/upload_home.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MODE = 0700 };

bool
upload_program(char path[UPLOAD_PATH_SIZE])
{
    static const char *const others[] = { "sijill", "../../../bin/sijill" };
    char own[UPLOAD_PATH_SIZE / 2];
    ssize_t size = readlink("/proc/self/exe", own, sizeof own - 1);

    if (size <= 0)
        return false;
    own[size] = '\0';
    *strrchr(own, '/') = '\0';
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void) snprintf(path, UPLOAD_PATH_SIZE, "%s/%s", own, others[i]);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

bool
upload_home(char home[UPLOAD_PATH_SIZE], const char *parent, const char *run_folder)
{
    char link[UPLOAD_PATH_SIZE], target[UPLOAD_PATH_SIZE];
    int size = snprintf(home, UPLOAD_PATH_SIZE, "%s/upload", parent);

    if (size <= 0 || (size_t) size + sizeof "/run" > sizeof link)
        return false;
    if (realpath(run_folder, target) == NULL) /* none of the services is here */
        (void) snprintf(target, sizeof target, "%s", run_folder);
    if (mkdir(home, FOLDER_MODE) != 0 && errno != EEXIST)
        return false;
    (void) snprintf(link, sizeof link, "%.4000s/run", home);
    (void) unlink(link);
    return symlink(target, link) == 0;
}
