/* SPDX-License-Identifier: Apache-2.0 */
/* A backup is what was committed when it was taken; a store that comes back from one says so. */
#include "storage/backup.h"

#include "storage/folder.h"
#include "storage/store.h"
#include "tests/unit/core/toy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW UINT64_C(1750000000000)

/* A folder beside the store, which goes away with it. */
static void
backup_folder(const fixture *f, char path[SJ_PATH_MAX])
{
    assert_true(sj_path(path, f->folder, "backup"));
}

static void
back_up(fixture *f)
{
    char folder[SJ_PATH_MAX], words[SJ_WORDS_MAX];

    backup_folder(f, folder);
    if (!sj_backup(f->store, folder, words))
        fail_msg("%s", words);
}

/* The clock when a store is opened; an epoch's name is not before it. */
static uint64_t opened_ms = 1;

static sj_store *
open_store(const char *folder, const sj_core *core)
{
    sj_schema schema = { .service = core->name, .version = core->schema, .tables = core->tables };
    sj_birth birth = { .now_ms = opened_ms };
    char words[SJ_WORDS_MAX];
    sj_store *store;

    if (!sj_store_open(&store, folder, &schema, &birth, words))
        fail_msg("%s", words);
    return store;
}

/* The fixture goes on with what was backed up. */
static void
restore(fixture *f)
{
    char folder[SJ_PATH_MAX];

    backup_folder(f, folder);
    sj_store_close(&f->store);
    f->store = open_store(folder, f->core);
}

