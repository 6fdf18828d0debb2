/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * secret: secrets of hooks and endpoints on their way from a file, or from chance, to the services:
 * sealed to the gateway's key, so that only the gateway can read them.  They are wiped from memory
 * when they have been said.
 */
#include "clients/cli/cli.h"

enum {
    SECRET_MAX = 4000, /* octets, with its token */
    SECRET_SEALED_MAX = SECRET_MAX + 48,
    SECRET_KEY_SIZE = 32,
    SECRET_TEXT_SIZE = 64, /* whsec_, whpk_ and the base64 of 32 octets */
};

typedef struct secret {
    char text[SECRET_MAX + 1]; /* ends with NUL; may hold a line feed and a token */
    size_t size;
    size_t shown; /* octets of it that people see: without the token */
} secret;

typedef struct sealed {
    uint8_t octets[SECRET_SEALED_MAX];
    size_t size;
} sealed;

/* Octets of a file, "-" for standard input, without the line feed at its end.  An exit code. */
int secret_read(cli *c, const char *name, const char *path, secret *out);
/* Put a token behind it, as the gateway reads it.  An exit code. */
int secret_add_token(cli *c, secret *to, const char *path);
/* `size` octets of chance in hexadecimal digits behind a prefix. */
void secret_make(secret *out, const char *prefix, size_t size);
/* PREFIX and the base64 of some octets, as Standard Webhooks writes keys. */
void secret_write_key(const char *prefix, const uint8_t *octets, size_t size,
                      char text[SECRET_TEXT_SIZE]);
/* Whether a text is PREFIX and the base64 of min to max octets. */
bool secret_is_key(const char *text, const char *prefix, size_t min, size_t max);
/* Seal it to the key that the gateway told; it is wiped.  An exit code. */
int secret_seal(cli *c, const void *octets, size_t size, sealed *out);
void secret_wipe(secret *s);
ProtobufCBinaryData sealed_data(const sealed *s);
