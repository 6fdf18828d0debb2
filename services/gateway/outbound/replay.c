/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/outbound/replay.h"

#include "services/gateway/feed/records.h"
#include "services/runtime/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TIME_SIZE = 40,
    MS = 1000,
    CREDIT = 256 * 1024,
    AGAIN_MS = 50,
    FULL_MS = 1000,
    THIN_SIZE = 512,
    BODY_MAX = SJ_VALUE_MAX - 256,      /* beside the other members of a row */
    AHEAD_MAX = ENDPOINT_QUEUE_MAX / 4, /* the receiver takes some before more is queued */
};

typedef struct run {
    replay *owner;
    bool used;
    uint64_t org;
    uint8_t endpoint_id[SJ_ID_SIZE];
    uint32_t shard;
    sijill_feed *feed;
    bool oldest;       /* begun again with the oldest that is kept */
    sijill_pos before; /* where the last look began: the spool holds what came before it */
    uint64_t lost;     /* spool_lost, as it was seen last */
    loop_timer timer;
} run;

struct replay {
    loop *loop;
    spool *spool;
    endpoints *endpoints;
    sender *sender;
    const addresses *services;
    run runs[REPLAYS_MAX];
};

/* {"type":...,"timestamp":...,"data":{...}}: what Standard Webhooks advises. */
static bool
write_payload(json_text *out, const char *service, const Sijill__V1__Record *record)
{
    const record_kind *kind = record_kind_of(record->type);
    char head[128], when[TIME_SIZE];
    time_t seconds = (time_t) (record->at_ms / MS);
    struct tm utc;
    int length;

    if (kind == NULL || gmtime_r(&seconds, &utc) == NULL ||
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc) == 0)
        return false;
    length = snprintf(head, sizeof head,
                      "{\"type\":\"%s\",\"timestamp\":\"%s.%03uZ\",\"data\":", kind->name, when,
                      (unsigned) (record->at_ms % MS));
    json_put(out, head, (size_t) length);
    if (!record_write(out, service, record))
        return false;
    json_put(out, "}}", 2);
    return !out->failed;
}

/* A row of the spool holds less than the longest record as JSON: its receiver is told that there is
 * one, and asks the API what it says. */
static void
write_thin(json_text *out, const char *service, const Sijill__V1__Record *record)
{
    const record_kind *kind = record_kind_of(record->type);
    char text[THIN_SIZE];
    int length = snprintf(text, sizeof text,
                          "{\"type\":\"%s\",\"data\":{\"service\":\"%s\",\"seq\":\"%llu\","
                          "\"atMs\":\"%llu\",\"type\":\"%s\",\"tooLong\":true}}",
                          kind->name, service, (unsigned long long) record->seq,
                          (unsigned long long) record->at_ms, kind->name);

    out->size = 0;
    json_put(out, text, (size_t) length);
}

bool
replay_queue(endpoints *e, endpoint *p, uint32_t shard, uint64_t epoch,
             const Sijill__V1__Record *record, json_text *text)
{
    Sijill__V1__OutRow row;

    if (text->size == 0 && !write_payload(text, address_name(shard - 1), record)) {
        text->size = 0;
        return false;
    }
    if (text->size > BODY_MAX)
        write_thin(text, address_name(shard - 1), record);
    sijill__v1__out_row__init(&row);
    row.has_shard = row.has_seq = row.has_epoch = row.has_type = row.has_body = true;
    row.shard = shard;
    row.seq = record->seq;
    row.epoch = epoch;
    row.type = record->type;
    row.body = (ProtobufCBinaryData){ text->size, (uint8_t *) text->at };
    endpoint_queue(e, p, &row);
    return true;
}

/* ---- runs ---------------------------------------------------------------------------------------
 */

static bool
subscribe(run *r, sijill_pos after)
{
    sijill_feed_options options = { .after = after, .org = r->org, .credit_bytes = CREDIT };

    r->feed = address_feed(r->owner->services, r->shard - 1, &options);
    return r->feed != NULL;
}

static void
stop(run *r)
{
    loop_at(r->owner->loop, &r->timer, 0);
    if (r->feed != NULL)
        sijill_feed_close(&r->feed);
    r->used = false;
}

static void
finish(run *r)
{
    endpoint *p = endpoints_find(r->owner->endpoints, r->org, r->endpoint_id);

    if (p != NULL)
        endpoint_replayed(r->owner->endpoints, p, (sijill_pos){ .shard = r->shard }, true);
    stop(r);
}

static void
take(void *context, const Sijill__V1__Record *record)
{
    run *r = context;
    endpoint *p = endpoints_find(r->owner->endpoints, r->org, r->endpoint_id);
    json_text text = { 0 };

    if (p != NULL && endpoint_wants(p, record->org, record->type))
        (void) replay_queue(r->owner->endpoints, p, r->shard, sijill_feed_position(r->feed).epoch,
                            record, &text);
    free(text.at);
}

