/* SPDX-License-Identifier: Apache-2.0 */
/* A feed gives every record once, in order, and says when it cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients/c/clock.h"
#include "clients/c/sijill.h"
#include "tests/unit/clients/far.h"

enum { EPOCH = 5, SOON_MS = 6000, BODY_SIZE = 600 };

typedef struct seen {
    uint64_t seq[64];
    size_t count;
} seen;

static void
keep(void *context, const Sijill__V1__Record *record)
{
    seen *s = context;

    assert_in_range(s->count, 0, 63);
    s->seq[s->count++] = record->seq;
}

static sijill_feed *
follow(const far *f, uint64_t after, uint64_t credit)
{
    static const uint32_t types[] = { 132, 134 };
    sijill_feed_options options = { .endpoint = f->endpoint,
                                    .name = "reader",
                                    .after = { 1, after == 0 ? 0 : EPOCH, after },
                                    .types = types,
                                    .type_count = 2,
                                    .credit_bytes = credit };
    sijill_feed *feed = sijill_feed_open(&options);

    assert_non_null(feed);
    return feed;
}

static void
expect(far *f, sijill_feed *feed, seen *s, Sijill__V1__Kind kind)
{
    uint64_t until = clock_mono_ms() + SOON_MS;

    while (clock_mono_ms() < until) {
        assert_int_equal(sijill_feed_read(feed, 5, keep, s, NULL), SIJILL__V1__CODE__OK);
        if (far_take(f, kind, 5))
            return;
    }
    fail_msg("no frame of kind %d came", (int) kind);
}

static Sijill__V1__LogPos
pos(uint64_t epoch, uint64_t seq)
{
    Sijill__V1__LogPos p;

    sijill__v1__log_pos__init(&p);
    p.has_shard = p.has_epoch = p.has_seq = true;
    p.shard = 1;
    p.epoch = epoch;
    p.seq = seq;
    return p;
}

static void
send_subscribed(far *f, uint64_t epoch, uint64_t head, bool trimmed)
{
    Sijill__V1__Subscribed out;
    Sijill__V1__LogPos at = pos(epoch, head);

    sijill__v1__subscribed__init(&out);
    out.head = &at;
    out.has_snapshot_required = true;
    out.snapshot_required = trimmed;
    far_send_message(f, SIJILL__V1__KIND__SUBSCRIBED, 0, &out.base);
}

/* One record at `to`, none when it is filtered out. */
static void
send_records(far *f, uint64_t from, uint64_t to, bool filtered)
{
    static uint8_t body[BODY_SIZE];
    Sijill__V1__Records out;
    Sijill__V1__Record record;
    Sijill__V1__Record *rows[] = { &record };
    Sijill__V1__LogPos first = pos(EPOCH, from);
    Sijill__V1__LogPos last = pos(EPOCH, to);

    sijill__v1__records__init(&out);
    sijill__v1__record__init(&record);
    record.has_seq = record.has_type = record.has_body = true;
    record.seq = to;
    record.type = 134;
    record.body = (ProtobufCBinaryData){ sizeof body, body };
    out.from = &first;
    out.to = &last;
    out.record = rows;
    out.n_record = filtered ? 0 : 1;
    far_send_message(f, SIJILL__V1__KIND__RECORDS, 0, &out.base);
}

static void
subscribe(far *f, sijill_feed *feed, seen *s, uint64_t after)
{
    expect(f, feed, s, SIJILL__V1__KIND__HELLO);
    far_welcome(f);
    expect(f, feed, s, SIJILL__V1__KIND__SUBSCRIBE);

    Sijill__V1__Subscribe *in = sijill__v1__subscribe__unpack(NULL, f->body_size, f->body);

    assert_non_null(in);
    assert_int_equal(in->after->seq, after);
    assert_int_equal(in->n_types, 2);
    assert_string_equal(in->name, "reader");
    sijill_free(in);
}

static void
records_come_in_order_and_a_gap_is_asked_again(void **state)
{
    far *f = *state;
    seen s = { .count = 0 };
    sijill_feed *feed = follow(f, 0, 0);

    subscribe(f, feed, &s, 0);
    send_subscribed(f, EPOCH, 9, false);
    send_records(f, 0, 2, false);
    send_records(f, 2, 5, true);
    send_records(f, 6, 8, false); /* (5, 6] is missing */
    subscribe(f, feed, &s, 5);
    assert_int_equal(s.count, 1);
    send_subscribed(f, EPOCH, 9, false);
    send_records(f, 5, 6, false);
    send_records(f, 6, 8, false);
    while (s.count < 3)
        assert_int_equal(sijill_feed_read(feed, 1000, keep, &s, NULL), SIJILL__V1__CODE__OK);
    assert_int_equal(s.seq[1], 6);
    assert_int_equal(sijill_feed_position(feed).seq, 8);
    assert_int_equal(sijill_feed_position(feed).epoch, EPOCH);
    assert_int_equal(sijill_feed_head(feed).seq, 9);
    sijill_feed_close(&feed);
}

