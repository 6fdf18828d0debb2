/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/job.h"

#include "services/gateway/hooks/apply.h"
#include "services/gateway/hooks/redact.h"
#include "services/runtime/log.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { HOLD_PUSH = 120, RELEASE_PUSH = 121, GET_LINK = 166, RAW_MAX = 4096, URL_SIZE = 2048 };

typedef struct at_hand {
    const Sijill__V1__Push *push; /* NULL: not understood */
    const Sijill__V1__Push *item; /* the same, or what has a nonce at least; NULL: of HELD */
    const char *words;
    const char *fetch;
} at_hand;

/* ---- where the job is -------------------------------------------------------------------------
 */

static bool
look(const job *j, at_hand *out)
{
    const platform_item *item;

    *out = (at_hand){ 0 };
    if (j->kind == JOB_HELD) {
        if (j->held == NULL || j->held_at == j->held->n_held)
            return false;
        out->push = j->held->held[j->held_at]->push;
        return true;
    }
    if (j->is_fetched && j->fetched_at < j->fetched.count)
        item = &j->fetched.item[j->fetched_at];
    else if (j->at < j->items.count)
        item = &j->items.item[j->at];
    else
        return false;
    out->item = &item->push;
    out->words = item->words;
    out->fetch = item->fetch;
    out->push = item->words == NULL && out->fetch == NULL ? &item->push : NULL;
    return true;
}

/* The push at hand is done with. */
static void
advance(job *j)
{
    j->release = j->again = false;
    j->tries = 0;
    if (j->kind == JOB_HELD)
        j->held_at++;
    else if (j->is_fetched && ++j->fetched_at < j->fetched.count)
        ;
    else {
        j->is_fetched = false;
        j->at++;
    }
    job_step(j);
}

static void
try_again(void *context)
{
    job_step(context);
}

static void
later_at_most(job *j, uint64_t most_ms)
{
    uint64_t wait_ms = (uint64_t) WORK_RETRY_MS << (j->tries > 12 ? 12 : j->tries);
    loop *l = j->owner->parts.loop;

    j->owner->counts.retried++;
    if (++j->tries > WORK_ASIDE_TRIES && job_aside(j))
        return;
    if (wait_ms > most_ms)
        wait_ms = most_ms;
    j->timer = (loop_timer){ .due = try_again, .context = j };
    loop_at(l, &j->timer, loop_mono_ms(l) + wait_ms / 2 + randombytes_uniform((uint32_t) wait_ms));
}

static void
later(job *j)
{
    later_at_most(j, WORK_RETRY_MAX_MS);
}

/* ---- asking ------------------------------------------------------------------------------------
 */

typedef enum outcome { DONE, REFUSED, LATER } outcome;

static outcome
outcome_of(const sijill_reply *reply)
{
    switch (reply->code) {
    case SIJILL__V1__CODE__OK:
        return DONE;
    case SIJILL__V1__CODE__BAD_MESSAGE:
    case SIJILL__V1__CODE__UNSUPPORTED:
    case SIJILL__V1__CODE__INVALID:
    case SIJILL__V1__CODE__TOO_LARGE:
    case SIJILL__V1__CODE__FORBIDDEN:
    case SIJILL__V1__CODE__NOT_FOUND:
    case SIJILL__V1__CODE__CONFLICT:
    case SIJILL__V1__CODE__PRECONDITION:
    case SIJILL__V1__CODE__FULL:
    case SIJILL__V1__CODE__CLOSED:
    case SIJILL__V1__CODE__KEY_REUSED:
        return REFUSED;
    default: /* down, busy, draining, behind, an unknown outcome, a fault */
        return LATER;
    }
}

