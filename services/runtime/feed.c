/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/feed.h"

#include "services/core/message.h"

#include "proto/wire/append.h"
#include "proto/wire/check.h"
#include "proto/wire/peek.h"
#include "services/runtime/stop.h"
#include "storage/cursor.h"
#include "storage/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FEED_ARENA = 256 * 1024,
    FRAME_RESERVE = 128, /* for `from` and `to` */
    RECORD_FIELD = 3,    /* Records.record */
    RECORD_TYPE_FIELD = 3,
    RECORD_ORG_FIELD = 5,
    PERSONAL_FIELD = 12, /* Record.personal */
    HEAD_MAX = 256,
    LOOKED_AT_MAX =
        4096, /* records, for one frame: a filter that takes few must not hold up others */
    CREDIT_MAX = 64 * 1024 * 1024,
};

/* A rush is over when so long no many commands came at once. */
static const uint64_t rest_us = 5 * 1000;

bool
sj_feed_open(sj_feed *feed, void *zmq, const sj_port_plan *plan, sj_presence *presence,
             sj_store *store, char words[256])
{
    feed->store = store;
    feed->frame = malloc(SJ_FEED_BODY_MAX);
    feed->subscriptions = calloc(SJ_SUBSCRIPTIONS_MAX, sizeof *feed->subscriptions);
    if (feed->frame == NULL || feed->subscriptions == NULL ||
        !sj_arena_open(&feed->arena, FEED_ARENA)) {
        (void) snprintf(words, 256, "no memory for the feed");
        return false;
    }
    return sj_port_open(&feed->port, zmq, plan, presence, words);
}

bool
sj_feed_open_far(sj_feed *feed, void *zmq, const sj_port_plan *plan, char words[256])
{
    return sj_port_open(&feed->far, zmq, plan, feed->port.presence, words);
}

void
sj_feed_forget_far(sj_feed *feed)
{
    sj_port_forget(&feed->far);
    for (size_t i = 0; i < feed->count; i++)
        if (feed->subscriptions[i].port == &feed->far)
            feed->subscriptions[i].used = false;
}

void
sj_feed_close(sj_feed *feed)
{
    sj_port_close(&feed->port);
    sj_port_close(&feed->far);
    free(feed->frame);
    free(feed->subscriptions);
    sj_arena_close(&feed->arena);
}

static sj_subscription *
find(sj_feed *feed, const sj_port *port, uint32_t peer)
{
    for (size_t i = 0; i < feed->count; i++)
        if (feed->subscriptions[i].used && feed->subscriptions[i].port == port &&
            feed->subscriptions[i].peer == peer)
            return &feed->subscriptions[i];
    return NULL;
}

static sj_subscription *
add(sj_feed *feed, sj_port *port, uint32_t peer)
{
    sj_subscription *known = find(feed, port, peer);

    for (size_t i = 0; known == NULL && i < SJ_SUBSCRIPTIONS_MAX; i++)
        if (!feed->subscriptions[i].used) {
            known = &feed->subscriptions[i];
            if (i >= feed->count)
                feed->count = i + 1;
        }
    if (known != NULL)
        *known = (sj_subscription){ .used = true, .port = port, .peer = peer };
    return known;
}

static void
write_position(const sj_feed *feed, uint64_t seq, Sijill__V1__LogPos *position)
{
    sijill__v1__log_pos__init(position);
    position->has_shard = position->has_epoch = position->has_seq = 1;
    position->shard = feed->port.presence->shard;
    position->epoch = sj_store_meta(feed->store)->epoch;
    position->seq = seq;
}

/* Words, when this position cannot be served. */
static sj_status
judge_position(const sj_feed *feed, const Sijill__V1__LogPos *after, const char **words)
{
    uint64_t seq = after == NULL ? 0 : after->seq;

    if (after != NULL && !sj_store_was_at(feed->store, after->epoch, seq)) {
        *words = "the consumer has seen what this store does not hold: it was restored from an "
                 "older backup; restore the consumer from the same backup";
        return SJ_DIVERGED;
    }
    if (seq < sj_store_meta(feed->store)->outbox_first) {
        *words = "the feed no longer holds this position: restore the consumer from a backup";
        return SJ_TRIMMED;
    }
    return SJ_OK;
}

