/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/digest.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>
#include <string.h>

size_t
digest_size(digest_kind kind)
{
    switch (kind) {
    case DIGEST_SHA1:
        return 20;
    case DIGEST_SHA256:
        return 32;
    case DIGEST_SHA384:
        return 48;
    case DIGEST_SHA512:
        return 64;
    case DIGEST_NONE:
        break;
    }
    return 0;
}

digest_kind
digest_of_digits(size_t digits)
{
    for (int kind = DIGEST_SHA1; kind <= DIGEST_SHA512; kind++)
        if (2 * digest_size((digest_kind) kind) == digits)
            return (digest_kind) kind;
    return DIGEST_NONE;
}

digest_kind
digest_of_name(const char *name)
{
    static const char *const names[] = { "", "sha1", "sha256", "sha384", "sha512" };

    for (int kind = DIGEST_SHA1; kind <= DIGEST_SHA512; kind++)
        if (strcmp(name, names[kind]) == 0)
            return (digest_kind) kind;
    return DIGEST_NONE;
}

/* By OpenSSL's libcrypto, which has them all. */
static bool
hash_evp(const EVP_MD *md, const sj_bytes *part, size_t count, uint8_t *out)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1;

    for (size_t i = 0; good && i < count; i++)
        good = EVP_DigestUpdate(ctx, part[i].at, part[i].size) == 1;
    good = good && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

static bool
hmac_sha1(sj_bytes key, const sj_bytes *part, size_t count, uint8_t *out)
{
    char name[] = "SHA1";
    const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string("digest", name, 0),
                                  OSSL_PARAM_construct_end() };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    bool good = ctx != NULL && EVP_MAC_init(ctx, key.at, key.size, params) == 1;
    size_t size;

    for (size_t i = 0; good && i < count; i++)
        good = EVP_MAC_update(ctx, part[i].at, part[i].size) == 1;
    good = good && EVP_MAC_final(ctx, out, &size, DIGEST_MAX) == 1;
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
    return good;
}

static void
hmac_sha256(sj_bytes key, const sj_bytes *part, size_t count, uint8_t *out)
{
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, key.at, key.size);
    for (size_t i = 0; i < count; i++)
        crypto_auth_hmacsha256_update(&state, part[i].at, part[i].size);
    crypto_auth_hmacsha256_final(&state, out);
}

static void
hmac_sha512(sj_bytes key, const sj_bytes *part, size_t count, uint8_t *out)
{
    crypto_auth_hmacsha512_state state;

    crypto_auth_hmacsha512_init(&state, key.at, key.size);
    for (size_t i = 0; i < count; i++)
        crypto_auth_hmacsha512_update(&state, part[i].at, part[i].size);
    crypto_auth_hmacsha512_final(&state, out);
}

bool
digest_hash(digest_kind kind, const sj_bytes *part, size_t count, uint8_t out[DIGEST_MAX])
{
    switch (kind) {
    case DIGEST_SHA1:
        return hash_evp(EVP_sha1(), part, count, out);
    case DIGEST_SHA256:
        return hash_evp(EVP_sha256(), part, count, out);
    case DIGEST_SHA384:
        return hash_evp(EVP_sha384(), part, count, out);
    case DIGEST_SHA512:
        return hash_evp(EVP_sha512(), part, count, out);
    case DIGEST_NONE:
        break;
    }
    return false;
}

bool
digest_hmac(digest_kind kind, sj_bytes key, const sj_bytes *part, size_t count,
            uint8_t out[DIGEST_MAX])
{
    switch (kind) {
    case DIGEST_SHA1:
        return hmac_sha1(key, part, count, out);
    case DIGEST_SHA256:
        hmac_sha256(key, part, count, out);
        return true;
    case DIGEST_SHA512:
        hmac_sha512(key, part, count, out);
        return true;
    case DIGEST_SHA384:
    case DIGEST_NONE:
        break;
    }
    return false;
}
