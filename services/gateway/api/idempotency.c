/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/idempotency.h"

#include "storage/bytes.h"

#include <sodium.h>
#include <string.h>

enum { UUID_LETTERS = 36, VERSION_PLACE = 14, VARIANT_PLACE = 19 };

/* As RFC 9562 writes them, and no other way: "0192f0a1-…" with hyphens. */
static bool
read_uuid7(const char *text, size_t size, uint8_t id[SIJILL_ID_SIZE])
{
    static const unsigned char hyphens[] = { 8, 13, 18, 23 };
    char uuid[UUID_LETTERS + 1];

    if (size != UUID_LETTERS || text[VERSION_PLACE] != '7' ||
        strchr("89abAB", text[VARIANT_PLACE]) == NULL)
        return false;
    for (size_t i = 0; i < sizeof hyphens; i++)
        if (text[hyphens[i]] != '-')
            return false;
    memcpy(uuid, text, size);
    uuid[size] = '\0';
    return sijill_unhex(uuid, id); /* 32 digits: what is left has no other hyphen */
}

/* The key itself: the drafts of a standard want quotes around it, most programs send none. */
static const char *
bare_key(const char *header, size_t *size)
{
    *size = strlen(header);
    if (*size < 2 || header[0] != '"' || header[*size - 1] != '"')
        return header;
    *size -= 2;
    return header + 1;
}

static bool
is_printable(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return true;
}

static void
hash_outside(idempotency *i, const char *key, size_t size, uint64_t org,
             const uint8_t actor[SIJILL_ID_SIZE])
{
    crypto_generichash_state state;
    uint8_t head[8];

    sj_write_u64(head, org);
    (void) crypto_generichash_init(&state, NULL, 0, SIJILL_ID_SIZE);
    (void) crypto_generichash_update(&state, head, sizeof head);
    (void) crypto_generichash_update(&state, actor, SIJILL_ID_SIZE);
    (void) crypto_generichash_update(&state, (const unsigned char *) key, size);
    (void) crypto_generichash_final(&state, i->outside, sizeof i->outside);
}

const char *
idempotency_read(idempotency *i, const char *header, uint64_t org,
                 const uint8_t actor[SIJILL_ID_SIZE])
{
    const char *key;
    size_t size;

    if (header == NULL)
        return "a write needs the header Idempotency-Key: make one (a UUIDv7, say) and send the "
               "same with every try";
    key = bare_key(header, &size);
    i->has_outside = !read_uuid7(key, size, i->request_id);
    if (!i->has_outside)
        return NULL;
    if (size == 0 || size > IDEMPOTENCY_KEY_MAX || !is_printable(key, size))
        return "an Idempotency-Key is 1 to 255 printable ASCII characters";
    sijill_request_id(i->request_id);
    hash_outside(i, key, size, org, actor);
    return NULL;
}

void
idempotency_made(const idempotency *i, uint32_t n, uint8_t id[SIJILL_ID_SIZE])
{
    static const char domain[] = "sijill made id";
    const uint8_t *base = i->has_outside ? i->outside : i->request_id;
    crypto_generichash_state state;
    uint8_t number[4];

    sj_write_u32(number, n);
    (void) crypto_generichash_init(&state, NULL, 0, SIJILL_ID_SIZE);
    (void) crypto_generichash_update(&state, (const unsigned char *) domain, sizeof domain);
    (void) crypto_generichash_update(&state, base, SIJILL_ID_SIZE);
    (void) crypto_generichash_update(&state, number, sizeof number);
    (void) crypto_generichash_final(&state, id, SIJILL_ID_SIZE);
}
