/* SPDX-License-Identifier: Apache-2.0 */
/* What a key file and a peers file may say, and what is refused with which words. */
#include "proto/keys/curve_files.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY_A "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define KEY_B "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define KEY_C "#q:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

static char folder[64], path[96];

static int
make_folder(void **state)
{
    const char *base = getenv("TMPDIR");

    (void) state;
    (void) snprintf(folder, sizeof folder, "%s/sijill-keys-XXXXXX", base == NULL ? "/tmp" : base);
    if (mkdtemp(folder) == NULL)
        return -1;
    (void) snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int
remove_folder(void **state)
{
    (void) state;
    (void) unlink(path);
    return rmdir(folder);
}

static void
file_write(const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t) strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

static const struct {
    const char *text;
    const char *words; /* NULL: it is good */
    size_t count;
} files[] = {
    { "", NULL, 0 },
    { "\n  \n# KEY operator x\n#\n", NULL, 0 },
    { KEY_A " operator one\n", NULL, 1 },
    { "\t" KEY_A "   gateway\tone \r\n" KEY_B " follower two", NULL, 2 },
    { KEY_C " operator begins-with-a-hash\n", NULL, 1 },
    { KEY_A " server registration 192.0.2.7:7401\n", NULL, 1 },
    { KEY_A " server registration [2001:db8::7]:7401\n", NULL, 1 },
    { KEY_A " operator one\n" KEY_A " server registration host:7401\n", NULL, 2 },
    { KEY_A "\n", "line 1: behind the key", 0 },
    { KEY_A " operator\n", "line 1: behind the key", 0 },
    { "\n" KEY_A " owner one\n", "line 2: behind the key", 0 },
    { KEY_A " Operator one\n", "behind the key", 0 },
    { KEY_A " operator one two\n", "a name of one word", 0 },
    { KEY_A " server registration\n", "has a name and HOST:PORT", 0 },
    { KEY_A " server registration host\n", "HOST:PORT", 0 },
    { KEY_A " server registration host:0\n", "HOST:PORT", 0 },
    { KEY_A " server registration host:65535\n", "HOST:PORT", 0 }, /* no port for the feed */
    { KEY_A " server registration host:7401x\n", "HOST:PORT", 0 },
    { KEY_A " server registration tcp://host:7401\n", "HOST:PORT", 0 },
    { KEY_A "x operator one\n", "40 characters", 0 },
    { "operator one\n", "40 characters", 0 },
    { "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI operator short\n", "40 characters", 0 },
    { "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{h\"D operator quote\n", "40 characters", 0 },
    { KEY_A " operator one\n" KEY_A " gateway two\n", "line 2: the same key", 0 },
    { KEY_A " server registration a:1\n" KEY_B " server registration b:1\n",
      "line 2: the same key or server", 0 },
    { KEY_A " operator a123456789b123456789c123456789d123456789e123456789f123456789g123\n", NULL,
      1 },
    { KEY_A " operator a123456789b123456789c123456789d123456789e123456789f123456789g1234\n",
      "at most 64", 0 },
};

static void
a_line_is_a_peer_or_refused_with_its_number(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char words[SJ_CURVE_WORDS] = "";
        sj_curve_peers peers;
        bool good;

        file_write(files[i].text, 0644);
        good = sj_curve_peers_read(path, &peers, words);
        if (good != (files[i].words == NULL) || peers.count != files[i].count)
            fail_msg("%s: %s", files[i].text, words);
        if (!good && strstr(words, files[i].words) == NULL)
            fail_msg("%s: said %s", files[i].text, words);
        sj_curve_peers_free(&peers);
    }
}

/* One wrong line, and nobody is in. */
static void
all_lines_or_none(void **state)
{
    char words[SJ_CURVE_WORDS];
    sj_curve_peers peers;

    (void) state;
    file_write(KEY_A " operator one\nnonsense\n", 0600);
    assert_false(sj_curve_peers_read(path, &peers, words));
    assert_null(sj_curve_peer_find(&peers, KEY_A));
}

