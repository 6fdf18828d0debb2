/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/digest.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

enum { BLOCK_MAX = 128 };

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

/* By OpenSSL's libcrypto, which has them all and uses what the processor has for them; the gateway
 * is one thread. */
static const EVP_MD *
fetched(digest_kind kind)
{
    static const char *const names[] = { "", "SHA1", "SHA256", "SHA384", "SHA512" };
    static EVP_MD *known[DIGEST_SHA512 + 1]; /* to look for one takes as long as to use it */

    if (known[kind] == NULL && kind != DIGEST_NONE)
        known[kind] = EVP_MD_fetch(NULL, names[kind], NULL);
    return known[kind];
}

static bool
hash(digest_kind kind, sj_bytes first, const sj_bytes *part, size_t count, uint8_t *out)
{
    const EVP_MD *md = fetched(kind);
    EVP_MD_CTX *ctx = md == NULL ? NULL : EVP_MD_CTX_new();
    bool good = ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
                EVP_DigestUpdate(ctx, first.at, first.size) == 1;

    for (size_t i = 0; good && i < count; i++)
        good = EVP_DigestUpdate(ctx, part[i].at, part[i].size) == 1;
    good = good && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

bool
digest_hash(digest_kind kind, const sj_bytes *part, size_t count, uint8_t out[DIGEST_MAX])
{
    return hash(kind, (sj_bytes){ "", 0 }, part, count, out);
}

/* RFC 2104. */
bool
digest_hmac(digest_kind kind, sj_bytes key, const sj_bytes *part, size_t count,
            uint8_t out[DIGEST_MAX])
{
    size_t size = kind == DIGEST_SHA1 || kind == DIGEST_SHA256 ? 64 : BLOCK_MAX;
    uint8_t block[BLOCK_MAX] = { 0 }, inner[DIGEST_MAX];
    const sj_bytes first = { block, size }, second = { inner, digest_size(kind) };
    bool good = true;

    if (key.size > size)
        good = digest_hash(kind, &key, 1, block);
    else if (key.size > 0)
        memcpy(block, key.at, key.size);
    for (size_t i = 0; i < size; i++)
        block[i] ^= 0x36;
    good = good && hash(kind, first, part, count, inner);
    for (size_t i = 0; i < size; i++)
        block[i] ^= 0x36 ^ 0x5c;
    good = good && hash(kind, first, &second, 1, out);
    sodium_memzero(block, sizeof block);
    return good;
}