static void
ask(job *j, backend_service service, uint32_t type, const ProtobufCMessage *message,
    const char *step, backend_fn *answered)
{
    uint8_t id[SIJILL_ID_SIZE];
    sijill_request request = { .type = type,
                               .body = message,
                               .request_id = id,
                               .actor = j->hook_id,
                               .from = j->from,
                               .trace = j->has_trace ? j->trace : NULL,
                               .deadline_ms = WORK_DEADLINE_MS };

    apply_request_id(j->received_ms, loop_wall_ms(j->owner->parts.loop), j->push_id, step, id);
    if (service == BACKEND_ATTENDANCE) /* it may not have heard of the event yet */
        request.min_pos = backend_position(j->owner->parts.backend, BACKEND_REGISTRATION);
    if (!backend_ask(j->owner->parts.backend, service, j->org, &request, answered, j))
        later(j);
}

static ProtobufCBinaryData
id_data(uint8_t id[SJ_ID_SIZE])
{
    return (ProtobufCBinaryData){ SJ_ID_SIZE, id };
}

/* ---- holding -----------------------------------------------------------------------------------
 */

static void resolve(job *j, const Sijill__V1__Push *push);

static void
held(void *context, const sijill_reply *reply)
{
    job *j = context;
    at_hand hand;

    switch (outcome_of(reply)) {
    case LATER:
        later(j);
        return;
    case REFUSED:
        /* What came stays in the spool for as long as spool.h says. */
        sj_log(SJ_LOG_ERROR, "push.not_held", "delivery=%llu code=%s field=%s",
               (unsigned long long) j->number, sijill_code_name(reply->code), reply->field);
        j->owner->counts.dropped++;
        advance(j);
        return;
    case DONE:
    default:
        break;
    }
    j->owner->counts.held++;
    if (!j->for_link || !look(j, &hand) || hand.push == NULL) {
        advance(j);
        return;
    }
    /* The link may have been made between the question and this: whoever made it could not see this
     * push. */
    j->release = j->again = true;
    resolve(j, hand.push);
}

static void
delivery_of(const job *j, platform_delivery *in)
{
    const hook *h = registry_find(j->owner->parts.registry, j->org, j->hook_id);

    *in = (platform_delivery){ .query = j->query, .body = j->body, .now_ms = j->received_ms };
    hook_describe(h, in);
}

/* `words` NULL: no link says the event. */
static void
hold(job *j, const Sijill__V1__Push *push, const char *words)
{
    Sijill__V1__HoldPush message;
    Sijill__V1__Push bare;
    platform_delivery in;
    char raw[RAW_MAX];

    if (j->kind == JOB_HELD) { /* it is held already, and stays */
        advance(j);
        return;
    }
    sijill__v1__hold_push__init(&message);
    message.has_id = message.has_hook_id = message.has_received_ms = message.has_why = true;
    message.id = id_data(j->push_id);
    message.hook_id = id_data(j->hook_id);
    message.received_ms = j->received_ms;
    message.words = (char *) (uintptr_t) words;
    if (push != NULL) {
        bare = *push;
        message.push = &bare;
        message.why =
            words == NULL ? SIJILL__V1__HELD_WHY__UNLINKED : SIJILL__V1__HELD_WHY__UNAPPLIED;
    } else {
        message.why = SIJILL__V1__HELD_WHY__UNREADABLE;
        message.has_raw = true;
        delivery_of(j, &in);
        message.raw = (ProtobufCBinaryData){ redact_copy(&in, raw, sizeof raw), (uint8_t *) raw };
    }
    j->for_link = push != NULL && words == NULL;
    ask(j, BACKEND_REGISTRATION, HOLD_PUSH, &message.base, "hold", held);
}

/* ---- applying ----------------------------------------------------------------------------------
 */

static void
released(void *context, const sijill_reply *reply)
{
    job *j = context;

    if (outcome_of(reply) == LATER)
        later(j);
    else
        advance(j);
}

