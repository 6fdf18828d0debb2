/* SPDX-License-Identifier: Apache-2.0 */
/* JaaS: whose deliveries are taken, and what its events come to. */
#include "tests/unit/platform/sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECRET "whsec_9635df66714a4cf088ee9d0979dd3bf6"
#define GOOD "xlzqEojlh4qb21sQpXYsWgyK8x9HVpz+RQldsv18rV0="
#define APP "vpaas-magic-cookie-96f0941768964ab380ed0fbada7a502f"

/* As 8x8 publishes it, with its signature. */
static const char published[] =
    "{\"eventType\":\"PARTICIPANT_JOINED\",\"sessionId\":\"9a441d60-ceaf-4eba-b0a8-a7d940a76e1b\","
    "\"timestamp\":1632490058278,\"fqn\":\"" APP "/sampleappromanticshiftsstripas\","
    "\"idempotencyKey\":\"9e9e7420-562d-4659-8e22-44b9b22aaa49\","
    "\"customerId\":\"96f0941768964ab380ed0fbada7a502f\",\"appId\":\"" APP "\","
    "\"data\":{\"avatar\":\"\",\"name\":\"Test User\",\"id\":\"auth0|5f903d7a77f3b4006eb8e67d\","
    "\"participantJid\":\"fc1ea14a-9bca-4218-a563-8c627e803d56@8x8.vc\",\"moderator\":true,"
    "\"email\":\"test.user@company.com\"}}";

static void
begin_published(sender *s, const char *header)
{
    sender_begin(s, "jaas", SECRET);
    sender_body(s, published);
    s->in.now_ms = UINT64_C(1632490060000);
    sender_header(s, "x-jaas-signature", header);
}

static void
sign_at(sender *s, const char *secret, const char *time)
{
    char header[1024], body[4096];

    assert_true(s->in.body.size < sizeof body);
    memcpy(body, s->in.body.at, s->in.body.size);
    body[s->in.body.size] = '\0';
    (void) snprintf(header, sizeof header, "t=%s,v1=%s", time,
                    sender_base64(s, (sj_bytes){ secret, strlen(secret) },
                                  (const char *const[]){ time, ".", body, NULL }));
    sender_header(s, "x-jaas-signature", header);
}

static void
begin(sender *s, const char *body)
{
    sender_begin(s, "jaas", SECRET);
    sender_body(s, body);
    sign_at(s, SECRET, "1772352060");
}

static void
the_published_vector_is_taken_and_every_octet_of_it_counts(void **state)
{
    sender *s = *state;

    begin_published(s, "t=1632490060,v1=" GOOD);
    sender_expect(s, 200, "accepted");
    sender_expect_every_octet_counts(s, "x-jaas-signature", 401);
    sender_expect_read(s, "JOINED external_id=" APP "/sampleappromanticshiftsstripas "
                          "instance=9a441d60-ceaf-4eba-b0a8-a7d940a76e1b "
                          "occurred_ms=1632490058278 "
                          "registrant_id=auth0|5f903d7a77f3b4006eb8e67d "
                          "email=test.user@company.com name=Test User "
                          "connection=9a441d60-ceaf-4eba-b0a8-a7d940a76e1b#"
                          "fc1ea14a-9bca-4218-a563-8c627e803d56@8x8.vc\n");
}

static void
a_header_has_one_time_and_a_good_signature_of_version_1(void **state)
{
    static const char *const good[] = {
        "v1=" GOOD ",t=1632490060",
        "t=1632490060,v1=AAAA,v1=" GOOD,
        "t=1632490060,v0=x,v2=y,v1=" GOOD ",z",
    };
    static const char *const bad[] = {
        "",
        "t=1632490060",
        "v1=" GOOD,
        "t=1632490060,v1=",
        "t=1632490060,v0=" GOOD,
        "t=1632490060,v1a=" GOOD,
        "t=1632490060,v1=xlzqEojlh4qb21sQpXYsWgyK8x9HVpz+RQldsv18rV0",
        "t=1632490060,v1=" GOOD "=",
        "t=1632490060,v1= " GOOD,
        "t=1632490060, v1=" GOOD,
        "t=1632490060,t=1632490060,v1=" GOOD,
        "t=,v1=" GOOD,
        "t=16324900600,v1=" GOOD,
        "t=+1632490060,v1=" GOOD,
        "t=\xef\xbc\x91\xef\xbc\x96,v1=" GOOD,
        "t=1632490060\n,v1=" GOOD,
        "t=1632490060,v1=1,v1=2,v1=3,v1=4,v1=5,v1=6,v1=7,v1=8,v1=9,v1=10,v1=11,v1=12,v1=13,v1=14,"
        "v1=15,v1=16,v1=" GOOD,
    };
    sender *s = *state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        begin_published(s, good[i]);
        sender_expect(s, 200, "accepted");
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin_published(s, bad[i]);
        sender_expect(s, 401, "bad_signature");
    }
    begin_published(s, NULL);
    sender_expect(s, 401, "bad_signature");
    begin_published(s, "t=1632490060,v1=" GOOD);
    sender_header_again(s, "x-jaas-signature", "t=1632490060,v1=" GOOD);
    sender_expect(s, 401, "bad_signature");
}

/* Standard Webhooks does decode it: these are two different schemes. */
static void
the_key_is_the_secret_as_it_is_printed(void **state)
{
    sender *s = *state;

    begin_published(s, "t=1632490060,v1=" GOOD);
    s->in.secret[0] = (sj_bytes){ &SECRET[6], strlen(SECRET) - 6 };
    sender_expect(s, 401, "bad_signature");
}

