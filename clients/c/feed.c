/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed: all that happened after a position, in order, without a gap.
 */
#include "clients/c/clock.h"
#include "clients/c/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SUBSCRIBED_MS = 5000, DURABLE_MS = 2000 };

struct sijill_feed {
    peer peer;
    char *name;
    uint64_t org;
    uint32_t types[SJ_FEED_TYPES_MAX];
    size_t type_count;
    uint64_t credit;  /* granted in all, at first */
    uint64_t used;    /* body octets since the last grant */
    uint64_t session; /* of the peer, in which the subscription was asked for */
    bool asked;       /* SUBSCRIBE is on its way */
    bool subscribed;
    uint64_t asked_ms;
    sijill_pos at;
    sijill_pos head;
    sijill_pos first;              /* the oldest that can be asked for */
    sijill_pos durable, confirmed; /* as the owner said; as the service was told */
    uint64_t confirmed_ms;
    uint32_t code; /* final */
    char detail[SIJILL_DETAIL_SIZE];
};

sijill_feed *
sijill_feed_open(const sijill_feed_options *options)
{
    sijill_feed *f = calloc(1, sizeof *f);

    if (f == NULL)
        return NULL;
    if (options->type_count > SJ_FEED_TYPES_MAX) {
        free(f);
        errno = EINVAL;
        return NULL;
    }
    f->name = options->name == NULL ? NULL : strdup(options->name);
    if (!peer_open(&f->peer, options->endpoint, options->agent, SJ_FEED_MAX, options->curve_server,
                   options->curve_key_file) ||
        (options->name != NULL && f->name == NULL)) {
        sijill_feed_close(&f);
        return NULL;
    }
    f->org = options->org;
    if (options->type_count > 0)
        memcpy(f->types, options->types, options->type_count * sizeof f->types[0]);
    f->type_count = options->type_count;
    f->credit = options->credit_bytes == 0 ? SJ_FEED_CREDIT : options->credit_bytes;
    f->at = options->after;
    return f;
}

void
sijill_feed_close(sijill_feed **feed)
{
    if (*feed == NULL)
        return;
    peer_close(&(*feed)->peer);
    free((*feed)->name);
    free(*feed);
    *feed = NULL;
}

static void
end(sijill_feed *f, uint32_t code, const char *detail)
{
    size_t length = detail == NULL ? 0 : strnlen(detail, sizeof f->detail - 1);

    f->code = code;
    if (length > 0)
        memcpy(f->detail, detail, length);
    f->detail[length] = '\0';
}

static socket_result
send_kind(sijill_feed *f, Sijill__V1__Kind kind, const ProtobufCMessage *message)
{
    Sijill__V1__Envelope envelope;
    uint8_t body[2048];
    size_t size = protobuf_c_message_get_packed_size(message);

    if (size > sizeof body)
        return SOCKET_BAD;
    (void) protobuf_c_message_pack(message, body);
    sijill__v1__envelope__init(&envelope);
    envelope.has_kind = true;
    envelope.kind = kind;
    return peer_send(&f->peer, &envelope, body, size, false);
}

static void
subscribe(sijill_feed *f, uint64_t now_ms)
{
    Sijill__V1__Subscribe in;
    Sijill__V1__LogPos after;

    sijill__v1__subscribe__init(&in);
    sijill__v1__log_pos__init(&after);
    after.has_shard = after.has_epoch = after.has_seq = true;
    after.shard = f->at.shard;
    after.epoch = f->at.epoch;
    after.seq = f->at.seq;
    in.after = &after;
    in.has_shard = true;
    in.shard = f->at.shard;
    in.types = f->types;
    in.n_types = f->type_count;
    in.has_org = f->org != 0;
    in.org = f->org;
    in.has_credit_bytes = true;
    in.credit_bytes = f->credit;
    in.name = f->name;
    f->used = 0;
    f->subscribed = false;
    f->asked = send_kind(f, SIJILL__V1__KIND__SUBSCRIBE, &in.base) == SOCKET_DONE;
    f->asked_ms = now_ms;
    f->session = f->peer.session;
}

