/* SPDX-License-Identifier: Apache-2.0 */
/* Teams: the handshake, whose notices are taken, and what Graph's answers come to. */
#include "tests/unit/platform/sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WEBINAR "solutions/virtualEvents/webinars/aa10"
#define NOTICE(state, resource, data)                                                              \
    "{\"subscriptionId\":\"8f2d\",\"clientState\":" state ",\"changeType\":\"created\","           \
    "\"tenantId\":\"0e0e\",\"resource\":\"" resource "\",\"resourceData\":" data "}"
#define REGISTERED(state)                                                                          \
    NOTICE(state, WEBINAR "/registrations",                                                        \
           "{\"@odata.id\":\"" WEBINAR "/registrations/5f00aa11\",\"@odata.type\":"                \
           "\"#microsoft.graph.virtualEventRegistration\",\"id\":\"5f00aa11\"}")
#define OURS "\"our-secret\""

static void
begin(sender *s, const char *notices)
{
    char body[8192];

    (void) snprintf(body, sizeof body, "{\"value\":[%s]}", notices);
    sender_begin(s, "teams", "our-secret");
    sender_body(s, body);
}

static void
the_token_of_the_handshake_comes_back_decoded_as_text(void **state)
{
    sender *s = *state;

    begin(s, "");
    sender_body(s, "");
    sender_query(s, "validationToken=Validation%3a+Testing+%3Cscript%3E%2B%C3%A9&x=1");
    sender_expect(s, 200, "challenge");
    assert_string_equal(s->answer.body, "Validation: Testing <script>+\xc3\xa9");
    assert_string_equal(s->answer.type, "text/plain; charset=utf-8");
    assert_int_equal(s->answer.header_count, 1);
    assert_string_equal(s->answer.header[0].name, "X-Content-Type-Options");
    assert_string_equal(s->answer.header[0].value, "nosniff");
}

static void
a_token_is_a_short_text_that_is_there_once(void **state)
{
    static char many[1100];
    const char *const bad[] = { "validationToken=",
                                "validationToken=%",
                                "validationToken=%00",
                                "validationToken=a%0d%0ab",
                                "validationToken=%ff",
                                "validationToken=%E2%80%AE",
                                "validationToken=1&validationToken=1",
                                many };
    sender *s = *state;

    memset(many, 'a', sizeof many - 1);
    memcpy(many, "validationToken=", 16);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin(s, REGISTERED(OURS));
        sender_query(s, bad[i]);
        sender_expect(s, 400, "bad_challenge");
        assert_null(s->answer.body);
    }
}

static void
notices_are_answered_202_and_kept_if_one_is_ours(void **state)
{
    static const char *const bad[] = { "",
                                       REGISTERED("\"our-secreT\""),
                                       REGISTERED("\"our-secret \""),
                                       REGISTERED("\"our-secret\\u0000\""),
                                       REGISTERED("\"\""),
                                       REGISTERED("null"),
                                       REGISTERED("7"),
                                       "{}",
                                       "7" };
    sender *s = *state;

    begin(s, REGISTERED(OURS));
    sender_expect(s, 202, "accepted");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin(s, bad[i]);
        sender_expect(s, 202, "bad_signature");
    }
    begin(s, REGISTERED("\"x\"") "," REGISTERED(OURS));
    sender_expect(s, 202, "accepted");
    s->in.secret_count = 0;
    sender_expect(s, 202, "bad_signature");
    sender_body(s, "{\"value\":[");
    sender_expect(s, 202, "unreadable");
    sender_body(s, "{\"value\":[],\"value\":[" REGISTERED(OURS) "]}");
    sender_expect(s, 202, "unreadable");
}

static void
either_of_two_active_secrets_is_ours(void **state)
{
    sender *s = *state;

    begin(s, REGISTERED("\"older\""));
    s->in.secret[1] = (sj_bytes){ "older", 5 };
    s->in.secret_count = 2;
    sender_expect(s, 202, "accepted");
    sender_expect_read(s, "fetch: " WEBINAR "/registrations/5f00aa11\n");
}

