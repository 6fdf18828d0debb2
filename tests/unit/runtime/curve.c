/* SPDX-License-Identifier: Apache-2.0 */
/* Our sockets admit nobody when nobody answers for them, ZAP answers what is well formed and known
 * alone, and the proof at start tells a socket that admits everybody from one that does not. */
#include "services/runtime/curve.h"
#include "services/runtime/bounds.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000, FRAMES = 7 };

typedef struct scene {
    char folder[64];
    char peers[96];
    void *zmq;
    sj_zap *zap;
    sj_curve own, known;
    void *bound;
} scene;

static scene s;

static void
make_keys(sj_curve *keys)
{
    assert_int_equal(zmq_curve_keypair(keys->public, keys->secret), 0);
}

static void
peers_write(const char *kind)
{
    FILE *file = fopen(s.peers, "w");

    assert_non_null(file);
    assert_true(fprintf(file, "%s %s someone\n", s.known.public, kind) > 0);
    assert_int_equal(fclose(file), 0);
}

static int
begin(void **state)
{
    const char *base = getenv("TMPDIR");

    (void) state;
    memset(&s, 0, sizeof s);
    (void) snprintf(s.folder, sizeof s.folder, "%s/sijill-curve-XXXXXX",
                    base == NULL ? "/tmp" : base);
    if (mkdtemp(s.folder) == NULL)
        return -1;
    (void) snprintf(s.peers, sizeof s.peers, "%s/peers", s.folder);
    s.zmq = zmq_ctx_new();
    make_keys(&s.own);
    make_keys(&s.known);
    peers_write("operator");
    return s.zmq == NULL ? -1 : 0;
}

static int
end(void **state)
{
    (void) state;
    if (s.bound != NULL)
        (void) zmq_close(s.bound);
    (void) zmq_ctx_term(s.zmq);
    sj_zap_close(&s.zap);
    (void) unlink(s.peers);
    return rmdir(s.folder);
}

static void
answer_for_sockets(void)
{
    char words[SJ_CURVE_WORDS] = "";

    s.zap = sj_zap_open(s.zmq, s.peers, words);
    assert_string_equal(words, "");
    assert_non_null(s.zap);
}

static void
bind_in(void *zmq)
{
    assert_non_null(zmq);
    s.bound = zmq_socket(zmq, ZMQ_ROUTER);
    assert_true(sj_socket_bound(s.bound, 16, 1024));
}

static void
unbind(void *zmq)
{
    (void) zmq_close(s.bound);
    s.bound = NULL;
    (void) zmq_ctx_term(zmq);
}

static void
go(void)
{
    assert_int_equal(zmq_bind(s.bound, "tcp://127.0.0.1:*"), 0);
}

/* ---- the proof ------------------------------------------------------------------------------- */

static void
a_socket_that_is_answered_for_is_proved(void **state)
{
    char words[SJ_CURVE_WORDS] = "";

    (void) state;
    answer_for_sockets();
    bind_in(s.zmq);
    assert_true(sj_curve_serve(s.bound, &s.own));
    go();
    assert_true(sj_curve_prove(s.zmq, s.zap, &s.own, s.bound, words));
    assert_int_equal(sj_zap_refused(s.zap), 0); /* ourselves we do not count */
}

/* What ZeroMQ makes of CURVE alone: without a handler, which answers in its own context only, every
 * key gets in. */
static void
a_socket_that_asks_nobody_is_found_out(void **state)
{
    char words[SJ_CURVE_WORDS] = "";
    void *lonely = zmq_ctx_new();
    int one = 1;

    (void) state;
    answer_for_sockets();
    bind_in(lonely);
    assert_int_equal(zmq_setsockopt(s.bound, ZMQ_CURVE_SERVER, &one, sizeof one), 0);
    assert_int_equal(zmq_setsockopt(s.bound, ZMQ_CURVE_SECRETKEY, s.own.secret, 41), 0);
    go();
    assert_false(sj_curve_prove(lonely, s.zap, &s.own, s.bound, words));
    assert_non_null(strstr(words, "lets in a key that nobody knows"));
    unbind(lonely);
}

