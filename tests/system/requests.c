/* SPDX-License-Identifier: Apache-2.0 */
/* What a request's envelope promises: ids, deadlines, dry runs, barriers, windows. */
#include "tests/system/raw.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum {
    BURST = 3000,
    PARKED_MAX_MS = 50000,
    FLOODS = 2,
    FLOOD_MAX = 2000000,
    QUESTIONS = 50,
    SLOWEST_MS = 10000
};

static world at;
static char front[WORLD_PATH];
static uint8_t event[SIJILL_ID_SIZE];

static int
open_registration(void **state)
{
    sijill *service;

    (void) state;
    world_open(&at);
    service_start(&at, REGISTRATION);
    service_await(&at, REGISTRATION);
    (void) service_endpoint(&at, REGISTRATION, "", front);
    service = service_connect(&at, REGISTRATION);
    define_organisation(service);
    define_event(service, "course", false, NULL, event);
    sijill_close(&service);
    return 0;
}

static int
close_registration(void **state)
{
    (void) state;
    world_close(&at);
    return 0;
}

static uint32_t
confirmed(void)
{
    sijill *service = service_connect(&at, REGISTRATION);
    Sijill__V1__GetEvent get = SIJILL__V1__GET_EVENT__INIT;
    Sijill__V1__EventView *view;
    uint32_t count;

    get.has_event_id = 1;
    get.event_id = id_data(event);
    view = ask_for(service, 150, &get.base, &sijill__v1__event_view__descriptor);
    count = view->confirmed_all;
    sijill_free(view);
    sijill_close(&service);
    return count;
}

static uint32_t
register_as(const uint8_t id[SIJILL_ID_SIZE], const char *actor, const char *email,
            sijill_reply *reply)
{
    sijill *service = service_connect(&at, REGISTRATION);
    sijill_request request = { .type = 110, .request_id = id };
    uint8_t principal[SIJILL_ID_SIZE];
    register_form form;

    sijill_actor(actor, principal);
    register_form_fill(&form, event, email);
    request.body = &form.message.base;
    request.actor = principal;
    (void) sijill_call(service, &request, reply);
    sijill_close(&service);
    return reply->code;
}

static void
an_id_used_for_another_request_is_refused_and_nothing_is_done(void **state)
{
    uint8_t id[SIJILL_ID_SIZE];
    uint32_t before = confirmed();
    sijill_reply reply;

    (void) state;
    sijill_request_id(id);
    assert_int_equal(register_as(id, "a", "one@example.org", &reply), SIJILL__V1__CODE__OK);
    assert_false(reply.replayed);
    assert_int_equal(register_as(id, "a", "two@example.org", &reply), SIJILL__V1__CODE__KEY_REUSED);
    assert_int_equal(register_as(id, "a", "one@example.org", &reply), SIJILL__V1__CODE__OK);
    assert_true(reply.replayed);
    assert_int_equal(confirmed(), before + 1);
}

/* Ids are a peer's own: another may use the same, and learns nothing by it. */
static void
an_id_belongs_to_its_actor(void **state)
{
    uint8_t id[SIJILL_ID_SIZE];
    sijill_reply reply;

    (void) state;
    sijill_request_id(id);
    assert_int_equal(register_as(id, "a", "three@example.org", &reply), SIJILL__V1__CODE__OK);
    assert_int_equal(register_as(id, "b", "four@example.org", &reply), SIJILL__V1__CODE__OK);
    assert_false(reply.replayed);
}

static void
an_id_out_of_its_time_is_expired_and_nothing_is_done(void **state)
{
    static const int64_t minute_ms = 60 * 1000;
    static const int64_t day_ms = 24 * 60 * minute_ms;
    const struct {
        int64_t shift_ms;
        uint32_t code;
    } rows[] = { { -8 * day_ms, SIJILL__V1__CODE__EXPIRED },
                 { -6 * day_ms, SIJILL__V1__CODE__OK },
                 { 9 * minute_ms, SIJILL__V1__CODE__OK },
                 { 12 * minute_ms, SIJILL__V1__CODE__EXPIRED } };
    uint32_t before = confirmed();

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t made_ms = (uint64_t) ((int64_t) wall_ms() + rows[i].shift_ms);
        uint8_t id[SIJILL_ID_SIZE];
        sijill_reply reply;
        char email[64];

        sijill_request_id(id);
        for (int octet = 0; octet < 6; octet++)
            id[octet] = (uint8_t) (made_ms >> (40 - 8 * octet));
        (void) snprintf(email, sizeof email, "late-%zu@example.org", i);
        assert_int_equal(register_as(id, "a", email, &reply), rows[i].code);
    }
    assert_int_equal(confirmed(), before + 2);
}

