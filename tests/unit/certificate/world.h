/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * world: what the certificate service hears from the others, said by a test, and a signer that is
 * libsodium with fixed seeds.  People and events are numbers; person 0 is nobody.
 */
#include "services/certificate/core.h"
#include "services/certificate/to_sign.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/unit/fixture.h"

#include "proto/credential/span.h"

#define WORLD_STARTS_MS UINT64_C(1741078800000) /* 2025-03-04T09:00:00Z */
#define WORLD_ENDS_MS UINT64_C(1741185000000)   /* 2025-03-05T14:30:00Z */
#define WORLD_LATER_MS UINT64_C(1741190000000)  /* 2025-03-05T15:53:20Z */
#define WORLD_DID "did:web:sijill.example"

/* Short names for the contract's long ones. */
#define KIND(name) SIJILL__V1__CERTIFICATE_KIND__##name
#define STATE(name) SIJILL__V1__CERTIFICATE_STATE__##name
#define ROLE(name) SIJILL__V1__ROLE__##name
#define SEAT(name) SIJILL__V1__REGISTRATION_STATE__##name
#define VERDICT(name) SIJILL__V1__VERDICT_VALUE__##name

typedef struct world_event {
    uint8_t number;
    Sijill__V1__EventState state;
    Sijill__V1__DatePrecision precision;
    Sijill__V1__CertificateRelease release;
    uint64_t ends_ms;
    const char *lang;  /* certificate_lang */
    const char *title; /* English; NULL: only an Arabic title */
} world_event;

/* Event 1: two days in March 2025, open, released by an organiser. */
world_event world_event_plain(void);

int world_open(void **state);
/* A world with organisation, keys and event 1, and person 1 who attended it. */
int world_open_ready(void **state);

/* Ids of 16 octets that say what they are. */
const uint8_t *event_id(uint8_t number);
const uint8_t *person_id(uint32_t number);
ProtobufCBinaryData id_data(const uint8_t *id);

void tell_organisation(fixture *f, const char *name);
void tell_programme(fixture *f, const char *slug, const char *name);
void tell_event(fixture *f, world_event event);
void tell_person(fixture *f, uint8_t event, uint32_t person, Sijill__V1__Role role,
                 Sijill__V1__RegistrationState state);
void tell_name(fixture *f, uint8_t event, uint32_t person, const char *name, const char *email);
/* 12.0 of 13.5 hours if attended, else 62 %. */
void tell_verdict(fixture *f, uint8_t event, uint32_t person, Sijill__V1__VerdictValue value);

/* The seeds' public keys; purpose 1 or 2, generation 0 or 1. */
void world_key(uint32_t purpose, uint8_t generation, uint8_t public_key[32], uint8_t secret[64]);
sj_status adopt(fixture *f, uint8_t generation, uint64_t now_ms);

sj_status issue(fixture *f, uint8_t event, uint32_t person, Sijill__V1__CertificateKind kind,
                uint64_t now_ms, uint8_t id[16]);
sj_status issue_in(fixture *f, uint8_t event, uint32_t person, Sijill__V1__CertificateKind kind,
                   const char *lang, uint64_t now_ms, uint8_t id[16]);
sj_status revoke(fixture *f, const uint8_t id[16], const char *reason, uint64_t now_ms);
sj_status reissue(fixture *f, const uint8_t id[16], const char *reason, uint64_t now_ms,
                  uint8_t new_id[16]);
sj_status pulse(fixture *f, uint64_t now_ms);

/* Sign all that waits; how many. */
size_t sign_all(fixture *f, uint64_t now_ms);
sj_status attach(fixture *f, const uint8_t id[16], const uint8_t signature[64], const char *refusal,
                 uint64_t now_ms);
/* What waits for a signature, copied to malloc'ed memory; how many. */
typedef struct waiting {
    uint8_t id[16];
    char document[24 * 1024];
    size_t document_size;
    char options[1024];
    size_t options_size;
} waiting;
size_t wait_list(fixture *f, waiting *out, size_t max);

/* The certificate as query 350 shows it; NULL: not found.  It lives until the next job. */
Sijill__V1__CertificateView *show(fixture *f, const uint8_t id[16], uint64_t now_ms);
/* Whether the signed JSON verifies under the current key of its purpose. */
bool verifies(const char *credential, uint32_t purpose, uint8_t generation);
/* Certificates of an event, by query 351. */
size_t count_certificates(fixture *f, uint8_t event, uint64_t now_ms);

/* A write outside any command, for rows that no command makes. */
sj_txn *world_write(fixture *f);
void world_commit(fixture *f, sj_txn *txn);

/* People 1..n at event 1, confirmed and attended, and if asked each issued a certificate: in one
 * commit. */
void world_fill(fixture *f, uint32_t people, bool issue_them);

/* The reply in memory of its own, for replies that do not fit beside the query in the arena; free
 * it with protobuf_c_message_free_unpacked(reply, NULL). */
void *world_reply(fixture *f, const ProtobufCMessageDescriptor *type);
