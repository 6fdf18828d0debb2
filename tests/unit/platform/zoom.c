/* SPDX-License-Identifier: Apache-2.0 */
/* Zoom: whose deliveries are taken, what is answered to a challenge, and what events come to. */
#include "tests/unit/platform/sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECRET "4fv1RkqGQUq5sWbEz6hA5A"
#define UUID "mZ3J1k2bQ7WcYxw0nHq+/A=="
#define CHALLENGE                                                                                  \
    "{\"payload\":{\"plainToken\":\"xys8n8PGS7mAU0m5-YJjRA\"},\"event_ts\":1720705455858,"         \
    "\"event\":\"endpoint.url_validation\"}"

#define GOOD "93a1a675965ceb9c5a50c5dfb31f20e50f763be37a54ef74cd2d16a1a8e5c0d6"

static void
sign_at(sender *s, const char *secret, const char *timestamp)
{
    char signature[80], body[8192];

    assert_true(s->in.body.size < sizeof body);
    memcpy(body, s->in.body.at, s->in.body.size);
    body[s->in.body.size] = '\0';
    (void) snprintf(
        signature, sizeof signature, "v0=%s",
        sender_hex(s, secret, (const char *const[]){ "v0:", timestamp, ":", body, NULL }));
    sender_header(s, "x-zm-request-timestamp", timestamp);
    sender_header(s, "x-zm-signature", signature);
}

static void
sign(sender *s)
{
    sign_at(s, SECRET, "1772352060");
}

static void
begin(sender *s, const char *body)
{
    sender_begin(s, "zoom", SECRET);
    sender_body(s, body);
    sign(s);
}

static void
vector(sender *s, const char *timestamp, uint64_t now, const char *signature, const char *body)
{
    sender_begin(s, "zoom", SECRET);
    sender_body(s, body);
    s->in.now_ms = now * 1000;
    sender_header(s, "x-zm-request-timestamp", timestamp);
    sender_header(s, "x-zm-signature", signature);
}

static void
the_published_vectors_are_taken(void **state)
{
    sender *s = *state;

    vector(s, "1720705455", 1720705455, "v0=" GOOD, CHALLENGE);
    sender_expect(s, 200, "challenge");
    vector(s, "1720707175", 1720707175,
           "v0=1a14e79349318fa1bead50ebbd3c185ae078e182d3bbd30ab8010fcb7f4357c7",
           "{\"event\":\"meeting.started\",\"payload\":{\"account_id\":\"VjZoEArIT5y-HlWxkV-tVA\","
           "\"object\":{\"duration\":60,\"start_time\":\"2024-07-11T14:12:55Z\","
           "\"timezone\":\"America/New_York\",\"topic\":\"Test \\uD83D\\uDE92\\uD83D\\uDE92 ? - "
           "\xe2\x80\x99 - \xe2\x80\x93 \\uD83D\\uDE97 HOLA\",\"id\":\"85393847045\",\"type\":2,"
           "\"uuid\":\"jUh5o3dKQIytvcsfTtKBlg==\",\"host_id\":\"8lzIwvZTSOqjndWPbPqzuA\"}},"
           "\"event_ts\":1720707175904}");
    sender_expect(s, 200, "accepted");
    sender_expect_read(s, "");
}

static void
a_signed_challenge_is_answered_with_the_hash_of_its_token(void **state)
{
    sender *s = *state;
    char expected[256];

    begin(s, CHALLENGE);
    (void) snprintf(expected, sizeof expected,
                    "{\"plainToken\":\"xys8n8PGS7mAU0m5-YJjRA\",\"encryptedToken\":\"%s\"}",
                    sender_hex(s, SECRET, (const char *const[]){ "xys8n8PGS7mAU0m5-YJjRA", NULL }));
    sender_expect(s, 200, "challenge");
    assert_string_equal(s->answer.type, "application/json");
    assert_string_equal(s->answer.body, expected);
    assert_false(s->answer.keep);
}