static void
a_request_past_its_deadline_is_expired_and_nothing_is_done(void **state)
{
    uint32_t before = confirmed();
    Sijill__V1__Envelope e;
    register_form form;
    raw r;

    (void) state;
    raw_open(&r, front);
    raw_greet(&r);
    register_form_fill(&form, event, "too-late@example.org");
    e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, 110);
    e.has_expires_at_ms = 1;
    e.expires_at_ms = wall_ms() - 10000;
    raw_send_message(&r, &e, &form.message.base);
    raw_expect(&r, SIJILL__V1__KIND__REPLY);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__EXPIRED);
    raw_close(&r);
    assert_int_equal(confirmed(), before);
}

static void
a_dry_run_answers_and_leaves_no_trace(void **state)
{
    Sijill__V1__ServiceStatus *before = service_status(&at, REGISTRATION), *after;
    sijill *service = service_connect(&at, REGISTRATION);
    sijill_request request = { .type = 110, .dry_run = true };
    register_form form;
    sijill_reply reply;

    (void) state;
    register_form_fill(&form, event, "dry@example.org");
    request.body = &form.message.base;
    for (int i = 0; i < 3; i++) {
        Sijill__V1__Registered *in;

        assert_true(sijill_call(service, &request, &reply));
        assert_false(reply.replayed);
        in = sijill_unpack(&reply, &sijill__v1__registered__descriptor);
        assert_int_equal(in->state, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
        assert_int_equal(in->outcome, SIJILL__V1__OUTCOME__CREATED);
        sijill_free(in);
    }
    after = service_status(&at, REGISTRATION);
    assert_memory_equal(after->digest.data, before->digest.data, 16);
    assert_int_equal(after->head->seq, before->head->seq);
    sijill_free(before);
    sijill_free(after);
    sijill_close(&service);
}

static void
a_position_that_does_not_come_is_lagging_within_bounds(void **state)
{
    Sijill__V1__LogPos position = SIJILL__V1__LOG_POS__INIT;
    uint64_t began_ms;
    Sijill__V1__Envelope e;
    raw r;

    (void) state;
    raw_open(&r, front);
    raw_greet(&r);
    position.has_shard = position.has_seq = 1;
    position.shard = 1;
    position.seq = UINT64_MAX;
    e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, 151);
    e.min_pos = &position;
    began_ms = mono_ms();
    raw_send(&r, &e, "", 0);
    raw_expect(&r, SIJILL__V1__KIND__REPLY);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__LAGGING);
    print_message("# LAGGING after %u ms\n", (unsigned) (mono_ms() - began_ms));
    assert_true(mono_ms() - began_ms < PARKED_MAX_MS);
    raw_close(&r);
}

/* Those who wait for a position are not waited for by others, however many they are. */
static void
requests_that_wait_for_a_position_hold_up_nobody(void **state)
{
    Sijill__V1__LogPos position = SIJILL__V1__LOG_POS__INIT;
    raw r[8];

    (void) state;
    position.has_shard = position.has_seq = 1;
    position.shard = 1;
    position.seq = UINT64_MAX;
    for (size_t i = 0; i < 8; i++) {
        raw_open(&r[i], front);
        raw_greet(&r[i]);
        for (int n = 0; n < SJ_WINDOW_FIRST; n++) {
            Sijill__V1__Envelope e = raw_envelope(&r[i], SIJILL__V1__KIND__REQUEST, 151);

            e.min_pos = &position;
            raw_send(&r[i], &e, "", 0);
        }
    }
    (void) confirmed(); /* answered at once, or the time-out of the library would show */
    for (size_t i = 0; i < 8; i++) {
        for (int n = 0; n < SJ_WINDOW_FIRST; n++) {
            raw_expect(&r[i], SIJILL__V1__KIND__REPLY);
            assert_int_equal(raw_code(&r[i]), SIJILL__V1__CODE__LAGGING);
        }
        raw_close(&r[i]);
    }
}

/* ---- windows -----------------------------------------------------------------------------------
 */

typedef struct burst {
    uint8_t keys[BURST][SIJILL_ID_SIZE];
    bool done[BURST];
    unsigned busy, answered;
} burst;

static void
send_burst(raw *r, burst *b)
{
    for (size_t i = 0; i < BURST; i++) {
        Sijill__V1__Envelope e;
        register_form form;
        char email[64];

        if (b->done[i])
            continue;
        (void) snprintf(email, sizeof email, "burst-%zu@example.org", i);
        register_form_fill(&form, event, email);
        e = raw_envelope(r, SIJILL__V1__KIND__REQUEST, 110);
        e.id = i + 1;
        e.key = id_data(b->keys[i]);
        raw_send_message(r, &e, &form.message.base);
    }
}

