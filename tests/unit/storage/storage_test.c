/* SPDX-License-Identifier: Apache-2.0 */
/* The store with a core of two commands: what commits, what leaves no trace, what is refused at
 * start. */
#include "services/core/apply.h"
#include "services/core/message.h"
#include "storage/outbox.h"
#include "storage/store.h"
#include "tests/unit/fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PUT = 100,
    REFUSE = 101,
    LOOK = 150,
    TABLE_TEXT = SJ_TABLE_OWN,
    NOW = 1000000000,
    ARENA_SIZE = 65536
};

static sj_key
text_key(const sj_command *cmd, const char *name)
{
    sj_key key = sj_key_org(cmd->org);

    sj_key_add_text(&key, name);
    return key;
}

/* Keeps a Text under its language; the same one again overwrites. */
static sj_status
put_text(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__Hello *in = sj_decode(txn, cmd, &sijill__v1__hello__descriptor, reply);
    sj_key key;

    if (in == NULL)
        return reply->status;
    if (in->agent == NULL)
        return sj_refuse_field(txn, reply, "agent", "give a name");
    key = text_key(cmd, in->agent);
    sj_row_put(txn, TABLE_TEXT, &key, &in->base);
    sj_emit_message(txn, 130, &in->base, NULL);
    sj_emit_message(txn, 131, &in->base, &in->base);
    return sj_accept(txn, reply, &in->base);
}

static sj_status
refuse_all(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    (void) cmd;
    return sj_refuse(txn, reply, SJ_PRECONDITION, "never");
}

static sj_status
look(sj_txn *txn, const sj_command *cmd, sj_reply *reply)
{
    Sijill__V1__Hello *in = sj_decode(txn, cmd, &sijill__v1__hello__descriptor, reply);
    sj_key key = text_key(cmd, in->agent);
    Sijill__V1__Hello *row = sj_row_get(txn, TABLE_TEXT, &key, &sijill__v1__hello__descriptor);

    if (row == NULL)
        return sj_refuse(txn, reply, SJ_NOT_FOUND, "no such text");
    return sj_accept(txn, reply, &row->base);
}

static const sj_route routes[] = {
    { PUT, "put", SJ_ROUTE_COMMAND, put_text },
    { REFUSE, "refuse", SJ_ROUTE_COMMAND, refuse_all },
    { LOOK, "look", SJ_ROUTE_QUERY, look },
    { 0, NULL, SJ_ROUTE_COMMAND, NULL },
};
static const char *const tables[] = { "text", NULL };

static void
scrub_nothing(sj_txn *txn, sj_scrub_found *found, void *context)
{
    (void) txn;
    (void) found;
    (void) context;
}

static const sj_core toy = { "toy", 7, 1, tables, routes, scrub_nothing, NULL };

static int
open_toy(void **state)
{
    return fixture_open(state, &toy);
}

static Sijill__V1__Hello
hello(const char *agent, uint64_t features)
{
    Sijill__V1__Hello message;

    sijill__v1__hello__init(&message);
    message.agent = (char *) (uintptr_t) agent;
    message.has_features = 1;
    message.features = features;
    return message;
}

static sj_status
put(fixture *f, const char *agent, uint64_t features)
{
    Sijill__V1__Hello message = hello(agent, features);

    return fixture_run(f, PUT, &message.base, NOW);
}

static void
an_accepted_command_is_read_back(void **state)
{
    fixture *f = *state;
    Sijill__V1__Hello message = hello("a", 0);

    assert_int_equal(put(f, "a", 5), SJ_OK);
    assert_int_equal(fixture_run(f, LOOK, &message.base, NOW), SJ_OK);
    assert_int_equal(
        ((Sijill__V1__Hello *) fixture_reply(f, &sijill__v1__hello__descriptor))->features, 5);
}

static void
a_retry_gets_the_same_answer_and_no_second_effect(void **state)
{
    fixture *f = *state;
    uint64_t seq;

    memset(f->next_id, 0, sizeof f->next_id);
    sj_write_u64(f->next_id, (uint64_t) NOW << 16);
    uint8_t id[SJ_ID_SIZE];
    memcpy(id, f->next_id, sizeof id);
    f->has_next_id = true;
    assert_int_equal(put(f, "a", 5), SJ_OK);
    assert_false(f->reply.replayed);
    seq = f->reply.seq;
    memcpy(f->next_id, id, sizeof id);
    f->has_next_id = true;
    assert_int_equal(put(f, "a", 5), SJ_OK);
    assert_true(f->reply.replayed);
    assert_int_equal(f->reply.seq, seq);
    assert_int_equal(fixture_emitted(f, 0), 2);
    memcpy(f->next_id, id, sizeof id);
    f->has_next_id = true;
    assert_int_equal(put(f, "a", 6), SJ_KEY_REUSED);
}

