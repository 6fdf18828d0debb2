/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/certificate/world.h"

#include "services/core/apply.h"
#include "services/core/message.h"
#include "storage/store.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTENDED_SECONDS (12 * 3600)
#define SCHEDULED_SECONDS (13 * 3600 + 1800)

world_event
world_event_plain(void)
{
    return (world_event){ .number = 1,
                          .state = SIJILL__V1__EVENT_STATE__EVENT_OPEN,
                          .precision = SIJILL__V1__DATE_PRECISION__DATE_DAY,
                          .release = SIJILL__V1__CERTIFICATE_RELEASE__RELEASED,
                          .ends_ms = WORLD_ENDS_MS,
                          .title = "Poverty statistics" };
}

int
world_open(void **state)
{
    return sodium_init() < 0 ? -1 : fixture_open(state, &certificate_core);
}

int
world_open_ready(void **state)
{
    if (world_open(state) != 0)
        return -1;
    tell_organisation(*state, "Statistical Centre");
    tell_event(*state, world_event_plain());
    tell_person(*state, 1, 1, ROLE(PARTICIPANT), SEAT(CONFIRMED));
    tell_verdict(*state, 1, 1, VERDICT(ATTENDED));
    return adopt(*state, 0, WORLD_STARTS_MS) == SJ_OK ? 0 : -1;
}

const uint8_t *
event_id(uint8_t number)
{
    static uint8_t ids[256][16];

    ids[number][0] = 0xee;
    ids[number][15] = number;
    return ids[number];
}

const uint8_t *
person_id(uint32_t number)
{
    static uint8_t ids[1024][16];

    assert(number < 1024);
    ids[number][0] = 0xaa;
    sj_write_u32(ids[number] + 12, number);
    return ids[number];
}

ProtobufCBinaryData
id_data(const uint8_t *id)
{
    return (ProtobufCBinaryData){ 16, (uint8_t *) (uintptr_t) id };
}

static char *
text(const char *literal)
{
    return (char *) (uintptr_t) literal;
}

void
tell_organisation(fixture *f, const char *name)
{
    Sijill__V1__DefineOrganisation body = SIJILL__V1__DEFINE_ORGANISATION__INIT;
    Sijill__V1__Text names = SIJILL__V1__TEXT__INIT;
    Sijill__V1__Text *list[] = { &names };

    names.lang = text("en");
    names.text = text(name);
    body.n_name = 1;
    body.name = list;
    assert(fixture_feed(f, 130, &body.base, NULL, WORLD_STARTS_MS) == SJ_OK);
}

void
tell_programme(fixture *f, const char *slug, const char *name)
{
    Sijill__V1__DefineProgramme body = SIJILL__V1__DEFINE_PROGRAMME__INIT;
    Sijill__V1__Text names = SIJILL__V1__TEXT__INIT;
    Sijill__V1__Text *list[] = { &names };

    names.lang = text("en");
    names.text = text(name);
    body.slug = text(slug);
    body.n_name = 1;
    body.name = list;
    assert(fixture_feed(f, 131, &body.base, NULL, WORLD_STARTS_MS) == SJ_OK);
}

void
tell_event(fixture *f, world_event event)
{
    Sijill__V1__EventChanged body = SIJILL__V1__EVENT_CHANGED__INIT;
    Sijill__V1__Event in = SIJILL__V1__EVENT__INIT;
    Sijill__V1__EventRules rules = SIJILL__V1__EVENT_RULES__INIT;
    Sijill__V1__Text titles[2] = { SIJILL__V1__TEXT__INIT, SIJILL__V1__TEXT__INIT };
    Sijill__V1__Text *list[] = { &titles[0], &titles[1] };
    Sijill__V1__Partner partner = SIJILL__V1__PARTNER__INIT;
    Sijill__V1__Partner *partners[] = { &partner };
    char *programmes[] = { text("statcab") };
    uint32_t goals[] = { 1, 17 };

    titles[0].lang = text("ar");
    titles[0].text = text("إحصاءات الفقر");
    titles[1].lang = text("en");
    titles[1].text = text(event.title);
    in.has_id = true;
    in.id = id_data(event_id(event.number));
    in.title = list;
    in.n_title = event.title == NULL ? 1 : 2;
    in.start_date = text("2025-03-04");
    in.end_date = text("2025-03-05");
    in.has_date_precision = in.has_starts_ms = in.has_ends_ms = in.has_mode = true;
    in.date_precision = event.precision;
    in.starts_ms = WORLD_STARTS_MS;
    in.ends_ms = event.ends_ms;
    in.mode = SIJILL__V1__MODE__ONLINE;
    partner.acronym = text("TurkStat");
    partner.role = text("trainer");
    in.n_partners = 1;
    in.partners = partners;
    in.n_programmes = 1;
    in.programmes = programmes;
    in.n_sdg_tags = 2;
    in.sdg_tags = goals;
    rules.has_release = true;
    rules.release = event.release;
    rules.certificate_lang = text(event.lang);
    in.rules = &rules;
    body.event = &in;
    body.has_state = true;
    body.state = event.state;
    assert(fixture_feed(f, 132, &body.base, NULL, WORLD_STARTS_MS) == SJ_OK);
}

