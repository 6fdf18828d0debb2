/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an address, its query and its body make of a request, and what is said when they cannot.
 */
#include "services/gateway/api/build.h"
#include "services/gateway/api/json.h"
#include "sijill/v1/access.pb-c.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/platform.pb-c.h"
#include "sijill/v1/registration.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_SIZE = 1024 * 1024, INVALID = SIJILL__V1__CODE__INVALID };

#define ID_HEX "000102030405060708090a0b0c0d0e0f"

static const uint8_t id[SIJILL_ID_SIZE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static sj_arena arena;
static api_match match;
static api_problem wrong;

static int
set_up(void **state)
{
    (void) state;
    return sj_arena_open(&arena, ARENA_SIZE) ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void) state;
    sj_arena_close(&arena);
    return 0;
}

static api_build
a_request(const char *method, const char *path, const char *query, const char *body)
{
    api_find(method, path, &match);
    assert_non_null(match.route);
    return (api_build){ .match = &match, .query = query, .body = { body, strlen(body) } };
}

static bool
try_build(api_build *b)
{
    sj_arena_reset(&arena);
    return api_build_request(&arena, b, &wrong);
}

static void *
build(api_build *b)
{
    if (!try_build(b) || b->message == NULL) {
        fail_msg("%s", wrong.words);
        abort(); /* gcc does not know that fail_msg does not come back */
    }
    return b->message;
}

static void
expect_refused(const char *method, const char *path, const char *query, const char *body,
               const char *field, const char *words)
{
    api_build b = a_request(method, path, query, body);

    b.event = id;
    if (try_build(&b))
        fail_msg("%s %s?%s %s was taken", method, path, query, body);
    assert_int_equal(wrong.code, INVALID);
    assert_string_equal(wrong.field, field);
    if (strstr(wrong.words, words) == NULL)
        fail_msg("%s %s?%s %s: %s", method, path, query, body, wrong.words);
}

static void
expect_id(bool has, ProtobufCBinaryData data)
{
    assert_true(has);
    assert_int_equal(data.len, sizeof id);
    assert_memory_equal(data.data, id, sizeof id);
}

static void
an_event_is_named_by_its_id_in_any_letters(void **state)
{
    static const char *const paths[] = {
        "/v1/events/" ID_HEX "/registrations",
        "/v1/events/AAECAwQFBgcICQoLDA0ODw/registrations",
        "/v1/events/AAECAwQFBgcICQoLDA0ODw==/registrations",
        "/v1/events/AAECAwQFBgcICQoLDA0ODw%3D%3D/registrations",
    };

    (void) state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        api_build b = a_request("GET", paths[i], "", "");
        Sijill__V1__ListRegistrations *list = build(&b);

        assert_non_null(list);
        assert_string_equal(b.slug, "");
        expect_id(list->has_event_id, list->event_id);
    }
}

static void
a_slug_waits_for_the_event_it_names(void **state)
{
    api_build b = a_request("GET", "/v1/events/training-of-trainers-1/registrations", "", "");
    Sijill__V1__ListRegistrations *list = build(&b);

    (void) state;
    assert_non_null(list); /* 22 letters of base64, and a slug */
    assert_string_equal(b.slug, "training-of-trainers-1");
    assert_false(list->has_event_id);
    b.event = id;
    list = build(&b);
    assert_non_null(list);
    expect_id(list->has_event_id, list->event_id);
}

static void
who_takes_a_slug_gets_it(void **state)
{
    api_build b = a_request("GET", "/v1/events/spring-2026", "", "");
    Sijill__V1__GetEvent *get = build(&b);

    (void) state;
    assert_non_null(get);
    assert_string_equal(get->slug, "spring-2026");
    assert_string_equal(b.slug, "");
}

static void
the_body_is_the_member_that_the_address_is_about(void **state)
{
    api_build b = a_request("PUT", "/v1/events/spring-2026", "",
                            "{\"title\":[{\"lang\":\"en\",\"text\":\"Spring\"}]}");
    Sijill__V1__DefineEvent *define = build(&b);

    (void) state;
    assert_non_null(define);
    assert_string_equal(define->event->slug, "spring-2026");
    assert_string_equal(define->event->title[0]->text, "Spring");
}

