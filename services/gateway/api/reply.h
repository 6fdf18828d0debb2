/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * reply: a service's answer as an answer of HTTP.
 */
#include "services/gateway/api/codes.h"
#include "services/gateway/api/conditions.h"
#include "services/gateway/api/routes.h"

enum { API_LOCATION_SIZE = 1024 };

typedef struct api_says {
    unsigned status;
    char tag[TAG_SIZE];               /* ETag; "": none */
    char location[API_LOCATION_SIZE]; /* "": none */
} api_says;

/* An accepted request's answer, its body into *body.  `slug` is of the event that was defined.
 * False: *wrong. */
bool api_reply(sj_arena *arena, const api_match *match, const char *slug, const sijill_reply *reply,
               api_says *says, json_text *body, api_problem *wrong);

/* A refused request's; `route` NULL: none of the table. */
void api_refusal(const api_route *route, const sijill_reply *reply, api_problem *wrong);