static void
sent(void *context, const sijill_reply *reply)
{
    job *j = context;
    Sijill__V1__ReleasePush message;
    at_hand hand;

    switch (outcome_of(reply)) {
    case LATER:
        later(j);
        return;
    case REFUSED:
        links_forget(j->owner->links); /* should a link be why */
        (void) look(j, &hand);
        hold(j, hand.push, reply->detail);
        return;
    case DONE:
    default:
        break;
    }
    j->owner->counts.applied++;
    if (!j->release) {
        advance(j);
        return;
    }
    sijill__v1__release_push__init(&message);
    message.has_id = true;
    message.id = id_data(j->push_id);
    ask(j, BACKEND_REGISTRATION, RELEASE_PUSH, &message.base, "release", released);
}

static void
send_push(job *j, const Sijill__V1__Push *push)
{
    size_t mark = sj_arena_mark(&j->arena);
    const char *words;
    applied command;

    if (apply_push(&j->arena, push, j->event_id, &command, &words))
        ask(j, command.service, command.type, command.message, "apply", sent);
    else
        hold(j, push, words);
    sj_arena_release(&j->arena, mark);
}

static void
linked(void *context, const sijill_reply *reply)
{
    job *j = context;
    Sijill__V1__Link *link;
    at_hand hand;

    if (outcome_of(reply) == LATER || !look(j, &hand) || hand.push == NULL) {
        later(j);
        return;
    }
    link = outcome_of(reply) == DONE ? sijill_unpack(reply, &sijill__v1__link__descriptor) : NULL;
    if (link == NULL || link->removed || !link->has_event_id || link->event_id.len != SJ_ID_SIZE) {
        sijill_free(link);
        if (j->again || j->kind == JOB_HELD)
            advance(j); /* held it stays */
        else
            hold(j, hand.push, NULL);
        return;
    }
    memcpy(j->event_id, link->event_id.data, SJ_ID_SIZE);
    sijill_free(link);
    links_put(j->owner->links, j->org, hand.push->platform, hand.push->external_id, j->event_id);
    send_push(j, hand.push);
}

/* Whose push is it?  The hook may say so, else a link of its webinar. */
static void
resolve(job *j, const Sijill__V1__Push *push)
{
    const hook *h = registry_find(j->owner->parts.registry, j->org, j->hook_id);
    Sijill__V1__GetLink message;

    if (h != NULL && h->has_event) {
        memcpy(j->event_id, h->event_id, SJ_ID_SIZE);
        send_push(j, push);
        return;
    }
    if (push->external_id == NULL || push->external_id[0] == '\0') {
        hold(j, push, "the push names no webinar, and its hook is of no event");
        return;
    }
    if (!j->again &&
        links_find(j->owner->links, j->org, push->platform, push->external_id, j->event_id)) {
        send_push(j, push);
        return;
    }
    sijill__v1__get_link__init(&message);
    message.platform = push->platform;
    message.external_id = push->external_id;
    ask(j, BACKEND_REGISTRATION, GET_LINK, &message.base, "link", linked);
}

/* ---- fetching ----------------------------------------------------------------------------------
 */

static void
fetched(void *context, const fetch_result *result)
{
    job *j = context;
    platform_delivery in;
    at_hand hand;
    char path[URL_SIZE];

    if (!look(j, &hand) || hand.fetch == NULL || result->status == 0 || result->status == 429 ||
        result->status >= 500) {
        later_at_most(j, WORK_FETCH_MAX_MS);
        return;
    }
    if (result->status != 200) {
        hold(j, NULL,
             "the platform refused to be asked about this notice: look at the hook's token");
        return;
    }
    delivery_of(j, &in);
    (void) snprintf(path, sizeof path, "%s", hand.fetch);
    if (j->fetched_mark != 0) /* what was fetched before, also a first part of this, is done with */
        sj_arena_release(&j->arena, j->fetched_mark);
    j->fetched_mark = sj_arena_mark(&j->arena);
    j->tries = 0;
    j->platform->read_fetched(&j->arena, &in, path, (sj_bytes){ result->body, result->body_size },
                              &j->fetched);
    j->is_fetched = j->fetched.count > 0;
    j->fetched_at = 0;
    if (j->is_fetched)
        job_step(j);
    else
        advance(j);
}