static void
without_a_handler_our_sockets_admit_nobody(void **state)
{
    char words[SJ_CURVE_WORDS] = "";
    void *lonely = zmq_ctx_new();

    (void) state;
    answer_for_sockets();
    bind_in(lonely);
    assert_true(sj_curve_serve(s.bound, &s.own));
    go();
    assert_false(sj_curve_prove(lonely, s.zap, &s.own, s.bound, words));
    assert_non_null(strstr(words, "does not answer itself"));
    unbind(lonely);
}

/* ---- questions ------------------------------------------------------------------------------- */

typedef struct question {
    const char *law;
    const char *frames[FRAMES]; /* NULL: the key */
    size_t count;
    size_t key_size;
    const char *answer;
} question;

static const question questions[] = {
    { "a known key", { "1.0", "id", "sijill", "127.0.0.1", "", "CURVE", NULL }, 7, 32, "200" },
    { "another version", { "1.1", "id", "sijill", "127.0.0.1", "", "CURVE", NULL }, 7, 32, "400" },
    { "another domain", { "1.0", "id", "other", "127.0.0.1", "", "CURVE", NULL }, 7, 32, "400" },
    { "no domain", { "1.0", "id", "", "127.0.0.1", "", "CURVE", NULL }, 7, 32, "400" },
    { "in the clear", { "1.0", "id", "sijill", "127.0.0.1", "", "NULL", NULL }, 7, 32, "400" },
    { "a password", { "1.0", "id", "sijill", "127.0.0.1", "", "PLAIN", NULL }, 7, 32, "400" },
    { "half a key", { "1.0", "id", "sijill", "127.0.0.1", "", "CURVE", NULL }, 7, 16, "400" },
    { "no key", { "1.0", "id", "sijill", "127.0.0.1", "", "CURVE", NULL }, 7, 0, "400" },
    { "too few frames", { "1.0", "id", "sijill", "127.0.0.1", "", "CURVE" }, 6, 0, "400" },
};