/* What the last look queued was lost with its turn: it is read once more. */
static bool
is_whole(run *r)
{
    uint64_t lost = spool_lost(r->owner->spool);

    if (lost == r->lost)
        return true;
    r->lost = lost;
    sijill_feed_close(&r->feed);
    return subscribe(r, r->before);
}

static bool
is_at_end(const run *r)
{
    return sijill_feed_subscribed(r->feed) &&
           sijill_feed_position(r->feed).seq >= sijill_feed_head(r->feed).seq;
}

/* Read a part of it; false: the replay is over. */
static bool
read_some(run *r, endpoint *p)
{
    endpoints *e = r->owner->endpoints;
    char words[SIJILL_DETAIL_SIZE];
    sijill_pos first, now;
    uint32_t code;

    r->before = sijill_feed_position(r->feed);
    code = sijill_feed_read(r->feed, 0, take, r, words);
    now = sijill_feed_position(r->feed);
    first = sijill_feed_first(r->feed);
    sender_wake(r->owner->sender);
    if (code == SIJILL__V1__CODE__TRIMMED && !r->oldest && first.seq != 0) {
        sijill_feed_close(&r->feed);
        r->oldest = true;
        return subscribe(r, first);
    }
    if (code != SIJILL__V1__CODE__OK) {
        sj_log(SJ_LOG_WARN, "endpoint.no_replay", "words=\"%s\"", words);
        return false;
    }
    if (now.seq != r->before.seq)
        endpoint_replayed(e, p, (sijill_pos){ r->shard, now.epoch, now.seq }, false);
    return !is_at_end(r);
}

static void
look(void *context)
{
    run *r = context;
    replay *owner = r->owner;
    endpoint *p = endpoints_find(owner->endpoints, r->org, r->endpoint_id);

    if (p == NULL || !p->enabled || !is_whole(r))
        finish(r);
    else if (endpoint_waiting(owner->endpoints, p) > AHEAD_MAX)
        loop_at(owner->loop, &r->timer, loop_mono_ms(owner->loop) + FULL_MS);
    else if (read_some(r, p))
        loop_at(owner->loop, &r->timer, loop_mono_ms(owner->loop) + AGAIN_MS);
    else
        finish(r);
}

/* False: too many run, or there is no memory. */
static bool
begin(replay *r, const endpoint *p, sijill_pos after)
{
    run *one = r->runs;

    while (one < r->runs + REPLAYS_MAX && one->used)
        one++;
    if (one == r->runs + REPLAYS_MAX)
        return false;
    *one = (run){ .owner = r, .used = true, .org = p->org, .shard = after.shard, .before = after };
    memcpy(one->endpoint_id, p->id, SJ_ID_SIZE);
    one->lost = spool_lost(r->spool);
    one->timer = (loop_timer){ .due = look, .context = one };
    if (!subscribe(one, after)) {
        one->used = false;
        return false;
    }
    loop_at(r->loop, &one->timer, loop_mono_ms(r->loop));
    return true;
}

void
replay_start(replay *r, endpoint *p, sijill_pos after)
{
    if (after.shard < 1 || after.shard > ADDRESS_SERVICES)
        return;
    for (size_t i = 0; i < REPLAYS_MAX; i++) {
        run *one = &r->runs[i];

        if (one->used && one->org == p->org && one->shard == after.shard &&
            memcmp(one->endpoint_id, p->id, SJ_ID_SIZE) == 0)
            stop(one);
    }
    if (begin(r, p, after))
        endpoint_replayed(r->endpoints, p, after, false);
    else
        sj_log(SJ_LOG_WARN, "endpoint.no_replay",
               "words=\"too many replays at once: say it again\"");
}

replay *
replay_open(loop *l, spool *s, endpoints *e, sender *to, const addresses *services)
{
    replay *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->loop = l;
    r->spool = s;
    r->endpoints = e;
    r->sender = to;
    r->services = services;
    for (const endpoint *p = endpoints_first(e); p != NULL; p = p->next)
        for (size_t i = 0; i < ADDRESS_SERVICES; i++)
            if (p->replay[i].shard != 0 && !begin(r, p, p->replay[i]))
                sj_log(SJ_LOG_WARN, "endpoint.no_replay",
                       "words=\"too many replays at once: say it again\"");
    return r;
}

void
replay_close(replay **r)
{
    if (*r == NULL)
        return;
    for (size_t i = 0; i < REPLAYS_MAX; i++)
        if ((*r)->runs[i].used)
            stop(&(*r)->runs[i]);
    free(*r);
    *r = NULL;
}
