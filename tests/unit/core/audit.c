/* SPDX-License-Identifier: Apache-2.0 */
/* The audit trail: what leaves an entry, what an entry says, and how it is read. */
#include "services/core/audit.h"

#include "services/core/apply.h"
#include "services/core/message.h"
#include "storage/store.h"
#include "tests/unit/core/toy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW UINT64_C(1750000000000)

enum { LIST_AUDIT = 952, MANY = 450, PAGE = 100 };

static Sijill__V1__AuditList *
list(fixture *f, Sijill__V1__ListAudit *in)
{
    Sijill__V1__ListAudit all;

    sijill__v1__list_audit__init(&all);
    assert_int_equal(fixture_run(f, LIST_AUDIT, in == NULL ? &all.base : &in->base, NOW), SJ_OK);
    return fixture_reply(f, &sijill__v1__audit_list__descriptor);
}

static size_t
count(fixture *f)
{
    return list(f, NULL)->n_entry;
}

static sj_status
drop(fixture *f, const char *agent)
{
    Sijill__V1__Hello in = toy_hello(agent);

    return fixture_run(f, TOY_DROP, &in.base, NOW);
}

static void
an_entry_says_who_did_what_when_and_from_where(void **state)
{
    fixture *f = *state;
    uint8_t id[SJ_ID_SIZE];
    uint64_t seq;
    Sijill__V1__AuditEntry *entry;

    toy_id(NOW, 7, id);
    toy_next_id(f, id);
    f->where = "http 192.0.2.7";
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    seq = f->reply.seq;
    assert_int_equal(list(f, NULL)->n_entry, 1);
    entry = list(f, NULL)->entry[0];
    assert_int_equal(entry->seq, seq);
    assert_int_equal(entry->at_ms, NOW);
    assert_int_equal(entry->type, TOY_KEEP);
    assert_string_equal(entry->command, "keep");
    assert_string_equal(entry->origin, "http 192.0.2.7");
    assert_memory_equal(entry->request_id.data, id, SJ_ID_SIZE);
    assert_memory_equal(entry->actor.data, f->actor, SJ_ID_SIZE);
    assert_false(entry->delegated);
    assert_false(entry->has_trace);
    assert_false(entry->has_event_id);
}

static void
who_does_not_say_from_where_is_a_peer(void **state)
{
    fixture *f = *state;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_string_equal(list(f, NULL)->entry[0]->origin, "peer");
}

static void
the_trace_of_a_request_stays_with_it(void **state)
{
    fixture *f = *state;
    sj_command cmd = { .type = TOY_DROP, .org = 1, .now_ms = NOW };
    sj_txn *txn = sj_write_begin(f->store, &f->arena);
    Sijill__V1__AuditEntry *entry;

    toy_id(NOW, 1, cmd.id);
    memset(cmd.trace, 0x5a, sizeof cmd.trace);
    assert_true(sj_apply(txn, f->core, &cmd, &f->reply));
    assert_true(sj_write_commit(txn));
    entry = list(f, NULL)->entry[0];
    assert_int_equal(entry->trace.len, sizeof cmd.trace);
    assert_memory_equal(entry->trace.data, cmd.trace, sizeof cmd.trace);
}

static void
a_dry_run_leaves_no_entry(void **state)
{
    fixture *f = *state;

    f->dry_run = true;
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_int_equal(count(f), 0);
}

static void
a_replay_leaves_no_entry(void **state)
{
    fixture *f = *state;
    uint8_t id[SJ_ID_SIZE];

    toy_id(NOW, 1, id);
    for (int n = 0; n < 2; n++) {
        toy_next_id(f, id);
        assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    }
    assert_int_equal(count(f), 1);
}

static void
a_refusal_leaves_no_entry(void **state)
{
    assert_int_equal(fixture_run(*state, TOY_REFUSE, NULL, NOW), SJ_PRECONDITION);
    assert_int_equal(count(*state), 0);
}

static void
a_record_of_a_feed_leaves_no_entry(void **state)
{
    Sijill__V1__Hello in = toy_hello("a");

    assert_int_equal(fixture_feed(*state, TOY_HEAR, &in.base, NULL, NOW), SJ_OK);
    assert_int_equal(count(*state), 0);
}

static bool
same(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == SJ_TRAIL_SIZE && sj_bytes_equal(sj_data_bytes(a), sj_data_bytes(b));
}

static void
what_a_row_was_before_is_what_it_was_after_the_last_change(void **state)
{
    fixture *f = *state;
    Sijill__V1__AuditEntry **entry;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_int_equal(drop(f, "a"), SJ_OK);
    assert_int_equal(list(f, NULL)->n_entry, 3);
    entry = list(f, NULL)->entry;
    assert_false(entry[0]->has_before);
    assert_true(same(entry[0]->after, entry[1]->before));
    assert_false(same(entry[1]->before, entry[1]->after)); /* the same words, a new revision */
    assert_true(same(entry[1]->after, entry[2]->before));
    assert_false(entry[2]->has_after);
}

