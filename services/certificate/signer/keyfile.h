/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * keyfile: the issuer's keys at rest, one Ed25519 seed for each purpose.
 *
 * Format, numbers big-endian, KEYFILE_BYTES in all:
 *   2  algorithm: KEYFILE_ALGORITHM
 *   2  number of keys: KEYFILE_KEYS
 *   4  Argon2id passes           8  Argon2id memory, bytes
 *   16 salt                      24 nonce
 *   for each purpose 1..n: 32 public key, in clear
 *   for each purpose 1..n: 32 seed, then 16 tag: XChaCha20-Poly1305 (IETF construction) under
 *   Argon2id(passphrase, salt); everything before is authenticated with it.
 *
 * Only the seed is kept: a stored secret key with a wrong public half would give the seed away in
 * its signatures.  On load the public keys are derived again and compared.
 *
 * Functions return NULL, or static words that say what is wrong and what to do.
 */
#include <stdint.h>

#include "proto/credential/multikey.h"
#include "services/certificate/signer/passphrase.h"

enum {
    KEYFILE_KEYS = 2, /* purposes 1 certificate, 2 status list; row = purpose - 1 */
    KEYFILE_ALGORITHM = 0x0001,
    KEYFILE_SEED_BYTES = 32,
    KEYFILE_SECRET_BYTES = 64, /* libsodium's form: seed, public key */
    KEYFILE_CLEAR_BYTES = 2 + 2 + 4 + 8 + 16 + 24 + KEYFILE_KEYS * SJ_PUBLIC_KEY_BYTES,
    KEYFILE_BYTES = KEYFILE_CLEAR_BYTES + KEYFILE_KEYS * KEYFILE_SEED_BYTES + 16,
    KEYFILE_PASSES = 4,
    KEYFILE_PASSES_MAX = 16,           /* what load accepts: a file must not stop the machine */
    KEYFILE_MEMORY = 64 * 1024 * 1024, /* bytes */
    KEYFILE_MEMORY_MAX = 1024 * 1024 * 1024
};

typedef struct {
    uint8_t public_key[KEYFILE_KEYS][SJ_PUBLIC_KEY_BYTES];
    uint8_t *secret; /* sodium_malloc, KEYFILE_KEYS x KEYFILE_SECRET_BYTES, read only */
    bool locked;     /* the memory cannot reach the swap */
    int descriptor;  /* of the key file, which is locked as long as the keys are in use */
} signer_keys;

/* The bytes of a key file.  memory: of Argon2id; KEYFILE_MEMORY except in tests. */
const char *keyfile_seal(const uint8_t public_key[KEYFILE_KEYS][SJ_PUBLIC_KEY_BYTES],
                         const uint8_t seeds[KEYFILE_KEYS * KEYFILE_SEED_BYTES],
                         const passphrase *phrase, size_t memory, uint8_t file[KEYFILE_BYTES]);

/* Make new keys and their file; never overwrites.  public_key tells what was made. */
const char *keyfile_create(const char *path, const passphrase *phrase, size_t memory,
                           uint8_t public_key[KEYFILE_KEYS][SJ_PUBLIC_KEY_BYTES]);

/* Load the keys; on words there is nothing to close. */
const char *keyfile_open(signer_keys *keys, const char *path, const passphrase *phrase);

/* Wipe the keys. */
void keyfile_close(signer_keys *keys);
