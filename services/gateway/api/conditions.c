/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/conditions.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { HASH_SHOWN = 6 /* octets */ };

typedef struct tag {
    bool weak;
    const char *text; /* quotes included */
    size_t size;
} tag;

static const char *
skip_separators(const char *at)
{
    return at + strspn(at, " \t,");
}

/* The next entity tag of a list; false: there is none there. */
static bool
next_tag(const char **at, tag *found)
{
    const char *from = skip_separators(*at), *end;

    found->weak = strncmp(from, "W/", 2) == 0;
    from += found->weak ? 2 : 0;
    if (*from != '"')
        return false;
    end = strchr(from + 1, '"');
    if (end == NULL)
        return false;
    found->text = from;
    found->size = (size_t) (end + 1 - from);
    *at = end + 1;
    return strchr(" \t,", end[1]) != NULL; /* which finds the end, too */
}

/* The revision in a tag of ours; 0: not one. */
static uint64_t
revision_of(const tag *t)
{
    uint64_t revision = 0;
    const char *at = t->text + 1;

    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(revision, UINT64_C(10), &revision) ||
            __builtin_add_overflow(revision, (uint64_t) (*at - '0'), &revision))
            return 0;
    return *at == '"' || *at == '.' ? revision : 0;
}

static bool
is_star(const char *text)
{
    const char *at = text + strspn(text, " \t");

    return *at == '*' && at[1 + strspn(at + 1, " \t")] == '\0';
}

const char *
conditions_read(conditions *c, const char *if_match, const char *if_none_match)
{
    const char *at = if_match;
    tag found;

    *c = (conditions){ .given = if_match != NULL, .none_match = if_none_match };
    if (if_match == NULL)
        return NULL;
    if (is_star(if_match)) {
        c->any = true;
        return NULL;
    }
    while (*skip_separators(at) != '\0') {
        uint64_t revision;

        if (!next_tag(&at, &found))
            return "If-Match is * or entity tags in quotes, as in ETag";
        revision = found.weak ? 0 : revision_of(&found);
        if (revision == 0)
            continue;
        if (c->count == CONDITIONS_MAX)
            return "If-Match has too many entity tags";
        c->revision[c->count++] = revision;
    }
    return NULL;
}

void
tag_write(uint64_t revision, const void *shown, size_t size, char text[TAG_SIZE])
{
    uint8_t hash[crypto_generichash_BYTES_MIN];
    char hex[2 * HASH_SHOWN + 1];

    (void) crypto_generichash(hash, sizeof hash, shown, size, NULL, 0);
    (void) sodium_bin2hex(hex, sizeof hex, hash, HASH_SHOWN);
    (void) snprintf(text, TAG_SIZE, "\"%" PRIu64 ".%s\"", revision, hex);
}

bool
tag_is_known(const conditions *c, const char *text)
{
    const char *at = c->none_match;
    size_t size = strlen(text);
    tag found;

    if (at == NULL)
        return false;
    if (is_star(at))
        return true;
    while (next_tag(&at, &found))
        if (found.size == size && memcmp(found.text, text, size) == 0)
            return true;
    return false;
}
