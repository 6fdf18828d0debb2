/* SPDX-License-Identifier: Apache-2.0 */
/* What happens around a handler: the ledger, time, the digest, cursors and dead letters. */
#include "services/core/apply.h"

#include "services/core/identity.h"
#include "services/core/message.h"
#include "storage/store.h"
#include "tests/unit/core/toy.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW UINT64_C(1750000000000)

enum { SHARD = 1 };

static sj_status
keep_with_id(fixture *f, const char *agent, const uint8_t id[SJ_ID_SIZE], uint64_t now_ms)
{
    toy_next_id(f, id);
    return toy_keep(f, agent, now_ms);
}

static void
a_request_id_lives_from_seven_days_ago_to_ten_minutes_ahead(void **state)
{
    static const struct {
        uint64_t made_ms;
        sj_status status;
    } cases[] = {
        { NOW - SJ_REPLY_RETENTION_MS - 1, SJ_EXPIRED },
        { NOW - SJ_REPLY_RETENTION_MS, SJ_OK },
        { NOW, SJ_OK },
        { NOW + SJ_ID_AHEAD_MS, SJ_OK },
        { NOW + SJ_ID_AHEAD_MS + 1, SJ_EXPIRED },
        { (UINT64_C(1) << 48) - 1, SJ_EXPIRED },
        { 0, SJ_EXPIRED },
    };
    uint8_t id[SJ_ID_SIZE];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        toy_id(cases[i].made_ms, i, id);
        assert_int_equal(keep_with_id(*state, "a", id, NOW), cases[i].status);
    }
}

static void
a_retry_at_the_end_of_an_ids_life_still_gets_its_answer(void **state)
{
    fixture *f = *state;
    uint8_t id[SJ_ID_SIZE];

    toy_id(NOW, 1, id);
    assert_int_equal(keep_with_id(f, "a", id, NOW), SJ_OK);
    assert_int_equal(fixture_run(f, TOY_PULSE, NULL, NOW + SJ_REPLY_RETENTION_MS), SJ_OK);
    assert_int_equal(keep_with_id(f, "a", id, NOW + SJ_REPLY_RETENTION_MS), SJ_OK);
    assert_true(f->reply.replayed);
    assert_int_equal(keep_with_id(f, "a", id, NOW + SJ_REPLY_RETENTION_MS + 1), SJ_EXPIRED);
}

static void
an_id_belongs_to_its_actor_and_its_request(void **state)
{
    fixture *f = *state;
    Sijill__V1__Hello in = toy_hello("a");
    uint8_t id[SJ_ID_SIZE];

    toy_id(NOW, 1, id);
    assert_int_equal(keep_with_id(f, "a", id, NOW), SJ_OK);
    assert_int_equal(keep_with_id(f, "b", id, NOW), SJ_KEY_REUSED);
    toy_next_id(f, id);
    assert_int_equal(fixture_run(f, TOY_REFUSE, &in.base, NOW), SJ_KEY_REUSED);
    memset(f->actor, 0xbb, sizeof f->actor);
    assert_int_equal(keep_with_id(f, "b", id, NOW), SJ_OK);
    assert_false(f->reply.replayed);
}

static void
a_refusal_is_decided_anew(void **state)
{
    fixture *f = *state;
    uint8_t id[SJ_ID_SIZE];

    toy_id(NOW, 1, id);
    toy_next_id(f, id);
    assert_int_equal(fixture_run(f, TOY_REFUSE, NULL, NOW), SJ_PRECONDITION);
    assert_int_equal(keep_with_id(f, "a", id, NOW), SJ_OK); /* the id was not used up */
}

static void
a_dry_run_uses_up_no_id(void **state)
{
    fixture *f = *state;
    uint8_t id[SJ_ID_SIZE];

    toy_id(NOW, 1, id);
    f->dry_run = true;
    assert_int_equal(keep_with_id(f, "a", id, NOW), SJ_OK);
    f->dry_run = false;
    assert_int_equal(keep_with_id(f, "b", id, NOW), SJ_OK);
    assert_false(f->reply.replayed);
    assert_int_equal(fixture_emitted(f, 130), 1);
}

