/* SPDX-License-Identifier: Apache-2.0 */
/* Standard Webhooks and CloudEvents: what is signed well enough, and what it comes to. */
#include "tests/unit/platform/sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define KEY                                                                                        \
    "\x31\xf2\x90\xf6\xbf\x06\x29\x8a\xab\x4f\x08\xd4\x3c\x3f\x08\x2c\xf6\x48\xa3\x62\xda\x2d\xa4" \
    "\xb0"
#define V1 "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static void
begin_as(sender *s, const char *secret, const char *id, const char *timestamp, uint64_t now,
         const char *signature, const char *body)
{
    sender_begin(s, "standard", secret);
    s->in.now_ms = now * 1000;
    sender_body(s, body);
    sender_header(s, "webhook-id", id);
    sender_header(s, "webhook-timestamp", timestamp);
    sender_header(s, "webhook-signature", signature);
}

/* The vector of the Standard Webhooks libraries. */
static void
begin_v1(sender *s, const char *signature)
{
    begin_as(s, SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", 1614265330, signature,
             "{\"test\": 2432232314}");
}

static void
sign_as(sender *s, const char *id, const char *timestamp)
{
    char signature[1024], body[8192];

    assert_true(s->in.body.size < sizeof body);
    memcpy(body, s->in.body.at, s->in.body.size);
    body[s->in.body.size] = '\0';
    (void) snprintf(signature, sizeof signature, "v1,%s",
                    sender_base64(s, (sj_bytes){ KEY, 24 },
                                  (const char *const[]){ id, ".", timestamp, ".", body, NULL }));
    sender_header(s, "webhook-id", id);
    sender_header(s, "webhook-timestamp", timestamp);
    sender_header(s, "webhook-signature", signature);
}

static void
begin(sender *s, const char *body)
{
    sender_begin(s, "standard", SECRET);
    sender_body(s, body);
    sign_as(s, "msg_1", "1772352060");
}

static void
the_published_vector_of_v1_is_taken_and_every_octet_counts(void **state)
{
    sender *s = *state;

    begin_v1(s, "v1," V1);
    sender_expect(s, 200, "accepted");
    sender_expect_every_octet_counts(s, "webhook-signature", 401);
    sender_expect_every_octet_counts(s, "webhook-id", 401);
    sender_expect_every_octet_counts(s, "webhook-timestamp", 401);
    sender_body(s, "{\"test\":2432232314}");
    sender_expect(s, 401, "bad_signature");
}

static void
one_good_signature_of_a_known_version_is_enough_and_needed(void **state)
{
    static const char *const good[] = { "v1," V1 " v1,AAAA", "v2,x v1," V1, "  v1," V1 "  ",
                                        "v1a,AAAA nonsense v1," V1 };
    static const char *const bad[] = {
        "",
        " ",
        V1,
        "v1",
        "v1,",
        "v1=" V1,
        "V1," V1,
        "v2," V1,
        "v1a," V1,
        "v1," V1 ",v1," V1,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=",
        "v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,1 v1,2 v1,3 v1,4 v1,5 v1,6 v1,7 v1,8 v1," V1,
    };
    sender *s = *state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        begin_v1(s, good[i]);
        sender_expect(s, 200, "accepted");
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin_v1(s, bad[i]);
        if (strcmp(sender_check(s), "bad_signature") != 0 || s->answer.status != 401)
            fail_msg("\"%s\": %s", bad[i], s->answer.outcome);
    }
}

static void
each_header_is_there_once(void **state)
{
    static const char *const names[] = { "webhook-id", "webhook-timestamp", "webhook-signature" };
    sender *s = *state;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        begin_v1(s, "v1," V1);
        sender_header(s, names[i], NULL);
        sender_expect(s, 401, "bad_signature");
        begin_v1(s, "v1," V1);
        sender_header_again(s, names[i], s->header[i].value);
        sender_expect(s, 401, "bad_signature");
    }
}

static void
an_id_has_no_dot_and_at_most_256_octets(void **state)
{
    static char longest[257], longer[258];
    const char *const bad[] = { "a.b", ".", "a b", "a\x01", "\xc3\xa9", longer };
    sender *s = *state;

    memset(longest, 'a', sizeof longest - 1);
    memset(longer, 'a', sizeof longer - 1);
    begin(s, "{}");
    sign_as(s, longest, "1772352060");
    sender_expect(s, 200, "accepted");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sign_as(s, bad[i], "1772352060");
        sender_expect(s, 401, "bad_signature");
    }
}

