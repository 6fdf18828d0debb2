/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * exchange: one request below /v1/ on its way, from its head to its answer.
 */
#include "proto/wire/limits.h"
#include "services/gateway/api/api.h"
#include "services/gateway/api/build.h"
#include "services/gateway/api/caller.h"
#include "services/gateway/api/conditions.h"
#include "services/gateway/api/idempotency.h"
#include "services/gateway/api/position.h"
#include "services/gateway/api/slugs.h"

enum {
    API_BODY_MAX = 256 * 1024, /* JSON is longer than what it says: 64 KiB of a front message */
    API_DEADLINE_MS = 12000,   /* of one question to a service */
    /* of one that writes nothing: its outcome is never in doubt, but it may wait for a position */
    API_READ_MS = SJ_PARKED_MS + 1000,
};

struct api {
    loop *loop;
    backend *services;
    slugs *slugs;
    struct uploads *uploads;
    sj_arena arena;    /* of the request or the answer that is looked at just now */
    json_text text;    /* the body of the answer that is written just now */
    json_text openapi; /* the description, once */
    char openapi_tag[TAG_SIZE];
};

typedef struct exchange {
    api *owner;
    request *r;
    api_match match;
    caller who;
    bool has_key;
    idempotency key;
    conditions conditions;
    size_t tried; /* revisions of If-Match that were tried */
    position seen;
    bool dry_run;
    char slug[API_SLUG_SIZE]; /* of the event that is defined here */
    bool is_upload;           /* of no route: */
    struct upload *upload;    /* NULL: it was refused */
    bool has_event;
    bool from_cache; /* the event's id was not asked for just now */
    uint8_t event[SIJILL_ID_SIZE];
} exchange;

/* Read all that the head says.  False: *wrong. */
bool exchange_read(exchange *x, api_problem *wrong);

/* Ask the services, and answer in the end. */
void exchange_begin(exchange *x);

/* A question in the name of who asks; the rest is to be filled. */
sijill_request exchange_question(const exchange *x);

void exchange_refuse(exchange *x, const api_problem *wrong);
