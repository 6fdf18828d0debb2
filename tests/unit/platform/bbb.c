/* SPDX-License-Identifier: Apache-2.0 */
/* BigBlueButton: which checksums are taken under which rule, and what its events come to. */
#include "tests/unit/platform/sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define URL "https://sijill.example.org/hooks/1/bbb/00ff"
#define FORM                                                                                       \
    "domain=bbb.example.com&event=%5B%7B%22data%22%3A%7B%22id%22%3A%22x%22%7D%7D%5D&"              \
    "timestamp=1772352060017"
#define SHA1 "checksum=801d63a0de79ec49bde603b9851c942ec5505d29"
#define CONSTANT "checksum=50d50a98c89df09fb8600d0f5513ee3e83b1c1b4"
#define OF_2X "checksum=75318494f0aad40fa24033f4233d0edc91ba6a0a"

/* Settings that are NULL are left out. */
static void
set(sender *s, const char *rule, const char *algorithm, const char *url)
{
    static char *list[7];
    static char name[3][32], value[3][256];
    const char *const names[] = { "bbb.rule", "bbb.algorithm", "bbb.callback_url" };
    const char *const values[] = { rule, algorithm, url };
    size_t count = 0;

    for (size_t i = 0; i < 3; i++) {
        if (values[i] == NULL)
            continue;
        (void) snprintf(name[i], sizeof name[i], "%s", names[i]);
        (void) snprintf(value[i], sizeof value[i], "%s", values[i]);
        list[count++] = name[i];
        list[count++] = value[i];
    }
    list[count] = NULL;
    s->in.settings = list;
}

static void
begin(sender *s, const char *query, const char *rule)
{
    sender_begin(s, "bbb", "bbb secret");
    sender_body(s, FORM);
    sender_query(s, query);
    s->in.url = URL;
    set(s, rule, NULL, NULL);
}

static void
every_algorithm_is_told_by_its_length(void **state)
{
    static const char *const good[][2] = {
        { "sha1", SHA1 },
        { "sha256", "checksum=58f61aefc24c87a82bdfc754f08a5ca4148d53c4169bbf8083f791f1259a3d1e" },
        { "sha384", "checksum=e326e438ff5d75d939264e30963bd1cead06b9f70945af7ba285fd2834ce45b0"
                    "c813b75c02d68e7bcbaf43f1a17cd48e" },
        { "sha512", "checksum=af66169650be90cb6ecd15732c2c082e9431f14d499d9a878535311ce5035fb3"
                    "99ac1d5100578dd8e167c7b19ae9beeece7d2fc7ea828645d12cf62de9ecdb85" },
    };
    sender *s = *state;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        begin(s, good[i][1], NULL);
        sender_expect(s, 200, "accepted");
        begin(s, good[i][1], "3.4.0");
        sender_expect(s, 200, "accepted");
        for (size_t n = 0; n < sizeof good / sizeof good[0]; n++) {
            set(s, NULL, good[n][0], NULL);
            sender_expect(s, i == n ? 200 : 403, i == n ? "accepted" : "bad_signature");
        }
    }
}

/* They count 401 as delivered. */
static void
what_is_not_covered_by_the_checksum_is_refused_with_403(void **state)
{
    static const char *const bad[] = {
        "",
        "checksum=",
        "checksum=00",
        "checksum=801d63a0de79ec49bde603b9851c942ec5505d28",
        "checksum=801D63A0DE79EC49BDE603B9851C942EC5505D29",
        "checksum=%2801d63a0de79ec49bde603b9851c942ec5505d29",
        "Checksum=801d63a0de79ec49bde603b9851c942ec5505d29",
        SHA1 "&" SHA1,
        SHA1 "00",
        CONSTANT,
        OF_2X,
    };
    sender *s = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin(s, bad[i], NULL);
        sender_expect(s, 403, "bad_signature");
    }
    begin(s, "x=1&" SHA1, NULL);
    sender_expect(s, 200, "accepted");
    sender_expect_every_octet_counts(s, "", 403);
    s->in.url = "https://another.example.org/hooks/1/bbb/00ff";
    sender_expect(s, 403, "bad_signature");
    s->in.url = NULL;
    sender_expect(s, 403, "no_callback_url");
}

