/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * holder: keys in the stores of tests, and requests made with them.
 */
#include "services/attendance/core.h"
#include "services/certificate/core.h"
#include "services/core/roles.h"
#include "services/registration/core.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/unit/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW UINT64_C(1750000000000)

enum { CORES = 3, FIRST_KEY_ROLE = 1, LAST_KEY_ROLE = 6 };

extern const sj_core *const cores[CORES];

typedef struct holder {
    Sijill__V1__AddKey in; /* what is asked for, to change before holder_add */
    uint8_t id[SJ_ID_SIZE];
    uint8_t hash[SJ_CREDENTIAL_SIZE];
    ProtobufCBinaryData event;
} holder;

/* A key of a role; `event` (of a TRAINER) may be NULL. */
void holder_begin(holder *h, uint8_t n, Sijill__V1__Access__Role role,
                  const uint8_t event[SJ_ID_SIZE]);
/* 140, as an operator. */
sj_status holder_add(fixture *f, holder *h);
/* The record of it, as the others follow it; revoked when revoked_ms is not 0. */
void holder_follow(fixture *f, const holder *h, uint64_t revoked_ms);
sj_status holder_revoke(fixture *f, const holder *h, uint64_t now_ms);

/* Who asks from now on. */
void as_key(fixture *f, const holder *h);
void as_nobody(fixture *f);
void as_peer(fixture *f, sj_peer_kind peer);
