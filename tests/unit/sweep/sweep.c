/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every route of one core, through proofs that know nothing of what it does: a fault of the machine
 * leaves no trace, a dry run and a refusal neither, a retry changes nothing, and the same commands
 * give the same store and the same answers however they are committed.
 */
#include "services/core/apply.h"
#include "services/core/housekeeping.h"
#include "storage/store.h"
#include "tests/unit/sweep/sabotage.h"
#include "tests/unit/sweep/scenario.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    EVERY_CALL = 200, /* up to this one each call fails once; behind it one of ever more */
    SPARSER = 12,
    SCRATCH_ARENA = 256 * 1024,
};

static stories told;

/* What the core under test was told, once for all laws. */
#define story (told.SWEEP_CORE)

static int
tell(void **state)
{
    (void) state;
    stories_tell(&told, false);
    return 0;
}

static int
forget(void **state)
{
    (void) state;
    stories_forget(&told);
    return 0;
}

static fixture *
fresh_store(void)
{
    void *inner;

    assert_int_equal(fixture_open(&inner, story.core), 0);
    return inner;
}

static void
drop_store(fixture *f)
{
    void *inner = f;

    assert_int_equal(fixture_close(&inner), 0);
}

static void
assert_digest(fixture *f, const uint8_t expected[TAPE_DIGEST_SIZE], const tape_step *step,
              const char *when)
{
    uint8_t digest[TAPE_DIGEST_SIZE];

    fixture_digest(f, digest);
    if (memcmp(digest, expected, sizeof digest) != 0)
        fail_msg("step %td (type %u): the store differs %s", step - story.steps + 1, step->cmd.type,
                 when);
}

static void
assert_reply(const tape_step *step, const sj_reply *reply, const char *when)
{
    if (!tape_same_reply(reply, &step->reply))
        fail_msg("step %td (type %u): the answer differs %s: status %d (%s), was %d (%s)",
                 step - story.steps + 1, step->cmd.type, when, (int) reply->status,
                 reply->detail == NULL ? "" : reply->detail, (int) step->reply.status,
                 step->reply.detail == NULL ? "" : step->reply.detail);
}

/* Whether the tape has an instance of a route that was accepted (or refused). */
static bool
has_instance(const sj_route *route, bool accepted)
{
    for (size_t i = 0; i < story.count; i++)
        if (story.steps[i].cmd.type == route->type &&
            (story.steps[i].reply.status == SJ_OK) == accepted)
            return true;
    return false;
}

static void
assert_covered(const sj_route *routes)
{
    for (const sj_route *route = routes; route->handle != NULL; route++) {
        if (!has_instance(route, true))
            fail_msg("the scenario has no accepted %s (%u)", route->name, route->type);
        if (!has_instance(route, false))
            fail_msg("the scenario has no refused %s (%u)", route->name, route->type);
    }
}

static void
every_route_has_an_accepted_and_a_refused_instance(void **state)
{
    (void) state;
    assert_covered(story.core->routes);
    assert_covered(sj_common_routes);
}

