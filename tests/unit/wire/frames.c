/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The octets of SJ/1, kept: what was written by an older build is read by this one, and this one
 * writes the same.  A frame that changes is another protocol.
 *
 * tests/vectors/frames/NAME.hex: head, then body, a line each.  `test_wire_frames --write` writes
 * them; it is for new frames, not to make a failing test pass.
 */
#include "proto/wire/append.h"
#include "proto/wire/frame.h"
#include "sijill/v1/registration.pb-c.h"
#include "sijill/v1/wire.pb-c.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { BODY_MAX = 4096, LINE_MAX_SIZE = 2 * BODY_MAX + 2 };

typedef struct frame {
    unsigned char head[SJ_HEAD_MAX];
    size_t head_size;
    unsigned char body[BODY_MAX];
    size_t body_size;
} frame;

static uint8_t sixteen[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static ProtobufCBinaryData
id(void)
{
    return (ProtobufCBinaryData){ sizeof sixteen, sixteen };
}

static char *
text(const char *literal)
{
    return (char *) (uintptr_t) literal;
}

static Sijill__V1__Envelope
envelope(Sijill__V1__Kind kind)
{
    Sijill__V1__Envelope made;

    sijill__v1__envelope__init(&made);
    made.has_kind = made.has_id = true;
    made.kind = kind;
    made.id = 300;
    return made;
}

static void
put(frame *f, const Sijill__V1__Envelope *head, const ProtobufCMessage *body)
{
    f->head_size = sj_head_pack(head, f->head);
    assert_true(f->head_size > 0);
    f->body_size = 0;
    if (body != NULL) {
        assert_true(protobuf_c_message_get_packed_size(body) <= BODY_MAX);
        f->body_size = protobuf_c_message_pack(body, f->body);
    }
}

static Sijill__V1__LogPos
position(uint64_t seq)
{
    Sijill__V1__LogPos made;

    sijill__v1__log_pos__init(&made);
    made.has_shard = made.has_epoch = made.has_seq = true;
    made.shard = 1;
    made.epoch = 2;
    made.seq = seq;
    return made;
}

static void
make_hello(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__HELLO);
    Sijill__V1__Hello body;

    sijill__v1__hello__init(&body);
    body.has_min_major = body.has_max_major = body.has_instance = true;
    body.min_major = body.max_major = 1;
    body.instance = id();
    body.agent = text("sijill 0.1.0");
    put(f, &head, &body.base);
}

static void
make_welcome(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__WELCOME);
    Sijill__V1__Welcome body;
    uint32_t shards[] = { 1 };

    sijill__v1__welcome__init(&body);
    body.has_major = body.has_instance = body.has_cluster = body.has_window = true;
    body.has_heartbeat_ms = body.has_max_body = body.has_now_ms = body.has_state = true;
    body.major = 1;
    body.instance = body.cluster = id();
    body.n_shards = 1;
    body.shards = shards;
    body.window = SJ_WINDOW_FIRST;
    body.heartbeat_ms = SJ_HEARTBEAT_MS;
    body.max_body = SJ_FRONT_MAX;
    body.now_ms = UINT64_C(1750000000000);
    body.state = 1;
    put(f, &head, &body.base);
}

static void
make_request(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__REQUEST);
    Sijill__V1__LogPos after = position(9);
    Sijill__V1__Register body;
    Sijill__V1__Person person;

    head.has_type = head.has_org = head.has_key = head.has_actor = true;
    head.has_expires_at_ms = head.has_attempt = head.has_flags = true;
    head.type = 110;
    head.org = 1;
    head.key = head.actor = id();
    head.expires_at_ms = UINT64_C(1750000030000);
    head.min_pos = &after;
    head.attempt = 1;
    head.flags = SJ_FLAG_DRY_RUN;
    sijill__v1__person__init(&person);
    person.name = text("عائشة");
    person.email = text("aisha@example.org");
    person.country = text("DZ");
    sijill__v1__register__init(&body);
    body.has_event_id = body.has_mode = true;
    body.event_id = id();
    body.mode = SIJILL__V1__MODE__ONLINE;
    body.person = &person;
    put(f, &head, &body.base);
}