static void
a_time_is_a_few_digits_and_fresh(void **state)
{
    static char many[5001];
    const char *const bad[] = { "",
                                "1772352060\n",
                                " 1772352060",
                                "1e9",
                                "-1772352060",
                                "1772352060.0",
                                many,
                                "\xef\xbc\x91\xef\xbc\x97\xef\xbc\x97" };
    static const char *const stale[] = { "1772351759", "1772352361", "0", "9999999999999" };
    sender *s = *state;

    memset(many, '1', sizeof many - 1);
    begin(s, "{}");
    sign_as(s, "msg_1", "1772351760");
    sender_expect(s, 200, "accepted");
    sign_as(s, "msg_1", "1772352360");
    sender_expect(s, 200, "accepted");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sign_as(s, "msg_1", bad[i]);
        sender_expect(s, 401, "bad_signature");
    }
    for (size_t i = 0; i < sizeof stale / sizeof stale[0]; i++) {
        sign_as(s, "msg_1", stale[i]);
        sender_expect(s, 401, "stale");
    }
}

static void
a_secret_is_strict_base64_of_24_to_64_octets(void **state)
{
    static const char *const bad[] = {
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",       "whsec_",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "",
    };
    sender *s = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin_v1(s, "v1," V1);
        s->in.secret[0] = (sj_bytes){ bad[i], strlen(bad[i]) };
        sender_expect(s, 401, "bad_signature");
        s->in.secret[1] = (sj_bytes){ SECRET, strlen(SECRET) };
        s->in.secret_count = 2;
        sender_expect(s, 200, "accepted"); /* the other is as good as ever */
    }
    s->in.secret_count = 0;
    sender_expect(s, 401, "bad_signature");
}

/* ---- forms -------------------------------------------------------------------------------------
 */

static void
json_is_taken_and_batches_and_other_formats_are_415(void **state)
{
    static const char *const good[] = { "application/json",
                                        "Application/JSON; charset=utf-8",
                                        "application/cloudevents+json",
                                        "application/cloudevents+json; charset=utf-8",
                                        "application/ld+json",
                                        NULL };
    static const char *const bad[] = { "application/cloudevents-batch+json",
                                       "application/cloudevents-batch+json; charset=utf-8",
                                       "application/cloudevents+xml",
                                       "application/cloudevents",
                                       "text/plain",
                                       "text/json",
                                       "+json",
                                       "" };
    sender *s = *state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        begin(s, "{}");
        sender_header(s, "content-type", good[i]);
        sender_expect(s, 200, "accepted");
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin(s, "{}");
        sender_header(s, "content-type", bad[i]);
        sender_expect(s, 415, "unsupported_format");
        sender_header(s, "webhook-signature", "v1,AAAA"); /* nothing is told to who did not sign */
        sender_expect(s, 401, "bad_signature");
    }
}

static void
binary_mode_is_believed_only_where_the_body_repeats_it(void **state)
{
    static const struct {
        const char *type, *id, *body, *outcome;
    } cases[] = {
        { "org.example.event.ended", "e 1", "{\"type\":\"org.example.event.ended\",\"id\":\"e 1\"}",
          "accepted" },
        { "org.example.event.ended", "e%201",
          "{\"type\":\"org.example.event.ended\",\"id\":\"e 1\"}", "accepted" },
        { "org.example.event.ended", "\"e \\1\"",
          "{\"type\":\"org.example.event.ended\",\"id\":\"e 1\"}", "accepted" },
        { "org.example.event.ended", "e%25201",
          "{\"type\":\"org.example.event.ended\",\"id\":\"e%201\"}", "accepted" },
        { "org.example.event.ended", "e%25201",
          "{\"type\":\"org.example.event.ended\",\"id\":\"e 1\"}", "bad_signature" },
        { "org.example.other", "e1", "{\"type\":\"org.example.event.ended\",\"id\":\"e1\"}",
          "bad_signature" },
        { "org.example.event.ended", "e2", "{\"type\":\"org.example.event.ended\",\"id\":\"e1\"}",
          "bad_signature" },
        { "org.example.event.ended", NULL, "{\"type\":\"org.example.event.ended\",\"id\":\"e1\"}",
          "bad_signature" },
        { "org.example.event.ended", "%C0%A0",
          "{\"type\":\"org.example.event.ended\",\"id\":\"e1\"}", "bad_signature" },
        { "org.example.event.ended", "%c", "{\"type\":\"org.example.event.ended\",\"id\":\"e1\"}",
          "bad_signature" },
        { "org.example.event.ended", "e1", "{\"type\":\"org.example.event.ended\"}",
          "unsupported_format" },
        { "org.example.event.ended", "e1", "{\"id\":\"e1\"}", "unsupported_format" },
        { "org.example.event.ended", "e1", "{", "unsupported_format" },
    };
    sender *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(s, cases[i].body);
        sender_header(s, "content-type", "application/json");
        sender_header(s, "ce-specversion", "1.0");
        sender_header(s, "ce-type", cases[i].type);
        sender_header(s, "ce-id", cases[i].id);
        if (strcmp(sender_check(s), cases[i].outcome) != 0)
            fail_msg("case %zu: %s", i + 1, s->answer.outcome);
    }
}

