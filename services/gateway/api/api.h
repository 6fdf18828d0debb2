/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * api: the services' commands and queries over HTTP, below /v1/.
 *
 * A request of HTTP becomes one request of a service: key, idempotency key, conditions and
 * parameters are read when its head has come (caller.h, idempotency.h, conditions.h, routes.h), the
 * body when it has (build.h).  An event named by its slug is looked up first (slugs.h).  What the
 * service answers is shown by reply.h or problem.h.  docs/api.md tells it to who calls.
 */
#include "services/gateway/http/http.h"

#include "services/gateway/backend.h"

typedef struct api api;

api *api_open(loop *l, backend *services); /* NULL: out of memory */
void api_close(api **a);
/* Its site, to be listed in http_options. */
http_site api_site(api *a);
