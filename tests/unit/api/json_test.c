/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON to messages and back by ProtoJSON's rules, on messages of the contract; the cases are those
 * of protobuf's own conformance tests that our types have.
 */
#include "services/gateway/api/json.h"
#include "sijill/v1/access.pb-c.h"
#include "sijill/v1/platform.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "sijill/v1/wire.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_SIZE = 1024 * 1024 };

static sj_arena arena;
static json_error error;

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

/* NULL: refused, see `error`. */
static void *
read_as(const ProtobufCMessageDescriptor *type, const char *text, size_t size)
{
    ProtobufCMessage *message;

    sj_arena_reset(&arena);
    message = json_message(&arena, type);
    assert_non_null(message);
    return json_read(&arena, message, (sj_bytes){ text, size }, &error) ? message : NULL;
}

static void *
read_text(const ProtobufCMessageDescriptor *type, const char *text)
{
    return read_as(type, text, strlen(text));
}

static void
expect_json(const ProtobufCMessage *message, const char *wanted)
{
    json_text out = { NULL, 0, 0, false };

    json_write(&out, message);
    json_put(&out, "", 1);
    assert_false(out.failed);
    assert_string_equal(out.at, wanted);
    free(out.at);
}

typedef struct number_case {
    const char *text;
    const char *words; /* NULL: read */
    uint64_t value;
} number_case;

static const char more[] = "the number is too large", part[] = "a whole number is wanted",
                  less[] = "the number is below zero",
                  none[] = "a number is wanted, or its digits as a text";

static void
sixty_four_bits_are_exact(void **state)
{
    static const number_case cases[] = {
        { "0", NULL, 0 },
        { "-0", NULL, 0 },
        { "18446744073709551615", NULL, UINT64_MAX },
        { "\"18446744073709551615\"", NULL, UINT64_MAX },
        { "9007199254740993", NULL, 9007199254740993 }, /* no double is this */
        { "9007199254740993.0", NULL, 9007199254740993 },
        { "1844674407370955161.5e1", NULL, UINT64_MAX },
        { "\"1e3\"", NULL, 1000 },
        { "1E3", NULL, 1000 },
        { "1e+3", NULL, 1000 },
        { "100e-2", NULL, 1 },
        { "1.0", NULL, 1 },
        { "0e99999999999999999999", NULL, 0 },
        { "0.0000e-7", NULL, 0 },
        { "18446744073709551616", more, 0 },
        { "1e400", more, 0 },
        { "1e99999999999999999999", more, 0 },
        { "184467440737095516160e-1", more, 0 },
        { "-1", less, 0 },
        { "-1e-400", less, 0 },
        { "0.5", part, 0 },
        { "1e-1", part, 0 },
        { "1e-99999999999999999999", part, 0 },
        { "01", none, 0 },
        { "+1", none, 0 },
        { ".5", none, 0 },
        { "1.", none, 0 },
        { "1e", none, 0 },
        { "-", none, 0 },
        { "NaN", none, 0 },
        { "Infinity", none, 0 },
        { "\"\"", none, 0 },
        { "\" 1\"", none, 0 },
        { "\"1 \"", none, 0 },
        { "\"12abc\"", none, 0 },
        { "\"01\"", none, 0 },
        { "\"NaN\"", none, 0 },
        { "true", none, 0 },
        { "[1]", none, 0 },
        { "{}", none, 0 },
    };
    char text[128];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const number_case *c = &cases[i];
        Sijill__V1__LogPos *at;

        (void) snprintf(text, sizeof text, "{\"seq\": %s}", c->text);
        at = read_text(&sijill__v1__log_pos__descriptor, text);
        if (c->words == NULL) {
            if (at == NULL)
                fail_msg("%s: %s", c->text, error.words);
            assert_true(at->has_seq);
            assert_true(at->seq == c->value);
        } else {
            assert_null(at);
            assert_string_equal(error.words, c->words);
            assert_string_equal(error.path, "seq");
        }
    }
}

