/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/zap.h"

#include "services/runtime/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

/* The frames of a question, in RFC 27's order. */
enum {
    ZAP_VERSION,
    ZAP_REQUEST,
    ZAP_DOMAIN,
    ZAP_ADDRESS,
    ZAP_ROUTING,
    ZAP_MECHANISM,
    ZAP_KEY,
    ZAP_FRAMES,
    ZAP_FRAME_MAX = 256,
    CURVE_KEY_OCTETS = 32,
};

typedef struct zap_frame {
    unsigned char octets[ZAP_FRAME_MAX];
    size_t size; /* over ZAP_FRAME_MAX: it was longer */
} zap_frame;

struct sj_zap {
    void *socket; /* the thread's, once it runs */
    pthread_t thread;
    bool running;
    const char *path;
    struct stat read; /* the file as it was read last */
    sj_curve_peers servers;
    _Atomic uint64_t refused;
    pthread_mutex_t guard; /* of what follows */
    sj_curve_peers peers;
    char expected[SJ_CURVE_TEXT + 1];
};

/* ---- the thread ------------------------------------------------------------------------------ */

static bool
frame_is(const zap_frame *frame, const char *text)
{
    return frame->size == strlen(text) && memcmp(frame->octets, text, frame->size) == 0;
}

/* How many frames came; -1: the context has ended. */
static int
question_take(void *socket, zap_frame frames[ZAP_FRAMES])
{
    int count = 0;
    int more = 1;
    size_t more_size = sizeof more;

    while (more != 0) {
        zap_frame beyond;
        zap_frame *frame = count < ZAP_FRAMES ? &frames[count] : &beyond;
        int size = zmq_recv(socket, frame->octets, sizeof frame->octets, 0);

        if (size < 0 && zmq_errno() == EINTR)
            continue;
        if (size < 0 || zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &more_size) != 0)
            return -1;
        frame->size = (size_t) size;
        count++;
    }
    return count;
}

static bool
well_formed(const zap_frame frames[ZAP_FRAMES], int count)
{
    return count == ZAP_FRAMES && frame_is(&frames[ZAP_VERSION], "1.0") &&
           frame_is(&frames[ZAP_DOMAIN], SJ_ZAP_DOMAIN) &&
           frame_is(&frames[ZAP_MECHANISM], "CURVE") && frames[ZAP_KEY].size == CURVE_KEY_OCTETS &&
           frames[ZAP_REQUEST].size <= ZAP_FRAME_MAX;
}

static bool
admitted(sj_zap *zap, const char *key)
{
    bool known;

    (void) pthread_mutex_lock(&zap->guard);
    known = sj_curve_peer_find(&zap->peers, key) != NULL || strcmp(zap->expected, key) == 0;
    (void) pthread_mutex_unlock(&zap->guard);
    return known;
}

static void
answer(void *socket, const zap_frame *request, bool yes, const char *user)
{
    size_t size = request->size <= ZAP_FRAME_MAX ? request->size : 0;

    (void) zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
    (void) zmq_send(socket, request->octets, size, ZMQ_SNDMORE);
    (void) zmq_send(socket, yes ? "200" : "400", 3, ZMQ_SNDMORE);
    (void) zmq_send(socket, "", 0, ZMQ_SNDMORE); /* a stranger learns no reason */
    (void) zmq_send(socket, user, yes ? strlen(user) : 0, ZMQ_SNDMORE);
    (void) zmq_send(socket, "", 0, 0);
}

static void *
answer_all(void *context)
{
    sj_zap *zap = context;
    zap_frame frames[ZAP_FRAMES];
    int count;

    memset(frames, 0, sizeof frames);
    while ((count = question_take(zap->socket, frames)) >= 0) {
        char key[SJ_CURVE_TEXT + 1] = "";
        bool yes = well_formed(frames, count) &&
                   zmq_z85_encode(key, frames[ZAP_KEY].octets, CURVE_KEY_OCTETS) != NULL &&
                   admitted(zap, key);

        if (!yes)
            sj_zap_count_refused(zap);
        answer(zap->socket, &frames[ZAP_REQUEST], yes, key);
    }
    (void) zmq_close(zap->socket);
    return NULL;
}

/* ---- the table ------------------------------------------------------------------------------- */

static bool
same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* ZeroMQ's text of a key has another form for the same octets nowhere, but nonsense may look like
 * one. */
static bool
keys_decode(const sj_curve_peers *peers, const char *path, char words[SJ_CURVE_WORDS])
{
    uint8_t octets[CURVE_KEY_OCTETS];

    for (size_t i = 0; i < peers->count; i++)
        if (zmq_z85_decode(octets, peers->rows[i].key) == NULL) {
            (void) snprintf(words, SJ_CURVE_WORDS, "%s: the key of %s is no key", path,
                            peers->rows[i].label);
            return false;
        }
    return true;
}