/* What registration says of a person; the texts and parts are the caller's. */
typedef struct person_record {
    Sijill__V1__RegistrationChanged body;
    Sijill__V1__RegistrationPersonal personal;
    Sijill__V1__Person about;
} person_record;

static void
person_fill(person_record *record, uint8_t event, uint32_t person, Sijill__V1__Role role,
            Sijill__V1__RegistrationState state, const char *name, const char *email)
{
    sijill__v1__registration_changed__init(&record->body);
    sijill__v1__registration_personal__init(&record->personal);
    sijill__v1__person__init(&record->about);
    record->body.has_event_id = record->body.has_registration_id = true;
    record->body.event_id = id_data(event_id(event));
    record->body.registration_id = id_data(person_id(person));
    record->body.has_state = record->body.has_role = record->body.has_mode = true;
    record->body.state = state;
    record->body.role = role;
    record->body.mode = SIJILL__V1__MODE__ONLINE;
    record->about.name = text(name);
    record->about.email = text(email);
    record->personal.person = &record->about;
}

static void
tell(fixture *f, uint8_t event, uint32_t person, Sijill__V1__Role role,
     Sijill__V1__RegistrationState state, const char *name, const char *email)
{
    person_record record;

    person_fill(&record, event, person, role, state, name, email);
    assert(fixture_feed(f, 134, &record.body.base, name == NULL ? NULL : &record.personal.base,
                        WORLD_STARTS_MS) == SJ_OK);
}

void
tell_person(fixture *f, uint8_t event, uint32_t person, Sijill__V1__Role role,
            Sijill__V1__RegistrationState state)
{
    char name[32], email[32];

    (void) snprintf(name, sizeof name, "Person %u", person);
    (void) snprintf(email, sizeof email, "p%u@x.example", person);
    tell(f, event, person, role, state, name, email);
}

void
tell_name(fixture *f, uint8_t event, uint32_t person, const char *name, const char *email)
{
    tell(f, event, person, ROLE(PARTICIPANT), SEAT(CONFIRMED), name, email);
}

static void
verdict_fill(Sijill__V1__VerdictChanged *body, uint8_t event, uint32_t person,
             Sijill__V1__VerdictValue value)
{
    static uint8_t hash[16] = { 0x11 };
    bool attended = value == VERDICT(ATTENDED);

    sijill__v1__verdict_changed__init(body);
    body->has_event_id = body->has_registration_id = body->has_value = true;
    body->event_id = id_data(event_id(event));
    body->registration_id = id_data(person_id(person));
    body->value = value;
    body->has_seconds = body->has_scheduled = body->has_share = body->has_threshold = true;
    body->seconds = attended ? ATTENDED_SECONDS : SCHEDULED_SECONDS * 62 / 100;
    body->scheduled = SCHEDULED_SECONDS;
    body->share = attended ? 8888 : 6200;
    body->threshold = 7500;
    body->has_rule_version = body->has_evidence_hash = true;
    body->rule_version = 3;
    body->evidence_hash = id_data(hash);
}

void
tell_verdict(fixture *f, uint8_t event, uint32_t person, Sijill__V1__VerdictValue value)
{
    Sijill__V1__VerdictChanged body;

    verdict_fill(&body, event, person, value);
    assert(fixture_feed(f, 230, &body.base, NULL, WORLD_STARTS_MS) == SJ_OK);
}

