/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * upload_home: the program that reads uploads, and a home for it.
 */
#include <stdbool.h>

enum { UPLOAD_PATH_SIZE = 4096 };

/* `sijill` of this build, or of this system.  False: there is none; `path` is where it should be.
 */
bool upload_program(char path[UPLOAD_PATH_SIZE]);

/* A folder below `parent` whose `run` leads to the services' sockets.  False: errno says why. */
bool upload_home(char home[UPLOAD_PATH_SIZE], const char *parent, const char *run_folder);