/* One command on an open batch. */
static sj_status
apply(fixture *f, sj_txn *txn, uint32_t type, const char *agent, uint64_t now_ms)
{
    static unsigned char body[64];
    Sijill__V1__Hello in = toy_hello(agent);
    sj_command cmd = { .type = type, .org = 1, .now_ms = now_ms };

    toy_id(now_ms, ++f->counter, cmd.id);
    cmd.body = (sj_bytes){ body, sijill__v1__hello__pack(&in, body) };
    assert_true(sj_apply(txn, f->core, &cmd, &f->reply));
    return f->reply.status;
}

static void
what_was_refused_moves_no_clock(void **state)
{
    fixture *f = *state;
    sj_txn *txn = sj_write_begin(f->store, &f->arena);

    assert_int_equal(apply(f, txn, TOY_REFUSE, "a", NOW + 1000), SJ_PRECONDITION);
    assert_int_equal(apply(f, txn, TOY_KEEP, "a", NOW), SJ_OK);
    assert_int_equal(sj_log_time(txn), NOW);
    assert_int_equal(apply(f, txn, TOY_KEEP, "b", NOW - 5), SJ_OK);
    assert_int_equal(sj_log_time(txn), NOW); /* and time never goes back */
    assert_true(sj_write_commit(txn));
    assert_int_equal(sj_store_meta(f->store)->log_ms, NOW);
}

static void
a_batch_of_refusals_writes_nothing(void **state)
{
    fixture *f = *state;
    sj_txn *txn = sj_write_begin(f->store, &f->arena);

    for (int i = 0; i < 10; i++)
        assert_int_equal(apply(f, txn, TOY_REFUSE, "a", NOW), SJ_PRECONDITION);
    assert_false(sj_write_pending(txn));
    sj_write_abort(txn);
    assert_int_equal(sj_store_meta(f->store)->seq, 0);
}

/* The chain as architecture says it: BLAKE2b-128(previous, sequence, hashes of command and reply).
 */
static void
link_digest(uint8_t digest[16], uint64_t seq, const sj_command *cmd, sj_bytes reply)
{
    unsigned char typed[4 + 64], mark[4 + 8 + 8 + 4 * 16 + 64], octets[8];
    crypto_generichash_state chain;

    sj_write_u32(typed, cmd->type);
    memcpy(typed + 4, cmd->body.at, cmd->body.size);
    sj_write_u32(mark, cmd->type);
    sj_write_u64(mark + 4, cmd->org);
    sj_write_u64(mark + 12, cmd->now_ms);
    memcpy(mark + 20, cmd->id, 16);
    memcpy(mark + 36, cmd->actor, 16);
    memcpy(mark + 52, cmd->entropy, 16);
    (void) crypto_generichash(mark + 68, 16, typed, 4 + cmd->body.size, NULL, 0);
    memcpy(mark + 84, reply.at, reply.size);
    sj_write_u64(octets, seq);
    (void) crypto_generichash_init(&chain, NULL, 0, 16);
    (void) crypto_generichash_update(&chain, digest, 16);
    (void) crypto_generichash_update(&chain, octets, sizeof octets);
    (void) crypto_generichash_update(&chain, mark, 84 + reply.size);
    (void) crypto_generichash_final(&chain, digest, 16);
}

