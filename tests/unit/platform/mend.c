/* SPDX-License-Identifier: Apache-2.0 */
/* What is mended of JSON, and what stays no JSON. */
#include "services/gateway/platform/mend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_SIZE = 64 * 1024 };

static void
expect(const char *text, const char *wanted)
{
    size_t size = strlen(text);
    char *exact = malloc(size + (size == 0)), *got; /* a read beyond it is seen */
    json_error_t error;
    json_t *json;
    sj_arena arena;

    assert_non_null(exact);
    assert_true(sj_arena_open(&arena, ARENA_SIZE));
    memcpy(exact, text, size);
    json = mend_json(&arena, (sj_bytes){ exact, size }, &error);
    got = json == NULL ? NULL : json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
    if ((got == NULL) != (wanted == NULL) || (got != NULL && strcmp(got, wanted) != 0))
        fail_msg("%s: %s", text, got == NULL ? error.text : got);
    assert_false(arena.full);
    free(got);
    free(exact);
    json_decref(json);
    sj_arena_close(&arena);
}

static void
half_a_pair_becomes_one_character_and_a_pair_stays(void **state)
{
    (void) state;
    expect("[\"a\\ud83d\"]", "[\"a\\uFFFD\"]");
    expect("[\"\\udc00\\uD83D\\ud83d\\uDE92b\"]", "[\"\\uFFFD\\uFFFD\\uD83D\\uDE92b\"]");
    expect("[\"\\\\ud83d\",\"\\ud83d\"]", "[\"\\\\ud83d\",\"\\uFFFD\"]");
    expect("{\"\\ud83d\":\"\\u0000\"}", "{\"\\uFFFD\":\"\\u0000\"}");
    expect("[\"\\ud83d", NULL);
    expect("[\"\\ud83", NULL);
    expect("[\"\\", NULL);
}

static void
a_number_too_large_is_its_digits(void **state)
{
    (void) state;
    expect("[9223372036854775807,1.5,true]", "[9223372036854775807,1.5,true]");
    expect("[9223372036854775808,-12345678901234567890]",
           "[\"9223372036854775808\",\"-12345678901234567890\"]");
    expect("{\"id\":1e999,\"b\":[-1E400,1e5]}", "{\"id\":\"1e999\",\"b\":[\"-1E400\",100000.0]}");
    expect("[1e999,1e999,1e999,1e999,1e999]",
           "[\"1e999\",\"1e999\",\"1e999\",\"1e999\",\"1e999\"]");
    expect("[\"12345678901234567890 1e999\",1e999]", "[\"12345678901234567890 1e999\",\"1e999\"]");
    expect("[1e]", "[0]");
}

static void
an_item_of_a_batch_that_cannot_be_read_is_blanked_alone(void **state)
{
    (void) state;
    expect("[{\"a\":1},{\"b\":1,\"b\":2},[3]]", "[{\"a\":1},0,[3]]");
    expect(" { \"v\" : [ {\"b\":1,\"b\":\"]\\\"\"} , \"x\" ], \"w\":[nul]}",
           "{\"v\":[0,\"x\"],\"w\":[0]}");
    expect("{\"w,[\":{\"x\":[1]},\"v\":[\"\xff\",2]}", "{\"w,[\":{\"x\":[1]},\"v\":[0,2]}");
    expect("[{\"b\":1,\"\\u0062\":2}]", "[0]");
}

static void
all_else_stays_no_json(void **state)
{
    static const char *const bad[] = { "",
                                       "{",
                                       "[",
                                       "[1",
                                       "[1,",
                                       "[1,]",
                                       "[,]",
                                       "[x",
                                       "[{\"a\"]",
                                       "[1}",
                                       "[1]]",
                                       "[x]]",
                                       "{}{}",
                                       "\"a\"",
                                       "1e999",
                                       "{\"a\":1,\"a\":2}",
                                       "{\"a\":[x],\"a\":2}",
                                       "{\"a\":{\"b\":[x]}}",
                                       "{\"a\" [x]",
                                       "{[x]:1}",
                                       "{\"a\":\"\xff\"}" };

    (void) state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect(bad[i], NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_a_pair_becomes_one_character_and_a_pair_stays),
        cmocka_unit_test(a_number_too_large_is_its_digits),
        cmocka_unit_test(an_item_of_a_batch_that_cannot_be_read_is_blanked_alone),
        cmocka_unit_test(all_else_stays_no_json),
    };

    return cmocka_run_group_tests_name("mend", tests, NULL, NULL);
}
