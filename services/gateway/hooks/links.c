/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/links.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 2 * LINKS_MAX };

typedef struct place {
    bool taken;
    uint8_t name[SJ_ID_SIZE];
    uint8_t event_id[SJ_ID_SIZE];
} place;

struct links {
    size_t count;
    place at[PLACES];
};

static void
hash_name(uint64_t org, const char *platform, const char *external_id, uint8_t name[SJ_ID_SIZE])
{
    crypto_generichash_state state;

    (void) crypto_generichash_init(&state, NULL, 0, SJ_ID_SIZE);
    (void) crypto_generichash_update(&state, (const unsigned char *) &org, sizeof org);
    (void) crypto_generichash_update(&state, (const unsigned char *) platform,
                                     strlen(platform) + 1);
    (void) crypto_generichash_update(&state, (const unsigned char *) external_id,
                                     strlen(external_id));
    (void) crypto_generichash_final(&state, name, SJ_ID_SIZE);
}

/* Its place, or the free one where it would be: half of the places are always free. */
static size_t
place_of(const links *l, const uint8_t name[SJ_ID_SIZE])
{
    size_t n = sj_read_u64(name) % PLACES;

    while (l->at[n].taken && memcmp(l->at[n].name, name, SJ_ID_SIZE) != 0)
        n = (n + 1) % PLACES;
    return n;
}

bool
links_find(const links *l, uint64_t org, const char *platform, const char *external_id,
           uint8_t event_id[SJ_ID_SIZE])
{
    uint8_t name[SJ_ID_SIZE];
    const place *found;

    hash_name(org, platform, external_id, name);
    found = &l->at[place_of(l, name)];
    if (found->taken)
        memcpy(event_id, found->event_id, SJ_ID_SIZE);
    return found->taken;
}

void
links_put(links *l, uint64_t org, const char *platform, const char *external_id,
          const uint8_t event_id[SJ_ID_SIZE])
{
    uint8_t name[SJ_ID_SIZE];
    place *to;

    if (l->count == LINKS_MAX)
        links_forget(l);
    hash_name(org, platform, external_id, name);
    to = &l->at[place_of(l, name)];
    l->count += !to->taken;
    to->taken = true;
    memcpy(to->name, name, SJ_ID_SIZE);
    memcpy(to->event_id, event_id, SJ_ID_SIZE);
}

void
links_forget(links *l)
{
    memset(l, 0, sizeof *l);
}

links *
links_open(void)
{
    return calloc(1, sizeof(links));
}

void
links_close(links **l)
{
    free(*l);
    *l = NULL;
}
