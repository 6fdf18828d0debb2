/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client: requests and answers of one service.
 */
#include "clients/c/clock.h"
#include "clients/c/peer.h"
#include "clients/c/retry.h"
#include "clients/c/slots.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Time-outs may cause this many sends more than the answers have earned, then one for each ten
 * answers: clients in trouble must not be the trouble. */
enum { BUDGET_SENDS = 4096, BUDGET_SHARE = 10, BODY_MAX = SJ_FRONT_MAX - SJ_HEAD_MAX };

enum { LOOK_AGAIN_MS = 500 }; /* whether somebody listens */

struct sijill {
    peer peer;
    uint64_t org;
    uint8_t actor[SIJILL_ID_SIZE];
    bool has_credential; /* the actor is a key */
    uint8_t credential[SIJILL_SECRET_SIZE];
    uint32_t deadline_ms;
    uint64_t find_by_ms; /* the service must have been met by then */
    uint64_t session;    /* the peer's, when last looked */
    uint32_t window;
    uint64_t sends;
    uint32_t budget; /* in tenths of a send */
    bool blocked;    /* the socket takes no more now */
    slot *lent;
    sijill_pos seen;
    sijill_counts counts;
    slots slots;
};

static bool
copied(uint8_t *to, size_t size, const uint8_t *from)
{
    if (from != NULL)
        memcpy(to, from, size);
    return from != NULL;
}

sijill *
sijill_open(const sijill_options *options)
{
    sijill *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    slots_init(&s->slots);
    if (!peer_open(&s->peer, options->endpoint, options->agent, SJ_FRONT_MAX, options->curve_server,
                   options->curve_key_file)) {
        int reason = errno;

        sijill_close(&s);
        errno = reason;
        return NULL;
    }
    s->org = options->org == 0 ? 1 : options->org;
    memcpy(s->actor, options->actor, sizeof s->actor);
    s->has_credential = copied(s->credential, sizeof s->credential, options->credential);
    s->deadline_ms = options->deadline_ms == 0 ? SIJILL_DEADLINE_MS : options->deadline_ms;
    s->find_by_ms = options->connect_ms == 0 ? UINT64_MAX : clock_mono_ms() + options->connect_ms;
    s->window = SJ_WINDOW_FIRST;
    s->budget = BUDGET_SENDS * BUDGET_SHARE;
    return s;
}

void
sijill_close(sijill **service)
{
    if (*service == NULL)
        return;
    peer_close(&(*service)->peer);
    slots_free(&(*service)->slots);
    free(*service);
    *service = NULL;
}

static Sijill__V1__Envelope
envelope_of(sijill *s, slot *t, Sijill__V1__LogPos *min_pos)
{
    Sijill__V1__Envelope e;

    sijill__v1__envelope__init(&e);
    e.has_kind = e.has_id = e.has_type = e.has_org = e.has_actor = e.has_expires_at_ms = true;
    e.has_key = !retry_is_query(t->reply.type);
    e.kind = SIJILL__V1__KIND__REQUEST;
    e.id = ++s->sends << SLOT_BITS | (uint64_t) (t - s->slots.at);
    e.type = t->reply.type;
    e.org = t->org;
    e.key = (ProtobufCBinaryData){ SIJILL_ID_SIZE, t->reply.request_id };
    e.expires_at_ms = t->expires_ms;
    e.has_attempt = true;
    e.attempt = t->reply.tries + 1;
    e.actor = (ProtobufCBinaryData){ SIJILL_ID_SIZE, t->actor };
    e.has_flags = t->reply.dry_run || t->delegated;
    e.flags = (t->reply.dry_run ? SJ_FLAG_DRY_RUN : 0U) | (t->delegated ? SJ_FLAG_DELEGATED : 0U);
    e.has_credential = t->has_credential;
    e.credential = (ProtobufCBinaryData){ sizeof t->credential, t->credential };
    e.has_outside = t->has_outside;
    e.outside = (ProtobufCBinaryData){ sizeof t->outside, t->outside };
    e.has_trace = t->has_trace;
    e.trace = (ProtobufCBinaryData){ sizeof t->trace, t->trace };
    e.origin = t->from[0] == '\0' ? NULL : t->from;
    e.has_if_revision = t->if_revision != 0;
    e.if_revision = t->if_revision;
    if (t->min_pos.seq != 0) {
        sijill__v1__log_pos__init(min_pos);
        min_pos->has_shard = min_pos->has_epoch = min_pos->has_seq = true;
        min_pos->shard = t->min_pos.shard;
        min_pos->epoch = t->min_pos.epoch;
        min_pos->seq = t->min_pos.seq;
        e.min_pos = min_pos;
    }
    return e;
}

