/* SPDX-License-Identifier: Apache-2.0 */
/* Names and addresses as people in six scripts write them, and what nobody may write. */
#include "services/core/text.h"
#include "storage/store.h"
#include "tests/unit/core/toy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OVERLAY "\xcc\xb4" /* U+0334, which composes with nothing */
#define ACUTE "\xcc\x81"   /* U+0301 */

typedef struct name_case {
    const char *typed;
    sj_text_result result;
    const char *kept;
} name_case;

static const name_case kept_cases[] = {
    { "Amina", SJ_TEXT_OK, "Amina" },
    { "  Amina  Traor\xc3\xa9 ", SJ_TEXT_OK, "Amina  Traor\xc3\xa9" },
    { "mcDONALD", SJ_TEXT_OK, "mcDONALD" },          /* no title-casing */
    { "Traore" ACUTE, SJ_TEXT_OK, "Traor\xc3\xa9" }, /* NFC */
    { "\xe2\x84\xab", SJ_TEXT_OK, "\xc3\x85" },      /* the Angstrom sign is a letter */
    { "\xef\xac\x81", SJ_TEXT_OK, "\xef\xac\x81" },  /* a ligature stays: not NFKC */
    { "\xd8\xb9\xd8\xa7\xd8\xa6\xd8\xb4\xd8\xa9", SJ_TEXT_OK,
      "\xd8\xb9\xd8\xa7\xd8\xa6\xd8\xb4\xd8\xa9" },
    { "\xd8\xa7\xd9\x93", SJ_TEXT_OK, "\xd8\xa2" }, /* alef and madda are one */
    { "\xd0\x90\xd0\xb9\xd0\xb3\xd2\xaf\xd0\xbb", SJ_TEXT_OK,
      "\xd0\x90\xd0\xb9\xd0\xb3\xd2\xaf\xd0\xbb" },
    { "\xd0\x98\xcc\x86", SJ_TEXT_OK, "\xd0\x99" }, /* short I of two parts */
    { "\xc4\xb0\xc5\x9f\xc4\xb1k", SJ_TEXT_OK, "\xc4\xb0\xc5\x9f\xc4\xb1k" },
    { "I\xcc\x87zmir", SJ_TEXT_OK, "\xc4\xb0zmir" }, /* dotted I of two parts */
    { "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", SJ_TEXT_OK, "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae" },
    { "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d", SJ_TEXT_OK, "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d" },
    { "a" OVERLAY OVERLAY OVERLAY OVERLAY, SJ_TEXT_OK, "a" OVERLAY OVERLAY OVERLAY OVERLAY },
    { "e" OVERLAY OVERLAY OVERLAY ACUTE ACUTE, SJ_TEXT_OK,
      "\xc3\xa9" OVERLAY OVERLAY OVERLAY ACUTE }, /* one of five is part of the letter */
    { "\xe2\x80\x8f\xd8\xb9\xd9\x84\xd9\x8a\xe2\x80\x8e", SJ_TEXT_MARKS_DROPPED,
      "\xd8\xb9\xd9\x84\xd9\x8a" },
    { "e\xe2\x80\x8e" ACUTE, SJ_TEXT_MARKS_DROPPED, "\xc3\xa9" }, /* NFC again without the mark */
};

