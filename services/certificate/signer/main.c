/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sijill-signer: holds the issuer's keys and signs what the certificate service has written down.
 * It has no network, no store and no clock in its answers.
 */
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "services/certificate/signer/answer.h"
#include "services/certificate/signer/socket.h"
#include "services/runtime/log.h"
#include "services/runtime/notify.h"
#include "services/runtime/options.h"

enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,  /* trying again may help */
    EXIT_REFUSED = 2, /* the same words and files again will not */
    DESCRIPTOR_MAX = 1023,
    NONE = -1
};

#define NOT_GIVEN "-" /* of an option that only one way of use needs */

static const char *const purposes[KEYFILE_KEYS] = { "certificate", "status-list" };

static int
refuse(const char *what, const char *name, const char *problem)
{
    (void) fprintf(stderr, "sijill-signer: %s %s: %s\n", what, name, problem);
    return EXIT_REFUSED;
}

static int
fault(const char *problem)
{
    (void) fprintf(stderr, "sijill-signer: %s\n", problem);
    return EXIT_FAILED;
}

/* No core file, no debugger of the same user, no read of our memory through /proc. */
static bool
harden(void)
{
    struct rlimit none = { 0, 0 };

    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/* The passphrase of the options; its file or descriptor is named in words. */
static int
read_passphrase(const sj_options *options, passphrase *phrase)
{
    const char *path = sj_option_text(options, "passphrase-file");
    int descriptor = (int) sj_option_number(options, "passphrase-fd");
    bool from_file = strcmp(path, NOT_GIVEN) != 0;
    const char *problem;

    if (from_file == (descriptor != NONE)) {
        (void) fprintf(stderr,
                       "sijill-signer: give --passphrase-file or --passphrase-fd, one of them\n");
        return EXIT_REFUSED;
    }
    problem = passphrase_open(phrase, from_file ? path : NULL, descriptor);
    return problem == NULL ? EXIT_OK : refuse("the passphrase's source", path, problem);
}

static int
init(const char *path, const passphrase *phrase)
{
    uint8_t public_key[KEYFILE_KEYS][SJ_PUBLIC_KEY_BYTES];
    const char *problem = keyfile_create(path, phrase, KEYFILE_MEMORY, public_key);

    if (problem != NULL)
        return refuse("the key file", path, problem);
    for (size_t i = 0; i < KEYFILE_KEYS; i++) {
        char multikey[SJ_MULTIKEY_SIZE];

        sj_multikey_encode(public_key[i], multikey);
        (void) printf("%s\t%s\n", purposes[i], multikey);
    }
    return EXIT_OK;
}

/* SIGTERM and SIGINT become readable: a signal between two calls is not lost. */
static int
open_signals(void)
{
    sigset_t set;

    (void) sigemptyset(&set);
    (void) sigaddset(&set, SIGTERM);
    (void) sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Answer one request, if one waits.  False when a signature came out wrong: such a machine must not
 * sign. */
static bool
serve_one(signer_socket *socket, answerer *a)
{
    signer_request request;
    receive_result received = socket_receive(socket, &request);

    if (received == MALFORMED)
        sj_log(SJ_LOG_WARN, "request.malformed", "reason=frames");
    if (received != RECEIVED)
        return true;
    answer_result result = answer(a, zmq_msg_data(&request.body), zmq_msg_size(&request.body));

    if (!socket_reply(socket, &request, a->reply, result.length))
        sj_log(SJ_LOG_WARN, "reply.dropped", "error=\"%s\"", zmq_strerror(zmq_errno()));
    request_close(&request);
    if (result.refused > 0)
        sj_log(SJ_LOG_WARN, "item.refused", "items=%zu refused=%zu", result.items, result.refused);
    else
        sj_log(SJ_LOG_DEBUG, "batch.signed", "items=%zu", result.items);
    if (result.fault)
        sj_log(SJ_LOG_ERROR, "signature.fault", "do=\"check the machine's memory\"");
    return !result.fault;
}

static int
serve(signer_socket *socket, answerer *a, int signals)
{
    zmq_pollitem_t ready[] = { { .socket = socket->router, .events = ZMQ_POLLIN },
                               { .fd = signals, .events = ZMQ_POLLIN } };
    int64_t interval = sj_watchdog_interval_ms();
    bool sound = true;

    sj_notify("READY=1");
    while (sound && ready[1].revents == 0) {
        if (interval > 0)
            sj_notify("WATCHDOG=1");
        if (zmq_poll(ready, 2, interval > 0 ? (long) interval : -1) < 0) {
            if (zmq_errno() == EINTR)
                continue;
            return fault("waiting for requests failed");
        }
        if (ready[0].revents != 0)
            sound = serve_one(socket, a);
    }
    sj_notify("STOPPING=1");
    return sound ? EXIT_OK : EXIT_FAILED;
}

static int
run_with_keys(const sj_options *options, const signer_keys *keys)
{
    const char *endpoint = sj_option_text(options, "endpoint");
    answerer a;
    signer_socket socket;
    int signals = open_signals();
    int code = EXIT_FAILED;
    const char *problem;

    if (!keys->locked)
        sj_log(SJ_LOG_WARN, "memory.unlocked",
               "do=\"raise LimitMEMLOCK to 64K: the keys could reach the swap\"");
    if (signals < 0 || !answerer_open(&a, sj_option_text(options, "issuer"), keys))
        return fault("no memory or no descriptor to start with");
    problem = socket_open(&socket, endpoint, sj_option_flag(options, "group-access"));
    if (problem != NULL) {
        (void) refuse("the endpoint", endpoint, problem); /* its folder may come: try again */
    } else {
        for (size_t i = 0; i < KEYFILE_KEYS; i++)
            sj_log(SJ_LOG_INFO, "key.loaded", "purpose=%s key=%s", purposes[i], a.key_id[i]);
        code = serve(&socket, &a, signals);
        socket_close(&socket);
    }
    answerer_close(&a);
    (void) close(signals);
    return code;
}

static int
run(const sj_options *options, passphrase *phrase)
{
    const char *path = sj_option_text(options, "key");
    const char *issuer = sj_option_text(options, "issuer");
    const char *problem = sj_did_web_check(sj_span_of(issuer));
    signer_keys keys;
    int code;

    if (problem != NULL)
        return refuse("--issuer", issuer, problem);
    problem = keyfile_open(&keys, path, phrase);
    passphrase_close(phrase); /* not needed any more, so not kept */
    if (problem != NULL)
        return refuse("the key file", path, problem);
    code = run_with_keys(options, &keys);
    keyfile_close(&keys);
    return code;
}

int
main(int argc, char **argv)
{
    sj_option rows[] = {
        { "key", SJ_OPTION_TEXT, "FILE", NULL, "the key file, mode 0600", 0, 0, NULL },
        { "passphrase-file", SJ_OPTION_TEXT, "FILE", NOT_GIVEN, "what unlocks it, mode 0600", 0, 0,
          NULL },
        { "passphrase-fd", SJ_OPTION_NUMBER, "N", "-1", "or an open descriptor that tells it", NONE,
          DESCRIPTOR_MAX, NULL },
        { "issuer", SJ_OPTION_TEXT, "DID", NOT_GIVEN, "whose certificates: did:web:HOST", 0, 0,
          NULL },
        { "endpoint", SJ_OPTION_TEXT, "ADDRESS", "ipc:///run/sijill/signer.sock",
          "where to listen: ipc://PATH", 0, 0, NULL },
        { "group-access", SJ_OPTION_FLAG, NULL, NULL,
          "our group may connect, too: mode 0660, not 0600", 0, 0, NULL },
        { "init", SJ_OPTION_FLAG, NULL, NULL, "make new keys in a new key file, and end", 0, 0,
          NULL },
    };
    sj_options options = { "sijill-signer", "holds the issuer's keys and signs certificates", rows,
                           sizeof rows / sizeof rows[0] };
    passphrase phrase;
    int code = sj_options_read(&options, argc, argv);

    if (code >= 0)
        return code;
    if (sodium_init() < 0 || !harden())
        return fault("libsodium or the limits of the process are not available");
    code = read_passphrase(&options, &phrase);
    if (code != EXIT_OK)
        return code;
    if (sj_option_flag(&options, "init")) {
        code = init(sj_option_text(&options, "key"), &phrase);
    } else {
        sj_options_log(&options);
        code = run(&options, &phrase);
    }
    passphrase_close(&phrase);
    (void) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* no secret is left; leak checkers may look */
    return code;
}