static void
no_challenge_is_answered_that_nobody_signed(void **state)
{
    sender *s = *state;

    begin(s, CHALLENGE);
    sender_header(s, "x-zm-signature", NULL);
    sender_expect(s, 401, "bad_signature");
    assert_null(s->answer.body);
    sign_at(s, "another secret", "1772352060");
    sender_expect(s, 401, "bad_signature");
    assert_null(s->answer.body);
}

/* Else the answer would be a good signature of what the asker chose. */
static void
nothing_is_hashed_for_a_challenge_but_what_looks_like_a_token(void **state)
{
    static const char *const tokens[] = {
        "\"v0:1772352060:{}\"",
        "\"\"",
        "\"1234567\"",
        "\"12345678\\n\"",
        "\"12345678\\u0000\"",
        "\"12345678 \"",
        "\"12345678.\"",
        "\"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\"",
        "12345678",
        "null",
        "[\"12345678\"]",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", /* 65 */
    };
    sender *s = *state;
    char body[512];

    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        (void) snprintf(body, sizeof body,
                        "{\"event\":\"endpoint.url_validation\",\"payload\":{\"plainToken\":%s}}",
                        tokens[i]);
        begin(s, body);
        (void) sender_check(s);
        if (s->answer.body != NULL)
            fail_msg("token %s is answered", tokens[i]);
    }
}

static void
every_octet_is_covered_by_the_signature(void **state)
{
    sender *s = *state;

    begin(s, "{\"event\":\"webinar.started\",\"event_ts\":1772352060000,\"payload\":{}}");
    sender_expect(s, 200, "accepted");
    sender_expect_every_octet_counts(s, "x-zm-signature", 401);
    sender_expect_every_octet_counts(s, "x-zm-request-timestamp", 401);
    sender_body(s, "{ \"event\":\"webinar.started\",\"event_ts\":1772352060000,\"payload\":{}}");
    sender_expect(s, 401, "bad_signature");
}

static void
a_time_is_fresh_for_300_seconds_both_ways(void **state)
{
    static const struct {
        int64_t later;
        const char *outcome;
    } cases[] = { { 0, "accepted" },     { 300, "accepted" },     { 301, "stale" },
                  { -300, "accepted" },  { -301, "stale" },       { 3600, "stale" },
                  { 10000000, "stale" }, { -1000000000, "stale" } };
    sender *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(s, "{}");
        s->in.now_ms = (uint64_t) ((int64_t) SENDER_NOW + cases[i].later) * 1000;
        sender_expect(s, strcmp(cases[i].outcome, "stale") == 0 ? 401 : 200, cases[i].outcome);
    }
}

static void
a_time_is_a_few_ascii_digits(void **state)
{
    static char many[5001];
    const char *const times[] = { "",
                                  " 1772352060",
                                  "1772352060 ",
                                  "1772352060\n",
                                  "+1772352060",
                                  "-1772352060",
                                  "1772352060.0",
                                  "1.77235206e9",
                                  "0x69a3f1bc",
                                  "\xef\xbc\x91\xef\xbc\x97\xef\xbc\x97\xef\xbc\x92",
                                  "\xd9\xa1\xd9\xa7\xd9\xa7\xd9\xa2",
                                  many };
    sender *s = *state;

    memset(many, '1', sizeof many - 1);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        begin(s, "{}");
        sign_at(s, SECRET, times[i]); /* well signed, and yet */
        sender_expect(s, 401, "bad_signature");
    }
}

