/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/site.h"

#include "services/gateway/http/problem.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GET_HOOK = 163, PLATFORM_NAME_SIZE = 16, URL_SIZE = 1024, ARENA_SIZE = 64 * 1024 };

typedef struct outcome_count {
    const char *platform, *outcome; /* static texts */
    uint64_t count;
} outcome_count;

struct hook_site {
    hook_site_parts parts;
    unsigned lookups;
    sj_arena arena; /* of the check at hand */
    size_t outcome_count;
    outcome_count outcomes[SITE_OUTCOMES_MAX];
};

/* What a request's path says. */
typedef struct hook_address {
    hook_site *site;
    uint64_t org;
    uint8_t id[SJ_ID_SIZE];
    char platform[PLATFORM_NAME_SIZE];
    platform_answer answer; /* given when it is stored; its body is static or NULL then */
} hook_address;

static void
count(hook_site *s, const char *platform_name, const char *outcome)
{
    for (size_t i = 0; i < s->outcome_count; i++)
        if (s->outcomes[i].platform == platform_name &&
            strcmp(s->outcomes[i].outcome, outcome) == 0) {
            s->outcomes[i].count++;
            return;
        }
    if (s->outcome_count < SITE_OUTCOMES_MAX)
        s->outcomes[s->outcome_count++] = (outcome_count){ platform_name, outcome, 1 };
}

void
hook_site_outcomes(const hook_site *s, hook_outcome_fn *each, void *context)
{
    for (size_t i = 0; i < s->outcome_count; i++)
        each(context, s->outcomes[i].platform, s->outcomes[i].outcome, s->outcomes[i].count);
}

/* ---- the address -------------------------------------------------------------------------------
 */

static bool
read_address(const char *path, hook_address *out)
{
    char *end;
    const char *slash;
    size_t length = 0;

    path += strlen("/hooks/");
    errno = 0;
    if (*path < '1' || *path > '9')
        return false;
    out->org = strtoull(path, &end, 10);
    if (errno != 0 || *end != '/')
        return false;
    path = end + 1;
    slash = strchr(path, '/');
    if (slash == NULL || slash == path || (size_t) (slash - path) >= sizeof out->platform)
        return false;
    memcpy(out->platform, path, (size_t) (slash - path));
    path = slash + 1;
    return strlen(path) == 2 * (size_t) SJ_ID_SIZE &&
           sodium_hex2bin(out->id, SJ_ID_SIZE, path, strlen(path), NULL, &length, NULL) == 0 &&
           length == SJ_ID_SIZE;
}

static void
no_such_hook(hook_site *s, request *r)
{
    count(s, "none", "unknown_hook");
    problem_answer(r, 404, "NOT_FOUND", "no hook has this address: `sijill hook list` shows them");
}

static bool
admit(void *context, request *r, size_t *body_max)
{
    hook_site *s = context;
    hook_address *a = request_alloc(r, sizeof *a);

    if (a == NULL) {
        problem_answer(r, 503, "BUSY", "out of memory: try again later");
        return false;
    }
    a->site = s;
    request_keep(r, a);
    if (!read_address(request_path(r), a)) {
        no_such_hook(s, r);
        return false;
    }
    *body_max = PLATFORM_BODY_MAX;
    return true;
}

/* ---- the delivery ------------------------------------------------------------------------------
 */

static void
give(request *r, const platform_answer *given)
{
    answer a = { .status = given->status, .type = given->type };

    if (given->body != NULL)
        a.body = (octets){ given->body, strlen(given->body) };
    for (size_t i = 0; i < given->header_count; i++)
        a.header[a.header_count++] = (http_header){ given->header[i].name, given->header[i].value };
    if (given->status == 503 || given->status == 429)
        a.header[a.header_count++] = (http_header){ "Retry-After", "5" };
    request_answer(r, &a);
}

static void
stored(void *context, bool durable)
{
    request *r = context;
    hook_address *a = request_kept(r);

    if (durable)
        give(r, &a->answer);
    else
        problem_answer(r, 503, "UNAVAILABLE", "the spool cannot be written: try again later");
}

static void
keep(hook_site *s, request *r, const hook *h, const platform_delivery *in)
{
    const hook_address *a = request_kept(r);
    char *header[2 * PLATFORM_HEADERS_MAX];
    Sijill__V1__DeliveryRow row;

    sijill__v1__delivery_row__init(&row);
    row.has_org = row.has_hook_id = row.has_received_ms = row.has_trace = true;
    row.org = a->org;
    row.hook_id = (ProtobufCBinaryData){ SJ_ID_SIZE, (uint8_t *) (uintptr_t) h->id };
    row.received_ms = in->now_ms;
    row.query = (char *) (uintptr_t) in->query;
    row.header = header;
    for (size_t i = 0; i < in->header_count; i++) {
        header[row.n_header++] = (char *) (uintptr_t) in->header[i].name;
        header[row.n_header++] = (char *) (uintptr_t) in->header[i].value;
    }
    row.trace = (ProtobufCBinaryData){ HTTP_TRACE_SIZE, (uint8_t *) (uintptr_t) request_trace(r) };
    row.from = (char *) (uintptr_t) request_from(r);
    spool_add(s->parts.spool, &row, in->body, stored, r);
}

static void
take_headers(request *r, const char *const *names, platform_header *header, platform_delivery *in)
{
    for (; names != NULL && *names != NULL; names++) {
        const char *value = request_header(r, *names);

        if (value != NULL && in->header_count < PLATFORM_HEADERS_MAX)
            header[in->header_count++] = (platform_header){ *names, value };
    }
}

