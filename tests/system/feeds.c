/* SPDX-License-Identifier: Apache-2.0 */
/* The feed, frame by frame: ranges without a gap, credit, filters, a producer that restarts. */
#include "tests/system/raw.h"

#include <string.h>

enum { PEOPLE = 2000, CREDIT = 4096, OUTSTANDING = 256 };
enum { HEARINGS = 2, HEARD_BY_MS = HEARINGS * 10 * 500 /* ten times SJ_FEED_RUSH_MS */ };

static world at;
static char feed[WORLD_PATH];
static uint8_t event[SIJILL_ID_SIZE];

/* One more; when OUTSTANDING are on their way, until `left` are. */
static void
register_one(sijill *service, const char *prefix, unsigned number, size_t left)
{
    sijill_request request = { .type = 110 };
    register_form form;
    char email[64];
    sijill_reply reply;

    (void) snprintf(email, sizeof email, "%s-%u@example.org", prefix, number);
    register_form_fill(&form, event, email);
    request.body = &form.message.base;
    assert_true(sijill_submit(service, &request));
    if (sijill_outstanding(service) < OUTSTANDING)
        return;
    while (sijill_outstanding(service) > left && sijill_wait(service, &reply, -1))
        assert_int_equal(reply.code, SIJILL__V1__CODE__OK);
}

static void
register_people(const char *prefix, unsigned count)
{
    sijill *service = service_connect(&at, REGISTRATION);
    sijill_reply reply;

    for (unsigned i = 0; i < count; i++)
        register_one(service, prefix, i, OUTSTANDING - 1);
    while (sijill_wait(service, &reply, -1))
        assert_int_equal(reply.code, SIJILL__V1__CODE__OK);
    sijill_close(&service);
}

static int
open_registration(void **state)
{
    sijill *service;

    (void) state;
    world_open(&at);
    service_start(&at, REGISTRATION);
    service_await(&at, REGISTRATION);
    (void) service_endpoint(&at, REGISTRATION, ".feed", feed);
    service = service_connect(&at, REGISTRATION);
    define_organisation(service);
    define_event(service, "course", false, NULL, event);
    sijill_close(&service);
    register_people("person", PEOPLE);
    return 0;
}

static int
close_registration(void **state)
{
    (void) state;
    world_close(&at);
    return 0;
}

static uint64_t
head_of(void)
{
    Sijill__V1__ServiceStatus *status = service_status(&at, REGISTRATION);
    uint64_t seq = status->head->seq;

    sijill_free(status);
    return seq;
}

static void
subscribe(raw *r, uint64_t epoch, uint64_t after, uint64_t credit)
{
    Sijill__V1__Envelope e = raw_envelope(r, SIJILL__V1__KIND__SUBSCRIBE, 0);
    Sijill__V1__Subscribe body = SIJILL__V1__SUBSCRIBE__INIT;
    Sijill__V1__LogPos position = SIJILL__V1__LOG_POS__INIT;

    position.has_shard = position.has_epoch = position.has_seq = 1;
    position.shard = 1;
    position.epoch = epoch;
    position.seq = after;
    body.has_shard = body.has_credit_bytes = 1;
    body.shard = 1;
    body.after = &position;
    body.credit_bytes = credit;
    raw_send_message(r, &e, &body.base);
}

static void
grant(raw *r, uint64_t octets)
{
    Sijill__V1__Envelope e = raw_envelope(r, SIJILL__V1__KIND__CREDIT, 0);
    Sijill__V1__Credit body = SIJILL__V1__CREDIT__INIT;

    body.has_bytes = 1;
    body.bytes = octets;
    raw_send_message(r, &e, &body.base);
}

/* Check one RECORDS or HEAD against the position, which moves; its records. */
static size_t
follow(const raw *r, uint64_t *position)
{
    size_t count;

    if (r->in->kind == SIJILL__V1__KIND__HEAD) {
        Sijill__V1__Head *head = raw_unpack(r, &sijill__v1__head__descriptor);

        assert_true(head->covered->seq >= *position);
        *position = head->covered->seq;
        sijill_free(head);
        return 0;
    }

    Sijill__V1__Records *in = raw_unpack(r, &sijill__v1__records__descriptor);

    assert_int_equal(r->in->kind, SIJILL__V1__KIND__RECORDS);
    assert_int_equal(in->from->seq, *position);
    assert_true(in->n_record <= SJ_FEED_RECORDS_MAX);
    assert_true(r->body_size <= SJ_FEED_BODY_MAX);
    for (size_t i = 0; i < in->n_record; i++) {
        assert_true(in->record[i]->seq > *position);
        *position = in->record[i]->seq;
    }
    assert_true(in->to->seq >= *position);
    *position = in->to->seq;
    count = in->n_record;
    sijill_free(in);
    return count;
}

