/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a request through the services: the event's slug first, where it has one, then what
 * else must have been seen, then the question itself.
 */
#include "services/gateway/api/base64.h"
#include "services/gateway/api/exchange.h"
#include "services/gateway/api/reply.h"
#include "services/gateway/http/problem.h"

#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

#include <stdio.h>
#include <string.h>

enum { GET_EVENT = 150, GET_DID = 353, DEFINE_EVENT = 102, HTTP_NOT_MODIFIED = 304 };

#define CODE(name) SIJILL__V1__CODE__##name

/* ---- answers -----------------------------------------------------------------------------------
 */

static void
add_header(answer *a, const char *name, const char *value)
{
    if (a->header_count < HTTP_HEADERS_MAX && value[0] != '\0')
        a->header[a->header_count++] = (http_header){ name, value };
}

void
exchange_refuse(exchange *x, const api_problem *wrong)
{
    answer head = { .header_count = 0 }; /* its headers alone */
    char seconds[16] = "", seen[POSITION_TEXT_SIZE];

    if (api_retry_seconds(wrong->code) > 0)
        (void) snprintf(seconds, sizeof seconds, "%u", api_retry_seconds(wrong->code));
    position_write(&x->seen, seen);
    add_header(&head, "Retry-After", seconds);
    add_header(&head, "Sijill-Position", seen);
    if (wrong->code == CODE(UNAUTHENTICATED))
        add_header(&head, "WWW-Authenticate", "Bearer realm=\"sijill\"");
    if (wrong->code == API_METHOD)
        add_header(&head, "Allow", x->match.allow);
    if (wrong->code == API_MEDIA)
        add_header(&head, "Accept-Post", "application/json");
    problem_say(x->r, &(problem){ .status = api_status(wrong),
                                  .code = api_code_name(wrong->code),
                                  .detail = wrong->words,
                                  .field = wrong->field[0] == '\0' ? NULL : wrong->field,
                                  .header = head.header,
                                  .header_count = head.header_count });
}

static void
refuse_words(exchange *x, uint32_t code, const char *words)
{
    api_problem wrong;

    api_wrong(&wrong, code, "", words);
    exchange_refuse(x, &wrong);
}

static void
refuse_reply(exchange *x, const sijill_reply *reply)
{
    api_problem wrong;

    api_refusal(x->match.route, reply, &wrong);
    if (reply->code == CODE(FORBIDDEN) && !x->who.named)
        api_wrong(&wrong, CODE(UNAUTHENTICATED), "",
                  "this needs a key: send the header `Authorization: Bearer sjk_...`");
    /* what If-Match names is not there: RFC 9110 has one answer to a condition that fails */
    if (reply->code == CODE(NOT_FOUND) && x->conditions.given &&
        (x->match.route->flags & API_MAKES) != 0)
        api_wrong(&wrong, CODE(STALE), "", "there is nothing yet that If-Match could name");
    exchange_refuse(x, &wrong);
}

static void
accept(exchange *x, const sijill_reply *reply)
{
    api *a = x->owner;
    answer said = { .type = "application/json" };
    char seen[POSITION_TEXT_SIZE];
    api_problem wrong;
    api_says says;

    sj_arena_reset(&a->arena);
    a->text.size = 0;
    if (!api_reply(&a->arena, &x->match, x->slug, reply, &says, &a->text, &wrong)) {
        exchange_refuse(x, &wrong);
        return;
    }
    said.status = says.status;
    said.body = (octets){ a->text.at, a->text.size };
    if (says.tag[0] != '\0' && tag_is_known(&x->conditions, says.tag))
        said = (answer){ .status = HTTP_NOT_MODIFIED };
    position_write(&x->seen, seen);
    add_header(&said, "Sijill-Position", seen);
    add_header(&said, "ETag", says.tag);
    add_header(&said, "Location", says.location);
    add_header(&said, "Idempotency-Replayed", reply->replayed ? "true" : "");
    add_header(&said, "Sijill-Dry-Run", x->dry_run ? "true" : "");
    if ((x->match.route->flags & API_WRITE) == 0)
        add_header(&said, "Cache-Control", x->who.named ? "private, no-cache" : "no-cache");
    request_answer(x->r, &said);
}

