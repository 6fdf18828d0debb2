/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process that is killed leaves is a copy of its folder at that moment.  So the folder is
 * copied while the store is open, a part of the copy is changed as a disk would change it, and the
 * copy is opened as the next start would open it.
 */
#include "storage/internal.h"

#include "storage/backup.h"
#include "tests/unit/core/toy.h"
#include "tests/unit/storage/store_copy.h"

#include <errno.h>
#include <lmdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW UINT64_C(1750000000000)

enum { BLOCK = 4096, DIGEST = 32, WORDS = SJ_WORDS_MAX };

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

int __real_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags);
int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags);

ssize_t __real_pread(int fd, void *at, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *at, size_t size, off_t offset);

enum { RECORD_HEAD = 56 };

static bool disk_fails, map_is_full, heads_fail;
static unsigned syncs;

/* Nobody else reads so many octets at once. */
ssize_t
__wrap_pread(int fd, void *at, size_t size, off_t offset)
{
    if (!heads_fail || size != RECORD_HEAD)
        return __real_pread(fd, at, size, offset);
    errno = EIO;
    return -1;
}

/* Only what is put again goes this way; commands go by cursors. */
int
__wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags)
{
    return map_is_full ? MDB_MAP_FULL : __real_mdb_put(txn, dbi, key, value, flags);
}

int
__wrap_fdatasync(int fd)
{
    syncs++;
    if (!disk_fails)
        return __real_fdatasync(fd);
    errno = EIO;
    return -1;
}

static void
digest_of(const copy *c, uint8_t digest[DIGEST])
{
    fixture f = c->opened;

    fixture_digest(&f, digest);
}

/* The copy as it stands, or damaged at an octet, has exactly this digest when it is opened. */
static void
expect_copy(const fixture *f, const uint64_t *damage, const uint8_t expected[DIGEST])
{
    uint8_t digest[DIGEST];
    char words[WORDS];
    copy c;

    copy_make(&c, f);
    if (damage != NULL)
        copy_damage(&c, *damage);
    if (!copy_open(&c, f, words))
        fail_msg("%s", words);
    digest_of(&c, digest);
    assert_memory_equal(digest, expected, DIGEST);
    assert_int_equal(fixture_scrub(&c.opened), 0);
    copy_close(&c);
}

/* ---- laws ------------------------------------------------------------------------------------
 */

static void
keep(fixture *f, unsigned n)
{
    char name[32];

    (void) snprintf(name, sizeof name, "agent-%u", n);
    assert_int_equal(toy_keep(f, name, NOW), SJ_OK);
}

/* LMDB's transaction is one thread's: what stays open without need shuts out the next thread. */
static void
a_batch_of_nothing_leaves_no_transaction(void **state)
{
    fixture *f = *state;
    sj_about about = { .org = 1, .now_ms = NOW };

    for (unsigned n = 0; n < 2; n++) {
        sj_txn *txn = sj_write_begin(f->store, &f->arena);

        sj_command_begin(txn, &about);
        sj_write_abort(txn);
        assert_null(f->store->open);
        keep(f, n);
        assert_non_null(f->store->open);
        txn = sj_write_begin(f->store, &f->arena);
        sj_command_begin(txn, &about);
        sj_write_abort(txn);
        assert_non_null(f->store->open); /* the batch before it is in there */
        fixture_save(f);
        assert_null(f->store->open);
    }
}

/* One batch of `rows` rows of 50,000 octets. */
static bool
commit_large(fixture *f, unsigned rows, unsigned char mark)
{
    static unsigned char row[50000];
    sj_about about = { .org = 1, .now_ms = NOW };
    sj_txn *txn = sj_write_begin(f->store, &f->arena);

    memset(row, mark, sizeof row);
    sj_command_begin(txn, &about);
    for (uint32_t n = 0; n < rows; n++) {
        sj_key key = sj_key_org(1);

        sj_key_add_u32(&key, n);
        sj_put(txn, SJ_TABLE_OWN, &key, (sj_bytes){ row, sizeof row });
        assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    }
    (void) sj_command_accept(txn, (sj_bytes){ &mark, 1 });
    return sj_write_commit(txn);
}