static const name_case refused_cases[] = {
    { "", SJ_TEXT_EMPTY, NULL },
    { "   ", SJ_TEXT_EMPTY, NULL },
    { "\xe2\x80\x8e", SJ_TEXT_EMPTY, NULL },
    { " \xe2\x80\x8f ", SJ_TEXT_EMPTY, NULL },
    { "a\nb", SJ_TEXT_CONTROL, NULL },
    { "a\tb", SJ_TEXT_CONTROL, NULL },
    { "a\x7f", SJ_TEXT_CONTROL, NULL },
    { "a\xc2\x85", SJ_TEXT_CONTROL, NULL },
    { "a\xe2\x80\xa8", SJ_TEXT_CONTROL, NULL },
    { "\xe2\x80\xae"
      "abc",
      SJ_TEXT_CONTROL, NULL },
    { "\xe2\x81\xa7"
      "abc",
      SJ_TEXT_CONTROL, NULL },
    { "a\xf3\xa0\x81\xa1", SJ_TEXT_CONTROL, NULL },
    { "a\xff", SJ_TEXT_CONTROL, NULL },
    { "a" OVERLAY OVERLAY OVERLAY OVERLAY OVERLAY, SJ_TEXT_COMBINING, NULL },
};

static sj_txn *
begin(fixture *f)
{
    sj_arena_reset(&f->arena);
    return sj_read_begin(f->store, &f->arena, 0);
}

static void
hold(fixture *f, const name_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sj_txn *txn = begin(f);
        const char *clean = NULL;
        sj_text_result result = sj_text_clean(txn, cases[i].typed, SJ_TEXT_POINTS_MAX, &clean);

        if (result != cases[i].result)
            fail_msg("case %zu: %d, expected %d", i + 1, (int) result, (int) cases[i].result);
        if (cases[i].kept == NULL) {
            assert_null(clean);
            assert_true(strlen(sj_text_words(result)) > 0);
        } else if (strcmp(clean, cases[i].kept) != 0) {
            fail_msg("case %zu: kept as \"%s\"", i + 1, clean);
        }
        sj_read_end(txn);
    }
}

static void
names_are_kept_as_typed_in_nfc_without_direction_marks(void **state)
{
    hold(*state, kept_cases, sizeof kept_cases / sizeof kept_cases[0]);
}

static void
controls_overrides_and_piles_of_marks_are_refused(void **state)
{
    hold(*state, refused_cases, sizeof refused_cases / sizeof refused_cases[0]);
}

static void
what_was_cleaned_is_clean(void **state)
{
    fixture *f = *state;

    for (size_t i = 0; i < sizeof kept_cases / sizeof kept_cases[0]; i++) {
        sj_txn *txn = begin(f);
        const char *again = NULL;

        assert_int_equal(sj_text_clean(txn, kept_cases[i].kept, SJ_TEXT_POINTS_MAX, &again),
                         SJ_TEXT_OK);
        assert_string_equal(again, kept_cases[i].kept);
        sj_read_end(txn);
    }
}

/* `count` times one letter. */
static sj_text_result
clean_long(fixture *f, const char *letter, size_t count)
{
    char typed[4 * SJ_TEXT_POINTS_MAX + 16] = "";
    sj_txn *txn = begin(f);
    const char *clean = NULL;
    sj_text_result result;

    assert_true(strlen(letter) * count < sizeof typed);
    for (size_t i = 0; i < count; i++)
        memcpy(typed + i * strlen(letter), letter, strlen(letter) + 1);
    result = sj_text_clean(txn, typed, SJ_TEXT_POINTS_MAX, &clean);
    sj_read_end(txn);
    return result;
}

static void
length_is_counted_in_code_points_of_nfc(void **state)
{
    static const char *const letters[] = { "a", "\xd8\xb9", "\xe4\xb8\xad", "\xf0\x9f\x8e\x93",
                                           ("e" ACUTE) };

    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        assert_int_equal(clean_long(*state, letters[i], SJ_TEXT_POINTS_MAX), SJ_TEXT_OK);
        assert_int_equal(clean_long(*state, letters[i], SJ_TEXT_POINTS_MAX + 1), SJ_TEXT_LONG);
    }
}