static void
a_sender_that_asks_may_send(void **state)
{
    static const char *const bad[] = { "", "a b", "\xc3\xa9", "a\tb" };
    sender *s = *state;

    sender_begin(s, "standard", SECRET);
    s->platform->greet(&s->arena, &s->in, &s->answer);
    assert_int_equal(s->answer.status, 200);
    assert_int_equal(s->answer.header_count, 1);
    sender_header(s, "webhook-request-origin", "eventemitter.example.com");
    s->platform->greet(&s->arena, &s->in, &s->answer);
    assert_int_equal(s->answer.status, 200);
    assert_int_equal(s->answer.header_count, 3);
    assert_string_equal(s->answer.header[1].name, "WebHook-Allowed-Origin");
    assert_string_equal(s->answer.header[1].value, "eventemitter.example.com");
    assert_string_equal(s->answer.header[2].name, "WebHook-Allowed-Rate");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sender_header(s, "webhook-request-origin", bad[i]);
        s->platform->greet(&s->arena, &s->in, &s->answer);
        assert_int_equal(s->answer.status, 400);
    }
}

/* ---- read --------------------------------------------------------------------------------------
 */

static void
expect(sender *s, const char *type, const char *data, const char *lines)
{
    char body[8192];

    (void) snprintf(body, sizeof body,
                    "{\"type\":\"%s\",\"timestamp\":\"2026-03-01T08:00:59Z\",\"data\":{%s}}", type,
                    data);
    begin(s, body);
    sender_expect(s, 200, "accepted");
    sender_expect_read(s, lines);
    /* the same as a CloudEvent */
    (void) snprintf(body, sizeof body,
                    "{\"specversion\":\"1.0\",\"type\":\"%s\",\"source\":\"https://x\","
                    "\"id\":\"e1\",\"time\":\"2026-03-01T08:00:59Z\",\"data\":{%s}}",
                    type, data);
    begin(s, body);
    sender_header(s, "content-type", "application/cloudevents+json");
    sender_expect(s, 200, "accepted");
    sender_expect_read(s, lines);
    /* and in binary mode */
    (void) snprintf(body, sizeof body,
                    "{\"type\":\"%s\",\"id\":\"e1\",\"time\":\"2026-03-01T08:00:59Z\","
                    "\"data\":{%s}}",
                    type, data);
    begin(s, body);
    sender_header(s, "ce-type", type);
    sender_header(s, "ce-id", "e1");
    sender_expect(s, 200, "accepted");
    sender_expect_read(s, lines);
}

#define WHEN "occurred_ms=1772352059000"

static void
registrations_are_read(void **state)
{
    static const char person[] =
        "\"webinar_id\":\"halal\",\"registrant_id\":\"r1\",\"email\":\"Amal@example.org\","
        "\"first_name\":\"Amal\",\"last_name\":\"Al-Harthi\",\"country\":\"oman\","
        "\"institution\":\"Ministry\",\"position\":\"Chief\",\"language\":\"ar\",\"pending\":true,"
        "\"title\":\"Halal standards\"";
    static const char *const cases[][3] = {
        { "registration.created", "REGISTERED", " pending" },
        { "org.example.registration.approved", "APPROVED", "" },
        { "a.registration.denied", "DENIED", "" },
        { "a.b.c.registration.cancelled", "WITHDRAWN", "" },
    };
    char lines[512];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void) snprintf(lines, sizeof lines,
                        "%s external_id=halal title=Halal standards " WHEN
                        " registrant_id=r1 email=amal@example.org name=Amal Al-Harthi country=OM "
                        "institution=Ministry position=Chief language=ar%s\n",
                        cases[i][1], cases[i][2]);
        expect(*state, cases[i][0], person, lines);
    }
}