static void
make_reply(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__REPLY);
    Sijill__V1__LogPos at = position(12);
    Sijill__V1__Status status;
    Sijill__V1__Registered body;

    sijill__v1__status__init(&status);
    status.has_code = status.has_replayed = true;
    status.replayed = true;
    head.status = &status;
    head.pos = &at;
    head.has_window = true;
    head.window = 1024;
    sijill__v1__registered__init(&body);
    body.has_registration_id = body.has_state = body.has_place = true;
    body.registration_id = id();
    body.state = SIJILL__V1__REGISTRATION_STATE__WAITLISTED;
    body.place = 3;
    put(f, &head, &body.base);
}

static void
make_refusal(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__REPLY);
    Sijill__V1__Status status;

    sijill__v1__status__init(&status);
    status.has_code = status.has_retry = status.has_retry_after_ms = true;
    status.code = SIJILL__V1__CODE__BUSY;
    status.retry = SIJILL__V1__RETRY__RETRY_HERE;
    status.retry_after_ms = 200;
    status.detail = text("the queue is full");
    head.status = &status;
    put(f, &head, NULL);
}

static void
make_ping(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__PING);

    put(f, &head, NULL);
}

static void
make_pong(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__PONG);
    Sijill__V1__LogPos at = position(12), *applied[] = { &at };
    Sijill__V1__Pong body;

    sijill__v1__pong__init(&body);
    body.has_state = body.has_queued = true;
    body.state = 1;
    body.queued = 200;
    body.n_applied = 1;
    body.applied = applied;
    put(f, &head, &body.base);
}

static void
make_goodbye(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__GOODBYE);

    put(f, &head, NULL);
}

static void
make_error(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__ERROR);
    Sijill__V1__Status status;

    sijill__v1__status__init(&status);
    status.has_code = true;
    status.code = SIJILL__V1__CODE__UNKNOWN_PEER;
    head.status = &status;
    put(f, &head, NULL);
}

static void
make_subscribe(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__SUBSCRIBE);
    Sijill__V1__LogPos after = position(9);
    Sijill__V1__Subscribe body;
    uint32_t types[] = { 132, 134 };

    sijill__v1__subscribe__init(&body);
    body.has_shard = body.has_credit_bytes = true;
    body.shard = 1;
    body.after = &after;
    body.n_types = 2;
    body.types = types;
    body.credit_bytes = SJ_FEED_CREDIT;
    body.name = text("attendance");
    put(f, &head, &body.base);
}

static void
make_subscribed(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__SUBSCRIBED);
    Sijill__V1__LogPos first = position(3), last = position(12);
    Sijill__V1__Subscribed body;

    sijill__v1__subscribed__init(&body);
    body.first = &first;
    body.head = &last;
    put(f, &head, &body.base);
}

static Sijill__V1__Record
record(void)
{
    Sijill__V1__Record made;

    sijill__v1__record__init(&made);
    made.has_seq = made.has_at_ms = made.has_type = made.has_org = true;
    made.has_key = made.has_body = made.has_actor = made.has_personal = true;
    made.seq = 12;
    made.at_ms = UINT64_C(1750000000000);
    made.type = 134;
    made.org = 1;
    made.key = made.actor = id();
    made.body = made.personal = (ProtobufCBinaryData){ 3, sixteen };
    return made;
}

static void
make_records(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__RECORDS);
    Sijill__V1__LogPos from = position(9), to = position(12);
    Sijill__V1__Record one = record(), *list[] = { &one };
    Sijill__V1__Records body;

    sijill__v1__records__init(&body);
    body.from = &from;
    body.to = &to;
    body.n_record = 1;
    body.record = list;
    put(f, &head, &body.base);
}

