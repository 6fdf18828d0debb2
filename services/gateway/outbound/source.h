/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * source: what the endpoints are told of: the feeds of the three services, from where the spool
 * says to where they are.  A record's copies for its endpoints and the place on the feed are one
 * transaction.  Only kinds of records that some endpoint wants are asked for, and news of
 * endpoints; when those want others, a feed is read with the new kinds from the very record that
 * says so.
 */
#include "services/gateway/outbound/sender.h"

enum {
    SOURCE_CURSOR = 100 /* in the spool, beside the shard: hooks have their own place on a feed */
};

typedef struct source source;

typedef struct source_parts {
    loop *loop;
    spool *spool;
    endpoints *endpoints;
    backend *backend;
    sender *sender;
    const addresses *services;
    const uint64_t *orgs;
    size_t org_count;
} source_parts;

source *source_open(const source_parts *parts);
void source_close(source **s);
