/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the headers of a request mean, and what an answer says.
 */
#include "services/gateway/api/base64.h"
#include "services/gateway/api/caller.h"
#include "services/gateway/api/idempotency.h"
#include "services/gateway/api/position.h"
#include "services/gateway/api/reply.h"
#include "services/gateway/api/slugs.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_SIZE = 1024 * 1024, PACKED_MAX = 1024 };

static const uint8_t id[SIJILL_ID_SIZE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

/* ---- conditions ------------------------------------------------------------------------------ */

static void
if_match_names_revisions_strongly(void **state)
{
    conditions c;

    (void) state;
    assert_null(conditions_read(&c, NULL, NULL));
    assert_false(c.given);
    assert_null(conditions_read(&c, " \"17\" , \"18.3\",W/\"19\", \"x\",\"\"", NULL));
    assert_true(c.given);
    assert_int_equal(c.count, 2);
    assert_int_equal(c.revision[0], 17);
    assert_int_equal(c.revision[1], 18);
    assert_null(conditions_read(&c, " * ", NULL));
    assert_true(c.any);
    assert_null(conditions_read(&c, "\"99999999999999999999999\"", NULL));
    assert_int_equal(c.count, 0);
}

static void
if_match_that_is_none_is_said(void **state)
{
    static const char *const headers[] = { "17",           "\"17",     "W/17",
                                           "\"1\" \"2\"x", "*, \"1\"", "\"1\"\"2\"" };
    conditions c;

    (void) state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (conditions_read(&c, headers[i], NULL) == NULL)
            fail_msg("%s was read", headers[i]);
    assert_non_null(
        conditions_read(&c, "\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"", NULL));
}

static void
if_none_match_compares_weakly(void **state)
{
    char tag[TAG_SIZE];
    conditions c;

    (void) state;
    tag_write(17, "{}", 2, tag);
    assert_string_equal(tag, "\"17.2afb9b83f931\"");
    (void) conditions_read(&c, NULL, "\"1\", W/\"17.2afb9b83f931\"");
    assert_true(tag_is_known(&c, tag));
    tag_write(17, "[]", 2, tag);
    assert_false(tag_is_known(&c, tag));
    (void) conditions_read(&c, NULL, "*");
    assert_true(tag_is_known(&c, tag));
    (void) conditions_read(&c, NULL, NULL);
    assert_false(tag_is_known(&c, tag));
}

/* ---- idempotency ----------------------------------------------------------------------------- */

static void
a_uuid7_is_the_request_id_itself(void **state)
{
    static const char *const headers[] = { "00010203-0405-7607-8809-0a0b0c0d0e0f",
                                           "\"00010203-0405-7607-8809-0A0B0C0D0E0F\"" };
    const uint8_t wanted[] = { 0, 1, 2, 3, 4, 5, 0x76, 7, 0x88, 9, 10, 11, 12, 13, 14, 15 };
    idempotency i;

    (void) state;
    for (size_t k = 0; k < 2; k++) {
        assert_null(idempotency_read(&i, headers[k], 1, id));
        assert_false(i.has_outside);
        assert_memory_equal(i.request_id, wanted, sizeof wanted);
    }
}

static void
any_other_key_stands_for_one_by_organisation_and_actor(void **state)
{
    static const uint8_t other[SIJILL_ID_SIZE] = { 1 };
    static const char *const headers[] = { "a", "8e03978e-40d5-43dd-bc93-6894a57f9324",
                                           "000102030405760788090a0b0c0d0e0f",
                                           "00010203-0405-7607-0809-0a0b0c0d0e0f" };
    idempotency a, b, c, d;

    (void) state;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        assert_null(idempotency_read(&a, headers[i], 1, id));
        assert_null(idempotency_read(&b, headers[i], 1, id));
        assert_null(idempotency_read(&c, headers[i], 2, id));
        assert_null(idempotency_read(&d, headers[i], 1, other));
        assert_true(a.has_outside);
        assert_memory_equal(a.outside, b.outside, sizeof a.outside);
        assert_memory_not_equal(a.request_id, b.request_id, sizeof a.request_id);
        assert_memory_not_equal(a.outside, c.outside, sizeof a.outside);
        assert_memory_not_equal(a.outside, d.outside, sizeof a.outside);
    }
}

static void
a_key_is_printable_and_of_bounded_length(void **state)
{
    char longest[IDEMPOTENCY_KEY_MAX + 2];
    idempotency i;

    (void) state;
    memset(longest, 'k', sizeof longest);
    longest[IDEMPOTENCY_KEY_MAX + 1] = '\0';
    assert_non_null(idempotency_read(&i, longest, 1, id));
    longest[IDEMPOTENCY_KEY_MAX] = '\0';
    assert_null(idempotency_read(&i, longest, 1, id));
    assert_non_null(idempotency_read(&i, NULL, 1, id));
    assert_non_null(idempotency_read(&i, "", 1, id));
    assert_non_null(idempotency_read(&i, "\"\"", 1, id));
    assert_non_null(idempotency_read(&i, "a\tb", 1, id));
    assert_non_null(idempotency_read(&i, "\xc3\xa9", 1, id));
}

static void
made_ids_are_those_of_the_key(void **state)
{
    uint8_t one[SIJILL_ID_SIZE], again[SIJILL_ID_SIZE], second[SIJILL_ID_SIZE];
    idempotency a, b;

    (void) state;
    assert_null(idempotency_read(&a, "order 7", 1, id));
    assert_null(idempotency_read(&b, "order 7", 1, id));
    idempotency_made(&a, 0, one);
    idempotency_made(&b, 0, again);
    idempotency_made(&b, 1, second);
    assert_memory_equal(one, again, sizeof one);
    assert_memory_not_equal(one, second, sizeof one);
}

/* ---- who asks -------------------------------------------------------------------------------- */

static void
a_key_says_organisation_actor_and_secret(void **state)
{
    static const char *const bad[] = { "",        "Basic abc", "Bearer",           "Bearersjk_1",
                                       "Bearer ", "Bearer x",  "Bearer sjk_1_2_3", "sjk_1" };
    uint8_t secret[SIJILL_SECRET_SIZE] = { 7 }, hash[SIJILL_SECRET_SIZE];
    char key[256] = "bearer ";
    caller c;

    (void) state;
    sijill_key_write(42, id, secret, key + strlen(key));
    assert_null(caller_read(&c, key));
    assert_true(c.named);
    assert_int_equal(c.org, 42);
    assert_memory_equal(c.actor, id, sizeof id);
    sijill_key_hash(secret, hash);
    assert_memory_equal(c.credential, hash, sizeof hash);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (caller_read(&c, bad[i]) == NULL)
            fail_msg("%s was read", bad[i]);
    assert_null(caller_read(&c, NULL));
    assert_false(c.named);
}

/* What was read last is remembered, and nothing of it is another's. */
static void
keys_that_take_turns_are_each_their_own(void **state)
{
    char keys[3][256] = { "Bearer ", "Bearer ", "Bearer " };
    caller c;

    (void) state;
    for (uint8_t i = 0; i < 3; i++) {
        uint8_t secret[SIJILL_SECRET_SIZE] = { i > 0 };

        sijill_key_write(1 + (i > 1), id, secret, keys[i] + strlen(keys[i]));
    }
    for (size_t n = 0; n < 40; n++) {
        size_t i = n * n / 3 % 3; /* the same again, and each after each */
        uint8_t secret[SIJILL_SECRET_SIZE] = { i > 0 }, hash[SIJILL_SECRET_SIZE];

        assert_null(caller_read(&c, keys[i]));
        sijill_key_hash(secret, hash);
        assert_true(c.named);
        assert_int_equal(c.org, 1 + (i > 1));
        assert_memory_equal(c.credential, hash, sizeof hash);
        if (n % 5 == 0)
            assert_non_null(caller_read(&c, "Bearer sjk_1"));
        if (n % 7 == 0) {
            assert_null(caller_read(&c, NULL));
            assert_false(c.named);
        }
    }
}

/* ---- positions ------------------------------------------------------------------------------- */

static void
a_position_goes_out_and_comes_back(void **state)
{
    char text[POSITION_TEXT_SIZE];
    position p = { .at = { { .seq = 0 } } }, q;

    (void) state;
    position_add(&p, (sijill_pos){ 1, 1, 70 });
    position_add(&p, (sijill_pos){ 1, 1, 60 });
    position_add(&p, (sijill_pos){ 3, 2, UINT64_MAX });
    position_add(&p, (sijill_pos){ 0, 1, 5 });
    position_add(&p, (sijill_pos){ 9, 1, 5 });
    position_write(&p, text);
    assert_true(position_read(&q, text));
    assert_int_equal(q.at[0].seq, 70);
    assert_int_equal(q.at[0].shard, 1);
    assert_int_equal(q.at[1].seq, 0);
    assert_true(q.at[2].seq == UINT64_MAX && q.at[2].epoch == 2);
    position_add(&q, (sijill_pos){ 1, 9, 3 }); /* restored: another history */
    assert_int_equal(q.at[0].seq, 3);
    assert_false(position_read(&q, ""));
    assert_false(position_read(&q, "AAAA"));
    text[0] = 'B';
    assert_false(position_read(&q, text));
}

/* ---- slugs ----------------------------------------------------------------------------------- */

static void
a_slug_is_kept_by_organisation_until_it_is_forgotten(void **state)
{
    slugs *s = slugs_open();
    uint8_t found[SIJILL_ID_SIZE];

    (void) state;
    assert_non_null(s);
    assert_false(slugs_find(s, 1, "spring", found));
    slugs_keep(s, 1, "spring", id);
    assert_true(slugs_find(s, 1, "spring", found));
    assert_memory_equal(found, id, sizeof id);
    assert_false(slugs_find(s, 2, "spring", found));
    slugs_forget(s, 1, "spring");
    assert_false(slugs_find(s, 1, "spring", found));
    slugs_close(&s);
    assert_null(s);
}

/* ---- answers --------------------------------------------------------------------------------- */

typedef struct answered {
    api_says says;
    api_problem wrong;
    json_text body;
    bool good;
} answered;

static sj_arena arena;
static api_match match;

static answered
answer_to(const char *method, const char *path, const ProtobufCMessage *message, bool dry_run)
{
    static uint8_t packed[PACKED_MAX];
    sijill_reply reply = { .body = packed, .dry_run = dry_run };
    answered a = { .good = false };

    assert_true(protobuf_c_message_get_packed_size(message) <= sizeof packed);
    reply.size = protobuf_c_message_pack(message, packed);
    api_find(method, path, &match);
    assert_non_null(match.route);
    assert_true(arena.base != NULL || sj_arena_open(&arena, ARENA_SIZE));
    sj_arena_reset(&arena);
    a.good = api_reply(&arena, &match, "spring", &reply, &a.says, &a.body, &a.wrong);
    json_put(&a.body, "", 1);
    return a;
}

static void
expect_says(answered a, unsigned status, const char *location, const char *tag, const char *body)
{
    assert_true(a.good);
    assert_int_equal(a.says.status, status);
    assert_string_equal(a.says.location, location);
    assert_string_equal(a.says.tag, tag);
    assert_string_equal(a.body.at, body);
    free(a.body.at);
}

static void
what_was_made_is_201_and_has_a_place(void **state)
{
    Sijill__V1__Registered out;

    (void) state;
    sijill__v1__registered__init(&out);
    out.has_outcome = out.has_registration_id = true;
    out.outcome = SIJILL__V1__OUTCOME__CREATED;
    out.registration_id = (ProtobufCBinaryData){ sizeof id, (uint8_t *) (uintptr_t) id };
    expect_says(answer_to("POST", "/v1/events/a%20b/registrations", &out.base, false), 201,
                "/v1/events/a%20b/registrations/000102030405060708090a0b0c0d0e0f", "",
                "{\"registrationId\":\"AAECAwQFBgcICQoLDA0ODw==\",\"outcome\":\"CREATED\"}");
    expect_says(answer_to("POST", "/v1/events/a/registrations", &out.base, true), 200, "", "",
                "{\"registrationId\":\"AAECAwQFBgcICQoLDA0ODw==\",\"outcome\":\"CREATED\"}");
    out.outcome = SIJILL__V1__OUTCOME__UNCHANGED;
    out.has_registration_id = false;
    expect_says(answer_to("POST", "/v1/events/a/registrations", &out.base, false), 200, "", "",
                "{\"outcome\":\"UNCHANGED\"}");
}

static void
an_event_that_was_made_is_at_its_slug(void **state)
{
    Sijill__V1__Defined out;

    (void) state;
    sijill__v1__defined__init(&out);
    out.has_outcome = true;
    out.outcome = SIJILL__V1__OUTCOME__CREATED;
    expect_says(answer_to("POST", "/v1/events", &out.base, false), 201, "/v1/events/spring", "",
                "{\"outcome\":\"CREATED\"}");
}

static void
a_certificate_that_was_there_is_no_new_one(void **state)
{
    Sijill__V1__Issued out;

    (void) state;
    sijill__v1__issued__init(&out);
    out.has_existing = true;
    out.existing = SIJILL__V1__EXISTING__ALREADY;
    expect_says(answer_to("POST", "/v1/events/a/certificates", &out.base, false), 200, "", "",
                "{\"existing\":\"ALREADY\"}");
}

static void
the_tag_is_the_revision_and_what_is_shown(void **state)
{
    static const char path[] = "/v1/events/a/registrations/AAECAwQFBgcICQoLDA0ODw";
    Sijill__V1__RegistrationView view;
    char first[TAG_SIZE];
    conditions c;
    answered a;

    (void) state;
    sijill__v1__registration_view__init(&view);
    view.has_revision = view.has_place = true;
    view.revision = 17;
    view.place = 2;
    a = answer_to("GET", path, &view.base, false);
    free(a.body.at);
    memcpy(first, a.says.tag, sizeof first);
    assert_null(conditions_read(&c, first, NULL));
    assert_int_equal(c.revision[0], 17);
    view.place = 1; /* the line moved, the registration did not */
    a = answer_to("GET", path, &view.base, false);
    free(a.body.at);
    assert_string_not_equal(first, a.says.tag);
}

static void
next_is_a_token(void **state)
{
    Sijill__V1__EventList list;
    char slug[] = "spring";

    (void) state;
    sijill__v1__event_list__init(&list);
    expect_says(answer_to("GET", "/v1/events", &list.base, false), 200, "", "", "{}");
    list.next = slug;
    expect_says(answer_to("GET", "/v1/events", &list.base, false), 200, "", "",
                "{\"nextPageToken\":\"c3ByaW5n\"}");
}

static void
a_signed_document_is_answered_as_it_is(void **state)
{
    Sijill__V1__CertificateView view;
    static const char path[] = "/v1/certificates/AAECAwQFBgcICQoLDA0ODw/credential";
    char credential[] = "{\"b\":1, \"a\":\"<\"}";
    answered a;

    (void) state;
    sijill__v1__certificate_view__init(&view);
    a = answer_to("GET", path, &view.base, false);
    assert_false(a.good);
    assert_int_equal(a.wrong.code, SIJILL__V1__CODE__NOT_FOUND);
    free(a.body.at);
    view.credential = credential;
    expect_says(answer_to("GET", path, &view.base, false), 200, "", "", credential);
}

typedef struct status_case {
    uint32_t code;
    const char *field;
    unsigned status, retry;
} status_case;

static void
each_code_is_one_status(void **state)
{
    static const status_case cases[] = {
        { SIJILL__V1__CODE__INVALID, "", 400, 0 },
        { SIJILL__V1__CODE__INVALID, "email", 422, 0 },
        { SIJILL__V1__CODE__UNAUTHENTICATED, "", 401, 0 },
        { SIJILL__V1__CODE__FORBIDDEN, "", 403, 0 },
        { SIJILL__V1__CODE__NOT_FOUND, "", 404, 0 },
        { SIJILL__V1__CODE__CONFLICT, "email", 409, 0 },
        { SIJILL__V1__CODE__PRECONDITION, "", 409, 0 },
        { SIJILL__V1__CODE__FULL, "", 409, 0 },
        { SIJILL__V1__CODE__CLOSED, "", 409, 0 },
        { SIJILL__V1__CODE__EXPIRED, "", 409, 0 },
        { SIJILL__V1__CODE__STALE, "", 412, 0 },
        { SIJILL__V1__CODE__TOO_LARGE, "", 413, 0 },
        { SIJILL__V1__CODE__KEY_REUSED, "", 422, 0 },
        { SIJILL__V1__CODE__BUSY, "", 429, 1 },
        { SIJILL__V1__CODE__DRAINING, "", 503, 5 },
        { SIJILL__V1__CODE__LAGGING, "", 503, 1 },
        { SIJILL__V1__CODE__UNAVAILABLE, "", 503, 5 },
        { SIJILL__V1__CODE__UNKNOWN_OUTCOME, "", 503, 1 },
        { SIJILL_UNREACHABLE, "", 503, 5 },
        { SIJILL__V1__CODE__INTERNAL, "", 500, 0 },
        { SIJILL__V1__CODE__BAD_MESSAGE, "", 500, 0 },
        { 12345, "", 500, 0 },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sijill_reply reply = { .code = cases[i].code };
        api_problem wrong;

        (void) snprintf(reply.field, sizeof reply.field, "%s", cases[i].field);
        api_refusal(&api_routes[0], &reply, &wrong);
        assert_int_equal(api_status(&wrong), cases[i].status);
        assert_int_equal(api_retry_seconds(wrong.code), cases[i].retry);
        assert_true(strlen(wrong.words) > 0);
    }
}

static void
a_service_s_field_is_named_as_json_has_it(void **state)
{
    sijill_reply reply = { .code = SIJILL__V1__CODE__INVALID, .field = "event.start_date" };
    api_problem wrong;

    (void) state;
    api_find("POST", "/v1/events/a/registrations", &match);
    api_refusal(match.route, &reply, &wrong);
    assert_string_equal(wrong.field, "event.startDate");
    api_find("PUT", "/v1/events/a", &match); /* whose body is the event itself */
    api_refusal(match.route, &reply, &wrong);
    assert_string_equal(wrong.field, "startDate");
}

static void
a_service_s_limit_is_the_page_size_of_the_query(void **state)
{
    sijill_reply reply = { .code = SIJILL__V1__CODE__INVALID, .field = "limit" };
    api_problem wrong;

    (void) state;
    api_find("GET", "/v1/events/a/registrations", &match);
    api_refusal(match.route, &reply, &wrong);
    assert_string_equal(wrong.field, "page_size");
}

static void
an_unknown_outcome_says_ask_again_with_the_same_key(void **state)
{
    sijill_reply reply = { .code = SIJILL__V1__CODE__UNKNOWN_OUTCOME };
    api_problem wrong;

    (void) state;
    api_refusal(&api_routes[0], &reply, &wrong);
    assert_non_null(strstr(wrong.words, "same Idempotency-Key"));
}

static int
tear_down(void **state)
{
    (void) state;
    sj_arena_close(&arena);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(if_match_names_revisions_strongly),
        cmocka_unit_test(if_match_that_is_none_is_said),
        cmocka_unit_test(if_none_match_compares_weakly),
        cmocka_unit_test(a_uuid7_is_the_request_id_itself),
        cmocka_unit_test(any_other_key_stands_for_one_by_organisation_and_actor),
        cmocka_unit_test(a_key_is_printable_and_of_bounded_length),
        cmocka_unit_test(made_ids_are_those_of_the_key),
        cmocka_unit_test(a_key_says_organisation_actor_and_secret),
        cmocka_unit_test(keys_that_take_turns_are_each_their_own),
        cmocka_unit_test(a_position_goes_out_and_comes_back),
        cmocka_unit_test(a_slug_is_kept_by_organisation_until_it_is_forgotten),
        cmocka_unit_test(what_was_made_is_201_and_has_a_place),
        cmocka_unit_test(an_event_that_was_made_is_at_its_slug),
        cmocka_unit_test(a_certificate_that_was_there_is_no_new_one),
        cmocka_unit_test(the_tag_is_the_revision_and_what_is_shown),
        cmocka_unit_test(next_is_a_token),
        cmocka_unit_test(a_signed_document_is_answered_as_it_is),
        cmocka_unit_test(each_code_is_one_status),
        cmocka_unit_test(a_service_s_field_is_named_as_json_has_it),
        cmocka_unit_test(a_service_s_limit_is_the_page_size_of_the_query),
        cmocka_unit_test(an_unknown_outcome_says_ask_again_with_the_same_key),
    };

    return cmocka_run_group_tests_name("api headers", tests, NULL, tear_down);
}
