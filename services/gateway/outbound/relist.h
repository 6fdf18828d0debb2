/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * relist: ask registration for all endpoints, when the feed can no longer say what became of them.
 */
#include "services/gateway/backend.h"
#include "services/gateway/outbound/endpoints.h"

typedef struct relist relist;

relist *relist_open(loop *l, backend *b, endpoints *e, const uint64_t *orgs, size_t org_count);
void relist_close(relist **r);
void relist_start(relist *r);