static void
expect(sender *s, const char *notices, const char *lines)
{
    begin(s, notices);
    sender_expect_read(s, lines);
}

static void
what_changed_is_asked_of_graph(void **state)
{
    sender *s = *state;

    expect(s, REGISTERED(OURS), "fetch: " WEBINAR "/registrations/5f00aa11\n");
    expect(s, NOTICE(OURS, WEBINAR "/sessions/5e/attendanceReports/77", "{}"),
           "fetch: " WEBINAR "/sessions/5e/attendanceReports/77?$expand=attendanceRecords\n");
    expect(s,
           NOTICE(OURS, "x",
                  "{\"@odata.id\":\"https://graph.microsoft.com/v1.0/" WEBINAR
                  "/registrations('5f')\"}"),
           "fetch: " WEBINAR "/registrations('5f')\n");
    expect(s, NOTICE(OURS, WEBINAR "/sessions/5e", "{}"), "");
    expect(s, NOTICE(OURS, WEBINAR "/registrations", "{}"), "");
}

static void
notices_of_others_are_left_out_and_the_strange_said_in_words(void **state)
{
    sender *s = *state;

    expect(s,
           REGISTERED("\"x\"") "," NOTICE(OURS, "../../me?x", "{}") "," REGISTERED(
               OURS) ",{\"clientState\":" OURS ",\"encryptedContent\":{\"data\":\"\"}}",
           "words: a notice of Microsoft names nothing that can be asked for\n"
           "fetch: " WEBINAR "/registrations/5f00aa11\n"
           "words: a notice of Microsoft is encrypted: make the subscription without "
           "includeResourceData\n");
    expect(s,
           "{\"clientState\":" OURS ",\"lifecycleEvent\":\"reauthorizationRequired\"},"
           "{\"clientState\":" OURS ",\"lifecycleEvent\":\"subscriptionRemoved\"},"
           "{\"clientState\":" OURS ",\"lifecycleEvent\":\"missed\"},"
           "{\"clientState\":\"x\",\"lifecycleEvent\":\"missed\"}",
           "words: Microsoft ended a subscription: make it again\n"
           "words: Microsoft dropped notices: compare with the report of the webinar\n");
    expect(s, REGISTERED("\"x\""), "words: the hook's secret was changed before this was read\n");
}

static void
one_notice_that_is_no_json_is_held_alone(void **state)
{
    sender *s = *state;

    begin(s, REGISTERED(OURS) ",{\"clientState\":\"\\ud83d\"}");
    sender_expect(s, 202, "accepted");
    sender_expect_read(s, "fetch: " WEBINAR "/registrations/5f00aa11\n");
    begin(s, REGISTERED(OURS) ",{\"clientState\":" OURS ",\"clientState\":\"x\"}");
    sender_expect(s, 202, "accepted");
    sender_expect_read(s, "fetch: " WEBINAR "/registrations/5f00aa11\n"
                          "words: a notice of Microsoft that came with others cannot be read\n");
    begin(s, "{\"clientState\":" OURS ",\"clientState\":\"x\"}");
    sender_expect(s, 202, "bad_signature");
}

