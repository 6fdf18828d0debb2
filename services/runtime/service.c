/* SPDX-License-Identifier: Apache-2.0 */
#include "services/runtime/service.h"

#include "services/runtime/clock.h"
#include "services/runtime/far.h"
#include "services/runtime/front.h"
#include "services/runtime/log.h"
#include "services/runtime/notify.h"
#include "services/runtime/stop.h"
#include "services/runtime/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    HEAD_ARENA = 16 * 1024,
    SCRATCH_ARENA = 256 * 1024, /* what one command may use */
    BATCH_ARENA = 16 * 1024 * 1024,
    TICK_MS = 250,
    PATH_MAX_IPC = 108,
    PEERS_LOOK_US = TICK_MS * 1000,
    LINGER_MS = 500,
    STORE_FULL_PERCENT = 90,
    DISK_FREE_PERCENT = 5,
};

static const uint64_t day_ms = UINT64_C(24) * 3600 * 1000;
static const uint64_t sweep_us = 10 * 1000 * 1000;

static bool
fail(const char *event, const char *words)
{
    sj_log(SJ_LOG_ERROR, event, "words=\"%s\"", words);
    return false;
}

static bool
open_store(sj_service *service)
{
    const sj_core *core = service->plan->core;
    sj_schema schema = { .service = core->name, .version = core->schema, .tables = core->tables };
    sj_birth birth = { .now_ms = sj_clock_ms() };
    char words[SJ_WORDS_MAX];

    randombytes_buf(birth.store_id, sizeof birth.store_id);
    randombytes_buf(birth.secret, sizeof birth.secret);
    return sj_store_open(&service->store, service->options.home, &schema, &birth, words) ||
           fail("store.refused", words);
}

static bool
endpoint_of(const sj_service *service, char *endpoint, size_t size, const char *name,
            const char *suffix)
{
    int length = snprintf(endpoint, size, "ipc://%s/%s%s.sock", service->options.run, name, suffix);

    if (length > 0 && length < PATH_MAX_IPC + (int) strlen("ipc://"))
        return true;
    return fail("run.refused", "the path of --run is too long for a socket; choose a shorter one");
}

