/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a certificate says, and that it says so for ever.
 */
#include "tests/unit/certificate/world.h"

#include "proto/credential/did_web.h"
#include "proto/credential/jcs_scan.h"
#include "proto/credential/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The unsigned document of the only certificate that waits; to be freed. */
static char *
document_of(fixture *f)
{
    waiting *one = malloc(sizeof *one);
    char *text;

    assert_non_null(one);
    assert_int_equal(wait_list(f, one, 1), 1);
    text = strndup(one->document, one->document_size);
    free(one);
    return text;
}

static char *
issued_document(fixture *f, const char *lang)
{
    assert_int_equal(issue_in(f, 1, 1, KIND(ATTENDANCE), lang, WORLD_LATER_MS, NULL), SJ_OK);
    return document_of(f);
}

static void
assert_has(const char *document, const char *part)
{
    if (strstr(document, part) == NULL)
        fail_msg("%s\nis not in\n%s", part, document);
}

static void
the_signed_document_verifies_and_is_canonical(void **state)
{
    fixture *f = *state;
    uint8_t id[16];

    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    Sijill__V1__CertificateView *view = show(f, id, WORLD_LATER_MS);

    assert_int_equal(view->state, STATE(VALID));
    assert_non_null(view->credential);
    assert_true(verifies(view->credential, 1, 0));
    assert_false(verifies(view->credential, 2, 0)); /* purposes share no key */
    assert_has(view->credential, view->url);
}

static void
the_proof_options_are_those_of_the_whole_document(void **state)
{
    fixture *f = *state;
    waiting *one = malloc(sizeof *one);
    uint8_t public_key[32], secret[64];
    char method[SJ_DID_URL_SIZE], buffer[SJ_PROOF_OPTIONS_MAX];
    sj_span options;

    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, NULL), SJ_OK);
    assert_int_equal(wait_list(f, one, 1), 1);
    world_key(1, 0, public_key, secret);
    assert_true(sj_did_web_method(sj_span_of(WORLD_DID), public_key, method));
    assert_null(sj_proof_options((sj_span){ one->document, one->document_size }, method,
                                 (int64_t) WORLD_LATER_MS, buffer, sizeof buffer, &options));
    assert_int_equal(options.length, one->options_size);
    assert_memory_equal(options.at, one->options, options.length);
    free(one);
}

static void
it_tells_the_facts(void **state)
{
    fixture *f = *state;
    char *text;

    tell_programme(f, "statcab", "Statistical Capacity Building");
    tell_name(f, 1, 1, "Ayşe Öztürk عائشة", " Ayse@X.Example ");
    text = issued_document(f, NULL);
    assert_true(sj_jcs_canonical(sj_span_of(text)));
    assert_has(text, "\"awardedDate\":\"2025-03-05T15:53:20Z\"");
    assert_has(text, "\"validFrom\":\"2025-03-05T15:53:20Z\"");
    assert_has(text, "\"activityStartDate\":\"2025-03-04T09:00:00Z\"");
    assert_has(text, "\"activityEndDate\":\"2025-03-05T14:30:00Z\"");
    assert_has(text, "\"name\":\"Ayşe Öztürk عائشة\"");
    assert_has(text, "\"narrative\":\"Awarded for attending 12.0 of 13.5 hours. Mode: online.\"");
    assert_has(text, "\"narrative\":\"Attendance of at least 75 % of the scheduled hours, as "
                     "recorded by the organiser.\"");
    assert_has(text, "Certificate of attendance: Poverty statistics\\nDates: 2025-03-04 – "
                     "2025-03-05\\nOrganiser: Statistical Centre\\nPartners: TurkStat\\n"
                     "Programme: Statistical Capacity Building\\n[ar] إحصاءات الفقر");
    assert_has(text, "\"tag\":[\"Statistical Capacity Building\",\"SDG 1\",\"SDG 17\"]");
    assert_has(text, "\"name\":\"Statistical Centre\",\"type\":[\"Profile\"]");
    assert_has(text, "\"statusListCredential\":\"https://sijill.example/status/0\"");
    assert_null(strstr(text, "@X")); /* the e-mail travels as a salted hash alone */
    assert_null(strstr(text, "@x"));
    free(text);
}

