/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/outbound/relist.h"

#include "services/runtime/log.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_ENDPOINTS = 176, GET_ENDPOINT = 177, ORGS_MAX = 64, AGAIN_MS = 10000 };

struct relist {
    loop *loop;
    loop_timer again;
    backend *backend;
    endpoints *endpoints;
    uint64_t orgs[ORGS_MAX];
    size_t org_count, org;
    bool running;
    Sijill__V1__EndpointList *page;
    size_t at;
};

static void ask_page(relist *r, const ProtobufCBinaryData *after);

static void
stop(relist *r)
{
    sijill_free(r->page);
    r->page = NULL;
    r->running = false;
}

/* What is not heard now would only be heard by the feed when it changes. */
static void
stop_for_now(relist *r, const char *code)
{
    sj_log(SJ_LOG_WARN, "endpoints.not_listed", "code=%s words=\"asked again later\"", code);
    stop(r);
    loop_at(r->loop, &r->again, loop_mono_ms(r->loop) + AGAIN_MS);
}

static void ask_one(relist *r);

static void
one_came(void *context, const sijill_reply *reply)
{
    relist *r = context;
    Sijill__V1__Endpoint *news = NULL;

    if (reply->code == SIJILL__V1__CODE__OK)
        news = sijill_unpack(reply, &sijill__v1__endpoint__descriptor);
    else if (reply->code != SIJILL__V1__CODE__NOT_FOUND) {
        stop_for_now(r, sijill_code_name(reply->code));
        return;
    }
    if (news != NULL)
        (void) endpoints_take(r->endpoints, r->orgs[r->org], news);
    sijill_free(news);
    r->at++;
    ask_one(r);
}

static void
ask_one(relist *r)
{
    Sijill__V1__GetEndpoint message;
    sijill_request request = { .type = GET_ENDPOINT, .body = &message.base };

    if (r->at == r->page->n_endpoint) {
        if (r->page->has_next) {
            ask_page(r, &r->page->next);
        } else if (++r->org < r->org_count) {
            ask_page(r, NULL);
        } else {
            stop(r);
        }
        return;
    }
    sijill__v1__get_endpoint__init(&message);
    message.has_id = true;
    message.id = r->page->endpoint[r->at]->id;
    if (!backend_ask(r->backend, BACKEND_REGISTRATION, r->orgs[r->org], &request, one_came, r))
        stop_for_now(r, "BUSY");
}

static void
page_came(void *context, const sijill_reply *reply)
{
    relist *r = context;

    if (reply->code != SIJILL__V1__CODE__OK) {
        stop_for_now(r, sijill_code_name(reply->code));
        return;
    }
    sijill_free(r->page);
    r->page = sijill_unpack(reply, &sijill__v1__endpoint_list__descriptor);
    r->at = 0;
    if (r->page == NULL)
        stop_for_now(r, "BAD_MESSAGE");
    else
        ask_one(r);
}

static void
ask_page(relist *r, const ProtobufCBinaryData *after)
{
    Sijill__V1__ListEndpoints message;
    sijill_request request = { .type = LIST_ENDPOINTS, .body = &message.base };

    sijill__v1__list_endpoints__init(&message);
    message.has_after = after != NULL;
    if (after != NULL)
        message.after = *after;
    if (!backend_ask(r->backend, BACKEND_REGISTRATION, r->orgs[r->org], &request, page_came, r))
        stop_for_now(r, "BUSY");
}

void
relist_start(relist *r)
{
    if (r->running || r->org_count == 0)
        return;
    r->running = true;
    r->org = 0;
    ask_page(r, NULL);
}

static void
start_again(void *context)
{
    relist_start(context);
}

relist *
relist_open(loop *l, backend *b, endpoints *e, const uint64_t *orgs, size_t org_count)
{
    relist *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->loop = l;
    r->again = (loop_timer){ .due = start_again, .context = r };
    r->backend = b;
    r->endpoints = e;
    r->org_count = org_count < ORGS_MAX ? org_count : ORGS_MAX;
    memcpy(r->orgs, orgs, r->org_count * sizeof r->orgs[0]);
    return r;
}

void
relist_close(relist **r)
{
    if (*r == NULL)
        return;
    loop_at((*r)->loop, &(*r)->again, 0);
    sijill_free((*r)->page);
    free(*r);
    *r = NULL;
}