static void
what_was_committed_is_there_after_a_kill(void **state)
{
    fixture *f = *state;
    uint8_t digest[DIGEST];

    for (unsigned n = 0; n < 20; n++) {
        keep(f, n);
        if (n == 7)
            fixture_save(f);
        fixture_digest(f, digest);
        expect_copy(f, NULL, digest);
    }
}

/* Of what is written when power goes, any part may be missing: the batch is there whole or not at
 * all, and what came before it is there. */
static void
a_torn_record_takes_nothing_else_with_it(void **state)
{
    fixture *f = *state;
    uint8_t before[DIGEST];

    for (unsigned n = 0; n < 5; n++)
        keep(f, n);
    fixture_digest(f, before);
    keep(f, 5);
    for (uint64_t at = 0; at < 400; at += 13) {
        uint64_t offset = UINT64_C(5) * BLOCK + at;

        expect_copy(f, &offset, before);
    }
}

/* Of a record of many blocks a disk may have written any. */
static void
a_record_that_lacks_one_block_is_not_there(void **state)
{
    enum { ROWS = 10, BLOCKS = ROWS * 50000 / BLOCK };
    fixture *f = *state;
    uint8_t before[DIGEST];

    keep(f, 0);
    fixture_digest(f, before);
    assert_true(commit_large(f, ROWS, 'x'));
    sj_arena_reset(&f->arena);
    for (uint64_t block = 1; block <= BLOCKS; block += 11) {
        uint64_t offset = block * BLOCK + 70;

        expect_copy(f, &offset, before);
    }
}

/* A disk may leave what a block held before: a row that was sealed as well, in its right place. */
static void
a_row_of_an_earlier_round_is_not_taken_for_the_records_own(void **state)
{
    enum { ROWS = 3, KEY = 12, VALUE_AT = 5 + 2 + KEY, ROW = VALUE_AT + 8 + 50000 + 16 };
    static unsigned char old[ROW];
    fixture *f = *state;
    uint8_t before[DIGEST], digest[DIGEST];
    off_t second = RECORD_HEAD + ROW;
    char words[WORDS];
    copy c;

    fixture_save(f);
    assert_true(commit_large(f, ROWS, 'x'));
    sj_arena_reset(&f->arena);
    assert_int_equal(pread(f->store->journal.fd, old, ROW, second), ROW);
    assert_int_equal(old[VALUE_AT + 8], 'x');
    fixture_save(f);
    fixture_digest(f, before);
    assert_true(commit_large(f, ROWS, 'y'));
    sj_arena_reset(&f->arena);
    copy_make(&c, f);
    copy_write(&c, second, old, ROW);
    assert_true(copy_open(&c, f, words));
    digest_of(&c, digest);
    assert_memory_equal(digest, before, DIGEST);
    copy_close(&c);
}

static void
damage_before_the_end_is_not_taken_for_the_end(void **state)
{
    fixture *f = *state;
    char words[WORDS];
    copy c;

    for (unsigned n = 0; n < 5; n++)
        keep(f, n);
    for (uint64_t record = 0; record < 4; record++) {
        copy_make(&c, f);
        copy_damage(&c, record * BLOCK + 60);
        assert_false(copy_open(&c, f, words));
        assert_non_null(strstr(words, "damaged"));
        assert_non_null(strstr(words, "restore the last backup"));
    }
}

/* After a checkpoint the journal still holds them: they continue another store. */
static void
records_of_an_earlier_round_are_not_put_again(void **state)
{
    fixture *f = *state;
    uint8_t digest[DIGEST];

    for (unsigned n = 0; n < 6; n++)
        keep(f, n);
    fixture_save(f);
    fixture_digest(f, digest);
    expect_copy(f, NULL, digest);
    keep(f, 2);
    fixture_digest(f, digest);
    expect_copy(f, NULL, digest);
}

static void
a_batch_that_is_given_up_leaves_those_before_it(void **state)
{
    fixture *f = *state;
    uint8_t before[DIGEST], after[DIGEST];
    sj_about about = { .org = 1, .now_ms = NOW };
    sj_key key = sj_key_org(1);
    sj_txn *txn;

    keep(f, 0);
    keep(f, 1);
    fixture_digest(f, before);
    txn = sj_write_begin(f->store, &f->arena);
    sj_command_begin(txn, &about);
    sj_put(txn, SJ_TABLE_OWN, &key, (sj_bytes){ "half", 4 });
    sj_write_abort(txn);
    fixture_digest(f, after);
    assert_memory_equal(after, before, DIGEST);
    expect_copy(f, NULL, before);
    keep(f, 2);
    fixture_digest(f, after);
    expect_copy(f, NULL, after);
}

