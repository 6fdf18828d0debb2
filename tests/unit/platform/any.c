/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a platform sends in whatever place, only sound pushes come of it. */
#include "tests/unit/platform/samples.h"
#include "tests/unit/platform/sender.h"
#include "tests/unit/platform/sound.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const strange[] = {
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "0",
    "-1",
    "1e308",
    "9223372036854775807",
    "-9223372036854775808",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"a\\u0000b@example.org\"",
    "\"\\u202eabc\\u2066\\u200f\\udb40\\udc41\"",
    "\"\\r\\n\\t\\u0007\\u0085\\u2028\"",
    "\"e\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301\"",
    "\"\\u0301\"",
    "\"\\ufdfa\\ufdfa\\ud834\\udd60\"",
    "\"=cmd()<br>'\\\"\\\\/../%00%0d%0a\"",
    "\"\\ud83c\\udf93 \\u0639\\u0627\\u0626\\u0634\\u0629\"",
    "\"2026-02-30T25:61:61Z\"",
    "\"9999-12-31T23:59:59.999Z\"",
    "\"1970-01-01T00:00:00Z\"",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    "{\"id\":{\"id\":{\"id\":[{\"id\":1}]}}}",
};

enum { LONG_SIZE = 6 * 1024, FORM_MAX = 3 * PLATFORM_BODY_MAX };

static sj_arena scratch;
static json_t *odd[sizeof strange / sizeof strange[0] + 3];
static size_t odd_count;

static json_t *
long_text(const char *piece)
{
    char *text = malloc(LONG_SIZE + 16);
    size_t used = 0;
    json_t *made;

    assert_non_null(text);
    for (; used + strlen(piece) < LONG_SIZE; used += strlen(piece))
        memcpy(text + used, piece, strlen(piece));
    made = json_stringn(text, used);
    free(text);
    assert_non_null(made);
    return made;
}

static int
open_all(void **state)
{
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        odd[odd_count] = json_loads(strange[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        assert_non_null(odd[odd_count]);
        odd_count++;
    }
    odd[odd_count++] = long_text("a");
    odd[odd_count++] = long_text("\xd8\xb9\xcc\x81");
    odd[odd_count++] = long_text("\xef\xb7\xba"); /* one point of 18 in NFKC, and of 3 octets */
    return sj_arena_open(&scratch, 1024 * 1024) ? sender_open(state) : -1;
}

static int
close_all(void **state)
{
    while (odd_count > 0)
        json_decref(odd[--odd_count]);
    sj_arena_close(&scratch);
    return sender_close(state);
}

/* JSON in the field of a form. */
static const char *
form_of(const char *json)
{
    static char form[FORM_MAX];
    size_t used = (size_t) snprintf(form, sizeof form, "domain=x&event=");

    for (; *json != '\0'; json++)
        used += (size_t) snprintf(form + used, sizeof form - used, "%%%02x",
                                  (unsigned) (unsigned char) *json);
    return form;
}

static void
read_one(sender *s, const sample *of, const char *json)
{
    static char *const settings[] = { (char *) (uintptr_t) "fetch.base_url",
                                      (char *) (uintptr_t) "https://graph.microsoft.com/v1.0",
                                      NULL };
    const char *words;

    sender_begin(s, of->platform, "our-secret");
    s->in.settings = settings;
    sender_header(s, "webhook-id", "msg_1");
    sj_arena_reset(&s->arena);
    if (of->fetch != NULL) {
        s->platform->read_fetched(&s->arena, &s->in, of->fetch, (sj_bytes){ json, strlen(json) },
                                  &s->items);
    } else {
        sender_body(s, strcmp(of->platform, "bbb") == 0 ? form_of(json) : json);
        s->platform->read(&s->arena, &s->in, &s->items);
    }
    assert_false(s->arena.full);
    words = sound_items(&s->items, &scratch);
    if (words != NULL)
        fail_msg("%s: %s: %.500s", of->name, words, json);
}

static void
read_root(sender *s, const sample *of, const json_t *root)
{
    char *text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);

    assert_non_null(text);
    read_one(s, of, text);
    free(text);
}

/* Put each odd value in the place of each value below, one at a time. */
static size_t
replace_below(sender *s, const sample *of, const json_t *root, json_t *here)
{
    const char *key;
    json_t *value;
    size_t i, tried = 0;
    void *next;

    json_object_foreach_safe(here, next, key, value)
    {
        json_t *kept = json_incref(value);

        tried += replace_below(s, of, root, kept);
        for (size_t n = 0; n < odd_count; n++, tried++) {
            assert_int_equal(json_object_set(here, key, odd[n]), 0);
            read_root(s, of, root);
        }
        assert_int_equal(json_object_set_new(here, key, kept), 0);
    }
    json_array_foreach(here, i, value)
    {
        json_t *kept = json_incref(value);

        tried += replace_below(s, of, root, kept);
        for (size_t n = 0; n < odd_count; n++, tried++) {
            assert_int_equal(json_array_set(here, i, odd[n]), 0);
            read_root(s, of, root);
        }
        assert_int_equal(json_array_set_new(here, i, kept), 0);
    }
    return tried;
}

static void
any_value_in_any_place_gives_only_sound_pushes(void **state)
{
    size_t tried = 0;

    for (size_t i = 0; i < sample_count; i++) {
        json_t *root = json_loads(samples[i].json, 0, NULL);

        assert_non_null(root);
        read_root(*state, &samples[i], root);
        tried += replace_below(*state, &samples[i], root, root);
        json_decref(root);
    }
    (void) printf("# %zu documents\n", tried);
    assert_true(tried > 5000);
}

static void
a_sample_that_ends_early_gives_words_and_no_push(void **state)
{
    sender *s = *state;
    char json[4096];

    for (size_t i = 0; i < sample_count; i++) {
        size_t size = strlen(samples[i].json);

        assert_true(size < sizeof json);
        for (size_t cut = 0; cut < size; cut++) {
            memcpy(json, samples[i].json, cut);
            json[cut] = '\0';
            read_one(s, &samples[i], json);
            assert_int_equal(s->items.count, 1);
            assert_non_null(s->items.item[0].words);
        }
    }
}

static void
json_that_is_nested_deep_is_no_harm(void **state)
{
    enum { DEPTH = 100 * 1000 };
    sender *s = *state;
    char *deep = malloc(DEPTH + 1);

    assert_non_null(deep);
    memset(deep, '[', DEPTH);
    deep[DEPTH] = '\0';
    for (size_t i = 0; i < sample_count; i++) {
        read_one(s, &samples[i], strcmp(samples[i].platform, "bbb") == 0 ? deep + DEPTH / 2 : deep);
        assert_non_null(s->items.item[0].words);
    }
    free(deep);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_value_in_any_place_gives_only_sound_pushes),
        cmocka_unit_test(a_sample_that_ends_early_gives_words_and_no_push),
        cmocka_unit_test(json_that_is_nested_deep_is_no_harm),
    };

    return cmocka_run_group_tests_name("any", tests, open_all, close_all);
}
