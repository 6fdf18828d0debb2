/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever the feeds bring, rows stay small and a certificate can still be issued.
 */
#include "tests/unit/certificate/world.h"

#include "services/certificate/fit.h"
#include "storage/cursor.h"
#include "storage/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXTS = 16, LENGTH = 800 };

/* An event at every limit of the wire: 16 titles, 64 partners with 16 names each, 64 programmes. */
typedef struct giant {
    char long_text[LENGTH + 1];
    Sijill__V1__Text texts[TEXTS], *text_list[TEXTS];
    Sijill__V1__Partner partners[64], *partner_list[64];
    char slugs[64][97], *slug_list[64];
    uint32_t goals[64];
} giant;

static void
giant_fill(giant *g)
{
    static char *const langs[] = { "xx", "en", "ar" };

    memset(g->long_text, 'T', LENGTH);
    g->long_text[LENGTH] = '\0';
    for (size_t i = 0; i < TEXTS; i++) {
        sijill__v1__text__init(&g->texts[i]);
        g->texts[i].lang = langs[i % 3];
        g->texts[i].text = g->long_text;
        g->text_list[i] = &g->texts[i];
    }
    for (size_t i = 0; i < 64; i++) {
        sijill__v1__partner__init(&g->partners[i]);
        g->partners[i].name = g->text_list;
        g->partners[i].n_name = TEXTS;
        g->partner_list[i] = &g->partners[i];
        memset(g->slugs[i], 's', 96);
        (void) snprintf(g->slugs[i] + 90, 7, "-%05zu", i);
        g->slug_list[i] = g->slugs[i];
        g->goals[i] = (uint32_t) i;
    }
}

static void
tell_giants(fixture *f, giant *g)
{
    Sijill__V1__DefineOrganisation organisation = SIJILL__V1__DEFINE_ORGANISATION__INIT;
    Sijill__V1__EventChanged body = SIJILL__V1__EVENT_CHANGED__INIT;
    Sijill__V1__Event in = SIJILL__V1__EVENT__INIT;

    organisation.n_name = TEXTS;
    organisation.name = g->text_list;
    assert_int_equal(fixture_feed(f, 130, &organisation.base, NULL, WORLD_STARTS_MS), SJ_OK);
    for (size_t i = 0; i < 64; i++) {
        Sijill__V1__DefineProgramme programme = SIJILL__V1__DEFINE_PROGRAMME__INIT;

        programme.slug = g->slugs[i];
        programme.n_name = TEXTS;
        programme.name = g->text_list;
        assert_int_equal(fixture_feed(f, 131, &programme.base, NULL, WORLD_STARTS_MS), SJ_OK);
    }
    in.has_id = true;
    in.id = id_data(event_id(1));
    in.title = g->text_list;
    in.n_title = TEXTS;
    in.partners = g->partner_list;
    in.n_partners = 5; /* a record holds 60 KiB */
    in.programmes = g->slug_list;
    in.n_programmes = 64;
    in.sdg_tags = g->goals;
    in.n_sdg_tags = 64;
    in.city = g->long_text;
    in.has_date_precision = in.has_starts_ms = in.has_ends_ms = true;
    in.date_precision = SIJILL__V1__DATE_PRECISION__DATE_DAY;
    in.starts_ms = WORLD_STARTS_MS;
    in.ends_ms = WORLD_ENDS_MS;
    body.event = &in;
    assert_int_equal(fixture_feed(f, 132, &body.base, NULL, WORLD_STARTS_MS), SJ_OK);
}

static void
an_event_at_every_limit_is_kept_small_and_certificates_can_be_issued(void **state)
{
    fixture *f = *state;
    giant *g = malloc(sizeof *g);
    sj_key key = sj_key_org(1);
    char name[LENGTH + 1];
    sj_bytes value;
    sj_txn *txn;

    giant_fill(g);
    tell_giants(f, g);
    sj_key_add_id(&key, event_id(1));
    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, 0);
    assert_true(sj_get(txn, TABLE_EVENT, &key, &value));
    assert_true(value.size < 20 * 1024);
    sj_read_end(txn);

    memset(name, 'n', LENGTH);
    name[LENGTH] = '\0';
    tell_name(f, 1, 1, name, "n@x.example");
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    free(g);
}