static void
an_id_out_of_time_is_expired(void **state)
{
    fixture *f = *state;

    memset(f->next_id, 0, sizeof f->next_id);
    f->has_next_id = true;
    assert_int_equal(put(f, "a", 5), SJ_EXPIRED);
    sj_write_u64(f->next_id, (uint64_t) (NOW + 11 * 60 * 1000) << 16);
    f->has_next_id = true;
    assert_int_equal(put(f, "a", 5), SJ_EXPIRED);
    assert_int_equal(fixture_emitted(f, 0), 0);
}

static void
a_refusal_leaves_no_trace(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];

    assert_int_equal(put(f, "a", 5), SJ_OK);
    fixture_digest(f, before);
    assert_int_equal(fixture_run(f, REFUSE, NULL, NOW), SJ_PRECONDITION);
    assert_int_equal(put(f, NULL, 5), SJ_INVALID);
    assert_int_equal(fixture_run(f, 777, NULL, NOW), SJ_UNSUPPORTED);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

static void
a_dry_run_answers_and_writes_nothing(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];

    fixture_digest(f, before);
    f->dry_run = true;
    assert_int_equal(put(f, "a", 5), SJ_OK);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
}

static void
sequences_follow_the_records(void **state)
{
    fixture *f = *state;

    assert_int_equal(put(f, "a", 1), SJ_OK);
    assert_int_equal(f->reply.seq, 2); /* two records */
    assert_int_equal(put(f, "b", 1), SJ_OK);
    assert_int_equal(f->reply.seq, 4);
    assert_int_equal(sj_store_meta(f->store)->seq, 4);
}

static void
a_record_is_looked_at_without_its_personal_part(void **state)
{
    fixture *f = *state;
    sj_outbox_record record = { .seq = 0 };
    sj_txn *txn;

    assert_int_equal(put(f, "a", 1), SJ_OK);
    sj_arena_reset(&f->arena);
    txn = sj_read_begin(f->store, &f->arena, NOW);
    assert_true(sj_outbox_look(txn, record.seq, &record)); /* 130 has none */
    assert_true(sj_outbox_fill(txn, &record));
    assert_int_equal(record.personal.size, 0);
    assert_true(sj_outbox_look(txn, record.seq, &record)); /* 131 has one */
    assert_true(record.record.size > 0);
    assert_int_equal(record.personal.size, 0);
    assert_true(sj_outbox_fill(txn, &record));
    assert_true(record.personal.size > 0);
    assert_false(sj_outbox_look(txn, record.seq, &record));
    sj_read_end(txn);
}

static void
a_second_writer_is_refused(void **state)
{
    fixture *f = *state;
    sj_schema schema = { .service = toy.name, .version = toy.schema, .tables = toy.tables };
    sj_birth birth = { .now_ms = 1 };
    char words[SJ_WORDS_MAX];
    sj_store *second;

    assert_false(sj_store_open(&second, f->folder, &schema, &birth, words));
    assert_non_null(strstr(words, "another process is writing"));
}

static void
expect_refused(fixture *f, const sj_schema *schema, const char *words_expected)
{
    sj_birth birth = { .now_ms = 1 };
    char words[SJ_WORDS_MAX];

    sj_store_close(&f->store);
    assert_false(sj_store_open(&f->store, f->folder, schema, &birth, words));
    if (strstr(words, words_expected) == NULL)
        fail_msg("words are: %s", words);
}

static void
a_foreign_or_newer_store_is_refused(void **state)
{
    fixture *f = *state;
    static const char *const more[] = { "text", "other", NULL };

    expect_refused(f, &(sj_schema){ .service = "tool", .version = 1, .tables = tables }, "'toy'");
    expect_refused(f, &(sj_schema){ .service = "toy", .version = 0, .tables = tables },
                   "newer sijill");
    expect_refused(f, &(sj_schema){ .service = "toy", .version = 1, .tables = more },
                   "no table other");
}

