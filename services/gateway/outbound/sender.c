/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/outbound/sender.h"

#include "services/runtime/log.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SET_ENDPOINT_STATE = 123,
    GONE = 410,
    MS = 1000,
    ID_SIZE = 80,
    WORDS_SIZE = 200,
    ARENA_SIZE = 256 * 1024,
    TELL_AGAIN_MS = 60000,
    JITTER = 10, /* a tenth up or down */
};

/* Standard Webhooks' own schedule, in seconds: about three days in all. */
static const uint32_t pauses_s[] = { 5,         5 * 60,    30 * 60,   2 * 3600, 5 * 3600,
                                     10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600 };
enum { PAUSES = sizeof pauses_s / sizeof pauses_s[0] };

static const char *const services[] = { "?", "registration", "attendance", "certificate" };

struct sender {
    sender_parts parts;
    struct attempt *newest; /* of all on their way */
    loop_timer timer;
    sj_arena arena;
    sender_counts counts;
};

/* One try on its way.  The endpoint is found again by its name: it may be another one by then. */
typedef struct attempt {
    sender *owner;
    struct attempt *older, *newer;
    uint64_t org;
    uint8_t endpoint_id[SJ_ID_SIZE];
    uint64_t number;
    uint32_t shard, type;
    uint64_t seq;
} attempt;

static attempt *
attempt_new(sender *s, attempt what)
{
    attempt *a = malloc(sizeof *a);

    if (a == NULL)
        return NULL;
    *a = what;
    a->owner = s;
    a->newer = NULL;
    a->older = s->newest;
    if (a->older != NULL)
        a->older->newer = a;
    s->newest = a;
    return a;
}

static void
attempt_free(attempt *a)
{
    if (a->newer == NULL)
        a->owner->newest = a->older;
    else
        a->newer->older = a->older;
    if (a->older != NULL)
        a->older->newer = a->newer;
    free(a);
}

/* ---- signing -----------------------------------------------------------------------------------
 */

void
sender_sign(const endpoint *p, const char *id, uint64_t seconds, const void *body, size_t size,
            char signature[SIGNATURE_SIZE])
{
    char head[ID_SIZE + 32];
    int length = snprintf(head, sizeof head, "%s.%llu.", id, (unsigned long long) seconds);
    unsigned char proof[crypto_sign_BYTES];
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];
    crypto_auth_hmacsha256_state mac;
    size_t all = (size_t) length + size;
    unsigned char *whole;

    if (!p->asymmetric) {
        (void) crypto_auth_hmacsha256_init(&mac, p->secret, p->secret_size);
        (void) crypto_auth_hmacsha256_update(&mac, (const unsigned char *) head,
                                             (unsigned long long) length);
        (void) crypto_auth_hmacsha256_update(&mac, body, size);
        (void) crypto_auth_hmacsha256_final(&mac, proof);
        memcpy(signature, "v1,", 4);
        (void) sodium_bin2base64(signature + 3, SIGNATURE_SIZE - 3, proof,
                                 crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL);
        return;
    }
    signature[0] = '\0';
    whole = malloc(all);
    if (whole == NULL)
        return;
    memcpy(whole, head, (size_t) length);
    memcpy(whole + length, body, size);
    (void) crypto_sign_seed_keypair(public_key, secret_key, p->secret);
    (void) crypto_sign_detached(proof, NULL, whole, all, secret_key);
    sodium_memzero(secret_key, sizeof secret_key);
    free(whole);
    memcpy(signature, "v1a,", 5);
    (void) sodium_bin2base64(signature + 4, SIGNATURE_SIZE - 4, proof, sizeof proof,
                             sodium_base64_VARIANT_ORIGINAL);
}

/* ---- giving up ---------------------------------------------------------------------------------
 */

static void
state_set(void *context, const sijill_reply *reply)
{
    attempt *a = context;
    endpoint *p = endpoints_find(a->owner->parts.endpoints, a->org, a->endpoint_id);

    if (p != NULL && reply->code != SIJILL__V1__CODE__OK) {
        p->giving_up = false; /* the try after the next pause says it again */
        p->next_ms = loop_wall_ms(a->owner->parts.loop) + TELL_AGAIN_MS;
        sender_wake(a->owner);
    }
    attempt_free(a);
}

