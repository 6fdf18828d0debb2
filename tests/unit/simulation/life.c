/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/simulation/life.h"

#include "services/certificate/to_sign.h"
#include "services/core/message.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/unit/chance.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SESSION_HOURS = 2, SIGN_MAX = 16, KEYS = 2 };

#define HOUR UINT64_C(3600000)

static char *
text(const char *literal)
{
    return (char *) (uintptr_t) literal;
}

static uint32_t
below(world *w, uint32_t end)
{
    return chance_below(&w->seed, end);
}

static void
ask_organisation(world *w)
{
    Sijill__V1__DefineOrganisation in;
    Sijill__V1__Text name, *names[] = { &name };

    sijill__v1__text__init(&name);
    name.lang = text("en");
    name.text = text("Training Centre");
    sijill__v1__define_organisation__init(&in);
    in.n_name = 1;
    in.name = names;
    world_ask(w, REGISTRATION, 100, &in.base);
}

static void
make_rules(world *w, Sijill__V1__EventRules *rules)
{
    sijill__v1__event_rules__init(rules);
    rules->has_capacity = below(w, 4) > 0;
    rules->capacity = below(w, 15);
    rules->has_waiting_list = true;
    rules->waiting_list = below(w, 4) > 0;
    rules->has_needs_approval = true;
    rules->needs_approval = below(w, 4) == 0;
    rules->has_release = true;
    rules->release = (Sijill__V1__CertificateRelease) below(w, 2);
    rules->has_threshold = below(w, 2) > 0;
    rules->threshold = 1 + below(w, 7000);
}

/* Event n takes place on day n + 2; two sessions, sometimes at other hours. */
static void
ask_event(world *w, uint32_t n)
{
    Sijill__V1__Session session[2], *sessions[] = { &session[0], &session[1] };
    Sijill__V1__Text title, *titles[] = { &title };
    Sijill__V1__DefineEvent in;
    Sijill__V1__EventRules rules;
    Sijill__V1__Event event;
    char slug[16];

    make_rules(w, &rules);
    sijill__v1__text__init(&title);
    title.lang = text("en");
    title.text = text("A course");
    sijill__v1__event__init(&event);
    (void) snprintf(slug, sizeof slug, "event-%u", n);
    event.slug = slug;
    event.n_title = 1;
    event.title = titles;
    event.start_date = event.end_date = text("2025-06-17");
    event.rules = below(w, 3) == 0 ? NULL : &rules;
    event.n_sessions = 1 + below(w, 2);
    event.sessions = sessions;
    for (uint32_t i = 0; i < 2; i++) {
        sijill__v1__session__init(&session[i]);
        session[i].has_starts_ms = session[i].has_ends_ms = session[i].has_mandatory = true;
        session[i].starts_ms = LIFE_BEGINS + (n + 2) * LIFE_DAY + (4 * i + below(w, 2)) * HOUR;
        session[i].ends_ms = session[i].starts_ms + SESSION_HOURS * HOUR;
        session[i].mandatory = below(w, 3) == 0;
    }
    sijill__v1__define_event__init(&in);
    in.event = &event;
    world_ask(w, REGISTRATION, 102, &in.base);
}

static void
ask_rules(world *w, const uint8_t *event)
{
    Sijill__V1__SetEventRules in;
    Sijill__V1__EventRules rules;

    make_rules(w, &rules);
    sijill__v1__set_event_rules__init(&in);
    in.has_event_id = true;
    in.event_id = sj_id_data(event);
    in.rules = &rules;
    world_ask(w, REGISTRATION, 104, &in.base);
}

static void
ask_state(world *w, const uint8_t *event)
{
    Sijill__V1__ChangeEventState in;

    sijill__v1__change_event_state__init(&in);
    in.has_event_id = in.has_state = true;
    in.event_id = sj_id_data(event);
    in.state = below(w, 3) == 0 ? SIJILL__V1__EVENT_STATE__EVENT_CLOSED
                                : SIJILL__V1__EVENT_STATE__EVENT_OPEN;
    world_ask(w, REGISTRATION, 103, &in.base);
}