static void
each_piece_of_evidence_is_of_the_event_and_has_a_nonce(void **state)
{
    idempotency key;
    uint8_t nonce[SIJILL_ID_SIZE];
    api_build b =
        a_request("POST", "/v1/events/" ID_HEX "/evidence", "",
                  "{\"evidence\":[{\"kind\":\"CHECK_IN\"},{\"nonce\":\"" ID_HEX "\"},{}]}");
    Sijill__V1__RecordEvidence *record;

    (void) state;
    assert_null(idempotency_read(&key, "door-7", 1, id));
    b.made = &key;
    record = build(&b);
    assert_non_null(record);
    assert_int_equal(record->n_evidence, 3);
    for (size_t i = 0; i < 3; i++)
        expect_id(record->evidence[i]->has_event_id, record->evidence[i]->event_id);
    expect_id(true, record->evidence[1]->nonce);
    idempotency_made(&key, 2, nonce);
    assert_memory_equal(record->evidence[2]->nonce.data, nonce, sizeof nonce);
    assert_memory_not_equal(record->evidence[0]->nonce.data, nonce, sizeof nonce);
}

static void
the_body_may_say_again_what_the_address_says_and_nothing_else(void **state)
{
    api_build b = a_request("POST", "/v1/events/" ID_HEX "/registrations", "",
                            "{\"eventId\":\"AAECAwQFBgcICQoLDA0ODw==\"}");

    (void) state;
    assert_true(try_build(&b));
    expect_refused("POST", "/v1/events/" ID_HEX "/registrations", "",
                   "{\"eventId\":\"AQECAwQFBgcICQoLDA0ODw==\"}", "eventId", "says another");
    expect_refused("POST", "/v1/events/a-slug/registrations", "",
                   "{\"eventId\":\"AQECAwQFBgcICQoLDA0ODw==\"}", "eventId", "says another");
    expect_refused("PUT", "/v1/events/one", "", "{\"slug\":\"two\"}", "slug", "says another");
    expect_refused("POST", "/v1/status-lists/1/refresh", "", "{\"list\":2}", "list",
                   "says another");
}

static void
the_query_is_fields_of_the_request(void **state)
{
    api_build b = a_request("GET", "/v1/events/" ID_HEX "/registrations",
                            "state=pending&page_size=20&page_token=AAECAwQFBgcICQoLDA0ODw", "");
    Sijill__V1__ListRegistrations *list = build(&b);

    (void) state;
    assert_non_null(list);
    assert_int_equal(list->state, SIJILL__V1__REGISTRATION_STATE__PENDING);
    assert_int_equal(list->limit, 20);
    expect_id(list->has_after, list->after);
    b = a_request("GET", "/v1/events", "pageToken=c3ByaW5n&&pageSize=1", "");
    assert_string_equal(((Sijill__V1__ListEvents *) build(&b))->after, "spring");
    b = a_request("GET", "/v1/audit/attendance", "page_token=AAAAAAAAAQA", "");
    assert_int_equal(((Sijill__V1__ListAudit *) build(&b))->after, 256);
    assert_int_equal(b.service, BACKEND_ATTENDANCE);
    b = a_request("GET", "/v1/links", "event_id=" ID_HEX, "");
    expect_id(true, ((Sijill__V1__ListLinks *) build(&b))->event_id);
    b = a_request("GET", "/v1/held-pushes", "platform=zoom&external_id=a+b%2Bc", "");
    assert_string_equal(((Sijill__V1__ListHeld *) build(&b))->external_id, "a b+c");
}

static void
parameters_that_cannot_be_are_refused_by_name(void **state)
{
    static const char *const path = "/v1/events/" ID_HEX "/registrations";

    (void) state;
    expect_refused("GET", path, "stat=pending", "", "stat", "no such parameter");
    expect_refused("GET", path, "after=x", "", "after", "no such parameter");
    expect_refused("GET", path, "limit=1", "", "limit", "no such parameter");
    expect_refused("GET", path, "event_id=" ID_HEX, "", "event_id", "no such parameter");
    expect_refused("GET", path, "state=gone", "", "state", "none of this enumeration");
    expect_refused("GET", path, "state=PENDING&state=PENDING", "", "state", "comes twice");
    expect_refused("GET", path, "page_size=many", "", "page_size", "a number is wanted");
    expect_refused("GET", path, "page_token=%%", "", "", "percent-escapes");
    expect_refused("GET", path, "page_token=*", "", "page_token", "no page token of ours");
    expect_refused("GET", "/v1/audit/registration", "page_token=AAAA", "", "page_token",
                   "no page token of ours");
    expect_refused("GET", "/v1/events/" ID_HEX, "slug=other", "", "slug", "no such parameter");
    expect_refused("GET", "/v1/events/" ID_HEX "/registrations/" ID_HEX, "email=a@b.org", "",
                   "email", "no such parameter");
    expect_refused("POST", path, "override=true", "{}", "override", "no such parameter");
    expect_refused("GET", "/v1/certificates/no-id", "", "", "certificateId", "base64");
}

