/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * site: /hooks/ORGANISATION/PLATFORM/HOOK.  A delivery is checked over its raw octets, made
 * durable, and only then answered; what it means is worked out later (work.h).  Nothing here asks a
 * service, but for a hook that this gateway has not met yet.
 */
#include "services/gateway/backend.h"
#include "services/gateway/hooks/registry.h"
#include "services/gateway/http/http.h"

enum {
    SITE_LOOKUPS_MAX = 64, /* unknown hooks that are asked for at once; more: 503 */
    SITE_LOOKUP_MS = 1500, /* platforms wait three seconds */
    SITE_OUTCOMES_MAX = 128,
};

typedef struct hook_site hook_site;

typedef struct hook_site_parts {
    spool *spool;
    registry *registry;
    backend *backend;
    const char *public_url; /* of this gateway, without a slash at the end; "": not told */
} hook_site_parts;

hook_site *hook_site_open(const hook_site_parts *parts);
void hook_site_close(hook_site **s);
http_site hook_site_http(hook_site *s);

/* How often each platform's deliveries had which outcome, for metrics. */
typedef void hook_outcome_fn(void *context, const char *platform, const char *outcome,
                             uint64_t count);
void hook_site_outcomes(const hook_site *s, hook_outcome_fn *each, void *context);
