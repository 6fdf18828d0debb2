/* SPDX-License-Identifier: Apache-2.0 */
/* Backups taken beside a working service, and the stores that come back from them. */
#include "tests/fault/proof.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PERSONS = 6000, WARM_MS = 300, CALM_MAX_MS = 60000, NAP_US = 500, NAP_LONG_US = 50000 };

/* The order in which no cursor is ahead of its feed. */
static const which backup_order[] = { CERTIFICATE, ATTENDANCE, REGISTRATION };

static world at;
static load work;

static int
open_all(void **state)
{
    (void) state;
    world_open(&at);
    world_start(&at);
    load_open(&work, &at, 2);
    return 0;
}

static int
close_all(void **state)
{
    (void) state;
    load_close(&work);
    world_close(&at);
    return 0;
}

static void
work_for(uint64_t ms)
{
    uint64_t until = mono_ms() + ms;

    while (mono_ms() < until) {
        load_turn(&work);
        (void) usleep(NAP_US);
    }
}

static void
work_to_the_end(void)
{
    uint64_t until = mono_ms() + CALM_MAX_MS;

    while (!load_complete(&work) && mono_ms() < until) {
        load_turn(&work);
        (void) usleep(NAP_US);
    }
    load_finish(&work);
}

/* Back up one service to FOLDER/NAME/..., while the load goes on. */
static void
back_up(which s, const char *name)
{
    char program[32], home[WORLD_PATH], folder[WORLD_PATH], parent[WORLD_PATH], path[64];
    const char *arguments[] = { "--home", home, "--backup", folder, NULL };
    int code = 0;
    pid_t pid;

    (void) mkdir(world_path(&at, name, parent), 0750);
    (void) snprintf(program, sizeof program, "sijill-%s", which_names[s]);
    (void) snprintf(path, sizeof path, "%s/%s", name, which_names[s]);
    (void) world_path(&at, which_names[s], home);
    (void) world_path(&at, path, folder);
    pid = program_start(&at, program, "said", arguments);
    while (!program_ended(pid, &code))
        load_turn(&work);
    if (code != 0)
        fail_msg("backup of %s: exit %d", which_names[s], code);
}

static void
move(const char *from, const char *to)
{
    char a[WORLD_PATH], b[WORLD_PATH];

    assert_int_equal(rename(world_path(&at, from, a), world_path(&at, to, b)), 0);
}

/* The store as the backup has it; the one that was there is put aside. */
static void
restore(which s, const char *name)
{
    char from[64], aside[64];

    (void) snprintf(from, sizeof from, "%s/%s", name, which_names[s]);
    (void) snprintf(aside, sizeof aside, "%s-before-%s", which_names[s], name);
    move(which_names[s], aside);
    move(from, which_names[s]);
    assert_int_equal(service_scrub(&at, s), 0);
}

static uint64_t
epoch_of(which s)
{
    Sijill__V1__ServiceStatus *status = service_status(&at, s);
    uint64_t epoch = status->head->epoch;

    sijill_free(status);
    return epoch;
}

/* What was answered after the backups began may be gone with them. */
static void
forget_since(size_t count, const fate *fates)
{
    for (size_t i = 0; i < work.request_count; i++)
        if (work.requests[i].fate == FATE_ACKNOWLEDGED &&
            (i >= count || fates[i] != FATE_ACKNOWLEDGED))
            work.requests[i].fate = FATE_UNKNOWN;
}

static fate *
fates_now(void)
{
    fate *fates = calloc(work.request_count + 1, sizeof *fates);

    assert_non_null(fates);
    for (size_t i = 0; i < work.request_count; i++)
        fates[i] = work.requests[i].fate;
    return fates;
}

static void
kill_all(void)
{
    for (which s = REGISTRATION; s < SIGNER; s++)
        service_kill(&at, s);
}

static void
start_all(void)
{
    for (which s = REGISTRATION; s < SIGNER; s++)
        service_start(&at, s);
    for (which s = REGISTRATION; s < SIGNER; s++)
        service_await(&at, s);
}

static void
backups_beside_the_load_hold_all_that_was_acknowledged_before(void **state)
{
    uint64_t epochs[SIGNER];
    size_t count;
    fate *fates;

    (void) state;
    work.limit = PERSONS;
    work_for(WARM_MS);
    fates = fates_now();
    count = work.request_count;
    print_message("# %zu requests before the backups, %zu registrations acknowledged\n", count,
                  load_count(&work, ERRAND_REGISTER, FATE_ACKNOWLEDGED));
    for (size_t i = 0; i < SIGNER; i++)
        back_up(backup_order[i], "first");
    for (which s = REGISTRATION; s < SIGNER; s++)
        epochs[s] = epoch_of(s);
    print_message("# %zu when they were done\n",
                  load_count(&work, ERRAND_REGISTER, FATE_ACKNOWLEDGED));
    work_to_the_end();
    kill_all();
    for (which s = REGISTRATION; s < SIGNER; s++)
        restore(s, "first");
    forget_since(count, fates);
    free(fates);
    start_all();
    for (which s = REGISTRATION; s < SIGNER; s++)
        assert_true(epoch_of(s) > epochs[s]);
    proof_await_feeds(&at); /* consumers not beyond the restored heads go on */
    proof_registrations(&work);
    proof_certificates(&work);
    proof_feeds(&work);
    proof_views(&work);
}

