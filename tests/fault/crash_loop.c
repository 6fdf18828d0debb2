/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crash_loop: kill -9 of the real services at random moments under load, again and again; then
 * everything that was acknowledged must be there, once.
 *
 * usage: crash_loop [--kills N] [--seed S].  The seed, printed, chooses who is killed and after how
 * long; what the services are doing then is up to the machine.
 */
#include "tests/fault/proof.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    KILLS = 16,
    PERSONS_A_KILL = 60,
    GAP_MIN_MS = 5,
    GAP_MS = 250,
    ABANDON_ONE_IN = 6,
    AGAIN_ONE_IN = 10, /* killed once more while it starts */
    READY_AIM_MS = 2000,
    READY_MAX_MS = 20000,
    TIMES_MAX = 4096,
    CALM_MAX_MS = 60000,
    NAP_US = 500,
};

typedef struct victim {
    bool starting;
    uint64_t since_ms; /* when it was started again */
    sijill *ctl;       /* asks whether it answers */
} victim;

static struct {
    unsigned kills;
    uint64_t seed;
    world world;
    load load;
    victim victims[WHICH_COUNT];
    unsigned killed[WHICH_COUNT];
    uint32_t wall_ms[TIMES_MAX], ready_us[TIMES_MAX];
    size_t times, readies;
} loop = { .kills = KILLS };

static void
start_again(which s)
{
    victim *v = &loop.victims[s];
    sijill_request status = { .type = 950 };
    char endpoint[WORLD_PATH];
    sijill_options options = { .endpoint = service_endpoint(&loop.world, s, ".ctl", endpoint),
                               .deadline_ms = READY_MAX_MS };

    service_start(&loop.world, s);
    v->starting = true;
    v->since_ms = mono_ms();
    if (s == SIGNER)
        return;
    v->ctl = sijill_open(&options);
    assert_non_null(v->ctl);
    assert_true(sijill_submit(v->ctl, &status));
}

static void
kill_one(which s)
{
    service_kill(&loop.world, s);
    loop.killed[s]++;
    if (loop.victims[s].ctl != NULL)
        sijill_close(&loop.victims[s].ctl);
    start_again(s);
}

static bool
signer_listens(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char path[WORLD_PATH];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good;

    (void) snprintf(address.sun_path, sizeof address.sun_path, "%s",
                    world_path(&loop.world, "run/signer.sock", path));
    assert_true(fd >= 0);
    good = connect(fd, (struct sockaddr *) &address, sizeof address) == 0;
    (void) close(fd);
    return good;
}

static bool
answers(victim *v)
{
    Sijill__V1__ServiceStatus *status;
    sijill_reply reply;

    if (!sijill_wait(v->ctl, &reply, 0))
        return false;
    if (reply.code != SIJILL__V1__CODE__OK)
        fail_msg("no status after a restart: %s %s", sijill_code_name(reply.code), reply.detail);
    status = sijill_unpack(&reply, &sijill__v1__service_status__descriptor);
    assert_non_null(status);
    if (loop.readies < TIMES_MAX)
        loop.ready_us[loop.readies++] = (uint32_t) status->ready_after_us;
    sijill_free(status);
    sijill_close(&v->ctl);
    return true;
}

static void
watch(which s)
{
    victim *v = &loop.victims[s];

    if (!service_running(&loop.world, s)) {
        world_show(&loop.world, s);
        fail_msg("%s ended by itself (seed %llu)", which_names[s], (unsigned long long) loop.seed);
    }
    if (!v->starting)
        return;
    if (s == SIGNER ? signer_listens() : answers(v)) {
        v->starting = false;
        if (loop.times < TIMES_MAX)
            loop.wall_ms[loop.times++] = (uint32_t) (mono_ms() - v->since_ms);
    } else if (mono_ms() - v->since_ms > READY_MAX_MS) {
        world_show(&loop.world, s);
        fail_msg("%s was not ready after %d ms", which_names[s], (int) READY_MAX_MS);
    }
}