static void
fetch_notice(job *j, const char *path)
{
    const hook *h = registry_find(j->owner->parts.registry, j->org, j->hook_id);
    const char *base = h == NULL ? NULL : hook_setting(h, "fetch.base_url");
    char url[URL_SIZE];
    fetch_request request = { .url = url, .token = h == NULL ? NULL : h->token };

    if (base == NULL || j->platform->read_fetched == NULL || !fetch_may_ask(base)) {
        hold(j, NULL,
             "a notice that names what to ask the platform for: set the hook's fetch.base_url and "
             "token");
        return;
    }
    if (j->received_ms + WORK_FETCH_FOR_MS < loop_wall_ms(j->owner->parts.loop)) {
        hold(j, NULL, "the platform did not say for a day what this notice is about");
        return;
    }
    (void) snprintf(url, sizeof url, "%s%s%s", base,
                    base[0] != '\0' && base[strlen(base) - 1] == '/' ? "" : "/", path);
    if (j->owner->parts.fetch == NULL || !fetch_start(j->owner->parts.fetch, &request, fetched, j))
        later(j);
}

/* ---- steps -------------------------------------------------------------------------------------
 */

/* What makes the push at hand known: its nonce.  What was not understood has one of the octets that
 * came; it is known by it at its hook, and by what was said of it.  Memory that was full left none:
 * then it is known by its place. */
static void
name_push(job *j, const at_hand *hand)
{
    bool has_nonce = hand->item != NULL && hand->item->nonce.len == SJ_ID_SIZE;
    uint64_t place[] = { j->number, j->skipped + j->at, j->is_fetched ? j->fetched_at + 1 : 0,
                         j->received_ms };
    crypto_generichash_state state;

    if (j->kind == JOB_HELD) {
        const Sijill__V1__HoldPush *waiting = j->held->held[j->held_at];

        memcpy(j->push_id, waiting->id.data, SJ_ID_SIZE);
        memcpy(j->hook_id, waiting->hook_id.data, SJ_ID_SIZE);
        j->received_ms = waiting->received_ms;
        j->release = true;
        return;
    }
    if (has_nonce && hand->push != NULL) {
        memcpy(j->push_id, hand->item->nonce.data, SJ_ID_SIZE);
        return;
    }
    (void) crypto_generichash_init(&state, j->hook_id, SJ_ID_SIZE, SJ_ID_SIZE);
    if (has_nonce)
        (void) crypto_generichash_update(&state, hand->item->nonce.data, SJ_ID_SIZE);
    else
        (void) crypto_generichash_update(&state, (const unsigned char *) place, sizeof place);
    if (hand->words != NULL)
        (void) crypto_generichash_update(&state, (const unsigned char *) hand->words,
                                         strlen(hand->words));
    (void) crypto_generichash_final(&state, j->push_id, SJ_ID_SIZE);
}

static bool
well_held(const Sijill__V1__HoldPush *waiting)
{
    return waiting->id.len == SJ_ID_SIZE && waiting->hook_id.len == SJ_ID_SIZE &&
           waiting->push != NULL;
}

void
job_step(job *j)
{
    at_hand hand;

    if (j->kind == JOB_HELD)
        while (j->held != NULL && j->held_at < j->held->n_held &&
               !well_held(j->held->held[j->held_at]))
            j->held_at++;
    if (!look(j, &hand)) {
        if (j->kind == JOB_HELD) {
            job_page(j);
        } else if (j->items.more) {
            j->skipped += j->items.count;
            job_read(j);
            job_step(j);
        } else {
            job_end(j);
        }
        return;
    }
    name_push(j, &hand);
    if (hand.fetch != NULL)
        fetch_notice(j, hand.fetch);
    else if (hand.push == NULL)
        hold(j, NULL, hand.words);
    else
        resolve(j, hand.push);
}