static void
a_short_or_strange_file_is_refused(void **state)
{
    fixture *f = *state;
    sj_schema schema = { .service = toy.name, .version = toy.schema, .tables = toy.tables };
    char path[128];

    assert_int_equal(put(f, "a", 1), SJ_OK);
    fixture_save(f);
    (void) snprintf(path, sizeof path, "%s/store/data.mdb", f->folder);
    assert_int_equal(truncate(path, 4 * 4096), 0); /* the file's end is room not yet used */
    expect_refused(f, &schema, "truncated");
    assert_int_equal(truncate(path, 100), 0);
    expect_refused(f, &schema, "too short");
    int fd = open(path, O_WRONLY);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(write(fd, "not a database..", 16), 16);
    (void) close(fd);
    expect_refused(f, &schema, "not a data file");
}

static void
a_last_page_beyond_all_numbers_is_refused(void **state)
{
    fixture *f = *state;
    sj_schema schema = { .service = toy.name, .version = toy.schema, .tables = toy.tables };
    const uint64_t damaged = (UINT64_C(1) << 52) - 1; /* octets of so many pages: 0 in 64 bits */
    char path[128];

    assert_int_equal(put(f, "a", 1), SJ_OK);
    fixture_save(f);
    (void) snprintf(path, sizeof path, "%s/store/data.mdb", f->folder);
    int fd = open(path, O_WRONLY);
    for (off_t meta = 0; meta <= 4096; meta += 4096)
        assert_int_equal(pwrite(fd, &damaged, sizeof damaged, meta + 136), sizeof damaged);
    (void) close(fd);
    expect_refused(f, &schema, "truncated");
}

/* Find the octets of a row in the file and flip one bit. */
static void
damage_file(fixture *f, const char *text)
{
    static char file[1 << 22];
    char path[128];
    bool found = false;

    (void) snprintf(path, sizeof path, "%s/store/data.mdb", f->folder);
    int fd = open(path, O_RDWR);
    ssize_t size = read(fd, file, sizeof file);
    assert_true(size > 0);
    for (ssize_t i = 0; i + (ssize_t) strlen(text) < size; i++)
        if (memcmp(file + i, text, strlen(text)) == 0) {
            file[i] ^= 1;
            assert_int_equal(pwrite(fd, file + i, 1, i), 1);
            found = true;
        }
    assert_true(found);
    (void) close(fd);
}

static void
a_damaged_record_is_found_when_read_and_by_scrub(void **state)
{
    fixture *f = *state;
    Sijill__V1__Hello message = hello("somebody-else", 0);

    assert_int_equal(put(f, "a-text-to-be-found", 1), SJ_OK);
    assert_int_equal(put(f, "somebody-else", 1), SJ_OK);
    assert_int_equal(fixture_scrub(f), 0);
    fixture_save(f);
    damage_file(f, "a-text-to-be-found");
    assert_true(fixture_scrub(f) >= 1);
    assert_int_equal(fixture_run(f, LOOK, &message.base, NOW), SJ_OK);
}

static void
time_never_goes_back(void **state)
{
    fixture *f = *state;
    Sijill__V1__Hello message = hello("a", 1);

    assert_int_equal(fixture_run(f, PUT, &message.base, NOW + 500), SJ_OK);
    assert_int_equal(put(f, "b", 1), SJ_OK); /* at NOW */
    assert_int_equal(sj_store_meta(f->store)->log_ms, NOW + 500);
}

static void
the_same_commands_give_the_same_store(void **state)
{
    fixture *f = *state;
    void *other = NULL;
    uint8_t one[32], two[32];

    assert_int_equal(fixture_open(&other, &toy), 0);
    for (uint64_t i = 0; i < 50; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "n%d", (int) i % 7);
        assert_int_equal(put(f, name, i), SJ_OK);
        assert_int_equal(put(other, name, i), SJ_OK);
    }
    fixture_digest(f, one);
    fixture_digest(other, two);
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(fixture_close(&other), 0);
}