/* Whether the message that the first of the queue is in goes on with the second.  `pairs` and
 * `octets` are in it already, without the first. */
static bool
bundle_goes_on(const sijill *s, unsigned pairs, size_t octets)
{
    return s->peer.bundles && pairs + 1 < SJ_BUNDLE_MAX && octets < SJ_FRONT_MAX &&
           s->slots.queued > 1 && s->slots.in_flight + 1 < s->window;
}

static void
queue_send(sijill *s, uint64_t now_ms)
{
    unsigned pairs = 0;
    size_t octets = 0;
    slot *t;

    s->blocked = false;
    while (s->peer.state == PEER_READY && s->slots.in_flight < s->window &&
           (t = slots_first(&s->slots)) != NULL) {
        Sijill__V1__LogPos min_pos;
        Sijill__V1__Envelope envelope = envelope_of(s, t, &min_pos);
        bool more = bundle_goes_on(s, pairs, octets += t->size);
        socket_result result = peer_send(&s->peer, &envelope, t->body, t->size, more);

        if (result == SOCKET_BAD || (result == SOCKET_LATER && pairs > 0)) {
            peer_fail(&s->peer, now_ms); /* half a bundle is none: all of it is asked again */
            return;
        }
        if (result == SOCKET_LATER) {
            s->blocked = true;
            return;
        }
        pairs = more ? pairs + 1 : 0;
        octets = more ? octets : 0;
        t->reply.tries++;
        /* An earlier "come back later" says nothing of what this try does; of one that only reads
         * it is the last that was heard, and why, should nothing come any more. */
        if (!retry_is_query(t->reply.type))
            t->reply.code = SIJILL__V1__CODE__OK;
        slots_sent(&s->slots, t, envelope.id,
                   now_ms + retry_patience_ms(t->reply.type, t->min_pos.seq != 0, t->reply.tries));
        s->counts.sends++;
    }
}

static bool
body_pack(slot *t, const sijill_request *request)
{
    size_t size = request->body != NULL     ? protobuf_c_message_get_packed_size(request->body)
                  : request->packed != NULL ? request->packed_size
                                            : 0;

    if (size > BODY_MAX) {
        errno = EMSGSIZE;
        return false;
    }
    if (size > t->room) {
        uint8_t *grown = realloc(t->body, size);

        if (grown == NULL)
            return false;
        t->body = grown;
        t->room = size;
    }
    t->size = size;
    if (request->body != NULL)
        (void) protobuf_c_message_pack(request->body, t->body);
    else if (size > 0)
        memcpy(t->body, request->packed, size);
    return true;
}

static void
text_copy(char *to, size_t size, const char *from)
{
    size_t length = from == NULL ? 0 : strnlen(from, size - 1);

    if (length > 0)
        memcpy(to, from, length);
    to[length] = '\0';
}

/* For whom, from where, and on what condition. */
static void
circumstances_keep(const sijill *s, slot *t, const sijill_request *request)
{
    bool own = request->delegated || !s->has_credential; /* else never an operator by mistake */

    t->delegated = request->delegated || !own;
    t->has_credential =
        copied(t->credential, sizeof t->credential, own ? request->credential : s->credential);
    t->has_outside = copied(t->outside, sizeof t->outside, request->outside);
    t->has_trace = copied(t->trace, sizeof t->trace, request->trace);
    text_copy(t->from, sizeof t->from, request->from);
    t->if_revision = request->if_revision;
    t->min_pos = request->min_pos;
}

static slot *
submit(sijill *s, const sijill_request *request)
{
    uint64_t now_ms = clock_mono_ms();
    uint32_t deadline_ms = request->deadline_ms == 0 ? s->deadline_ms : request->deadline_ms;
    slot *t = slots_claim(&s->slots);

    if (t == NULL) {
        errno = EAGAIN;
        return NULL;
    }
    if (!body_pack(t, request)) {
        slots_unclaim(&s->slots, t);
        return NULL;
    }
    t->deadline_ms = now_ms + deadline_ms;
    t->expires_ms = clock_wall_ms() + deadline_ms;
    circumstances_keep(s, t, request);
    t->org = request->org == 0 ? s->org : request->org;
    memcpy(t->actor, request->actor == NULL ? s->actor : request->actor, SIJILL_ID_SIZE);
    memset(&t->reply, 0, sizeof t->reply);
    t->reply.context = request->context;
    t->reply.type = request->type;
    t->reply.dry_run = request->dry_run;
    if (request->request_id == NULL)
        sijill_request_id(t->reply.request_id);
    else
        memcpy(t->reply.request_id, request->request_id, SIJILL_ID_SIZE);
    slots_enter(&s->slots, t);
    s->counts.requests++;
    if (s->slots.queued >= SJ_BUNDLE_MAX)
        queue_send(s, now_ms); /* the service need not wait until all are here */
    return t;
}

