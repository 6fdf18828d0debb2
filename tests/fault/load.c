/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fault/load.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 512, WITHDRAW_ONE_IN = 8, EVIDENCE_AHEAD = 64, REFUSED_MS = 200 };

/* splitmix64: small, and the same everywhere. */
uint64_t
load_chance(load *l, uint64_t below)
{
    uint64_t z = l->chance += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

void
load_email(uint32_t number, char email[64])
{
    (void) snprintf(email, 64, "p%u@example.org", number);
}

bool
load_person(const char *email, uint32_t *number)
{
    char *end;

    if (email == NULL || email[0] != 'p')
        return false;
    *number = (uint32_t) strtoul(email + 1, &end, 10);
    return strcmp(end, "@example.org") == 0;
}

size_t
load_count(const load *l, errand e, fate f)
{
    size_t count = 0;

    for (size_t i = 0; i < l->request_count; i++)
        count += l->requests[i].errand == e && l->requests[i].fate == f;
    return count;
}

static void *
grown(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room == 0 ? 4096 : *room * 2;
    array = realloc(array, *room * size);
    assert_non_null(array);
    return array;
}

static uint32_t
type_of(errand e)
{
    static const uint32_t types[] = { 110, 112, 200, 300 };

    return types[e];
}

static size_t
body_register(load *l, uint32_t number, uint8_t *body)
{
    register_form form;
    char email[64];

    load_email(number, email);
    register_form_fill(&form, l->events[number % EVENT_COUNT], email);
    return sijill__v1__register__pack(&form.message, body);
}

static size_t
body_withdraw(load *l, uint32_t number, uint8_t *body)
{
    Sijill__V1__DecideRegistration message = SIJILL__V1__DECIDE_REGISTRATION__INIT;

    message.has_event_id = message.has_registration_id = message.has_decision = 1;
    message.event_id = id_data(l->events[number % EVENT_COUNT]);
    message.registration_id = id_data(l->persons[number].registration);
    message.decision = SIJILL__V1__DECISION__WITHDRAW;
    return sijill__v1__decide_registration__pack(&message, body);
}

static size_t
body_evidence(load *l, request *r, uint8_t *body)
{
    Sijill__V1__Evidence piece = SIJILL__V1__EVIDENCE__INIT;
    Sijill__V1__Evidence *pieces[] = { &piece };
    Sijill__V1__RecordEvidence message = SIJILL__V1__RECORD_EVIDENCE__INIT;

    sijill_request_id(r->subject);
    piece.has_event_id = piece.has_registration_id = piece.has_nonce = piece.has_kind = 1;
    piece.has_source = piece.has_mark = piece.has_session = piece.has_occurred_ms = 1;
    piece.event_id = id_data(l->events[EVENT_ENDED]);
    piece.registration_id = id_data(l->persons[r->person].registration);
    piece.nonce = id_data(r->subject);
    piece.kind = SIJILL__V1__EVIDENCE_KIND__MARK;
    piece.source = SIJILL__V1__EVIDENCE_SOURCE__TRAINER_MARK;
    piece.mark = SIJILL__V1__MARK_VALUE__PRESENT;
    piece.session = 1;
    piece.occurred_ms = wall_ms();
    message.n_evidence = 1;
    message.evidence = pieces;
    return sijill__v1__record_evidence__pack(&message, body);
}

static size_t
body_issue(load *l, uint32_t number, uint8_t *body)
{
    Sijill__V1__IssueCertificate message = SIJILL__V1__ISSUE_CERTIFICATE__INIT;

    message.has_event_id = message.has_registration_id = message.has_kind = 1;
    message.event_id = id_data(l->events[EVENT_ENDED]);
    message.registration_id = id_data(l->persons[number].registration);
    message.kind = SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE;
    return sijill__v1__issue_certificate__pack(&message, body);
}

static bool
submit(lane *to, const request *r, size_t index, sijill_pos after)
{
    sijill_request wire = { .type = type_of(r->errand),
                            .packed = r->body,
                            .packed_size = r->body_size,
                            .request_id = r->id,
                            .min_pos = after,
                            .context = (void *) (uintptr_t) index };

    return sijill_submit(to->client, &wire);
}

static void
send_new(load *l, lane *to, errand e, uint32_t number)
{
    uint8_t body[BODY_MAX];
    request *r;

    l->requests = grown(l->requests, l->request_count, &l->request_room, sizeof *l->requests);
    r = &l->requests[l->request_count];
    *r = (request){ .errand = e, .fate = FATE_SENT, .person = number };
    r->lane = (uint8_t) (to - l->lanes);
    sijill_request_id(r->id);
    r->body_size = (uint32_t) (e == ERRAND_REGISTER   ? body_register(l, number, body)
                               : e == ERRAND_WITHDRAW ? body_withdraw(l, number, body)
                               : e == ERRAND_EVIDENCE ? body_evidence(l, r, body)
                                                      : body_issue(l, number, body));
    r->body = malloc(r->body_size);
    assert_non_null(r->body);
    memcpy(r->body, body, r->body_size);
    assert_true(submit(to, r, l->request_count++,
                       e == ERRAND_ISSUE      ? l->attended
                       : e == ERRAND_EVIDENCE ? l->known
                                              : (sijill_pos){ .seq = 0 }));
}

/* False: nothing to ask of registration now. */
static bool
next_registration(load *l, lane *to)
{
    if (l->person_count > 0 && load_chance(l, WITHDRAW_ONE_IN) == 0) {
        uint32_t number = (uint32_t) load_chance(l, l->person_count);
        person *p = &l->persons[number];

        if (number % EVENT_COUNT == EVENT_NARROW && p->is_there && !p->withdrawing) {
            p->withdrawing = true;
            send_new(l, to, ERRAND_WITHDRAW, number);
            return true;
        }
    }
    if (l->person_count >= l->limit)
        return false;
    l->persons = grown(l->persons, l->person_count, &l->person_room, sizeof *l->persons);
    l->persons[l->person_count] = (person){ .is_there = false };
    send_new(l, to, ERRAND_REGISTER, (uint32_t) l->person_count++);
    return true;
}

/* Somebody of the event that has ended whose registration is acknowledged, and who wants no less.
 */
static bool
next_evidence(load *l, lane *to)
{
    for (size_t looked = 0; looked < l->person_count; looked += EVENT_COUNT) {
        size_t number = l->next_evidence;
        person *p;

        if (number >= l->person_count)
            number = EVENT_ENDED;
        l->next_evidence = number + EVENT_COUNT;
        p = &l->persons[number];
        if (number < l->person_count && p->is_there && p->evidence < EVIDENCE_EACH) {
            p->evidence++;
            send_new(l, to, ERRAND_EVIDENCE, (uint32_t) number);
            return true;
        }
        if (looked > EVIDENCE_AHEAD * EVENT_COUNT)
            break;
    }
    return false;
}

static bool
next_issue(load *l, lane *to)
{
    for (size_t looked = 0; looked < EVIDENCE_AHEAD; looked++) {
        size_t number = l->next_issue;
        person *p;

        if (number >= l->person_count) {
            l->next_issue = EVENT_ENDED;
            return false;
        }
        l->next_issue = number + EVENT_COUNT;
        p = &l->persons[number];
        if (p->is_there && p->evidence > 0 && !p->issuing && p->patience_ms <= mono_ms()) {
            p->issuing = true;
            send_new(l, to, ERRAND_ISSUE, (uint32_t) number);
            return true;
        }
    }
    return false;
}

static bool
send_next(load *l, lane *to)
{
    if (to->service == REGISTRATION)
        return next_registration(l, to);
    return to->service == ATTENDANCE ? next_evidence(l, to) : next_issue(l, to);
}

static void
note_subject(load *l, request *r, const sijill_reply *reply)
{
    person *p = &l->persons[r->person];

    if (r->errand == ERRAND_REGISTER) {
        Sijill__V1__Registered *in = sijill_unpack(reply, &sijill__v1__registered__descriptor);

        assert_non_null(in);
        assert_int_equal(in->registration_id.len, SIJILL_ID_SIZE);
        memcpy(r->subject, in->registration_id.data, SIJILL_ID_SIZE);
        memcpy(p->registration, r->subject, SIJILL_ID_SIZE);
        p->is_there = true;
        if (l->known.seq == 0)
            l->known = reply->pos;
        sijill_free(in);
    } else if (r->errand == ERRAND_ISSUE) {
        Sijill__V1__Issued *in = sijill_unpack(reply, &sijill__v1__issued__descriptor);

        assert_non_null(in);
        assert_int_equal(in->certificate_id.len, SIJILL_ID_SIZE);
        memcpy(r->subject, in->certificate_id.data, SIJILL_ID_SIZE);
        sijill_free(in);
    } else if (r->errand == ERRAND_EVIDENCE && reply->pos.seq > l->attended.seq) {
        l->attended = reply->pos;
    }
}

static void
on_refusal(load *l, request *r, const sijill_reply *reply)
{
    uint32_t code = reply->code;

    if (code == SIJILL__V1__CODE__PRECONDITION || code == SIJILL__V1__CODE__NOT_FOUND ||
        code == SIJILL__V1__CODE__CONFLICT || code == SIJILL__V1__CODE__FULL ||
        code == SIJILL__V1__CODE__INVALID || code == SIJILL__V1__CODE__CLOSED) {
        r->fate = FATE_REFUSED;
        l->refused++;
        /* Only a certificate may be asked for before its verdict is there. */
        if (r->errand != ERRAND_ISSUE)
            fail_msg("request of kind %d refused: %s: %s", (int) r->errand, sijill_code_name(code),
                     reply->detail);
        l->persons[r->person].issuing = false;
        l->persons[r->person].patience_ms = mono_ms() + REFUSED_MS;
    } else {
        r->fate = FATE_UNKNOWN;
        l->lost++;
        print_message("# lost: kind %d, %s: %s\n", (int) r->errand, sijill_code_name(code),
                      reply->detail);
    }
}

static void
on_reply(load *l, const sijill_reply *reply)
{
    request *r = &l->requests[(size_t) (uintptr_t) reply->context];

    assert_int_equal(r->fate, FATE_SENT); /* one answer to one request */
    if (reply->code != SIJILL__V1__CODE__OK) {
        on_refusal(l, r, reply);
        return;
    }
    r->fate = FATE_ACKNOWLEDGED;
    r->answer_size = (uint32_t) reply->size;
    r->answer = malloc(reply->size + 1);
    assert_non_null(r->answer);
    if (reply->size > 0)
        memcpy(r->answer, reply->body, reply->size);
    note_subject(l, r, reply);
}

void
load_turn(load *l)
{
    for (size_t i = 0; i < LANES_MAX; i++) {
        lane *at = &l->lanes[i];
        sijill_reply reply;

        while (sijill_outstanding(at->client) < LANE_DEPTH && send_next(l, at))
            ;
        while (sijill_wait(at->client, &reply, 0))
            on_reply(l, &reply);
    }
}

bool
load_complete(const load *l)
{
    for (size_t i = 0; i < LANES_MAX; i++)
        if (sijill_outstanding(l->lanes[i].client) > 0)
            return false;
    for (size_t i = EVENT_ENDED; i < l->person_count; i += EVENT_COUNT)
        if (l->persons[i].is_there &&
            (l->persons[i].evidence < EVIDENCE_EACH || !l->persons[i].issuing))
            return false;
    return l->person_count >= l->limit;
}

void
load_finish(load *l)
{
    for (size_t i = 0; i < LANES_MAX; i++) {
        sijill_reply reply;

        while (sijill_wait(l->lanes[i].client, &reply, -1))
            on_reply(l, &reply);
    }
}

/* All that this lane sent and nobody answered is unknown from now on. */
void
load_abandon(load *l, size_t i)
{
    lane *at = &l->lanes[i];

    sijill_close(&at->client);
    for (size_t r = 0; r < l->request_count; r++)
        if (l->requests[r].fate == FATE_SENT && l->requests[r].lane == i)
            l->requests[r].fate = FATE_UNKNOWN;
    at->client = service_connect(l->world, at->service);
}

static which
service_of(errand e)
{
    return e == ERRAND_EVIDENCE ? ATTENDANCE : e == ERRAND_ISSUE ? CERTIFICATE : REGISTRATION;
}

static void
repeat_at(load *l, which service, fate as, load_answered *answered)
{
    lane to = { service, service_connect(l->world, service) };
    sijill_reply reply;

    for (size_t i = 0; i < l->request_count; i++) {
        request *r = &l->requests[i];

        if (r->fate != as || service_of(r->errand) != service)
            continue;
        while (sijill_outstanding(to.client) >= 2 * LANE_DEPTH &&
               sijill_wait(to.client, &reply, -1))
            answered(l, &l->requests[(size_t) (uintptr_t) reply.context], &reply);
        assert_true(submit(&to, r, i, (sijill_pos){ .seq = 0 }));
    }
    while (sijill_wait(to.client, &reply, -1))
        answered(l, &l->requests[(size_t) (uintptr_t) reply.context], &reply);
    sijill_close(&to.client);
}

void
load_repeat(load *l, fate as, load_answered *answered)
{
    for (which s = REGISTRATION; s < SIGNER; s++)
        repeat_at(l, s, as, answered);
}

void
load_open(load *l, world *w, uint64_t seed)
{
    static const which services[LANES_MAX] = { REGISTRATION, REGISTRATION, REGISTRATION,
                                               ATTENDANCE,   ATTENDANCE,   CERTIFICATE };
    Sijill__V1__EventRules narrow = SIJILL__V1__EVENT_RULES__INIT;

    memset(l, 0, sizeof *l);
    l->world = w;
    l->chance = seed;
    l->next_issue = EVENT_ENDED;
    for (size_t i = 0; i < LANES_MAX; i++)
        l->lanes[i] = (lane){ services[i], service_connect(w, services[i]) };
    narrow.has_capacity = narrow.has_waiting_list = 1;
    narrow.capacity = NARROW_SEATS;
    narrow.waiting_list = 1;
    define_organisation(l->lanes[0].client);
    define_event(l->lanes[0].client, "ended", true, NULL, l->events[EVENT_ENDED]);
    define_event(l->lanes[0].client, "narrow", false, &narrow, l->events[EVENT_NARROW]);
    define_event(l->lanes[0].client, "wide", false, NULL, l->events[EVENT_WIDE]);
}

void
load_close(load *l)
{
    for (size_t i = 0; i < LANES_MAX; i++)
        sijill_close(&l->lanes[i].client);
    for (size_t i = 0; i < l->request_count; i++) {
        free(l->requests[i].body);
        free(l->requests[i].answer);
    }
    free(l->requests);
    free(l->persons);
}