sj_status
adopt(fixture *f, uint8_t generation, uint64_t now_ms)
{
    Sijill__V1__AdoptKeys body = SIJILL__V1__ADOPT_KEYS__INIT;
    Sijill__V1__IssuerKey keys[2] = { SIJILL__V1__ISSUER_KEY__INIT, SIJILL__V1__ISSUER_KEY__INIT };
    Sijill__V1__IssuerKey *list[] = { &keys[0], &keys[1] };
    uint8_t public_keys[2][32], secret[64];

    for (uint32_t i = 0; i < 2; i++) {
        world_key(i + 1, generation, public_keys[i], secret);
        keys[i].has_purpose = keys[i].has_public_key = true;
        keys[i].purpose = i + 1;
        keys[i].public_key = (ProtobufCBinaryData){ 32, public_keys[i] };
    }
    body.issuer = text(WORLD_DID);
    body.n_key = 2;
    body.key = list;
    return fixture_run(f, 304, &body.base, now_ms);
}

sj_status
issue_in(fixture *f, uint8_t event, uint32_t person, Sijill__V1__CertificateKind kind,
         const char *lang, uint64_t now_ms, uint8_t id[16])
{
    Sijill__V1__IssueCertificate body = SIJILL__V1__ISSUE_CERTIFICATE__INIT;
    sj_status status;

    body.has_event_id = body.has_registration_id = body.has_kind = true;
    body.event_id = id_data(event_id(event));
    body.registration_id = id_data(person_id(person));
    body.kind = kind;
    body.lang = text(lang);
    status = fixture_run(f, 300, &body.base, now_ms);
    if (status == SJ_OK && id != NULL) {
        Sijill__V1__Issued *out = fixture_reply(f, &sijill__v1__issued__descriptor);

        memcpy(id, out->certificate_id.data, 16);
    }
    return status;
}

sj_status
issue(fixture *f, uint8_t event, uint32_t person, Sijill__V1__CertificateKind kind, uint64_t now_ms,
      uint8_t id[16])
{
    return issue_in(f, event, person, kind, NULL, now_ms, id);
}

sj_status
revoke(fixture *f, const uint8_t id[16], const char *reason, uint64_t now_ms)
{
    Sijill__V1__RevokeCertificate body = SIJILL__V1__REVOKE_CERTIFICATE__INIT;

    body.has_certificate_id = true;
    body.certificate_id = id_data(id);
    body.reason = text(reason);
    return fixture_run(f, 301, &body.base, now_ms);
}

sj_status
reissue(fixture *f, const uint8_t id[16], const char *reason, uint64_t now_ms, uint8_t new_id[16])
{
    Sijill__V1__ReissueCertificate body = SIJILL__V1__REISSUE_CERTIFICATE__INIT;
    sj_status status;

    body.has_certificate_id = true;
    body.certificate_id = id_data(id);
    body.reason = text(reason);
    status = fixture_run(f, 302, &body.base, now_ms);
    if (status == SJ_OK && new_id != NULL) {
        Sijill__V1__CertificateReply *out =
            fixture_reply(f, &sijill__v1__certificate_reply__descriptor);

        memcpy(new_id, out->certificate_id.data, 16);
    }
    return status;
}

sj_status
pulse(fixture *f, uint64_t now_ms)
{
    return fixture_run(f, 900, NULL, now_ms);
}

Sijill__V1__CertificateView *
show(fixture *f, const uint8_t id[16], uint64_t now_ms)
{
    Sijill__V1__GetCertificate body = SIJILL__V1__GET_CERTIFICATE__INIT;

    body.has_certificate_id = true;
    body.certificate_id = id_data(id);
    if (fixture_run(f, 350, &body.base, now_ms) != SJ_OK)
        return NULL;
    return fixture_reply(f, &sijill__v1__certificate_view__descriptor);
}

