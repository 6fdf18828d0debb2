/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * follow: what registration's feed says of hooks and links, and the key that secrets are sealed to.
 * The place on the feed is kept in the spool, in the transaction of what was done about it.
 */
#include "services/gateway/hooks/work.h"

typedef struct follow follow;

typedef struct follow_parts {
    loop *loop;
    spool *spool;
    registry *registry;
    backend *backend;
    work *work;
    const seal *key;
    const addresses *services;
    const char *orgs; /* that secrets may be sealed for: numbers separated by spaces */
    bool replace_key; /* secrets sealed to another key are given up */
} follow_parts;

follow *follow_open(const follow_parts *parts);
void follow_close(follow **f);
/* The organisations of --orgs. */
const uint64_t *follow_orgs(const follow *f, size_t *count);
/* Whether the feed is followed at this moment; how far behind. */
bool follow_is_current(const follow *f, uint64_t *behind);