static void
ask_register(world *w, const uint8_t *event)
{
    static const char *const countries[] = { "DZ", "KZ", "TR" };
    uint32_t who = below(w, LIFE_PEOPLE);
    Sijill__V1__Register in;
    Sijill__V1__Person person;
    char name[32], email[32];

    (void) snprintf(name, sizeof name, "Person %u", who);
    (void) snprintf(email, sizeof email, "p%u@example.org", who);
    sijill__v1__person__init(&person);
    person.name = name;
    person.email = email;
    person.country = text(countries[below(w, 3)]);
    sijill__v1__register__init(&in);
    in.has_event_id = in.has_on_duplicate = true;
    in.event_id = sj_id_data(event);
    in.person = &person;
    in.on_duplicate = (Sijill__V1__OnDuplicate) below(w, 2);
    in.has_role = below(w, 5) == 0;
    in.role = (Sijill__V1__Role) below(w, 6);
    in.has_override = true;
    in.override = below(w, 2) > 0;
    world_ask(w, REGISTRATION, 110, &in.base);
}

/* Somebody who is registered at the event; NULL: the one chosen is not. */
static const uint8_t *
somebody(world *w, uint32_t event)
{
    const life *l = w->life;
    uint32_t who = below(w, LIFE_PEOPLE);

    return l->registrations[event][who].known ? l->registrations[event][who].id : NULL;
}

static void
ask_decision(world *w, const uint8_t *event, const uint8_t *registration)
{
    Sijill__V1__DecideRegistration in;

    sijill__v1__decide_registration__init(&in);
    in.has_event_id = in.has_registration_id = in.has_decision = true;
    in.event_id = sj_id_data(event);
    in.registration_id = sj_id_data(registration);
    in.decision = (Sijill__V1__Decision) (1 + below(w, 4));
    world_ask(w, REGISTRATION, 112, &in.base);
}

static void
make_piece(world *w, uint32_t event, Sijill__V1__Evidence *piece, Sijill__V1__Identity *identity,
           uint8_t nonce[SJ_ID_SIZE])
{
    life *l = w->life;
    const uint8_t *registration = somebody(w, event);
    static char email[32];

    sijill__v1__evidence__init(piece);
    sijill__v1__identity__init(identity);
    memset(nonce, 0, SJ_ID_SIZE);
    sj_write_u64(nonce, below(w, 8) == 0 ? l->nonces : ++l->nonces); /* some come again */
    piece->has_event_id = piece->has_kind = piece->has_source = true;
    piece->has_occurred_ms = piece->has_nonce = true;
    piece->event_id = sj_id_data(l->events[event].id);
    piece->nonce = sj_id_data(nonce);
    piece->source = SIJILL__V1__EVIDENCE_SOURCE__PLATFORM;
    piece->kind = below(w, 2) > 0 ? SIJILL__V1__EVIDENCE_KIND__MARK
                                  : (Sijill__V1__EvidenceKind) (1 + below(w, 4));
    piece->occurred_ms = LIFE_BEGINS + (event + 2) * LIFE_DAY + below(w, 8 * 3600) * 1000;
    piece->has_mark = piece->kind == SIJILL__V1__EVIDENCE_KIND__MARK;
    piece->mark = piece->has_mark ? (Sijill__V1__MarkValue) (1 + below(w, 5))
                                  : SIJILL__V1__MARK_VALUE__MARK_NONE;
    piece->has_ended_ms = piece->kind == SIJILL__V1__EVIDENCE_KIND__SPAN;
    piece->ended_ms = piece->occurred_ms + below(w, 4 * 3600) * 1000;
    piece->has_registration_id = registration != NULL;
    if (registration != NULL) {
        piece->registration_id = sj_id_data(registration);
        return;
    }
    (void) snprintf(email, sizeof email, "P%u@Example.org", below(w, LIFE_PEOPLE));
    identity->email = email;
    piece->identity = identity;
}

static void
ask_evidence(world *w, uint32_t event)
{
    Sijill__V1__Evidence piece, *pieces[] = { &piece };
    Sijill__V1__RecordEvidence in;
    Sijill__V1__Identity identity;
    uint8_t nonce[SJ_ID_SIZE];

    make_piece(w, event, &piece, &identity, nonce);
    sijill__v1__record_evidence__init(&in);
    in.n_evidence = 1;
    in.evidence = pieces;
    world_ask(w, ATTENDANCE, 200, &in.base);
}

static void
ask_certificate(world *w, const uint8_t *event, const uint8_t *registration)
{
    Sijill__V1__IssueCertificate in;

    sijill__v1__issue_certificate__init(&in);
    in.has_event_id = in.has_registration_id = in.has_kind = true;
    in.event_id = sj_id_data(event);
    in.registration_id = sj_id_data(registration);
    in.kind = (Sijill__V1__CertificateKind) (below(w, 3) == 0 ? below(w, 4) : 0);
    world_ask(w, CERTIFICATE, 300, &in.base);
}

