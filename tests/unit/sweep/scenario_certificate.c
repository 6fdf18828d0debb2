/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of the course by hand, of the webinar by themselves. */
#include "services/certificate/core.h"
#include "services/core/message.h"
#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "tests/unit/sweep/scenario.h"

#include <string.h>

enum { PUBLIC_KEY_SIZE = 32, SIGNATURE_SIZE = 64 };

static void
adopt(tape *t)
{
    static uint8_t octets[2][PUBLIC_KEY_SIZE] = { { 1 }, { 2 } };
    Sijill__V1__AdoptKeys in;
    Sijill__V1__IssuerKey key[2], *keys[2] = { &key[0], &key[1] };

    sijill__v1__adopt_keys__init(&in);
    tape_expect(t, SJ_INVALID, 304, &in.base);
    for (uint32_t n = 0; n < 2; n++) {
        sijill__v1__issuer_key__init(&key[n]);
        key[n].has_purpose = key[n].has_public_key = true;
        key[n].purpose = n + 1;
        key[n].public_key = (ProtobufCBinaryData){ PUBLIC_KEY_SIZE, octets[n] };
    }
    in.n_key = 2;
    in.key = keys;
    in.issuer = literal("did:web:sijill.example");
    tape_expect(t, SJ_OK, 304, &in.base);
    tape_expect(t, SJ_OK, 304, &in.base);
    in.issuer = literal("did:web:other.example");
    tape_expect(t, SJ_CONFLICT, 304, &in.base);
}

static void
issue(tape *t, sj_status expected, const uint8_t *event, const uint8_t *registration,
      Sijill__V1__CertificateKind kind)
{
    Sijill__V1__IssueCertificate in;

    sijill__v1__issue_certificate__init(&in);
    in.has_event_id = in.has_registration_id = in.has_kind = true;
    in.event_id = sj_id_data(event);
    in.registration_id = sj_id_data(registration);
    in.kind = kind;
    tape_expect(t, expected, 300, &in.base);
}

static void
attach(tape *t, sj_status expected, const uint8_t *id, const char *refusal)
{
    static uint8_t octets[SIGNATURE_SIZE] = { 5, 5, 5 };
    Sijill__V1__AttachSignatures in;
    Sijill__V1__Signature one, *list[1] = { &one };

    sijill__v1__attach_signatures__init(&in);
    sijill__v1__signature__init(&one);
    in.n_signature = 1;
    in.signature = list;
    one.has_id = true;
    one.id = sj_id_data(id);
    one.has_signature = refusal == NULL && expected == SJ_OK;
    one.signature = (ProtobufCBinaryData){ SIGNATURE_SIZE, octets };
    one.refusal = literal(refusal);
    tape_expect(t, expected, 303, &in.base);
}

static void
refresh(tape *t, uint8_t id[SJ_ID_SIZE])
{
    Sijill__V1__RefreshStatusList in;
    Sijill__V1__StatusListReply *out;

    sijill__v1__refresh_status_list__init(&in);
    in.has_list = true;
    in.list = 9;
    tape_expect(t, SJ_NOT_FOUND, 305, &in.base);
    in.has_list = false;
    in.list = 0;
    tape_expect(t, SJ_OK, 305, &in.base);
    out = tape_reply(t, &sijill__v1__status_list_reply__descriptor);
    memcpy(id, out->list_id.data, SJ_ID_SIZE);
}

/* The course's certificate: issued, signed, corrected, revoked. */
static void
live(tape *t, cast *c)
{
    Sijill__V1__ReissueCertificate again;
    Sijill__V1__RevokeCertificate revoke;
    Sijill__V1__Issued *out;
    uint8_t first[SJ_ID_SIZE];

    issue(t, SJ_NOT_FOUND, c->course, c->viewer, SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE);
    issue(t, SJ_PRECONDITION, c->course, c->people[3], SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE);
    issue(t, SJ_OK, c->course, c->people[1], SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE);
    out = tape_reply(t, &sijill__v1__issued__descriptor);
    memcpy(first, out->certificate_id.data, SJ_ID_SIZE);
    issue(t, SJ_OK, c->course, c->people[1], SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE);
    issue(t, SJ_OK, c->course, c->people[2], SIJILL__V1__CERTIFICATE_KIND__TRAINING);
    attach(t, SJ_INVALID, first, NULL);
    attach(t, SJ_OK, first, NULL);
    attach(t, SJ_OK, first, NULL);
    sijill__v1__reissue_certificate__init(&again);
    tape_expect(t, SJ_INVALID, 302, &again.base);
    again.has_certificate_id = true;
    again.certificate_id = sj_id_data(first);
    again.reason = literal("the name was wrong");
    again.lang = literal("ar");
    tape_expect(t, SJ_OK, 302, &again.base);
    memcpy(
        c->certificate,
        ((Sijill__V1__CertificateReply *) tape_reply(t, &sijill__v1__certificate_reply__descriptor))
            ->certificate_id.data,
        SJ_ID_SIZE);
    attach(t, SJ_OK, c->certificate, NULL);
    sijill__v1__revoke_certificate__init(&revoke);
    revoke.has_certificate_id = true;
    revoke.certificate_id = sj_id_data(first);
    tape_expect(t, SJ_INVALID, 301, &revoke.base);
    revoke.reason = literal("it was another person");
    tape_expect(t, SJ_PRECONDITION, 301, &revoke.base); /* superseded */
    revoke.certificate_id = sj_id_data(c->certificate);
    tape_expect(t, SJ_OK, 301, &revoke.base);
    tape_expect(t, SJ_OK, 301, &revoke.base);
}