static bool
file_read(sj_zap *zap, sj_curve_peers *peers, char words[SJ_CURVE_WORDS])
{
    if (stat(zap->path, &zap->read) != 0)
        memset(&zap->read, 0, sizeof zap->read);
    if (!sj_curve_peers_read(zap->path, peers, words))
        return false;
    if (keys_decode(peers, zap->path, words))
        return true;
    sj_curve_peers_free(peers);
    return false;
}

bool
sj_zap_reread(sj_zap *zap, bool forced)
{
    char words[SJ_CURVE_WORDS];
    sj_curve_peers fresh, stale;
    struct stat now;
    bool good;

    if (stat(zap->path, &now) != 0)
        memset(&now, 0, sizeof now);
    if (!forced && same_file(&now, &zap->read))
        return false;
    good = file_read(zap, &fresh, words);
    (void) pthread_mutex_lock(&zap->guard);
    stale = zap->peers;
    zap->peers = fresh;
    (void) pthread_mutex_unlock(&zap->guard);
    sj_curve_peers_free(&stale);
    if (good)
        sj_log(SJ_LOG_INFO, "peers.read", "peers=%zu", fresh.count);
    else
        sj_log(SJ_LOG_ERROR, "peers.refused", "words=\"%s: nobody may connect until it is right\"",
               words);
    return true;
}

bool
sj_zap_kind(sj_zap *zap, const char *key, sj_peer_kind *kind)
{
    static const sj_peer_kind kinds[] = { [SJ_CURVE_OPERATOR] = SJ_PEER_OPERATOR,
                                          [SJ_CURVE_GATEWAY] = SJ_PEER_GATEWAY,
                                          [SJ_CURVE_FOLLOWER] = SJ_PEER_FOLLOWER };
    const sj_curve_peer *peer;

    (void) pthread_mutex_lock(&zap->guard);
    peer = key == NULL ? NULL : sj_curve_peer_find(&zap->peers, key);
    if (peer != NULL)
        *kind = kinds[peer->kind];
    (void) pthread_mutex_unlock(&zap->guard);
    return peer != NULL;
}

const sj_curve_peer *
sj_zap_server(const sj_zap *zap, const char *service)
{
    return sj_curve_server_find(&zap->servers, service);
}

void
sj_zap_expect(sj_zap *zap, const char *key)
{
    (void) pthread_mutex_lock(&zap->guard);
    (void) snprintf(zap->expected, sizeof zap->expected, "%s", key == NULL ? "" : key);
    (void) pthread_mutex_unlock(&zap->guard);
}

uint64_t
sj_zap_refused(const sj_zap *zap)
{
    return zap == NULL ? 0 : atomic_load(&zap->refused);
}

void
sj_zap_count_refused(sj_zap *zap)
{
    (void) atomic_fetch_add(&zap->refused, 1);
}

void
sj_zap_uncount_refused(sj_zap *zap)
{
    (void) atomic_fetch_sub(&zap->refused, 1);
}

/* ---- open and close -------------------------------------------------------------------------- */

static bool
thread_start(sj_zap *zap, void *zmq, char words[SJ_CURVE_WORDS])
{
    zap->socket = zmq_socket(zmq, ZMQ_REP);
    if (zap->socket == NULL || zmq_bind(zap->socket, "inproc://zeromq.zap.01") != 0) {
        (void) snprintf(words, SJ_CURVE_WORDS, "cannot answer for CURVE: %s",
                        zmq_strerror(zmq_errno()));
        return false;
    }
    zap->running = pthread_create(&zap->thread, NULL, answer_all, zap) == 0;
    if (!zap->running)
        (void) snprintf(words, SJ_CURVE_WORDS, "cannot start a thread");
    return zap->running;
}

sj_zap *
sj_zap_open(void *zmq, const char *peers_file, char words[SJ_CURVE_WORDS])
{
    sj_zap *zap = calloc(1, sizeof *zap);
    bool good;

    if (zap == NULL) {
        (void) snprintf(words, SJ_CURVE_WORDS, "no memory");
        return NULL;
    }
    zap->path = peers_file;
    good = pthread_mutex_init(&zap->guard, NULL) == 0 && file_read(zap, &zap->servers, words) &&
           file_read(zap, &zap->peers, words) && thread_start(zap, zmq, words);
    if (good)
        return zap;
    if (zap->socket != NULL)
        (void) zmq_close(zap->socket);
    zap->socket = NULL;
    sj_zap_close(&zap);
    return NULL;
}

void
sj_zap_close(sj_zap **zap)
{
    if (*zap == NULL)
        return;
    if ((*zap)->running)
        (void) pthread_join((*zap)->thread, NULL);
    sj_curve_peers_free(&(*zap)->servers);
    sj_curve_peers_free(&(*zap)->peers);
    (void) pthread_mutex_destroy(&(*zap)->guard);
    free(*zap);
    *zap = NULL;
}
