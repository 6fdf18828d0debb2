/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * platform: what webinar platforms say, checked and put into our words.
 *
 * One file a platform, each two pure functions over what came: `check` decides from the raw octets,
 * the headers, the hook's secrets and the time what to answer; `read` turns a stored delivery into
 * pushes.  `check` never unpacks what it has not verified, compares in constant time, and is no
 * oracle: nothing that a stranger chose is signed before his own signature was good.
 * `read` never fails a batch for one bad item; what is of no concern to us is left out in silence,
 * and what should have been understood and was not is an item of its own with words.
 *
 * docs/webhooks.md says what each platform sends; /proto/sijill/v1/platform.proto what a push is.
 */
#include "sijill/v1/platform.pb-c.h"
#include "storage/arena.h"
#include "storage/key.h"

enum {
    PLATFORM_BODY_MAX = 256 * 1024, /* of a delivery */
    PLATFORM_SECRETS_MAX = 2,
    PLATFORM_HEADERS_MAX = 16,
    PLATFORM_PUSHES_MAX = 1024,     /* of one read: a delivery that has more is read again */
    PLATFORM_FRESH_MS = 300 * 1000, /* both ways, where a time is signed */
    PLATFORM_ANSWER_HEADERS_MAX = 4,
    PLATFORM_ARENA_SIZE = 8 * 1024 * 1024, /* no check or read of a delivery needs more; a fetched
                                              answer that does fills it */
};

typedef struct platform_header {
    const char *name, *value; /* names in lower case */
} platform_header;

/* What came, and what the hook says about it.  All borrowed. */
typedef struct platform_delivery {
    const char *query;      /* raw, without '?' */
    const char *url;        /* the hook's public address, where `signs_url`; NULL: it has none */
    const uint8_t *hook_id; /* SJ_ID_SIZE octets; NULL: none is known */
    const platform_header *header;
    size_t header_count;
    sj_bytes body;
    uint64_t now_ms;                       /* arrival, wall clock */
    sj_bytes secret[PLATFORM_SECRETS_MAX]; /* opened; none: nothing is accepted */
    size_t secret_count;
    size_t skip;           /* for read: items that were read before */
    char *const *settings; /* name, value, name, value, NULL: of the hook */
} platform_delivery;

typedef struct platform_answer {
    unsigned status;                                     /* HTTP */
    const char *type;                                    /* of the body; NULL: no body */
    const char *body;                                    /* in the arena, or static */
    platform_header header[PLATFORM_ANSWER_HEADERS_MAX]; /* to send besides; texts as body's */
    size_t header_count;
    bool keep; /* store the delivery, then answer; false: answer at once, nothing is stored */
    const char *outcome; /* for metrics and log: "accepted", "challenge", "bad_signature", "stale",
                            "unreadable", ... */
} platform_answer;

/* One push, or words about what could not be understood. */
typedef struct platform_item {
    Sijill__V1__Push
        push; /* initialised; texts in the arena, cleaned so that no service refuses them */
    const char *words; /* NULL: a push */
    const char
        *fetch; /* not NULL: this is a notice; the path to ask the platform's API for (below
                   the hook's setting fetch.base_url, behind a '/') before there is anything
                   to say.  What follows a '#' is not sent (RFC 9110): read_fetched wants
                   to hear it again.  The last item of an answer may ask for its next part. */
} platform_item;

typedef struct platform_items {
    platform_item *item;
    size_t count;
    bool more; /* there are more behind these: skip these, too */
} platform_items;

typedef struct platform {
    const char *name;
    const char *const
        *headers; /* those that are stored beside the body, lower case; NULL at the end */
    const char *const *secret_headers; /* those that check needs and nobody stores, since they hold
                                          the secret itself; NULL: none */
    bool signs_url;                    /* check needs the hook's address */
    void (*check)(sj_arena *arena, const platform_delivery *in, platform_answer *out);
    void (*read)(sj_arena *arena, const platform_delivery *in, platform_items *out);
    /* The answer to a fetch, as items; NULL: this platform needs none. */
    void (*read_fetched)(sj_arena *arena, const platform_delivery *in, const char *fetch,
                         sj_bytes json, platform_items *out);
    const char *const *greet_headers; /* what greet looks at */
    /* The answer to OPTIONS, a sender asking whether it may send; NULL: this one never asks. */
    void (*greet)(sj_arena *arena, const platform_delivery *in, platform_answer *out);
} platform;

/* zoom webex bbb teams jaas standard; NULL: unknown. */
const platform *platform_find(const char *name);