static void
a_registration_is_read_in_its_state(void **state)
{
    static const char *const cases[][3] = {
        { "registered", "APPROVED", "" },           { "canceled", "WITHDRAWN", "" },
        { "rejectedByOrganizer", "DENIED", "" },    { "pendingApproval", "REGISTERED", " pending" },
        { "waitlisted", "REGISTERED", " pending" },
    };
    sender *s = *state;
    char json[1024], lines[512];

    begin(s, "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool cancelled = strcmp(cases[i][0], "canceled") == 0;

        (void) snprintf(json, sizeof json,
                        "{\"id\":\"5f00\",\"email\":\"Amal@Example.org\",\"firstName\":\"Amal\","
                        "\"lastName\":\"Al-Harthi\",\"status\":\"%s\",\"registrationDateTime\":"
                        "\"2026-03-01T08:01:00.1234567Z\",\"cancelationDateTime\":%s,"
                        "\"preferredLanguage\":\"en-us\",\"userId\":null}",
                        cases[i][0], cancelled ? "\"2026-03-01T08:05:00Z\"" : "null");
        (void) snprintf(lines, sizeof lines,
                        "%s external_id=aa10 occurred_ms=%s registrant_id=5f00 "
                        "email=amal@example.org name=Amal Al-Harthi language=en-us%s\n",
                        cases[i][1], cancelled ? "1772352300000" : "1772352060123", cases[i][2]);
        sender_expect_fetched(s, WEBINAR "/registrations/5f00", json, lines);
    }
    sender_expect_fetched(
        s, WEBINAR "/registrations/5f00", "{\"error\":{\"code\":\"x\"}}",
        "words: what Microsoft answered is no registration in a state that is known\n");
}

#define REPORT WEBINAR "/sessions/5e/attendanceReports/77?$expand=attendanceRecords"
#define FROM "external_id=aa10 instance=5e"

static void
the_intervals_of_a_report_are_read(void **state)
{
    sender *s = *state;

    begin(s, "");
    sender_expect_fetched(
        s, REPORT,
        "{\"id\":\"77\",\"totalParticipantCount\":3,\"attendanceRecords\":["
        "{\"id\":\"r1\",\"emailAddress\":\"\",\"totalAttendanceInSeconds\":3360,"
        "\"role\":\"Attendee\",\"registrationId\":\"5f00\",\"identity\":{\"displayName\":\"Amal\"},"
        "\"attendanceIntervals\":[{\"joinDateTime\":\"2026-03-01T08:01:00Z\",\"leaveDateTime\":"
        "\"2026-03-01T08:31:00Z\",\"durationInSeconds\":1800},{\"joinDateTime\":"
        "\"2026-03-01T08:35:00Z\",\"leaveDateTime\":null,\"durationInSeconds\":60},"
        "{\"joinDateTime\":null,\"leaveDateTime\":null,\"durationInSeconds\":0}]},"
        "{\"id\":\"r2\",\"emailAddress\":\"badr@example.org\",\"role\":\"Presenter\","
        "\"registrationId\":null,\"externalRegistrationInformation\":{\"registrationId\":\"x9\"},"
        "\"attendanceIntervals\":[{\"joinDateTime\":\"2026-03-01T08:01:00Z\",\"leaveDateTime\":"
        "\"2026-03-01T08:02:00Z\"}]},"
        "{\"id\":\"r3\",\"role\":\"Organizer\",\"totalAttendanceInSeconds\":9,"
        "\"attendanceIntervals\":[{\"joinDateTime\":\"2026-03-01T08:01:00Z\","
        "\"leaveDateTime\":\"2026-03-01T08:02:00Z\"}]},"
        "{\"id\":\"r4\",\"totalAttendanceInSeconds\":9,\"attendanceIntervals\":[]},"
        "{\"id\":\"r5\",\"totalAttendanceInSeconds\":0,\"attendanceIntervals\":[]}]}",
        "PRESENT " FROM " occurred_ms=1772352060000 registrant_id=5f00 name=Amal "
        "connection=5e#5f00/1772352060000 ended_ms=1772353860000\n"
        "PRESENT " FROM " occurred_ms=1772354100000 registrant_id=5f00 name=Amal "
        "connection=5e#5f00/1772354100000 ended_ms=1772354160000\n"
        "PRESENT " FROM " occurred_ms=1772352060000 registrant_id=x9 email=badr@example.org "
        "connection=5e#x9/1772352060000 ended_ms=1772352120000\n"
        "words: a report of Microsoft gives minutes of somebody without their times\n");
    sender_expect_fetched(s, REPORT, "{\"error\":{}}",
                          "words: what Microsoft answered is no report of who attended\n");
    sender_expect_fetched(s, REPORT, "{\"value\":[]}", "");
}