static void
thirty_two_bits_end_where_they_end(void **state)
{
    Sijill__V1__ListEvents *list;

    (void) state;
    list = read_text(&sijill__v1__list_events__descriptor, "{\"limit\":4294967295}");
    assert_non_null(list);
    assert_int_equal(list->limit, UINT32_MAX);
    list = read_text(&sijill__v1__list_events__descriptor, "{\"limit\":\"7\"}");
    assert_non_null(list);
    assert_int_equal(list->limit, 7);
    assert_null(read_text(&sijill__v1__list_events__descriptor, "{\"limit\":4294967296}"));
    assert_string_equal(error.words, more);
}

static void
both_spellings_of_a_name_are_read_and_one_is_written(void **state)
{
    static const char *const texts[] = { "{\"minMajor\":1}", "{\"min_major\":1}",
                                         "{\"min\\u005fmajor\" : 1}", " {\n\"minMajor\":\t1}\r\n" };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        Sijill__V1__Hello *hello = read_text(&sijill__v1__hello__descriptor, texts[i]);

        assert_non_null(hello);
        assert_int_equal(hello->min_major, 1);
        expect_json(&hello->base, "{\"minMajor\":1}");
    }
}

typedef struct refused_case {
    const char *text, *path, *words;
} refused_case;

static void
expect_refusals(const ProtobufCMessageDescriptor *type, const refused_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (read_text(type, cases[i].text) != NULL)
            fail_msg("%s was read", cases[i].text);
        if (strcmp(error.path, cases[i].path) != 0 || strstr(error.words, cases[i].words) == NULL)
            fail_msg("%s: at \"%s\": %s", cases[i].text, error.path, error.words);
    }
}

static void
what_does_not_belong_is_named_by_its_path(void **state)
{
    static const refused_case cases[] = {
        { "{\"event\":{\"titel\":[]}}", "event.titel", "no such member" },
        { "{\"event\":{\"title\":[{\"text\":\"a\"},{\"texts\":1}]}}", "event.title[1].texts",
          "no such member" },
        { "{\"event\":{\"title\":{\"text\":\"a\"}}}", "event.title", "a list is wanted" },
        { "{\"event\":{\"title\":[null]}}", "event.title[0]", "an object is wanted" },
        { "{\"event\":{\"languages\":[null]}}", "event.languages[0]", "a text is wanted" },
        { "{\"event\":{\"languages\":[\"en\",]}}", "event.languages[1]", "a text is wanted" },
        { "{\"event\":[]}", "event", "an object is wanted" },
        { "{\"event\":{\"slug\":7}}", "event.slug", "a text is wanted" },
        { "{\"event\":{\"slug\":\"a\",\"slug\":\"a\"}}", "event.slug", "comes twice" },
        { "{\"event\":{\"start_date\":null,\"startDate\":\"2026-01-01\"}}", "event.startDate",
          "comes twice" },
        { "{\"event\":{\"dateUncertain\":\"true\"}}", "event.dateUncertain", "true or false" },
        { "{\"event\":{\"dateUncertain\":1}}", "event.dateUncertain", "true or false" },
        { "{\"event\":{\"mode\":\"in_person\"}}", "event.mode", "none of this enumeration" },
        { "{\"event\":{\"mode\":\"1\"}}", "event.mode", "none of this enumeration" },
        { "{\"event\":{\"mode\":9}}", "event.mode", "none of this enumeration" },
        { "{\"event\":{\"mode\":-1}}", "event.mode", "below zero" },
        { "{\"event\":{\"id\":\"AAA?\"}}", "event.id", "base64 or hexadecimal" },
        { "{\"\":1}", "", "no such member" },
    };

    (void) state;
    expect_refusals(&sijill__v1__define_event__descriptor, cases, sizeof cases / sizeof cases[0]);
}

static void
what_is_no_json_is_refused_as_such(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "{\"after\"",
        "{\"after\":",
        "{\"after\":\"a\"",
        "{\"after\":\"a\",}",
        "{,}",
        "{\"after\":\"a\"}}",
        "{\"after\":\"a\"} x",
        "{'after':1}",
        "{after:1}",
        "{\"after\":\"a\" \"limit\":1}",
        "{\"limit\":0x1}",
        "{\"limit\":1 2}",
        "{\"after\":\"a}",
        "{\"after\":\"\\\"}",
        "{\"after\":\"\\x41\"}",
        "{\"after\":\"\\u12\"}",
        "{\"after\":\"\\u00g0\"}",
        "{\"after\":\"a\tb\"}",
        "{\"after\":nullx}",

        "{\"after\":\"\\U00000041\"}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (read_text(&sijill__v1__list_events__descriptor, texts[i]) != NULL)
            fail_msg("%s was read", texts[i]);
        if (!error.syntax)
            fail_msg("%s: %s", texts[i], error.words);
        assert_true(error.at <= strlen(texts[i]));
    }
}

