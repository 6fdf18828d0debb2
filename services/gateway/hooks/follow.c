/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/follow.h"

#include "services/runtime/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHARD = 1,
    EVENT_CHANGED = 132,
    HOOK_CHANGED = 136,
    LINK_CHANGED = 137,
    ADOPT_SEAL_KEY = 145,
    GET_SEAL_KEY = 164,
    AGAIN_MS = 1000,
    PLACE_MS = 10000, /* a place that moved without news is kept this often */
    ORGS_MAX = 64,
};

struct follow {
    follow_parts parts;
    sijill_feed *feed;
    int watched;
    loop_timer timer, announce_timer;
    bool news;          /* records came in this turn */
    uint64_t kept_ms;   /* when the place was kept last */
    uint64_t lost;      /* spool_lost, as it was seen last */
    uint64_t again_ms;  /* nothing is read before */
    sijill_pos at;      /* the spool will hold this when the turn ends */
    sijill_pos durable; /* the spool holds this */
    uint64_t orgs[ORGS_MAX];
    size_t org_count, announced;
};

static const uint32_t types[] = { EVENT_CHANGED, HOOK_CHANGED, LINK_CHANGED };

static void
wake(void *context)
{
    (void) context;
}

/* ---- the key -----------------------------------------------------------------------------------
 */

static void announce(void *context);

static void
announced(void *context, const sijill_reply *reply)
{
    follow *f = context;
    loop *l = f->parts.loop;

    if (reply->code == SIJILL__V1__CODE__OK) {
        f->announced++;
    } else if (reply->code == SIJILL__V1__CODE__CONFLICT) {
        sj_log(SJ_LOG_ERROR, "seal.other_key",
               "org=%llu words=\"hooks' secrets are sealed to another gateway's key: restore its "
               "seal.key, or start with --replace-seal-key and rotate the hooks' secrets\"",
               (unsigned long long) f->orgs[f->announced]);
        f->announced++;
    }
    loop_at(l, &f->announce_timer,
            f->announced < f->org_count ? loop_mono_ms(l) + AGAIN_MS / 10 : 0);
}

static void
announce(void *context)
{
    follow *f = context;
    Sijill__V1__AdoptSealKey message;
    sijill_request request = { .type = ADOPT_SEAL_KEY, .body = &message.base };
    uint8_t actor[SIJILL_ID_SIZE];

    sijill__v1__adopt_seal_key__init(&message);
    message.has_public_key = true;
    message.public_key =
        (ProtobufCBinaryData){ SEAL_KEY_SIZE, (uint8_t *) (uintptr_t) seal_public(f->parts.key) };
    message.has_replace = f->parts.replace_key;
    message.replace = f->parts.replace_key;
    sijill_actor("gateway", actor);
    request.actor = actor;
    if (!backend_ask(f->parts.backend, BACKEND_REGISTRATION, f->orgs[f->announced], &request,
                     announced, f))
        loop_at(f->parts.loop, &f->announce_timer, loop_mono_ms(f->parts.loop) + AGAIN_MS);
}

static bool
read_orgs(follow *f)
{
    const char *at = f->parts.orgs;
    char *end;

    for (; *at != '\0'; at = end) {
        uint64_t org;

        at += strspn(at, " ");
        if (*at == '\0')
            break;
        errno = 0;
        org = strtoull(at, &end, 10);
        if (end == at || errno != 0 || org == 0 || f->org_count == ORGS_MAX ||
            (*end != ' ' && *end != '\0'))
            return false;
        f->orgs[f->org_count++] = org;
    }
    return f->org_count > 0;
}

/* ---- the feed ----------------------------------------------------------------------------------
 */

static void
take_record(void *context, const Sijill__V1__Record *record)
{
    follow *f = context;
    void *news;

    if (record->type == EVENT_CHANGED) {
        work_sweep_soon(f->parts.work); /* a sweep at start makes up for one that was not heard */
        return;
    }
    f->news = true;
    if (record->type == HOOK_CHANGED) {
        news = protobuf_c_message_unpack(&sijill__v1__hook__descriptor, NULL, record->body.len,
                                         record->body.data);
        if (news != NULL)
            (void) registry_take(f->parts.registry, record->org, news);
    } else {
        news = protobuf_c_message_unpack(&sijill__v1__link__descriptor, NULL, record->body.len,
                                         record->body.data);
        if (news != NULL)
            work_linked(f->parts.work, record->org, news);
    }
    sijill_free(news);
}

static bool
subscribe(follow *f, sijill_pos after)
{
    sijill_feed_options options = { .name = "gateway",
                                    .after = after,
                                    .types = types,
                                    .type_count = sizeof types / sizeof types[0] };

    f->feed = address_feed(f->parts.services, SHARD - 1, &options);
    f->watched = -1;
    f->at = f->durable = after;
    return f->feed != NULL;
}

