/* SPDX-License-Identifier: Apache-2.0 */
/* Stores that must not be used, and records that must not be believed. */
#include "tests/fault/damage.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEOPLE = 50, EXIT_REFUSED = 1, EXIT_DAMAGE = 5, EXIT_STOPPED = 70 };

static uint8_t event[SIJILL_ID_SIZE];

static void
register_people(sijill *service)
{
    for (unsigned i = 0; i < PEOPLE; i++) {
        register_form form;
        sijill_reply reply;
        char email[64];

        (void) snprintf(email, sizeof email, "person-%02u@example.org", i);
        register_form_fill(&form, event, email);
        assert_int_equal(ask(service, 110, &form.message.base, &reply), SIJILL__V1__CODE__OK);
    }
}

static int
open_registration(void **state)
{
    static world at;
    sijill *service;

    world_open(&at);
    service_start(&at, REGISTRATION);
    service = service_connect(&at, REGISTRATION);
    define_organisation(service);
    define_event(service, "course", false, NULL, event);
    register_people(service);
    sijill_close(&service);
    *state = &at;
    return 0;
}

static int
close_registration(void **state)
{
    world_close(*state);
    return 0;
}

/* Start registration in the foreground with another home or run; its exit code. */
static int
serve(const world *w, const char *home_name, const char *run_name)
{
    char home[WORLD_PATH], run[WORLD_PATH];
    const char *arguments[] = { "--home", home, "--run", run, NULL };

    (void) world_path(w, home_name, home);
    (void) world_path(w, run_name, run);
    return program_run(w, "sijill-registration", arguments);
}

static void
refused(const world *w, const char *words)
{
    assert_int_equal(serve(w, "registration", "run"), EXIT_REFUSED);
    if (!world_says(w, "said", words))
        fail_msg("refused, but not with the words '%s'", words);
}

static uint32_t
get_person(sijill *service, unsigned i, sijill_reply *reply)
{
    Sijill__V1__GetRegistration get = SIJILL__V1__GET_REGISTRATION__INIT;
    char email[64];

    (void) snprintf(email, sizeof email, "person-%02u@example.org", i);
    get.has_event_id = 1;
    get.event_id = id_data(event);
    get.email = email;
    return ask(service, 152, &get.base, reply);
}

static void
still_serves(const world *w)
{
    sijill *service = service_connect(w, REGISTRATION);
    sijill_reply reply;

    for (unsigned i = 0; i < PEOPLE; i++)
        assert_int_equal(get_person(service, i, &reply), SIJILL__V1__CODE__OK);
    sijill_close(&service);
}

/* ---- two of them -------------------------------------------------------------------------------
 */

static void
a_second_service_on_a_store_is_refused_and_the_first_unharmed(void **state)
{
    world *w = *state;

    assert_int_equal(serve(w, "registration", "elsewhere"), EXIT_REFUSED);
    assert_true(world_says(w, "said", "another process is writing to"));
    assert_true(world_says(w, "said", "stop that one first"));
    still_serves(w);
}

static void
a_second_service_in_a_run_folder_is_refused_and_the_first_unharmed(void **state)
{
    world *w = *state;

    assert_int_equal(serve(w, "other", "run"), EXIT_REFUSED);
    assert_true(world_says(w, "said", "another process serves under this --run"));
    still_serves(w);
}

/* ---- files -------------------------------------------------------------------------------------
 */

static void
a_truncated_store_is_refused(void **state)
{
    world *w = *state;

    assert_int_equal(service_stop(w, REGISTRATION), 0);
    damage_cut(w, REGISTRATION, -1);
    refused(w, "is truncated");
    assert_true(world_says(w, "said", "restore the last backup"));
    assert_int_equal(service_scrub(w, REGISTRATION), EXIT_REFUSED);
    damage_cut(w, REGISTRATION, 3 * 4096);
    refused(w, "is truncated");
    damage_cut(w, REGISTRATION, 4096 + 100);
    refused(w, "restore the last backup");
    damage_cut(w, REGISTRATION, 100);
    refused(w, "is too short to be a store");
    damage_cut(w, REGISTRATION, 0);
    refused(w, "is too short to be a store");
}

static void
a_file_that_is_no_store_is_refused(void **state)
{
    static const char text[] = "this is a text, and no store of anything at all";
    world *w = *state;

    assert_int_equal(service_stop(w, REGISTRATION), 0);
    damage_octets(w, REGISTRATION, 0, text, sizeof text);
    refused(w, "is not a data file of LMDB 0.9");
}

static void
another_services_store_is_refused(void **state)
{
    world *w = *state;

    assert_int_equal(service_stop(w, REGISTRATION), 0);
    service_start(w, ATTENDANCE);
    service_await(w, ATTENDANCE);
    assert_int_equal(service_stop(w, ATTENDANCE), 0);
    assert_int_equal(serve(w, "attendance", "run"), EXIT_REFUSED);
    assert_true(world_says(w, "said", "give the right --home"));
    service_start(w, ATTENDANCE); /* which has lost nothing by it */
    service_await(w, ATTENDANCE);
}

