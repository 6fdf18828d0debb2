/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * passphrase: what unlocks the key file, from a private file or an inherited descriptor.  Never
 * from the command line or the environment, which other users can see.
 */
#include "proto/credential/span.h"

enum {
    PASSPHRASE_MIN = 12, /* bytes; asked for when a key is created */
    PASSPHRASE_MAX = 1024
};

typedef struct {
    char *text; /* sodium_malloc, PASSPHRASE_MAX bytes */
    size_t length;
} passphrase;

/* Read it, less one newline at the end.  descriptor is used when path is NULL.  NULL, or words; on
 * words there is nothing to close. */
const char *passphrase_open(passphrase *phrase, const char *path, int descriptor);

/* Wipe it. */
void passphrase_close(passphrase *phrase);