/* ---- questions ---------------------------------------------------------------------------------
 */

sijill_request
exchange_question(const exchange *x)
{
    const api_route *route = x->match.route; /* an upload has none, and writes */

    return (sijill_request){
        .delegated = true,
        .actor = x->who.actor,
        .credential = x->who.named ? x->who.credential : NULL,
        .from = request_from(x->r),
        .trace = request_trace(x->r),
        .deadline_ms =
            route == NULL || (route->flags & API_WRITE) != 0 ? API_DEADLINE_MS : API_READ_MS,
    };
}

static void
send_question(exchange *x, backend_service service, const sijill_request *asked,
              backend_fn *answered)
{
    if (!backend_ask(x->owner->services, service, x->who.org, asked, answered, x))
        refuse_words(x, CODE(BUSY), "too many requests wait already");
}

static bool
build(exchange *x, api_build *b, api_problem *wrong)
{
    octets body = request_body(x->r);

    *b = (api_build){
        .match = &x->match,
        .query = request_query(x->r),
        .body = { body.at, body.size },
        .event = x->has_event ? x->event : NULL,
        .made = x->has_key ? &x->key : NULL,
    };
    sj_arena_reset(&x->owner->arena);
    return api_build_request(&x->owner->arena, b, wrong);
}

static const char *
event_word(const exchange *x)
{
    for (size_t i = 0; i < API_PARAMETERS_MAX && x->match.route->parameters[i].name != NULL; i++)
        if (strcmp(x->match.route->parameters[i].name, "event") == 0)
            return x->match.word[i];
    return "";
}

static void look_up_event(exchange *x, const char *slug);
static void ask(exchange *x);

static void
on_answer(void *context, const sijill_reply *reply)
{
    exchange *x = context;

    position_add(&x->seen, reply->pos);
    if (reply->code == CODE(OK)) {
        accept(x, reply);
    } else if (reply->code == CODE(STALE) && x->tried + 1 < x->conditions.count) {
        x->tried++;
        ask(x);
    } else if (reply->code == CODE(NOT_FOUND) && x->from_cache) {
        slugs_forget(x->owner->slugs, x->who.org, event_word(x)); /* a restore, perhaps */
        x->has_event = x->from_cache = false;
        ask(x);
    } else {
        refuse_reply(x, reply);
    }
}

static void
send_built(exchange *x, const api_build *b)
{
    sijill_request asked = exchange_question(x);

    asked.type = x->match.route->type;
    asked.body = b->message;
    asked.dry_run = x->dry_run;
    if (x->has_key) {
        asked.request_id = x->key.request_id;
        asked.outside = x->key.has_outside ? x->key.outside : NULL;
    }
    if (x->conditions.count > 0)
        asked.if_revision = x->conditions.revision[x->tried];
    if (b->service == BACKEND_CERTIFICATE && x->seen.at[1].seq > 0)
        asked.min_pos = x->seen.at[1];
    else
        asked.min_pos = x->seen.at[0];
    send_question(x, b->service, &asked, on_answer);
}

/* The certificate service follows two feeds, and a request names one position: the other one was
 * waited for just now. */
static void
on_barrier(void *context, const sijill_reply *reply)
{
    exchange *x = context;
    api_problem wrong;
    api_build b;

    if (reply->code == CODE(LAGGING) || reply->code == SIJILL_UNREACHABLE ||
        reply->code == CODE(UNKNOWN_OUTCOME))
        refuse_words(x, reply->code == CODE(UNKNOWN_OUTCOME) ? CODE(LAGGING) : reply->code,
                     "the certificate service has not come as far as Sijill-Position; nothing was "
                     "done: ask again");
    else if (build(x, &b, &wrong))
        send_built(x, &b);
    else
        exchange_refuse(x, &wrong);
}