static void
the_next_page_of_a_report_is_asked_for(void **state)
{
    char name[] = "fetch.base_url", base[] = "https://graph.microsoft.com/v1.0";
    char *settings[] = { name, base, NULL };
    sender *s = *state;

    begin(s, "");
    s->in.settings = settings;
    sender_expect_fetched(s, REPORT,
                          "{\"attendanceRecords\":[],\"attendanceRecords@odata.nextLink\":"
                          "\"https://graph.microsoft.com/v1.0/" WEBINAR "/x?$skiptoken=a%20b\"}",
                          "fetch: " WEBINAR "/x?$skiptoken=a%20b\n");
    sender_expect_fetched(
        s, REPORT,
        "{\"attendanceRecords\":[],\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0x/a\"}",
        "words: Microsoft's report goes on at another address than fetch.base_url\n");
    sender_expect_fetched(
        s, REPORT,
        "{\"attendanceRecords\":[],\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0/a b\"}",
        "words: Microsoft's report goes on at another address than fetch.base_url\n");
}

/* Part by part, as if the answer to each fetch of a long report were asked for again. */
static void
a_long_report_is_told_in_parts_and_nothing_twice(void **state)
{
    enum { PEOPLE = 2500, SIZE = 1024 * 1024 };
    static uint8_t told[PEOPLE];
    sender *s = *state;
    char *json = malloc(SIZE), fetch[256] = REPORT;
    size_t used = (size_t) snprintf(json, SIZE, "{\"attendanceRecords\":["), parts = 0;

    assert_non_null(json);
    for (unsigned i = 0; i < PEOPLE; i++)
        used += (size_t) snprintf(
            json + used, SIZE - used,
            "%s{\"registrationId\":\"%u\",\"attendanceIntervals\":[{\"joinDateTime\":"
            "\"2026-03-01T08:01:00Z\",\"leaveDateTime\":\"2026-03-01T08:31:00Z\"}]}",
            i == 0 ? "" : ",", i);
    used += (size_t) snprintf(json + used, SIZE - used, "]}");
    begin(s, "");
    for (bool more = true; more; parts++) {
        sj_arena_reset(&s->arena);
        s->platform->read_fetched(&s->arena, &s->in, fetch, (sj_bytes){ json, used }, &s->items);
        assert_false(s->items.more);
        assert_false(s->arena.full);
        assert_true(s->items.count > 0 && parts < 5);
        sender_expect_sound(s);
        more = false;
        for (size_t i = 0; i < s->items.count; i++) {
            if (s->items.item[i].fetch != NULL) {
                more = true;
                (void) snprintf(fetch, sizeof fetch, "%s", s->items.item[i].fetch);
                continue;
            }
            told[strtoul(s->items.item[i].push.registrant_id, NULL, 10)]++;
        }
    }
    assert_int_equal(parts, 3);
    for (unsigned i = 0; i < PEOPLE; i++)
        assert_int_equal(told[i], 1);
    free(json);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_token_of_the_handshake_comes_back_decoded_as_text),
        cmocka_unit_test(a_token_is_a_short_text_that_is_there_once),
        cmocka_unit_test(notices_are_answered_202_and_kept_if_one_is_ours),
        cmocka_unit_test(either_of_two_active_secrets_is_ours),
        cmocka_unit_test(what_changed_is_asked_of_graph),
        cmocka_unit_test(notices_of_others_are_left_out_and_the_strange_said_in_words),
        cmocka_unit_test(one_notice_that_is_no_json_is_held_alone),
        cmocka_unit_test(a_registration_is_read_in_its_state),
        cmocka_unit_test(the_intervals_of_a_report_are_read),
        cmocka_unit_test(the_next_page_of_a_report_is_asked_for),
        cmocka_unit_test(a_long_report_is_told_in_parts_and_nothing_twice),
    };

    return cmocka_run_group_tests_name("teams", tests, sender_open, sender_close);
}
