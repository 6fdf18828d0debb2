/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * routes: which address is which command or query, once: what is served, and what /v1/openapi.json
 * says of it.
 *
 * A path parameter goes to a field of the request.  {event} is the event's slug, or its id; the
 * slug is looked up when the field wants an id.  A GET's other fields are parameters of the query;
 * `after` and `limit` are page_token and page_size there, and `next` of the reply is nextPageToken.
 */
#include "services/gateway/backend.h"

enum { API_PARAMETERS_MAX = 3, API_WORD_SIZE = 512 };

enum {
    API_WRITE = 1,      /* a command: wants an Idempotency-Key */
    API_PUBLIC = 2,     /* without a key, too */
    API_EDIT = 4,       /* looks at If-Match */
    API_MAKES = 8,      /* may make what it names: 201 then, by the reply's outcome if it has one */
    API_OPTIONAL = 16,  /* the body may be left out */
    API_TEXT_JSON = 32, /* the answer is the JSON text in the reply's field `text` itself */
};

/* A parameter of the path and the field that it is: "event_id"; "event.slug", of a message in it;
 * "evidence.event_id", of each in a list; API_SERVICE: no field, but whom to ask. */
typedef struct api_parameter {
    const char *name, *field;
} api_parameter;

#define API_SERVICE "@service"

/* By backend_service. */
extern const char *const api_services[BACKEND_SERVICES];

typedef struct api_route {
    const char *method, *path;
    const char *name; /* operationId */
    backend_service service;
    uint32_t type;
    const ProtobufCMessageDescriptor *request, *reply;
    const char *body; /* "": the body is the request; "event": that member of it; NULL: no body */
    unsigned flags;
    api_parameter parameters[API_PARAMETERS_MAX];
    const char *always; /* a truth value that is set: "remove" */
    const char *made;   /* 16 octets that are made of the Idempotency-Key when they are left out */
    const char *location; /* of what was made: {x} is a parameter of the path or a field of the
                             reply or of the request */
    const char *text;     /* API_TEXT_JSON */
    const char *summary;
} api_route;

/* Ended by method NULL. */
extern const api_route api_routes[];

/* ---- matching ----------------------------------------------------------------------------------
 */

typedef struct api_match {
    const api_route *route;                       /* NULL: none of this method */
    char word[API_PARAMETERS_MAX][API_WORD_SIZE]; /* as in route->parameters, decoded */
    char allow[64];                               /* methods of the path; "": no such path */
    const char *wrong;                            /* a parameter that cannot be: words */
} api_match;

void api_find(const char *method, const char *path, api_match *match);

/* Percent-escapes of `size` octets; `plus`: a plus is a space.  False: broken, NUL, or too long. */
bool api_unescape(const char *from, size_t size, bool plus, char *to, size_t room);

/* Whether a field of a query's request is a parameter of the address's query. */
bool api_is_queried(const api_route *route, const ProtobufCFieldDescriptor *field);

/* The page parameters' names. */
#define API_PAGE_TOKEN "page_token"
#define API_PAGE_SIZE "page_size"