static void
a_programme_that_is_not_known_yet_is_called_by_its_slug(void **state)
{
    char *text = issued_document(*state, NULL);

    assert_has(text, "\"tag\":[\"statcab\",");
    free(text);
}

static void
each_language_has_its_own_sentences(void **state)
{
    static const struct {
        const char *lang, *narrative, *criteria, *title;
    } cases[] = {
        { "en", "Awarded for attending 12.0 of 13.5 hours. Mode: online.",
          "Attendance of at least 75 % of", "Poverty statistics" },
        { "ar", "مُنحت هذه الشهادة لحضور 12.0 من أصل 13.5 ساعة. طريقة الانعقاد: عبر الإنترنت.",
          "حضور ما لا يقل عن 75 % من", "إحصاءات الفقر" },
        { "fr",
          "Délivrée pour 12,0 heures de présence sur 13,5 heures prévues. Modalité\u00a0: en "
          "ligne.",
          "Présence à au moins 75\u00a0% des", "Poverty statistics" },
        { "tr",
          "Planlanan 13,5 saatin 12,0 saatine katıldığı için verilmiştir. Katılım biçimi: çevrim "
          "içi.",
          "Planlanan sürenin en az %75 oranında", "Poverty statistics" },
        { "ru", "Выдан за участие: посещено 12,0\u00a0ч из 13,5\u00a0ч. Формат: онлайн.",
          "Присутствие не менее 75\u00a0% запланированного", "Poverty statistics" },
        { "kk",
          "Жоспарланған 13,5 сағаттың 12,0 сағатына қатысқаны үшін берілді. Өткізу түрі: онлайн.",
          "уақыттың кемінде 75 пайызына", "Poverty statistics" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char part[256];
        void *world;
        char *text;

        assert_int_equal(world_open_ready(&world), 0);
        text = issued_document(world, cases[i].lang);
        (void) snprintf(part, sizeof part, "\"narrative\":\"%s\"", cases[i].narrative);
        assert_has(text, part);
        assert_has(text, cases[i].criteria);
        (void) snprintf(part, sizeof part, "\"inLanguage\":\"%s\"", cases[i].lang);
        assert_has(text, part);
        /* no title in this language: the first one stands in */
        (void) snprintf(part, sizeof part, ",\"name\":\"%s\"", i == 0 ? cases[i].title : "إحصاءات");
        part[strlen(part) - 1] = '\0';
        assert_has(text, part);
        free(text);
        fixture_close(&world);
    }
}

static void
each_kind_has_its_own_sentence(void **state)
{
    static const struct {
        Sijill__V1__Role role;
        Sijill__V1__CertificateKind kind;
        const char *narrative;
    } cases[] = {
        { ROLE(TRAINER), KIND(TRAINING), "Awarded for teaching at the activity as a trainer." },
        { ROLE(SPEAKER), KIND(SPEAKING), "Awarded for speaking at the activity." },
        { ROLE(ORGANISER), KIND(ORGANISING), "Awarded for helping to organise the activity." },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        void *world;
        char *text;

        assert_int_equal(world_open_ready(&world), 0);
        tell_person(world, 1, 7, cases[i].role, SEAT(CONFIRMED));
        assert_int_equal(issue(world, 1, 7, cases[i].kind, WORLD_LATER_MS, NULL), SJ_OK);
        text = document_of(world);
        assert_has(text, cases[i].narrative);
        assert_null(strstr(text, "hours"));
        free(text);
        fixture_close(&world);
    }
}

/* The event's rule, else English if there is a title, else the first title's language. */
static void
the_language_follows_the_event(void **state)
{
    static const struct {
        const char *rule, *title, *lang;
    } cases[] = {
        { NULL, "Poverty statistics", "en" },
        { "tr", "Poverty statistics", "tr" },
        { NULL, NULL, "ar" },
        { "de", "Poverty statistics", "en" },
        { "en", NULL, "en" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world_event event = world_event_plain();
        char part[64];
        void *world;
        char *text;

        event.lang = cases[i].rule;
        event.title = cases[i].title;
        assert_int_equal(world_open_ready(&world), 0);
        tell_event(world, event);
        text = issued_document(world, NULL);
        (void) snprintf(part, sizeof part, "\"inLanguage\":\"%s\"", cases[i].lang);
        assert_has(text, part);
        free(text);
        fixture_close(&world);
    }
}

static void
later_edits_change_nothing(void **state)
{
    fixture *f = *state;
    world_event event = world_event_plain();
    uint8_t id[16];
    char *before, *after;

    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, id), SJ_OK);
    before = document_of(f);
    event.title = "Another title";
    event.ends_ms -= 3600000;
    tell_event(f, event);
    tell_organisation(f, "Renamed Centre");
    tell_name(f, 1, 1, "Another Name", "other@x.example");
    tell_verdict(f, 1, 1, VERDICT(NOT_ATTENDED));
    after = document_of(f);
    assert_string_equal(before, after);
    assert_int_equal(sign_all(f, WORLD_LATER_MS), 1);
    Sijill__V1__CertificateView *view = show(f, id, WORLD_LATER_MS);

    assert_string_equal(view->holder, "Person 1");
    assert_has(view->credential, "Poverty statistics");
    assert_true(verifies(view->credential, 1, 0));
    free(before);
    free(after);
}