static void
a_signature_is_there_once_whole_and_of_version_0(void **state)
{
    static const char *const forms[] = {
        "",
        "v0",
        "v0=",
        GOOD,
        "v1=" GOOD,
        "V0=" GOOD,
        " v0=" GOOD,
        "v0 =" GOOD,
        "v0=" GOOD "0",
        "v0=" GOOD ",v0=" GOOD,
        "v0=93A1A675965CEB9C5A50C5DFB31F20E50F763BE37A54EF74CD2D16A1A8E5C0D6",
        "v0=93a1a675965ceb9c5a50c5dfb31f20e50f763be37a54ef74cd2d16a1a8e5c0d",
    };
    sender *s = *state;

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        vector(s, "1720705455", 1720705455, forms[i], CHALLENGE);
        sender_expect(s, 401, "bad_signature");
    }
    begin(s, "{}");
    sender_header_again(s, "x-zm-signature", "v0=00");
    sender_expect(s, 401, "bad_signature");
    begin(s, "{}");
    sender_header_again(s, "x-zm-request-timestamp", "1772352060");
    sender_expect(s, 401, "bad_signature");
    begin(s, "{}");
    sender_header(s, "x-zm-request-timestamp", NULL);
    sender_expect(s, 401, "bad_signature");
}

static void
either_of_two_active_secrets_signs_and_no_other(void **state)
{
    sender *s = *state;

    begin(s, CHALLENGE);
    s->in.secret[0] = (sj_bytes){ "the newest", 10 };
    s->in.secret[1] = (sj_bytes){ SECRET, strlen(SECRET) };
    s->in.secret_count = 2;
    sender_expect(s, 200, "challenge"); /* hashed with the one that signed: */
    assert_non_null(
        strstr(s->answer.body,
               sender_hex(s, SECRET, (const char *const[]){ "xys8n8PGS7mAU0m5-YJjRA", NULL })));
    sign_at(s, "the newest", "1772352060");
    sender_expect(s, 200, "challenge");
    sign_at(s, "the oldest", "1772352060");
    sender_expect(s, 401, "bad_signature");
    s->in.secret_count = 0;
    sign(s);
    sender_expect(s, 401, "bad_signature");
}

#define OBJECT(id)                                                                                 \
    "\"uuid\":\"" UUID "\",\"id\":" id ",\"host_id\":\"H0st_id_22_chars_aaaaa\","                  \
    "\"topic\":\"Halal standards\",\"type\":5,\"start_time\":\"2026-03-01T08:00:00Z\","            \
    "\"duration\":60,\"timezone\":\"\""
#define WEBINAR "external_id=98765432101 instance=" UUID " title=Halal standards"

static void
expect(sender *s, const char *event, const char *more, const char *lines)
{
    char body[4096];

    (void) snprintf(body, sizeof body,
                    "{\"event\":\"%s\",\"event_ts\":1772100000123,\"payload\":{\"account_id\":"
                    "\"Ac\",\"object\":{" OBJECT("\"98765432101\"") "%s}}}",
                    event, more);
    begin(s, body);
    sender_expect(s, 200, "accepted");
    sender_expect_read(s, lines);
}

static void
a_registration_is_read_with_its_person(void **state)
{
    sender *s = *state;

    begin(s, "{\"event\":\"webinar.registration_created\",\"event_ts\":1772000000123,\"payload\":{"
             "\"account_id\":\"Ac0unt_id_22chars_here\",\"object\":{" OBJECT(
                 "98765432101") ","
                                "\"occurrences\":[{\"occurrence_id\":\"1772352000000\"}],"
                                "\"registrant\":{"
                                "\"id\":\"aB3dE5fG7hI9jK1lM3nO5p\",\"first_name\":\"Amal\",\"last_"
                                "name\":\"Al-Harthi\","
                                "\"email\":\" Amal@Example.org "
                                "\",\"org\":\"Ministry\",\"country\":\"OM\","
                                "\"phone\":\"\",\"job_title\":\"Chief\",\"custom_questions\":[{"
                                "\"title\":\"?\"}],"
                                "\"status\":\"approved\",\"join_url\":\"https://example.zoom.us/w/"
                                "1?tk=x\"}}}}");
    sender_expect_read(s, "REGISTERED " WEBINAR " occurred_ms=1772000000123 "
                          "registrant_id=aB3dE5fG7hI9jK1lM3nO5p email=amal@example.org "
                          "name=Amal Al-Harthi country=OM institution=Ministry position=Chief\n");
}