static void
credit_is_granted_again_at_half(void **state)
{
    far *f = *state;
    seen s = { .count = 0 };
    sijill_feed *feed = follow(f, 3, 2000);

    subscribe(f, feed, &s, 3);
    send_subscribed(f, EPOCH, 9, false);
    send_records(f, 3, 4, false);
    while (s.count < 1)
        (void) sijill_feed_read(feed, 1000, keep, &s, NULL);
    assert_false(far_take(f, SIJILL__V1__KIND__CREDIT, 20));
    send_records(f, 4, 5, false);
    expect(f, feed, &s, SIJILL__V1__KIND__CREDIT);

    Sijill__V1__Credit *in = sijill__v1__credit__unpack(NULL, f->body_size, f->body);

    assert_in_range(in->bytes, 2 * BODY_SIZE, 2 * BODY_SIZE + 200);
    sijill_free(in);
    sijill_feed_close(&feed);
}

static void
head_moves_a_filtered_reader(void **state)
{
    far *f = *state;
    seen s = { .count = 0 };
    sijill_feed *feed = follow(f, 3, 0);
    Sijill__V1__Head out;
    Sijill__V1__LogPos at = pos(EPOCH, 50);

    subscribe(f, feed, &s, 3);
    send_subscribed(f, EPOCH, 9, false);
    sijill__v1__head__init(&out);
    out.covered = out.head = &at;
    far_send_message(f, SIJILL__V1__KIND__HEAD, 0, &out.base);
    while (sijill_feed_position(feed).seq != 50)
        assert_int_equal(sijill_feed_read(feed, 1000, keep, &s, NULL), SIJILL__V1__CODE__OK);
    sijill_feed_close(&feed);
}

static uint32_t
end_of(far *f, uint64_t after, uint64_t epoch, bool trimmed, uint32_t error)
{
    seen s = { .count = 0 };
    sijill_feed *feed = follow(f, after, 0);
    uint32_t code = SIJILL__V1__CODE__OK;

    subscribe(f, feed, &s, after);
    if (error == 0)
        send_subscribed(f, epoch, 9, trimmed);
    else
        far_error(f, error);
    for (int i = 0; i < 100 && code == SIJILL__V1__CODE__OK && !sijill_feed_subscribed(feed); i++)
        code = sijill_feed_read(feed, 20, keep, &s, NULL);
    assert_int_equal(sijill_feed_read(feed, 0, keep, &s, NULL), code); /* final */
    sijill_feed_close(&feed);
    return code;
}

static void
another_history_and_a_trimmed_position_end_it(void **state)
{
    far *f = *state;

    assert_int_equal(end_of(f, 3, EPOCH - 1, false, 0), SIJILL__V1__CODE__DIVERGED);
    assert_int_equal(end_of(f, 10, EPOCH, false, 0), SIJILL__V1__CODE__DIVERGED); /* it ends at 9 */
    assert_int_equal(end_of(f, 3, EPOCH + 1, false, 0), SIJILL__V1__CODE__OK);    /* restored */
    assert_int_equal(end_of(f, 3, EPOCH, true, 0), SIJILL__V1__CODE__TRIMMED);
    assert_int_equal(end_of(f, 3, EPOCH, false, SIJILL__V1__CODE__DIVERGED),
                     SIJILL__V1__CODE__DIVERGED);
    assert_int_equal(end_of(f, 0, EPOCH, false, 0), SIJILL__V1__CODE__OK);
}

static void
a_restart_resumes_from_the_position(void **state)
{
    far *f = *state;
    seen s = { .count = 0 };
    sijill_feed *feed = follow(f, 0, 0);

    subscribe(f, feed, &s, 0);
    send_subscribed(f, EPOCH, 9, false);
    send_records(f, 0, 4, false);
    while (s.count < 1)
        (void) sijill_feed_read(feed, 1000, keep, &s, NULL);
    far_unbind(f);
    far_bind(f);
    f->instance = 2;
    subscribe(f, feed, &s, 4);
    sijill_feed_close(&feed);
}

#define AT_FAR(test) cmocka_unit_test_setup_teardown(test, far_open, far_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AT_FAR(records_come_in_order_and_a_gap_is_asked_again),
        AT_FAR(credit_is_granted_again_at_half),
        AT_FAR(head_moves_a_filtered_reader),
        AT_FAR(another_history_and_a_trimmed_position_end_it),
        AT_FAR(a_restart_resumes_from_the_position),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