static bool
turn(void)
{
    bool starting = false;

    load_turn(&loop.load);
    for (which s = REGISTRATION; s < WHICH_COUNT; s++) {
        watch(s);
        starting = starting || loop.victims[s].starting;
    }
    (void) usleep(NAP_US);
    return starting;
}

/* ---- laws --------------------------------------------------------------------------------------
 */

static void
killed_services_start_again(void **state)
{
    uint64_t next_ms = mono_ms();
    unsigned done = 0;

    (void) state;
    while (done < loop.kills) {
        which s;

        (void) turn();
        if (mono_ms() < next_ms)
            continue;
        s = (which) load_chance(&loop.load, WHICH_COUNT);
        if (loop.victims[s].starting && load_chance(&loop.load, AGAIN_ONE_IN) != 0)
            continue;
        if (load_chance(&loop.load, ABANDON_ONE_IN) == 0)
            load_abandon(&loop.load, load_chance(&loop.load, LANES_MAX));
        kill_one(s);
        done++;
        loop.load.limit += PERSONS_A_KILL;
        next_ms = mono_ms() + GAP_MIN_MS + load_chance(&loop.load, GAP_MS);
        if (done % 50 == 0)
            print_message("# %u of %u kills, %zu requests\n", done, loop.kills,
                          loop.load.request_count);
    }
    next_ms = mono_ms() + CALM_MAX_MS;
    while ((turn() || !load_complete(&loop.load)) && mono_ms() < next_ms)
        ;
    load_finish(&loop.load);
    print_message("# killed: registration %u, attendance %u, certificate %u, signer %u\n",
                  loop.killed[REGISTRATION], loop.killed[ATTENDANCE], loop.killed[CERTIFICATE],
                  loop.killed[SIGNER]);
}

static void
print_fates(void)
{
    static const char *const names[] = { "register", "withdraw", "evidence", "issue" };

    for (errand e = ERRAND_REGISTER; e <= ERRAND_ISSUE; e++)
        print_message("# %s: %zu acknowledged, %zu refused, %zu unknown\n", names[e],
                      load_count(&loop.load, e, FATE_ACKNOWLEDGED),
                      load_count(&loop.load, e, FATE_REFUSED),
                      load_count(&loop.load, e, FATE_UNKNOWN));
}

static void
there_was_load_of_every_kind(void **state)
{
    (void) state;
    print_fates();
    for (errand e = ERRAND_REGISTER; e <= ERRAND_ISSUE; e++)
        assert_true(load_count(&loop.load, e, FATE_ACKNOWLEDGED) > 0);
}

static void
consumers_reach_the_heads_of_their_feeds(void **state)
{
    (void) state;
    proof_await_feeds(&loop.world);
}

static void
all_hold(void)
{
    proof_await_feeds(&loop.world);
    proof_registrations(&loop.load);
    proof_evidence(&loop.load);
    proof_certificates(&loop.load);
}

static void
what_was_acknowledged_is_there_once(void **state)
{
    (void) state;
    all_hold();
}

static void
same_answer(load *l, request *r, const sijill_reply *reply)
{
    (void) l;
    if (reply->code != SIJILL__V1__CODE__OK)
        fail_msg("a repeated request of kind %d: %s: %s", (int) r->errand,
                 sijill_code_name(reply->code), reply->detail);
    assert_true(reply->replayed);
    assert_int_equal(reply->size, r->answer_size);
    assert_memory_equal(reply->body, r->answer, r->answer_size);
}

static void
a_repeated_request_has_the_same_answer_and_no_second_effect(void **state)
{
    (void) state;
    load_repeat(&loop.load, FATE_ACKNOWLEDGED, same_answer);
    all_hold();
}