static void
presence_is_read(void **state)
{
    static const char person[] =
        "\"external_id\":98765432101,\"instance\":\"run 1\",\"registrant_id\":\"r1\","
        "\"name\":\"Amal\",\"connection\":\"c1\",\"bound_to\":\"c0\","
        "\"occurred_at\":\"2026-03-01T08:01:00Z\",\"ended_at\":\"2026-03-01T08:31:00Z\"";
    static const char *const cases[][3] = { { "participant.joined", "JOINED", "" },
                                            { "participant.left", "LEFT", "" },
                                            { "participant.bind", "BOUND", "" },
                                            { "participant.role_changed", "ROLE_CHANGED", "" },
                                            { "participant.present", "PRESENT",
                                              " ended_ms=1772353860000" } };
    char lines[512];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void) snprintf(lines, sizeof lines,
                        "%s external_id=98765432101 instance=run 1 occurred_ms=1772352060000 "
                        "registrant_id=r1 name=Amal connection=run 1#c1 bound_to=run 1#c0%s\n",
                        cases[i][1], cases[i][2]);
        expect(*state, cases[i][0], person, lines);
    }
}

static void
the_end_has_four_names(void **state)
{
    static const char *const types[] = { "x.webinar.ended", "meeting.ended", "session.ended",
                                         "org.example.event.ended" };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        expect(*state, types[i], "\"external_id\":\"halal\",\"email\":\"a@b.org\"",
               "ENDED external_id=halal " WHEN "\n");
}

static void
a_name_is_no_reason_to_refuse_in_any_form(void **state)
{
    expect(*state, "participant.joined", "\"email\":\"a@b.org\",\"name\":\"A\\u0000mal\\ud83d\"",
           "JOINED " WHEN " email=a@b.org name=Amal\xef\xbf\xbd\n");
}

static void
who_says_nothing_of_connections_has_one(void **state)
{
    expect(*state, "participant.joined", "\"external_id\":\"halal\",\"email\":\"a@b.org\"",
           "JOINED external_id=halal " WHEN " email=a@b.org\n");
    expect(*state, "participant.left",
           "\"external_id\":\"halal\",\"instance\":\"run 1\",\"registrant_id\":\"r1\"",
           "LEFT external_id=halal instance=run 1 " WHEN " registrant_id=r1 connection=run 1#\n");
    expect(*state, "participant.joined", "\"external_id\":\"halal\",\"name\":\"Amal\"",
           "JOINED external_id=halal " WHEN " name=Amal connection=Amal\n");
}

static void
unknown_types_say_nothing_and_what_is_missing_is_said_in_words(void **state)
{
    static const char *const unknown[] = { "participant.waved", "joined", "xparticipant.joined",
                                           "participant.joined.x", "registration_created" };
    sender *s = *state;

    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        expect(s, unknown[i], "", "");
    expect(s, "participant.present", "\"connection\":\"c\"",
           "words: participant.present needs occurred_at, and ended_at at or after it\n");
    expect(s, "participant.bind", "\"connection\":\"c\"",
           "words: participant.bind needs connection and bound_to\n");
    begin(s, "{\"type\":\"\",\"data\":{}}");
    sender_expect_read(s, "words: the event has no type\n");
    begin(s, "{\"type\":\"event.ended\"}");
    sender_expect_read(s, "words: the event has no data that is an object\n");
    begin(s, "{\"type\":\"event.ended\",\"data_base64\":\"e30=\"}");
    sender_expect_read(s, "words: the event's data is not JSON: send data, not data_base64\n");
    begin(s, "{\"specversion\":\"0.3\",\"type\":\"event.ended\",\"data\":{}}");
    sender_expect_read(s, "words: the event is no CloudEvent of version 1.0\n");
    begin(s, "{\"specversion\":\"1.0\",\"type\":\"event.ended\",\"data\":{}}");
    sender_expect_read(s, "words: a CloudEvent has an id and a source\n");
    begin(s, "[]");
    sender_expect_read(s, "words: the event has no type\n");
}

static void
a_platform_may_name_itself(void **state)
{
    static const char *const cases[][2] = { { "\"goto\"", "goto" },
                                            { "\"Go To\"", "standard" },
                                            { "\"\"", "standard" },
                                            { "\"a/b\"", "standard" },
                                            { "7", "7" } };
    sender *s = *state;
    char body[512];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void) snprintf(body, sizeof body, "{\"type\":\"event.ended\",\"data\":{\"platform\":%s}}",
                        cases[i][0]);
        begin(s, body);
        sender_expect_read(s, "ENDED occurred_ms=1772352060000 undated\n");
        assert_string_equal(s->items.item[0].push.platform, cases[i][1]);
    }
}