static void
ask(const question *q, const uint8_t key[32], char status[8], char user[64])
{
    static char frame[1024];
    void *asker = zmq_socket(s.zmq, ZMQ_REQ);
    int patience = PATIENCE_MS;

    assert_non_null(asker);
    assert_int_equal(zmq_setsockopt(asker, ZMQ_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(zmq_connect(asker, "inproc://zeromq.zap.01"), 0);
    for (size_t i = 0; i < q->count; i++) {
        const void *at = q->frames[i] == NULL ? (const void *) key : q->frames[i];
        size_t size = q->frames[i] == NULL ? q->key_size : strlen(q->frames[i]);

        assert_int_equal(zmq_send(asker, at, size, i + 1 < q->count ? ZMQ_SNDMORE : 0), size);
    }
    for (int i = 0; i < 6; i++) {
        int size = zmq_recv(asker, frame, sizeof frame - 1, 0);

        assert_in_range(size, 0, sizeof frame - 1);
        frame[size] = '\0';
        if (i == 2)
            (void) snprintf(status, 8, "%.7s", frame);
        else if (i == 4)
            (void) snprintf(user, 64, "%.63s", frame);
    }
    (void) zmq_close(asker);
}

static void
what_is_well_formed_and_known_is_let_in(void **state)
{
    uint64_t refused = 0;
    uint8_t key[32];

    (void) state;
    answer_for_sockets();
    assert_non_null(zmq_z85_decode(key, s.known.public));
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        const question *q = &questions[i];
        bool yes = strcmp(q->answer, "200") == 0;
        char status[8] = "", user[64] = "";

        ask(q, key, status, user);
        if (strcmp(status, q->answer) != 0)
            fail_msg("%s: %s", q->law, status);
        assert_string_equal(user, yes ? s.known.public : "");
        refused += !yes;
        assert_int_equal(sj_zap_refused(s.zap), refused);
    }
}

static void
a_stranger_learns_no_reason_and_no_name(void **state)
{
    char status[8] = "", user[64] = "x";
    sj_curve stranger;
    uint8_t key[32];

    (void) state;
    answer_for_sockets();
    make_keys(&stranger);
    assert_non_null(zmq_z85_decode(key, stranger.public));
    ask(&questions[0], key, status, user);
    assert_string_equal(status, "400");
    assert_string_equal(user, "");
}

/* ---- the table ------------------------------------------------------------------------------- */

static void
a_key_is_what_the_file_says_when_it_is_read_again(void **state)
{
    static const struct {
        const char *text;
        sj_peer_kind kind;
    } kinds[] = { { "operator", SJ_PEER_OPERATOR },
                  { "gateway", SJ_PEER_GATEWAY },
                  { "follower", SJ_PEER_FOLLOWER } };
    sj_peer_kind kind = SJ_PEER_OPERATOR;

    (void) state;
    answer_for_sockets();
    assert_false(sj_zap_reread(s.zap, false)); /* it is the same */
    for (size_t i = 0; i < 3; i++) {
        peers_write(kinds[i].text);
        assert_true(sj_zap_reread(s.zap, true));
        assert_true(sj_zap_kind(s.zap, s.known.public, &kind));
        assert_int_equal(kind, kinds[i].kind);
    }
    assert_false(sj_zap_kind(s.zap, NULL, &kind));
    assert_false(sj_zap_kind(s.zap, "", &kind));
    assert_false(sj_zap_kind(s.zap, s.own.public, &kind));
}

static void
a_file_that_is_gone_or_wrong_leaves_nobody(void **state)
{
    sj_peer_kind kind;

    (void) state;
    answer_for_sockets();
    assert_int_equal(unlink(s.peers), 0);
    assert_true(sj_zap_reread(s.zap, false));
    assert_false(sj_zap_kind(s.zap, s.known.public, &kind));
    peers_write("operator");
    assert_true(sj_zap_reread(s.zap, false));
    assert_true(sj_zap_kind(s.zap, s.known.public, &kind));
    peers_write("emperor");
    assert_true(sj_zap_reread(s.zap, true));
    assert_false(sj_zap_kind(s.zap, s.known.public, &kind));
}

/* The key that a service tries itself with is nobody's: it gets in, and is not heard. */
static void
an_expected_key_has_no_kind(void **state)
{
    char status[8] = "", user[64] = "";
    sj_peer_kind kind;
    sj_curve friend;
    uint8_t key[32];

    (void) state;
    answer_for_sockets();
    make_keys(&friend);
    assert_non_null(zmq_z85_decode(key, friend.public));
    sj_zap_expect(s.zap, friend.public);
    ask(&questions[0], key, status, user);
    assert_string_equal(status, "200");
    assert_false(sj_zap_kind(s.zap, friend.public, &kind));
    sj_zap_expect(s.zap, NULL);
    ask(&questions[0], key, status, user);
    assert_string_equal(status, "400");
}

#define TEST(law) cmocka_unit_test_setup_teardown(law, begin, end)

int
main(void)
{
    const struct CMUnitTest laws[] = {
        TEST(a_socket_that_is_answered_for_is_proved),
        TEST(a_socket_that_asks_nobody_is_found_out),
        TEST(without_a_handler_our_sockets_admit_nobody),
        TEST(what_is_well_formed_and_known_is_let_in),
        TEST(a_stranger_learns_no_reason_and_no_name),
        TEST(a_key_is_what_the_file_says_when_it_is_read_again),
        TEST(a_file_that_is_gone_or_wrong_leaves_nobody),
        TEST(an_expected_key_has_no_kind),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(laws, NULL, NULL);
}