static void
an_object_is_wanted_at_the_top(void **state)
{
    static const char *const texts[] = { "[]", "null", "1", "\"{}\"", "true" };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_null(read_text(&sijill__v1__list_events__descriptor, texts[i]));
        assert_string_equal(error.words, "an object is wanted");
        assert_string_equal(error.path, "");
    }
}

typedef struct text_case {
    const char *json, *text; /* text NULL: refused */
} text_case;

static void
texts_are_utf8_without_nul_and_without_lone_surrogates(void **state)
{
    static const text_case cases[] = {
        { "\\u0041\\n\\t\\/\\\\\\\"\\b\\f\\r", "A\n\t/\\\"\b\f\r" },
        { "\\u00e9\\u20ac\\ud83d\\ude00", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
        { "\\uD83D\\uDE00", "\xf0\x9f\x98\x80" },
        { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
        { "\\uffff", "\xef\xbf\xbf" },
        { "", "" },
        { "\\u0000", NULL },
        { "\\ud83d", NULL },
        { "\\ude00", NULL },
        { "\\ud83dx", NULL },
        { "\\ud83d\\u0041", NULL },
        { "\\ude00\\ud83d", NULL },
        { "\\ud83d\\ud83d\\ude00", NULL },
        { "\xed\xa0\xbd\xed\xb8\x80", NULL }, /* the pair itself in UTF-8 */
        { "\xc0\xaf", NULL },
        { "\xff", NULL },
        { "\xc3", NULL },
    };
    char text[128];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Sijill__V1__ListEvents *list;

        (void) snprintf(text, sizeof text, "{\"after\":\"%s\"}", cases[i].json);
        list = read_text(&sijill__v1__list_events__descriptor, text);
        if (cases[i].text == NULL) {
            assert_null(list);
            assert_true(error.syntax);
        } else {
            assert_non_null(list);
            assert_string_equal(list->after, cases[i].text);
        }
    }
}

static void
a_nul_octet_ends_nothing(void **state)
{
    (void) state;
    assert_null(read_as(&sijill__v1__list_events__descriptor, "{\"limit\":1}\0", 12));
    assert_null(read_as(&sijill__v1__list_events__descriptor, "{\"after\":\"a\0b\"}", 15));
    assert_null(read_as(&sijill__v1__list_events__descriptor, "{\"after\0x\":1}", 13));
}

typedef struct octets_case {
    const char *letters;
    size_t size; /* SIZE_MAX: refused */
    const char *octets;
} octets_case;

static void
octets_are_base64_of_either_alphabet(void **state)
{
    static const octets_case cases[] = {
        { "", 0, "" },
        { "AQ==", 1, "\x01" },
        { "AQ", 1, "\x01" },
        { "AQI=", 2, "\x01\x02" },
        { "AQI", 2, "\x01\x02" },
        { "AQID", 3, "\x01\x02\x03" },
        { "-_", 1, "\xfb" },
        { "+/+/", 3, "\xfb\xff\xbf" },
        { "-_-_", 3, "\xfb\xff\xbf" },
        { "A", SIZE_MAX, NULL },
        { "AQ=", SIZE_MAX, NULL },
        { "AQ===", SIZE_MAX, NULL },
        { "=", SIZE_MAX, NULL },
        { "A===", SIZE_MAX, NULL },
        { "AQ==AQ==", SIZE_MAX, NULL },
        { "AQ ID", SIZE_MAX, NULL },
        { "AQ\\n", SIZE_MAX, NULL },
        { "AQ.", SIZE_MAX, NULL },
    };
    char text[128];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Sijill__V1__HoldPush *hold;

        (void) snprintf(text, sizeof text, "{\"raw\":\"%s\"}", cases[i].letters);
        hold = read_text(&sijill__v1__hold_push__descriptor, text);
        if (cases[i].size == SIZE_MAX) {
            assert_null(hold);
            assert_string_equal(error.path, "raw");
            continue;
        }
        assert_non_null(hold);
        assert_true(hold->has_raw);
        assert_int_equal(hold->raw.len, cases[i].size);
        if (hold->raw.len > 0)
            assert_memory_equal(hold->raw.data, cases[i].octets, hold->raw.len);
    }
}

