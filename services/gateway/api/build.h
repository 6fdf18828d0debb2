/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * build: address, query and body of a request as the message that its service wants.
 */
#include "services/gateway/api/codes.h"
#include "services/gateway/api/idempotency.h"
#include "services/gateway/api/routes.h"

enum { API_SLUG_SIZE = 97 };

typedef struct api_build {
    /* in */
    const api_match *match;
    const char *query; /* as it came */
    sj_bytes body;
    const uint8_t *event; /* 16 octets, of the event that the path names by slug; NULL: not known */
    const idempotency *made; /* what ids are made of; NULL: none are */
    /* out */
    ProtobufCMessage *message; /* in the arena; its event is absent while it is not known */
    backend_service service;
    char slug[API_SLUG_SIZE]; /* to be looked up: the event's; "": none */
} api_build;

/* False: *wrong says why. */
bool api_build_request(sj_arena *arena, api_build *b, api_problem *wrong);

/* Whether a parameter of the query is of HTTP and not of the message: dry_run and org. */
bool api_is_general(const char *name);

/* A page token: what `next` of a reply holds, opaque.  False: the field is absent. */
bool api_page_token(const ProtobufCMessage *reply, char *token, size_t size);

/* One "name=value" of a query, each with room for API_WORD_SIZE; *query is moved behind it.  False:
 * broken. */
bool api_query_next(const char **query, char *name, char *value);
/* The parameter of a query, decoded: its value for `name`, NULL when there is none. */
const char *api_query_find(const char *query, const char *name, char *value, size_t size);
