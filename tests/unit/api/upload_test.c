/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of an upload's address becomes an argument of the program, and what never does.
 */
#include "services/gateway/api/upload_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t id[SIJILL_ID_SIZE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static upload_words words;
static api_problem wrong;

static bool
read_words(const char *event, const char *query)
{
    upload_given given = { .home = "/srv/home", .peers = "", .curve_key = "" };

    return upload_words_read(&words, event, query, &given, &wrong);
}

static void
an_upload_s_address_names_an_event(void **state)
{
    static const char *const others[] = { "/v1/events/uploads",     "/v1/events//uploads",
                                          "/v1/events/a/b/uploads", "/v1/events/a/upload",
                                          "/v1/events/a/uploads/",  "/v1/event/a/uploads" };
    char event[API_WORD_SIZE];

    (void) state;
    assert_true(upload_path("/v1/events/a%2Db/uploads", event));
    assert_string_equal(event, "a-b");
    assert_true(upload_path("/v1/events/%00/uploads", event));
    assert_string_equal(event, "");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(upload_path(others[i], event));
}

static void
parameters_are_arguments_one_each(void **state)
{
    static const char *const wanted[] = {
        "sijill",
        "upload",
        "-",
        "--json",
        "--home=/srv/home",
        "--key-file=/dev/fd/3",
        "--event=spring-2026",
        "--dry-run",
        "--zone=Europe/Istanbul",
        "--map=name=-x y",
        "--map=email=$(id);`id`",
    };

    (void) state;
    assert_true(read_words("spring-2026", "dry_run=true&apply=false&zone=Europe/Istanbul&"
                                          "map=name=-x+y&map=email%3D$(id);`id`"));
    assert_int_equal(words.count, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < words.count; i++)
        assert_string_equal(words.argument[i], wanted[i]);
    assert_null(words.argument[words.count]);
}

static void
where_the_services_are_and_the_request_id_go_along(void **state)
{
    upload_given given = { .home = "/srv/home", .peers = "/etc/peers", .curve_key = "/etc/key" };

    (void) state;
    assert_true(upload_words_read(&words, "a", "", &given, &wrong));
    assert_string_equal(words.argument[6], "--peers=/etc/peers");
    assert_string_equal(words.argument[7], "--curve-key=/etc/key");
    assert_int_equal(words.count, 9);
    upload_words_follow(&words, id);
    assert_string_equal(words.argument[9], "--request-id=000102030405060708090a0b0c0d0e0f");
    assert_null(words.argument[10]);
}

/* Equal hashes: the same upload, as far as its parameters go. */
static void
the_same_parameters_in_any_order_are_one_hash_and_others_another(void **state)
{
    static const struct {
        const char *query;
        bool same;
    } cases[] = {
        { "zone=Asia/Almaty&apply=true&map=name=a&map=email=b", true },
        { "map=name=a&quiet=false&map=email=b&apply=true&zone=Asia%2FAlmaty", true },
        { "zone=Asia/Almaty&apply=false&map=name=a&map=email=b", false },
        { "zone=Asia/Almaty&apply=true&map=email=b&map=name=a", false },
        { "zone=Asia/Almaty&apply=true&map=name=a&map=email=c", false },
        { "zone=Asia/Almaty&apply=true&map=name=amap=email=b", false },
        { "zone=Asia/Almaty&apply=true&map=name=a&map=email=b&override=true", false },
        { "zone=Asia/Almaty&apply=true&map=name=a&map=email=b&month_first=true", false },
        { "apply=true&map=name=a&map=email=b&source=Asia/Almaty", false },
        { "", false },
    };
    uint8_t first[UPLOAD_HASH_SIZE], hash[UPLOAD_HASH_SIZE];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(read_words("a", cases[i].query));
        upload_words_hash(&words, i == 0 ? first : hash);
        if (i > 0 && (memcmp(first, hash, sizeof hash) == 0) != cases[i].same)
            fail_msg("%s", cases[i].query);
    }
}

static void
what_is_only_tried_is_known_as_that(void **state)
{
    (void) state;
    assert_true(read_words("a", "dry_run=true"));
    assert_true(words.dry_run);
    assert_true(read_words("a", "dry_run=false&apply=true"));
    assert_false(words.dry_run);
}