static void
reopen(follow *f, sijill_pos after)
{
    if (f->watched >= 0)
        loop_unwatch(f->parts.loop, f->watched);
    sijill_feed_close(&f->feed);
    if (!subscribe(f, after))
        abort();
}

/* What was done about records was lost with its turn: they are read once more. */
static void
begin_again(follow *f)
{
    sj_cursor at = spool_cursor(f->parts.spool, SHARD);

    f->lost = spool_lost(f->parts.spool);
    f->again_ms = loop_mono_ms(f->parts.loop) + AGAIN_MS;
    reopen(f, (sijill_pos){ SHARD, at.epoch, at.seq });
    registry_doubt(f->parts.registry);
}

/* Its place is no longer kept, or of another history: go on from where registration is now. Hooks
 * that are not known are asked for when they are used; links are asked for again. */
static void
lost_place(follow *f, uint32_t code, const char *words)
{
    sijill_pos now = backend_position(f->parts.backend, BACKEND_REGISTRATION);

    if (now.seq == 0 || (now.epoch == f->at.epoch && now.seq <= f->at.seq))
        return; /* nobody has answered yet */
    sj_log(SJ_LOG_WARN, "feed.lost_place", "code=%s words=\"%s\"", sijill_code_name(code), words);
    reopen(f, now);
    spool_put_cursor(f->parts.spool, SHARD, (sj_cursor){ now.epoch, now.seq });
    registry_doubt(f->parts.registry);
    work_forget_links(f->parts.work);
}

static void
watch_again(follow *f)
{
    loop *l = f->parts.loop;
    int fd = sijill_feed_fd(f->feed);

    if (fd != f->watched && f->watched >= 0)
        loop_unwatch(l, f->watched);
    if (fd != f->watched)
        f->watched = fd >= 0 && loop_watch(l, fd, true, wake, f) ? fd : -1;
    loop_at(l, &f->timer, loop_mono_ms(l) + (uint64_t) sijill_feed_due_ms(f->feed) + 1);
}

/* Before the spool's commit, in each turn. */
static void
read_feed(void *context)
{
    follow *f = context;
    char detail[SIJILL_DETAIL_SIZE];
    uint32_t code;
    sijill_pos at;

    if (f->lost != spool_lost(f->parts.spool))
        begin_again(f);
    if (f->again_ms > loop_mono_ms(f->parts.loop)) {
        loop_at(f->parts.loop, &f->timer, f->again_ms);
        return;
    }
    sijill_feed_durable(f->feed, f->durable);
    code = sijill_feed_read(f->feed, 0, take_record, f, detail);
    if (code == SIJILL__V1__CODE__TRIMMED || code == SIJILL__V1__CODE__DIVERGED)
        lost_place(f, code, detail);
    at = sijill_feed_position(f->feed);
    if ((at.seq != f->at.seq || at.epoch != f->at.epoch) &&
        (f->news || f->kept_ms + PLACE_MS <= loop_mono_ms(f->parts.loop))) {
        f->durable = f->at; /* of an earlier turn: committed */
        spool_put_cursor(f->parts.spool, SHARD, (sj_cursor){ at.epoch, at.seq });
        f->at = at;
        f->kept_ms = loop_mono_ms(f->parts.loop);
    }
    f->news = false;
    watch_again(f);
}

const uint64_t *
follow_orgs(const follow *f, size_t *count)
{
    *count = f->org_count;
    return f->orgs;
}

bool
follow_is_current(const follow *f, uint64_t *behind)
{
    sijill_pos head = sijill_feed_head(f->feed);

    sijill_pos at = sijill_feed_position(f->feed);

    *behind = head.seq > at.seq ? head.seq - at.seq : 0;
    return sijill_feed_subscribed(f->feed);
}

follow *
follow_open(const follow_parts *parts)
{
    follow *f = calloc(1, sizeof *f);
    sj_cursor at;

    if (f == NULL)
        return NULL;
    f->parts = *parts;
    at = spool_cursor(parts->spool, SHARD);
    if (!read_orgs(f)) {
        sj_log(SJ_LOG_ERROR, "options.bad", "words=\"--orgs: numbers of organisations, 1 and up\"");
        follow_close(&f);
        return NULL;
    }
    if (!subscribe(f, (sijill_pos){ SHARD, at.epoch, at.seq })) {
        follow_close(&f);
        return NULL;
    }
    f->timer = (loop_timer){ .due = wake, .context = f };
    f->announce_timer = (loop_timer){ .due = announce, .context = f };
    loop_at(parts->loop, &f->announce_timer, loop_mono_ms(parts->loop));
    loop_each_turn(parts->loop, read_feed, f);
    return f;
}

void
follow_close(follow **f)
{
    if (*f == NULL)
        return;
    loop_at((*f)->parts.loop, &(*f)->timer, 0);
    loop_at((*f)->parts.loop, &(*f)->announce_timer, 0);
    if ((*f)->feed != NULL)
        sijill_feed_close(&(*f)->feed);
    free(*f);
    *f = NULL;
}
