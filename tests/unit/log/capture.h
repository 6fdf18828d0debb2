/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * capture: what the code under test writes to a descriptor (stdout, stderr), read back as text.
 * Inline, because three small programs share it and none links another.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    int fd;    /* which descriptor */
    int saved; /* where it pointed */
    FILE *file;
    char text[16384];
} capture;

static inline void
capture_begin(capture *c, int fd)
{
    (void) fflush(NULL);
    c->fd = fd;
    c->saved = dup(fd);
    c->file = tmpfile();
    if (c->saved < 0 || c->file == NULL || dup2(fileno(c->file), fd) < 0)
        _exit(99);
}

/* The text is c->text from now on; the descriptor points where it did. */
static inline void
capture_end(capture *c)
{
    (void) fflush(NULL);
    (void) dup2(c->saved, c->fd);
    (void) close(c->saved);
    rewind(c->file);
    size_t length = fread(c->text, 1, sizeof(c->text) - 1, c->file);
    c->text[length] = '\0';
    (void) fclose(c->file);
}
