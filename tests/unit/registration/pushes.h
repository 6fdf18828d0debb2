/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * pushes: what a platform says of registrations, in the words of registration's tests.
 */
#include "sijill/v1/platform.pb-c.h"
#include "tests/unit/registration/scene.h"

enum { FOLLOW = 148 };

typedef enum word_kind {
    SAYS_PENDING,
    SAYS_REGISTERED,
    SAYS_APPROVED,
    SAYS_DENIED,
    SAYS_WITHDRAWN,
} word_kind;

/* NULL: not said. */
typedef struct push {
    word_kind kind;
    uint64_t ms; /* after NOW */
    const char *external_id;
    const char *email, *name, *country, *institution;
    const char *source; /* NULL: zoom */
} push;

sj_status push_send(scene *s, const push *p);
/* Send it, and what was answered; the id is zeros when nobody is registered. */
answer push_answer(scene *s, const push *p);
/* The same, of a push that has no time of its own but its delivery's. */
answer push_undated(scene *s, const push *p, uint8_t nonce);
/* The registration that has this e-mail; lives until the next job. */
Sijill__V1__RegistrationView *push_person(scene *s, const char *email);
