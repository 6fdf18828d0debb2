/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pushes as commands, and what endpoints are told as signed deliveries: pure functions of the
 * gateway.
 */
#include "services/gateway/hooks/apply.h"
#include "services/gateway/hooks/links.h"
#include "services/gateway/hooks/redact.h"
#include "services/gateway/outbound/fetch.h"
#include "services/gateway/outbound/sender.h"
#include "sijill/v1/attendance.pb-c.h"

#include <sodium.h>
#include <string.h>

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ARENA_SIZE = 64 * 1024 };
#define RECEIVED_MS UINT64_C(1772352000000)
#define DAY_MS (UINT64_C(24) * 3600 * 1000)

static uint8_t event_id[SJ_ID_SIZE] = { 9 };
static uint8_t nonce[SJ_ID_SIZE] = { 5 };

static char *
text(const char *words)
{
    return (char *) (uintptr_t) words;
}

static Sijill__V1__Push
push(Sijill__V1__Push__Kind kind)
{
    Sijill__V1__Push p;

    sijill__v1__push__init(&p);
    p.has_kind = p.has_nonce = p.has_occurred_ms = true;
    p.kind = kind;
    p.nonce = (ProtobufCBinaryData){ sizeof nonce, nonce };
    p.occurred_ms = RECEIVED_MS;
    p.platform = text("zoom");
    return p;
}

static const Sijill__V1__Evidence *
evidence_of(sj_arena *arena, const Sijill__V1__Push *p)
{
    applied out;
    const char *words;

    assert_true(apply_push(arena, p, event_id, &out, &words));
    assert_int_equal(out.type, 200);
    assert_int_equal(out.service, BACKEND_ATTENDANCE);
    return ((const Sijill__V1__RecordEvidence *) (const void *) out.message)->evidence[0];
}

static void
each_kind_of_presence_is_its_kind_of_evidence(void **state)
{
    static const struct {
        Sijill__V1__Push__Kind push;
        Sijill__V1__EvidenceKind evidence;
    } table[] = {
        { SIJILL__V1__PUSH__KIND__JOINED, SIJILL__V1__EVIDENCE_KIND__CHECK_IN },
        { SIJILL__V1__PUSH__KIND__LEFT, SIJILL__V1__EVIDENCE_KIND__CHECK_OUT },
        { SIJILL__V1__PUSH__KIND__BOUND, SIJILL__V1__EVIDENCE_KIND__BIND },
        { SIJILL__V1__PUSH__KIND__ROLE_CHANGED, SIJILL__V1__EVIDENCE_KIND__SEEN },
        { SIJILL__V1__PUSH__KIND__ENDED, SIJILL__V1__EVIDENCE_KIND__PLATFORM_END },
        { SIJILL__V1__PUSH__KIND__PRESENT, SIJILL__V1__EVIDENCE_KIND__SPAN },
    };
    sj_arena arena;

    (void) state;
    assert_true(sj_arena_open(&arena, ARENA_SIZE));
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        Sijill__V1__Push p = push(table[i].push);
        const Sijill__V1__Evidence *evidence = evidence_of(&arena, &p);

        assert_int_equal(evidence->kind, table[i].evidence);
        assert_memory_equal(evidence->nonce.data, nonce, sizeof nonce);
        assert_int_equal(evidence->occurred_ms, RECEIVED_MS);
    }
    sj_arena_close(&arena);
}

static void
only_an_id_that_we_made_is_a_registration_of_ours(void **state)
{
    static const struct {
        const char *id;
        bool ours;
    } table[] = {
        { "019ca8ff400070008000000000000001", true },  /* a UUIDv7 of 2026 */
        { "019ca8ff400040008000000000000001", false }, /* version 4 */
        { "019ca8ff40007000c000000000000001", false }, /* another variant */
        { "00000000000170008000000000000001", false }, /* 1970 */
        { "d41d8cd98f00b204e9800998ecf8427e", false }, /* an MD5 */
        { "aB3dE5fG7hI9jK1lM3nO5p", false },           /* Zoom's */
        { "", false },
    };
    sj_arena arena;

    (void) state;
    assert_true(sj_arena_open(&arena, ARENA_SIZE));
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        Sijill__V1__Push p = push(SIJILL__V1__PUSH__KIND__JOINED);
        const Sijill__V1__Evidence *evidence;

        p.registrant_id = text(table[i].id);
        evidence = evidence_of(&arena, &p);
        assert_int_equal(evidence->has_registration_id != 0, table[i].ours);
        assert_int_equal(evidence->identity == NULL, table[i].ours);
    }
    sj_arena_close(&arena);
}

static void
a_registration_of_nobody_is_told_in_words(void **state)
{
    Sijill__V1__Push p = push(SIJILL__V1__PUSH__KIND__REGISTERED);
    const char *words = NULL;
    sj_arena arena;
    applied out;

    (void) state;
    assert_true(sj_arena_open(&arena, ARENA_SIZE));
    assert_false(apply_push(&arena, &p, event_id, &out, &words));
    assert_non_null(words);
    p.email = text("amal@example.org");
    assert_true(apply_push(&arena, &p, event_id, &out, &words));
    assert_int_equal(out.type, 148);
    assert_string_equal(
        ((const Sijill__V1__FollowRegistration *) (const void *) out.message)->external_id,
        "amal@example.org");
    sj_arena_close(&arena);
}