static void
the_same_commands_make_the_same_octets(void **state)
{
    uint8_t digests[2][32];
    char *documents[2];

    (void) state;
    for (size_t i = 0; i < 2; i++) {
        void *world;

        assert_int_equal(world_open_ready(&world), 0);
        documents[i] = issued_document(world, NULL);
        assert_int_equal(sign_all(world, WORLD_LATER_MS), 1);
        fixture_digest(world, digests[i]);
        fixture_close(&world);
    }
    assert_string_equal(documents[0], documents[1]);
    assert_memory_equal(digests[0], digests[1], sizeof digests[0]);
    free(documents[0]);
    free(documents[1]);
}

/* Ids, salts and places are drawn for each certificate. */
static void
nothing_is_guessable_from_a_neighbour(void **state)
{
    fixture *f = *state;
    uint8_t first[16], second[16];
    uint32_t index;

    tell_name(f, 1, 1, "Same Name", "same@x.example");
    tell_name(f, 1, 2, "Same Name", "same@x.example");
    tell_verdict(f, 1, 2, VERDICT(ATTENDED));
    assert_int_equal(issue(f, 1, 1, KIND(ATTENDANCE), WORLD_LATER_MS, first), SJ_OK);
    assert_int_equal(issue(f, 1, 2, KIND(ATTENDANCE), WORLD_LATER_MS, second), SJ_OK);
    assert_memory_not_equal(first, second, 4);
    index = show(f, first, WORLD_LATER_MS)->status_index;
    assert_int_not_equal(index + 1, show(f, second, WORLD_LATER_MS)->status_index);
    assert_int_not_equal(index, show(f, second, WORLD_LATER_MS)->status_index);
    waiting *two = malloc(2 * sizeof *two);
    sj_span hashes[2];

    assert_int_equal(wait_list(f, two, 2), 2);
    for (size_t i = 0; i < 2; i++) {
        sj_span subject = { two[i].document, two[i].document_size };

        assert_true(sj_jcs_find_in(subject, "credentialSubject", "identifier", &hashes[i]));
    }
    assert_false(sj_span_equal(hashes[0], hashes[1]));
    free(two);
}

#define READY(test) cmocka_unit_test_setup_teardown(test, world_open_ready, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        READY(the_signed_document_verifies_and_is_canonical),
        READY(the_proof_options_are_those_of_the_whole_document),
        READY(it_tells_the_facts),
        READY(a_programme_that_is_not_known_yet_is_called_by_its_slug),
        cmocka_unit_test(each_language_has_its_own_sentences),
        cmocka_unit_test(each_kind_has_its_own_sentence),
        cmocka_unit_test(the_language_follows_the_event),
        READY(later_edits_change_nothing),
        cmocka_unit_test(the_same_commands_make_the_same_octets),
        READY(nothing_is_guessable_from_a_neighbour),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