static void
wait_for_registrations(exchange *x)
{
    sijill_request asked = exchange_question(x);

    asked.type = GET_DID;
    asked.min_pos = x->seen.at[0];
    send_question(x, BACKEND_CERTIFICATE, &asked, on_barrier);
}

/* The slug of the event that is defined: the answer says where it is. */
static void
note_slug(exchange *x, const ProtobufCMessage *message)
{
    const Sijill__V1__DefineEvent *define = (const void *) message;

    if (x->match.route->type == DEFINE_EVENT && define->event != NULL &&
        define->event->slug != NULL)
        (void) snprintf(x->slug, sizeof x->slug, "%s", define->event->slug);
}

static void
ask(exchange *x)
{
    api_problem wrong;
    api_build b;

    if (!x->has_event)
        x->has_event = x->from_cache =
            slugs_find(x->owner->slugs, x->who.org, event_word(x), x->event);
    if (!build(x, &b, &wrong)) {
        exchange_refuse(x, &wrong);
        return;
    }
    note_slug(x, b.message);
    if (b.slug[0] != '\0' && !x->has_event)
        look_up_event(x, b.slug);
    else if (b.service == BACKEND_CERTIFICATE && x->seen.at[0].seq > 0 && x->seen.at[1].seq > 0)
        wait_for_registrations(x);
    else
        send_built(x, &b);
}

/* ---- the event's id ----------------------------------------------------------------------------
 */

static bool
take_event(exchange *x, const sijill_reply *reply)
{
    Sijill__V1__EventView *view;
    ProtobufCBinaryData id;

    if (reply->code == CODE(NOT_FOUND)) /* letters of base64 that look like a slug */
        return octets_read(event_word(x), strlen(event_word(x)), x->event, sizeof x->event);
    if (reply->code != CODE(OK))
        return false;
    view = sijill_unpack(reply, &sijill__v1__event_view__descriptor);
    if (view == NULL || view->event == NULL || view->event->id.len != sizeof x->event) {
        sijill_free(view);
        return false;
    }
    id = view->event->id;
    memcpy(x->event, id.data, id.len);
    slugs_keep(x->owner->slugs, x->who.org, event_word(x), x->event);
    sijill_free(view);
    return true;
}

static void
on_event(void *context, const sijill_reply *reply)
{
    exchange *x = context;

    position_add(&x->seen, reply->pos);
    x->has_event = take_event(x, reply);
    if (x->has_event)
        ask(x);
    else
        refuse_reply(x, reply);
}

static void
look_up_event(exchange *x, const char *slug)
{
    sijill_request asked = exchange_question(x);
    Sijill__V1__GetEvent get;
    char copy[API_SLUG_SIZE];

    (void) snprintf(copy, sizeof copy, "%s", slug);
    sijill__v1__get_event__init(&get);
    get.slug = copy;
    asked.type = GET_EVENT;
    asked.body = &get.base;
    asked.min_pos = x->seen.at[0];
    send_question(x, BACKEND_REGISTRATION, &asked, on_event);
}

/* If-Match: * on what may be made anew: is there anything? */
static void
on_existence(void *context, const sijill_reply *reply)
{
    exchange *x = context;

    position_add(&x->seen, reply->pos);
    if (reply->code == CODE(OK))
        ask(x);
    else
        refuse_reply(x, reply);
}

void
exchange_begin(exchange *x)
{
    sijill_request asked = exchange_question(x);
    Sijill__V1__GetEvent get;
    api_problem wrong;
    api_build b;

    if (!x->conditions.any || x->match.route->type != DEFINE_EVENT) {
        ask(x);
        return;
    }
    if (!build(x, &b, &wrong)) {
        exchange_refuse(x, &wrong);
        return;
    }
    note_slug(x, b.message);
    sijill__v1__get_event__init(&get);
    get.slug = x->slug;
    asked.type = GET_EVENT;
    asked.body = &get.base;
    asked.min_pos = x->seen.at[0];
    send_question(x, BACKEND_REGISTRATION, &asked, on_existence);
}