size_t
count_certificates(fixture *f, uint8_t event, uint64_t now_ms)
{
    Sijill__V1__ListCertificates body = SIJILL__V1__LIST_CERTIFICATES__INIT;
    uint8_t after[64];
    size_t count = 0;
    bool more;

    body.has_event_id = true;
    body.event_id = id_data(event_id(event));
    do {
        assert(fixture_run(f, 351, &body.base, now_ms) == SJ_OK);
        Sijill__V1__CertificateList *list =
            world_reply(f, &sijill__v1__certificate_list__descriptor);

        count += list->n_certificate;
        more = list->has_next;
        if (more) {
            memcpy(after, list->next.data, list->next.len);
            body.has_after = true;
            body.after = (ProtobufCBinaryData){ list->next.len, after };
        }
        protobuf_c_message_free_unpacked(&list->base, NULL);
    } while (more);
    return count;
}

sj_txn *
world_write(fixture *f)
{
    sj_about about = { .org = f->org, .now_ms = WORLD_LATER_MS };
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    txn = sj_write_begin(f->store, &f->arena);
    sj_command_begin(txn, &about);
    return txn;
}

void
world_commit(fixture *f, sj_txn *txn)
{
    (void) f;
    assert(sj_txn_fault(txn) == SJ_FAULT_NONE);
    (void) sj_command_accept(txn, (sj_bytes){ "w", 1 });
    assert(sj_write_commit(txn));
}

/* One command or record more in an open batch. */
static void
apply(fixture *f, sj_txn *txn, sj_command cmd, const ProtobufCMessage *body,
      const ProtobufCMessage *personal)
{
    uint8_t packed[2][2048];
    size_t mark = sj_arena_mark(&f->arena);
    sj_reply reply;
    bool good;

    cmd.org = f->org;
    cmd.body = (sj_bytes){ packed[0], protobuf_c_message_pack(body, packed[0]) };
    if (personal != NULL)
        cmd.personal = (sj_bytes){ packed[1], protobuf_c_message_pack(personal, packed[1]) };
    f->counter++;
    sj_write_u64(cmd.id, cmd.now_ms << 16);
    sj_write_u64(cmd.id + 8, f->counter);
    sj_write_u64(cmd.entropy, f->counter);
    if (cmd.origin == SJ_FROM_FEED) {
        cmd.record_seq = ++f->record_seq;
        good = sj_apply_record(txn, f->core, &cmd, 9, (sj_cursor){ 1, cmd.record_seq }, &reply);
    } else {
        good = sj_apply(txn, f->core, &cmd, &reply);
    }
    assert(good && reply.status == SJ_OK);
    sj_arena_release(&f->arena, mark);
}

static void
fill_person(fixture *f, sj_txn *txn, uint32_t person, bool issue_it)
{
    sj_command record = { .origin = SJ_FROM_FEED, .now_ms = WORLD_STARTS_MS };
    sj_command command = { .type = 300, .now_ms = WORLD_LATER_MS };
    Sijill__V1__IssueCertificate ask = SIJILL__V1__ISSUE_CERTIFICATE__INIT;
    Sijill__V1__VerdictChanged verdict;
    person_record about;
    char name[32], email[32];

    (void) snprintf(name, sizeof name, "Person %u", person);
    (void) snprintf(email, sizeof email, "p%u@x.example", person);
    person_fill(&about, 1, person, ROLE(PARTICIPANT), SEAT(CONFIRMED), name, email);
    verdict_fill(&verdict, 1, person, VERDICT(ATTENDED));
    record.type = 134;
    apply(f, txn, record, &about.body.base, &about.personal.base);
    record.type = 230;
    apply(f, txn, record, &verdict.base, NULL);
    ask.has_event_id = ask.has_registration_id = true;
    ask.event_id = id_data(event_id(1));
    ask.registration_id = id_data(person_id(person));
    if (issue_it)
        apply(f, txn, command, &ask.base, NULL);
}

void
world_fill(fixture *f, uint32_t people, bool issue_them)
{
    sj_txn *txn;

    sj_arena_reset(&f->arena);
    txn = sj_write_begin(f->store, &f->arena);
    for (uint32_t person = 1; person <= people; person++)
        fill_person(f, txn, person, issue_them);
    assert(sj_write_commit(txn));
}

void *
world_reply(fixture *f, const ProtobufCMessageDescriptor *type)
{
    void *message = protobuf_c_message_unpack(type, NULL, f->reply.body.size, f->reply.body.at);

    assert(message != NULL);
    return message;
}
