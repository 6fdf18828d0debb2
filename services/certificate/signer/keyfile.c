/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/signer/keyfile.h"

#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

#include "proto/keys/private_file.h"

enum {
    AT_ALGORITHM = 0,
    AT_COUNT = 2,
    AT_PASSES = 4,
    AT_MEMORY = 8,
    AT_SALT = 16,
    AT_NONCE = AT_SALT + crypto_pwhash_SALTBYTES,
    AT_PUBLIC = AT_NONCE + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    SEEDS_BYTES = KEYFILE_KEYS * KEYFILE_SEED_BYTES,
    WRAP_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES
};

_Static_assert(AT_PUBLIC + KEYFILE_KEYS * SJ_PUBLIC_KEY_BYTES == KEYFILE_CLEAR_BYTES,
               "the format adds up");

static void
put_number(uint8_t *at, uint64_t number, size_t bytes)
{
    while (bytes-- > 0) {
        at[bytes] = (uint8_t) number;
        number >>= 8;
    }
}

static uint64_t
get_number(const uint8_t *at, size_t bytes)
{
    uint64_t number = 0;

    for (size_t i = 0; i < bytes; i++)
        number = number << 8 | at[i];
    return number;
}

/* The key that wraps the seeds, in memory to sodium_free; NULL when there is not enough memory. */
static uint8_t *
wrap_key(const uint8_t file[KEYFILE_BYTES], const passphrase *phrase)
{
    uint8_t *key = sodium_malloc(WRAP_BYTES);

    if (key != NULL &&
        crypto_pwhash(key, WRAP_BYTES, phrase->text, phrase->length, file + AT_SALT,
                      get_number(file + AT_PASSES, 4), (size_t) get_number(file + AT_MEMORY, 8),
                      crypto_pwhash_ALG_ARGON2ID13) != 0) {
        sodium_free(key);
        key = NULL;
    }
    return key;
}

const char *
keyfile_seal(const uint8_t public_key[KEYFILE_KEYS][SJ_PUBLIC_KEY_BYTES],
             const uint8_t seeds[SEEDS_BYTES], const passphrase *phrase, size_t memory,
             uint8_t file[KEYFILE_BYTES])
{
    uint8_t *key;

    put_number(file + AT_ALGORITHM, KEYFILE_ALGORITHM, 2);
    put_number(file + AT_COUNT, KEYFILE_KEYS, 2);
    put_number(file + AT_PASSES, KEYFILE_PASSES, 4);
    put_number(file + AT_MEMORY, memory, 8);
    randombytes_buf(file + AT_SALT, crypto_pwhash_SALTBYTES);
    randombytes_buf(file + AT_NONCE, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    for (size_t i = 0; i < KEYFILE_KEYS; i++)
        memcpy(file + AT_PUBLIC + i * SJ_PUBLIC_KEY_BYTES, public_key[i], SJ_PUBLIC_KEY_BYTES);
    key = wrap_key(file, phrase);
    if (key == NULL)
        return "cannot be encrypted: not enough memory for Argon2id (64 MiB)";
    (void) crypto_aead_xchacha20poly1305_ietf_encrypt(file + KEYFILE_CLEAR_BYTES, NULL, seeds,
                                                      SEEDS_BYTES, file, KEYFILE_CLEAR_BYTES, NULL,
                                                      file + AT_NONCE, key);
    sodium_free(key);
    return NULL;
}

const char *
keyfile_create(const char *path, const passphrase *phrase, size_t memory,
               uint8_t public_key[KEYFILE_KEYS][SJ_PUBLIC_KEY_BYTES])
{
    uint8_t file[KEYFILE_BYTES];
    uint8_t *seeds;
    const char *problem;

    if (phrase->length < PASSPHRASE_MIN)
        return "needs a passphrase of at least 12 bytes";
    seeds = sodium_malloc(SEEDS_BYTES + KEYFILE_SECRET_BYTES);
    if (seeds == NULL)
        return "cannot be made: no memory for secrets";
    randombytes_buf(seeds, SEEDS_BYTES);
    for (size_t i = 0; i < KEYFILE_KEYS; i++)
        (void) crypto_sign_seed_keypair(public_key[i], seeds + SEEDS_BYTES,
                                        seeds + i * KEYFILE_SEED_BYTES);
    problem = keyfile_seal((const uint8_t(*)[SJ_PUBLIC_KEY_BYTES]) public_key, seeds, phrase,
                           memory, file);
    sodium_free(seeds);
    return problem != NULL ? problem : private_file_create(path, file, sizeof file);
}

static const char *
header_check(const uint8_t file[KEYFILE_BYTES])
{
    uint64_t passes = get_number(file + AT_PASSES, 4);
    uint64_t memory = get_number(file + AT_MEMORY, 8);

    if (get_number(file + AT_ALGORITHM, 2) != KEYFILE_ALGORITHM)
        return "is no key file, or of an algorithm that this version does not know";
    if (get_number(file + AT_COUNT, 2) != KEYFILE_KEYS)
        return "holds another number of keys than this version knows";
    if (passes < crypto_pwhash_OPSLIMIT_MIN || passes > KEYFILE_PASSES_MAX ||
        memory < crypto_pwhash_MEMLIMIT_MIN || memory > KEYFILE_MEMORY_MAX)
        return "asks for too much work to unlock: it is damaged; restore it from the backup";
    return NULL;
}

/* The secret keys from a file's bytes.  The derived public keys must be those in clear: a seed that
 * signs for another key would be found by nobody else. */
static const char *
unseal(signer_keys *keys, const uint8_t file[KEYFILE_BYTES], const uint8_t *key, uint8_t *seeds)
{
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(seeds, NULL, NULL, file + KEYFILE_CLEAR_BYTES,
                                                   KEYFILE_BYTES - KEYFILE_CLEAR_BYTES, file,
                                                   KEYFILE_CLEAR_BYTES, file + AT_NONCE, key) != 0)
        return "cannot be unlocked: the passphrase is wrong or the file was altered; try the right "
               "passphrase, then restore the file from the backup";
    for (size_t i = 0; i < KEYFILE_KEYS; i++) {
        (void) crypto_sign_seed_keypair(keys->public_key[i],
                                        keys->secret + i * KEYFILE_SECRET_BYTES,
                                        seeds + i * KEYFILE_SEED_BYTES);
        if (sodium_memcmp(keys->public_key[i], file + AT_PUBLIC + i * SJ_PUBLIC_KEY_BYTES,
                          SJ_PUBLIC_KEY_BYTES) != 0)
            return "holds a public key that is not its seed's; restore it from the backup";
    }
    return NULL;
}