static void
ask_change_of_certificate(world *w)
{
    life *l = w->life;
    Sijill__V1__ReissueCertificate again;
    Sijill__V1__RevokeCertificate revoke;
    const uint8_t *id;

    if (l->certificate_count == 0)
        return;
    id = l->certificates[below(w, (uint32_t) l->certificate_count)];
    if (below(w, 2) == 0) {
        sijill__v1__revoke_certificate__init(&revoke);
        revoke.has_certificate_id = true;
        revoke.certificate_id = sj_id_data(id);
        revoke.reason = text("a mistake");
        world_ask(w, CERTIFICATE, 301, &revoke.base);
        return;
    }
    sijill__v1__reissue_certificate__init(&again);
    again.has_certificate_id = true;
    again.certificate_id = sj_id_data(id);
    world_ask(w, CERTIFICATE, 302, &again.base);
}

void
life_ask(world *w)
{
    life *l = w->life;
    uint32_t n = below(w, LIFE_EVENTS);
    const uint8_t *event = l->events[n].id;
    uint32_t what = below(w, 100);
    const uint8_t *registration;

    if (what < 3 || !l->events[n].known) {
        ask_event(w, n);
        return;
    }
    registration = somebody(w, n);
    if (what < 6)
        ask_rules(w, event);
    else if (what < 8)
        ask_state(w, event);
    else if (what < 40 || registration == NULL)
        ask_register(w, event);
    else if (what < 55)
        ask_decision(w, event, registration);
    else if (what < 85)
        ask_evidence(w, n);
    else if (what < 96)
        ask_certificate(w, event, registration);
    else
        ask_change_of_certificate(w);
}

/* ---- what was promised ------------------------------------------------------------------- */

static void *
unpack(const sj_bytes packed, const ProtobufCMessageDescriptor *type)
{
    void *message = protobuf_c_message_unpack(type, NULL, packed.size, packed.at);

    assert_non_null(message);
    return message;
}

static void
heard_event(life *l, const sent *s)
{
    Sijill__V1__DefineEvent *in = unpack(s->cmd.body, &sijill__v1__define_event__descriptor);
    Sijill__V1__Defined *out =
        unpack((sj_bytes){ s->result, s->result_size }, &sijill__v1__defined__descriptor);
    uint32_t n = (uint32_t) (in->event->slug[strlen("event-")] - '0');

    if (l->events[n].known)
        assert_memory_equal(l->events[n].id, out->id.data, SJ_ID_SIZE);
    l->events[n].known = true;
    memcpy(l->events[n].id, out->id.data, SJ_ID_SIZE);
    protobuf_c_message_free_unpacked(&in->base, NULL);
    protobuf_c_message_free_unpacked(&out->base, NULL);
}

/* One person at one event is one registration, whatever was asked how often. */
static void
heard_registration(life *l, const sent *s)
{
    Sijill__V1__Register *in = unpack(s->cmd.body, &sijill__v1__register__descriptor);
    Sijill__V1__Registered *out =
        unpack((sj_bytes){ s->result, s->result_size }, &sijill__v1__registered__descriptor);
    unsigned who = 0;
    uint32_t n = 0;

    assert_int_equal(sscanf(in->person->email, "p%u@", &who), 1);
    while (n < LIFE_EVENTS && memcmp(l->events[n].id, in->event_id.data, SJ_ID_SIZE) != 0)
        n++;
    assert_true(n < LIFE_EVENTS && who < LIFE_PEOPLE);
    if (l->registrations[n][who].known)
        assert_memory_equal(l->registrations[n][who].id, out->registration_id.data, SJ_ID_SIZE);
    l->registrations[n][who].known = true;
    memcpy(l->registrations[n][who].id, out->registration_id.data, SJ_ID_SIZE);
    protobuf_c_message_free_unpacked(&in->base, NULL);
    protobuf_c_message_free_unpacked(&out->base, NULL);
}

static void
keep_certificate(life *l, const uint8_t *id)
{
    assert_true(l->certificate_count < LIFE_CERTIFICATES_MAX);
    memcpy(l->certificates[l->certificate_count++], id, SJ_ID_SIZE);
}

static void
heard_certificate(life *l, const sent *s)
{
    Sijill__V1__Issued *out =
        unpack((sj_bytes){ s->result, s->result_size }, &sijill__v1__issued__descriptor);

    if (out->existing == SIJILL__V1__EXISTING__NEW)
        keep_certificate(l, out->certificate_id.data);
    protobuf_c_message_free_unpacked(&out->base, NULL);
}

