/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * limits: every limit of the wire, once.  Sizes in octets, times in milliseconds.
 */
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SJ_HEAD_MAX = 1024,             /* signature and Envelope */
    SJ_FRONT_MAX = 64 * 1024,       /* head and body on a front */
    SJ_BUNDLE_MAX = 32,             /* heads, each with its body, in one message */
    SJ_FEED_BODY_MAX = 1024 * 1024, /* body of RECORDS */
    SJ_FEED_MAX = SJ_FEED_BODY_MAX + 4 * 1024,
    SJ_FEED_RECORDS_MAX = 512,    /* records in one RECORDS */
    SJ_FEED_GATHER_MS = 20,       /* at most, after a RECORDS, until one that is not full */
    SJ_FEED_RUSH_MS = 500,        /* and in a rush longer, at most */
    SJ_FEED_CREDIT = 1024 * 1024, /* what a consumer grants at first; again at half */
    SJ_FEED_TYPES_MAX = 64,       /* types in a filter */
    SJ_WINDOW_FIRST = 64,         /* requests a new peer may have outstanding */
    SJ_WINDOW_MAX = 1024,
    SJ_BATCH_MAX = 1024, /* commands in one commit */
    SJ_QUEUE_MAX = 4096, /* requests waiting in a service */
    SJ_QUEUE_BYTES_MAX = 64 * 1024 * 1024,
    SJ_PEERS_MAX = 10000,
    SJ_SUBSCRIPTIONS_MAX = 1000,
    SJ_PARKED_MAX = 256, /* requests waiting for min_pos */
    SJ_PARKED_MS = 5000, /* ... and how long */
    SJ_HEARTBEAT_MS = 1000,
    SJ_HEARTBEAT_LIVES = 3,
    SJ_TCP_IDLE_S = 5,  /* of silence: then the kernel asks whether the other machine is there */
    SJ_TCP_PROBE_S = 5, /* ... and again */
    SJ_TCP_PROBES = 2,
    /* No word from it for so long: its connection is closed. */
    SJ_TCP_GONE_MS = 1000 * (SJ_TCP_IDLE_S + SJ_TCP_PROBE_S * SJ_TCP_PROBES),
    SJ_DRAIN_MS = 10000,
    SJ_CLOCK_SKEW_MS = 2000,      /* allowed to expires_at_ms */
    SJ_DEPTH_MAX = 8,             /* of messages in messages */
    SJ_UNPACKED_MAX = 160 * 1024, /* memory of a message that was unpacked */
    SJ_RECORD_MORE = 8 * 1024,    /* ... and what a record made of one may take besides */
};

/* Limit of one field.  Text: octets.  Bytes: octets, all of them when `exact`.  Numbers: the
 * largest value.  Repeated fields: `count` items besides.  Messages and enums need no `max`: their
 * own rows and values limit them. */
typedef struct sj_limit {
    const char *name; /* of the field, so that the table can be read and tested */
    uint64_t max;
    uint32_t count;
    bool exact;
} sj_limit;

/* The end of the year 9999: later instants have no date. */
#define SJ_INSTANT_MAX_MS 253402300799999

/* The limits of a message's fields, in the order of its descriptor; NULL: a message that no peer
 * may send. */
const sj_limit *sj_limits_of(const ProtobufCMessageDescriptor *type);