static void
take_burst(raw *r, burst *b)
{
    size_t wanted = 0;

    for (size_t i = 0; i < BURST; i++)
        wanted += !b->done[i];
    for (size_t n = 0; n < wanted; n++) {
        raw_expect(r, SIJILL__V1__KIND__REPLY);
        assert_in_range(r->in->id, 1, BURST);
        assert_false(b->done[r->in->id - 1]); /* one answer to each */
        b->answered++;
        if (raw_code(r) == SIJILL__V1__CODE__BUSY) {
            b->busy++;
            assert_int_equal(r->in->status->retry, SIJILL__V1__RETRY__RETRY_HERE);
            assert_true(r->in->status->retry_after_ms > 0);
        } else {
            assert_int_equal(raw_code(r), SIJILL__V1__CODE__OK);
            b->done[r->in->id - 1] = true;
        }
    }
}

static void
requests_beyond_the_window_are_told_busy_and_none_is_lost(void **state)
{
    static burst b;
    uint32_t before = confirmed();
    unsigned rounds = 0;
    size_t left;
    raw r;

    (void) state;
    raw_open(&r, front);
    raw_greet(&r);
    for (size_t i = 0; i < BURST; i++)
        sijill_request_id(b.keys[i]);
    do {
        send_burst(&r, &b);
        take_burst(&r, &b);
        left = 0;
        for (size_t i = 0; i < BURST; i++)
            left += !b.done[i];
        assert_true(++rounds < BURST);
    } while (left > 0);
    print_message("# %u answers, %u of them BUSY, in %u rounds\n", b.answered, b.busy, rounds);
    assert_true(b.busy > 0);
    assert_int_equal(confirmed(), before + BURST);
    raw_close(&r);
}

/* ---- floods ------------------------------------------------------------------------------------
 */

typedef struct flood {
    pthread_t thread;
    atomic_bool over;
    unsigned long sent;
} flood;

static void *
send_pings(void *context)
{
    flood *f = context;
    raw r;

    raw_open(&r, front);
    raw_greet(&r);
    while (!atomic_load(&f->over) && f->sent < FLOOD_MAX) {
        Sijill__V1__Envelope e = raw_envelope(&r, SIJILL__V1__KIND__PING, 0);

        raw_send(&r, &e, "", 0);
        f->sent++;
    }
    raw_close(&r);
    return NULL;
}

/* Those who send without end are answered between others, not instead of them. */
static void
peers_that_flood_do_not_hold_up_others(void **state)
{
    static flood floods[FLOODS];
    Sijill__V1__ListEvents list = SIJILL__V1__LIST_EVENTS__INIT;
    sijill *service = service_connect(&at, REGISTRATION);
    uint64_t slowest_ms = 0;
    unsigned long sent = 0;
    sijill_reply reply;

    (void) state;
    for (size_t i = 0; i < FLOODS; i++)
        assert_int_equal(pthread_create(&floods[i].thread, NULL, send_pings, &floods[i]), 0);
    for (int i = 0; i < QUESTIONS; i++) {
        uint64_t began_ms = mono_ms();

        assert_int_equal(ask(service, 151, &list.base, &reply), SIJILL__V1__CODE__OK);
        if (mono_ms() - began_ms > slowest_ms)
            slowest_ms = mono_ms() - began_ms;
    }
    for (size_t i = 0; i < FLOODS; i++) {
        atomic_store(&floods[i].over, true);
        assert_int_equal(pthread_join(floods[i].thread, NULL), 0);
        sent += floods[i].sent;
    }
    print_message("# slowest answer beside %lu pings: %u ms\n", sent, (unsigned) slowest_ms);
    assert_true(slowest_ms < SLOWEST_MS);
    sijill_close(&service);
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(an_id_used_for_another_request_is_refused_and_nothing_is_done),
        cmocka_unit_test(an_id_belongs_to_its_actor),
        cmocka_unit_test(an_id_out_of_its_time_is_expired_and_nothing_is_done),
        cmocka_unit_test(a_request_past_its_deadline_is_expired_and_nothing_is_done),
        cmocka_unit_test(a_dry_run_answers_and_leaves_no_trace),
        cmocka_unit_test(a_position_that_does_not_come_is_lagging_within_bounds),
        cmocka_unit_test(requests_that_wait_for_a_position_hold_up_nobody),
        cmocka_unit_test(requests_beyond_the_window_are_told_busy_and_none_is_lost),
        cmocka_unit_test(peers_that_flood_do_not_hold_up_others),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_registration, close_registration);
}
