/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * child: one run of `sijill`, whose input is a file and whose output is read as it comes.
 *
 * Nothing of a stranger is interpreted by a shell: arguments are a list.  The API key goes through
 * a file in memory that only this child has (/dev/fd/3), so it is in no argument and no
 * environment.
 */
#include "services/gateway/http/loop.h"

#include <sys/types.h>

typedef struct child child;

typedef struct child_parts {
    loop *loop;
    const char *program;
    char *const *arguments; /* from argv[0] on, ended by NULL */
    int input;              /* stays the caller's */
    const char *key;        /* the text in /dev/fd/3 */
    loop_fn *woken;         /* there may be something to read, or it has ended */
    void *context;
} child_parts;

enum { CHILD_KEY_FD = 3, CHILD_WORDS_SIZE = 2048 };

child *child_start(const child_parts *parts); /* NULL: no process, no descriptors, no memory */
/* More of its output: how many octets; 0: nothing now; -1: that was all. */
long child_read(child *c, char *at, size_t size);
/* It has ended, and *status is as of waitpid. */
bool child_ended(child *c, int *status);
/* What it said last on its standard error, one line. */
const char *child_words(child *c);
/* End it; what it said until then can still be read. */
void child_end(child *c);
/* Kill it if it still runs, and forget it. */
void child_stop(child **c);
