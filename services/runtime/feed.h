/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * feed: the outbox, sent to whoever subscribed.  Credit is the pull: without it the service keeps a
 * position, no queue.
 */
#include "services/runtime/port.h"
#include "storage/cursor.h"
#include "storage/store.h"

enum { SJ_CONSUMER_NAME_MAX = 64 };

typedef struct sj_subscription {
    bool used;
    sj_port *port;
    uint32_t peer;
    uint64_t org; /* 0: all */
    uint32_t types[SJ_FEED_TYPES_MAX];
    size_t type_count; /* 0: all */
    uint64_t covered;  /* sent up to here */
    uint64_t credit;   /* octets */
    uint64_t sent_ms;
    uint64_t held_until_us; /* what is no full frame waits until then: more may come; 0: not */
    char name[SJ_CONSUMER_NAME_MAX + 1];
} sj_subscription;

/* What was met on the way from one position to another, and will always be there: a bit for each
 * type that came, several types to a bit. */
typedef struct sj_stretch {
    uint64_t from, to;
    uint64_t types;
} sj_stretch;

typedef struct sj_feed {
    sj_port port; /* ipc */
    sj_port far;  /* tcp; no socket: not served */
    sj_store *store;
    sj_arena arena;       /* of an incoming message, or one record */
    unsigned char *frame; /* SJ_FEED_BODY_MAX, being composed */
    sj_stretch stretch;   /* looked at last, for whomever */
    sj_subscription *subscriptions;
    size_t count;           /* slots that were ever used */
    uint64_t rush_until_us; /* many wait for answers until then */
    /* A named consumer reported that it has committed all up to a position. */
    void (*report)(void *context, const char *name, sj_cursor at);
    void *context;
} sj_feed;

bool sj_feed_open(sj_feed *feed, void *zmq, const sj_port_plan *plan, sj_presence *presence,
                  sj_store *store, char words[256]);
/* Serve by tcp, too. */
bool sj_feed_open_far(sj_feed *feed, void *zmq, const sj_port_plan *plan, char words[256]);
void sj_feed_close(sj_feed *feed);
/* Who is far away says HELLO and subscribes again, if it still may. */
void sj_feed_forget_far(sj_feed *feed);
/* Take subscriptions and credit that came by one of its ports. */
void sj_feed_receive(sj_feed *feed, sj_port *port);
/* A record of this type lies on the stretch. */
void sj_stretch_meet(sj_stretch *stretch, uint64_t type);
/* From where the subscription must look itself: not where the stretch shows that its filter takes
 * nothing. */
uint64_t sj_subscription_pass(const sj_subscription *subscription, const sj_stretch *stretch);
/* All was sent: what comes next gathers until the clock's next multiple of SJ_FEED_GATHER_MS, so
 * that all subscriptions are due at once. */
void sj_subscription_hold(sj_subscription *subscription, uint64_t now_us);
/* Whether the next frame waits, the store's head being `head`: all was sent a moment ago, and
 * either this one is not full, or there is a rush, in which the cores are for those who wait for
 * answers: then it waits until that is over, or SJ_FEED_RUSH_MS. */
bool sj_subscription_holds(const sj_subscription *subscription, uint64_t head, uint64_t now_us,
                           uint64_t rush_until_us);
/* Many commands came at once. */
void sj_feed_rush(sj_feed *feed, uint64_t now_us);
/* Send what is committed and credited, one frame a subscription; heartbeats where nothing is. True:
 * there is more to send.  Where a frame waits (sj_subscription_holds), credit of no octets ends it:
 * somebody asks over there for what it would have. */
bool sj_feed_send(sj_feed *feed, uint64_t now_ms, uint64_t now_us);
/* Microseconds until a frame that waits is due, if that is sooner than `patience_us`. */
uint64_t sj_feed_patience(const sj_feed *feed, uint64_t now_us, uint64_t patience_us);
