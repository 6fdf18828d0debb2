/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * roles: who may send what, in one table for all services.  What is not in it, nobody may but an
 * operator.  access.h asks it for every request; docs/access.md says it in words.
 */
#include "services/core/place.h"

/* Roles as a set. */
#define SJ_ROLE(role) (1u << SIJILL__V1__ACCESS__ROLE__##role)

enum {
    SJ_ROLES_MANAGE = SJ_ROLE(OWNER) | SJ_ROLE(ORGANISER),
    SJ_ROLES_READ = SJ_ROLES_MANAGE | SJ_ROLE(AUDITOR),
    SJ_ROLES_OF_KEYS = SJ_ROLES_READ | SJ_ROLE(TRAINER) | SJ_ROLE(PLATFORM) | SJ_ROLE(VERIFIER),
};

/* Who may send one type. */
typedef struct sj_right {
    uint32_t type;
    uint32_t roles;
    sj_place event; /* where the request names its event */
    sj_place shown; /* where the answer does, when the request may name it otherwise */
} sj_right;

/* A value of a field that some roles may not send although they may send the type. */
typedef struct sj_guard {
    uint32_t type;
    uint32_t roles; /* whose it is not */
    sj_place field; /* a bool or an enum */
    uint32_t values;
    const char *words;
} sj_guard;

/* Rising by type, ended by 0. */
extern const sj_right sj_rights[];
extern const sj_guard sj_guards[];

/* NULL: nobody may. */
const sj_right *sj_right_of(uint32_t type);

/* The name of a role: "ORGANISER". */
const char *sj_role_name(Sijill__V1__Access__Role role);