static void
the_address_as_registered_is_a_setting(void **state)
{
    sender *s = *state;

    begin(s, SHA1, NULL);
    s->in.url = "http://127.0.0.1:8080/hooks/1/bbb/00ff";
    sender_expect(s, 403, "bad_signature");
    set(s, NULL, NULL, URL);
    sender_expect(s, 200, "accepted");
}

static void
a_checksum_that_covers_nothing_is_taken_only_where_it_is_set(void **state)
{
    sender *s = *state;

    begin(s, CONSTANT, "3.0.0");
    sender_expect(s, 200, "accepted");
    sender_query(s, SHA1);
    sender_expect(s, 403, "bad_signature");
    begin(s, CONSTANT, "2.x");
    sender_expect(s, 403, "bad_signature");
}

static void
what_2x_hashes_is_made_again_as_javascript_does(void **state)
{
    static const char other[] =
        "timestamp=1772352060017&event=%5B%7B%22a%22%3A%22%5C%22%5C%5C+%08%09%0A%0C%0D%01%1F+"
        "%C3%A9+%F0%9F%8E%93+%2F%22%7D%5D&domain=b%22b";
    static const char *const bad[] = {
        "", "event=1&domain=2", "event=1&timestamp=x&domain=2",
        ("event=%5B%7B%22data%22%3A%7B%22id%22%3A%22x%22%7D%7D%5D&event=2&"
         "timestamp=1772352060017&domain=bbb.example.com")
    };
    sender *s = *state;

    begin(s, OF_2X, "2.x");
    sender_expect(s, 200, "accepted");
    sender_body(s, "event=%5B%7B%22data%22%3A%7B%22id%22%3A%22x%22%7D%7D%5D&"
                   "timestamp=1772352060017&domain=bbb.example.com"); /* the order is the same */
    sender_expect(s, 200, "accepted");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sender_body(s, bad[i]);
        sender_expect(s, 403, "bad_signature");
    }
    begin(s, "checksum=01687417c88fd1bbd28e77e0166d0e79f87f49d7", "2.x");
    sender_body(s, other);
    sender_expect(s, 200, "accepted");
}

static void
a_bearer_is_the_secret_and_stored_nowhere(void **state)
{
    static const char *const bad[] = { "bbb secret",      "bearer bbb secret",
                                       "Bearer",          "Bearer bbb secret ",
                                       "Bearer ",         "Bearer bbb secre",
                                       "Basic bbb secret" };
    sender *s = *state;

    begin(s, "", "bearer");
    sender_header(s, "authorization", "Bearer bbb secret");
    sender_expect(s, 200, "accepted");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sender_header(s, "authorization", bad[i]);
        sender_expect(s, 403, "bad_signature");
    }
    begin(s, SHA1, "bearer");
    sender_expect(s, 403, "bad_signature");
    for (const char *const *name = s->platform->headers; *name != NULL; name++)
        assert_string_not_equal(*name, "authorization");
    assert_string_equal(s->platform->secret_headers[0], "authorization");
}

static void
either_of_two_active_secrets_signs(void **state)
{
    sender *s = *state;

    begin(s, "checksum=a0ad22fe4fce5c04bb1e149e4cdca1972245f072", NULL);
    sender_expect(s, 403, "bad_signature");
    s->in.secret[1] = (sj_bytes){ "older", 5 };
    s->in.secret_count = 2;
    sender_expect(s, 200, "accepted");
    sender_query(s, SHA1);
    sender_expect(s, 200, "accepted");
    s->in.secret_count = 0;
    sender_expect(s, 403, "bad_signature");
}