static void
ranges_have_no_gap_and_reach_the_head(void **state)
{
    uint64_t position = 0, head = head_of();
    size_t records = 0;
    raw r;

    (void) state;
    raw_open(&r, feed);
    raw_greet(&r);
    subscribe(&r, 0, 0, SJ_FEED_CREDIT * 8);
    raw_expect(&r, SIJILL__V1__KIND__SUBSCRIBED);
    while (position < head) {
        assert_true(raw_take(&r, RAW_PATIENCE_MS));
        records += follow(&r, &position);
    }
    assert_int_equal(position, head);
    assert_int_equal(records, PEOPLE + 2); /* the organisation and the event */
    raw_close(&r);
}

/* How many records come until nothing but heads does. */
static size_t
drain(raw *r, uint64_t *position, uint64_t *octets)
{
    unsigned heads = 0;
    size_t records = 0;

    while (heads < 2) {
        assert_true(raw_take(r, RAW_PATIENCE_MS)); /* a HEAD comes when there is nothing else */
        heads = r->in->kind == SIJILL__V1__KIND__HEAD ? heads + 1 : 0;
        if (r->in->kind == SIJILL__V1__KIND__RECORDS)
            *octets += r->body_size;
        records += follow(r, position);
    }
    return records;
}

static void
without_credit_nothing_is_sent(void **state)
{
    uint64_t position = 0, octets = 0, granted = CREDIT;
    size_t records;
    raw r;

    (void) state;
    raw_open(&r, feed);
    raw_greet(&r);
    subscribe(&r, 0, 0, CREDIT);
    raw_expect(&r, SIJILL__V1__KIND__SUBSCRIBED);
    records = drain(&r, &position, &octets);
    for (int i = 0; i < 3; i++) {
        assert_true(records > 0 && records < PEOPLE);
        assert_true(octets < granted + 2048); /* the record that goes over the edge */
        grant(&r, CREDIT);
        granted += CREDIT;
        records += drain(&r, &position, &octets);
    }
    assert_true(octets > granted - 2048);
    raw_close(&r);
}

static void
a_position_that_never_was_has_diverged(void **state)
{
    uint64_t head = head_of();
    const struct {
        uint64_t epoch, seq;
    } rows[] = { { 1, head + 1 }, { 1, UINT64_MAX }, { 2, 1 }, { UINT64_MAX, 5 } };

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        raw r;

        raw_open(&r, feed);
        raw_greet(&r);
        subscribe(&r, rows[i].epoch, rows[i].seq, CREDIT);
        raw_expect(&r, SIJILL__V1__KIND__ERROR);
        assert_int_equal(raw_code(&r), SIJILL__V1__CODE__DIVERGED);
        raw_close(&r);
    }
}

static void
another_kind_on_the_feed_socket_is_unsupported(void **state)
{
    Sijill__V1__Envelope e;
    raw r;

    (void) state;
    raw_open(&r, feed);
    raw_greet(&r);
    e = raw_envelope(&r, SIJILL__V1__KIND__REQUEST, 151);
    raw_send(&r, &e, "", 0);
    raw_expect(&r, SIJILL__V1__KIND__ERROR);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__UNSUPPORTED);
    e = raw_envelope(&r, SIJILL__V1__KIND__SUBSCRIBE, 0);
    raw_send(&r, &e, "\xff\xff", 2);
    raw_expect(&r, SIJILL__V1__KIND__ERROR);
    assert_int_equal(raw_code(&r), SIJILL__V1__CODE__BAD_MESSAGE);
    raw_close(&r);
}

/* ---- by the library ----------------------------------------------------------------------------
 */

typedef struct reading {
    uint64_t seq;
    size_t records;
    uint32_t only; /* 0: any type */
} reading;

static void
on_record(void *context, const Sijill__V1__Record *record)
{
    reading *in = context;

    assert_true(record->seq > in->seq);
    if (in->only != 0)
        assert_int_equal(record->type, in->only);
    in->seq = record->seq;
    in->records++;
}

static void
read_to(sijill_feed *f, uint64_t seq, reading *in)
{
    uint64_t until = mono_ms() + WORLD_ANSWER_MS;
    char detail[SIJILL_DETAIL_SIZE] = "";

    while (sijill_feed_position(f).seq < seq && mono_ms() < until)
        if (sijill_feed_read(f, 500, on_record, in, detail) != SIJILL__V1__CODE__OK)
            fail_msg("the feed ended: %s", detail);
    assert_true(sijill_feed_position(f).seq >= seq);
}

