/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/hooks/apply.h"

#include "sijill/v1/attendance.pb-c.h"

#include <sodium.h>
#include <string.h>

enum { FOLLOW_REGISTRATION = 148, RECORD_EVIDENCE = 200 };

/* How long before services forget it a request id is no longer made. */
#define STALE_MS (UINT64_C(6) * 24 * 3600 * 1000)

typedef struct registration_parts {
    Sijill__V1__FollowRegistration message;
    Sijill__V1__Person person;
} registration_parts;

#define OURS_SINCE_MS UINT64_C(1735689600000) /* 2025 */
/* Platforms' clocks, and people who are registered after they came. */
#define OURS_AHEAD_MS (UINT64_C(366) * 24 * 3600 * 1000)

typedef struct evidence_parts {
    Sijill__V1__RecordEvidence message;
    Sijill__V1__Evidence evidence;
    Sijill__V1__Evidence *list[1];
    Sijill__V1__Identity identity;
    uint8_t registration_id[SJ_ID_SIZE];
} evidence_parts;

static bool
given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static ProtobufCBinaryData
id_data(const uint8_t id[SJ_ID_SIZE])
{
    return (ProtobufCBinaryData){ SJ_ID_SIZE, (uint8_t *) (uintptr_t) id };
}

static bool
apply_registration(sj_arena *arena, const Sijill__V1__Push *push, const uint8_t *event_id,
                   applied *out, const char **words)
{
    registration_parts *parts = sj_arena_take(arena, sizeof *parts);

    if (!given(push->registrant_id) && !given(push->email)) {
        *words = "the push says neither who registered nor an e-mail";
        return false;
    }
    if (parts == NULL) {
        *words = "the push is too long";
        return false;
    }
    sijill__v1__follow_registration__init(&parts->message);
    sijill__v1__person__init(&parts->person);
    parts->message.has_event_id = true;
    parts->message.event_id = id_data(event_id);
    parts->message.source = push->platform;
    parts->message.external_id = given(push->registrant_id) ? push->registrant_id : push->email;
    parts->message.has_kind = parts->message.has_occurred_ms = true;
    parts->message.kind = push->kind;
    parts->message.has_pending = push->has_pending;
    parts->message.pending = push->pending;
    parts->message.occurred_ms = push->occurred_ms;
    parts->message.has_nonce = push->undated;
    parts->message.nonce = push->nonce;
    parts->person.name = push->name;
    parts->person.email = push->email;
    parts->person.country = push->country;
    parts->person.institution = push->institution;
    parts->person.position = push->position;
    parts->person.language = push->language;
    parts->message.person = &parts->person;
    *out = (applied){ BACKEND_REGISTRATION, FOLLOW_REGISTRATION, &parts->message.base };
    return true;
}

static Sijill__V1__EvidenceKind
evidence_kind(Sijill__V1__Push__Kind kind)
{
    switch (kind) {
    case SIJILL__V1__PUSH__KIND__JOINED:
        return SIJILL__V1__EVIDENCE_KIND__CHECK_IN;
    case SIJILL__V1__PUSH__KIND__LEFT:
        return SIJILL__V1__EVIDENCE_KIND__CHECK_OUT;
    case SIJILL__V1__PUSH__KIND__BOUND:
        return SIJILL__V1__EVIDENCE_KIND__BIND;
    case SIJILL__V1__PUSH__KIND__ROLE_CHANGED:
        return SIJILL__V1__EVIDENCE_KIND__SEEN;
    case SIJILL__V1__PUSH__KIND__ENDED:
        return SIJILL__V1__EVIDENCE_KIND__PLATFORM_END;
    case SIJILL__V1__PUSH__KIND__PRESENT:
        return SIJILL__V1__EVIDENCE_KIND__SPAN;
    case SIJILL__V1__PUSH__KIND__NONE:
    case SIJILL__V1__PUSH__KIND__REGISTERED:
    case SIJILL__V1__PUSH__KIND__APPROVED:
    case SIJILL__V1__PUSH__KIND__DENIED:
    case SIJILL__V1__PUSH__KIND__WITHDRAWN:
    case _SIJILL__V1__PUSH__KIND_IS_INT_SIZE:
    default:
        return SIJILL__V1__EVIDENCE_KIND__EVIDENCE_NONE;
    }
}

/* Where join links are ours (BigBlueButton's userID, JaaS's token), the platform's id of a person
 * is our registration's: a UUIDv7, made between our beginnings and the push. */