static void
what_the_journal_has_no_room_for_is_durable_all_the_same(void **state)
{
    static const unsigned rows[] = { 1, 30, 1, 120, 2, 70, 70, 70, 70, 70, 70, 1 };
    fixture *f = *state;
    uint8_t digest[DIGEST];

    for (unsigned n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        assert_true(commit_large(f, rows[n], (unsigned char) n));
        sj_arena_reset(&f->arena);
        fixture_digest(f, digest);
        expect_copy(f, NULL, digest);
    }
}

static void
a_commit_is_one_sync_and_false_where_that_fails(void **state)
{
    fixture *f = *state;

    keep(f, 0);
    syncs = 0;
    assert_true(commit_large(f, 1, 'a'));
    assert_int_equal(syncs, 1);
    disk_fails = true;
    assert_false(commit_large(f, 1, 'b'));
    disk_fails = false;
}

/* And the next start, when there is room, finds all of it. */
static void
what_cannot_be_put_again_is_said_and_kept(void **state)
{
    fixture *f = *state;
    uint8_t expected[DIGEST], digest[DIGEST];
    char words[WORDS];
    copy c;

    keep(f, 0);
    keep(f, 1);
    fixture_digest(f, expected);
    copy_make(&c, f);
    map_is_full = true;
    assert_false(copy_open(&c, f, words));
    map_is_full = false;
    assert_non_null(strstr(words, "then start again"));
    assert_true(copy_open(&c, f, words));
    digest_of(&c, digest);
    assert_memory_equal(digest, expected, DIGEST);
    copy_close(&c);
}

static void
a_journal_that_cannot_be_read_is_not_taken_for_its_end(void **state)
{
    fixture *f = *state;
    uint8_t expected[DIGEST], digest[DIGEST];
    char words[WORDS];
    copy c;

    keep(f, 0);
    fixture_digest(f, expected);
    copy_make(&c, f);
    heads_fail = true;
    assert_false(copy_open(&c, f, words));
    heads_fail = false;
    assert_true(copy_open(&c, f, words));
    digest_of(&c, digest);
    assert_memory_equal(digest, expected, DIGEST);
    copy_close(&c);
}

static void
after_a_batch_that_cannot_be_undone_nothing_is_read_or_written(void **state)
{
    fixture *f = *state;
    uint8_t expected[DIGEST];
    sj_about about = { .org = 1, .now_ms = NOW };
    sj_key key = sj_key_org(1);
    sj_txn *txn;

    keep(f, 0);
    fixture_digest(f, expected);
    txn = sj_write_begin(f->store, &f->arena);
    sj_command_begin(txn, &about);
    sj_put(txn, SJ_TABLE_OWN, &key, (sj_bytes){ "half", 4 });
    map_is_full = true;
    sj_write_abort(txn);
    map_is_full = false;
    txn = sj_read_begin(f->store, &f->arena, NOW);
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_STORAGE);
    sj_read_end(txn);
    txn = sj_write_begin(f->store, &f->arena);
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_STORAGE);
    sj_write_abort(txn);
    expect_copy(f, NULL, expected);
}

static void
a_restored_store_takes_nothing_from_a_journal_beside_it(void **state)
{
    fixture *f = *state;
    char backup[SJ_PATH_MAX], words[WORDS], from[SJ_PATH_MAX], to[SJ_PATH_MAX];
    uint64_t seq;
    copy c;

    keep(f, 0);
    assert_true(sj_path(backup, f->folder, "backup"));
    assert_true(sj_backup(f->store, backup, words));
    seq = sj_store_meta(f->store)->seq;
    keep(f, 1);
    copy_make(&c, f);
    assert_true(sj_path(from, backup, "store"));
    copy_file(from, c.store, "data.mdb");
    copy_file(from, c.store, "BACKUP");
    assert_true(copy_open(&c, f, words));
    assert_int_equal(sj_store_meta(c.opened.store)->seq, seq);
    keep(&c.opened, 3);
    copy_close(&c);
    assert_true(sj_path(to, c.store, "BACKUP"));
    assert_int_equal(access(to, F_OK), -1);
}

