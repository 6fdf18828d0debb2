/* SPDX-License-Identifier: Apache-2.0 */
/* The real sijill-signer in a folder of its own: made, started, asked, stopped. */
#include "tests/unit/credential/issuer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "clients/c/verify/verify.h"
#include "sijill/v1/signer.pb-c.h"

enum { BATCH = 512, REPLY_MS = 20000, PATH_SIZE = 100 };

static char folder[64];
static char key_path[PATH_SIZE];
static char phrase_path[PATH_SIZE];
static char socket_path[PATH_SIZE];
static char ready_path[PATH_SIZE];
static char endpoint[PATH_SIZE + 8];
static pid_t running;
static void *context;
static void *peer;
static uint8_t public_key[2][SJ_PUBLIC_KEY_BYTES];
static char key_id[2][SJ_MULTIKEY_SIZE];

static pid_t
start(char *const arguments[])
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        (void) execv(SIJILL_SIGNER, arguments);
        _exit(127);
    }
    return pid;
}

static int
exit_code(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int
init(void)
{
    char *arguments[] = { (char *) (uintptr_t) "sijill-signer",
                          (char *) (uintptr_t) "--init",
                          (char *) (uintptr_t) "--key",
                          key_path,
                          (char *) (uintptr_t) "--passphrase-file",
                          phrase_path,
                          NULL };

    /* Its standard output is the keys, not TAP. */
    int kept = dup(STDOUT_FILENO);
    int null = open("/dev/null", O_WRONLY);

    (void) fflush(stdout);
    assert_true(dup2(null, STDOUT_FILENO) >= 0);
    int code = exit_code(start(arguments));

    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    (void) close(kept);
    (void) close(null);
    return code;
}

/* Start the signer and wait until it says READY=1, as a service manager does. */
static pid_t
serve(void)
{
    char *arguments[] = { (char *) (uintptr_t) "sijill-signer",
                          (char *) (uintptr_t) "--key",
                          key_path,
                          (char *) (uintptr_t) "--passphrase-file",
                          phrase_path,
                          (char *) (uintptr_t) "--issuer",
                          (char *) (uintptr_t) SAMPLE_DID,
                          (char *) (uintptr_t) "--endpoint",
                          endpoint,
                          NULL };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct timeval patience = { .tv_sec = REPLY_MS / 1000 };
    int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char state[64] = "";

    (void) snprintf(address.sun_path, sizeof address.sun_path, "%s", ready_path);
    assert_int_equal(bind(manager, (struct sockaddr *) &address, sizeof address), 0);
    assert_int_equal(setsockopt(manager, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", ready_path, 1), 0);
    pid_t pid = start(arguments);

    assert_true(recv(manager, state, sizeof state - 1, 0) > 0);
    assert_non_null(strstr(state, "READY=1"));
    (void) close(manager);
    (void) unlink(ready_path);
    return pid;
}

static void
connect_peer(int type)
{
    int linger = 0;
    int patience = REPLY_MS;

    peer = zmq_socket(context, type);
    assert_non_null(peer);
    assert_int_equal(zmq_setsockopt(peer, ZMQ_LINGER, &linger, sizeof linger), 0);
    assert_int_equal(zmq_setsockopt(peer, ZMQ_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(zmq_connect(peer, endpoint), 0);
}

static Sijill__V1__SignBatchReply *
receive(void)
{
    zmq_msg_t message;

    (void) zmq_msg_init(&message);
    assert_true(zmq_msg_recv(&message, peer, 0) >= 0);
    Sijill__V1__SignBatchReply *reply =
        sijill__v1__sign_batch_reply__unpack(NULL, zmq_msg_size(&message), zmq_msg_data(&message));

    (void) zmq_msg_close(&message);
    assert_non_null(reply);
    return reply;
}

static Sijill__V1__SignBatchReply *
ask(Sijill__V1__SignBatch *batch)
{
    static uint8_t request[2 * 1024 * 1024];

    batch->has_request_id = true;
    batch->request_id = (ProtobufCBinaryData){ 2, (uint8_t *) (uintptr_t) "id" };
    assert_true(sijill__v1__sign_batch__get_packed_size(batch) <= sizeof request);
    size_t length = sijill__v1__sign_batch__pack(batch, request);

    assert_true(zmq_send(peer, request, length, 0) >= 0);
    Sijill__V1__SignBatchReply *reply = receive();

    assert_memory_equal(reply->request_id.data, "id", 2);
    return reply;
}

static void
ask_keys(void)
{
    Sijill__V1__SignBatch batch;

    sijill__v1__sign_batch__init(&batch);
    Sijill__V1__SignBatchReply *reply = ask(&batch);

    assert_int_equal(reply->n_key, 2);
    for (size_t i = 0; i < 2; i++) {
        memcpy(public_key[i], reply->key[i]->public_key.data, SJ_PUBLIC_KEY_BYTES);
        (void) snprintf(key_id[i], sizeof key_id[i], "%s", reply->key[i]->key_id);
    }
    sijill__v1__sign_batch_reply__free_unpacked(reply, NULL);
}

static int
open_signer(void **state)
{
    (void) state;
    assert_true(sodium_init() >= 0);
    (void) snprintf(folder, sizeof folder, "/tmp/sijill-signer.XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void) snprintf(key_path, sizeof key_path, "%s/key", folder);
    (void) snprintf(phrase_path, sizeof phrase_path, "%s/phrase", folder);
    (void) snprintf(socket_path, sizeof socket_path, "%s/signer.sock", folder);
    (void) snprintf(ready_path, sizeof ready_path, "%s/ready.sock", folder);
    (void) snprintf(endpoint, sizeof endpoint, "ipc://%s", socket_path);
    int file = open(phrase_path, O_WRONLY | O_CREAT | O_EXCL, 0600);

    assert_int_equal(write(file, "correct horse battery\n", 22), 22);
    assert_int_equal(close(file), 0);
    assert_int_equal(init(), 0);
    running = serve();
    context = zmq_ctx_new();
    connect_peer(ZMQ_DEALER);
    ask_keys();
    return 0;
}

static int
close_signer(void **state)
{
    (void) state;
    (void) zmq_close(peer);
    (void) zmq_ctx_term(context);
    (void) kill(running, SIGTERM);
    int code = exit_code(running);

    (void) unlink(key_path);
    (void) unlink(phrase_path);
    (void) unlink(socket_path);
    return code != 0 || rmdir(folder) != 0;
}

static void
a_second_init_is_refused(void **state)
{
    (void) state;
    assert_int_equal(init(), 2);
}

static void
the_socket_is_private(void **state)
{
    struct stat file;

    (void) state;
    assert_int_equal(stat(socket_path, &file), 0);
    assert_int_equal(file.st_mode & 07777, 0600);
}

/* One certificate and the proof options for it, as the service would send them. */
typedef struct {
    uint8_t id[SJ_CERTIFICATE_ID_BYTES];
    char document_text[3072];
    char options_text[SJ_PROOF_OPTIONS_MAX];
    sj_span document;
    sj_span options;
} intent;

static void
write_intent(intent *i, unsigned number)
{
    sj_badge badge = sample_badge();
    char method[SJ_DID_URL_SIZE];

    memset(badge.certificate_id, (int) number, sizeof badge.certificate_id);
    badge.certificate_id[0] = (uint8_t) (number >> 8);
    memcpy(i->id, badge.certificate_id, sizeof i->id);
    assert_null(sj_badge_write(&badge, i->document_text, sizeof i->document_text, &i->document));
    assert_true(sj_did_web_method(sj_span_of(SAMPLE_DID), public_key[0], method));
    assert_null(sj_proof_options(i->document, method, NOW_MS, i->options_text,
                                 sizeof i->options_text, &i->options));
}

static void
verify_signed(const intent *i, const uint8_t *signature)
{
    static char text[8192];
    static char did_text[4096];
    sj_verify_input in = { .now_ms = NOW_MS };
    sj_verification out;

    assert_null(
        sj_proof_attach(i->document, i->options, signature, text, sizeof text, &in.certificate));
    assert_null(sj_did_web_document(SAMPLE_DID, (const uint8_t(*)[SJ_PUBLIC_KEY_BYTES]) public_key,
                                    2, did_text, sizeof did_text, &in.did_document));
    sj_verify(&in, &out);
    assert_int_equal(out.verdict, SJ_VERDICT_STATUS_UNCHECKED);
    assert_int_equal(out.signature.result, SJ_CHECK_PASSED);
    assert_int_equal(out.issuer.result, SJ_CHECK_PASSED);
}

static void
a_full_batch_is_signed_and_verifies(void **state)
{
    static intent intents[BATCH];
    static Sijill__V1__SignItem items[BATCH];
    Sijill__V1__SignItem *rows[BATCH];
    Sijill__V1__SignBatch batch;
    struct timespec before;
    struct timespec after;

    (void) state;
    sijill__v1__sign_batch__init(&batch);
    for (unsigned i = 0; i < BATCH; i++) {
        write_intent(&intents[i], i);
        sijill__v1__sign_item__init(&items[i]);
        items[i].has_id = items[i].has_document = items[i].has_options = true;
        items[i].id = (ProtobufCBinaryData){ sizeof intents[i].id, intents[i].id };
        items[i].document = (ProtobufCBinaryData){ intents[i].document.length,
                                                   (uint8_t *) intents[i].document_text };
        items[i].options =
            (ProtobufCBinaryData){ intents[i].options.length, (uint8_t *) intents[i].options_text };
        rows[i] = &items[i];
    }
    batch.has_purpose = true;
    batch.purpose = SIJILL__V1__SIGN_PURPOSE__PURPOSE_CERTIFICATE;
    batch.key_id = key_id[0];
    batch.n_item = BATCH;
    batch.item = rows;
    (void) clock_gettime(CLOCK_MONOTONIC, &before);
    Sijill__V1__SignBatchReply *reply = ask(&batch);

    (void) clock_gettime(CLOCK_MONOTONIC, &after);
    print_message("# %d certificates signed and verified in %ld ms\n", BATCH,
                  (after.tv_sec - before.tv_sec) * 1000 +
                      (after.tv_nsec - before.tv_nsec) / 1000000);
    assert_int_equal(reply->n_result, BATCH);
    for (size_t i = 0; i < BATCH; i++) {
        assert_int_equal(reply->result[i]->status, SIJILL__V1__SIGN_STATUS__SIGN_OK);
        assert_memory_equal(reply->result[i]->id.data, intents[i].id, sizeof intents[i].id);
        verify_signed(&intents[i], reply->result[i]->signature.data);
    }
    sijill__v1__sign_batch_reply__free_unpacked(reply, NULL);
}

static void
frames_that_are_no_request_are_dropped(void **state)
{
    (void) state;
    assert_true(zmq_send(peer, "a", 1, ZMQ_SNDMORE) >= 0);
    assert_true(zmq_send(peer, "b", 1, ZMQ_SNDMORE) >= 0);
    assert_true(zmq_send(peer, "c", 1, 0) >= 0);
    assert_true(zmq_send(peer, "\xff\xff\xff", 3, 0) >= 0);
    Sijill__V1__SignBatchReply *reply = receive(); /* the answer to the second message */

    assert_int_equal(reply->status, SIJILL__V1__SIGN_STATUS__SIGN_INVALID);
    sijill__v1__sign_batch_reply__free_unpacked(reply, NULL);
    ask_keys();
}

static void
a_req_peer_is_answered_too(void **state)
{
    (void) state;
    (void) zmq_close(peer);
    connect_peer(ZMQ_REQ);
    ask_keys();
    (void) zmq_close(peer);
    connect_peer(ZMQ_DEALER);
}

static void
the_same_keys_come_back_after_a_restart(void **state)
{
    uint8_t before[2][SJ_PUBLIC_KEY_BYTES];

    (void) state;
    memcpy(before, public_key, sizeof before);
    assert_int_equal(kill(running, SIGTERM), 0);
    assert_int_equal(exit_code(running), 0);
    running = serve();
    ask_keys();
    assert_memory_equal(before, public_key, sizeof before);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_init_is_refused),
        cmocka_unit_test(the_socket_is_private),
        cmocka_unit_test(a_full_batch_is_signed_and_verifies),
        cmocka_unit_test(frames_that_are_no_request_are_dropped),
        cmocka_unit_test(a_req_peer_is_answered_too),
        cmocka_unit_test(the_same_keys_come_back_after_a_restart),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_signer, close_signer);
}
