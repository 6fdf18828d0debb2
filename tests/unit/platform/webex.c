/* SPDX-License-Identifier: Apache-2.0 */
/* Webex: whose deliveries are taken, and what its API's answers come to. */
#include "tests/unit/platform/sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BODY "{\"resource\":\"meetings\",\"event\":\"started\",\"data\":{}}"
#define SHA1 "04b48414df20dcc5d210e18ab398889f80a2c6fa"
#define SHA256 "982f7f14c0d791d092730c17d662f0848c8373fda5d9bb0527f32df0e6283ed4"
#define SHA512                                                                                     \
    "ff5593e60f9a4fb9b6c46fe2519c65a6062950d997b8ebed93e93703576d3ee883811894b0799fa559a3fdc5338b" \
    "346aaa2d40e2b36bcdbd11f16e9fb1e6478a"

static void
begin(sender *s, const char *signature)
{
    sender_begin(s, "webex", "webex secret");
    sender_body(s, BODY);
    sender_header(s, "x-spark-signature", signature);
}

static void
what_was_signed_with_the_secret_is_taken(void **state)
{
    sender *s = *state;

    begin(s, SHA1);
    sender_expect(s, 200, "accepted");
    sender_expect_every_octet_counts(s, "x-spark-signature", 401);
    s->in.now_ms += 10ULL * 365 * 24 * 3600 * 1000; /* no time is signed */
    sender_expect(s, 200, "accepted");
}

static void
a_signature_is_there_once_whole_and_in_small_digits(void **state)
{
    static const char *const bad[] = { "",
                                       "0",
                                       "sha1=" SHA1,
                                       " " SHA1,
                                       SHA1 " ",
                                       SHA1 "00",
                                       "04b48414df20dcc5d210e18ab398889f80a2c6f",
                                       "04B48414DF20DCC5D210E18AB398889F80A2C6FA",
                                       SHA256 };
    sender *s = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin(s, bad[i]);
        sender_expect(s, 401, "bad_signature");
    }
    begin(s, NULL);
    sender_expect(s, 401, "bad_signature");
    begin(s, SHA1);
    sender_header_again(s, "x-spark-signature", SHA1);
    sender_expect(s, 401, "bad_signature");
    begin(s, SHA1);
    sender_body(s, "{ \"resource\":\"meetings\",\"event\":\"started\",\"data\":{}}");
    sender_expect(s, 401, "bad_signature");
}

static void
either_of_two_active_secrets_signs(void **state)
{
    sender *s = *state;

    begin(s, "4c2e7248b84c7b7d6d3fd6fd0f56214ae7135a5d");
    sender_expect(s, 401, "bad_signature");
    s->in.secret[1] = (sj_bytes){ "older secret", 12 };
    s->in.secret_count = 2;
    sender_expect(s, 200, "accepted");
    s->in.secret_count = 0;
    sender_expect(s, 401, "bad_signature");
}

static void
the_newer_signature_decides_where_it_is(void **state)
{
    static const struct {
        const char *newer;
        bool good;
    } cases[] = {
        { "SHA-256=" SHA256, true },
        { "SHA-512=" SHA512, true },
        { "SHA-256=" SHA256 ", SHA-512=" SHA512, true },
        { "SHA-3=00, SHA-512=" SHA512, true },
        { "SHA-256=" SHA256 ",SHA-512=00", false },
        { "SHA-256=", false },
        { "SHA-256=" SHA1, false },
        { "SHA-3=" SHA256, false },
        { "SHA-1=" SHA1, false },
        { SHA256, false },
        { "", false },
        { ",,,", false },
    };
    sender *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(s, SHA1);
        sender_header(s, "x-webex-signature", cases[i].newer);
        if (strcmp(sender_check(s), cases[i].good ? "accepted" : "bad_signature") != 0)
            fail_msg("%s: %s", cases[i].newer, s->answer.outcome);
    }
}

static void
expect(sender *s, const char *body, const char *lines)
{
    begin(s, SHA1);
    sender_body(s, body);
    sender_expect_read(s, lines);
}

#define EVENT(resource, event, data)                                                               \
    "{\"id\":\"Y2lz\",\"name\":\"sijill\",\"resource\":\"" resource "\",\"event\":\"" event        \
    "\",\"created\":\"2026-02-01T00:00:00.000Z\",\"data\":" data "}"

static void
who_joined_or_left_is_asked_of_the_api(void **state)
{
    sender *s = *state;

    expect(s,
           EVENT("meetingParticipants", "joined",
                 "{\"id\":\"5e5e_I_2200_7f3e\",\"meetingId\":\"5e5e_I_2200\","
                 "\"hostEmail\":\"host+x@example.com\"}"),
           "fetch: meetingParticipants/5e5e_I_2200_7f3e?hostEmail=host%2Bx%40example.com\n");
    expect(s, EVENT("meetingParticipants", "left", "{\"id\":\"../../people?x=\"}"),
           "fetch: meetingParticipants/..%2F..%2Fpeople%3Fx%3D\n");
    expect(s, EVENT("meetingParticipants", "left", "{}"), "words: Webex names no participant\n");
}