static void
an_id_may_be_hexadecimal(void **state)
{
    static const char *const texts[] = {
        "{\"id\":\"000102030405060708090a0B0c0D0e0f\"}",
        "{\"id\":\"AAECAwQFBgcICQoLDA0ODw==\"}",
        "{\"id\":\"AAECAwQFBgcICQoLDA0ODw\"}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        Sijill__V1__RevokeKey *key = read_text(&sijill__v1__revoke_key__descriptor, texts[i]);

        assert_non_null(key);
        assert_int_equal(key->id.len, 16);
        for (unsigned k = 0; k < 16; k++)
            assert_int_equal(key->id.data[k], k);
        expect_json(&key->base, "{\"id\":\"AAECAwQFBgcICQoLDA0ODw==\"}");
    }
}

static void
null_is_absent_and_false_is_not(void **state)
{
    Sijill__V1__Event *event;

    (void) state;
    event = read_text(&sijill__v1__event__descriptor,
                      "{\"slug\":null,\"title\":null,\"rules\":null,\"mode\":null,\"id\":null,"
                      "\"startsMs\":null,\"dateUncertain\":false,\"venue\":\"\",\"partners\":[]}");
    assert_non_null(event);
    assert_null(event->slug);
    assert_null(event->rules);
    assert_false(event->has_mode || event->has_id || event->has_starts_ms);
    expect_json(&event->base, "{\"dateUncertain\":false,\"venue\":\"\"}");
}

static void
enumerations_are_names_out_and_names_or_numbers_in(void **state)
{
    Sijill__V1__Push *push;

    (void) state;
    push = read_text(&sijill__v1__push__descriptor, "{\"kind\":\"JOINED\"}");
    assert_non_null(push);
    assert_int_equal(push->kind, SIJILL__V1__PUSH__KIND__JOINED);
    push = read_text(&sijill__v1__push__descriptor, "{\"kind\":5}");
    assert_non_null(push);
    expect_json(&push->base, "{\"kind\":\"JOINED\"}");
    push->kind = (Sijill__V1__Push__Kind) 77; /* of a newer service */
    expect_json(&push->base, "{\"kind\":77}");
}

static void
what_is_written_ends_no_script_and_no_string(void **state)
{
    Sijill__V1__ListEvents list;
    char after[] = "</script>&\"\\\x01\n\xc3\xa9", broken[] = "\xff";

    (void) state;
    sijill__v1__list_events__init(&list);
    list.after = after;
    expect_json(&list.base,
                "{\"after\":\"\\u003c/script\\u003e\\u0026\\\"\\\\\\u0001\\n\xc3\xa9\"}");
    list.after = broken;
    expect_json(&list.base, "{\"after\":\"\xef\xbf\xbd\"}");
}

static void
a_list_has_an_end(void **state)
{
    static char text[JSON_ITEMS_MAX * 2 + 64];
    size_t size;

    (void) state;
    (void) snprintf(text, sizeof text, "{\"agendaItems\":[0");
    size = strlen(text);
    for (int i = 1; i <= JSON_ITEMS_MAX; i++) {
        memcpy(text + size, ",0", 2);
        size += 2;
    }
    memcpy(text + size, "]}", 2);
    assert_null(read_as(&sijill__v1__event__descriptor, text, size + 2));
    assert_string_equal(error.words, "too many of this field");
    assert_string_equal(error.path, "agendaItems[1024]");
    memcpy(text + size - 2, "]}", 2);
    assert_non_null(read_as(&sijill__v1__event__descriptor, text, size));
}

static void
depth_is_what_the_contract_nests(void **state)
{
    enum { DEEP = 100000 };
    static char text[DEEP + 16];

    (void) state;
    (void) snprintf(text, sizeof text, "{\"event\":");
    memset(text + 9, '[', DEEP);
    assert_null(read_as(&sijill__v1__define_event__descriptor, text, 9 + DEEP));
    assert_string_equal(error.path, "event");
    for (size_t i = 0; i + 9 < DEEP; i += 9)
        memcpy(text + i, "{\"event\":", 9);
    assert_null(read_as(&sijill__v1__define_event__descriptor, text, DEEP));
    assert_string_equal(error.path, "event.event");
}