static void
texts_without_words_or_language_are_left_out(void **state)
{
    Sijill__V1__Text texts[4], *list[4];
    static char *const langs[] = { "en", NULL, "fr", "tr" };
    static char *const words[] = { "", "b", "c", "d" };

    (void) state;
    for (size_t i = 0; i < 4; i++) {
        sijill__v1__text__init(&texts[i]);
        texts[i].lang = langs[i];
        texts[i].text = words[i];
        list[i] = &texts[i];
    }
    assert_int_equal(fit_texts(list, 4, 100), 2);
    assert_string_equal(list[0]->text, "c");
    assert_string_equal(list[1]->text, "d");
    assert_int_equal(fit_texts(list, 2, 3), 1);
    assert_int_equal(fit_texts(list, 1, 2), 0);
}

static void
records_that_name_nothing_become_dead_letters(void **state)
{
    fixture *f = *state;
    Sijill__V1__EventChanged event = SIJILL__V1__EVENT_CHANGED__INIT;
    Sijill__V1__RegistrationChanged registration = SIJILL__V1__REGISTRATION_CHANGED__INIT;
    Sijill__V1__VerdictChanged verdict = SIJILL__V1__VERDICT_CHANGED__INIT;
    Sijill__V1__DefineProgramme programme = SIJILL__V1__DEFINE_PROGRAMME__INIT;

    assert_int_equal(fixture_feed(f, 132, &event.base, NULL, WORLD_STARTS_MS), SJ_INVALID);
    assert_int_equal(fixture_feed(f, 134, &registration.base, NULL, WORLD_STARTS_MS), SJ_INVALID);
    assert_int_equal(fixture_feed(f, 230, &verdict.base, NULL, WORLD_STARTS_MS), SJ_INVALID);
    assert_int_equal(fixture_feed(f, 131, &programme.base, NULL, WORLD_STARTS_MS), SJ_INVALID);
    verdict.has_event_id = verdict.has_registration_id = verdict.has_value = true;
    verdict.event_id = id_data(event_id(1));
    verdict.registration_id = id_data(person_id(1));
    verdict.value = (Sijill__V1__VerdictValue) 99;
    assert_int_equal(fixture_feed(f, 230, &verdict.base, NULL, WORLD_STARTS_MS), SJ_INVALID);
    registration.has_event_id = registration.has_registration_id = registration.has_role = true;
    registration.event_id = id_data(event_id(1));
    registration.registration_id = id_data(person_id(1));
    registration.role = (Sijill__V1__Role) 99;
    assert_int_equal(fixture_feed(f, 134, &registration.base, NULL, WORLD_STARTS_MS), SJ_INVALID);
}

static void
why_the_last_record_was_passed_over_is_kept(void **state)
{
    enum { FIXTURES_FEED = 9 };
    fixture *f = *state;
    Sijill__V1__EventChanged event = SIJILL__V1__EVENT_CHANGED__INIT;
    char words[256];
    const char *kept;
    sj_txn *txn;

    txn = sj_read_begin(f->store, &f->arena, WORLD_STARTS_MS);
    assert_null(sj_dead_letter_words(txn, FIXTURES_FEED));
    sj_read_end(txn);
    assert_int_equal(fixture_feed(f, 132, &event.base, NULL, WORLD_STARTS_MS), SJ_INVALID);
    (void) snprintf(words, sizeof words, "%s", f->reply.detail);
    assert_true(strlen(words) > 0);
    txn = sj_read_begin(f->store, &f->arena, WORLD_STARTS_MS);
    kept = sj_dead_letter_words(txn, FIXTURES_FEED);
    assert_non_null(kept);
    assert_string_equal(kept, words);
    assert_null(sj_dead_letter_words(txn, FIXTURES_FEED - 1));
    assert_null(sj_dead_letter_words(txn, FIXTURES_FEED + 1));
    sj_read_end(txn);
}

#define READY(test) cmocka_unit_test_setup_teardown(test, world_open_ready, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        READY(an_event_at_every_limit_is_kept_small_and_certificates_can_be_issued),
        cmocka_unit_test(texts_without_words_or_language_are_left_out),
        READY(records_that_name_nothing_become_dead_letters),
        READY(why_the_last_record_was_passed_over_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