static void
heard(world *w, sent *s)
{
    life *l = w->life;

    if (s->status != SJ_OK)
        return;
    if (s->cmd.type == 102)
        heard_event(l, s);
    else if (s->cmd.type == 110)
        heard_registration(l, s);
    else if (s->cmd.type == 300)
        heard_certificate(l, s);
}

/* ---- the signer ----------------------------------------------------------------------------- */

static void
key_pair(uint32_t purpose, uint8_t public_key[crypto_sign_PUBLICKEYBYTES],
         uint8_t secret_key[crypto_sign_SECRETKEYBYTES])
{
    uint8_t seed[crypto_sign_SEEDBYTES];

    memset(seed, (int) purpose, sizeof seed);
    (void) crypto_sign_seed_keypair(public_key, secret_key, seed);
}

static void
adopt_keys(world *w)
{
    uint8_t octets[KEYS][crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    Sijill__V1__IssuerKey key[KEYS], *keys[KEYS];
    Sijill__V1__AdoptKeys in;

    sijill__v1__adopt_keys__init(&in);
    for (uint32_t n = 0; n < KEYS; n++) {
        key_pair(n + 1, octets[n], secret);
        sijill__v1__issuer_key__init(&key[n]);
        key[n].has_purpose = key[n].has_public_key = true;
        key[n].purpose = n + 1;
        key[n].public_key = (ProtobufCBinaryData){ sizeof octets[n], octets[n] };
        keys[n] = &key[n];
    }
    in.n_key = KEYS;
    in.key = keys;
    in.issuer = text("did:web:sijill.example");
    world_run(w, CERTIFICATE, 304, &in.base);
}

typedef struct signing {
    uint8_t id[SIGN_MAX][SJ_ID_SIZE];
    uint8_t signature[SIGN_MAX][crypto_sign_BYTES];
    size_t count, max;
    bool look_only;
} signing;

/* Ed25519 over SHA-256(options), SHA-256(document), as eddsa-jcs-2022 says. */
static bool
sign_one(void *context, const to_sign_item *item)
{
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    uint8_t hashes[2 * crypto_hash_sha256_BYTES];
    signing *s = context;

    if (s->look_only)
        return ++s->count > 0;
    if (s->count == s->max)
        return false;
    key_pair(1, public_key, secret);
    (void) crypto_hash_sha256(hashes, item->options.at, item->options.size);
    (void) crypto_hash_sha256(hashes + crypto_hash_sha256_BYTES, item->document.at,
                              item->document.size);
    (void) crypto_sign_detached(s->signature[s->count], NULL, hashes, sizeof hashes, secret);
    memcpy(s->id[s->count++], item->id, SJ_ID_SIZE);
    return true;
}

static void
read_to_sign(world *w, signing *s)
{
    world_node *n = &w->nodes[CERTIFICATE];
    to_sign_position position = { .started = false };
    to_sign_batch batch;
    sj_txn *txn;

    sj_arena_reset(&n->arena);
    txn = sj_read_begin(n->store, &n->arena, w->now_ms);
    (void) certificate_next_to_sign(txn, &position, &batch, sign_one, s);
    assert_int_equal(sj_txn_fault(txn), SJ_FAULT_NONE);
    sj_read_end(txn);
}

void
life_sign(world *w)
{
    Sijill__V1__Signature row[SIGN_MAX], *rows[SIGN_MAX];
    Sijill__V1__AttachSignatures in;
    signing s = { .max = 1 + below(w, SIGN_MAX) };

    read_to_sign(w, &s);
    if (s.count == 0)
        return;
    sijill__v1__attach_signatures__init(&in);
    for (size_t i = 0; i < s.count; i++) {
        sijill__v1__signature__init(&row[i]);
        row[i].has_id = row[i].has_signature = true;
        row[i].id = sj_id_data(s.id[i]);
        row[i].signature = (ProtobufCBinaryData){ crypto_sign_BYTES, s.signature[i] };
        rows[i] = &row[i];
    }
    in.n_signature = s.count;
    in.signature = rows;
    for (uint32_t times = below(w, 3); times > 0; times--) /* lost, once, twice */
        world_run(w, CERTIFICATE, 303, &in.base);
}

size_t
life_unsigned(world *w)
{
    signing s = { .look_only = true };

    read_to_sign(w, &s);
    return s.count;
}

void
life_begin(world *w, life *l)
{
    memset(l, 0, sizeof *l);
    w->life = l;
    w->heard = heard;
    ask_organisation(w);
    for (uint32_t n = 0; n < LIFE_EVENTS; n++)
        ask_event(w, n);
    world_settle(w);
    adopt_keys(w);
}