static void
a_full_arena_is_said_and_not_passed(void **state)
{
    sj_arena small;
    ProtobufCMessage *message;
    static char text[4096];

    (void) state;
    (void) snprintf(text, sizeof text, "{\"after\":\"%02000d\"}", 0);
    for (size_t size = 256; size < 2048; size += 64) {
        assert_true(sj_arena_open(&small, size));
        message = json_message(&small, &sijill__v1__list_events__descriptor);
        assert_non_null(message);
        assert_false(json_read(&small, message, (sj_bytes){ text, strlen(text) }, &error));
        assert_true(error.too_large);
        sj_arena_close(&small);
    }
}

static void
a_path_longer_than_its_place_is_cut_at_a_character(void **state)
{
    enum { LETTERS = 200 };
    static char text[1024];

    (void) state;
    (void) snprintf(text, sizeof text, "{\"");
    for (size_t i = 0; i < LETTERS; i++)
        memcpy(text + 2 + 2 * i, "\xc3\xa9", 2);
    memcpy(text + 2 + (size_t) 2 * LETTERS, "\":1}", 4);
    assert_null(read_as(&sijill__v1__list_events__descriptor, text, 6 + 2 * LETTERS));
    assert_true(strlen(error.path) < JSON_PATH_SIZE);
    assert_int_equal(strlen(error.path) % 2, 0);
}

static void
a_word_of_an_address_is_one_field(void **state)
{
    ProtobufCMessage *message;
    Sijill__V1__ListRegistrations *list;
    const ProtobufCMessageDescriptor *type = &sijill__v1__list_registrations__descriptor;

    (void) state;
    sj_arena_reset(&arena);
    message = json_message(&arena, type);
    list = (void *) message;
    assert_null(json_read_word(&arena, message, json_field(type, "state", 5), "confirmed"));
    assert_int_equal(list->state, SIJILL__V1__REGISTRATION_STATE__CONFIRMED);
    assert_null(json_read_word(&arena, message, json_field(type, "limit", 5), "20"));
    assert_int_equal(list->limit, 20);
    assert_null(
        json_read_word(&arena, message, json_field(type, "event_id", 8), "AAECAwQFBgcICQoLDA0ODw"));
    assert_int_equal(list->event_id.len, 16);
    assert_non_null(json_read_word(&arena, message, json_field(type, "limit", 5), "20x"));
    assert_non_null(json_read_word(&arena, message, json_field(type, "limit", 5), ""));
    assert_non_null(json_read_word(&arena, message, json_field(type, "state", 5), "there"));
    assert_non_null(json_read_word(&arena, message, json_field(type, "event_id", 8), "%"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_four_bits_are_exact),
        cmocka_unit_test(thirty_two_bits_end_where_they_end),
        cmocka_unit_test(both_spellings_of_a_name_are_read_and_one_is_written),
        cmocka_unit_test(what_does_not_belong_is_named_by_its_path),
        cmocka_unit_test(what_is_no_json_is_refused_as_such),
        cmocka_unit_test(an_object_is_wanted_at_the_top),
        cmocka_unit_test(texts_are_utf8_without_nul_and_without_lone_surrogates),
        cmocka_unit_test(a_nul_octet_ends_nothing),
        cmocka_unit_test(octets_are_base64_of_either_alphabet),
        cmocka_unit_test(an_id_may_be_hexadecimal),
        cmocka_unit_test(null_is_absent_and_false_is_not),
        cmocka_unit_test(enumerations_are_names_out_and_names_or_numbers_in),
        cmocka_unit_test(what_is_written_ends_no_script_and_no_string),
        cmocka_unit_test(a_list_has_an_end),
        cmocka_unit_test(depth_is_what_the_contract_nests),
        cmocka_unit_test(a_full_arena_is_said_and_not_passed),
        cmocka_unit_test(a_path_longer_than_its_place_is_cut_at_a_character),
        cmocka_unit_test(a_word_of_an_address_is_one_field),
    };

    return cmocka_run_group_tests_name("api json", tests, set_up, tear_down);
}