static const struct mend_case {
    const char *sent;
    size_t size; /* 0: to the NUL */
    size_t octets;
    const char *kept; /* NULL: nothing */
} mend_cases[] = {
    { "Amina", 0, 100, "Amina" },
    { "  Amina Traor\xc3\xa9 ", 0, 100, "Amina Traor\xc3\xa9" },
    { "a\nb\tc\r\n", 0, 100, "a b c" },
    { "a\x01\x7f\xc2\x85"
      "b",
      0, 100, "a b" },
    { "a\0b", 3, 100, "ab" },
    { "\xe2\x80\xae"
      "abc\xe2\x81\xa6\xe2\x80\x8f\xf3\xa0\x81\xa1",
      0, 100, "abc" },
    { "a\xff\xc3"
      "b\xed\xa0\x80\xc0\xaf",
      0, 100, "ab" },
    { "a" OVERLAY OVERLAY OVERLAY OVERLAY OVERLAY OVERLAY "b", 0, 100,
      "a" OVERLAY OVERLAY OVERLAY OVERLAY "b" },
    { "e\xe2\x80\x8e" ACUTE, 0, 100, "\xc3\xa9" },
    { "\xf0\x9f\x8e\x93 <br>=cmd()", 0, 100, "\xf0\x9f\x8e\x93 <br>=cmd()" },
    { "abcdef", 0, 4, "abcd" },
    { "abc def", 0, 4, "abc" },
    { "ab\xd8\xb9\xd8\xb9", 0, 5, "ab\xd8\xb9" },
    { "", 0, 100, NULL },
    { " \n\t\xe2\x80\x8e ", 0, 100, NULL },
    { "\xff\xfe", 0, 100, NULL },
};

static void
what_a_platform_sends_is_mended(void **state)
{
    fixture *f = *state;

    for (size_t i = 0; i < sizeof mend_cases / sizeof mend_cases[0]; i++) {
        const struct mend_case *one = &mend_cases[i];
        const char *kept;

        sj_arena_reset(&f->arena);
        kept = sj_text_mend(&f->arena,
                            (sj_bytes){ one->sent, one->size ? one->size : strlen(one->sent) },
                            SJ_TEXT_POINTS_MAX, one->octets);
        if ((kept == NULL) != (one->kept == NULL) || (kept != NULL && strcmp(kept, one->kept) != 0))
            fail_msg("case %zu: kept as \"%s\"", i + 1, kept == NULL ? "(nothing)" : kept);
    }
}

/* Whatever octets come: what is left of them passes the look of every service. */
static void
what_was_mended_is_clean(void **state)
{
    static const char *const pieces[] = { "a",
                                          " ",
                                          OVERLAY,
                                          ACUTE,
                                          "\xe2\x80\x8e",
                                          "\n",
                                          "\xff",
                                          "\xd8\xa7",
                                          "\xd9\x93",
                                          "e",
                                          "I",
                                          "\xcc\x87",
                                          "\xe2\x84\xab",
                                          "\xf0\x9d\x85\xa0",
                                          "\xe0\xa4\x95\xe0\xa4\xbc",
                                          "\xf3\xa0\x80\x81" };
    fixture *f = *state;
    uint64_t chance = 1;

    for (unsigned round = 0; round < 20000; round++) {
        char sent[1024] = "";
        const char *kept, *again = NULL;
        size_t count = round % 200;

        for (size_t i = 0, used = 0; i < count; i++) {
            chance = chance * UINT64_C(6364136223846793005) + 1;
            const char *piece = pieces[chance >> 60];

            memcpy(sent + used, piece, strlen(piece) + 1);
            used += strlen(piece);
        }
        sj_arena_reset(&f->arena);
        kept = sj_text_mend(&f->arena, (sj_bytes){ sent, strlen(sent) }, 40, 100);
        if (kept == NULL)
            continue;
        assert_true(strlen(kept) <= 100);
        if (sj_text_clean_in(&f->arena, kept, 40, &again) != SJ_TEXT_OK || strcmp(again, kept) != 0)
            fail_msg("round %u: \"%s\" is kept as \"%s\"", round, sent, kept);
    }
}

