/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * api: the services' commands and queries over HTTP, below /v1/.
 *
 * A request of HTTP becomes one request of a service: key, idempotency key, conditions and
 * parameters are read when its head has come (caller.h, idempotency.h, conditions.h, routes.h), the
 * body when it has (build.h).  An event named by its slug is looked up first (slugs.h).  What the
 * service answers is shown by reply.h or a problem (codes.h).  A file that is uploaded goes another
 * way (upload.h).  docs/api.md tells it to who calls.
 */
#include "services/gateway/http/http.h"

#include "services/gateway/address.h"
#include "services/gateway/backend.h"

typedef struct api api;

typedef struct api_options {
    backend *services;
    const char *home;       /* a folder of ours: what `sijill upload` needs is made there */
    const addresses *where; /* the services are; stays the caller's */
} api_options;

api *api_open(loop *l, const api_options *options); /* NULL: words on the log, or out of memory */
void api_close(api **a);
/* Its site, to be listed in http_options. */
http_site api_site(api *a);
