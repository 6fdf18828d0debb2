/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * seal: the gateway's key pair for secrets that others keep.  registration stores what is sealed to
 * it and cannot read it; the secret half lies in the gateway's home and nowhere else.
 */
#include "storage/bytes.h"

enum { SEAL_KEY_SIZE = 32 };

typedef struct seal seal;

/* The pair of `home`/seal.key, made when there is none.  NULL: words on the log (others may read
 * the file, say). */
seal *seal_open(const char *home);
void seal_close(seal **s);

const unsigned char *seal_public(const seal *s);
/* What was sealed, in memory of sodium_malloc (free with sodium_free); NULL: it was not sealed to
 * this key. */
unsigned char *seal_unseal(const seal *s, sj_bytes sealed, size_t *size);