static void
what_happens_to_a_registration_is_read(void **state)
{
    static const char thin[] = ",\"registrant\":{\"id\":\"aB3\",\"first_name\":\"Amal\","
                               "\"last_name\":\"\",\"email\":\"amal@example.org\"}";
    static const char *const cases[][2] = { { "webinar.registration_cancelled", "WITHDRAWN" },
                                            { "meeting.registration_cancelled", "WITHDRAWN" },
                                            { "webinar.registration_denied", "DENIED" },
                                            { "meeting.registration_approved", "APPROVED" },
                                            { "meeting.registration_created", "REGISTERED" } };
    sender *s = *state;
    char lines[512];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void) snprintf(lines, sizeof lines,
                        "%s " WEBINAR " occurred_ms=1772100000123 registrant_id=aB3 "
                        "email=amal@example.org name=Amal\n",
                        cases[i][1]);
        expect(s, cases[i][0], thin, lines);
    }
}

static void
a_registration_that_waits_for_approval_is_pending(void **state)
{
    expect(*state, "webinar.registration_created",
           ",\"registrant\":{\"id\":\"aB3\",\"status\":\"pending\",\"email\":null}",
           "REGISTERED " WEBINAR " occurred_ms=1772100000123 registrant_id=aB3 pending\n");
}

static void
joining_and_leaving_are_paired_by_instance_and_user_id(void **state)
{
    expect(*state, "webinar.participant_joined",
           ",\"participant\":{\"user_id\":\"16778240\",\"user_name\":\"Amal\",\"id\":\"\","
           "\"participant_uuid\":\"0B1C\",\"email\":\"amal@example.org\",\"registrant_id\":\"aB3\","
           "\"join_time\":\"2026-03-01T08:01:00Z\"}",
           "JOINED " WEBINAR " occurred_ms=1772352060000 registrant_id=aB3 email=amal@example.org "
           "name=Amal connection=" UUID "#16778240\n");
    expect(*state, "meeting.participant_left",
           ",\"participant\":{\"user_id\":16778240,\"user_name\":\"Amal\",\"email\":\"\","
           "\"leave_reason\":\"Amal left.<br>Reason: Host ended\","
           "\"leave_time\":\"2026-03-01T09:00:59Z\"}",
           "LEFT " WEBINAR " occurred_ms=1772355659000 name=Amal connection=" UUID "#16778240\n");
}

static void
a_phone_is_bound_to_the_person_behind_it(void **state)
{
    expect(*state, "webinar.participant_bind",
           ",\"participant\":{\"user_id\":\"7\",\"user_name\":\"9689\",\"participant_uuid\":\"0B\","
           "\"phone_number\":\"9689\",\"bind_user_id\":\"16778240\","
           "\"join_time\":\"2026-03-01T08:05:00Z\"}",
           "BOUND " WEBINAR " occurred_ms=1772352300000 name=9689 connection=" UUID
           "#7 bound_to=" UUID "#16778240\n");
    expect(*state, "meeting.participant_bind",
           ",\"participant\":{\"user_id\":\"7\",\"bind_user_id\":\"16778240\","
           "\"date_time\":\"2026-03-01T08:05:00Z\"}",
           "BOUND " WEBINAR " occurred_ms=1772352300000 connection=" UUID "#7 bound_to=" UUID
           "#16778240\n");
}

static void
a_breakout_room_is_a_connection_of_the_person_of_the_main_one(void **state)
{
    expect(*state, "meeting.participant_joined_breakout_room",
           ",\"breakout_room_uuid\":\"Room1==\",\"participant\":{\"user_id\":\"9\","
           "\"parent_user_id\":\"16778240\",\"user_name\":\"Amal\","
           "\"join_time\":\"2026-03-01T08:05:00Z\"}",
           "JOINED " WEBINAR " occurred_ms=1772352300000 name=Amal connection=" UUID "#9/breakout\n"
           "BOUND " WEBINAR " occurred_ms=1772352300000 connection=" UUID
           "#9/breakout bound_to=" UUID "#16778240\n");
    expect(*state, "meeting.participant_left_breakout_room",
           ",\"breakout_room_uuid\":\"Room1==\",\"participant\":{\"user_id\":\"9\","
           "\"parent_user_id\":\"16778240\",\"user_name\":\"Amal\","
           "\"leave_time\":\"2026-03-01T08:06:00Z\"}",
           "LEFT " WEBINAR " occurred_ms=1772352360000 name=Amal connection=" UUID "#9/breakout\n");
}