static void
the_digest_chains_every_command_and_its_reply(void **state)
{
    fixture *f = *state;
    uint8_t expected[16] = { 0 };

    for (uint8_t i = 1; i <= 5; i++) {
        unsigned char body[64];
        Sijill__V1__Hello in = toy_hello("a");
        sj_command cmd = { .type = TOY_KEEP, .org = 1, .now_ms = NOW + i };
        sj_txn *txn;

        toy_id(NOW, i, cmd.id);
        memset(cmd.actor, i, sizeof cmd.actor);
        memset(cmd.entropy, 2 * i, sizeof cmd.entropy);
        cmd.body = (sj_bytes){ body, sijill__v1__hello__pack(&in, body) };
        sj_arena_reset(&f->arena);
        txn = sj_write_begin(f->store, &f->arena);
        assert_true(sj_apply(txn, f->core, &cmd, &f->reply));
        link_digest(expected, 2u * i, &cmd, f->reply.body);
        assert_true(sj_write_commit(txn));
        assert_int_equal(sj_store_meta(f->store)->seq, 2 * i); /* two records each */
        assert_memory_equal(sj_store_meta(f->store)->digest, expected, sizeof expected);
    }
}

static sj_cursor
cursor_of(fixture *f, uint32_t shard)
{
    sj_txn *txn = sj_read_begin(f->store, &f->arena, 0);
    sj_cursor at = sj_cursor_get(txn, shard);

    sj_read_end(txn);
    return at;
}

static void
hear_in(fixture *f, sj_txn *txn, const char *agent, uint32_t shard, uint64_t seq)
{
    unsigned char body[64];
    Sijill__V1__Hello in = toy_hello(agent);
    sj_command cmd = { .type = TOY_HEAR, .org = 1, .now_ms = NOW + seq, .origin = SJ_FROM_FEED };

    cmd.record_seq = seq;
    cmd.body = (sj_bytes){ body, sijill__v1__hello__pack(&in, body) };
    assert_true(sj_apply_record(txn, f->core, &cmd, shard, (sj_cursor){ 3, seq }, &f->reply));
}

static void
hear(fixture *f, const char *agent, uint64_t seq)
{
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    txn = sj_write_begin(f->store, &f->arena);
    hear_in(f, txn, agent, SHARD, seq);
    assert_true(sj_write_commit(txn));
}

static void
a_record_moves_the_cursor_with_its_effect(void **state)
{
    fixture *f = *state;

    hear(f, "a", 17);
    assert_int_equal(f->reply.status, SJ_OK);
    assert_int_equal(cursor_of(f, SHARD).seq, 17);
    assert_int_equal(cursor_of(f, SHARD).epoch, 3);
    assert_int_equal(sj_store_meta(f->store)->dead_letters, 0);
}

/* As if each record had been a batch of its own: replicas need not cut them alike. */
static void
a_batch_leaves_each_feed_where_its_last_record_did(void **state)
{
    static const sj_cursor records[] = { { SHARD, 17 }, { SHARD + 1, 4 }, { SHARD, 18 } };
    fixture *f = *state;
    sj_txn *txn = sj_write_begin(f->store, &f->arena);
    sj_key all = sj_key_empty();
    uint64_t wrote[3];
    sj_scan scan;

    for (size_t i = 0; i < 3; i++) {
        hear_in(f, txn, i == 1 ? "b" : "a", (uint32_t) records[i].epoch, records[i].seq);
        wrote[i] = sj_sequence(txn);
    }
    assert_int_equal(sj_cursor_get(txn, SHARD).seq, 18);
    assert_true(sj_write_commit(txn));
    assert_int_equal(cursor_of(f, SHARD).seq, 18);
    assert_int_equal(cursor_of(f, SHARD + 1).seq, 4);
    txn = sj_read_begin(f->store, &f->arena, 0);
    sj_scan_begin(&scan, txn, SJ_TABLE_CURSOR, &all, NULL);
    for (size_t n = 2; n > 0; n--) {
        assert_true(sj_scan_next(&scan));
        assert_int_equal(sj_revision(txn, SJ_TABLE_CURSOR, &scan.at), wrote[n]);
    }
    sj_read_end(txn);
}

static void
a_refused_record_is_a_dead_letter_and_the_feed_goes_on(void **state)
{
    fixture *f = *state;

    hear(f, NULL, 18);
    assert_int_equal(f->reply.status, SJ_INVALID);
    assert_int_equal(cursor_of(f, SHARD).seq, 18);
    assert_int_equal(sj_store_meta(f->store)->dead_letters, 1);
    hear(f, "a", 20);
    assert_int_equal(cursor_of(f, SHARD).seq, 20);
    assert_int_equal(sj_store_meta(f->store)->dead_letters, 1);
}

