/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store of each schema version, kept: the program of today reads what an earlier one wrote, to
 * the octet of every row, finds no damage in it, and goes on with it.
 *
 * tests/vectors/stores/CORE-SCHEMA.mdb is a backup's data file, CORE-SCHEMA.digest says what its
 * rows are.  `test_sweep_golden --write` writes those that are missing.  Once a schema version is
 * released its files never change; a new version gets new ones.
 */
#include "services/attendance/core.h"
#include "services/certificate/core.h"
#include "services/registration/core.h"
#include "storage/backup.h"
#include "storage/folder.h"
#include "storage/store.h"
#include "tests/unit/sweep/scenario.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILE_MAX = 200 * 1024, HEX_MAX = 2 * TAPE_DIGEST_SIZE + 1 };

static unsigned char octets[FILE_MAX + 1];

static void
vector_path(char path[SJ_PATH_MAX], const sj_core *core, unsigned schema, const char *suffix)
{
    (void) snprintf(path, SJ_PATH_MAX, "%s/stores/%s-%u.%s", SIJILL_VECTORS, core->name, schema,
                    suffix);
}

static size_t
read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL)
        fail_msg("%s is missing: write it with --write", path);
    size = fread(octets, 1, sizeof octets, file);
    (void) fclose(file);
    return size;
}

static void
write_file(const char *path, const void *at, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(at, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void
digest_hex(fixture *f, char hex[HEX_MAX])
{
    uint8_t digest[TAPE_DIGEST_SIZE];

    fixture_digest(f, digest);
    (void) sodium_bin2hex(hex, HEX_MAX, digest, sizeof digest);
}

static void
write_golden(tape *t)
{
    char path[SJ_PATH_MAX], backup[SJ_PATH_MAX], file[SJ_PATH_MAX], words[SJ_WORDS_MAX];
    char hex[HEX_MAX];
    size_t size;

    vector_path(path, t->core, t->core->schema, "mdb");
    if (access(path, F_OK) == 0)
        return;
    assert_true(sj_path(backup, t->f->folder, "backup"));
    if (!sj_backup(t->f->store, backup, words))
        fail_msg("%s", words);
    assert_true(sj_path(file, backup, "store/data.mdb"));
    size = read_file(file);
    assert_in_range(size, 1, FILE_MAX);
    write_file(path, octets, size);
    digest_hex(t->f, hex);
    vector_path(path, t->core, t->core->schema, "digest");
    write_file(path, hex, strlen(hex));
}

static void
write_goldens(void **state)
{
    stories told;

    (void) state;
    stories_tell(&told, true);
    write_golden(&told.registration);
    write_golden(&told.attendance);
    write_golden(&told.certificate);
    stories_forget(&told);
}

/* A fixture whose store is a copy of the kept one. */
static fixture *
open_golden(const sj_core *core, unsigned schema_version)
{
    sj_schema schema = { .service = core->name, .version = core->schema, .tables = core->tables };
    char path[SJ_PATH_MAX], file[SJ_PATH_MAX], words[SJ_WORDS_MAX];
    sj_birth birth = { .now_ms = 1 };
    void *inner;
    fixture *f;

    assert_int_equal(fixture_open(&inner, core), 0);
    f = inner;
    sj_store_close(&f->store);
    vector_path(path, core, schema_version, "mdb");
    assert_true(sj_path(file, f->folder, "store/data.mdb"));
    write_file(file, octets, read_file(path));
    if (!sj_store_open(&f->store, f->folder, &schema, &birth, words))
        fail_msg("%s", words);
    return f;
}

static void
read_golden(const sj_core *core, unsigned schema)
{
    fixture *f = open_golden(core, schema);
    char path[SJ_PATH_MAX], hex[HEX_MAX];
    void *inner = f;

    digest_hex(f, hex);
    vector_path(path, core, schema, "digest");
    if (read_file(path) != strlen(hex) || memcmp(octets, hex, strlen(hex)) != 0)
        fail_msg("%s: rows of schema %u are read as others; rows that change are a new schema",
                 core->name, schema);
    assert_int_equal(fixture_scrub(f), 0);
    /* It goes on: time passes, and what becomes due is done. */
    for (int n = 0; n < 5; n++)
        assert_int_equal(fixture_run(f, 900, NULL, SCENARIO_ENDS + 2000 * SCENARIO_HOUR), SJ_OK);
    assert_int_equal(fixture_scrub(f), 0);
    assert_int_equal(fixture_close(&inner), 0);
}

static void
a_store_of_every_schema_version_is_read_and_goes_on(void **state)
{
    static const sj_core *const cores[] = { &registration_core, &attendance_core,
                                            &certificate_core };

    (void) state;
    for (size_t i = 0; i < sizeof cores / sizeof cores[0]; i++)
        for (unsigned schema = 1; schema <= cores[i]->schema; schema++)
            read_golden(cores[i], schema);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_of_every_schema_version_is_read_and_goes_on),
    };
    const struct CMUnitTest writing[] = {
        cmocka_unit_test(write_goldens),
    };

    if (argc > 1 && strcmp(argv[1], "--write") == 0)
        return cmocka_run_group_tests_name("golden stores, written", writing, NULL, NULL);
    return cmocka_run_group_tests_name("golden stores", tests, NULL, NULL);
}