/* Audit trail and metrics call commands by these names: one way to write them. */
static void
a_route_is_named_in_small_letters_and_underscores(void **state)
{
    (void) state;
    for (const sj_route *route = story.core->routes; route->handle != NULL; route++)
        assert_int_equal(strspn(route->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(route->name));
}

static void
the_story_leaves_a_store_without_damage(void **state)
{
    (void) state;
    assert_int_equal(fixture_scrub(story.f), 0);
}

/* Let the n-th call fail for n = 1, 2, 3, ... until all pass; how many failed. */
static uint64_t
sabotage_step(fixture *f, const tape_step *step, const uint8_t before[TAPE_DIGEST_SIZE],
              sabotage_of kind)
{
    uint64_t failures = 0;

    for (uint64_t n = 1;; n += n < EVERY_CALL ? 1 : n / SPARSER) {
        sj_reply reply = { .status = SJ_INTERNAL };
        bool good, fired;

        sabotage_at(kind, n);
        good = tape_play(f, step, &reply);
        fired = sabotage_end();
        if (!fired) {
            assert_true(good);
            assert_reply(step, &reply, "behind faults");
            assert_digest(f, step->digest, step, "behind faults");
            return failures;
        }
        failures++;
        if (good)
            fail_msg("step %td (type %u): call %" PRIu64 " failed and the answer is %d (%s)",
                     step - story.steps + 1, step->cmd.type, n, (int) reply.status,
                     reply.detail == NULL ? "" : reply.detail);
        assert_digest(f, before, step, "after a fault");
    }
}

static void
sabotage_story(sabotage_of kind, const char *calls)
{
    fixture *f = fresh_store();
    uint8_t before[TAPE_DIGEST_SIZE];
    uint64_t failures = 0;

    fixture_digest(f, before);
    for (size_t i = 0; i < story.count; i++) {
        const tape_step *step = &story.steps[i];
        sj_reply reply;

        if (step->swept)
            failures += sabotage_step(f, step, before, kind);
        else
            assert_true(tape_play(f, step, &reply));
        memcpy(before, step->digest, sizeof before);
    }
    (void) printf("# %zu steps, %" PRIu64 " failed %s\n", story.count, failures, calls);
    assert_true(failures > story.count);
    drop_store(f);
}

static void
any_storage_fault_leaves_no_trace(void **state)
{
    (void) state;
    sabotage_story(SABOTAGE_STORAGE, "calls of LMDB");
}

static void
a_full_arena_leaves_no_trace(void **state)
{
    (void) state;
    sabotage_story(SABOTAGE_MEMORY, "takes of memory");
}

static void
a_refusal_leaves_no_trace(void **state)
{
    (void) state;
    for (size_t i = 1; i < story.count; i++)
        if (story.steps[i].reply.status != SJ_OK && story.steps[i].cmd.origin != SJ_FROM_FEED)
            assert_memory_equal(story.steps[i].digest, story.steps[i - 1].digest, TAPE_DIGEST_SIZE);
}

static void
a_dry_run_decides_the_same_and_leaves_no_trace(void **state)
{
    fixture *f = fresh_store();
    uint8_t before[TAPE_DIGEST_SIZE];

    (void) state;
    fixture_digest(f, before);
    for (size_t i = 0; i < story.count; i++) {
        const tape_step *step = &story.steps[i];
        tape_step rehearsal = *step;
        sj_reply reply;

        rehearsal.cmd.dry_run = true;
        if (step->swept && step->cmd.origin != SJ_FROM_FEED) {
            assert_true(tape_play(f, &rehearsal, &reply));
            reply.seq = step->reply.seq;   /* it has none */
            reply.body = step->reply.body; /* what a command reads of its own writes is not there */
            assert_reply(step, &reply, "in a dry run");
            assert_digest(f, before, step, "after a dry run");
        }
        assert_true(tape_play(f, step, &reply));
        memcpy(before, step->digest, sizeof before);
    }
    drop_store(f);
}

static void
replay_gives_the_same_answers_and_the_same_store(void **state)
{
    fixture *f = fresh_store();

    (void) state;
    for (size_t i = 0; i < story.count; i++) {
        sj_reply reply;

        assert_true(tape_play(f, &story.steps[i], &reply));
        assert_reply(&story.steps[i], &reply, "when replayed");
        assert_digest(f, story.steps[i].digest, &story.steps[i], "when replayed");
    }
    drop_store(f);
}

static void
a_retry_gets_the_same_answer_and_changes_nothing(void **state)
{
    size_t retried = 0;
    uint8_t last[TAPE_DIGEST_SIZE];

    (void) state;
    fixture_digest(story.f, last);
    for (size_t i = 0; i < story.count; i++) {
        const tape_step *step = &story.steps[i];
        const sj_route *route = sj_route_find(story.core->routes, step->cmd.type);
        sj_reply reply;

        if (step->reply.status != SJ_OK || route == NULL || route->kind != SJ_ROUTE_COMMAND)
            continue;
        assert_true(tape_play(story.f, step, &reply));
        assert_true(reply.replayed);
        assert_reply(step, &reply, "when retried");
        retried++;
    }
    assert_true(retried > 0);
    assert_digest(story.f, last, &story.steps[story.count - 1], "after retries");
}

static void
a_key_from_outside_gets_the_answer_of_the_request_that_brought_it(void **state)
{
    size_t retried = 0;
    uint8_t last[TAPE_DIGEST_SIZE];

    (void) state;
    fixture_digest(story.f, last);
    for (size_t i = 0; i < story.count; i++) {
        const sj_route *route = sj_route_find(story.core->routes, story.steps[i].cmd.type);
        tape_step again = story.steps[i];
        sj_reply reply;

        if (again.reply.status != SJ_OK || route == NULL || route->kind != SJ_ROUTE_COMMAND ||
            !again.cmd.has_outside)
            continue;
        again.cmd.id[SJ_ID_SIZE - 1] ^= 0x80; /* whoever has the key need not have the id */
        assert_true(tape_play(story.f, &again, &reply));
        assert_true(reply.replayed);
        assert_reply(&story.steps[i], &reply, "by the key from outside");
        retried++;
    }
    assert_true(retried > 0);
    assert_digest(story.f, last, &story.steps[story.count - 1], "after retries");
}

/* The page of the audit trail behind `after`; it lives until the next job. */
static Sijill__V1__AuditList *
audit_page(fixture *f, uint64_t after)
{
    Sijill__V1__ListAudit in;

    sijill__v1__list_audit__init(&in);
    in.has_after = true;
    in.after = after;
    assert_int_equal(fixture_run(f, 952, &in.base, 0), SJ_OK);
    return fixture_reply(f, &sijill__v1__audit_list__descriptor);
}

static void
every_accepted_command_of_a_peer_leaves_one_audit_entry_and_nothing_else_does(void **state)
{
    const Sijill__V1__AuditList *list = audit_page(story.f, 0);
    size_t at = 0;

    (void) state;
    for (size_t i = 0; i < story.count; i++) {
        const tape_step *step = &story.steps[i];
        const sj_route *route = sj_route_find(story.core->routes, step->cmd.type);

        if (step->reply.status != SJ_OK || step->cmd.origin != SJ_FROM_PEER || route == NULL ||
            route->kind != SJ_ROUTE_COMMAND)
            continue;
        if (at == list->n_entry && list->has_next) {
            list = audit_page(story.f, list->next);
            at = 0;
        }
        assert_true(at < list->n_entry);
        assert_int_equal(list->entry[at]->seq, step->reply.seq);
        assert_int_equal(list->entry[at]->type, step->cmd.type);
        assert_string_equal(list->entry[at]->command, route->name);
        assert_memory_equal(list->entry[at]->request_id.data, step->cmd.id, SJ_ID_SIZE);
        assert_memory_equal(list->entry[at]->actor.data, step->cmd.actor, SJ_ID_SIZE);
        assert_int_equal(list->entry[at]->delegated, step->cmd.delegated);
        at++;
    }
    assert_int_equal(at, list->n_entry);
    assert_false(list->has_next);
}

/* Commands about one event, whether they name it, make it, or name what is of it. */
static bool
is_about_event(uint32_t type)
{
    static const uint32_t types[] = { 102, 103, 104, 110, 112, 200, 201, 300, 301, 302 };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i] == type)
            return true;
    return false;
}