static void
a_cloudevent_is_one_by_source_and_id_and_a_payload_by_its_delivery(void **state)
{
#define CLOUD(source, id)                                                                          \
    "{\"specversion\":\"1.0\",\"type\":\"event.ended\",\"source\":\"" source "\",\"id\":\"" id     \
    "\",\"time\":\"2026-03-01T08:01:00Z\",\"data\":{}}"
    static const char plain[] =
        "{\"type\":\"event.ended\",\"timestamp\":\"2026-03-01T08:01:00Z\",\"data\":{}}";
    static const struct {
        const char *body, *delivery, *other_body, *other_delivery;
        bool same;
    } cases[] = {
        { CLOUD("s", "1"), "msg_1", CLOUD("s", "1"), "msg_2", true },
        { CLOUD("s", "1"), "msg_1", CLOUD("s", "2"), "msg_1", false },
        { CLOUD("s", "1"), "msg_1", CLOUD("t", "1"), "msg_1", false },
        { plain, "msg_1", plain, "msg_1", true },
        { plain, "msg_1", plain, "msg_2", false },
    };
    sender *s = *state;
    uint8_t first[16];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(s, cases[i].body);
        sign_as(s, cases[i].delivery, "1772352060");
        sender_expect_read(s, "ENDED occurred_ms=1772352060000\n");
        memcpy(first, sender_nonce(s, 0), sizeof first);
        begin(s, cases[i].other_body);
        sign_as(s, cases[i].other_delivery, "1772352060");
        sender_expect_read(s, "ENDED occurred_ms=1772352060000\n");
        assert_true((memcmp(first, sender_nonce(s, 0), sizeof first) == 0) == cases[i].same);
    }
}

static void
an_id_says_nothing_about_what_another_hook_is_sent(void **state)
{
    static const uint8_t one[SJ_ID_SIZE] = { 1 }, two[SJ_ID_SIZE] = { 2 };
    static const char *const bodies[] = {
        "{\"type\":\"event.ended\",\"timestamp\":\"2026-03-01T08:01:00Z\",\"data\":{}}",
        CLOUD("s", "1")
    };
    sender *s = *state;
    uint8_t first[16];

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        begin(s, bodies[i]);
        s->in.hook_id = one;
        sender_expect_read(s, "ENDED occurred_ms=1772352060000\n");
        memcpy(first, sender_nonce(s, 0), sizeof first);
        sender_expect_read(s, "ENDED occurred_ms=1772352060000\n");
        assert_memory_equal(first, sender_nonce(s, 0), sizeof first);
        s->in.hook_id = two;
        sender_expect_read(s, "ENDED occurred_ms=1772352060000\n");
        assert_memory_not_equal(first, sender_nonce(s, 0), sizeof first);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vector_of_v1_is_taken_and_every_octet_counts),
        cmocka_unit_test(one_good_signature_of_a_known_version_is_enough_and_needed),
        cmocka_unit_test(each_header_is_there_once),
        cmocka_unit_test(an_id_has_no_dot_and_at_most_256_octets),
        cmocka_unit_test(a_time_is_a_few_digits_and_fresh),
        cmocka_unit_test(a_secret_is_strict_base64_of_24_to_64_octets),
        cmocka_unit_test(json_is_taken_and_batches_and_other_formats_are_415),
        cmocka_unit_test(binary_mode_is_believed_only_where_the_body_repeats_it),
        cmocka_unit_test(a_sender_that_asks_may_send),
        cmocka_unit_test(registrations_are_read),
        cmocka_unit_test(presence_is_read),
        cmocka_unit_test(the_end_has_four_names),
        cmocka_unit_test(a_name_is_no_reason_to_refuse_in_any_form),
        cmocka_unit_test(who_says_nothing_of_connections_has_one),
        cmocka_unit_test(unknown_types_say_nothing_and_what_is_missing_is_said_in_words),
        cmocka_unit_test(a_platform_may_name_itself),
        cmocka_unit_test(a_cloudevent_is_one_by_source_and_id_and_a_payload_by_its_delivery),
        cmocka_unit_test(an_id_says_nothing_about_what_another_hook_is_sent),
    };

    return cmocka_run_group_tests_name("standard", tests, sender_open, sender_close);
}
