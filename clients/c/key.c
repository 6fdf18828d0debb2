/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key: an API key as text.  There is one text of each key and one key of each text, so that what
 * is compared or searched for as text is the key.
 */
#include "clients/c/sijill.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ORG_DIGITS_MAX = 20,
    ID_DIGITS = 2 * SIJILL_ID_SIZE,
    SECRET_CHARS = 43, /* of 32 octets in base64 without padding */
};

static const char prefix[] = "sjk_";

_Static_assert((int) SIJILL_KEY_SIZE ==
                   (int) (sizeof prefix + ORG_DIGITS_MAX + 1 + ID_DIGITS + 1 + SECRET_CHARS),
               "prefix, organisation, id, secret, NUL");

void
sijill_key_new(uint8_t id[SIJILL_ID_SIZE], uint8_t secret[SIJILL_SECRET_SIZE])
{
    int ready = sodium_init();

    assert(ready >= 0);
    randombytes_buf(id, SIJILL_ID_SIZE);
    randombytes_buf(secret, SIJILL_SECRET_SIZE);
}

void
sijill_key_write(uint64_t org, const uint8_t id[SIJILL_ID_SIZE],
                 const uint8_t secret[SIJILL_SECRET_SIZE], char text[SIJILL_KEY_SIZE])
{
    char digits[ID_DIGITS + 1], chars[SECRET_CHARS + 1];

    sijill_hex(id, digits);
    (void) sodium_bin2base64(chars, sizeof chars, secret, SIJILL_SECRET_SIZE,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    (void) snprintf(text, SIJILL_KEY_SIZE, "%s%" PRIu64 "_%s_%s", prefix, org, digits, chars);
    sodium_memzero(chars, sizeof chars);
}

/* The organisation's digits, and what is behind their underscore; NULL: none. */
static const char *
org_read(const char *text, uint64_t *org)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > ORG_DIGITS_MAX || text[0] == '0' || text[digits] != '_')
        return NULL;
    errno = 0;
    *org = strtoull(text, NULL, 10);
    return errno == 0 ? text + digits + 1 : NULL;
}

bool
sijill_key_read(const char *text, uint64_t *org, uint8_t id[SIJILL_ID_SIZE],
                uint8_t secret[SIJILL_SECRET_SIZE])
{
    char digits[ID_DIGITS + 1] = "";
    size_t size = 0;
    const char *at;

    if (strncmp(text, prefix, strlen(prefix)) != 0 || strlen(text) >= SIJILL_KEY_SIZE)
        return false;
    at = org_read(text + strlen(prefix), org);
    if (at == NULL || strlen(at) != ID_DIGITS + 1 + SECRET_CHARS ||
        strspn(at, "0123456789abcdef") != ID_DIGITS || at[ID_DIGITS] != '_')
        return false;
    memcpy(digits, at, ID_DIGITS);
    at += ID_DIGITS + 1;
    /* libsodium refuses bits beyond the octets: what it takes is written in no other way. */
    return sijill_unhex(digits, id) &&
           sodium_base642bin(secret, SIJILL_SECRET_SIZE, at, SECRET_CHARS, NULL, &size, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           size == SIJILL_SECRET_SIZE;
}