static void
the_end_is_read_and_the_rest_says_nothing(void **state)
{
    sender *s = *state;

    expect(s,
           EVENT("meetings", "ended",
                 "{\"id\":\"5e5e_I_2200\",\"title\":\"Halal\",\"end\":\"2026-03-01T09:01:00Z\"}"),
           "ENDED external_id=5e5e instance=5e5e_I_2200 title=Halal occurred_ms=1772355660000 "
           "connection=5e5e_I_2200#\n");
    expect(s, EVENT("meetings", "ended", "{\"id\":\"5e5e\"}"),
           "ENDED external_id=5e5e instance=5e5e occurred_ms=1772352060572 connection=5e5e# "
           "undated\n");
    expect(s, EVENT("meetings", "started", "{\"id\":\"5e5e_I_2200\"}"), "");
    expect(s, EVENT("recordings", "created", "{}"), "");
    expect(s, "{\"resource\":\"meetings\"}", "words: what came is no event of Webex\n");
    expect(s, "[1]", "words: what came is no event of Webex\n");
    expect(s, "{", "words: what came is no JSON that can be read\n");
}

#define AMAL "email=amal@example.org name=Amal connection=5e5e_I_2200#7f3e"

static void
fetched(sender *s, const char *json, const char *lines)
{
    begin(s, SHA1);
    sender_expect_fetched(s, "meetingParticipants/5e5e_I_2200_7f3e", json, lines);
}

#define PERSON(more)                                                                               \
    "{\"id\":\"5e5e_I_2200_7f3e\",\"email\":\"amal@example.org\",\"displayName\":\"Amal\"," more "}"

static void
each_device_is_a_connection_with_its_own_times(void **state)
{
    fetched(*state,
            PERSON("\"host\":false,\"state\":\"end\",\"joinedTime\":\"2026-03-01T08:00:00Z\","
                   "\"leftTime\":\"2026-03-01T09:30:00Z\",\"devices\":[{\"correlationId\":\"c1\","
                   "\"deviceType\":\"mac\",\"joinedTime\":\"2026-03-01T08:01:00Z\",\"leftTime\":"
                   "\"2026-03-01T08:30:00Z\"},{\"correlationId\":\"c2\",\"joinedTime\":"
                   "\"2026-03-01T08:40:00Z\",\"leftTime\":\"1970-01-01T00:00:00.000Z\"},"
                   "{\"deviceType\":\"phone\",\"joinedTime\":\"2026-03-01T08:50:00Z\"}]"),
            "JOINED external_id=5e5e instance=5e5e_I_2200 occurred_ms=1772352060000 " AMAL "/c1\n"
            "LEFT external_id=5e5e instance=5e5e_I_2200 occurred_ms=1772353800000 " AMAL "/c1\n"
            "JOINED external_id=5e5e instance=5e5e_I_2200 occurred_ms=1772354400000 " AMAL "/c2\n"
            "JOINED external_id=5e5e instance=5e5e_I_2200 occurred_ms=1772355000000 " AMAL
            "/phone\n");
    fetched(*state, PERSON("\"joinedTime\":\"2026-03-01T08:01:00Z\",\"devices\":[]"),
            "JOINED external_id=5e5e instance=5e5e_I_2200 occurred_ms=1772352060000 " AMAL "\n");
}

static void
the_lobby_and_the_host_are_no_attendance(void **state)
{
    fetched(*state, PERSON("\"state\":\"lobby\",\"joinedTime\":\"2026-03-01T08:01:00Z\""), "");
    fetched(*state, PERSON("\"host\":true,\"joinedTime\":\"2026-03-01T08:01:00Z\""), "");
    fetched(*state, PERSON("\"state\":\"joined\""), "");
    fetched(*state, "{}", "words: what Webex answered is no participant\n");
    fetched(*state, "<html>", "words: what came is no JSON that can be read\n");
}

static void
a_join_is_the_same_push_before_and_after_the_leave(void **state)
{
    sender *s = *state;
    uint8_t first[16];

    fetched(s, PERSON("\"joinedTime\":\"2026-03-01T08:01:00Z\""),
            "JOINED external_id=5e5e instance=5e5e_I_2200 occurred_ms=1772352060000 " AMAL "\n");
    memcpy(first, sender_nonce(s, 0), sizeof first);
    sj_arena_reset(&s->arena);
    begin(s, SHA1);
    s->platform->read_fetched(
        &s->arena, &s->in, "meetingParticipants/5e5e_I_2200_7f3e",
        (sj_bytes){ PERSON("\"joinedTime\":\"2026-03-01T08:01:00Z\",\"leftTime\":"
                           "\"2026-03-01T08:31:00Z\""),
                    strlen(PERSON("\"joinedTime\":\"2026-03-01T08:01:00Z\",\"leftTime\":"
                                  "\"2026-03-01T08:31:00Z\"")) },
        &s->items);
    assert_int_equal(s->items.count, 2);
    assert_memory_equal(sender_nonce(s, 0), first, sizeof first);
    assert_memory_not_equal(sender_nonce(s, 1), first, sizeof first);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_signed_with_the_secret_is_taken),
        cmocka_unit_test(a_signature_is_there_once_whole_and_in_small_digits),
        cmocka_unit_test(either_of_two_active_secrets_signs),
        cmocka_unit_test(the_newer_signature_decides_where_it_is),
        cmocka_unit_test(who_joined_or_left_is_asked_of_the_api),
        cmocka_unit_test(the_end_is_read_and_the_rest_says_nothing),
        cmocka_unit_test(each_device_is_a_connection_with_its_own_times),
        cmocka_unit_test(the_lobby_and_the_host_are_no_attendance),
        cmocka_unit_test(a_join_is_the_same_push_before_and_after_the_leave),
    };

    return cmocka_run_group_tests_name("webex", tests, sender_open, sender_close);
}