static void
a_time_is_fresh_for_300_seconds_both_ways(void **state)
{
    static const struct {
        int64_t later;
        const char *outcome;
    } cases[] = { { 0, "accepted" },    { 300, "accepted" }, { 301, "stale" },
                  { -300, "accepted" }, { -301, "stale" },   { -1000000000, "stale" } };
    sender *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(s, "{}");
        s->in.now_ms = (uint64_t) ((int64_t) SENDER_NOW + cases[i].later) * 1000;
        sender_expect(s, strcmp(cases[i].outcome, "stale") == 0 ? 401 : 200, cases[i].outcome);
    }
}

static void
seconds_and_milliseconds_are_told_apart(void **state)
{
    sender *s = *state;

    begin(s, "{}");
    sign_at(s, SECRET, "1772352060278");
    sender_expect(s, 200, "accepted");
    sign_at(s, SECRET, "1772351000278");
    sender_expect(s, 401, "stale");
    sign_at(s, SECRET, "17723520602780"); /* 14 digits */
    sender_expect(s, 401, "bad_signature");
}

static void
either_of_two_active_secrets_signs(void **state)
{
    sender *s = *state;

    begin(s, "{}");
    sign_at(s, "whsec_older", "1772352060");
    sender_expect(s, 401, "bad_signature");
    s->in.secret[1] = (sj_bytes){ "whsec_older", 11 };
    s->in.secret_count = 2;
    sender_expect(s, 200, "accepted");
    s->in.secret_count = 0;
    sender_expect(s, 401, "bad_signature");
}

static void
expect(sender *s, const char *type, const char *data, const char *lines)
{
    char body[4096];

    (void) snprintf(body, sizeof body,
                    "{\"idempotencyKey\":\"5d0c\",\"eventType\":\"%s\",\"sessionId\":\"77e1\","
                    "\"timestamp\":1772352060278,\"fqn\":\"vpaas-ab12/halal\",\"data\":{%s}}",
                    type, data);
    begin(s, body);
    sender_expect(s, 200, "accepted");
    sender_expect_read(s, lines);
}

#define PERSON                                                                                     \
    "\"id\":\"aB3\",\"name\":\"Amal\",\"email\":\"amal@example.org\",\"avatar\":\"\","             \
    "\"participantJid\":\"40bd@8x8.vc\",\"moderator\":false"
#define ROOM "external_id=vpaas-ab12/halal instance=77e1 occurred_ms=1772352060278"

static void
coming_going_and_the_end_are_read(void **state)
{
    expect(*state, "PARTICIPANT_JOINED", PERSON,
           "JOINED " ROOM " registrant_id=aB3 email=amal@example.org name=Amal "
           "connection=77e1#40bd@8x8.vc\n");
    expect(*state, "PARTICIPANT_LEFT", PERSON ",\"breakoutRoomId\":\"b1\",\"isBreakout\":true",
           "LEFT " ROOM " registrant_id=aB3 email=amal@example.org name=Amal "
           "connection=77e1#40bd@8x8.vc/b1\n");
    expect(*state, "ROOM_DESTROYED", "\"conference\":\"halal@x\",\"isBreakout\":false",
           "ENDED " ROOM " connection=77e1#\n");
}

static void
lobbies_breakout_ends_and_the_unknown_say_nothing(void **state)
{
    expect(*state, "PARTICIPANT_JOINED_LOBBY", PERSON, "");
    expect(*state, "PARTICIPANT_LEFT_LOBBY", PERSON, "");
    expect(*state, "ROOM_CREATED", "", "");
    expect(*state, "ROOM_DESTROYED", "\"isBreakout\":true,\"breakoutRoomId\":\"b1\"", "");
    expect(*state, "RECORDING_STARTED", "", "");
    expect(*state, "", "", "words: what came is no event of JaaS\n");
}

static void
the_idempotency_key_is_the_push(void **state)
{
    sender *s = *state;
    uint8_t first[16];

    expect(s, "ROOM_DESTROYED", "", "ENDED " ROOM " connection=77e1#\n");
    memcpy(first, sender_nonce(s, 0), sizeof first);
    sign_at(s, SECRET, "1772352090");
    sender_expect_read(s, "ENDED " ROOM " connection=77e1#\n");
    assert_memory_equal(sender_nonce(s, 0), first, sizeof first);
    begin(s, "{\"idempotencyKey\":\"5d0d\",\"eventType\":\"ROOM_DESTROYED\",\"sessionId\":\"77e1\","
             "\"timestamp\":1772352060278,\"fqn\":\"vpaas-ab12/halal\",\"data\":{}}");
    sender_expect_read(s, "ENDED " ROOM " connection=77e1#\n");
    assert_memory_not_equal(sender_nonce(s, 0), first, sizeof first);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vector_is_taken_and_every_octet_of_it_counts),
        cmocka_unit_test(a_header_has_one_time_and_a_good_signature_of_version_1),
        cmocka_unit_test(the_key_is_the_secret_as_it_is_printed),
        cmocka_unit_test(a_time_is_fresh_for_300_seconds_both_ways),
        cmocka_unit_test(seconds_and_milliseconds_are_told_apart),
        cmocka_unit_test(either_of_two_active_secrets_signs),
        cmocka_unit_test(coming_going_and_the_end_are_read),
        cmocka_unit_test(lobbies_breakout_ends_and_the_unknown_say_nothing),
        cmocka_unit_test(the_idempotency_key_is_the_push),
    };

    return cmocka_run_group_tests_name("jaas", tests, sender_open, sender_close);
}
