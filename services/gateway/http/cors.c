/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/http/internal.h"

#include <string.h>

/*
 * Which other origins a browser lets use us.  No cookies are known here, so nothing is allowed with
 * credentials of the browser; a key is in a header that the script itself sets.
 */

static const char METHODS_ALLOWED[] = "GET, HEAD, POST, PUT, PATCH, DELETE";
static const char HEADERS_ALLOWED[] = "Authorization, Content-Type, Idempotency-Key, If-Match, "
                                      "If-None-Match, Last-Event-ID, Sijill-Position, "
                                      "traceparent";
static const char HEADERS_EXPOSED[] = "ETag, Idempotency-Replayed, Link, Location, Retry-After, "
                                      "Sijill-Dry-Run, Sijill-Position, X-Request-Id";
static const char PREFLIGHT_SECONDS[] = "600";

static bool
is_allowed(const request *r, const char *origin)
{
    const char *origins = r->h->options.cors;

    return origin != NULL && (strcmp(origins, "*") == 0 || head_has_word(origins, origin, ", "));
}

static bool
is_on(const request *r)
{
    return r->h->options.cors != NULL && r->h->options.cors[0] != '\0';
}

static void
put(request *r, const char *name, const char *value)
{
    if (r->response != NULL)
        (void) MHD_add_response_header(r->response, name, value);
}

void
cors_headers(request *r)
{
    const char *origin = r->origin;

    if (!is_on(r))
        return;
    put(r, "Vary", "Origin");
    if (!is_allowed(r, origin))
        return;
    put(r, "Access-Control-Allow-Origin", strcmp(r->h->options.cors, "*") == 0 ? "*" : origin);
    put(r, "Access-Control-Expose-Headers", HEADERS_EXPOSED);
}

bool
cors_is_preflight(const request *r)
{
    return is_on(r) && r->method == METHOD_OPTIONS && r->site != NULL && is_allowed(r, r->origin) &&
           request_header(r, "Access-Control-Request-Method") != NULL;
}

void
cors_answer_preflight(request *r)
{
    answer a = { .status = 204,
                 .header_count = 3,
                 .header = { { "Access-Control-Allow-Methods", METHODS_ALLOWED },
                             { "Access-Control-Allow-Headers", HEADERS_ALLOWED },
                             { "Access-Control-Max-Age", PREFLIGHT_SECONDS } } };

    request_answer(r, &a);
}