bool
sijill_submit(sijill *service, const sijill_request *request)
{
    return submit(service, request) != NULL;
}

static void
status_keep(slot *t, const Sijill__V1__Status *status)
{
    t->reply.code = status == NULL ? SIJILL__V1__CODE__OK : status->code;
    t->reply.replayed = status != NULL && status->replayed;
    text_copy(t->reply.detail, sizeof t->reply.detail, status == NULL ? NULL : status->detail);
    text_copy(t->reply.field, sizeof t->reply.field, status == NULL ? NULL : status->field);
}

static void
position_keep(sijill *s, slot *t, const Sijill__V1__LogPos *pos)
{
    if (pos == NULL)
        return;
    t->reply.pos = (sijill_pos){ pos->shard, pos->epoch, pos->seq };
    if (pos->epoch > s->seen.epoch || (pos->epoch == s->seen.epoch && pos->seq > s->seen.seq))
        s->seen = t->reply.pos;
}

static void
answer_keep(slot *t, frame *in)
{
    (void) zmq_msg_init(&t->answer);
    (void) zmq_msg_move(&t->answer, &in->body);
    t->has_answer = true;
    t->reply.body = zmq_msg_data(&t->answer);
    t->reply.size = zmq_msg_size(&t->answer);
}

static void
answered(sijill *s, slot *t, uint64_t now_ms)
{
    const Sijill__V1__Envelope *envelope = s->peer.in.envelope;
    uint64_t wait_ms = 0;

    s->peer.failures = 0;
    if (s->budget < BUDGET_SENDS * BUDGET_SHARE)
        s->budget++;
    if (envelope->has_window && envelope->window > 0)
        s->window = envelope->window > SJ_WINDOW_MAX ? SJ_WINDOW_MAX : envelope->window;
    status_keep(t, envelope->status);
    position_keep(s, t, envelope->pos);
    switch (retry_decide(envelope->status, t->reply.tries, t->faults, &wait_ms)) {
    case RETRY_DONE:
        answer_keep(t, &s->peer.in);
        slots_finish(&s->slots, t);
        break;
    case RETRY_AFTER:
        s->counts.busy++;
        t->faults += t->reply.code == SIJILL__V1__CODE__INTERNAL;
        slots_delay(&s->slots, t, now_ms + wait_ms);
        break;
    case RETRY_GREET:
        peer_greet_again(&s->peer, now_ms);
        break;
    }
}

static void
frame_handle(sijill *s, uint64_t now_ms)
{
    const Sijill__V1__Envelope *envelope = s->peer.in.envelope;
    slot *t = &s->slots.at[envelope->id & (SLOT_COUNT - 1)];
    bool reply =
        envelope->kind == SIJILL__V1__KIND__REPLY || envelope->kind == SIJILL__V1__KIND__ERROR;

    if (reply && t->state == SLOT_SENT && t->id == envelope->id)
        answered(s, t, now_ms);
    else
        s->counts.strays++;
}

/* A session that has ended answers nothing any more: all that was sent in it is to be sent again.
 */
static void
session_follow(sijill *s)
{
    if (s->peer.state == PEER_READY && s->session == s->peer.session)
        return;
    (void) slots_requeue(&s->slots);
    if (s->peer.state == PEER_READY) {
        s->session = s->peer.session;
        s->window = s->peer.window > SJ_WINDOW_MAX ? SJ_WINDOW_MAX : s->peer.window;
    } else if (s->peer.state == PEER_REFUSED) {
        slots_abandon(&s->slots, s->peer.refusal, s->peer.refusal_detail);
    }
}

static void
overdue(sijill *s, uint64_t now_ms)
{
    uint32_t cost = s->slots.in_flight * BUDGET_SHARE;

    s->counts.time_outs++;
    peer_fail(&s->peer, now_ms);
    (void) slots_requeue(&s->slots);
    if (cost > s->budget)
        slots_abandon(&s->slots, SIJILL__V1__CODE__BUSY,
                      "the service answers too late, and enough was sent again");
    else
        s->budget -= cost;
}

