/* SPDX-License-Identifier: Apache-2.0 */
/* The kept seeds of one fuzz target, through its own entry.  --write FOLDER adds seeds. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEED_MAX = 128 * 1024, PATH_SIZE = 1024 };

/* Exactly as large as the input: a read beyond it is seen. */
static void
replay(const char *path)
{
    static uint8_t octets[SEED_MAX];
    FILE *file = fopen(path, "rb");
    uint8_t *exact;
    size_t size;

    assert_non_null(file);
    size = fread(octets, 1, sizeof octets, file);
    (void) fclose(file);
    exact = malloc(size + (size == 0));
    assert_non_null(exact);
    memcpy(exact, octets, size);
    assert_int_equal(LLVMFuzzerTestOneInput(exact, size), 0);
    free(exact);
}

static void
every_kept_seed_does_no_harm(void **state)
{
    DIR *folder = opendir(SIJILL_SEEDS);
    const struct dirent *entry;
    char path[PATH_SIZE];
    size_t count = 0;

    (void) state;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (strstr(entry->d_name, ".seed") == NULL)
            continue;
        (void) snprintf(path, sizeof path, "%s/%s", SIJILL_SEEDS, entry->d_name);
        replay(path);
        count++;
    }
    (void) closedir(folder);
    (void) printf("# %zu seeds\n", count);
    assert_true(count > 0);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_kept_seed_does_no_harm) };

    if (LLVMFuzzerInitialize != NULL)
        (void) LLVMFuzzerInitialize(&argc, &argv);
    if (argc > 2 && strcmp(argv[1], "--write") == 0) {
        fuzz_write_seeds(argv[2]);
        return 0;
    }
    return cmocka_run_group_tests_name("fuzz seeds", tests, NULL, NULL);
}