static void
status_list(tape *t)
{
    Sijill__V1__GetStatusList get;
    uint8_t one[SJ_ID_SIZE], two[SJ_ID_SIZE];

    sijill__v1__get_status_list__init(&get);
    tape_expect(t, SJ_NOT_FOUND, 352, &get.base);
    refresh(t, one);
    attach(t, SJ_OK, one, NULL);
    refresh(t, two);
    attach(t, SJ_OK, two, "not today");
    tape_expect(t, SJ_OK, 352, &get.base);
}

static void
ask(tape *t, cast *c)
{
    Sijill__V1__GetCertificate get;
    Sijill__V1__ListCertificates list;
    Sijill__V1__ListEligible eligible;

    sijill__v1__get_certificate__init(&get);
    tape_expect(t, SJ_INVALID, 350, &get.base);
    get.has_certificate_id = true;
    get.certificate_id = sj_id_data(c->certificate);
    tape_expect(t, SJ_OK, 350, &get.base);
    sijill__v1__list_certificates__init(&list);
    tape_expect(t, SJ_INVALID, 351, &list.base);
    list.has_event_id = true;
    list.event_id = sj_id_data(c->course);
    tape_expect(t, SJ_OK, 351, &list.base);
    sijill__v1__list_eligible__init(&eligible);
    tape_expect(t, SJ_INVALID, 354, &eligible.base);
    eligible.has_event_id = true;
    eligible.event_id = sj_id_data(c->course);
    tape_expect(t, SJ_OK, 354, &eligible.base);
    tape_expect(t, SJ_OK, 353, NULL);
}

static void
refuse_records(tape *t)
{
    Sijill__V1__EventChanged event;
    Sijill__V1__RegistrationChanged registration;
    Sijill__V1__KeyChanged key;
    Sijill__V1__VerdictChanged verdict;

    sijill__v1__event_changed__init(&event);
    sijill__v1__registration_changed__init(&registration);
    sijill__v1__key_changed__init(&key);
    sijill__v1__verdict_changed__init(&verdict);
    tape_expect_record(t, SJ_INVALID, 1, 132, &event.base, NULL);
    tape_expect_record(t, SJ_INVALID, 1, 134, &registration.base, NULL);
    tape_expect_record(t, SJ_INVALID, 1, 135, &key.base, NULL);
    tape_expect_record(t, SJ_INVALID, 2, 230, &verdict.base, NULL);
    for (uint32_t type = 130; type <= 138; type++)
        tape_expect_stranger(t, type);
    tape_expect_stranger(t, 230);
    tape_expect_stranger(t, 303);
    tape_expect_stranger(t, 304);
}

void
scenario_certificate(tape *t, cast *c)
{
    Sijill__V1__NoteConsumer note;
    Sijill__V1__LogPos at;

    t->now_ms = SCENARIO_ENDS + 2 * SCENARIO_HOUR;
    tape_expect(t, SJ_UNAVAILABLE, 353, NULL); /* no keys yet */
    adopt(t);
    live(t, c);
    status_list(t);
    ask(t, c);
    tape_expect(t, SJ_OK, 900, NULL); /* the webinar's are automatic */
    tape_expect(t, SJ_OK, 900, NULL);
    refuse_records(t);
    tape_expect_stranger(t, 900);
    sijill__v1__note_consumer__init(&note);
    sijill__v1__log_pos__init(&at);
    tape_expect(t, SJ_INVALID, 901, &note.base);
    note.name = literal("auditor");
    note.at = &at;
    tape_expect(t, SJ_OK, 901, &note.base);
    scenario_common(t, c->webinar);
}