static void
make_credit(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__CREDIT);
    Sijill__V1__LogPos durable = position(12);
    Sijill__V1__Credit body;

    sijill__v1__credit__init(&body);
    body.has_bytes = true;
    body.bytes = 70000;
    body.durable = &durable;
    put(f, &head, &body.base);
}

static void
make_head(frame *f)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__HEAD);
    Sijill__V1__LogPos covered = position(12), last = position(12);
    Sijill__V1__Head body;

    sijill__v1__head__init(&body);
    body.covered = &covered;
    body.head = &last;
    body.has_digest_seq = body.has_digest = true;
    body.digest_seq = 12;
    body.digest = id();
    put(f, &head, &body.base);
}

typedef struct golden {
    const char *name;
    void (*make)(frame *f);
    const ProtobufCMessageDescriptor *body; /* NULL: none */
} golden;

static const golden goldens[] = {
    { "hello", make_hello, &sijill__v1__hello__descriptor },
    { "welcome", make_welcome, &sijill__v1__welcome__descriptor },
    { "request", make_request, &sijill__v1__register__descriptor },
    { "reply", make_reply, &sijill__v1__registered__descriptor },
    { "refusal", make_refusal, NULL },
    { "ping", make_ping, NULL },
    { "pong", make_pong, &sijill__v1__pong__descriptor },
    { "goodbye", make_goodbye, NULL },
    { "error", make_error, NULL },
    { "subscribe", make_subscribe, &sijill__v1__subscribe__descriptor },
    { "subscribed", make_subscribed, &sijill__v1__subscribed__descriptor },
    { "records", make_records, &sijill__v1__records__descriptor },
    { "credit", make_credit, &sijill__v1__credit__descriptor },
    { "head", make_head, &sijill__v1__head__descriptor },
};

enum { GOLDENS = sizeof goldens / sizeof goldens[0] };

static FILE *
open_golden(const golden *g, const char *mode)
{
    char path[512];

    (void) snprintf(path, sizeof path, "%s/frames/%s.hex", SIJILL_VECTORS, g->name);
    return fopen(path, mode);
}

static size_t
read_line(FILE *file, unsigned char *octets, size_t room)
{
    static char line[LINE_MAX_SIZE];
    size_t size = 0;

    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(sodium_hex2bin(octets, room, line, strcspn(line, "\n"), NULL, &size, NULL), 0);
    return size;
}

static void
read_golden(const golden *g, frame *f)
{
    FILE *file = open_golden(g, "r");

    if (file == NULL)
        fail_msg("there is no frame %s: write it with --write", g->name);
    f->head_size = read_line(file, f->head, sizeof f->head);
    f->body_size = read_line(file, f->body, sizeof f->body);
    (void) fclose(file);
}

static int
write_goldens(void)
{
    static char hex[LINE_MAX_SIZE];

    for (size_t i = 0; i < GOLDENS; i++) {
        FILE *file = open_golden(&goldens[i], "wx"); /* what is kept is not written again */
        frame f;

        if (file == NULL)
            continue;
        goldens[i].make(&f);
        (void) fprintf(file, "%s\n", sodium_bin2hex(hex, sizeof hex, f.head, f.head_size));
        (void) fprintf(file, "%s\n", sodium_bin2hex(hex, sizeof hex, f.body, f.body_size));
        (void) fclose(file);
    }
    return 0;
}

static void
every_kept_frame_is_written_with_the_same_octets(void **state)
{
    (void) state;
    for (size_t i = 0; i < GOLDENS; i++) {
        frame kept, made;

        read_golden(&goldens[i], &kept);
        goldens[i].make(&made);
        if (kept.head_size != made.head_size || kept.body_size != made.body_size ||
            memcmp(kept.head, made.head, made.head_size) != 0 ||
            memcmp(kept.body, made.body, made.body_size) != 0)
            fail_msg("%s is written with other octets", goldens[i].name);
    }
}