static void
now_known(load *l, request *r, const sijill_reply *reply)
{
    (void) l;
    if (reply->code == SIJILL__V1__CODE__OK)
        r->fate = FATE_ACKNOWLEDGED;
    else
        assert_int_equal(r->errand, ERRAND_ISSUE); /* its verdict may not have been there */
    if (r->errand == ERRAND_REGISTER) {
        Sijill__V1__Registered *in = sijill_unpack(reply, &sijill__v1__registered__descriptor);

        assert_non_null(in);
        memcpy(r->subject, in->registration_id.data, SIJILL_ID_SIZE);
        sijill_free(in);
    } else if (reply->code == SIJILL__V1__CODE__OK && r->errand == ERRAND_ISSUE) {
        Sijill__V1__Issued *in = sijill_unpack(reply, &sijill__v1__issued__descriptor);

        assert_non_null(in);
        memcpy(r->subject, in->certificate_id.data, SIJILL_ID_SIZE);
        sijill_free(in);
    }
}

static void
an_unanswered_request_that_is_repeated_is_done_once(void **state)
{
    (void) state;
    load_repeat(&loop.load, FATE_UNKNOWN, now_known);
    all_hold();
}

static void
feeds_are_in_order_and_tell_each_registration_once(void **state)
{
    (void) state;
    proof_feeds(&loop.load);
}

static void
consumers_hold_what_the_producer_holds(void **state)
{
    (void) state;
    proof_views(&loop.load);
}

static void
scrub_finds_no_damage(void **state)
{
    (void) state;
    for (which s = REGISTRATION; s < SIGNER; s++)
        assert_int_equal(service_scrub(&loop.world, s), 0); /* beside the running service */
    for (which s = REGISTRATION; s < WHICH_COUNT; s++)
        assert_int_equal(service_stop(&loop.world, s), 0);
    for (which s = REGISTRATION; s < SIGNER; s++)
        assert_int_equal(service_scrub(&loop.world, s), 0);
}

static int
rising(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

    return (x > y) - (x < y);
}

static void
a_restart_is_short(void **state)
{
    (void) state;
    assert_true(loop.times > 0 && loop.readies > 0);
    qsort(loop.wall_ms, loop.times, sizeof loop.wall_ms[0], rising);
    qsort(loop.ready_us, loop.readies, sizeof loop.ready_us[0], rising);
    print_message("# restart to first answer: p50 %u ms, max %u ms of %zu (aim %d ms); "
                  "start to ready: p50 %u us, max %u us\n",
                  loop.wall_ms[loop.times / 2], loop.wall_ms[loop.times - 1], loop.times,
                  (int) READY_AIM_MS, loop.ready_us[loop.readies / 2],
                  loop.ready_us[loop.readies - 1]);
    assert_true(loop.wall_ms[loop.times - 1] < READY_MAX_MS);
}

static int
open_loop(void **state)
{
    (void) state;
    print_message("# seed %llu, %u kills\n", (unsigned long long) loop.seed, loop.kills);
    world_open(&loop.world);
    world_start(&loop.world);
    load_open(&loop.load, &loop.world, loop.seed);
    return 0;
}

static int
close_loop(void **state)
{
    (void) state;
    for (which s = REGISTRATION; s < WHICH_COUNT; s++)
        if (loop.victims[s].ctl != NULL)
            sijill_close(&loop.victims[s].ctl);
    load_close(&loop.load);
    world_close(&loop.world);
    return 0;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(killed_services_start_again),
        cmocka_unit_test(there_was_load_of_every_kind),
        cmocka_unit_test(consumers_reach_the_heads_of_their_feeds),
        cmocka_unit_test(what_was_acknowledged_is_there_once),
        cmocka_unit_test(a_repeated_request_has_the_same_answer_and_no_second_effect),
        cmocka_unit_test(an_unanswered_request_that_is_repeated_is_done_once),
        cmocka_unit_test(feeds_are_in_order_and_tell_each_registration_once),
        cmocka_unit_test(consumers_hold_what_the_producer_holds),
        cmocka_unit_test(scrub_finds_no_damage),
        cmocka_unit_test(a_restart_is_short),
    };

    loop.seed = (uint64_t) time(NULL);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--kills") == 0)
            loop.kills = (unsigned) strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            loop.seed = strtoull(argv[i + 1], NULL, 10);
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, open_loop, close_loop);
}