static void
on_subscribe(sj_feed *feed, sj_port *port, sj_incoming *in, const Sijill__V1__Subscribe *ask)
{
    const sj_meta *meta = sj_store_meta(feed->store);
    Sijill__V1__Envelope envelope = sj_envelope(SIJILL__V1__KIND__SUBSCRIBED, in->envelope->id);
    Sijill__V1__Subscribed answer;
    Sijill__V1__LogPos first, head;
    unsigned char packed[HEAD_MAX];
    const char *words = NULL;
    sj_status status = judge_position(feed, ask->after, &words);
    sj_subscription *subscription = status == SJ_OK ? add(feed, port, in->peer->id) : NULL;

    if (subscription == NULL) {
        sj_port_error(port, in->peer->id, in->envelope->id, status == SJ_OK ? SJ_BUSY : status,
                      status == SJ_OK ? "too many subscriptions" : words);
        return;
    }
    subscription->org = ask->org;
    subscription->type_count = ask->n_types;
    if (ask->n_types > 0)
        memcpy(subscription->types, ask->types, ask->n_types * sizeof ask->types[0]);
    subscription->covered = ask->after == NULL ? 0 : ask->after->seq;
    subscription->credit = ask->credit_bytes;
    subscription->sent_ms = feed->port.presence->now_ms;
    if (ask->name != NULL) {
        (void) snprintf(subscription->name, sizeof subscription->name, "%s", ask->name);
        feed->report(feed->context, subscription->name,
                     (sj_cursor){ meta->epoch, subscription->covered });
    }
    write_position(feed, meta->outbox_first, &first);
    write_position(feed, meta->seq, &head);
    sijill__v1__subscribed__init(&answer);
    answer.first = &first;
    answer.head = &head;
    (void) sj_port_send(port, in->peer->id, &envelope,
                        (sj_bytes){ packed, sijill__v1__subscribed__pack(&answer, packed) });
}

static void
on_credit(sj_feed *feed, const sj_port *port, const sj_incoming *in,
          const Sijill__V1__Credit *credit)
{
    sj_subscription *subscription = find(feed, port, in->peer->id);

    if (subscription == NULL)
        return;
    if (credit->bytes == 0)
        subscription->held_until_us = 0;
    subscription->credit += credit->bytes;
    if (credit->bytes > CREDIT_MAX || subscription->credit > CREDIT_MAX)
        subscription->credit = CREDIT_MAX;
    if (credit->durable != NULL && subscription->name[0] != '\0')
        feed->report(feed->context, subscription->name,
                     (sj_cursor){ credit->durable->epoch, credit->durable->seq });
}

static void *
decode(sj_feed *feed, sj_port *port, sj_incoming *in, const ProtobufCMessageDescriptor *type)
{
    ProtobufCAllocator allocator = sj_arena_allocator(&feed->arena);
    const char *field;
    const char *wrong =
        sj_message_check(type, zmq_msg_data(&in->body), zmq_msg_size(&in->body), &field);

    if (wrong == NULL)
        return protobuf_c_message_unpack(type, &allocator, zmq_msg_size(&in->body),
                                         zmq_msg_data(&in->body));
    sj_port_error(port, in->peer->id, in->envelope->id, SJ_BAD_MESSAGE, wrong);
    return NULL;
}

static void
on_message(sj_feed *feed, sj_port *port, sj_incoming *in)
{
    uint32_t kind = in->envelope->kind;

    if (kind == SIJILL__V1__KIND__SUBSCRIBE) {
        Sijill__V1__Subscribe *ask = decode(feed, port, in, &sijill__v1__subscribe__descriptor);

        if (ask != NULL)
            on_subscribe(feed, port, in, ask);
    } else if (kind == SIJILL__V1__KIND__CREDIT) {
        Sijill__V1__Credit *credit = decode(feed, port, in, &sijill__v1__credit__descriptor);

        if (credit != NULL)
            on_credit(feed, port, in, credit);
    } else if (kind == SIJILL__V1__KIND__UNSUBSCRIBE) {
        sj_subscription *subscription = find(feed, port, in->peer->id);

        if (subscription != NULL)
            subscription->used = false;
    } else {
        sj_port_error(port, in->peer->id, in->envelope->id, SJ_UNSUPPORTED,
                      "the feed socket takes SUBSCRIBE, CREDIT and UNSUBSCRIBE");
    }
}

void
sj_feed_receive(sj_feed *feed, sj_port *port)
{
    sj_incoming in;
    int result;

    /* not to the end of a flood */
    for (unsigned taken = 0; sj_port_has_more(port) || taken < SJ_QUEUE_MAX; taken++) {
        result = sj_port_receive(port, &feed->arena, &in);
        if (result < 0)
            return;
        if (result == 0)
            continue;
        on_message(feed, port, &in);
        (void) zmq_msg_close(&in.body);
    }
}