/* Wait until a service says in its log that it does not follow registration any more. */
static void
stopped_following(which s)
{
    uint64_t until = mono_ms() + WORLD_ANSWER_MS;
    bool stopped = false;
    char log[32];

    (void) snprintf(log, sizeof log, "%s.log", which_names[s]);
    while (!stopped && mono_ms() < until) {
        Sijill__V1__ServiceStatus *status = service_status(&at, s);

        for (size_t i = 0; i < status->n_consumes && !stopped; i++) {
            const Sijill__V1__FeedState *feed = status->consumes[i];

            stopped = strcmp(feed->name, "registration") == 0 && !feed->connected &&
                      feed->stopped != NULL;
            if (stopped)
                assert_non_null(strstr(feed->stopped, "restored from an older backup"));
        }
        sijill_free(status);
        (void) usleep(NAP_LONG_US);
    }
    assert_true(stopped);
    assert_true(world_says(&at, log, "relay.stopped"));
    assert_true(world_says(&at, log, "restore the consumer from the same backup"));
}

static void
register_some(const char *prefix, unsigned count)
{
    sijill *service = service_connect(&at, REGISTRATION);

    for (unsigned i = 0; i < count; i++) {
        register_form form;
        sijill_reply reply;
        char email[64];

        (void) snprintf(email, sizeof email, "%s-%u@example.org", prefix, i);
        register_form_fill(&form, work.events[EVENT_WIDE], email);
        assert_int_equal(ask(service, 110, &form.message.base, &reply), SIJILL__V1__CODE__OK);
    }
    sijill_close(&service);
}

/* Only the producer came back from its backup: its consumers have seen what it does not hold. */
static void
lose_the_end_of_registration(void)
{
    back_up(REGISTRATION, "second");
    register_some("lost", 20);
    proof_await_feeds(&at);
    service_kill(&at, REGISTRATION);
    restore(REGISTRATION, "second");
    service_start(&at, REGISTRATION);
    service_await(&at, REGISTRATION);
}

static void
a_consumer_beyond_the_restored_head_stops_with_words(void **state)
{
    (void) state;
    lose_the_end_of_registration();
    stopped_following(ATTENDANCE);
    stopped_following(CERTIFICATE);
}

/* The same once more, while the consumers were away and the producer has grown past them: its
 * sequences alone would look like a longer history of the same. */
static void
a_consumer_of_another_history_stops_even_when_the_head_is_beyond_it(void **state)
{
    (void) state;
    lose_the_end_of_registration();
    for (which s = ATTENDANCE; s < SIGNER; s++)
        assert_int_equal(service_stop(&at, s), 0);
    register_some("other-history", 60);
    for (which s = ATTENDANCE; s < SIGNER; s++) {
        service_start(&at, s);
        service_await(&at, s);
        stopped_following(s);
    }
}

/* ---- twice from one backup ---------------------------------------------------------------------
 */

static void
copy_file(const char *from, const char *to, const char *name)
{
    char a[WORLD_PATH], b[WORLD_PATH], path[WORLD_PATH], octets[4096];
    FILE *in, *out;
    size_t size;

    (void) snprintf(path, sizeof path, "%s/store/%s", from, name);
    in = fopen(world_path(&at, path, a), "re");
    (void) snprintf(path, sizeof path, "%s/store/%s", to, name);
    out = fopen(world_path(&at, path, b), "we");
    assert_non_null(in);
    assert_non_null(out);
    while ((size = fread(octets, 1, sizeof octets, in)) > 0)
        assert_int_equal(fwrite(octets, 1, size, out), size);
    (void) fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void
copy_backup(const char *from, const char *to)
{
    char path[WORLD_PATH], store[64];

    assert_int_equal(mkdir(world_path(&at, to, path), 0750), 0);
    (void) snprintf(store, sizeof store, "%s/registration", to);
    assert_int_equal(mkdir(world_path(&at, store, path), 0750), 0);
    (void) snprintf(store, sizeof store, "%s/registration/store", to);
    assert_int_equal(mkdir(world_path(&at, store, path), 0750), 0);
    for (int i = 0; i < 2; i++) {
        char a[64], b[64];

        (void) snprintf(a, sizeof a, "%s/registration", from);
        (void) snprintf(b, sizeof b, "%s/registration", to);
        copy_file(a, b, i == 0 ? "data.mdb" : "BACKUP");
    }
}

static void
restore_registration(const char *name)
{
    service_kill(&at, REGISTRATION);
    restore(REGISTRATION, name);
    service_start(&at, REGISTRATION);
    service_await(&at, REGISTRATION);
}

/* A consumer that followed the first history must not be fed the second as its continuation: the
 * two have one backup, and nothing after it, in common. */
static void
a_backup_restored_twice_makes_two_histories(void **state)
{
    (void) state;
    proof_await_feeds(&at);
    back_up(REGISTRATION, "third");
    copy_backup("third", "third-again");
    restore_registration("third");
    register_some("one-history", 20);
    proof_await_feeds(&at); /* consumers were not beyond: they follow the first */
    for (which s = ATTENDANCE; s < SIGNER; s++)
        assert_int_equal(service_stop(&at, s), 0);
    restore_registration("third-again");
    register_some("second-history", 60);
    for (which s = ATTENDANCE; s < SIGNER; s++) {
        service_start(&at, s);
        service_await(&at, s);
        stopped_following(s);
    }
}

int
main(void)
{
#define LAW(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
    const struct CMUnitTest laws[] = {
        LAW(backups_beside_the_load_hold_all_that_was_acknowledged_before),
        LAW(a_consumer_beyond_the_restored_head_stops_with_words),
        LAW(a_consumer_of_another_history_stops_even_when_the_head_is_beyond_it),
        LAW(a_backup_restored_twice_makes_two_histories),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, NULL, NULL);
}