static void
a_command_comes_only_from_where_it_may(void **state)
{
    fixture *f = *state;
    static const struct {
        uint32_t type;
        sj_origin origin;
    } strangers[] = {
        { TOY_HEAR, SJ_FROM_PEER },   { TOY_PULSE, SJ_FROM_PEER },  { 901, SJ_FROM_PEER },
        { TOY_KEEP, SJ_FROM_ITSELF }, { TOY_LOOK, SJ_FROM_ITSELF }, { TOY_HEAR, SJ_FROM_ITSELF },
        { TOY_LOOK, SJ_FROM_PEER }, /* a query, in a write */
    };

    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        sj_command cmd = { .type = strangers[i].type, .now_ms = NOW };
        sj_txn *txn = sj_write_begin(f->store, &f->arena);

        cmd.origin = strangers[i].origin;
        assert_true(sj_apply(txn, f->core, &cmd, &f->reply));
        assert_int_equal(f->reply.status, SJ_UNSUPPORTED);
        sj_write_abort(txn);
    }
}

/* What access looks at, and what the handler works on. */
static void
a_body_that_was_decoded_ahead_is_not_decoded_again(void **state)
{
    fixture *f = *state;
    Sijill__V1__Hello hello = toy_hello("a");
    uint8_t packed[64];
    sj_command cmd = { .type = TOY_KEEP, .now_ms = NOW };
    sj_txn *txn = sj_write_begin(f->store, &f->arena);
    void *ahead;

    assert_true(sijill__v1__hello__get_packed_size(&hello) <= sizeof packed);
    cmd.body = (sj_bytes){ packed, sijill__v1__hello__pack(&hello, packed) };
    ahead = sj_decode_ahead(txn, &cmd, &sijill__v1__hello__descriptor, &f->reply);
    assert_non_null(ahead);
    assert_ptr_equal(sj_decode(txn, &cmd, &sijill__v1__hello__descriptor, &f->reply), ahead);
    sj_write_abort(txn);
}

static void
a_body_that_is_refused_ahead_is_refused_again(void **state)
{
    fixture *f = *state;
    sj_command cmd = { .type = TOY_KEEP, .now_ms = NOW, .body = { "\x0a", 1 } }; /* cut short */
    sj_txn *txn = sj_write_begin(f->store, &f->arena);

    for (unsigned i = 0; i < 2; i++) {
        assert_null(sj_decode_ahead(txn, &cmd, &sijill__v1__hello__descriptor, &f->reply));
        assert_int_equal(f->reply.status, SJ_INVALID);
        f->reply.status = SJ_OK;
    }
    sj_write_abort(txn);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, toy_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(a_request_id_lives_from_seven_days_ago_to_ten_minutes_ahead),
        LAW(a_retry_at_the_end_of_an_ids_life_still_gets_its_answer),
        LAW(an_id_belongs_to_its_actor_and_its_request),
        LAW(a_refusal_is_decided_anew),
        LAW(a_dry_run_uses_up_no_id),
        LAW(what_was_refused_moves_no_clock),
        LAW(a_batch_of_refusals_writes_nothing),
        LAW(the_digest_chains_every_command_and_its_reply),
        LAW(a_record_moves_the_cursor_with_its_effect),
        LAW(a_batch_leaves_each_feed_where_its_last_record_did),
        LAW(a_refused_record_is_a_dead_letter_and_the_feed_goes_on),
        LAW(a_command_comes_only_from_where_it_may),
        LAW(a_body_that_was_decoded_ahead_is_not_decoded_again),
        LAW(a_body_that_is_refused_ahead_is_refused_again),
    };

    return cmocka_run_group_tests_name("apply", tests, NULL, NULL);
}