/* A sender asks whether it may send. */
static void
greet(hook_site *s, request *r, const hook *h)
{
    platform_header header[PLATFORM_HEADERS_MAX];
    platform_delivery in = { .query = request_query(r), .header = header };
    platform_answer out;

    take_headers(r, h->platform->greet_headers, header, &in);
    sj_arena_reset(&s->arena);
    h->platform->greet(&s->arena, &in, &out);
    count(s, h->platform->name, out.outcome);
    give(r, &out);
}

/* As the platform knows this address: some sign it.  Without a public name it is the one that was
 * asked; the secret is needed for either. */
static bool
write_url(const hook_site *s, const request *r, char url[URL_SIZE])
{
    const char *host = request_header(r, "host");
    int length =
        s->parts.public_url[0] != '\0'
            ? snprintf(url, URL_SIZE, "%s%s", s->parts.public_url, request_path(r))
            : snprintf(url, URL_SIZE, "http://%s%s", host == NULL ? "" : host, request_path(r));

    return length > 0 && length < URL_SIZE;
}

static void
deliver(hook_site *s, request *r, const hook *h)
{
    hook_address *a = request_kept(r);
    octets body = request_body(r);
    platform_header header[PLATFORM_HEADERS_MAX];
    char url[URL_SIZE];
    platform_delivery in = { .query = request_query(r),
                             .header = header,
                             .body = { body.at, body.size },
                             .now_ms = request_arrived_ms(r) };
    size_t stored_headers;

    hook_describe(h, &in);
    if (h->platform->signs_url && write_url(s, r, url))
        in.url = url;
    take_headers(r, h->platform->headers, header, &in);
    stored_headers = in.header_count;
    take_headers(r, h->platform->secret_headers, header, &in);
    sj_arena_reset(&s->arena);
    h->platform->check(&s->arena, &in, &a->answer);
    in.header_count = stored_headers;
    count(s, h->platform->name, a->answer.outcome);
    if (a->answer.keep)
        keep(s, r, h, &in);
    else
        give(r, &a->answer);
}

/* ---- the hook ----------------------------------------------------------------------------------
 */

static void
with_hook(hook_site *s, request *r, const hook *h)
{
    const hook_address *a = request_kept(r);

    if (h == NULL || h->removed || strcmp(h->platform->name, a->platform) != 0) {
        no_such_hook(s, r);
    } else if (h->secret_count == 0) {
        count(s, h->platform->name, "no_secret");
        problem_answer(r, 503, "UNAVAILABLE", "this hook's secret cannot be opened: rotate it");
    } else if (strcmp(request_method(r), "OPTIONS") == 0 && h->platform->greet != NULL) {
        greet(s, r, h);
    } else if (strcmp(request_method(r), "POST") != 0) {
        answer refusal = { .status = 405, .header_count = 1, .header = { { "Allow", "POST" } } };

        request_answer(r, &refusal);
    } else {
        deliver(s, r, h);
    }
}

static void
hook_came(void *context, const sijill_reply *reply)
{
    request *r = context;
    const hook_address *a = request_kept(r);
    hook_site *s = a->site;
    const hook *told = registry_find(s->parts.registry, a->org, a->id);
    Sijill__V1__Hook *news;

    s->lookups--;
    if (told != NULL && !told->doubted) { /* by the feed meanwhile: this answer may be older */
        with_hook(s, r, told);
        return;
    }
    if (reply->code == SIJILL__V1__CODE__NOT_FOUND || reply->code == SIJILL__V1__CODE__INVALID) {
        no_such_hook(s, r);
        return;
    }
    news = reply->code == SIJILL__V1__CODE__OK ? sijill_unpack(reply, &sijill__v1__hook__descriptor)
                                               : NULL;
    if (news == NULL && told != NULL)
        with_hook(s, r, told);
    else if (news == NULL)
        problem_answer(
            r, 503, "UNAVAILABLE",
            "this hook is not known here yet, and registration does not answer: send again");
    else
        with_hook(s, r, registry_take(s->parts.registry, a->org, news));
    sijill_free(news);
}

static void
handle(void *context, request *r)
{
    hook_site *s = context;
    hook_address *a = request_kept(r);
    const hook *h = registry_find(s->parts.registry, a->org, a->id);
    Sijill__V1__GetHook message;
    sijill_request question = { .type = GET_HOOK,
                                .body = &message.base,
                                .deadline_ms = SITE_LOOKUP_MS };

    if (h != NULL && !h->doubted) {
        with_hook(s, r, h);
        return;
    }
    sijill__v1__get_hook__init(&message);
    message.has_id = true;
    message.id = (ProtobufCBinaryData){ SJ_ID_SIZE, a->id };
    if (s->lookups < SITE_LOOKUPS_MAX &&
        backend_ask(s->parts.backend, BACKEND_REGISTRATION, a->org, &question, hook_came, r))
        s->lookups++;
    else
        problem_answer(r, 503, "BUSY", "too many unknown hooks are asked for: send again");
}

hook_site *
hook_site_open(const hook_site_parts *parts)
{
    hook_site *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->parts = *parts;
    if (!sj_arena_open(&s->arena, ARENA_SIZE + 8 * (size_t) PLATFORM_BODY_MAX))
        hook_site_close(&s);
    return s;
}

void
hook_site_close(hook_site **s)
{
    if (*s == NULL)
        return;
    sj_arena_close(&(*s)->arena);
    free(*s);
    *s = NULL;
}

http_site
hook_site_http(hook_site *s)
{
    return (http_site){
        .prefix = "/hooks/", .name = "hooks", .admit = admit, .handle = handle, .context = s
    };
}
