/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * private_file: opens a file that holds a secret only if nobody else can read or replace it.
 *
 * Functions return NULL, or static words that say what is wrong and what to do.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef enum {
    PRIVATE_OWNED,    /* ours alone: owner is the effective user, mode 0600 or 0400 */
    PRIVATE_DELIVERED /* or root's and readable for our group: a credential from systemd */
} private_kind;

/* Open for reading; never follows a link, never blocks on a pipe.  *length is the file's size. */
const char *private_file_open(const char *path, private_kind kind, int *descriptor, size_t *length);

/* Create path with these bytes and mode 0600, whole and durable or not at all.  Never overwrites.
 */
const char *private_file_create(const char *path, const void *bytes, size_t length);

/* Read up to size bytes until the end; -1 on an error. */
ssize_t private_file_read(int descriptor, void *bytes, size_t size);