static void
a_leave_of_a_breakout_room_need_not_say_which(void **state)
{
    expect(*state, "meeting.participant_left_breakout_room",
           ",\"breakout_room_uuid\":null,\"participant\":{\"user_id\":\"9\","
           "\"leave_time\":\"2026-03-01T08:06:00Z\"}",
           "LEFT " WEBINAR " occurred_ms=1772352360000 connection=" UUID "#9/breakout\n");
}

static void
a_change_of_role_is_read(void **state)
{
    expect(*state, "webinar.participant_role_changed",
           ",\"participant\":{\"user_id\":\"9\",\"user_name\":\"Amal\",\"old_role\":\"attendee\","
           "\"email\":\"amal@example.org\",\"new_role\":\"panelist\","
           "\"date_time\":\"2026-03-01T08:05:00Z\"}",
           "ROLE_CHANGED " WEBINAR " occurred_ms=1772352300000 email=amal@example.org name=Amal "
           "connection=" UUID "#9\n");
}

static void
the_end_of_a_rehearsal_is_not_the_end(void **state)
{
    expect(*state, "webinar.ended", ",\"end_time\":\"2026-03-01T09:01:00Z\"",
           "ENDED " WEBINAR " occurred_ms=1772355660000 connection=" UUID "#\n");
    expect(*state, "webinar.ended",
           ",\"end_time\":\"2026-03-01T09:01:00Z\",\"practice_session\":false",
           "ENDED " WEBINAR " occurred_ms=1772355660000 connection=" UUID "#\n");
    expect(*state, "meeting.ended", "",
           "ENDED " WEBINAR " occurred_ms=1772100000123 connection=" UUID "#\n");
    expect(*state, "webinar.ended",
           ",\"end_time\":\"2026-03-01T07:55:00Z\",\"practice_session\":true", "");
}

static void
hosts_waiting_rooms_starts_and_the_unknown_say_nothing(void **state)
{
    static const char *const events[] = { "webinar.started",
                                          "meeting.participant_joined_waiting_room",
                                          "meeting.participant_left_waiting_room",
                                          "meeting.participant_jbh_joined",
                                          "webinar.participant_data_connection_established",
                                          "webinar.some_news_of_2030",
                                          "recording.completed",
                                          "participant_joined",
                                          "xwebinar.participant_joined" };

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        expect(*state, events[i],
               ",\"participant\":{\"user_id\":\"9\",\"join_time\":\"2026-03-01T08:05:00Z\"}", "");
    expect(*state, "webinar.participant_joined",
           ",\"participant\":{\"user_id\":\"9\",\"id\":\"H0st_id_22_chars_aaaaa\","
           "\"join_time\":\"2026-03-01T08:05:00Z\"}",
           "");
}