static void
a_server_is_no_peer_and_a_peer_no_server(void **state)
{
    char words[SJ_CURVE_WORDS], endpoint[SJ_CURVE_ADDRESS_MAX + 16];
    sj_curve_peers peers;
    const sj_curve_peer *found;

    (void) state;
    file_write(KEY_A " server registration 192.0.2.7:7401\n" KEY_B " follower attendance\n", 0644);
    assert_true(sj_curve_peers_read(path, &peers, words));
    assert_null(sj_curve_peer_find(&peers, KEY_A));
    assert_null(sj_curve_server_find(&peers, "attendance"));
    assert_int_equal(sj_curve_peer_find(&peers, KEY_B)->kind, SJ_CURVE_FOLLOWER);
    found = sj_curve_server_find(&peers, "registration");
    assert_string_equal(found->key, KEY_A);
    assert_true(sj_curve_endpoint(found->address, 0, endpoint));
    assert_string_equal(endpoint, "tcp://192.0.2.7:7401");
    assert_true(sj_curve_endpoint(found->address, 1, endpoint));
    assert_string_equal(endpoint, "tcp://192.0.2.7:7402");
    sj_curve_peers_free(&peers);
}

static void
who_could_write_the_file_decides_nothing(void **state)
{
    static const mode_t modes[] = { 0664, 0646, 0602, 0777 };
    char words[SJ_CURVE_WORDS];
    sj_curve_peers peers;

    (void) state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        file_write(KEY_A " operator one\n", modes[i]);
        assert_false(sj_curve_peers_read(path, &peers, words));
        assert_non_null(strstr(words, "chmod 644"));
    }
    assert_int_equal(unlink(path), 0);
    assert_false(sj_curve_peers_read(path, &peers, words));
    assert_non_null(strstr(words, "is not there"));
    assert_false(sj_curve_peers_read(folder, &peers, words));
    assert_non_null(strstr(words, "regular file"));
}

static void
a_file_of_too_many_peers_is_refused(void **state)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    char words[SJ_CURVE_WORDS];
    sj_curve_peers peers;

    (void) state;
    for (size_t extra = 0; extra < 2; extra++) {
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        for (size_t i = 0; i < SJ_CURVE_PEERS_MAX + extra; i++)
            assert_true(fprintf(file, "%c%c%.38s operator x\n", digits[i % 32],
                                i < 1024 ? digits[i / 32] : 'z', KEY_A) > 0);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(chmod(path, 0600), 0);
        assert_int_equal(sj_curve_peers_read(path, &peers, words), extra == 0);
        sj_curve_peers_free(&peers);
    }
    assert_non_null(strstr(words, "1024"));
}

static void
a_key_file_comes_back_and_is_never_overwritten(void **state)
{
    char key[SJ_CURVE_TEXT + 1];
    struct stat file;

    (void) state;
    (void) unlink(path);
    assert_null(sj_curve_key_write(path, KEY_A));
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_non_null(strstr(sj_curve_key_write(path, KEY_B), "exists already"));
    assert_null(sj_curve_key_read(path, key));
    assert_string_equal(key, KEY_A);
}

static void
a_key_file_that_others_reach_or_that_holds_no_key_is_refused(void **state)
{
    static const char *const wrong[] = { "",          "\n",
                                         KEY_A "x\n", KEY_A "\n\n",
                                         KEY_A " \n", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI\n" };
    char key[SJ_CURVE_TEXT + 1];

    (void) state;
    file_write(KEY_A "\n", 0640);
    assert_non_null(strstr(sj_curve_key_read(path, key), "chmod 600"));
    file_write(KEY_A, 0600); /* no newline is as good */
    assert_null(sj_curve_key_read(path, key));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        file_write(wrong[i], 0600);
        assert_non_null(sj_curve_key_read(path, key));
    }
}

int
main(void)
{
    const struct CMUnitTest laws[] = {
        cmocka_unit_test(a_line_is_a_peer_or_refused_with_its_number),
        cmocka_unit_test(all_lines_or_none),
        cmocka_unit_test(a_server_is_no_peer_and_a_peer_no_server),
        cmocka_unit_test(who_could_write_the_file_decides_nothing),
        cmocka_unit_test(a_file_of_too_many_peers_is_refused),
        cmocka_unit_test(a_key_file_comes_back_and_is_never_overwritten),
        cmocka_unit_test(a_key_file_that_others_reach_or_that_holds_no_key_is_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, make_folder, remove_folder);
}
