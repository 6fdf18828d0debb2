/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/outbound/source.h"

#include "services/gateway/feed/records.h"
#include "services/gateway/outbound/relist.h"
#include "services/gateway/outbound/replay.h"
#include "services/runtime/log.h"

#include <stdlib.h>
#include <string.h>

enum { ENDPOINT_CHANGED = 138, FEEDS = 3, TYPES_MAX = 16, PLACE_MS = 10000, AGAIN_MS = 1000 };

typedef struct feed {
    source *owner;
    uint32_t shard;
    sijill_feed *open; /* NULL: not yet known from where */
    int watched;
    loop_timer timer;
    uint32_t kinds; /* of record_kinds, a bit each: what is asked for */
    bool queued;    /* something in this burst */
    bool other;     /* an endpoint is another one now */
    sijill_pos cut; /* where in this burst other kinds came to be wanted; seq 0: nowhere */
    sijill_pos at;  /* the spool will hold this when the turn ends */
    sijill_pos durable;
    uint64_t kept_ms;
    uint64_t lost;     /* spool_lost, as it was seen last */
    uint64_t again_ms; /* nothing is read before */
} feed;

struct source {
    source_parts parts;
    feed feeds[FEEDS];
    replay *replay;
    relist *relist;
};

static void look(void *context);

/* ---- records ------------------------------------------------------------------------------------
 */

/* What somebody is to be told of; the rest is not sent here at all. */
static uint32_t
wanted_kinds(const source *s)
{
    uint32_t kinds = 0;

    for (const endpoint *p = endpoints_first(s->parts.endpoints); p != NULL; p = p->next)
        for (size_t i = 0; i < record_kind_count; i++)
            if (endpoint_wants(p, p->org, record_kinds[i].type))
                kinds |= 1U << i;
    return kinds;
}

/* Who asks for a replay knows a sequence, and seldom the epoch: it is today's then. */
static void
begin_replay(source *s, endpoint *p, const Sijill__V1__LogPos *after)
{
    sijill_pos from = { after->shard, after->epoch, after->seq };

    if (from.shard < 1 || from.shard > FEEDS)
        return;
    if (from.epoch == 0 && s->feeds[from.shard - 1].open != NULL)
        from.epoch = sijill_feed_position(s->feeds[from.shard - 1].open).epoch;
    replay_start(s->replay, p, from);
}

static void
take_endpoint(source *s, const Sijill__V1__Record *record)
{
    Sijill__V1__Endpoint *news =
        sijill__v1__endpoint__unpack(NULL, record->body.len, record->body.data);
    endpoint *p = news == NULL ? NULL : endpoints_take(s->parts.endpoints, record->org, news);

    if (p != NULL && p->enabled && news->replay != NULL)
        begin_replay(s, p, news->replay);
    if (news != NULL)
        protobuf_c_message_free_unpacked(&news->base, NULL);
}

static void
take_record(void *context, const Sijill__V1__Record *record)
{
    feed *f = context;
    source *s = f->owner;
    json_text text = { 0 };

    if (f->cut.seq != 0)
        return; /* it comes again, with those between that were not asked for yet */
    if (record->type == ENDPOINT_CHANGED) {
        take_endpoint(s, record);
        f->other = true;
        if (wanted_kinds(s) != f->kinds)
            f->cut = (sijill_pos){ f->shard, sijill_feed_position(f->open).epoch, record->seq };
        return;
    }
    for (endpoint *p = endpoints_first(s->parts.endpoints); p != NULL; p = p->next)
        if (endpoint_wants(p, record->org, record->type)) {
            f->queued |= replay_queue(s->parts.endpoints, p, f->shard,
                                      sijill_feed_position(f->open).epoch, record, &text);
        }
    free(text.at);
}

/* ---- places -------------------------------------------------------------------------------------
 */

static bool
subscribe(feed *f, sijill_pos after)
{
    const source *s = f->owner;
    uint32_t types[TYPES_MAX] = { ENDPOINT_CHANGED };
    sijill_feed_options options = {
        .name = "gateway-outbound", .after = after, .types = types, .type_count = 1
    };

    f->kinds = wanted_kinds(s);
    for (size_t i = 0; i < record_kind_count; i++)
        if ((f->kinds & 1U << i) != 0)
            types[options.type_count++] = record_kinds[i].type;
    f->open = address_feed(s->parts.services, f->shard - 1, &options);
    f->watched = -1;
    f->at = f->durable = after;
    return f->open != NULL;
}

static void
close_feed(feed *f)
{
    if (f->watched >= 0)
        loop_unwatch(f->owner->parts.loop, f->watched);
    f->watched = -1;
    if (f->open != NULL)
        sijill_feed_close(&f->open);
}

/* What was queued was lost with its turn: the records are read once more. */
static void
begin_again(feed *f)
{
    const source *s = f->owner;
    sj_cursor at = spool_cursor(s->parts.spool, SOURCE_CURSOR + f->shard);

    f->lost = spool_lost(s->parts.spool);
    f->again_ms = loop_mono_ms(s->parts.loop) + AGAIN_MS;
    close_feed(f);
    if (at.seq != 0 && !subscribe(f, (sijill_pos){ f->shard, at.epoch, at.seq }))
        abort();
    if (f->shard == 1)
        relist_start(s->relist);
}

