/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * site: GET /v1/feed.  What happened after a position, as JSON: at once or when something happens
 * (long poll), or on and on (Server-Sent Events).  Ids and facts; nothing personal, no secret.
 */
#include "services/gateway/backend.h"
#include "services/gateway/http/http.h"

enum {
    FEED_READERS_MAX = 64,  /* at once; more: 503 */
    FEED_WAIT_SECONDS = 25, /* of a long poll, unless it says otherwise */
    FEED_WAIT_SECONDS_MAX = 60,
    FEED_LOOK_MS = 1000, /* for what is there already, however short the wait */
    FEED_RECORDS = 100,  /* of an answer, unless it says otherwise */
    FEED_RECORDS_MAX = 500,
    FEED_KEEP_ALIVE_MS = 15000,  /* a comment in a silent stream */
    FEED_ASK_AGAIN_MS = 30000,   /* whether the key of a stream is still good */
    FEED_BUFFER_MAX = 256 * 1024 /* of a stream that is not taken */
};

typedef struct feed_site feed_site;

feed_site *feed_site_open(loop *l, backend *services, const addresses *services_at);
void feed_site_close(feed_site **s);
http_site feed_site_http(feed_site *s);