/* Events as JSON, escaped as bbb-webhooks does. */
static void
expect(sender *s, const char *events, const char *lines)
{
    char form[16 * 1024];
    size_t used = (size_t) snprintf(form, sizeof form, "timestamp=1772352060017&event=");

    for (; *events != '\0'; events++) {
        assert_true(used + 64 < sizeof form);
        used += (size_t) snprintf(form + used, sizeof form - used, "%%%02X",
                                  (unsigned) (unsigned char) *events);
    }
    (void) snprintf(form + used, sizeof form - used, "&domain=bbb.example.com");
    begin(s, "", NULL);
    sender_body(s, form);
    sender_expect_read(s, lines);
}

#define MEETING                                                                                    \
    "\"meeting\":{\"internal-meeting-id\":\"c0de-1772352000000\",\"external-meeting-id\":"         \
    "\"halal-2026-03\"}"
#define EVENT(id, attributes, ts)                                                                  \
    "{\"data\":{\"type\":\"event\",\"id\":\"" id "\",\"attributes\":{" attributes                  \
    "},\"event\":{\"ts\":" ts "}}}"
#define JOINED(external)                                                                           \
    EVENT("user-joined",                                                                           \
          MEETING ",\"user\":{\"internal-user-id\":\"w_1\",\"external-user-id\":\"" external       \
                  "\",\"name\":\"Amal\",\"role\":\"VIEWER\",\"presenter\":false,\"guest\":false}", \
          "1772352060002")
#define LEFT                                                                                       \
    EVENT("user-left",                                                                             \
          MEETING ",\"user\":{\"internal-user-id\":\"w_1\",\"external-user-id\":\"someone\"}",     \
          "1772355600004")
#define WEBINAR "external_id=halal-2026-03 instance=c0de-1772352000000"

static void
coming_going_and_the_end_are_read(void **state)
{
    expect(*state,
           "[" JOINED("aB3") "," LEFT "," EVENT("meeting-ended", MEETING, "1772355660004") "]",
           "JOINED " WEBINAR " occurred_ms=1772352060002 registrant_id=aB3 name=Amal "
           "connection=c0de-1772352000000#w_1\n"
           "LEFT " WEBINAR " occurred_ms=1772355600004 connection=c0de-1772352000000#w_1\n"
           "ENDED " WEBINAR " occurred_ms=1772355660004 connection=c0de-1772352000000#\n");
    expect(*state, EVENT("meeting-ended", MEETING, "1772355660004"),
           "ENDED " WEBINAR " occurred_ms=1772355660004 connection=c0de-1772352000000#\n");
}

static void
an_external_id_that_is_the_internal_one_is_no_identity(void **state)
{
    expect(*state, "[" JOINED("w_1") "]",
           "JOINED " WEBINAR " occurred_ms=1772352060002 name=Amal "
           "connection=c0de-1772352000000#w_1\n");
}

static void
a_time_may_be_its_digits_as_a_text(void **state)
{
    expect(*state, EVENT("meeting-ended", MEETING, "\"1772355660004\""),
           "ENDED " WEBINAR " occurred_ms=1772355660004 connection=c0de-1772352000000#\n");
}

