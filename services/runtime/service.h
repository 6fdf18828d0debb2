/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * service: one process around one core: its sockets, its store, its loop.
 *
 * A turn: sleep until there is work; take all that waits; apply it in one transaction; commit once;
 * only then answer. Never wait for a second command.  An empty batch costs no commit.
 */
#include "services/runtime/feed.h"
#include "services/runtime/link.h"
#include "services/runtime/metrics.h"
#include "services/runtime/queue.h"
#include "services/runtime/relay.h"

enum {
    SJ_NOTES_MAX = 16,
    SJ_NOTE_SIZE = 128,
    SJ_FRONT_HIGH_WATER = 2 * SJ_WINDOW_MAX, /* a peer's whole window may be answered at once */
    SJ_FEED_HIGH_WATER = 64,
    SJ_FEED_ASK_MAX = 16 * 1024, /* of what comes in on a feed: subscriptions and credit */
    /* What is durable is in the data file so much later, where backups and scrub see it, */
    SJ_CHECKPOINT_US = 1000 * 1000,
    /* or when so much has gathered: some 12,000 registrations, and 40 MiB of pages in memory where
     * a million is stored.  Everybody waits for a checkpoint, and where keys are random each writes
     * most of their pages anew: few large ones cost less than many small. */
    SJ_CHECKPOINT_SIZE = 16 << 20,
};

/* What a main() puts together. */
typedef struct sj_service_plan {
    const sj_core *core;
    struct sj_follow {
        const char *name; /* of a service whose feed this one follows; NULL: no more */
        uint32_t shard;
    } follows[SJ_RELAYS_MAX + 1];
    const sj_link_plan *link; /* NULL: none */
} sj_service_plan;

typedef struct sj_service_options {
    const char *home;      /* folder of the store */
    const char *run;       /* folder of the sockets */
    const char *tcp;       /* "", or HOST:PORT of a second front; its feed is on the next port */
    const char *curve_key; /* "", or the file of our secret key */
    const char *peers;     /* "", or the file that says who may connect, and who is elsewhere */
} sj_service_options;

typedef struct sj_counts {
    uint64_t commands, refused, replayed, queries, commits, busy;
} sj_counts;

/* Lines on the log about requests, of this second. */
typedef struct sj_watch {
    uint64_t second_us, left_out;
    unsigned lines;
} sj_watch;

typedef struct sj_service {
    const sj_service_plan *plan;
    sj_service_options options;
    void *zmq;
    sj_store *store;
    sj_presence presence;
    sj_port front, ctl;
    sj_port far; /* front over tcp; no socket: not served */
    sj_curve curve;
    sj_zap *zap; /* NULL: no tcp at all */
    sj_feed feed;
    sj_relay relays[SJ_RELAYS_MAX];
    size_t relay_count;
    sj_link link;
    sj_queue queue;
    sj_arena head_arena;  /* of an incoming envelope */
    sj_arena scratch;     /* of the command that runs */
    sj_arena batch_arena; /* replies of a batch until they are sent */
    sj_counts counts;
    sj_metrics metrics;
    sj_watch watch;
    uint64_t now_us; /* when this turn began, or its commit ended */
    int signal_fd, lock_fd;
    bool stopping;
    uint64_t stop_by_us;
    uint64_t started_us, started_ms, ready_after_us;
    uint64_t looked_us;                            /* at the peers file */
    uint64_t refused_logged, refused_us;           /* of peers that were refused */
    uint64_t pulsed_us, swept_us, fed_watchdog_us; /* when it was last done */
    bool wrote;                                    /* since the last pulse */
    uint64_t unsaved_us;     /* since when the journal holds something; 0: it does not */
    int64_t clock_offset_ms; /* wall less monotonic, at start */
    bool clock_in_doubt;
    bool store_full;
    sj_command notes[SJ_NOTES_MAX]; /* NoteConsumer commands for the next turn */
    unsigned char note_bodies[SJ_NOTES_MAX][SJ_NOTE_SIZE];
    size_t note_count;
    uint32_t window; /* that answers offer */
} sj_service;

/* Open store and sockets.  False: words on the log. */
bool sj_service_open(sj_service *service, const sj_service_plan *plan,
                     const sj_service_options *options, uint64_t started_us);
/* Run until SIGTERM or SIGINT; 0. */
int sj_service_run(sj_service *service);
void sj_service_close(sj_service *service);
/* Peers refused for their CURVE key, since start. */
uint64_t sj_service_refused_peers(const sj_service *service);