static void
what_should_have_been_understood_is_said_in_words(void **state)
{
    static const char *const cases[][2] = {
        { "", "words: what came is no JSON that can be read\n" },
        { "{\"event\":", "words: what came is no JSON that can be read\n" },
        { "{} {}", "words: what came is no JSON that can be read\n" },
        { "\"text\"", "words: what came is no JSON that can be read\n" },
        { "{\"event\":\"webinar.ended\",\"event\":\"x\"}",
          "words: what came names a member of an object twice\n" },
        { "{\"a\":\"\\ud83d\"}", "words: what came is no event of Zoom\n" },
        { "{\"a\":1e999}", "words: what came is no event of Zoom\n" },
        { "{\"a\":99999999999999999999}", "words: what came is no event of Zoom\n" },
        { "[]", "words: what came is no event of Zoom\n" },
        { "{\"event\":7}", "words: what came is no event of Zoom\n" },
        { "{\"event\":\"webinar.ended\"}", "words: Zoom's event names no webinar\n" },
        { "{\"event\":\"webinar.registration_created\",\"payload\":{\"object\":{}}}",
          "words: Zoom's registration has no registrant\n" },
        { "{\"event\":\"webinar.participant_left\",\"payload\":{\"object\":{}}}",
          "words: Zoom's event names no participant\n" },
    };
    sender *s = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(s, cases[i][0]);
        sender_expect(s, 200, "accepted");
        sender_expect_read(s, cases[i][1]);
    }
}

static void
a_text_is_mended_and_never_a_reason_to_refuse(void **state)
{
    expect(*state, "webinar.registration_created",
           ",\"registrant\":{\"id\":\" aB3 \",\"first_name\":\" A\\u0000ma\\u202el \","
           "\"last_name\":\"=cmd()\\r\\n<br>\\u200f\",\"email\":\"no address\","
           "\"country\":\"Atlantis\",\"org\":\"\\t\",\"language\":\"English please\"}",
           "REGISTERED " WEBINAR " occurred_ms=1772100000123 registrant_id=aB3 "
           "name=Amal =cmd()  <br>\n");
    expect(*state, "webinar.registration_created",
           ",\"registrant\":{\"id\":\"a\\u0007b\",\"country\":\"c\xc3\xb4te d'ivoire\","
           "\"language\":\"en-US\"}",
           "REGISTERED " WEBINAR " occurred_ms=1772100000123 "
           "registrant_id=~68ed964b93e422667c34cb1ddff56606 country=CI language=en-US\n");
}

static void
remember(sender *s, const char *event, const char *more, uint8_t nonce[16])
{
    char body[4096];

    (void) snprintf(body, sizeof body,
                    "{\"event\":\"%s\",\"event_ts\":1772100000123,\"payload\":{\"object\":{" OBJECT(
                        "\"98765432101\"") "%s}}}",
                    event, more);
    begin(s, body);
    sj_arena_reset(&s->arena);
    s->platform->read(&s->arena, &s->in, &s->items);
    assert_int_equal(s->items.count, 1);
    memcpy(nonce, sender_nonce(s, 0), 16);
}

static void
a_redelivery_is_the_same_push_and_a_rejoin_is_not(void **state)
{
#define JOINED(user, time)                                                                         \
    ",\"participant\":{\"user_id\":\"" user "\",\"join_time\":\"2026-03-01T08:" time "Z\"}"
    static const char joined[] = "webinar.participant_joined";
    sender *s = *state;
    uint8_t first[16], other[16];

    remember(s, joined, JOINED("9", "05:00"), first);
    s->in.now_ms += 300000; /* delivered again, later, for another subscription */
    sender_header(s, "x-zm-trackingid", "another");
    s->in.url = "https://another.example.org/hooks";
    remember(s, joined, JOINED("9", "05:00"), other);
    assert_memory_equal(first, other, 16);
    remember(s, joined, JOINED("10", "05:00"), other);
    assert_memory_not_equal(first, other, 16);
    remember(s, joined, JOINED("9", "05:01"), other);
    assert_memory_not_equal(first, other, 16);
    remember(s, "meeting.participant_joined", JOINED("9", "05:00"), other);
    assert_memory_not_equal(first, other, 16);
}

static void
pushes_that_name_no_run_are_told_apart_by_their_webinar(void **state)
{
#define IN(number)                                                                                 \
    "{\"event\":\"webinar.participant_joined\",\"payload\":{\"object\":{\"id\":" number            \
    ",\"participant\":{\"user_id\":\"9\",\"join_time\":\"2026-03-01T08:05:00Z\"}}}}"
    sender *s = *state;
    uint8_t first[16];

    begin(s, IN("111"));
    sender_expect_read(s, "JOINED external_id=111 occurred_ms=1772352300000 connection=9\n");
    memcpy(first, sender_nonce(s, 0), sizeof first);
    begin(s, IN("222"));
    sender_expect_read(s, "JOINED external_id=222 occurred_ms=1772352300000 connection=9\n");
    assert_memory_not_equal(first, sender_nonce(s, 0), sizeof first);
}