/* What attendance reads of a connection is what stands before its last mark. */
static void
a_connection_is_of_its_run_whatever_ids_look_like(void **state)
{
#define OF(meeting, user)                                                                          \
    EVENT("user-left",                                                                             \
          "\"meeting\":{\"internal-meeting-id\":\"" meeting                                        \
          "\"},\"user\":{\"internal-user-id\":\"" user "\"}",                                      \
          "5")                                                                                     \
    "," EVENT("meeting-ended", "\"meeting\":{\"internal-meeting-id\":\"" meeting "\"}", "6")
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
    expect(*state, "[" OF("a#b", "w_1") "]",
           "LEFT instance=a#b occurred_ms=5 connection=a#b#w_1\n"
           "ENDED instance=a#b occurred_ms=6 connection=a#b#\n");
    expect(*state, "[" OF("a", "w#1") "]",
           "LEFT instance=a occurred_ms=5 connection=a#~159df9a1725a269eba69efa0c397c4be\n"
           "ENDED instance=a occurred_ms=6 connection=a#\n");
    expect(*state, "[" OF(TEN, HUNDRED TEN TEN) "]",
           "LEFT instance=" TEN " occurred_ms=5 connection=" TEN
           "#~432079471efe260e7c1e231872e26176\n"
           "ENDED instance=" TEN " occurred_ms=6 connection=" TEN "#\n");
    expect(*state, "[" OF(HUNDRED, "w_1234567890123456789012345678901") "]",
           "LEFT instance=" HUNDRED " occurred_ms=5 connection=~4ab72caeacebde657b6c92013da99c5f\n"
           "ENDED instance=" HUNDRED " occurred_ms=6 connection=" HUNDRED "#\n");
}

static void
one_bad_event_kills_no_batch(void **state)
{
    expect(*state,
           "[7," EVENT("user-joined", MEETING, "1") "," EVENT("user-joined", "", "1") "," EVENT(
               "meeting-created", MEETING, "1") "," EVENT("user-audio-muted", "",
                                                          "1") "," EVENT("meeting-ended", MEETING,
                                                                         "1772355660004") "]",
           "words: what came is no event of BigBlueButton\n"
           "words: BigBlueButton's event names no user\n"
           "words: BigBlueButton's event names no meeting\n"
           "ENDED " WEBINAR " occurred_ms=1772355660004 connection=c0de-1772352000000#\n");
}

static void
one_event_that_is_no_json_kills_no_batch(void **state)
{
    static const char *const bad[] = { "{\"data\":{\"id\":\"x\",\"id\":\"y\"}}",
                                       "{\"data\":{\"id\":nul}}", "\"\xff\"" };
    char events[4096];

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        (void) snprintf(events, sizeof events, "[%s,%s]", LEFT, bad[i]);
        expect(*state, events,
               "LEFT " WEBINAR " occurred_ms=1772355600004 connection=c0de-1772352000000#w_1\n"
               "words: what came is no event of BigBlueButton\n");
    }
    expect(*state, "[" LEFT ",{\"data\":{\"id\":\"\\ud83d\"}}]",
           "LEFT " WEBINAR " occurred_ms=1772355600004 connection=c0de-1772352000000#w_1\n");
}

/* The largest bodies of the shortest items, with the memory that the gateway has for one. */
static void
a_batch_of_any_size_is_read_in_parts_that_leave_nothing_out(void **state)
{
    static const struct {
        const char *item;
        size_t parts;
    } table[] = { { "{},", 86 }, { EVENT("user-left", "\"meeting\":{},\"user\":{}", "1") ",", 3 } };
    sender *s = *state;
    char *form = malloc(PLATFORM_BODY_MAX + 1);

    assert_non_null(form);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        size_t size = strlen(table[i].item), used = 7, parts = 0, items = 0, told = 0;

        memcpy(form, "event=[", used);
        for (; used + size < PLATFORM_BODY_MAX; used += size, items++)
            memcpy(form + used, table[i].item, size);
        memcpy(form + used - 1, "]", 2);
        begin(s, "", NULL);
        sender_body(s, form);
        do {
            s->in.skip = told;
            sj_arena_reset(&s->arena);
            assert_non_null(sj_arena_take(&s->arena, PLATFORM_ARENA_SIZE / 2 + PLATFORM_BODY_MAX));
            s->platform->read(&s->arena, &s->in, &s->items);
            assert_false(s->arena.full);
            sender_expect_sound(s);
            told += s->items.count;
            parts++;
        } while (s->items.more);
        assert_int_equal(told, items);
        assert_int_equal(parts, table[i].parts);
    }
    free(form);
}