static void
an_audit_entry_names_the_event_that_the_command_was_about(void **state)
{
    uint64_t after = 0;
    size_t named = 0;
    bool more;

    (void) state;
    do {
        const Sijill__V1__AuditList *list = audit_page(story.f, after);

        for (size_t i = 0; i < list->n_entry; i++)
            if (is_about_event(list->entry[i]->type)) {
                assert_int_equal(list->entry[i]->event_id.len, SJ_ID_SIZE);
                named++;
            }
        more = list->has_next;
        after = list->next;
    } while (more);
    assert_true(named > 0);
}

/* Apply steps [first, last) in one transaction; false: a fault, and nothing was done. */
static bool
play_batch(fixture *f, sj_arena *arena, size_t first, size_t last)
{
    sj_txn *txn = sj_write_begin(f->store, arena);
    bool good = sj_txn_fault(txn) == SJ_FAULT_NONE;

    for (size_t i = first; good && i < last; i++) {
        const tape_step *step = &story.steps[i];
        sj_cursor at = { 1, step->cmd.record_seq };
        sj_reply reply;

        if (step->query)
            continue;
        sj_arena_reset(arena);
        if (step->cmd.origin == SJ_FROM_FEED)
            good = sj_apply_record(txn, f->core, &step->cmd, step->cmd.type / 100, at, &reply);
        else
            good = sj_apply(txn, f->core, &step->cmd, &reply);
        if (good)
            assert_reply(step, &reply, "in a batch");
    }
    if (good && sj_write_pending(txn))
        return sj_write_commit(txn);
    sj_write_abort(txn);
    return good;
}

