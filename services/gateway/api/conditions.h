/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * conditions: If-Match and If-None-Match (RFC 9110, 13), and the entity tags they compare.
 *
 * The tag of a thing is its revision, "17"; that of one who waits has the place in the line
 * besides, "17.3", because places move without the thing.  A write looks at the revision alone.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONDITIONS_MAX = 8, TAG_SIZE = 48 };

typedef struct conditions {
    bool any;     /* If-Match: * */
    bool given;   /* If-Match at all */
    size_t count; /* of If-Match */
    uint64_t revision[CONDITIONS_MAX];
    const char *none_match; /* If-None-Match as it came; NULL: none */
} conditions;

/* NULL: read; else words.  A tag that is not ours, or weak, never matches: it is not counted. */
const char *conditions_read(conditions *c, const char *if_match, const char *if_none_match);

/* The tag of a revision that is shown as these octets. */
void tag_write(uint64_t revision, const void *shown, size_t size, char tag[TAG_SIZE]);

/* Whether If-None-Match names this tag (weak comparison): the reader has it already. */
bool tag_is_known(const conditions *c, const char *tag);