static void
a_command_that_changed_nothing_has_neither_before_nor_after(void **state)
{
    fixture *f = *state;
    Sijill__V1__AuditEntry *entry;

    assert_int_equal(drop(f, "nobody"), SJ_OK);
    entry = list(f, NULL)->entry[0];
    assert_false(entry->has_before);
    assert_false(entry->has_after);
}

static void
an_entry_is_seen_by_its_organisation_alone(void **state)
{
    fixture *f = *state;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    f->org = 2;
    assert_int_equal(count(f), 0);
}

static void
keep_many(fixture *f)
{
    for (int i = 0; i < MANY; i++) {
        char agent[16];

        memset(f->actor, i % 9 == 0 ? 0xa9 : 0xaa, sizeof f->actor);
        (void) snprintf(agent, sizeof agent, "a%d", i);
        assert_int_equal(toy_keep(f, agent, NOW), SJ_OK);
    }
}

/* All pages, each entry behind the one before it; how many entries. */
static size_t
walk(fixture *f, Sijill__V1__ListAudit *in, size_t page)
{
    size_t entries = 0;
    uint64_t last = 0;

    for (;;) {
        const Sijill__V1__AuditList *out = list(f, in);

        assert_true(out->n_entry <= page);
        for (size_t i = 0; i < out->n_entry; i++) {
            assert_true(out->entry[i]->seq > last);
            last = out->entry[i]->seq;
        }
        entries += out->n_entry;
        if (!out->has_next)
            return entries;
        in->has_after = true;
        in->after = out->next;
    }
}

static void
pages_have_every_entry_once_and_in_order(void **state)
{
    static const uint32_t limits[] = { 0, 1, 7, 200 };

    keep_many(*state);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        Sijill__V1__ListAudit in;

        sijill__v1__list_audit__init(&in);
        in.has_limit = limits[i] > 0;
        in.limit = limits[i];
        assert_int_equal(walk(*state, &in, limits[i] > 0 ? limits[i] : PAGE), MANY);
    }
}

static void
a_filter_by_actor_leaves_out_all_others(void **state)
{
    Sijill__V1__ListAudit in;
    uint8_t actor[SJ_ID_SIZE];

    keep_many(*state);
    memset(actor, 0xa9, sizeof actor);
    sijill__v1__list_audit__init(&in);
    in.has_actor = true;
    in.actor = sj_id_data(actor);
    assert_int_equal(walk(*state, &in, PAGE), MANY / 9);
    actor[0] = 0;
    in.has_after = false;
    assert_int_equal(walk(*state, &in, PAGE), 0);
}

static void
an_entry_of_a_command_that_was_not_is_found_by_scrub(void **state)
{
    fixture *f = *state;
    sj_about about = { .org = 1, .now_ms = NOW };
    sj_key key = sj_key_org(1);
    sj_txn *txn;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    assert_int_equal(fixture_scrub(f), 0);
    sj_key_add_u64(&key, 1000);
    txn = sj_write_begin(f->store, &f->arena);
    sj_command_begin(txn, &about);
    sj_put(txn, SJ_TABLE_AUDIT, &key, (sj_bytes){ "", 0 });
    (void) sj_command_accept(txn, (sj_bytes){ "x", 1 });
    assert_true(sj_write_commit(txn));
    assert_int_equal(fixture_scrub(f), 1);
}

static void
a_revision_that_nobody_looks_at_is_refused(void **state)
{
    fixture *f = *state;

    f->if_revision = 1;
    assert_int_equal(toy_keep(f, "a", NOW), SJ_INVALID);
    assert_string_equal(f->reply.field, "if_revision");
    assert_int_equal(fixture_run(f, TOY_LOOK, NULL, NOW), SJ_INVALID);
    assert_string_equal(f->reply.field, "if_revision");
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, toy_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(an_entry_says_who_did_what_when_and_from_where),
        LAW(who_does_not_say_from_where_is_a_peer),
        LAW(the_trace_of_a_request_stays_with_it),
        LAW(a_dry_run_leaves_no_entry),
        LAW(a_replay_leaves_no_entry),
        LAW(a_refusal_leaves_no_entry),
        LAW(a_record_of_a_feed_leaves_no_entry),
        LAW(what_a_row_was_before_is_what_it_was_after_the_last_change),
        LAW(a_command_that_changed_nothing_has_neither_before_nor_after),
        LAW(an_entry_is_seen_by_its_organisation_alone),
        LAW(pages_have_every_entry_once_and_in_order),
        LAW(a_filter_by_actor_leaves_out_all_others),
        LAW(an_entry_of_a_command_that_was_not_is_found_by_scrub),
        LAW(a_revision_that_nobody_looks_at_is_refused),
    };

    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