/* ZeroMQ would take over a socket's name from a running service without a word. */
static bool
lock_names(sj_service *service)
{
    char path[512];

    (void) snprintf(path, sizeof path, "%s/%s.lock", service->options.run,
                    service->plan->core->name);
    if (mkdir(service->options.run, 0750) != 0 && errno != EEXIST)
        return fail("run.refused", "cannot make the folder of --run");
    service->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (service->lock_fd < 0 || flock(service->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return fail("run.refused", "another process serves under this --run (or its lock file "
                                   "cannot be opened): stop it first");
    return true;
}

/* The same consumer may report more than once a turn; the last counts. */
static void
note_consumer(void *context, const char *name, sj_cursor at)
{
    sj_service *service = context;
    Sijill__V1__NoteConsumer note;
    Sijill__V1__LogPos position;
    sj_command *cmd;
    unsigned char *body;

    if (service->note_count == SJ_NOTES_MAX)
        return; /* it reports again */
    cmd = &service->notes[service->note_count];
    body = service->note_bodies[service->note_count++];
    sijill__v1__log_pos__init(&position);
    position.has_epoch = position.has_seq = 1;
    position.epoch = at.epoch;
    position.seq = at.seq;
    sijill__v1__note_consumer__init(&note);
    note.name = (char *) (uintptr_t) name;
    note.at = &position;
    memset(cmd, 0, sizeof *cmd);
    cmd->type = 901;
    cmd->origin = SJ_FROM_ITSELF;
    cmd->body = (sj_bytes){ body, sijill__v1__note_consumer__pack(&note, body) };
}

static bool
open_ports(sj_service *service)
{
    const char *name = service->plan->core->name;
    char front[160], feed[160], ctl[160], words[256];

    if (!endpoint_of(service, front, sizeof front, name, "") ||
        !endpoint_of(service, feed, sizeof feed, name, ".feed") ||
        !endpoint_of(service, ctl, sizeof ctl, name, ".ctl"))
        return false;

    sj_port_plan front_plan = { .endpoint = front,
                                .mode = 0660,
                                .message_max = SJ_FRONT_MAX,
                                .high_water = SJ_FRONT_HIGH_WATER };
    sj_port_plan feed_plan = { .endpoint = feed,
                               .mode = 0660,
                               .message_max = SJ_FEED_ASK_MAX,
                               .high_water = SJ_FEED_HIGH_WATER };
    sj_port_plan ctl_plan = {
        .endpoint = ctl, .mode = 0600, .message_max = SJ_FRONT_MAX, .high_water = SJ_FEED_HIGH_WATER
    };

    service->feed.report = note_consumer;
    service->feed.context = service;
    if (!sj_port_open(&service->front, service->zmq, &front_plan, &service->presence, words) ||
        !sj_port_open(&service->ctl, service->zmq, &ctl_plan, &service->presence, words) ||
        !sj_feed_open(&service->feed, service->zmq, &feed_plan, &service->presence, service->store,
                      words))
        return fail("socket.refused", words);
    return true;
}

/* By its socket beside ours, unless the peers file says that it is elsewhere. */
static bool
find_producer(const sj_service *service, sj_relay *relay)
{
    return sj_far_producer(service, relay) ||
           endpoint_of(service, relay->endpoint, sizeof relay->endpoint, relay->producer, ".feed");
}

static bool
open_relays(sj_service *service)
{
    sj_txn *txn = sj_read_begin(service->store, &service->scratch, 0);
    bool good = true;

    for (size_t i = 0; i < SJ_RELAYS_MAX && service->plan->follows[i].name != NULL; i++) {
        const struct sj_follow *follow = &service->plan->follows[i];
        sj_relay *relay = &service->relays[service->relay_count++];

        relay->consumer = service->plan->core->name;
        relay->producer = follow->name;
        relay->shard = follow->shard;
        good = good && find_producer(service, relay) &&
               sj_relay_open(relay, service->zmq, sj_cursor_get(txn, follow->shard));
    }
    good = good && sj_txn_fault(txn) == SJ_FAULT_NONE;
    sj_read_end(txn);
    return good || fail("relay.refused", sj_txn_fault_words(txn));
}

static bool
open_link(sj_service *service)
{
    if (service->plan->link == NULL)
        return true;
    return endpoint_of(service, service->link.endpoint, sizeof service->link.endpoint,
                       service->plan->link->name, "") &&
           (sj_link_open(&service->link, service->zmq, service->plan->link) ||
            fail("link.refused", "no memory"));
}

static bool
open_signals(sj_service *service)
{
    sigset_t signals;

    (void) sigemptyset(&signals);
    (void) sigaddset(&signals, SIGTERM);
    (void) sigaddset(&signals, SIGINT);
    if (service->options.peers[0] != '\0')
        (void) sigaddset(&signals, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
        return false;
    service->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return service->signal_fd >= 0;
}

static void
open_presence(sj_service *service)
{
    const sj_meta *meta = sj_store_meta(service->store);
    sj_presence *presence = &service->presence;

    randombytes_buf(presence->instance, sizeof presence->instance);
    memcpy(presence->store_id, meta->store_id, sizeof presence->store_id);
    presence->shard = service->plan->core->shard;
    presence->epoch = meta->epoch;
    presence->seq = meta->seq;
    presence->state = SJ_STATE_READY;
    presence->now_ms = sj_clock_ms();
}

bool
sj_service_open(sj_service *service, const sj_service_plan *plan, const sj_service_options *options,
                uint64_t started_us)
{
    memset(service, 0, sizeof *service);
    service->plan = plan;
    service->options = *options;
    service->started_us = started_us;
    service->started_ms = sj_clock_ms();
    service->clock_offset_ms = (int64_t) service->started_ms - (int64_t) (sj_monotonic_us() / 1000);
    service->window = SJ_WINDOW_FIRST;
    service->lock_fd = service->signal_fd = -1;
    if (sodium_init() < 0 || !sj_arena_open(&service->head_arena, HEAD_ARENA) ||
        !sj_arena_open(&service->scratch, SCRATCH_ARENA) ||
        !sj_arena_open(&service->batch_arena, BATCH_ARENA) || !sj_queue_open(&service->queue))
        return fail("start.refused", "no memory");
    if (!open_signals(service) || !open_store(service) || !lock_names(service))
        return false;
    service->zmq = zmq_ctx_new();
    if (service->zmq == NULL)
        return fail("start.refused", zmq_strerror(zmq_errno()));
    (void) zmq_ctx_set(service->zmq, ZMQ_MAX_SOCKETS, 1023);
    open_presence(service);
    sj_metrics_open(&service->metrics, plan->core);
    return sj_far_open_keys(service) && open_ports(service) && sj_far_open(service) &&
           open_relays(service) && open_link(service);
}

static void
set_linger(void *socket)
{
    int linger = LINGER_MS;

    if (socket != NULL)
        (void) zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
}

void
sj_service_close(sj_service *service)
{
    set_linger(service->front.socket);
    set_linger(service->ctl.socket);
    set_linger(service->feed.port.socket);
    set_linger(service->far.socket);
    set_linger(service->feed.far.socket);
    sj_port_close(&service->front);
    sj_port_close(&service->ctl);
    sj_port_close(&service->far);
    sj_feed_close(&service->feed);
    for (size_t i = 0; i < service->relay_count; i++)
        sj_relay_close(&service->relays[i]);
    if (service->link.plan != NULL)
        sj_link_close(&service->link);
    sj_queue_close(&service->queue);
    if (service->zmq != NULL)
        (void) zmq_ctx_term(service->zmq);
    sj_far_close_keys(service);
    sj_store_close(&service->store);
    if (service->lock_fd >= 0)
        (void) close(service->lock_fd);
    if (service->signal_fd >= 0)
        (void) close(service->signal_fd);
    sj_arena_close(&service->head_arena);
    sj_arena_close(&service->scratch);
    sj_arena_close(&service->batch_arena);
}

/* A clock that jumps a day ahead would date commands wrongly for good, because log time never goes
 * back. */
static void
watch_clock(sj_service *service, uint64_t now_us)
{
    int64_t offset = (int64_t) service->presence.now_ms - (int64_t) (now_us / 1000);

    if (!service->clock_in_doubt && offset - service->clock_offset_ms > (int64_t) day_ms) {
        service->clock_in_doubt = true;
        sj_log(SJ_LOG_ERROR, "clock.jumped", "ahead_ms=%" PRId64,
               offset - service->clock_offset_ms);
    }
}

static void
watch_room(sj_service *service)
{
    struct statvfs disk;
    uint64_t used, map;
    bool full;

    sj_store_usage(service->store, &used, &map);
    full = used / 100 * 100 > map / 100 * STORE_FULL_PERCENT;
    if (statvfs(service->options.home, &disk) == 0)
        full = full || disk.f_bavail * 100 < disk.f_blocks * DISK_FREE_PERCENT;
    if (full != service->store_full)
        sj_log(full ? SJ_LOG_ERROR : SJ_LOG_INFO, full ? "store.full" : "store.roomy",
               "used=%" PRIu64 " map=%" PRIu64, used, map);
    service->store_full = full;
}

/* What is done now and then, not each turn. */
static void
keep_house(sj_service *service, uint64_t now_us)
{
    int64_t watchdog_ms = sj_watchdog_interval_ms();

    if (watchdog_ms > 0 && now_us - service->fed_watchdog_us >= (uint64_t) watchdog_ms * 1000) {
        sj_notify("WATCHDOG=1");
        service->fed_watchdog_us = now_us;
    }
    if (now_us - service->looked_us >= PEERS_LOOK_US) {
        service->looked_us = now_us;
        sj_far_watch(service, false, now_us);
    }
    if (now_us - service->swept_us < sweep_us)
        return;
    service->swept_us = now_us;
    sj_peers_sweep(&service->front.peers, service->presence.now_ms);
    sj_peers_sweep(&service->ctl.peers, service->presence.now_ms);
    sj_peers_sweep(&service->feed.port.peers, service->presence.now_ms);
    if (service->far.socket != NULL) {
        sj_peers_sweep(&service->far.peers, service->presence.now_ms);
        sj_peers_sweep(&service->feed.far.peers, service->presence.now_ms);
    }
    sj_store_check_readers(service->store);
    watch_clock(service, now_us);
    watch_room(service);
}

/* After the answers: nobody waits for a checkpoint who has not come since. */
static void
save(sj_service *service, uint64_t now_us)
{
    char words[SJ_WORDS_MAX];

    if (sj_store_unsaved(service->store) == 0)
        return;
    if (service->unsaved_us == 0)
        service->unsaved_us = now_us;
    if (sj_store_unsaved(service->store) < SJ_CHECKPOINT_SIZE &&
        now_us - service->unsaved_us < SJ_CHECKPOINT_US)
        return;
    now_us = sj_monotonic_us();
    if (!sj_store_checkpoint(service->store, words))
        sj_stop("checkpoint.failed", words); /* the journal has it all for the next start */
    sj_metrics_saved(&service->metrics, sj_monotonic_us() - now_us);
    service->unsaved_us = 0;
}

static void
adjust_window(sj_service *service)
{
    size_t left = service->queue.ring_count;

    if (left == 0 && service->window < SJ_WINDOW_MAX)
        service->window *= 2;
    else if (left > SJ_QUEUE_MAX / 4 * 3 && service->window > SJ_WINDOW_FIRST)
        service->window /= 2;
}

static void
take_signal(sj_service *service)
{
    struct signalfd_siginfo info = { .ssi_signo = 0 };

    (void) !read(service->signal_fd, &info, sizeof info);
    if (info.ssi_signo == SIGHUP) {
        sj_far_watch(service, true, sj_monotonic_us());
        return;
    }
    if (!service->stopping)
        sj_log(SJ_LOG_INFO, "service.draining", "signal=%u", info.ssi_signo);
    service->stopping = true;
    service->presence.state = SJ_STATE_DRAINING;
    service->stop_by_us = sj_monotonic_us() + UINT64_C(1000) * SJ_DRAIN_MS;
    sj_notify("STOPPING=1");
}

/* Sleep until something comes, and take what came to our ports.  Only those that the poll names are
 * asked: each that is asked in vain costs two system calls. */
static void
receive(sj_service *service, long timeout_ms)
{
    enum { CTL, FRONT, FEED, FAR, FAR_FEED, SIGNALS, FIRST_RELAY };
    zmq_pollitem_t ready[FIRST_RELAY + SJ_RELAYS_MAX + 1] = {
        [CTL] = { .socket = service->ctl.socket, .events = ZMQ_POLLIN },
        [FRONT] = { .socket = service->front.socket, .events = ZMQ_POLLIN },
        [FEED] = { .socket = service->feed.port.socket, .events = ZMQ_POLLIN },
        [FAR] = { .socket = service->far.socket, .fd = -1, .events = ZMQ_POLLIN },
        [FAR_FEED] = { .socket = service->feed.far.socket, .fd = -1, .events = ZMQ_POLLIN },
        [SIGNALS] = { .fd = service->signal_fd, .events = ZMQ_POLLIN },
    };
    int count = FIRST_RELAY;

    for (size_t i = 0; i < service->relay_count; i++)
        if (service->relays[i].state != SJ_RELAY_STOPPED)
            ready[count++] =
                (zmq_pollitem_t){ .socket = service->relays[i].socket, .events = ZMQ_POLLIN };
    if (service->link.plan != NULL)
        ready[count++] = (zmq_pollitem_t){ .socket = service->link.socket, .events = ZMQ_POLLIN };
    (void) zmq_poll(ready, count, timeout_ms);
    service->presence.now_ms = sj_clock_ms();
    service->now_us = sj_monotonic_us();
    if (ready[SIGNALS].revents != 0)
        take_signal(service);
    if (ready[CTL].revents != 0)
        sj_front_receive(service, &service->ctl);
    if (ready[FRONT].revents != 0)
        sj_front_receive(service, &service->front);
    if (ready[FAR].revents != 0)
        sj_front_receive(service, &service->far);
    if (ready[FEED].revents != 0)
        sj_feed_receive(&service->feed, &service->feed.port);
    if (ready[FAR_FEED].revents != 0)
        sj_feed_receive(&service->feed, &service->feed.far);
}

/* Milliseconds to sleep at most; a feed may have something to send sooner. */
static long
patience_ms(const sj_service *service)
{
    uint64_t us = sj_feed_patience(&service->feed, service->now_us, TICK_MS * UINT64_C(1000));

    return (long) ((us + 999) / 1000);
}

static bool
drained(const sj_service *service, uint64_t now_us)
{
    return service->stopping &&
           ((service->queue.ring_count == 0 && service->queue.parked_count == 0) ||
            now_us > service->stop_by_us);
}

static void
log_ready(sj_service *service)
{
    const sj_meta *meta = sj_store_meta(service->store);

    service->ready_after_us = sj_monotonic_us() - service->started_us;
    sj_log(SJ_LOG_INFO, "service.ready",
           "service=%s seq=%" PRIu64 " epoch=%" PRIu64 " ready_us=%" PRIu64,
           service->plan->core->name, meta->seq, meta->epoch, service->ready_after_us);
    sj_notify("READY=1");
}

int
sj_service_run(sj_service *service)
{
    bool more = false;
    uint64_t now_us;

    log_ready(service);
    do {
        receive(service, more ? 0 : patience_ms(service));
        now_us = service->now_us;
        for (size_t i = 0; i < service->relay_count; i++)
            sj_relay_work(&service->relays[i], now_us);
        service->presence.queued = (uint32_t) service->queue.ring_count;
        more = sj_turn(service, now_us);
        sj_front_flush(service);
        more = sj_feed_send(&service->feed, service->presence.now_ms, service->now_us) || more;
        if (service->link.plan != NULL)
            sj_link_ask(&service->link, service->store, &service->scratch, now_us);
        save(service, now_us);
        adjust_window(service);
        keep_house(service, now_us);
    } while (!drained(service, now_us));
    sj_port_goodbye(&service->front);
    sj_port_goodbye(&service->feed.port);
    if (service->far.socket != NULL) {
        sj_port_goodbye(&service->far);
        sj_port_goodbye(&service->feed.far);
    }
    sj_log(SJ_LOG_INFO, "service.stopped", "service=%s seq=%" PRIu64, service->plan->core->name,
           sj_store_meta(service->store)->seq);
    return 0;
}