static void
the_services_are_three(void **state)
{
    api_build b = a_request("GET", "/v1/status/signer", "", "");

    (void) state;
    assert_false(try_build(&b));
    assert_int_equal(wrong.code, SIJILL__V1__CODE__NOT_FOUND);
}

static void
a_route_may_say_more_than_its_caller(void **state)
{
    api_build b = a_request("DELETE", "/v1/events/" ID_HEX "/links/zoom/123", "", "");
    Sijill__V1__LinkEvent *unlink_event = build(&b);

    (void) state;
    assert_non_null(unlink_event);
    assert_true(unlink_event->has_remove && unlink_event->remove);
    assert_string_equal(unlink_event->platform, "zoom");
    assert_string_equal(unlink_event->external_id, "123");
}

static void
a_body_that_may_be_left_out_may_be_left_out(void **state)
{
    api_build b = a_request("POST", "/v1/status-lists/3/refresh", "", "");
    Sijill__V1__RefreshStatusList *refresh = build(&b);

    (void) state;
    assert_non_null(refresh);
    assert_int_equal(refresh->list, 3);
    expect_refused("POST", "/v1/keys", "", "", "", "the body is empty");
}

static void
what_no_frame_holds_is_too_large(void **state)
{
    static char body[80 * 1024];
    api_build b;

    (void) state;
    (void) snprintf(body, sizeof body, "{\"label\":\"%071680d\"}", 0);
    b = a_request("POST", "/v1/keys", "", body);
    assert_false(try_build(&b));
    assert_int_equal(wrong.code, SIJILL__V1__CODE__TOO_LARGE);
}

static void
a_page_token_leads_to_what_next_said(void **state)
{
    Sijill__V1__RegistrationList some;
    Sijill__V1__EventList events;
    Sijill__V1__AuditList audit;
    char token[64], slug[] = "spring";

    (void) state;
    sijill__v1__registration_list__init(&some);
    assert_false(api_page_token(&some.base, token, sizeof token));
    some.has_next = true;
    some.next = (ProtobufCBinaryData){ sizeof id, (uint8_t *) (uintptr_t) id };
    assert_true(api_page_token(&some.base, token, sizeof token));
    assert_string_equal(token, "AAECAwQFBgcICQoLDA0ODw");
    sijill__v1__event_list__init(&events);
    events.next = slug;
    assert_true(api_page_token(&events.base, token, sizeof token));
    assert_string_equal(token, "c3ByaW5n");
    sijill__v1__audit_list__init(&audit);
    audit.has_next = true;
    audit.next = 256;
    assert_true(api_page_token(&audit.base, token, sizeof token));
    assert_string_equal(token, "AAAAAAAAAQA");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_named_by_its_id_in_any_letters),
        cmocka_unit_test(a_slug_waits_for_the_event_it_names),
        cmocka_unit_test(who_takes_a_slug_gets_it),
        cmocka_unit_test(the_body_is_the_member_that_the_address_is_about),
        cmocka_unit_test(each_piece_of_evidence_is_of_the_event_and_has_a_nonce),
        cmocka_unit_test(the_body_may_say_again_what_the_address_says_and_nothing_else),
        cmocka_unit_test(the_query_is_fields_of_the_request),
        cmocka_unit_test(parameters_that_cannot_be_are_refused_by_name),
        cmocka_unit_test(the_services_are_three),
        cmocka_unit_test(a_route_may_say_more_than_its_caller),
        cmocka_unit_test(a_body_that_may_be_left_out_may_be_left_out),
        cmocka_unit_test(what_no_frame_holds_is_too_large),
        cmocka_unit_test(a_page_token_leads_to_what_next_said),
    };

    return cmocka_run_group_tests_name("api build", tests, set_up, tear_down);
}
