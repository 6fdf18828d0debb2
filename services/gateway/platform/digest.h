/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * digest: the hashes that platforms sign with.  Some of them libsodium does not have, and SHA-256,
 * which most deliveries are checked with, takes it eight times as long as OpenSSL: digest.c is the
 * only place that includes <openssl/...>.
 */
#include "storage/bytes.h"

enum { DIGEST_MAX = 64 };

typedef enum digest_kind {
    DIGEST_NONE,
    DIGEST_SHA1,
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
} digest_kind;

/* The octets of a digest; 0 for DIGEST_NONE. */
size_t digest_size(digest_kind kind);
/* The kind whose hexadecimal digits are so many; the kind of that name ("sha256"). */
digest_kind digest_of_digits(size_t digits);
digest_kind digest_of_name(const char *name);

/* The hash of all parts, one after the other.  False: the machine could not. */
bool digest_hash(digest_kind kind, const sj_bytes *part, size_t count, uint8_t out[DIGEST_MAX]);
/* HMAC under a key. */
bool digest_hmac(digest_kind kind, sj_bytes key, const sj_bytes *part, size_t count,
                 uint8_t out[DIGEST_MAX]);
