/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/feed/reader.h"

#include <stdlib.h>
#include <string.h>

enum { CREDIT = 128 * 1024 };

typedef struct source {
    reader *owner;
    unsigned service; /* shard - 1 */
    sijill_feed *feed;
    int watched;
    loop_timer timer;
    bool restarted; /* from the oldest, once it was known */
} source;

struct reader {
    loop *loop;
    reader_options options;
    uint32_t types[READER_TYPES_MAX];
    position at;
    source sources[POSITION_SERVICES];
    bool paused, refused;
};

static void look(void *context);

static bool
source_open(source *s, sijill_pos after)
{
    sijill_feed_options options = { .after = after,
                                    .org = s->owner->options.org,
                                    .types = s->owner->types,
                                    .type_count = s->owner->options.type_count,
                                    .credit_bytes = CREDIT };

    s->feed = address_feed(s->owner->options.services, s->service, &options);
    return s->feed != NULL;
}

static void
source_close(source *s)
{
    if (s->watched >= 0)
        loop_unwatch(s->owner->loop, s->watched);
    s->watched = -1;
    loop_at(s->owner->loop, &s->timer, 0);
    sijill_feed_close(&s->feed);
}

static void
watch_again(source *s)
{
    loop *l = s->owner->loop;
    int fd = sijill_feed_fd(s->feed);

    if (fd != s->watched && s->watched >= 0)
        loop_unwatch(l, s->watched);
    if (fd != s->watched)
        s->watched = fd >= 0 && loop_watch(l, fd, true, look, s) ? fd : -1;
    loop_at(l, &s->timer, loop_mono_ms(l) + (uint64_t) sijill_feed_due_ms(s->feed) + 1);
}

static void
give(void *context, const Sijill__V1__Record *record)
{
    source *s = context;
    reader *r = s->owner;

    r->at.at[s->service].epoch = sijill_feed_position(s->feed).epoch;
    if (!r->refused && !r->options.each(r->options.context, s->service, record))
        r->refused = true;
    if (!r->refused)
        r->at.at[s->service].seq = record->seq;
}

/* A feed that begins before what is kept begins with what is kept, when that is what was asked. */
static bool
begin_with_oldest(source *s)
{
    sijill_pos first = sijill_feed_first(s->feed);

    if (!s->owner->options.from_oldest || s->restarted || first.seq == 0)
        return false;
    source_close(s);
    s->restarted = true;
    return source_open(s, first);
}

static void
look(void *context)
{
    source *s = context;
    reader *r = s->owner;
    uint32_t code;
    sijill_pos at;

    if (r->paused || s->feed == NULL)
        return;
    r->refused = false;
    code = sijill_feed_read(s->feed, 0, give, s, NULL);
    if (code == SIJILL__V1__CODE__TRIMMED && begin_with_oldest(s))
        code = SIJILL__V1__CODE__OK;
    at = sijill_feed_position(s->feed);
    if (!r->refused && code == SIJILL__V1__CODE__OK && at.seq != 0)
        r->at.at[s->service] = at;
    else if (r->at.at[s->service].seq != 0)
        r->at.at[s->service].epoch = at.epoch;
    watch_again(s);
    r->options.came(r->options.context, code); /* may close the reader: the last of all */
}

const position *
reader_position(const reader *r)
{
    return &r->at;
}

void
reader_pause(reader *r, bool paused)
{
    r->paused = paused;
    for (unsigned i = 0; !paused && i < POSITION_SERVICES; i++)
        loop_at(r->loop, &r->sources[i].timer, loop_mono_ms(r->loop));
}

reader *
reader_open(loop *l, const reader_options *options)
{
    reader *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->loop = l;
    r->options = *options;
    r->at = options->after;
    memcpy(r->types, options->types, options->type_count * sizeof r->types[0]);
    for (unsigned i = 0; i < POSITION_SERVICES; i++)
        r->sources[i] = (source){ .owner = r, .service = i, .watched = -1 };
    for (unsigned i = 0; i < POSITION_SERVICES; i++) {
        source *s = &r->sources[i];

        s->timer = (loop_timer){ .due = look, .context = s };
        r->at.at[i].shard = i + 1;
        if (!source_open(s, r->at.at[i])) {
            reader_close(&r);
            return NULL;
        }
        loop_at(l, &s->timer, loop_mono_ms(l));
    }
    return r;
}

void
reader_close(reader **r)
{
    if (*r == NULL)
        return;
    for (unsigned i = 0; i < POSITION_SERVICES; i++)
        if ((*r)->sources[i].feed != NULL)
            source_close(&(*r)->sources[i]);
    free(*r);
    *r = NULL;
}