static void
give_up(sender *s, endpoint *p, const attempt *last, const char *why)
{
    attempt *a = attempt_new(s, *last);
    char reason[WORDS_SIZE];
    uint8_t actor[SIJILL_ID_SIZE];
    Sijill__V1__SetEndpointState message;
    sijill_request request = { .type = SET_ENDPOINT_STATE, .body = &message.base, .actor = actor };

    if (a == NULL)
        return;
    (void) snprintf(reason, sizeof reason,
                    "%s; the first that was not told: %s %llu (enable it, then replay after %llu)",
                    why, services[last->shard < 4 ? last->shard : 0],
                    (unsigned long long) last->seq, (unsigned long long) (last->seq - 1));
    sijill_actor("gateway", actor);
    sijill__v1__set_endpoint_state__init(&message);
    message.has_id = message.has_state = true;
    message.id = (ProtobufCBinaryData){ SJ_ID_SIZE, p->id };
    message.state = SIJILL__V1__ENDPOINT_STATE__DISABLED;
    message.reason = reason;
    s->counts.given_up++;
    p->giving_up = true;
    if (!backend_ask(s->parts.backend, BACKEND_REGISTRATION, p->org, &request, state_set, a)) {
        p->giving_up = false;
        p->next_ms = loop_wall_ms(s->parts.loop) + TELL_AGAIN_MS;
        attempt_free(a);
    }
}

/* ---- trying ------------------------------------------------------------------------------------
 */

static void
pause_until(sender *s, endpoint *p, const fetch_result *result)
{
    uint64_t pause_ms = (uint64_t) pauses_s[p->failures - 1] * MS;

    pause_ms += randombytes_uniform((uint32_t) (pause_ms / JITTER) + 1);
    if ((uint64_t) result->retry_after_s * MS > pause_ms)
        pause_ms = (uint64_t) result->retry_after_s * MS;
    p->next_ms = loop_wall_ms(s->parts.loop) + pause_ms;
}

static void
tried(void *context, const fetch_result *result)
{
    attempt *a = context;
    sender *s = a->owner;
    endpoint *p = endpoints_find(s->parts.endpoints, a->org, a->endpoint_id);
    bool told = result->status >= 200 && result->status < 300;
    Sijill__V1__OutLogRow log;

    if (p == NULL || !p->enabled) {
        if (p != NULL)
            p->busy = false;
        attempt_free(a);
        return;
    }
    sijill__v1__out_log_row__init(&log);
    log.has_at_ms = log.has_shard = log.has_seq = log.has_type = log.has_attempt = true;
    log.has_status = log.has_took_ms = true;
    log.at_ms = loop_wall_ms(s->parts.loop);
    log.shard = a->shard;
    log.seq = a->seq;
    log.type = a->type;
    log.attempt = p->failures + 1;
    log.status = result->status;
    log.took_ms = result->took_ms;
    log.words = (char *) (uintptr_t) result->words;
    p->busy = false;
    p->failures = told ? 0 : p->failures + 1;
    p->next_ms = 0;
    if (told)
        s->counts.told++;
    else
        s->counts.failed++;
    if (!told && p->failures <= PAUSES)
        pause_until(s, p, result);
    endpoint_tried(s->parts.endpoints, p, a->number, told, &log);
    if (result->status == GONE)
        give_up(s, p, a, "the receiver said 410: it is gone");
    else if (p->failures > PAUSES)
        give_up(s, p, a, "the receiver has not said yes for three days");
    attempt_free(a);
    sender_wake(s);
}