static bool
wanted(const sj_subscription *subscription, sj_bytes packed)
{
    uint64_t type;

    if (subscription->org != 0 &&
        sj_peek_number(packed.at, packed.size, RECORD_ORG_FIELD) != subscription->org)
        return false;
    if (subscription->type_count == 0)
        return true;
    type = sj_peek_number(packed.at, packed.size, RECORD_TYPE_FIELD);
    for (size_t i = 0; i < subscription->type_count; i++)
        if (subscription->types[i] == type)
            return true;
    return false;
}

/* Append the record as it is stored, with its personal part behind it: nothing is encoded anew.  0:
 * it does not fit. */
static size_t
append(unsigned char *at, size_t room, const sj_outbox_record *record)
{
    unsigned char personal[SJ_FIELD_HEAD_MAX];
    size_t extra = record->personal.size == 0
                       ? 0
                       : sj_field_head(personal, PERSONAL_FIELD, record->personal.size);
    size_t size = record->record.size + extra + record->personal.size;
    unsigned char *end = at;

    if (size + SJ_FIELD_HEAD_MAX > room)
        return 0;
    end += sj_field_head(end, RECORD_FIELD, size);
    memcpy(end, record->record.at, record->record.size);
    end += record->record.size;
    memcpy(end, personal, extra);
    end += extra;
    if (record->personal.size > 0)
        memcpy(end, record->personal.at, record->personal.size);
    return (size_t) (end - at) + record->personal.size;
}

static uint64_t
bit_of(uint64_t type)
{
    return UINT64_C(1) << type % 64;
}

void
sj_stretch_meet(sj_stretch *stretch, uint64_t type)
{
    stretch->types |= bit_of(type);
}

uint64_t
sj_subscription_pass(const sj_subscription *subscription, const sj_stretch *stretch)
{
    bool takes = subscription->type_count == 0 || subscription->covered < stretch->from ||
                 subscription->covered > stretch->to;

    for (size_t i = 0; i < subscription->type_count; i++)
        takes = takes || (stretch->types & bit_of(subscription->types[i])) != 0;
    return takes ? subscription->covered : stretch->to;
}

/* Compose one frame from `covered` on; *covered moves.  The octets of its records; 0: nothing to
 * say. */
static size_t
compose(sj_feed *feed, sj_txn *txn, const sj_subscription *subscription, uint64_t *covered)
{
    uint64_t head = sj_store_meta(feed->store)->seq;
    size_t room = SJ_FEED_BODY_MAX - FRAME_RESERVE;
    size_t used = 0;
    sj_outbox_record record;
    unsigned count = 0;

    *covered = sj_subscription_pass(subscription, &feed->stretch);
    if (*covered == head)
        return 0;
    feed->stretch = (sj_stretch){ .from = *covered, .to = *covered };
    for (unsigned looked = 0; looked < LOOKED_AT_MAX && count < SJ_FEED_RECORDS_MAX &&
                              (used == 0 || used < subscription->credit);
         looked++) {
        size_t size = 0;

        sj_arena_reset(&feed->arena);
        if (!sj_outbox_look(txn, *covered, &record)) {
            if (sj_txn_fault(txn) == SJ_FAULT_NONE)
                feed->stretch.to = head;
            *covered = head;
            return used;
        }
        if (wanted(subscription, record.record)) {
            if (!sj_outbox_fill(txn, &record))
                return used;
            size = append(feed->frame + FRAME_RESERVE + used, room - used, &record);
            if (size == 0)
                return used;
            count++;
        }
        used += size;
        *covered = feed->stretch.to = record.seq;
        sj_stretch_meet(&feed->stretch,
                        sj_peek_number(record.record.at, record.record.size, RECORD_TYPE_FIELD));
    }
    return used;
}

static void
send_records(sj_feed *feed, sj_subscription *subscription, uint64_t covered, size_t used)
{
    Sijill__V1__Envelope envelope = sj_envelope(SIJILL__V1__KIND__RECORDS, 0);
    Sijill__V1__Records ends;
    Sijill__V1__LogPos from, to;
    unsigned char packed[FRAME_RESERVE];
    size_t size;

    write_position(feed, subscription->covered, &from);
    write_position(feed, covered, &to);
    sijill__v1__records__init(&ends);
    ends.from = &from;
    ends.to = &to;
    size = sijill__v1__records__pack(&ends, packed);
    memcpy(feed->frame + FRAME_RESERVE - size, packed, size);
    if (!sj_port_send(subscription->port, subscription->peer, &envelope,
                      (sj_bytes){ feed->frame + FRAME_RESERVE - size, size + used })) {
        subscription->used = false;
        return;
    }
    subscription->covered = covered;
    subscription->credit -= subscription->credit < size + used ? subscription->credit : size + used;
}