static void
turn(sijill *s, uint64_t now_ms)
{
    uint64_t session = s->peer.session;

    while (peer_take(&s->peer, now_ms)) {
        if (s->peer.session != session) {
            session_follow(s);
            session = s->peer.session;
        }
        frame_handle(s, now_ms);
    }
    peer_turn(&s->peer, now_ms);
    session_follow(s);
    if (slots_turn(&s->slots, now_ms))
        overdue(s, now_ms);
    if (s->peer.session == 0 && now_ms >= s->find_by_ms) {
        if (sijill_listens(s->peer.endpoint))
            s->find_by_ms = now_ms + LOOK_AGAIN_MS; /* it is late: deadlines count */
        else
            slots_abandon(&s->slots, SIJILL_UNREACHABLE, "no service answers there");
    }
    queue_send(s, now_ms);
}

static void
lent_release(sijill *s)
{
    if (s->lent != NULL)
        slots_release(&s->slots, s->lent);
    s->lent = NULL;
}

/* When turn wants to be called at the latest. */
static uint64_t
due(const sijill *s)
{
    uint64_t due_ms = peer_due(&s->peer);

    due_ms = due_ms < s->slots.next_due_ms ? due_ms : s->slots.next_due_ms;
    return s->peer.session == 0 && s->find_by_ms < due_ms ? s->find_by_ms : due_ms;
}

/* Until `wanted` (NULL: any) is done, or until_ms. */
static bool
wait_for(sijill *s, const slot *wanted, sijill_reply *reply, uint64_t until_ms)
{
    lent_release(s);
    for (;;) {
        s->lent = slots_take_done(&s->slots, wanted);
        if (s->lent != NULL) {
            *reply = s->lent->reply;
            return true;
        }

        uint64_t now_ms = clock_mono_ms();

        turn(s, now_ms);
        if (s->slots.done.first != SLOT_NONE && (wanted == NULL || wanted->state == SLOT_DONE))
            continue;
        if (s->slots.outstanding == 0 || now_ms >= until_ms)
            return false;

        uint64_t due_ms = due(s);

        peer_sleep(&s->peer, s->blocked, now_ms, due_ms < until_ms ? due_ms : until_ms);
    }
}

bool
sijill_wait(sijill *service, sijill_reply *reply, int timeout_ms)
{
    return wait_for(service, NULL, reply,
                    timeout_ms < 0 ? UINT64_MAX : clock_mono_ms() + (uint64_t) timeout_ms);
}

bool
sijill_call(sijill *service, const sijill_request *request, sijill_reply *reply)
{
    const slot *t = submit(service, request);

    if (t == NULL) {
        memset(reply, 0, sizeof *reply);
        reply->context = request->context;
        reply->type = request->type;
        reply->code = errno == EMSGSIZE ? SIJILL__V1__CODE__TOO_LARGE : SIJILL__V1__CODE__BUSY;
        text_copy(reply->detail, sizeof reply->detail,
                  errno == EMSGSIZE ? "the message is larger than 63 KiB"
                                    : "take some answers first");
        return false;
    }
    return wait_for(service, t, reply, UINT64_MAX) && reply->code == SIJILL__V1__CODE__OK;
}

int
sijill_fd(const sijill *service)
{
    return socket_fd(service->peer.socket);
}

int
sijill_due_ms(const sijill *service)
{
    return clock_until_ms(due(service));
}

size_t
sijill_outstanding(const sijill *service)
{
    return service->slots.outstanding;
}

sijill_pos
sijill_position(const sijill *service)
{
    return service->seen;
}

void
sijill_count(const sijill *service, sijill_counts *counts)
{
    *counts = service->counts;
    counts->greetings = service->peer.session;
    counts->instances = service->peer.instances;
    counts->window = service->window;
}

void *
sijill_unpack(const sijill_reply *reply, const ProtobufCMessageDescriptor *type)
{
    return protobuf_c_message_unpack(type, NULL, reply->size,
                                     reply->body == NULL ? (const uint8_t *) "" : reply->body);
}

void
sijill_free(void *message)
{
    if (message != NULL)
        protobuf_c_message_free_unpacked(message, NULL);
}

const char *
sijill_code_name(uint32_t code)
{
    return code == SIJILL_UNREACHABLE ? "UNREACHABLE" : sj_code_name(code);
}