static bool
start(sender *s, endpoint *p, uint64_t number, const Sijill__V1__OutRow *row)
{
    uint64_t seconds = loop_wall_ms(s->parts.loop) / MS;
    char id[ID_SIZE], id_line[ID_SIZE + 16], time_line[64], signature[SIGNATURE_SIZE];
    char signature_line[SIGNATURE_SIZE + 32];
    const char *headers[] = { "Content-Type: application/json", id_line, time_line, signature_line,
                              NULL };
    fetch_request request = { .method = "POST",
                              .url = p->url,
                              .headers = headers,
                              .body = row->body.data,
                              .body_size = row->body.len };
    attempt *a = attempt_new(s, (attempt){ .org = p->org,
                                           .number = number,
                                           .shard = row->shard,
                                           .type = row->type,
                                           .seq = row->seq });

    if (a == NULL)
        return false;
    memcpy(a->endpoint_id, p->id, SJ_ID_SIZE);
    (void) snprintf(id, sizeof id, "sijill_%u_%llu_%llu", row->shard,
                    (unsigned long long) row->epoch, (unsigned long long) row->seq);
    sender_sign(p, id, seconds, row->body.data, row->body.len, signature);
    (void) snprintf(id_line, sizeof id_line, "webhook-id: %s", id);
    (void) snprintf(time_line, sizeof time_line, "webhook-timestamp: %llu",
                    (unsigned long long) seconds);
    (void) snprintf(signature_line, sizeof signature_line, "webhook-signature: %s", signature);
    p->busy = fetch_start(s->parts.fetch, &request, tried, a);
    if (!p->busy)
        attempt_free(a);
    return p->busy;
}

/* Its queue would grow for ever. */
static const char *
hopeless(const endpoint *p, uint64_t number)
{
    if (p->secret == NULL)
        return "its secret is sealed to another gateway's key: define it again";
    if (!fetch_may_ask(p->url))
        return "its address is none that may be asked";
    if (p->last - number > ENDPOINT_QUEUE_MAX)
        return "the receiver is too slow for what it wants to be told";
    return NULL;
}

/* Whether this endpoint wants to be looked at again later, by the wall clock; 0: no. */
static uint64_t
look_at(sender *s, endpoint *p)
{
    uint64_t now_ms = loop_wall_ms(s->parts.loop), number;
    Sijill__V1__OutRow *row;
    const char *why;

    if (!p->enabled || p->busy || p->giving_up)
        return 0;
    if (p->next_ms > now_ms)
        return p->next_ms;
    sj_arena_reset(&s->arena);
    if (!endpoint_head(s->parts.endpoints, p, &s->arena, &number, &row))
        return 0;
    why = hopeless(p, number);
    if (why != NULL) {
        attempt a = { .org = p->org, .shard = row->shard, .seq = row->seq };

        memcpy(a.endpoint_id, p->id, SJ_ID_SIZE);
        give_up(s, p, &a, why);
        return p->giving_up ? 0 : now_ms + MS;
    }
    return start(s, p, number, row) ? 0 : now_ms + MS;
}

static void
look(void *context)
{
    sender *s = context;
    uint64_t soonest = UINT64_MAX, now_ms = loop_wall_ms(s->parts.loop);

    for (endpoint *p = endpoints_first(s->parts.endpoints); p != NULL; p = p->next) {
        uint64_t again = look_at(s, p);

        if (again != 0 && again < soonest)
            soonest = again;
    }
    if (soonest != UINT64_MAX)
        loop_at(s->parts.loop, &s->timer, loop_mono_ms(s->parts.loop) + (soonest - now_ms) + 1);
}

void
sender_wake(sender *s)
{
    /* In the next turn: what was queued in this one is durable then. */
    loop_at(s->parts.loop, &s->timer, loop_mono_ms(s->parts.loop) + 1);
}

void
sender_count(const sender *s, sender_counts *counts)
{
    *counts = s->counts;
}

sender *
sender_open(const sender_parts *parts)
{
    sender *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->parts = *parts;
    s->timer = (loop_timer){ .due = look, .context = s };
    if (!sj_arena_open(&s->arena, ARENA_SIZE)) {
        free(s);
        return NULL;
    }
    sender_wake(s);
    return s;
}

void
sender_close(sender **s)
{
    if (*s == NULL)
        return;
    loop_at((*s)->parts.loop, &(*s)->timer, 0);
    while ((*s)->newest != NULL)
        attempt_free((*s)->newest);
    sj_arena_close(&(*s)->arena);
    free(*s);
    *s = NULL;
}