static void
one_commit_for_all_gives_the_same_store_as_one_each(void **state)
{
    fixture *f = fresh_store();
    sj_arena arena;

    (void) state;
    assert_true(sj_arena_open(&arena, SCRATCH_ARENA));
    assert_true(play_batch(f, &arena, 0, story.count));
    assert_digest(f, story.steps[story.count - 1].digest, &story.steps[story.count - 1],
                  "after one commit");
    sj_arena_close(&arena);
    drop_store(f);
}

/* As the runtime does: the batch is aborted, then each command is run alone. */
static void
a_batch_that_faults_and_is_run_singly_gives_the_same_store(void **state)
{
    fixture *f = fresh_store();
    uint64_t faults = 0;
    sj_arena arena;

    (void) state;
    assert_true(sj_arena_open(&arena, SCRATCH_ARENA));
    for (size_t first = 0, size = 1; first < story.count; first += size, size = size % 23 + 1) {
        size_t last = first + size < story.count ? first + size : story.count;
        bool good;

        sabotage_at(SABOTAGE_STORAGE, 7 * size);
        good = play_batch(f, &arena, first, last);
        faults += sabotage_end();
        for (size_t i = first; !good && i < last; i++) {
            sj_reply reply;

            assert_true(tape_play(f, &story.steps[i], &reply));
            assert_reply(&story.steps[i], &reply, "when run singly");
        }
        assert_digest(f, story.steps[last - 1].digest, &story.steps[last - 1], "after a batch");
    }
    assert_true(faults > 0);
    sj_arena_close(&arena);
    drop_store(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_has_an_accepted_and_a_refused_instance),
        cmocka_unit_test(a_route_is_named_in_small_letters_and_underscores),
        cmocka_unit_test(the_story_leaves_a_store_without_damage),
        cmocka_unit_test(replay_gives_the_same_answers_and_the_same_store),
        cmocka_unit_test(a_refusal_leaves_no_trace),
        cmocka_unit_test(a_dry_run_decides_the_same_and_leaves_no_trace),
        cmocka_unit_test(a_retry_gets_the_same_answer_and_changes_nothing),
        cmocka_unit_test(a_key_from_outside_gets_the_answer_of_the_request_that_brought_it),
        cmocka_unit_test(
            every_accepted_command_of_a_peer_leaves_one_audit_entry_and_nothing_else_does),
        cmocka_unit_test(an_audit_entry_names_the_event_that_the_command_was_about),
        cmocka_unit_test(one_commit_for_all_gives_the_same_store_as_one_each),
        cmocka_unit_test(a_batch_that_faults_and_is_run_singly_gives_the_same_store),
        cmocka_unit_test(any_storage_fault_leaves_no_trace),
        cmocka_unit_test(a_full_arena_leaves_no_trace),
    };

    return cmocka_run_group_tests_name("sweep", tests, tell, forget);
}