static const char *const addresses[][2] = {
    { "Ali@Example.ORG", "ali@example.org" },
    { "  ali@example.org  ", "ali@example.org" },
    { "o'neil+tag@mail.example.org", "o'neil+tag@mail.example.org" },
    { "ali@b\xc3\xbc"
      "cher.example",
      "ali@xn--bcher-kva.example" },
    { "ALI@B\xc3\x9c"
      "CHER.example",
      "ali@xn--bcher-kva.example" },
    { "ali@bu\xcc\x88"
      "cher.example",
      "ali@xn--bcher-kva.example" },
    { "ali@XN--BCHER-KVA.example", "ali@xn--bcher-kva.example" },
    { "ali@\xd9\x85\xd8\xab\xd8\xa7\xd9\x84.\xd8\xa5\xd8\xae\xd8\xaa\xd8\xa8\xd8\xa7\xd8\xb1",
      "ali@xn--mgbh0fb.xn--kgbechtv" },
    { "\xd0\x90\xd0\x99\xd0\x93\xd2\xae\xd0\x9b@example.kz",
      "\xd0\xb0\xd0\xb9\xd0\xb3\xd2\xaf\xd0\xbb@example.kz" },
    { "\xc4\xb0"
      "brahim@example.org",
      "ibrahim@example.org" }, /* dotted I */
    { "\xc4\xb1\xc5\x9f\xc4\xb1k@example.org", "\xc4\xb1\xc5\x9f\xc4\xb1k@example.org" },
    { "JOSE\xcc\x81@example.org", "jos\xc3\xa9@example.org" }, /* one person in NFC and NFD */
    { "\xe2\x80\x8e"
      "ali@example.org",
      "ali@example.org" }, /* as copied out of Arabic text */
};

static const char *const no_addresses[] = {
    "",
    " ",
    "ali",
    "@example.org",
    "ali@",
    "ali@example",
    "ali@.org",
    "ali@-b.org",
    "ali@b..org",
    "ali@b.org.",
    "a li@b.org",
    "ali@b c.org",
    "a@b@c.org",
    "ali,baba@b.org",
    "<ali@b.org>",
    "ali@b_c.org",
    "ali@\xe2\x82\xac.org",
    "ali\n@b.org",
    "ali@[127.0.0.1]",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.org", /* 65 */
};

static void
one_address_has_one_normal_form(void **state)
{
    fixture *f = *state;

    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        sj_txn *txn = begin(f);
        const char *normal = sj_email_normal(txn, addresses[i][0]);

        if (normal == NULL || strcmp(normal, addresses[i][1]) != 0)
            fail_msg("%s is %s", addresses[i][0], normal == NULL ? "none" : normal);
        normal = sj_email_normal(txn, normal);
        assert_non_null(normal);
        assert_string_equal(normal, addresses[i][1]);
        sj_read_end(txn);
    }
}

static void
what_is_no_address_has_none(void **state)
{
    fixture *f = *state;

    for (size_t i = 0; i < sizeof no_addresses / sizeof no_addresses[0]; i++) {
        sj_txn *txn = begin(f);
        const char *normal = sj_email_normal(txn, no_addresses[i]);

        if (normal != NULL)
            fail_msg("case %zu is taken for %s", i + 1, normal);
        sj_read_end(txn);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_kept_as_typed_in_nfc_without_direction_marks),
        cmocka_unit_test(controls_overrides_and_piles_of_marks_are_refused),
        cmocka_unit_test(what_was_cleaned_is_clean),
        cmocka_unit_test(length_is_counted_in_code_points_of_nfc),
        cmocka_unit_test(what_a_platform_sends_is_mended),
        cmocka_unit_test(what_was_mended_is_clean),
        cmocka_unit_test(one_address_has_one_normal_form),
        cmocka_unit_test(what_is_no_address_has_none),
    };

    return cmocka_run_group_tests_name("text", tests, toy_open, fixture_close);
}
