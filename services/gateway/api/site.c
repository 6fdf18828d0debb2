/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/exchange.h"
#include "services/gateway/api/openapi.h"
#include "services/gateway/api/upload.h"
#include "services/gateway/api/upload_words.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_ARENA_SIZE = 4 * 1024 * 1024, TAG_OCTETS = 12, HTTP_OK = 200, HTTP_UNCHANGED = 304 };

#define OPENAPI_PATH "/v1/openapi.json"
#define WRONG_METHOD "another method is wanted: see the header Allow"

/* ---- the description ---------------------------------------------------------------------------
 */

static bool
describe(api *a)
{
    uint8_t hash[crypto_generichash_BYTES];
    char hex[2 * TAG_OCTETS + 1];

    if (!openapi_write(&a->openapi))
        return false;
    (void) crypto_generichash(hash, sizeof hash, (const unsigned char *) a->openapi.at,
                              a->openapi.size, NULL, 0);
    (void) sodium_bin2hex(hex, sizeof hex, hash, TAG_OCTETS);
    (void) snprintf(a->openapi_tag, sizeof a->openapi_tag, "\"%s\"", hex);
    return true;
}

static void
answer_openapi(api *a, request *r)
{
    answer said = {
        .status = HTTP_OK,
        .type = "application/json",
        .body = { a->openapi.at, a->openapi.size },
        .header_count = 2,
        .header = { { "ETag", a->openapi_tag }, { "Cache-Control", "public, max-age=3600" } },
    };
    conditions c;

    (void) conditions_read(&c, NULL, request_header(r, "If-None-Match"));
    if (tag_is_known(&c, a->openapi_tag)) {
        said.status = HTTP_UNCHANGED;
        said.type = NULL;
        said.body = (octets){ NULL, 0 };
    }
    request_answer(r, &said);
}

/* ---- a request ---------------------------------------------------------------------------------
 */

static bool
refuse(exchange *x, uint32_t code, const char *words)
{
    api_problem wrong;

    api_wrong(&wrong, code, "", words);
    exchange_refuse(x, &wrong);
    return false;
}

static bool
is_read(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static bool
admit_upload(exchange *x, const char *event, size_t *body_max)
{
    x->is_upload = true;
    if (strcmp(request_method(x->r), "POST") == 0)
        return upload_admit(x->owner->uploads, x, event, body_max);
    (void) snprintf(x->match.allow, sizeof x->match.allow, "POST");
    return refuse(x, API_METHOD, WRONG_METHOD);
}

static bool
admit(void *context, request *r, size_t *body_max)
{
    api *a = context;
    char event[API_WORD_SIZE];
    exchange *x;
    api_problem wrong;

    if (strcmp(request_path(r), OPENAPI_PATH) == 0 && is_read(request_method(r))) {
        answer_openapi(a, r);
        return false;
    }
    x = request_alloc(r, sizeof *x);
    if (x == NULL) {
        request_answer(r, &(answer){ .status = 503, .close = true });
        return false;
    }
    x->owner = a;
    x->r = r;
    request_keep(r, x);
    if (upload_path(request_path(r), event))
        return admit_upload(x, event, body_max);
    if (strcmp(request_path(r), OPENAPI_PATH) == 0) {
        (void) snprintf(x->match.allow, sizeof x->match.allow, "GET, HEAD");
        return refuse(x, API_METHOD, WRONG_METHOD);
    }
    api_find(request_method(r), request_path(r), &x->match);
    if (x->match.route == NULL && x->match.allow[0] == '\0')
        return refuse(x, SIJILL__V1__CODE__NOT_FOUND,
                      "nothing has this address; " OPENAPI_PATH " lists those that are");
    if (x->match.route == NULL)
        return refuse(x, API_METHOD, WRONG_METHOD);
    if (!exchange_read(x, &wrong)) {
        exchange_refuse(x, &wrong);
        return false;
    }
    *body_max = x->match.route->body == NULL ? 0 : API_BODY_MAX;
    return true;
}

static void
handle(void *context, request *r)
{
    exchange *x = request_kept(r);

    (void) context;
    if (x->is_upload)
        upload_handle(x);
    else
        exchange_begin(x);
}

/* An exchange goes on: its services have been asked. */
static bool
gone(void *context, request *r)
{
    exchange *x = request_kept(r);

    (void) context;
    if (x->is_upload)
        upload_gone(x);
    return x->is_upload;
}

api *
api_open(loop *l, const api_options *options)
{
    api *a = calloc(1, sizeof *a);

    if (a == NULL)
        return NULL;
    a->loop = l;
    a->services = options->services;
    a->slugs = slugs_open();
    a->uploads = uploads_open(a, options->home, options->where);
    if (a->slugs == NULL || a->uploads == NULL || !sj_arena_open(&a->arena, ANSWER_ARENA_SIZE) ||
        !describe(a))
        api_close(&a);
    return a;
}

void
api_close(api **a)
{
    if (*a == NULL)
        return;
    uploads_close(&(*a)->uploads);
    slugs_close(&(*a)->slugs);
    sj_arena_close(&(*a)->arena);
    free((*a)->text.at);
    free((*a)->openapi.at);
    free(*a);
    *a = NULL;
}

http_site
api_site(api *a)
{
    return (http_site){ .prefix = "/v1/",
                        .name = "api",
                        .admit = admit,
                        .handle = handle,
                        .gone = gone,
                        .context = a };
}
