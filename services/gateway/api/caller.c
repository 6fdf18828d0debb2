/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/caller.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

/* The header that was read last, by a hash under a key of this process: programs send the same one
 * with each request, and to read and hash a key costs as much as to read its body. */
typedef struct caller_memo {
    bool filled;
    uint8_t key[crypto_shorthash_siphashx24_KEYBYTES], hash[crypto_shorthash_siphashx24_BYTES];
    caller who;
} caller_memo;

static bool
remembered(caller_memo *m, const char *authorization,
           uint8_t hash[crypto_shorthash_siphashx24_BYTES])
{
    if (!m->filled)
        randombytes_buf(m->key, sizeof m->key);
    (void) crypto_shorthash_siphashx24(hash, (const unsigned char *) authorization,
                                       strlen(authorization), m->key);
    return m->filled && sodium_memcmp(m->hash, hash, sizeof m->hash) == 0;
}

static const char *
read_key(caller *c, const char *authorization)
{
    static const char scheme[] = "Bearer";
    uint8_t secret[SIJILL_SECRET_SIZE];

    if (strncasecmp(authorization, scheme, strlen(scheme)) != 0 ||
        authorization[strlen(scheme)] != ' ')
        return "the header is `Authorization: Bearer sjk_...`";
    authorization += strlen(scheme);
    authorization += strspn(authorization, " ");
    if (!sijill_key_read(authorization, &c->org, c->actor, secret))
        return "this is no key of sijill: it begins with sjk_, and was shown once when it was made";
    sijill_key_hash(secret, c->credential);
    sodium_memzero(secret, sizeof secret);
    c->named = true;
    return NULL;
}

const char *
caller_read(caller *c, const char *authorization)
{
    static caller_memo memo; /* one thread reads heads */
    uint8_t hash[crypto_shorthash_siphashx24_BYTES];
    const char *wrong;

    *c = (caller){ .org = CALLER_ORG_USUAL };
    if (authorization == NULL)
        return NULL;
    if (remembered(&memo, authorization, hash)) {
        *c = memo.who;
        return NULL;
    }
    wrong = read_key(c, authorization);
    if (wrong != NULL)
        return wrong;
    memo.filled = true;
    memo.who = *c;
    memcpy(memo.hash, hash, sizeof memo.hash);
    return NULL;
}
