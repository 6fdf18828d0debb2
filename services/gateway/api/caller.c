/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/caller.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

const char *
caller_read(caller *c, const char *authorization)
{
    static const char scheme[] = "Bearer";
    uint8_t secret[SIJILL_SECRET_SIZE];

    *c = (caller){ .org = CALLER_ORG_USUAL };
    if (authorization == NULL)
        return NULL;
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