static void
a_form_that_cannot_be_read_is_said_in_words(void **state)
{
    sender *s = *state;

    begin(s, "", NULL);
    sender_body(s, "event=%5B%5D&event=%5B%5D");
    sender_expect_read(s, "words: what came is no form with one event field\n");
    sender_body(s, "");
    sender_expect_read(s, "words: what came is no form with one event field\n");
    sender_body(s, "event=%5B");
    sender_expect_read(s, "words: what came is no JSON that can be read\n");
    sender_body(s, "event=%5B%5D");
    sender_expect_read(s, "");
}

static void
the_same_event_is_the_same_push_in_any_delivery(void **state)
{
    sender *s = *state;
    uint8_t first[16];

    expect(s, "[" LEFT "]",
           "LEFT " WEBINAR " occurred_ms=1772355600004 connection=c0de-1772352000000#w_1\n");
    memcpy(first, sender_nonce(s, 0), sizeof first);
    expect(s, "[" EVENT("meeting-ended", MEETING, "1772355660004") "," LEFT "]",
           "ENDED " WEBINAR " occurred_ms=1772355660004 connection=c0de-1772352000000#\n"
           "LEFT " WEBINAR " occurred_ms=1772355600004 connection=c0de-1772352000000#w_1\n");
    assert_memory_equal(sender_nonce(s, 1), first, sizeof first);
    assert_memory_not_equal(sender_nonce(s, 0), first, sizeof first);
}

static void
more_events_than_a_delivery_may_have_are_said_to_be_more(void **state)
{
    static char form[PLATFORM_BODY_MAX];
    sender *s = *state;
    size_t used = (size_t) snprintf(form, sizeof form, "event=[");

    for (unsigned i = 0; i < PLATFORM_PUSHES_MAX + 1; i++)
        used += (size_t) snprintf(
            form + used, sizeof form - used,
            "%s{\"data\":{\"id\":\"meeting-ended\",\"attributes\":{\"meeting\":{}},\"event\":"
            "{\"ts\":%u}}}",
            i == 0 ? "" : ",", i + 1);
    (void) snprintf(form + used, sizeof form - used, "]");
    begin(s, "", NULL);
    sender_body(s, form);
    sj_arena_reset(&s->arena);
    s->platform->read(&s->arena, &s->in, &s->items);
    assert_int_equal(s->items.count, PLATFORM_PUSHES_MAX);
    assert_true(s->items.more);
    assert_false(s->arena.full);
    sender_expect_sound(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm_is_told_by_its_length),
        cmocka_unit_test(what_is_not_covered_by_the_checksum_is_refused_with_403),
        cmocka_unit_test(the_address_as_registered_is_a_setting),
        cmocka_unit_test(a_checksum_that_covers_nothing_is_taken_only_where_it_is_set),
        cmocka_unit_test(what_2x_hashes_is_made_again_as_javascript_does),
        cmocka_unit_test(a_bearer_is_the_secret_and_stored_nowhere),
        cmocka_unit_test(either_of_two_active_secrets_signs),
        cmocka_unit_test(coming_going_and_the_end_are_read),
        cmocka_unit_test(an_external_id_that_is_the_internal_one_is_no_identity),
        cmocka_unit_test(a_time_may_be_its_digits_as_a_text),
        cmocka_unit_test(a_connection_is_of_its_run_whatever_ids_look_like),
        cmocka_unit_test(one_bad_event_kills_no_batch),
        cmocka_unit_test(one_event_that_is_no_json_kills_no_batch),
        cmocka_unit_test(a_batch_of_any_size_is_read_in_parts_that_leave_nothing_out),
        cmocka_unit_test(a_form_that_cannot_be_read_is_said_in_words),
        cmocka_unit_test(the_same_event_is_the_same_push_in_any_delivery),
        cmocka_unit_test(more_events_than_a_delivery_may_have_are_said_to_be_more),
    };

    return cmocka_run_group_tests_name("bbb", tests, sender_open, sender_close);
}
