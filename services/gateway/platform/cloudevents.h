/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * cloudevents: how an event is wrapped: CloudEvents 1.0 in structured mode, in binary mode, or the
 * plain payload of Standard Webhooks.
 *
 * What is signed is the body, not the headers.  In binary mode type, id and source are headers,
 * which anybody on the way can change: such an event is taken only when its body repeats type and
 * id, and what the headers say besides is not believed.
 */
#include "services/gateway/platform/platform.h"

#include <jansson.h>

typedef enum cloudevents_form {
    CLOUDEVENTS_PLAIN,      /* {"type", "timestamp", "data"} */
    CLOUDEVENTS_STRUCTURED, /* all in the body */
    CLOUDEVENTS_BINARY,     /* type, id, source, time in ce-* headers */
    CLOUDEVENTS_OTHER,      /* a batch, which nobody asked for, or no JSON: 415 */
} cloudevents_form;

cloudevents_form cloudevents_form_of(const platform_delivery *in);

/* Whether a body in binary mode says the same type and id as the headers. */
typedef enum cloudevents_repeated {
    CLOUDEVENTS_REPEATED,
    CLOUDEVENTS_ABSENT,
    CLOUDEVENTS_DIFFERENT,
} cloudevents_repeated;
cloudevents_repeated cloudevents_repeats(sj_arena *arena, const platform_delivery *in);

typedef struct cloudevent {
    const char *type;        /* "": none */
    const char *source, *id; /* "": none; together they name a CloudEvent */
    const json_t *time;
    const json_t *data; /* an object; NULL: none */
    const char *words;  /* not NULL: why it cannot be understood */
} cloudevent;

/* The parts of a body; they live as long as it does. */
cloudevent cloudevents_open(const json_t *root, cloudevents_form form);

/* The answer to OPTIONS of the CloudEvents webhook profile. */
extern const char *const cloudevents_greet_headers[];
void cloudevents_greet(sj_arena *arena, const platform_delivery *in, platform_answer *out);