/* More credit when half is used, and word of what is durable when there is some. */
static void
grant(sijill_feed *f, uint64_t now_ms)
{
    Sijill__V1__Credit credit;
    Sijill__V1__LogPos durable;
    bool news = f->name != NULL && f->durable.seq > f->confirmed.seq &&
                now_ms >= f->confirmed_ms + DURABLE_MS;

    if (f->used < f->credit / 2 && !news)
        return;
    sijill__v1__credit__init(&credit);
    credit.has_bytes = true;
    credit.bytes = f->used;
    if (news) {
        sijill__v1__log_pos__init(&durable);
        durable.has_shard = durable.has_epoch = durable.has_seq = true;
        durable.shard = f->at.shard;
        durable.epoch = f->at.epoch;
        durable.seq = f->durable.seq;
        credit.durable = &durable;
    }
    if (send_kind(f, SIJILL__V1__KIND__CREDIT, &credit.base) != SOCKET_DONE)
        return;
    f->used = 0;
    f->confirmed = f->durable;
    f->confirmed_ms = now_ms;
}

static sijill_pos
pos_of(const Sijill__V1__LogPos *pos)
{
    return pos == NULL ? (sijill_pos){ 0 } : (sijill_pos){ pos->shard, pos->epoch, pos->seq };
}

/* A restored store goes on with a higher epoch from a position that it had: the service has looked.
 * What must not be is an older history, or one that has not come this far. */
static bool
same_history(const sijill_feed *f, sijill_pos pos)
{
    return f->at.seq == 0 || (pos.epoch >= f->at.epoch && pos.seq >= f->at.seq);
}

static void
subscribed(sijill_feed *f)
{
    Sijill__V1__Subscribed *in =
        sijill__v1__subscribed__unpack(NULL, frame_body_size(&f->peer.in), frame_body(&f->peer.in));

    if (in == NULL)
        return;
    f->head = pos_of(in->head);
    f->first = pos_of(in->first);
    if (!same_history(f, f->head))
        end(f, SIJILL__V1__CODE__DIVERGED,
            "the feed's history is another one than this position's");
    else if (in->snapshot_required)
        end(f, SIJILL__V1__CODE__TRIMMED, "the feed no longer holds what came after this position");
    f->at.shard = f->head.shard;
    f->at.epoch = f->head.epoch;
    f->peer.failures = 0;
    f->subscribed = true;
    sijill_free(in);
}

/* Give the records on; false: they do not follow what was seen, so ask again from there. */
static bool
records(sijill_feed *f, sijill_record_fn *each, void *context)
{
    Sijill__V1__Records *in =
        sijill__v1__records__unpack(NULL, frame_body_size(&f->peer.in), frame_body(&f->peer.in));
    sijill_pos from = in == NULL ? (sijill_pos){ 0 } : pos_of(in->from);
    sijill_pos to = in == NULL ? from : pos_of(in->to);
    bool follows =
        in != NULL && from.seq == f->at.seq && to.seq >= from.seq && to.epoch == f->at.epoch;

    for (size_t i = 0; follows && i < in->n_record; i++)
        if (each != NULL)
            each(context, in->record[i]);
    if (follows)
        f->at.seq = to.seq;
    if (f->head.seq < f->at.seq)
        f->head = f->at;
    sijill_free(in);
    return follows;
}

static bool
head(sijill_feed *f)
{
    Sijill__V1__Head *in =
        sijill__v1__head__unpack(NULL, frame_body_size(&f->peer.in), frame_body(&f->peer.in));
    sijill_pos covered = in == NULL ? f->at : pos_of(in->covered);
    bool good = in != NULL && covered.seq >= f->at.seq &&
                (in->covered == NULL || covered.epoch == f->at.epoch);

    if (good) {
        f->at.seq = covered.seq;
        f->head = pos_of(in->head);
    }
    sijill_free(in);
    return good;
}