static void
an_event_is_a_slug_or_an_id(void **state)
{
    static const char *const bad[] = { "", "A", "a b", "--json", "../x", "a\n", "%", "a_b" };
    char longest[API_SLUG_SIZE + 1];

    (void) state;
    assert_true(read_words("AAECAwQFBgcICQoLDA0ODw==", ""));
    assert_string_equal(words.argument[6], "--event=000102030405060708090a0b0c0d0e0f");
    memset(longest, 'a', sizeof longest);
    longest[API_SLUG_SIZE] = '\0';
    assert_false(read_words(longest, ""));
    longest[API_SLUG_SIZE - 1] = '\0';
    assert_true(read_words(longest, ""));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (strcmp(bad[i], "--json") != 0 && read_words(bad[i], ""))
            fail_msg("%s was taken", bad[i]);
    assert_true(read_words("--json", "")); /* behind "--event=" it is no option */
    assert_string_equal(words.argument[6], "--event=--json");
}

static void
what_is_no_parameter_is_no_argument(void **state)
{
    static const char *const bad[] = {
        "home=/etc",      "key-file=/etc/shadow",
        "save-mapping=x", "mapping=x",
        "apply",          "apply=1",
        "zone=",          "zone=a&zone=b",
        "dry-run=true",   "zone=%",
        "DRY_RUN=true",   "request_id=x",
    };

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_words("a", bad[i]))
            fail_msg("%s was taken", bad[i]);
}

static void
there_are_only_so_many(void **state)
{
    static char query[32 * 1024];
    size_t used = 0;

    (void) state;
    for (int i = 0; i < UPLOAD_ARGUMENTS_MAX; i++) {
        used += (size_t) snprintf(query + used, sizeof query - used, "&map=email=x");
        if (!read_words("a", query))
            break;
        upload_words_follow(&words, id); /* there is room for it whatever was taken */
        assert_false(words.full);
    }
    assert_int_equal(words.count, UPLOAD_ARGUMENTS_MAX);
    assert_int_equal(wrong.code, SIJILL__V1__CODE__TOO_LARGE);
    used = 0;
    for (int i = 0; i < 24; i++)
        used += (size_t) snprintf(query + used, sizeof query - used, "&map=email=%0500d", i);
    assert_false(read_words("a", query));
    assert_int_equal(wrong.code, SIJILL__V1__CODE__TOO_LARGE);
}

static void
why_an_upload_ended_names_no_place_of_the_server(void **state)
{
    static const struct {
        const char *said;
        uint32_t code;
        const char *line;
    } cases[] = {
        { "{\"error\":{\"code\":\"FORBIDDEN\",\"status\":3,\"detail\":\"not for this "
          "role\"}}",
          SIJILL__V1__CODE__FORBIDDEN,
          "{\"error\":{\"code\":\"FORBIDDEN\",\"detail\":\"not for this role\"}}\n" },
        { "{\"error\":{\"code\":\"USAGE\",\"detail\":\"no such zone\",\"field\":\"zone\"}}",
          SIJILL__V1__CODE__INVALID,
          "{\"error\":{\"code\":\"INVALID\",\"detail\":\"no such zone\",\"field\":\"zone\"}}\n" },
        { "{\"error\":{\"code\":\"UNREACHABLE\",\"detail\":\"not under /srv/home/run\"}}",
          SIJILL_UNREACHABLE, NULL },
        { "{\"error\":{\"code\":\"USAGE\",\"detail\":\"--peers: /etc/peers.conf is empty\"}}",
          SIJILL__V1__CODE__INTERNAL, NULL },
        { "AddressSanitizer: /srv/home", SIJILL__V1__CODE__INTERNAL, NULL },
        { "", SIJILL__V1__CODE__INTERNAL, NULL },
    };
    upload_given given = { .home = "/srv/home", .peers = "/etc/peers.conf", .curve_key = "" };
    char line[1024];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(upload_error_read(cases[i].said, &given, &wrong), cases[i].said[0] == '{');
        assert_int_equal(wrong.code, cases[i].code);
        assert_null(strstr(wrong.words, "/"));
        line[upload_error_line(&wrong, line, sizeof line - 1)] = '\0';
        assert_non_null(strstr(line, "}}\n"));
        if (cases[i].line != NULL)
            assert_string_equal(line, cases[i].line);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upload_s_address_names_an_event),
        cmocka_unit_test(parameters_are_arguments_one_each),
        cmocka_unit_test(where_the_services_are_and_the_request_id_go_along),
        cmocka_unit_test(the_same_parameters_in_any_order_are_one_hash_and_others_another),
        cmocka_unit_test(what_is_only_tried_is_known_as_that),
        cmocka_unit_test(an_event_is_a_slug_or_an_id),
        cmocka_unit_test(what_is_no_parameter_is_no_argument),
        cmocka_unit_test(there_are_only_so_many),
        cmocka_unit_test(why_an_upload_ended_names_no_place_of_the_server),
    };

    return cmocka_run_group_tests_name("api upload", tests, NULL, NULL);
}