static void
every_kept_frame_is_read_whole(void **state)
{
    (void) state;
    for (size_t i = 0; i < GOLDENS; i++) {
        Sijill__V1__Envelope *head;
        ProtobufCMessage *body;
        frame kept, again;

        read_golden(&goldens[i], &kept);
        head = sj_head_unpack(kept.head, kept.head_size, NULL);
        assert_non_null(head);
        body = goldens[i].body == NULL
                   ? NULL
                   : protobuf_c_message_unpack(goldens[i].body, NULL, kept.body_size, kept.body);
        assert_true(goldens[i].body == NULL || body != NULL);
        if (body != NULL)
            assert_int_equal(protobuf_c_message_get_packed_size(body), kept.body_size);
        put(&again, head, body);
        assert_int_equal(again.head_size, kept.head_size);
        assert_memory_equal(again.head, kept.head, kept.head_size);
        assert_memory_equal(again.body, kept.body, kept.body_size);
        sijill__v1__envelope__free_unpacked(head, NULL);
        if (body != NULL)
            protobuf_c_message_free_unpacked(body, NULL);
    }
}

static void
a_frame_with_another_signature_or_size_is_none(void **state)
{
    unsigned char head[SJ_HEAD_MAX + 1];
    frame kept;

    (void) state;
    make_ping(&kept);
    assert_true(sj_head_signed(kept.head, kept.head_size));
    for (size_t i = 0; i < SJ_SIGNATURE_SIZE; i++) {
        memcpy(head, kept.head, kept.head_size);
        head[i] ^= 1;
        assert_false(sj_head_signed(head, kept.head_size));
        assert_null(sj_head_unpack(head, kept.head_size, NULL));
        assert_false(sj_head_signed(kept.head, i));
    }
    memset(head, 0, sizeof head);
    memcpy(head, kept.head, SJ_SIGNATURE_SIZE);
    assert_false(sj_head_signed(head, sizeof head));
}

static void
an_envelope_that_does_not_fit_is_not_written(void **state)
{
    Sijill__V1__Envelope head = envelope(SIJILL__V1__KIND__ERROR);
    unsigned char octets[SJ_HEAD_MAX];
    char detail[SJ_HEAD_MAX];
    Sijill__V1__Status status;

    (void) state;
    memset(detail, 'a', sizeof detail - 1);
    detail[sizeof detail - 1] = '\0';
    sijill__v1__status__init(&status);
    status.detail = detail;
    head.status = &status;
    assert_int_equal(sj_head_pack(&head, octets), 0);
}

/* As the feed does it: the stored record and its personal part, without encoding them anew. */
static void
a_record_put_together_from_its_parts_has_the_octets_of_one_packed(void **state)
{
    Sijill__V1__Record whole = record(), facts = record();
    unsigned char packed[512], joined[512];
    size_t size = sijill__v1__record__pack(&whole, packed);
    size_t used;

    (void) state;
    facts.has_personal = false;
    used = sijill__v1__record__pack(&facts, joined);
    used += sj_field_head(joined + used, 12, whole.personal.len);
    memcpy(joined + used, whole.personal.data, whole.personal.len);
    used += whole.personal.len;
    assert_int_equal(used, size);
    assert_memory_equal(joined, packed, size);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kept_frame_is_written_with_the_same_octets),
        cmocka_unit_test(every_kept_frame_is_read_whole),
        cmocka_unit_test(a_frame_with_another_signature_or_size_is_none),
        cmocka_unit_test(an_envelope_that_does_not_fit_is_not_written),
        cmocka_unit_test(a_record_put_together_from_its_parts_has_the_octets_of_one_packed),
    };

    if (argc > 1 && strcmp(argv[1], "--write") == 0)
        return write_goldens();
    return cmocka_run_group_tests_name("wire frames", tests, NULL, NULL);
}
