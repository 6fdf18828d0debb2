/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/outbound/log_site.h"

#include "services/gateway/api/caller.h"
#include "services/gateway/feed/records.h"
#include "services/gateway/feed/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GET_ENDPOINT = 177, DEADLINE_MS = 5000, DECIMAL = 10, ARENA_SIZE = 256 * 1024, LINE = 256 };

struct log_site {
    endpoints *endpoints;
    backend *backend;
    sj_arena arena;
};

typedef struct question {
    log_site *site;
    caller who;
    uint8_t endpoint_id[SIJILL_ID_SIZE];
    uint64_t before;
} question;

static const char *const services[] = { "", "registration", "attendance", "certificate" };

static void
write_try(json_text *out, uint64_t number, const Sijill__V1__OutLogRow *row)
{
    const record_kind *kind = record_kind_of(row->type);
    char line[LINE];
    int length =
        snprintf(line, sizeof line,
                 "{\"number\":\"%llu\",\"atMs\":\"%llu\",\"service\":\"%s\",\"seq\":\"%llu\","
                 "\"type\":\"%s\",\"attempt\":%u,\"status\":%u,\"tookMs\":%u",
                 (unsigned long long) number, (unsigned long long) row->at_ms,
                 services[row->shard < 4 ? row->shard : 0], (unsigned long long) row->seq,
                 kind == NULL ? "" : kind->name, row->attempt, row->status, row->took_ms);

    json_put(out, line, (size_t) length);
    if (row->words != NULL) {
        json_put(out, ",\"words\":", strlen(",\"words\":"));
        json_put_string(out, row->words, strlen(row->words));
    }
    json_put(out, "}", 1);
}

static void
show(request *r, question *q)
{
    log_site *s = q->site;
    endpoint *p = endpoints_find(s->endpoints, q->who.org, q->endpoint_id);
    uint64_t numbers[LOG_SITE_PAGE];
    Sijill__V1__OutLogRow *rows[LOG_SITE_PAGE];
    json_text text = { 0 };
    char next[LINE];
    size_t count;
    answer a = { .status = 200, .type = "application/json" };

    sj_arena_reset(&s->arena);
    count = p == NULL
                ? 0
                : endpoint_log(s->endpoints, p, q->before, &s->arena, LOG_SITE_PAGE, numbers, rows);
    json_put(&text, "{\"deliveries\":[", strlen("{\"deliveries\":["));
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            json_put(&text, ",", 1);
        write_try(&text, numbers[i], rows[i]);
    }
    json_put(&text, "]", 1);
    if (count == LOG_SITE_PAGE) {
        (void) snprintf(next, sizeof next, ",\"nextPageToken\":\"%llu\"",
                        (unsigned long long) numbers[count - 1]);
        json_put(&text, next, strlen(next));
    }
    json_put(&text, "}", 1);
    a.body = (octets){ text.at, text.size };
    request_answer(r, &a);
    free(text.at);
}

static void
endpoint_came(void *context, const sijill_reply *reply)
{
    request *r = context;

    if (reply->code == SIJILL__V1__CODE__OK)
        show(r, request_kept(r));
    else
        refusal_answer(r, reply->code, "", reply->detail);
}

static bool
read_question(request *r, question *q)
{
    const char *id = request_parameter(r, "endpoint");
    const char *before = request_parameter(r, "page_token");
    char *end = NULL;

    if (id == NULL || !sijill_unhex(id, q->endpoint_id))
        return false;
    if (before == NULL)
        return true;
    errno = 0;
    q->before = strtoull(before, &end, DECIMAL);
    return errno == 0 && end != before && *end == '\0' && q->before > 0;
}

static void
handle(void *context, request *r)
{
    log_site *s = context;
    question *q = request_alloc(r, sizeof *q);
    Sijill__V1__GetEndpoint message;
    sijill_request ask = {
        .type = GET_ENDPOINT, .body = &message.base, .delegated = true, .deadline_ms = DEADLINE_MS
    };
    const char *wrong;

    if (q == NULL) {
        refusal_answer(r, SIJILL__V1__CODE__BUSY, "", "out of memory: ask again");
        return;
    }
    q->site = s;
    request_keep(r, q);
    if (strcmp(request_path(r), "/v1/deliveries") != 0) {
        refusal_answer(r, SIJILL__V1__CODE__NOT_FOUND, "",
                       "there is nothing here: GET /v1/deliveries");
    } else if (strcmp(request_method(r), "GET") != 0) {
        refusal_answer(r, API_METHOD, "", "only GET is for here");
    } else if ((wrong = caller_read(&q->who, request_header(r, "authorization"))) != NULL) {
        refusal_answer(r, SIJILL__V1__CODE__UNAUTHENTICATED, "", wrong);
    } else if (!q->who.named) {
        refusal_answer(r, SIJILL__V1__CODE__UNAUTHENTICATED, "",
                       "this needs an API key: Authorization: Bearer sjk_...");
    } else if (!read_question(r, q)) {
        refusal_answer(r, SIJILL__V1__CODE__INVALID, "endpoint",
                       "endpoint: the 32 digits of its id; page_token: as an answer gave it");
    } else {
        sijill__v1__get_endpoint__init(&message);
        message.has_id = true;
        message.id = (ProtobufCBinaryData){ SIJILL_ID_SIZE, q->endpoint_id };
        ask.actor = q->who.actor;
        ask.credential = q->who.named ? q->who.credential : NULL;
        if (!backend_ask(s->backend, BACKEND_REGISTRATION, q->who.org, &ask, endpoint_came, r))
            refusal_answer(r, SIJILL__V1__CODE__BUSY, "", "too many ask at once: ask again");
    }
}

static bool
admit(void *context, request *r, size_t *body_max)
{
    (void) context;
    (void) r;
    (void) body_max;
    return true;
}

log_site *
log_site_open(endpoints *e, backend *b)
{
    log_site *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->endpoints = e;
    s->backend = b;
    if (!sj_arena_open(&s->arena, ARENA_SIZE)) {
        free(s);
        return NULL;
    }
    return s;
}

void
log_site_close(log_site **s)
{
    if (*s == NULL)
        return;
    sj_arena_close(&(*s)->arena);
    free(*s);
    *s = NULL;
}

http_site
log_site_http(log_site *s)
{
    return (http_site){ .prefix = "/v1/deliveries",
                        .name = "deliveries",
                        .admit = admit,
                        .handle = handle,
                        .context = s };
}