/* Of a table that grows as a rule, and of one that does not. */
static void
rows_are_found_in_whatever_order_they_came(void **state)
{
    static const unsigned char order[] = { 5, 3, 7, 7, 1, 9, 8, 3, 10 };
    static const unsigned char sorted[] = { 1, 3, 5, 7, 8, 9, 10 };
    fixture *f = *state;
    sj_schema schema = { .service = toy.name, .version = toy.schema, .tables = toy.tables };
    sj_about about = { .org = 1, .now_ms = NOW };
    char words[SJ_WORDS_MAX];
    sj_bytes value;
    sj_arena arena;
    sj_txn *txn;

    assert_true(sj_arena_open(&arena, ARENA_SIZE));
    for (schema.growing = 0; schema.growing < 2; schema.growing++) {
        sj_store_close(&f->store);
        assert_true(
            sj_store_open(&f->store, f->folder, &schema, &(sj_birth){ .now_ms = 1 }, words));
        txn = sj_write_begin(f->store, &arena);
        sj_command_begin(txn, &about);
        for (unsigned char i = 0; i < sizeof order; i++) {
            sj_key key = sj_key_org(2 + schema.growing);
            unsigned char row[] = { order[i], i };

            sj_key_add(&key, &order[i], 1);
            sj_put(txn, TABLE_TEXT, &key, (sj_bytes){ row, sizeof row });
        }
        for (unsigned char i = 0; i < sizeof sorted; i++) {
            sj_key key = sj_key_org(2 + schema.growing);

            sj_key_add(&key, &sorted[i], 1);
            assert_true(sj_get(txn, TABLE_TEXT, &key, &value));
            assert_memory_equal(value.at, &sorted[i], 1);
            if (sorted[i] == 3 || sorted[i] == 7) /* the last of two */
                assert_int_equal(((const unsigned char *) value.at)[1], sorted[i] == 3 ? 7 : 3);
        }
        assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
        sj_write_abort(txn);
        sj_arena_reset(&arena);
    }
    sj_arena_close(&arena);
}

/* Another process that reads the store: says so on `to`, and goes on until `from` is closed. */
static _Noreturn void
read_beside(const char *folder, int to, int from)
{
    sj_schema schema = { .service = toy.name, .version = toy.schema, .tables = toy.tables };
    char words[SJ_WORDS_MAX];
    sj_store *store;
    sj_arena arena;

    if (!sj_arena_open(&arena, 4096) || !sj_store_open_read_only(&store, folder, &schema, words))
        _exit(1);
    (void) sj_read_begin(store, &arena, NOW);
    if (write(to, "r", 1) != 1)
        _exit(1);
    (void) !read(from, words, 1);
    _exit(0);
}

static void
a_reader_in_another_process_is_counted_with_how_far_it_is_behind(void **state)
{
    enum { COMMITS = 3 };
    fixture *f = *state;
    int ready[2], done[2], code;
    uint64_t behind;
    uint32_t count;
    char mark;
    pid_t reader;

    assert_int_equal(put(f, "a", 1), SJ_OK);
    fixture_save(f);
    sj_store_readers(f->store, &count, &behind);
    assert_int_equal(count, 0);
    assert_int_equal(behind, 0);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    reader = fork();
    if (reader == 0) {
        (void) close(done[1]);
        read_beside(f->folder, ready[1], done[0]);
    }
    assert_int_equal(read(ready[0], &mark, 1), 1);
    for (uint64_t n = 0; n < COMMITS; n++) {
        assert_int_equal(put(f, "a", n), SJ_OK);
        fixture_save(f);
    }
    sj_store_readers(f->store, &count, &behind);
    assert_int_equal(count, 1);
    assert_int_equal(behind, COMMITS);
    (void) close(done[1]);
    assert_int_equal(waitpid(reader, &code, 0), reader);
    assert_int_equal(code, 0);
    for (int end = 0; end < 2; end++)
        (void) close(ready[end]);
    (void) close(done[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_accepted_command_is_read_back, open_toy, fixture_close),
        cmocka_unit_test_setup_teardown(a_retry_gets_the_same_answer_and_no_second_effect, open_toy,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(an_id_out_of_time_is_expired, open_toy, fixture_close),
        cmocka_unit_test_setup_teardown(a_refusal_leaves_no_trace, open_toy, fixture_close),
        cmocka_unit_test_setup_teardown(a_dry_run_answers_and_writes_nothing, open_toy,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(sequences_follow_the_records, open_toy, fixture_close),
        cmocka_unit_test_setup_teardown(a_record_is_looked_at_without_its_personal_part, open_toy,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_second_writer_is_refused, open_toy, fixture_close),
        cmocka_unit_test_setup_teardown(a_foreign_or_newer_store_is_refused, open_toy,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_short_or_strange_file_is_refused, open_toy,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_last_page_beyond_all_numbers_is_refused, open_toy,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_damaged_record_is_found_when_read_and_by_scrub, open_toy,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(
            a_reader_in_another_process_is_counted_with_how_far_it_is_behind, open_toy,
            fixture_close),
        cmocka_unit_test_setup_teardown(rows_are_found_in_whatever_order_they_came, open_toy,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(time_never_goes_back, open_toy, fixture_close),
        cmocka_unit_test_setup_teardown(the_same_commands_give_the_same_store, open_toy,
                                        fixture_close),
    };

    return cmocka_run_group_tests_name("storage", tests, NULL, NULL);
}