static void
what_two_hooks_hear_of_one_run_is_one_push(void **state)
{
    static const uint8_t one[SJ_ID_SIZE] = { 1 }, two[SJ_ID_SIZE] = { 2 };
    sender *s = *state;
    uint8_t first[16];

    begin(s, IN("111"));
    s->in.hook_id = one;
    sender_expect_read(s, "JOINED external_id=111 occurred_ms=1772352300000 connection=9\n");
    memcpy(first, sender_nonce(s, 0), sizeof first);
    s->in.hook_id = two;
    sender_expect_read(s, "JOINED external_id=111 occurred_ms=1772352300000 connection=9\n");
    assert_memory_equal(first, sender_nonce(s, 0), sizeof first);
}

static void
half_a_pair_and_a_large_number_are_no_reason_to_refuse(void **state)
{
    begin(*state, "{\"event\":\"webinar.participant_joined\",\"event_ts\":1e999,\"payload\":"
                  "{\"object\":{\"id\":99999999999999999999,\"participant\":{\"user_id\":\"9\","
                  "\"user_name\":\"Amal \\ud83d\",\"join_time\":\"2026-03-01T08:05:00Z\"}}}}");
    sender_expect(*state, 200, "accepted");
    sender_expect_read(*state, "JOINED external_id=99999999999999999999 "
                               "occurred_ms=1772352300000 name=Amal \xef\xbf\xbd connection=9\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_are_taken),
        cmocka_unit_test(a_signed_challenge_is_answered_with_the_hash_of_its_token),
        cmocka_unit_test(no_challenge_is_answered_that_nobody_signed),
        cmocka_unit_test(nothing_is_hashed_for_a_challenge_but_what_looks_like_a_token),
        cmocka_unit_test(every_octet_is_covered_by_the_signature),
        cmocka_unit_test(a_time_is_fresh_for_300_seconds_both_ways),
        cmocka_unit_test(a_time_is_a_few_ascii_digits),
        cmocka_unit_test(a_signature_is_there_once_whole_and_of_version_0),
        cmocka_unit_test(either_of_two_active_secrets_signs_and_no_other),
        cmocka_unit_test(a_registration_is_read_with_its_person),
        cmocka_unit_test(what_happens_to_a_registration_is_read),
        cmocka_unit_test(a_registration_that_waits_for_approval_is_pending),
        cmocka_unit_test(joining_and_leaving_are_paired_by_instance_and_user_id),
        cmocka_unit_test(a_phone_is_bound_to_the_person_behind_it),
        cmocka_unit_test(a_breakout_room_is_a_connection_of_the_person_of_the_main_one),
        cmocka_unit_test(a_leave_of_a_breakout_room_need_not_say_which),
        cmocka_unit_test(a_change_of_role_is_read),
        cmocka_unit_test(the_end_of_a_rehearsal_is_not_the_end),
        cmocka_unit_test(hosts_waiting_rooms_starts_and_the_unknown_say_nothing),
        cmocka_unit_test(what_should_have_been_understood_is_said_in_words),
        cmocka_unit_test(a_text_is_mended_and_never_a_reason_to_refuse),
        cmocka_unit_test(a_redelivery_is_the_same_push_and_a_rejoin_is_not),
        cmocka_unit_test(pushes_that_name_no_run_are_told_apart_by_their_webinar),
        cmocka_unit_test(half_a_pair_and_a_large_number_are_no_reason_to_refuse),
        cmocka_unit_test(what_two_hooks_hear_of_one_run_is_one_push),
    };

    return cmocka_run_group_tests_name("zoom", tests, sender_open, sender_close);
}