static void
a_backup_holds_what_was_committed_and_nothing_later(void **state)
{
    fixture *f = *state;
    Sijill__V1__Hello a = toy_hello("a"), b = toy_hello("b");

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    back_up(f);
    assert_int_equal(toy_keep(f, "b", NOW), SJ_OK);
    assert_int_equal(fixture_run(f, TOY_LOOK, &b.base, NOW), SJ_OK);
    restore(f);
    assert_int_equal(fixture_run(f, TOY_LOOK, &a.base, NOW), SJ_OK);
    assert_int_equal(fixture_run(f, TOY_LOOK, &b.base, NOW), SJ_NOT_FOUND);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_backup_in_the_middle_of_a_batch_holds_none_of_it(void **state)
{
    fixture *f = *state;
    sj_about about = { .org = 1, .now_ms = NOW };
    sj_key key = sj_key_org(1);
    uint64_t seq;
    sj_txn *txn;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    seq = sj_store_meta(f->store)->seq;
    fixture_save(f);
    txn = sj_write_begin(f->store, &f->arena);
    sj_command_begin(txn, &about);
    sj_put(txn, SJ_TABLE_OWN, &key, (sj_bytes){ "half", 4 });
    (void) sj_command_accept(txn, (sj_bytes){ "x", 1 });
    back_up(f);
    assert_true(sj_write_commit(txn));
    restore(f);
    assert_int_equal(sj_store_meta(f->store)->seq, seq);
    txn = sj_read_begin(f->store, &f->arena, 0);
    assert_false(sj_exists(txn, SJ_TABLE_OWN, &key));
    sj_read_end(txn);
}

static void
a_restored_store_begins_an_epoch_once(void **state)
{
    fixture *f = *state;
    char manifest[SJ_PATH_MAX], folder[SJ_PATH_MAX];
    uint64_t seq;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    seq = sj_store_meta(f->store)->seq;
    assert_int_equal(sj_store_meta(f->store)->epoch, 1);
    back_up(f);
    backup_folder(f, folder);
    assert_true(sj_path(manifest, folder, "store/BACKUP"));
    assert_int_equal(access(manifest, F_OK), 0);
    restore(f);
    assert_int_equal(sj_store_meta(f->store)->epoch, 2);
    assert_int_equal(sj_store_meta(f->store)->past_count, 1);
    assert_int_equal(sj_store_meta(f->store)->pasts[0].epoch, 1);
    assert_int_equal(sj_store_meta(f->store)->pasts[0].last, seq);
    assert_int_equal(sj_store_meta(f->store)->seq, seq); /* ids go on, nothing is counted twice */
    assert_int_not_equal(access(manifest, F_OK), 0);
    assert_int_equal(toy_keep(f, "b", NOW), SJ_OK);
    restore(f);
    assert_int_equal(sj_store_meta(f->store)->epoch, 2);
    assert_int_equal(sj_store_meta(f->store)->past_count, 1);
}

static void
restore_at(fixture *f, uint64_t now_ms)
{
    char folder[SJ_PATH_MAX], aside[SJ_PATH_MAX];
    static unsigned asides;
    char name[32];

    (void) snprintf(name, sizeof name, "aside-%u", ++asides);
    backup_folder(f, folder);
    assert_true(sj_path(aside, f->folder, name));
    back_up(f);
    assert_int_equal(rename(folder, aside), 0);
    sj_store_close(&f->store);
    opened_ms = now_ms;
    f->store = open_store(aside, f->core);
    opened_ms = 1;
}

/* Readers are judged by where their history and the store's parted, over any number of restores. */
static void
a_store_knows_where_it_was_in_each_epoch(void **state)
{
    fixture *f = *state;
    uint64_t first, second;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    first = sj_store_meta(f->store)->seq;
    restore_at(f, NOW + 1);
    assert_int_equal(toy_keep(f, "b", NOW), SJ_OK);
    second = sj_store_meta(f->store)->seq;
    restore_at(f, NOW + 2);
    assert_int_equal(toy_keep(f, "c", NOW), SJ_OK);

    const struct {
        uint64_t epoch, seq;
        bool was;
    } rows[] = {
        { 1, first, true },
        { 1, first + 1, false },
        { NOW + 1, first, true },
        { NOW + 1, second, true },
        { NOW + 1, second + 1, false },
        { NOW + 2, second + 1, true },
        { NOW + 2, sj_store_meta(f->store)->seq, true },
        { NOW + 2, sj_store_meta(f->store)->seq + 1, false },
        { NOW + 3, 1, false },
        { 2, 1, false },
        { 2, 0, true },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(sj_store_was_at(f->store, rows[i].epoch, rows[i].seq), rows[i].was);
}

static void
a_reader_of_a_backup_leaves_it_a_backup(void **state)
{
    fixture *f = *state;
    sj_schema schema = { .service = f->core->name,
                         .version = f->core->schema,
                         .tables = f->core->tables };
    char folder[SJ_PATH_MAX], words[SJ_WORDS_MAX];
    sj_store *reader;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    back_up(f);
    backup_folder(f, folder);
    assert_true(sj_store_open_read_only(&reader, folder, &schema, words));
    assert_int_equal(sj_store_meta(reader)->epoch, 1);
    sj_store_close(&reader);
    restore(f);
    assert_int_equal(sj_store_meta(f->store)->epoch, 2);
}

static void
a_backup_is_never_overwritten(void **state)
{
    fixture *f = *state;
    char folder[SJ_PATH_MAX], words[SJ_WORDS_MAX];

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    back_up(f);
    backup_folder(f, folder);
    assert_false(sj_backup(f->store, folder, words));
    assert_non_null(strstr(words, "give an empty folder"));
}

static void
a_backup_that_was_cut_short_is_begun_anew(void **state)
{
    fixture *f = *state;
    char folder[SJ_PATH_MAX], part[SJ_PATH_MAX], file[SJ_PATH_MAX];
    FILE *half;

    backup_folder(f, folder);
    assert_true(sj_path(part, folder, "store.part") && sj_path(file, part, "data.mdb"));
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkdir(part, 0700), 0);
    half = fopen(file, "w");
    assert_non_null(half);
    assert_true(fputs("half a page", half) >= 0);
    (void) fclose(half);
    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    back_up(f);
    assert_int_not_equal(access(part, F_OK), 0);
    restore(f);
    assert_int_equal(fixture_scrub(f), 0);
}

static void
a_store_is_the_same_after_it_was_closed(void **state)
{
    fixture *f = *state;
    uint8_t before[32], after[32];
    sj_meta meta;

    assert_int_equal(toy_keep(f, "a", NOW), SJ_OK);
    fixture_digest(f, before);
    meta = *sj_store_meta(f->store);
    sj_store_close(&f->store);
    f->store = open_store(f->folder, f->core);
    fixture_digest(f, after);
    assert_memory_equal(before, after, sizeof before);
    assert_memory_equal(&meta, sj_store_meta(f->store), sizeof meta);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, toy_open, fixture_close)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(a_backup_holds_what_was_committed_and_nothing_later),
        LAW(a_backup_in_the_middle_of_a_batch_holds_none_of_it),
        LAW(a_restored_store_begins_an_epoch_once),
        LAW(a_store_knows_where_it_was_in_each_epoch),
        LAW(a_reader_of_a_backup_leaves_it_a_backup),
        LAW(a_backup_is_never_overwritten),
        LAW(a_backup_that_was_cut_short_is_begun_anew),
        LAW(a_store_is_the_same_after_it_was_closed),
    };

    return cmocka_run_group_tests_name("restore", tests, NULL, NULL);
}