static void
a_filter_lets_one_type_through_and_still_reaches_the_head(void **state)
{
    static const uint32_t types[] = { 132 };
    sijill_feed_options options = {
        .endpoint = feed, .after = { .shard = 1 }, .types = types, .type_count = 1
    };
    sijill_feed *f = sijill_feed_open(&options);
    reading in = { .only = 132 };

    (void) state;
    assert_non_null(f);
    read_to(f, head_of(), &in);
    assert_int_equal(in.records, 1);
    sijill_feed_close(&f);
}

/* What was read for the one that takes all is not read for the other. */
static void
a_filter_beside_one_that_takes_all_misses_nothing(void **state)
{
    static const uint32_t types[] = { 132 };
    sijill *service = service_connect(&at, REGISTRATION);
    sijill_feed_options options = { .endpoint = feed,
                                    .after = { .shard = 1 },
                                    .types = types,
                                    .type_count = 1,
                                    .credit_bytes = 1024 * CREDIT };
    sijill_feed *some = sijill_feed_open(&options), *all;
    reading in_some = { .only = 132 }, in_all = { .seq = 0 };
    size_t people = 0;

    (void) state;
    options.type_count = 0;
    all = sijill_feed_open(&options);
    assert_true(some != NULL && all != NULL);
    read_to(some, head_of(), &in_some);
    read_to(all, head_of(), &in_all);
    people = in_all.records;
    for (unsigned i = 1; i <= 3; i++) {
        uint8_t other[SIJILL_ID_SIZE];
        char slug[16];

        (void) snprintf(slug, sizeof slug, "beside%u", i);
        register_people(slug, 50);
        read_to(all, head_of(), &in_all);
        define_event(service, slug, false, NULL, other);
        register_people(slug + 2, 50);
        read_to(all, head_of(), &in_all);
        read_to(some, head_of(), &in_some);
        assert_int_equal(in_some.records, 1 + i);
        assert_int_equal(in_all.records, people + i * (50 + 1 + 50));
    }
    sijill_feed_close(&some);
    sijill_feed_close(&all);
    sijill_close(&service);
}

/* In a rush the feed waits, but not until it is over. */
static void
a_rush_is_heard_of_while_it_lasts(void **state)
{
    sijill *service = service_connect(&at, REGISTRATION);
    sijill_feed_options options = { .endpoint = feed, .after = { .shard = 1 } };
    sijill_feed *f = sijill_feed_open(&options);
    uint64_t until_ms = mono_ms() + HEARD_BY_MS, heard_ms = 0;
    reading in = { .seq = 0 };

    (void) state;
    read_to(f, head_of(), &in);
    for (unsigned i = 0, times = 0; times < HEARINGS; i++) {
        size_t before = in.records;

        register_one(service, "rush", i, OUTSTANDING / 2);
        assert_int_equal(sijill_feed_read(f, 0, on_record, &in, NULL), SIJILL__V1__CODE__OK);
        if (in.records > before && mono_ms() > heard_ms + SJ_FEED_RUSH_MS / 4) {
            times++;
            heard_ms = mono_ms();
        }
        assert_true(mono_ms() < until_ms);
    }
    sijill_close(&service);
    read_to(f, head_of(), &in);
    sijill_feed_close(&f);
}

static void
a_reader_goes_on_where_it_stood_when_the_producer_restarts(void **state)
{
    sijill_feed_options options = { .endpoint = feed,
                                    .after = { .shard = 1 },
                                    .credit_bytes = 16 * CREDIT };
    sijill_feed *f = sijill_feed_open(&options);
    reading in = { .seq = 0 };

    (void) state;
    assert_non_null(f);
    for (unsigned i = 1; i <= 3; i++) {
        char prefix[16];

        read_to(f, in.seq + PEOPLE / 4, &in);
        service_kill(&at, REGISTRATION);
        service_start(&at, REGISTRATION);
        service_await(&at, REGISTRATION);
        (void) snprintf(prefix, sizeof prefix, "again%u", i);
        register_people(prefix, 100);
    }
    read_to(f, head_of(), &in);
    assert_int_equal(in.records, PEOPLE + 2 + 3 * (50 + 1 + 50) + 3 * 100);
    sijill_feed_close(&f);
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(ranges_have_no_gap_and_reach_the_head),
        cmocka_unit_test(without_credit_nothing_is_sent),
        cmocka_unit_test(a_position_that_never_was_has_diverged),
        cmocka_unit_test(another_kind_on_the_feed_socket_is_unsupported),
        cmocka_unit_test(a_filter_lets_one_type_through_and_still_reaches_the_head),
        cmocka_unit_test(a_filter_beside_one_that_takes_all_misses_nothing),
        cmocka_unit_test(a_reader_goes_on_where_it_stood_when_the_producer_restarts),
        cmocka_unit_test(a_rush_is_heard_of_while_it_lasts),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_registration, close_registration);
}