static void
the_same_delivery_asks_with_the_same_id_until_services_forget(void **state)
{
    uint8_t one[SJ_ID_SIZE], two[SJ_ID_SIZE];

    (void) state;
    apply_request_id(RECEIVED_MS, RECEIVED_MS + 5, nonce, "apply", one);
    apply_request_id(RECEIVED_MS, RECEIVED_MS + DAY_MS, nonce, "apply", two);
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(one[6] >> 4, 7);
    assert_int_equal(one[8] >> 6, 2);
    apply_request_id(RECEIVED_MS, RECEIVED_MS + 5, nonce, "hold", two);
    assert_memory_not_equal(one, two, sizeof one);
    apply_request_id(RECEIVED_MS, RECEIVED_MS + 8 * DAY_MS, nonce, "apply", two);
    assert_memory_not_equal(one, two, sizeof one);
}

static void
a_link_is_remembered_until_it_is_forgotten(void **state)
{
    links *l = links_open();
    uint8_t found[SJ_ID_SIZE];

    (void) state;
    assert_non_null(l);
    links_put(l, 1, "zoom", "987", event_id);
    assert_true(links_find(l, 1, "zoom", "987", found));
    assert_memory_equal(found, event_id, sizeof found);
    assert_false(links_find(l, 2, "zoom", "987", found));
    assert_false(links_find(l, 1, "zoo", "m987", found));
    links_forget(l);
    assert_false(links_find(l, 1, "zoom", "987", found));
    links_close(&l);
}

static void
what_is_handed_on_holds_no_secret_however_it_is_written(void **state)
{
    static const struct {
        const char *body, *copy;
    } table[] = {
        { "{\"clientState\":\"a+b/c\"}", "{\"clientState\":\"*****\"}" },
        { "a+b/ca+b/c", "**********" },
        { "x\\u0061\\u002Bb\\/c!", "x****************!" },
        { "\xc3\xa9\"\xf0\x9f\x8e\x93", "*******" },
        { "\\u00e9\\\"\\uD83C\\udf93.", "********************." },
        { "a+b/", "a+b/" },
        { "a+b/\\", "a+b/\\" },
        { "a+b/\\u00", "a+b/\\u00" },
        { "", "" },
        { "0123456789012345678901234567 a+b/c", "0123456789012345678901234567 ***" },
    };
    platform_delivery in = { .secret = { { "a+b/c", 5 }, { "\xc3\xa9\"\xf0\x9f\x8e\x93", 7 } },
                             .secret_count = 2 };
    char copy[32];

    (void) state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        in.body = (sj_bytes){ table[i].body, strlen(table[i].body) };
        assert_int_equal(redact_copy(&in, copy, sizeof copy), strlen(table[i].copy));
        assert_memory_equal(copy, table[i].copy, strlen(table[i].copy));
    }
}

static void
the_published_vector_of_standard_webhooks_is_signed_alike(void **state)
{
    /* standard-webhooks/standard-webhooks, the libraries' tests. */
    static const char body[] = "{\"test\": 2432232314}";
    unsigned char secret[64];
    size_t size;
    char signature[SIGNATURE_SIZE];
    endpoint p = { .secret = secret };

    (void) state;
    assert_int_equal(sodium_base642bin(secret, sizeof secret, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                       32, NULL, &size, NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    p.secret_size = size;
    sender_sign(&p, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, sizeof body - 1, signature);
    assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void
only_what_curl_calls_this_machine_is_asked_without_tls(void **state)
{
    static const struct {
        const char *url;
        bool may;
    } table[] = {
        { "https://example.org/in", true },
        { "http://127.0.0.1:8080/in", true },
        { "http://127.9.8.7/", true },
        { "http://[::1]:1/", true },
        { "http://localhost", true },
        { "http://example.org/", false },
        { "http://localhost.evil.example/", false },
        { "http://127.evil.example/", false },
        { "http://localhost:80@evil.example/", false },
        { "http://127.0.0.1:80@evil.example/", false },
        { "https://user@example.org/", false },
        { "ftp://localhost/", false },
        { "https:///", false },
        { "", false },
    };

    (void) state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (fetch_may_ask(table[i].url) != table[i].may)
            fail_msg("%s", table[i].url);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_curl_calls_this_machine_is_asked_without_tls),
        cmocka_unit_test(each_kind_of_presence_is_its_kind_of_evidence),
        cmocka_unit_test(only_an_id_that_we_made_is_a_registration_of_ours),
        cmocka_unit_test(a_registration_of_nobody_is_told_in_words),
        cmocka_unit_test(the_same_delivery_asks_with_the_same_id_until_services_forget),
        cmocka_unit_test(a_link_is_remembered_until_it_is_forgotten),
        cmocka_unit_test(what_is_handed_on_holds_no_secret_however_it_is_written),
        cmocka_unit_test(the_published_vector_of_standard_webhooks_is_signed_alike),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