static void
send_head(sj_feed *feed, sj_subscription *subscription)
{
    const sj_meta *meta = sj_store_meta(feed->store);
    Sijill__V1__Envelope envelope = sj_envelope(SIJILL__V1__KIND__HEAD, 0);
    Sijill__V1__LogPos covered, last;
    unsigned char packed[HEAD_MAX];
    Sijill__V1__Head head;

    write_position(feed, subscription->covered, &covered);
    write_position(feed, meta->seq, &last);
    sijill__v1__head__init(&head);
    head.covered = &covered;
    head.head = &last;
    head.has_digest_seq = head.has_digest = 1;
    head.digest_seq = meta->seq;
    head.digest =
        (ProtobufCBinaryData){ sizeof meta->digest, (uint8_t *) (uintptr_t) meta->digest };
    if (!sj_port_send(subscription->port, subscription->peer, &envelope,
                      (sj_bytes){ packed, sijill__v1__head__pack(&head, packed) }))
        subscription->used = false;
}

void
sj_subscription_hold(sj_subscription *subscription, uint64_t now_us)
{
    uint64_t gather_us = UINT64_C(1000) * SJ_FEED_GATHER_MS;

    subscription->held_until_us = (now_us / gather_us + 1) * gather_us;
}

/* Until when a frame waits at most: a full one only in a rush. */
static uint64_t
due_us(const sj_subscription *subscription, uint64_t now_us, uint64_t rush_until_us)
{
    uint64_t last_us = subscription->held_until_us + UINT64_C(1000) * SJ_FEED_RUSH_MS;

    if (subscription->held_until_us == 0 || now_us >= rush_until_us ||
        rush_until_us < subscription->held_until_us)
        return subscription->held_until_us;
    return rush_until_us < last_us ? rush_until_us : last_us;
}

bool
sj_subscription_holds(const sj_subscription *subscription, uint64_t head, uint64_t now_us,
                      uint64_t rush_until_us)
{
    return now_us < due_us(subscription, now_us, rush_until_us) &&
           (now_us < rush_until_us || head - subscription->covered < SJ_FEED_RECORDS_MAX);
}

void
sj_feed_rush(sj_feed *feed, uint64_t now_us)
{
    feed->rush_until_us = now_us + rest_us;
}

uint64_t
sj_feed_patience(const sj_feed *feed, uint64_t now_us, uint64_t patience_us)
{
    uint64_t head = sj_store_meta(feed->store)->seq;

    for (size_t i = 0; i < feed->count; i++) {
        const sj_subscription *subscription = &feed->subscriptions[i];
        uint64_t due = due_us(subscription, now_us, feed->rush_until_us);

        if (!subscription->used || subscription->covered >= head || subscription->credit == 0)
            continue;
        if (due < now_us + patience_us)
            patience_us = due < now_us ? 0 : due - now_us;
    }
    return patience_us;
}

/* True: there is more to send. */
static bool
send_one(sj_feed *feed, sj_subscription *subscription, uint64_t now_ms, uint64_t now_us)
{
    uint64_t head = sj_store_meta(feed->store)->seq;
    uint64_t covered = subscription->covered;
    bool behind = covered < head && subscription->credit > 0;
    size_t used = 0;

    if (behind && sj_subscription_holds(subscription, head, now_us, feed->rush_until_us))
        return false;
    if (behind) {
        sj_txn *txn = sj_read_begin(feed->store, &feed->arena, now_ms);

        used = compose(feed, txn, subscription, &covered);
        if (sj_txn_fault(txn) != SJ_FAULT_NONE) /* else the consumer would be told that there is
                                                   nothing where a record cannot be read */
            sj_stop("store.damaged", sj_txn_fault_words(txn));
        sj_read_end(txn);
    }
    if (used > 0) {
        send_records(feed, subscription, covered, used);
    } else if (covered > subscription->covered ||
               subscription->sent_ms + SJ_HEARTBEAT_MS < now_ms) {
        subscription->covered = covered;
        send_head(feed, subscription);
    } else {
        return false;
    }
    subscription->sent_ms = now_ms;
    if (behind && subscription->covered == head)
        sj_subscription_hold(subscription, now_us);
    return subscription->used && subscription->covered < head && subscription->credit > 0;
}

/* Who takes all types comes first: what is read for those need not be read for others. */
bool
sj_feed_send(sj_feed *feed, uint64_t now_ms, uint64_t now_us)
{
    bool more = false;

    for (int filtered = 0; filtered < 2; filtered++)
        for (size_t i = 0; i < feed->count; i++) {
            sj_subscription *subscription = &feed->subscriptions[i];

            if (subscription->used && (subscription->type_count > 0) == filtered)
                more = send_one(feed, subscription, now_ms, now_us) || more;
        }
    return more;
}