static void
go_on_from(feed *f, sijill_pos place)
{
    const source *s = f->owner;

    close_feed(f);
    if (!subscribe(f, place))
        abort();
    spool_put_cursor(s->parts.spool, SOURCE_CURSOR + f->shard,
                     (sj_cursor){ place.epoch, place.seq });
}

/* There is no place, or it is no longer kept: go on from where the service is now. */
static void
begin_now(feed *f)
{
    source *s = f->owner;
    sijill_pos now = backend_position(s->parts.backend, (backend_service) (f->shard - 1));

    if (now.seq == 0 && now.epoch == 0) {
        backend_greet(s->parts.backend, (backend_service) (f->shard - 1));
        return; /* it has not answered yet */
    }
    if (f->open != NULL && now.epoch == f->at.epoch && now.seq <= f->at.seq)
        return;
    go_on_from(f, now);
    if (f->shard == 1)
        relist_start(s->relist);
}

static void
keep_place(feed *f)
{
    const source *s = f->owner;
    uint64_t now_ms = loop_mono_ms(s->parts.loop);
    sijill_pos at = sijill_feed_position(f->open);

    if ((at.seq == f->at.seq && at.epoch == f->at.epoch) ||
        (!f->queued && !f->other && f->kept_ms + PLACE_MS > now_ms))
        return;
    f->durable = f->at; /* of an earlier turn: committed */
    f->at = at;
    f->kept_ms = now_ms;
    spool_put_cursor(s->parts.spool, SOURCE_CURSOR + f->shard, (sj_cursor){ at.epoch, at.seq });
}

static void
watch_again(feed *f)
{
    loop *l = f->owner->parts.loop;
    int fd = sijill_feed_fd(f->open);

    if (fd != f->watched && f->watched >= 0)
        loop_unwatch(l, f->watched);
    if (fd != f->watched)
        f->watched = fd >= 0 && loop_watch(l, fd, true, look, f) ? fd : -1;
    loop_at(l, &f->timer, loop_mono_ms(l) + (uint64_t) sijill_feed_due_ms(f->open) + 1);
}

static void
look(void *context)
{
    feed *f = context;
    source *s = f->owner;
    char words[SIJILL_DETAIL_SIZE];
    uint32_t code;

    if (f->lost != spool_lost(s->parts.spool))
        begin_again(f);
    if (f->again_ms > loop_mono_ms(s->parts.loop)) {
        loop_at(s->parts.loop, &f->timer, f->again_ms);
        return;
    }
    if (f->open == NULL)
        begin_now(f);
    if (f->open == NULL) {
        loop_at(s->parts.loop, &f->timer, loop_mono_ms(s->parts.loop) + SIJILL_DEADLINE_MS / 60);
        return;
    }
    f->queued = f->other = false;
    f->cut.seq = 0;
    if (wanted_kinds(s) != f->kinds) /* another feed's record said so, or relist */
        go_on_from(f, sijill_feed_position(f->open));
    sijill_feed_durable(f->open, f->durable);
    code = sijill_feed_read(f->open, 0, take_record, f, words);
    if (code == SIJILL__V1__CODE__TRIMMED || code == SIJILL__V1__CODE__DIVERGED) {
        sj_log(SJ_LOG_WARN, "endpoints.lost_place", "service=%s words=\"%s\"",
               address_name(f->shard - 1), words);
        begin_now(f);
    } else if (f->cut.seq != 0) {
        go_on_from(f, f->cut);
    } else {
        keep_place(f);
    }
    if (f->queued || f->other)
        sender_wake(s->parts.sender);
    watch_again(f);
}

/* ---- opening ------------------------------------------------------------------------------------
 */

source *
source_open(const source_parts *parts)
{
    source *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->parts = *parts;
    s->replay =
        replay_open(parts->loop, parts->spool, parts->endpoints, parts->sender, parts->services);
    s->relist =
        relist_open(parts->loop, parts->backend, parts->endpoints, parts->orgs, parts->org_count);
    for (uint32_t i = 0; i < FEEDS; i++) {
        feed *f = &s->feeds[i];
        sj_cursor at = spool_cursor(parts->spool, SOURCE_CURSOR + i + 1);

        *f = (feed){ .owner = s, .shard = i + 1, .watched = -1 };
        f->timer = (loop_timer){ .due = look, .context = f };
        if (at.seq != 0 && !subscribe(f, (sijill_pos){ i + 1, at.epoch, at.seq })) {
            source_close(&s);
            return NULL;
        }
        loop_at(parts->loop, &f->timer, loop_mono_ms(parts->loop));
    }
    if (s->replay == NULL || s->relist == NULL)
        source_close(&s);
    return s;
}

void
source_close(source **s)
{
    if (*s == NULL)
        return;
    for (size_t i = 0; i < FEEDS; i++) {
        feed *f = &(*s)->feeds[i];

        if (f->owner == NULL)
            continue;
        close_feed(f);
        loop_at((*s)->parts.loop, &f->timer, 0);
    }
    replay_close(&(*s)->replay);
    relist_close(&(*s)->relist);
    free(*s);
    *s = NULL;
}