/* One frame; true when the position may have moved. */
static bool
frame_handle(sijill_feed *f, sijill_record_fn *each, void *context, uint64_t now_ms)
{
    const Sijill__V1__Envelope *envelope = f->peer.in.envelope;
    bool good = true;

    switch (envelope->kind) {
    case SIJILL__V1__KIND__SUBSCRIBED:
        subscribed(f);
        return false;
    case SIJILL__V1__KIND__RECORDS:
        if (!f->subscribed)
            return false; /* of a subscription that was given up */
        good = records(f, each, context);
        f->used += frame_body_size(&f->peer.in);
        break;
    case SIJILL__V1__KIND__HEAD:
        if (!f->subscribed)
            return false;
        good = head(f);
        break;
    case SIJILL__V1__KIND__ERROR:
    case SIJILL__V1__KIND__REPLY:
        if (envelope->status != NULL && envelope->status->code != SIJILL__V1__CODE__OK)
            end(f, envelope->status->code, envelope->status->detail);
        return false;
    default:
        return false;
    }
    if (!good)
        peer_fail(&f->peer, now_ms); /* a fresh connection, so that no older frame is in the way */
    return good;
}

static void
turn(sijill_feed *f, uint64_t now_ms)
{
    peer_turn(&f->peer, now_ms);
    if (f->peer.state == PEER_REFUSED)
        end(f, f->peer.refusal, f->peer.refusal_detail);
    if (f->peer.state != PEER_READY || f->session != f->peer.session)
        f->asked = f->subscribed = false;
    if (f->peer.state == PEER_READY && !f->asked)
        subscribe(f, now_ms);
    else if (f->asked && !f->subscribed && now_ms >= f->asked_ms + SUBSCRIBED_MS)
        peer_fail(&f->peer, now_ms);
}

uint32_t
sijill_feed_read(sijill_feed *feed, int timeout_ms, sijill_record_fn *each, void *context,
                 char *detail)
{
    uint64_t now_ms = clock_mono_ms();
    uint64_t until_ms = timeout_ms < 0 ? UINT64_MAX : now_ms + (uint64_t) timeout_ms;
    bool moved = false;

    for (;;) {
        while (feed->code == SIJILL__V1__CODE__OK && peer_take(&feed->peer, now_ms)) {
            if (feed->session != feed->peer.session)
                feed->asked = feed->subscribed = false;
            moved = frame_handle(feed, each, context, now_ms) || moved;
        }
        if (feed->code == SIJILL__V1__CODE__OK)
            turn(feed, now_ms);
        if (feed->subscribed)
            grant(feed, now_ms);
        if (feed->code != SIJILL__V1__CODE__OK || moved || now_ms >= until_ms)
            break;

        uint64_t due_ms = peer_due(&feed->peer);

        peer_sleep(&feed->peer, feed->peer.state == PEER_READY && !feed->asked, now_ms,
                   due_ms < until_ms ? due_ms : until_ms);
        now_ms = clock_mono_ms();
    }
    if (detail != NULL)
        memcpy(detail, feed->detail, sizeof feed->detail);
    return feed->code;
}

sijill_pos
sijill_feed_position(const sijill_feed *feed)
{
    return feed->at;
}

sijill_pos
sijill_feed_head(const sijill_feed *feed)
{
    return feed->head;
}

sijill_pos
sijill_feed_first(const sijill_feed *feed)
{
    return feed->first;
}

void
sijill_feed_durable(sijill_feed *feed, sijill_pos at)
{
    feed->durable = at;
}

int
sijill_feed_fd(const sijill_feed *feed)
{
    return socket_fd(feed->peer.socket);
}

int
sijill_feed_due_ms(const sijill_feed *feed)
{
    return clock_until_ms(peer_due(&feed->peer));
}

bool
sijill_feed_subscribed(const sijill_feed *feed)
{
    return feed->subscribed;
}