static const char *
unlock(signer_keys *keys, const uint8_t file[KEYFILE_BYTES], const passphrase *phrase)
{
    const char *problem = header_check(file);

    if (problem != NULL)
        return problem;
    uint8_t *key = wrap_key(file, phrase);
    uint8_t *seeds = sodium_malloc(SEEDS_BYTES);

    keys->secret = sodium_malloc(KEYFILE_KEYS * KEYFILE_SECRET_BYTES);
    if (key == NULL || seeds == NULL || keys->secret == NULL)
        problem = "cannot be unlocked: not enough memory for Argon2id";
    else
        problem = unseal(keys, file, key, seeds);
    sodium_free(key);
    sodium_free(seeds);
    if (problem != NULL)
        return problem;
    /* sodium_malloc succeeds without the lock, so it is asked for again, to know. */
    keys->locked = sodium_mlock(keys->secret, KEYFILE_KEYS * KEYFILE_SECRET_BYTES) == 0;
    (void) sodium_mprotect_readonly(keys->secret);
    return NULL;
}

const char *
keyfile_open(signer_keys *keys, const char *path, const passphrase *phrase)
{
    uint8_t file[KEYFILE_BYTES];
    size_t length;
    const char *problem;

    *keys = (signer_keys){ .descriptor = -1 };
    problem = private_file_open(path, PRIVATE_OWNED, &keys->descriptor, &length);
    if (problem != NULL)
        return problem;
    if (length != KEYFILE_BYTES ||
        private_file_read(keys->descriptor, file, sizeof file) != KEYFILE_BYTES)
        problem = "has not the length of a key file; restore it from the backup";
    else if (flock(keys->descriptor, LOCK_EX | LOCK_NB) != 0)
        problem = "is in use by another signer; stop that one first";
    else
        problem = unlock(keys, file, phrase);
    if (problem != NULL)
        keyfile_close(keys);
    return problem;
}

void
keyfile_close(signer_keys *keys)
{
    sodium_free(keys->secret); /* wipes */
    if (keys->descriptor >= 0)
        (void) close(keys->descriptor);
    *keys = (signer_keys){ .descriptor = -1 };
}