static _Noreturn void
read_in_a_process(const fixture *f, const char *folder, uint64_t seq)
{
    sj_schema schema = { .service = f->core->name,
                         .version = f->core->schema,
                         .tables = f->core->tables };
    char words[WORDS];
    sj_store *store;

    if (!sj_store_open_read_only(&store, folder, &schema, words)) {
        (void) fprintf(stderr, "%s\n", words);
        _exit(1);
    }
    _exit(sj_store_meta(store)->seq >= seq ? 0 : 2);
}

static int
status_of(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_reader_waits_for_what_was_durable_before_it(void **state)
{
    fixture *f = *state;
    uint64_t seq;
    pid_t reader;
    int status;

    keep(f, 0);
    fixture_save(f);
    keep(f, 1);
    seq = sj_store_meta(f->store)->seq;
    reader = fork();
    if (reader == 0)
        read_in_a_process(f, f->folder, seq);
    (void) usleep(200000);
    assert_int_equal(waitpid(reader, &status, WNOHANG), 0);
    fixture_save(f);
    assert_int_equal(status_of(reader), 0);
}

static void
a_reader_finds_what_a_killed_writer_left(void **state)
{
    fixture *f = *state;
    uint64_t seq;
    pid_t reader;
    copy c;

    keep(f, 0);
    fixture_save(f);
    keep(f, 1);
    seq = sj_store_meta(f->store)->seq;
    copy_make(&c, f);
    for (int time = 0; time < 2; time++) { /* the second has nothing left to find */
        reader = fork();
        if (reader == 0)
            read_in_a_process(f, c.folder, seq);
        assert_int_equal(status_of(reader), 0);
    }
}

static uint32_t
chance(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t) (*seed >> 33) % below;
}

/* Commits, checkpoints, batches given up and kills, in any order. */
static void
any_history_survives_a_kill_at_any_point(void **state)
{
    fixture *f = *state;
    uint64_t seed = 7;

    for (unsigned step = 0; step < 300; step++) {
        Sijill__V1__Hello drop = toy_hello("agent-1");
        uint8_t digest[DIGEST];

        switch (chance(&seed, 8)) {
        case 0:
            fixture_save(f);
            break;
        case 1:
            assert_true(commit_large(f, 1 + chance(&seed, 90), (unsigned char) step));
            sj_arena_reset(&f->arena);
            break;
        case 2:
            (void) fixture_run(f, TOY_DROP, &drop.base, NOW);
            break;
        case 3:
            fixture_digest(f, digest);
            expect_copy(f, NULL, digest);
            break;
        default:
            keep(f, chance(&seed, 6));
        }
    }
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test_setup_teardown(what_was_committed_is_there_after_a_kill, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_torn_record_takes_nothing_else_with_it, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_record_that_lacks_one_block_is_not_there, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_row_of_an_earlier_round_is_not_taken_for_the_records_own,
                                        toy_open, fixture_close),
        cmocka_unit_test_setup_teardown(damage_before_the_end_is_not_taken_for_the_end, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(records_of_an_earlier_round_are_not_put_again, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_batch_of_nothing_leaves_no_transaction, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_batch_that_is_given_up_leaves_those_before_it, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(what_the_journal_has_no_room_for_is_durable_all_the_same,
                                        toy_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_commit_is_one_sync_and_false_where_that_fails, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(what_cannot_be_put_again_is_said_and_kept, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_journal_that_cannot_be_read_is_not_taken_for_its_end,
                                        toy_open, fixture_close),
        cmocka_unit_test_setup_teardown(
            after_a_batch_that_cannot_be_undone_nothing_is_read_or_written, toy_open,
            fixture_close),
        cmocka_unit_test_setup_teardown(a_restored_store_takes_nothing_from_a_journal_beside_it,
                                        toy_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_reader_waits_for_what_was_durable_before_it, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_reader_finds_what_a_killed_writer_left, toy_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(any_history_survives_a_kill_at_any_point, toy_open,
                                        fixture_close),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("journal", laws, NULL, NULL);
}