static bool
is_ours(const char *registrant_id, uint64_t occurred_ms, uint8_t id[SJ_ID_SIZE])
{
    uint64_t made_ms = 0;

    if (!given(registrant_id) || !sijill_unhex(registrant_id, id) || (id[6] & 0xf0) != 0x70 ||
        (id[8] & 0xc0) != 0x80)
        return false;
    for (size_t i = 0; i < 6; i++)
        made_ms = made_ms << 8 | id[i];
    return made_ms >= OURS_SINCE_MS && made_ms <= occurred_ms + OURS_AHEAD_MS;
}

static bool
apply_evidence(sj_arena *arena, const Sijill__V1__Push *push, const uint8_t *event_id,
               Sijill__V1__EvidenceKind kind, applied *out, const char **words)
{
    evidence_parts *parts = sj_arena_take(arena, sizeof *parts);
    Sijill__V1__Evidence *evidence;

    if (parts == NULL) {
        *words = "the push is too long";
        return false;
    }
    evidence = &parts->evidence;
    sijill__v1__record_evidence__init(&parts->message);
    sijill__v1__evidence__init(evidence);
    sijill__v1__identity__init(&parts->identity);
    evidence->has_event_id = evidence->has_kind = evidence->has_occurred_ms = true;
    evidence->has_source = evidence->has_nonce = true;
    evidence->event_id = id_data(event_id);
    evidence->kind = kind;
    evidence->occurred_ms = push->occurred_ms;
    evidence->has_ended_ms = kind == SIJILL__V1__EVIDENCE_KIND__SPAN;
    evidence->ended_ms = push->ended_ms;
    evidence->source = SIJILL__V1__EVIDENCE_SOURCE__PLATFORM;
    evidence->connection = push->connection;
    evidence->bound_to = kind == SIJILL__V1__EVIDENCE_KIND__BIND ? push->bound_to : NULL;
    evidence->nonce = push->nonce;
    parts->identity.registrant_id = push->registrant_id;
    parts->identity.email = push->email;
    parts->identity.display_name = push->name;
    parts->identity.platform = push->platform;
    if (kind == SIJILL__V1__EVIDENCE_KIND__PLATFORM_END)
        evidence->connection = given(push->connection) ? push->connection : push->instance;
    else if (is_ours(push->registrant_id, push->occurred_ms, parts->registration_id)) {
        evidence->has_registration_id = true;
        evidence->registration_id = id_data(parts->registration_id);
    } else /* who has no name is whoever the connection is */
        evidence->identity = &parts->identity;
    parts->list[0] = evidence;
    parts->message.n_evidence = 1;
    parts->message.evidence = parts->list;
    *out = (applied){ BACKEND_ATTENDANCE, RECORD_EVIDENCE, &parts->message.base };
    return true;
}

bool
apply_push(sj_arena *arena, const Sijill__V1__Push *push, const uint8_t event_id[SJ_ID_SIZE],
           applied *out, const char **words)
{
    Sijill__V1__EvidenceKind kind = evidence_kind(push->kind);

    if (!push->has_nonce || push->nonce.len != SJ_ID_SIZE || !push->has_occurred_ms) {
        *words = "the push does not say when it happened";
        return false;
    }
    if (kind != SIJILL__V1__EVIDENCE_KIND__EVIDENCE_NONE)
        return apply_evidence(arena, push, event_id, kind, out, words);
    return apply_registration(arena, push, event_id, out, words);
}

void
apply_request_id(uint64_t received_ms, uint64_t now_ms, const uint8_t nonce[SJ_ID_SIZE],
                 const char *step, uint8_t id[SJ_ID_SIZE])
{
    crypto_generichash_state state;

    if (received_ms + STALE_MS < now_ms || received_ms > now_ms) {
        sijill_request_id(id);
        return;
    }
    (void) crypto_generichash_init(&state, nonce, SJ_ID_SIZE, SJ_ID_SIZE);
    (void) crypto_generichash_update(&state, (const unsigned char *) step, strlen(step));
    (void) crypto_generichash_final(&state, id, SJ_ID_SIZE);
    for (size_t i = 0; i < 6; i++)
        id[i] = (uint8_t) (received_ms >> (40 - 8 * i));
    id[6] = (uint8_t) (0x70 | (id[6] & 0x0f));
    id[8] = (uint8_t) (0x80 | (id[8] & 0x3f));
}
