/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/slugs.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 2048 };

typedef struct place {
    uint64_t org;
    char slug[API_SLUG_SIZE]; /* "": free */
    uint8_t event[SIJILL_ID_SIZE];
} place;

/* One place a hash: who comes later has it.  The hash is keyed, so that nobody can choose to push
 * others out. */
struct slugs {
    unsigned char key[crypto_shorthash_KEYBYTES];
    place places[PLACES];
};

slugs *
slugs_open(void)
{
    slugs *s = calloc(1, sizeof *s);

    if (s != NULL)
        crypto_shorthash_keygen(s->key);
    return s;
}

void
slugs_close(slugs **s)
{
    free(*s);
    *s = NULL;
}

static size_t
place_of(const slugs *s, uint64_t org, const char *slug)
{
    unsigned char text[sizeof org + API_SLUG_SIZE];
    unsigned char hash[crypto_shorthash_BYTES];
    size_t size = strnlen(slug, API_SLUG_SIZE);

    sj_write_u64(text, org);
    memcpy(text + sizeof org, slug, size);
    (void) crypto_shorthash(hash, text, sizeof org + size, s->key);
    return sj_read_u64(hash) % PLACES;
}

static bool
is_here(const place *p, uint64_t org, const char *slug)
{
    return p->org == org && strcmp(p->slug, slug) == 0;
}

bool
slugs_find(const slugs *s, uint64_t org, const char *slug, uint8_t event[SIJILL_ID_SIZE])
{
    const place *p = &s->places[place_of(s, org, slug)];

    if (!is_here(p, org, slug))
        return false;
    memcpy(event, p->event, SIJILL_ID_SIZE);
    return true;
}

void
slugs_keep(slugs *s, uint64_t org, const char *slug, const uint8_t event[SIJILL_ID_SIZE])
{
    place *p = &s->places[place_of(s, org, slug)];

    p->org = org;
    (void) snprintf(p->slug, sizeof p->slug, "%s", slug);
    memcpy(p->event, event, SIJILL_ID_SIZE);
}

void
slugs_forget(slugs *s, uint64_t org, const char *slug)
{
    place *p = &s->places[place_of(s, org, slug)];

    if (is_here(p, org, slug))
        p->slug[0] = '\0';
}
