/* SPDX-License-Identifier: Apache-2.0 */
/* Keys at rest: who may open them, and what is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/keys/private_file.h"
#include "services/certificate/signer/keyfile.h"

enum {
    QUICK = 8 * 1024 * 1024 /* Argon2id memory, for tests */
};

static char folder[64];
static char key_path[128];
static uint8_t public_key[KEYFILE_KEYS][SJ_PUBLIC_KEY_BYTES];

static passphrase
phrase_of(const char *text)
{
    static char copy[64];

    (void) snprintf(copy, sizeof copy, "%s", text);
    return (passphrase){ .text = copy, .length = strlen(text) };
}

static int
open_folder(void **state)
{
    passphrase phrase = phrase_of("correct horse battery");

    (void) state;
    assert_true(sodium_init() >= 0);
    (void) snprintf(folder, sizeof folder, "/tmp/sijill-keyfile.XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void) snprintf(key_path, sizeof key_path, "%s/key", folder);
    assert_null(keyfile_create(key_path, &phrase, QUICK, public_key));
    return 0;
}

static int
close_folder(void **state)
{
    (void) state;
    (void) unlink(key_path);
    return rmdir(folder);
}

static const char *
problem_with(const char *path, const char *words)
{
    passphrase phrase = phrase_of(words);
    signer_keys keys;
    const char *problem = keyfile_open(&keys, path, &phrase);

    if (problem == NULL)
        keyfile_close(&keys);
    return problem;
}

static const char *
problem(void)
{
    return problem_with(key_path, "correct horse battery");
}

static void
read_file(uint8_t bytes[KEYFILE_BYTES + 1], size_t *length)
{
    FILE *file = fopen(key_path, "rb");

    assert_non_null(file);
    *length = fread(bytes, 1, KEYFILE_BYTES + 1, file);
    assert_int_equal(fclose(file), 0);
}

static void
write_file(const uint8_t *bytes, size_t length)
{
    FILE *file = fopen(key_path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void
keys_come_back(void **state)
{
    passphrase phrase = phrase_of("correct horse battery");
    struct stat file;
    signer_keys keys;

    (void) state;
    assert_int_equal(stat(key_path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
    assert_int_equal(file.st_size, KEYFILE_BYTES);
    assert_null(keyfile_open(&keys, key_path, &phrase));
    for (size_t i = 0; i < KEYFILE_KEYS; i++) {
        uint8_t signature[64];

        assert_memory_equal(keys.public_key[i], public_key[i], SJ_PUBLIC_KEY_BYTES);
        (void) crypto_sign_detached(signature, NULL, signature, 0,
                                    keys.secret + i * KEYFILE_SECRET_BYTES);
        assert_int_equal(crypto_sign_verify_detached(signature, signature, 0, public_key[i]), 0);
    }
    assert_memory_not_equal(public_key[0], public_key[1], SJ_PUBLIC_KEY_BYTES);
    keyfile_close(&keys);
}

static void
a_key_file_is_never_overwritten(void **state)
{
    passphrase phrase = phrase_of("correct horse battery");
    uint8_t before[KEYFILE_BYTES + 1];
    uint8_t after[KEYFILE_BYTES + 1];
    uint8_t made[KEYFILE_KEYS][SJ_PUBLIC_KEY_BYTES];
    size_t length;

    (void) state;
    read_file(before, &length);
    assert_non_null(strstr(keyfile_create(key_path, &phrase, QUICK, made), "never overwritten"));
    read_file(after, &length);
    assert_memory_equal(before, after, KEYFILE_BYTES);
}

static void
a_short_passphrase_makes_no_key(void **state)
{
    passphrase phrase = phrase_of("eleven char");
    uint8_t made[KEYFILE_KEYS][SJ_PUBLIC_KEY_BYTES];
    char other[160];

    (void) state;
    (void) snprintf(other, sizeof other, "%s/other", folder);
    assert_non_null(strstr(keyfile_create(other, &phrase, QUICK, made), "12 bytes"));
    assert_int_equal(access(other, F_OK), -1);
}

static void
a_wrong_passphrase_is_refused(void **state)
{
    (void) state;
    assert_non_null(strstr(problem_with(key_path, "correct horse batter"), "passphrase is wrong"));
}

static void
others_rights_are_refused(void **state)
{
    static const mode_t modes[] = { 0640, 0604, 0610, 0601, 0660, 0666 };

    (void) state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(key_path, modes[i]), 0);
        assert_non_null(strstr(problem(), "chmod 600"));
    }
    assert_int_equal(chmod(key_path, 0400), 0);
    assert_null(problem());
    assert_int_equal(chmod(key_path, 0600), 0);
}

static void
another_owner_is_refused(void **state)
{
    (void) state;
    if (geteuid() != 0)
        skip(); /* only root can give a file away */
    assert_int_equal(chown(key_path, 65534, 65534), 0);
    assert_non_null(strstr(problem(), "another user"));
    assert_int_equal(chown(key_path, 0, 0), 0);
    assert_null(problem());
}

static void
what_is_no_plain_file_is_refused(void **state)
{
    char other[160];

    (void) state;
    (void) snprintf(other, sizeof other, "%s/other", folder);
    assert_int_equal(symlink(key_path, other), 0);
    assert_non_null(strstr(problem_with(other, "x"), "symbolic link"));
    assert_int_equal(unlink(other), 0);
    assert_int_equal(mkfifo(other, 0600), 0);
    assert_non_null(strstr(problem_with(other, "x"), "regular file")); /* and does not block */
    assert_int_equal(unlink(other), 0);
    assert_non_null(strstr(problem_with(folder, "x"), "regular file"));
    assert_non_null(strstr(problem_with(other, "x"), "--init"));
}

static void
another_length_is_refused(void **state)
{
    uint8_t bytes[KEYFILE_BYTES + 1] = { 0 };
    size_t length;

    (void) state;
    read_file(bytes, &length);
    for (size_t size = 0; size <= KEYFILE_BYTES + 1; size += size < KEYFILE_BYTES - 1 ? 19 : 1) {
        write_file(bytes, size);
        if (size != KEYFILE_BYTES)
            assert_non_null(strstr(problem(), "length"));
    }
    write_file(bytes, KEYFILE_BYTES);
    assert_null(problem());
}

/* Every byte counts, the public keys in clear among them. */
static void
an_altered_byte_is_refused(void **state)
{
    uint8_t bytes[KEYFILE_BYTES + 1];
    size_t length;

    (void) state;
    read_file(bytes, &length);
    for (size_t i = 0; i < KEYFILE_BYTES; i += i < 16 ? 1 : 7) {
        bytes[i] ^= 0x10;
        write_file(bytes, KEYFILE_BYTES);
        assert_non_null(problem());
        bytes[i] ^= 0x10;
    }
    write_file(bytes, KEYFILE_BYTES);
    assert_null(problem());
}

/* A file that asks for a terabyte or a year is refused before the work begins. */
static void
too_much_work_is_refused(void **state)
{
    uint8_t bytes[KEYFILE_BYTES + 1];
    uint8_t changed[KEYFILE_BYTES];
    size_t length;

    (void) state;
    read_file(bytes, &length);
    memcpy(changed, bytes, sizeof changed);
    changed[4] = 0xff; /* passes */
    write_file(changed, KEYFILE_BYTES);
    assert_non_null(strstr(problem(), "too much work"));
    memcpy(changed, bytes, sizeof changed);
    changed[10] = 0xff; /* memory */
    write_file(changed, KEYFILE_BYTES);
    assert_non_null(strstr(problem(), "too much work"));
    write_file(bytes, KEYFILE_BYTES);
}

/* Sealed well, but with the public key of another seed: such a key would sign itself away. */
static void
a_public_key_of_another_seed_is_refused(void **state)
{
    passphrase phrase = phrase_of("correct horse battery");
    uint8_t seeds[KEYFILE_KEYS * KEYFILE_SEED_BYTES] = { 1 };
    uint8_t kept[KEYFILE_BYTES + 1];
    uint8_t file[KEYFILE_BYTES];
    size_t length;

    (void) state;
    read_file(kept, &length);
    assert_null(keyfile_seal((const uint8_t(*)[SJ_PUBLIC_KEY_BYTES]) public_key, seeds, &phrase,
                             QUICK, file));
    write_file(file, sizeof file);
    assert_non_null(strstr(problem(), "not its seed's"));
    write_file(kept, KEYFILE_BYTES);
}

static void
one_signer_at_a_time(void **state)
{
    passphrase phrase = phrase_of("correct horse battery");
    signer_keys keys;

    (void) state;
    assert_null(keyfile_open(&keys, key_path, &phrase));
    assert_non_null(strstr(problem(), "in use"));
    keyfile_close(&keys);
    assert_null(problem());
}

static void
passphrases_come_from_private_files(void **state)
{
    char path[160];
    passphrase phrase;
    FILE *file;

    (void) state;
    (void) snprintf(path, sizeof path, "%s/phrase", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("with a newline\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0604), 0);
    assert_non_null(strstr(passphrase_open(&phrase, path, -1), "chmod 600"));
    assert_int_equal(chmod(path, 0600), 0);
    assert_null(passphrase_open(&phrase, path, -1));
    assert_int_equal(phrase.length, 14);
    passphrase_close(&phrase);
    assert_null(passphrase_open(&phrase, NULL, open(path, O_RDONLY)));
    assert_memory_equal(phrase.text, "with a newline", 14);
    passphrase_close(&phrase);
    assert_int_equal(truncate(path, 0), 0);
    assert_string_equal(passphrase_open(&phrase, path, -1), "is empty");
    assert_int_equal(truncate(path, PASSPHRASE_MAX), 0);
    assert_non_null(passphrase_open(&phrase, path, -1));
    assert_non_null(passphrase_open(&phrase, NULL, 999));
    assert_int_equal(unlink(path), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_come_back),
        cmocka_unit_test(a_key_file_is_never_overwritten),
        cmocka_unit_test(a_short_passphrase_makes_no_key),
        cmocka_unit_test(a_wrong_passphrase_is_refused),
        cmocka_unit_test(others_rights_are_refused),
        cmocka_unit_test(another_owner_is_refused),
        cmocka_unit_test(what_is_no_plain_file_is_refused),
        cmocka_unit_test(another_length_is_refused),
        cmocka_unit_test(an_altered_byte_is_refused),
        cmocka_unit_test(too_much_work_is_refused),
        cmocka_unit_test(a_public_key_of_another_seed_is_refused),
        cmocka_unit_test(one_signer_at_a_time),
        cmocka_unit_test(passphrases_come_from_private_files),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