static void
a_newer_schema_is_refused(void **state)
{
    world *w = *state;

    assert_int_equal(service_stop(w, REGISTRATION), 0);
    damage_newer_schema(w);
    refused(w, "run the newer sijill that wrote it");
    assert_true(world_says(w, "said", "schema 1000"));
}

/* ---- records -----------------------------------------------------------------------------------
 */

static void
scrub_names(const world *w, const char *table, const char *key)
{
    char words[DAMAGE_KEY + 128];

    assert_int_equal(service_scrub(w, REGISTRATION), EXIT_DAMAGE);
    (void) snprintf(words, sizeof words, "damage: damaged record: table %s, key %.64s", table, key);
    if (!world_says(w, "said", words))
        fail_msg("scrub does not say '%s'", words);
    assert_true(world_says(w, "said", " 1 damages"));
}

static void
stopped_by(world *w, const char *table, const char *key)
{
    char words[DAMAGE_KEY + 64];

    assert_int_equal(service_ended(w, REGISTRATION), EXIT_STOPPED);
    (void) snprintf(words, sizeof words, "damaged record: table %s, key %.64s", table, key);
    if (!world_says(w, "registration.log", words))
        fail_msg("the log does not say '%s'", words);
}

static void
a_damaged_registration_is_found_by_scrub_and_when_it_is_read(void **state)
{
    char key[DAMAGE_KEY];
    world *w = *state;
    sijill_reply reply;
    sijill *service;

    assert_int_equal(service_stop(w, REGISTRATION), 0);
    damage_row(w, REGISTRATION, "registration", "person-07@example.org", key);
    scrub_names(w, "registration", key);
    service_start(w, REGISTRATION);
    service = service_connect(w, REGISTRATION);
    for (unsigned i = 0; i < PEOPLE; i++) /* the others are fine */
        if (i != 7)
            assert_int_equal(get_person(service, i, &reply), SIJILL__V1__CODE__OK);
    sijill_close(&service);

    sijill_options options = { .endpoint = NULL, .deadline_ms = 1000 };
    char endpoint[WORLD_PATH];

    options.endpoint = service_endpoint(w, REGISTRATION, "", endpoint);
    service = sijill_open(&options);
    assert_int_not_equal(get_person(service, 7, &reply), SIJILL__V1__CODE__OK);
    sijill_close(&service);
    stopped_by(w, "registration", key);
}

static void
count_record(void *context, const Sijill__V1__Record *record)
{
    (void) record;
    ++*(unsigned *) context;
}

/* A record that was passed over would be lost to every consumer without a word. */
static void
a_damaged_record_of_the_feed_is_not_passed_over(void **state)
{
    char key[DAMAGE_KEY], endpoint[WORLD_PATH];
    world *w = *state;
    sijill_feed_options options = { .after = { .shard = 1 } };
    unsigned records = 0;
    uint64_t until;
    sijill_feed *feed;

    assert_int_equal(service_stop(w, REGISTRATION), 0);
    damage_row(w, REGISTRATION, "outbox", NULL, key);
    scrub_names(w, "outbox", key);
    service_start(w, REGISTRATION);
    service_await(w, REGISTRATION);
    options.endpoint = service_endpoint(w, REGISTRATION, ".feed", endpoint);
    feed = sijill_feed_open(&options);
    assert_non_null(feed);
    until = mono_ms() + 10000;
    while (service_running(w, REGISTRATION) && mono_ms() < until)
        (void) sijill_feed_read(feed, 100, count_record, &records, NULL);
    assert_true(records < PEOPLE + 2); /* organisation, event, people; less the damaged one */
    sijill_feed_close(&feed);
    assert_false(service_running(w, REGISTRATION));
    stopped_by(w, "outbox", key);
}

static void
a_damaged_meta_row_is_refused_at_start(void **state)
{
    char key[DAMAGE_KEY];
    world *w = *state;

    assert_int_equal(service_stop(w, REGISTRATION), 0);
    damage_row(w, REGISTRATION, "meta", NULL, key);
    refused(w, "restore the last backup");
    assert_true(world_says(w, "said", "damaged record: table meta"));
}

int
main(void)
{
#define LAW(f) cmocka_unit_test_setup_teardown(f, open_registration, close_registration)
    const struct CMUnitTest laws[] = {
        LAW(a_second_service_on_a_store_is_refused_and_the_first_unharmed),
        LAW(a_second_service_in_a_run_folder_is_refused_and_the_first_unharmed),
        LAW(a_truncated_store_is_refused),
        LAW(a_file_that_is_no_store_is_refused),
        LAW(another_services_store_is_refused),
        LAW(a_newer_schema_is_refused),
        LAW(a_damaged_registration_is_found_by_scrub_and_when_it_is_read),
        LAW(a_damaged_record_of_the_feed_is_not_passed_over),
        LAW(a_damaged_meta_row_is_refused_at_start),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, NULL, NULL);
}
