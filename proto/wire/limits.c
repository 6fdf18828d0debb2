/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits of every field that a peer may send, one array a message, in the order of its
 * descriptor.  A test proves that each field of each message that a route takes has its row here.
 */
#include "proto/wire/limits.h"

#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "sijill/v1/wire.pb-c.h"

/* The end of the year 9999: later instants have no date. */
#define SJ_INSTANT_MAX_MS 253402300799999

static const sj_limit nothing[] = { { NULL } };

/* wire.proto */
static const sj_limit envelope[] = {
    { "kind" },
    { "id" },
    { "type" },
    { "schema" },
    { "org" },
    { "key", .max = 16, .exact = true },
    { "expires_at_ms" },
    { "min_pos" },
    { "trace", .max = 25, .exact = true },
    { "attempt" },
    { "status" },
    { "pos" },
    { "window" },
    { "flags" },
    { "priority" },
    { "actor", .max = 16, .exact = true },
};
static const sj_limit log_pos[] = {
    { "shard" },
    { "epoch" },
    { "seq" },
};
static const sj_limit status[] = {
    { "code" },
    { "retry" },
    { "retry_after_ms", .max = SJ_INSTANT_MAX_MS },
    { "detail", .max = 256 },
    { "field", .max = 1024 },
    { "replayed" },
    { "endpoints", .count = 64, .max = 1024 },
};
static const sj_limit hello[] = {
    { "min_major" },         { "max_major" }, { "instance", .max = 16, .exact = true },
    { "agent", .max = 128 }, { "features" },
};
static const sj_limit subscribe[] = {
    { "shard" },        { "after" },       { "types", .count = 64 }, { "org" },
    { "credit_bytes" }, { "snapshot_ok" }, { "name", .max = 64 },
};
static const sj_limit credit[] = {
    { "bytes" },
};

/* registration.proto */
static const sj_limit text[] = {
    { "lang", .max = 16 },
    { "text", .max = 800 },
};
static const sj_limit session[] = {
    { "number", .max = 1000 },
    { "title", .max = 800 },
    { "starts_ms", .max = SJ_INSTANT_MAX_MS },
    { "ends_ms", .max = SJ_INSTANT_MAX_MS },
    { "breaks", .count = 16 },
    { "mandatory" },
    { "date", .max = 10 },
};
static const sj_limit break[] = {
    { "starts_ms", .max = SJ_INSTANT_MAX_MS },
    { "ends_ms", .max = SJ_INSTANT_MAX_MS },
};
static const sj_limit partner[] = {
    { "name", .count = 16 },      { "acronym", .max = 128 },   { "role", .max = 128 },
    { "country", .max = 2 },      { "mechanism", .max = 128 }, { "channel", .max = 128 },
    { "project_id", .max = 128 },
};
static const sj_limit parent[] = {
    { "kind", .max = 128 },
    { "slug", .max = 128 },
    { "title", .count = 16 },
    { "components", .count = 64, .max = 1024 },
};
static const sj_limit country_seats[] = {
    { "country", .max = 2 },
    { "seats", .max = 10000000 },
};
static const sj_limit event_rules[] = {
    { "capacity", .max = 10000000 },
    { "capacity_in_person", .max = 10000000 },
    { "capacity_online", .max = 10000000 },
    { "country_seats", .count = 250 },
    { "needs_approval" },
    { "waiting_list" },
    { "opens_ms", .max = SJ_INSTANT_MAX_MS },
    { "closes_ms", .max = SJ_INSTANT_MAX_MS },
    { "threshold", .max = 10000 },
    { "release" },
    { "certificate_lang", .max = 16 },
};
static const sj_limit event[] = {
    { "id", .max = 16, .exact = true },
    { "slug", .max = 96 },
    { "kind", .max = 128 },
    { "kind_label", .max = 1024 },
    { "title", .count = 16 },
    { "start_date", .max = 10 },
    { "end_date", .max = 10 },
    { "date_precision" },
    { "date_uncertain" },
    { "date_source", .max = 1024 },
    { "time_zone", .max = 64 },
    { "mode" },
    { "venue", .max = 1024 },
    { "city", .max = 1024 },
    { "country", .max = 2 },
    { "languages", .count = 16, .max = 16 },
    { "partners", .count = 64 },
    { "agenda_items", .count = 64, .max = 100000 },
    { "sdg_tags", .count = 64, .max = 100000 },
    { "programmes", .count = 64, .max = 96 },
    { "parents", .count = 64 },
    { "sessions", .count = 64 },
    { "assumed_hours" },
    { "rules" },
    { "theme", .count = 16 },
    { "source_json", .max = 16384 },
    { "starts_ms", .max = SJ_INSTANT_MAX_MS },
    { "ends_ms", .max = SJ_INSTANT_MAX_MS },
};
static const sj_limit person[] = {
    { "name", .max = 800 },    { "name_latin", .max = 800 },  { "email", .max = 254 },
    { "country", .max = 2 },   { "institution", .max = 800 }, { "position", .max = 800 },
    { "language", .max = 16 },
};
static const sj_limit define_organisation[] = {
    { "name", .count = 16 },
    { "languages", .count = 16, .max = 16 },
    { "url", .max = 256 },
};
static const sj_limit define_programme[] = {
    { "slug", .max = 96 },   { "code", .max = 128 },          { "kind", .max = 128 },
    { "name", .count = 16 }, { "source_json", .max = 16384 },
};
static const sj_limit define_event[] = {
    { "event" },
};
static const sj_limit change_event_state[] = {
    { "event_id", .max = 16, .exact = true },
    { "state" },
};
static const sj_limit set_event_rules[] = {
    { "event_id", .max = 16, .exact = true },
    { "rules" },
};
static const sj_limit register[] = {
    { "event_id", .max = 16, .exact = true },
    { "person" },
    { "role" },
    { "mode" },
    { "on_duplicate" },
    { "source", .max = 128 },
    { "external_id", .max = 128 },
    { "override" },
};
static const sj_limit decide_registration[] = {
    { "event_id", .max = 16, .exact = true },
    { "registration_id", .max = 16, .exact = true },
    { "decision" },
    { "reason", .max = 1024 },
};
static const sj_limit get_event[] = {
    { "event_id", .max = 16, .exact = true },
    { "slug", .max = 96 },
};
static const sj_limit list_events[] = {
    { "after", .max = 96 },
    { "limit", .max = 200 },
};
static const sj_limit get_registration[] = {
    { "event_id", .max = 16, .exact = true },
    { "registration_id", .max = 16, .exact = true },
    { "email", .max = 254 },
};
static const sj_limit list_registrations[] = {
    { "event_id", .max = 16, .exact = true },
    { "state" },
    { "after", .max = 16, .exact = true },
    { "limit", .max = 200 },
};
static const sj_limit list_programmes[] = {
    { "after", .max = 96 },
    { "limit", .max = 200 },
};
static const sj_limit event_changed[] = {
    { "event" },
    { "state" },
};
static const sj_limit registration_changed[] = {
    { "event_id", .max = 16, .exact = true },
    { "registration_id", .max = 16, .exact = true },
    { "state" },
    { "was" },
    { "role" },
    { "mode" },
    { "country", .max = 2 },
    { "override" },
};
static const sj_limit registration_personal[] = {
    { "person" },
    { "source", .max = 128 },
    { "external_id", .max = 128 },
};

/* attendance.proto */
static const sj_limit evidence[] = {
    { "event_id", .max = 16, .exact = true },
    { "kind" },
    { "registration_id", .max = 16, .exact = true },
    { "identity" },
    { "session", .max = 1000 },
    { "occurred_ms", .max = SJ_INSTANT_MAX_MS },
    { "ended_ms", .max = SJ_INSTANT_MAX_MS },
    { "source" },
    { "mark" },
    { "remark", .max = 1024 },
    { "device", .max = 128 },
    { "device_seq" },
    { "device_now_ms", .max = SJ_INSTANT_MAX_MS },
    { "connection", .max = 128 },
    { "nonce", .max = 16, .exact = true },
    { "voids", .max = 16, .exact = true },
};
static const sj_limit identity[] = {
    { "registrant_id", .max = 128 },
    { "email", .max = 254 },
    { "display_name", .max = 800 },
    { "platform", .max = 128 },
};
static const sj_limit record_evidence[] = {
    { "evidence", .count = 16 },
};
static const sj_limit match_presence[] = {
    { "event_id", .max = 16, .exact = true },
    { "identity" },
    { "registration_id", .max = 16, .exact = true },
};
static const sj_limit list_attendance[] = {
    { "event_id", .max = 16, .exact = true },
    { "after", .max = 16, .exact = true },
    { "limit", .max = 200 },
};
static const sj_limit explain_verdict[] = {
    { "event_id", .max = 16, .exact = true },
    { "registration_id", .max = 16, .exact = true },
};
static const sj_limit list_unmatched[] = {
    { "event_id", .max = 16, .exact = true },
    { "after", .max = 16, .exact = true },
    { "limit", .max = 200 },
};
static const sj_limit verdict_changed[] = {
    { "event_id", .max = 16, .exact = true },
    { "registration_id", .max = 16, .exact = true },
    { "value" },
    { "seconds" },
    { "scheduled" },
    { "share" },
    { "threshold", .max = 10000 },
    { "rule_version" },
    { "evidence_hash", .max = 16, .exact = true },
};

/* certificate.proto */
static const sj_limit issue_certificate[] = {
    { "event_id", .max = 16, .exact = true },
    { "registration_id", .max = 16, .exact = true },
    { "kind" },
    { "lang", .max = 16 },
};
static const sj_limit revoke_certificate[] = {
    { "certificate_id", .max = 16, .exact = true },
    { "reason", .max = 1024 },
};
static const sj_limit reissue_certificate[] = {
    { "certificate_id", .max = 16, .exact = true },
    { "reason", .max = 1024 },
    { "lang", .max = 16 },
};
static const sj_limit attach_signatures[] = {
    { "signature", .count = 512 },
};
static const sj_limit signature[] = {
    { "id", .max = 16, .exact = true },
    { "signature", .max = 64, .exact = true },
    { "refusal", .max = 256 },
};
static const sj_limit adopt_keys[] = {
    { "issuer", .max = 256 },
    { "key", .count = 64 },
};
static const sj_limit issuer_key[] = {
    { "purpose" },
    { "public_key", .max = 32, .exact = true },
    { "adopted_ms", .max = SJ_INSTANT_MAX_MS },
    { "current" },
};
static const sj_limit refresh_status_list[] = {
    { "validity_days", .max = 366 },
    { "list", .max = 10000 },
};
static const sj_limit get_certificate[] = {
    { "certificate_id", .max = 16, .exact = true },
};
static const sj_limit list_certificates[] = {
    { "event_id", .max = 16, .exact = true },
    { "after", .max = 64 },
    { "limit", .max = 200 },
};
static const sj_limit get_status_list[] = {
    { "list", .max = 10000 },
    { "list_id", .max = 16, .exact = true },
};
static const sj_limit list_eligible[] = {
    { "event_id", .max = 16, .exact = true },
    { "after", .max = 16, .exact = true },
    { "limit", .max = 200 },
};

static const struct {
    const ProtobufCMessageDescriptor *type;
    const sj_limit *limits;
} table[] = {
    { &sijill__v1__envelope__descriptor, envelope },
    { &sijill__v1__log_pos__descriptor, log_pos },
    { &sijill__v1__person__descriptor, person },
    { &sijill__v1__register__descriptor, register },
    { &sijill__v1__evidence__descriptor, evidence },
    { &sijill__v1__identity__descriptor, identity },
    { &sijill__v1__record_evidence__descriptor, record_evidence },
    { &sijill__v1__status__descriptor, status },
    { &sijill__v1__hello__descriptor, hello },
    { &sijill__v1__subscribe__descriptor, subscribe },
    { &sijill__v1__credit__descriptor, credit },
    { &sijill__v1__pulse__descriptor, nothing },
    { &sijill__v1__get_status__descriptor, nothing },
    { &sijill__v1__text__descriptor, text },
    { &sijill__v1__session__descriptor, session },
    { &sijill__v1__break__descriptor, break },
    { &sijill__v1__partner__descriptor, partner },
    { &sijill__v1__parent__descriptor, parent },
    { &sijill__v1__country_seats__descriptor, country_seats },
    { &sijill__v1__event_rules__descriptor, event_rules },
    { &sijill__v1__event__descriptor, event },
    { &sijill__v1__define_organisation__descriptor, define_organisation },
    { &sijill__v1__define_programme__descriptor, define_programme },
    { &sijill__v1__define_event__descriptor, define_event },
    { &sijill__v1__change_event_state__descriptor, change_event_state },
    { &sijill__v1__set_event_rules__descriptor, set_event_rules },
    { &sijill__v1__decide_registration__descriptor, decide_registration },
    { &sijill__v1__get_event__descriptor, get_event },
    { &sijill__v1__list_events__descriptor, list_events },
    { &sijill__v1__get_registration__descriptor, get_registration },
    { &sijill__v1__list_registrations__descriptor, list_registrations },
    { &sijill__v1__list_programmes__descriptor, list_programmes },
    { &sijill__v1__event_changed__descriptor, event_changed },
    { &sijill__v1__registration_changed__descriptor, registration_changed },
    { &sijill__v1__registration_personal__descriptor, registration_personal },
    { &sijill__v1__match_presence__descriptor, match_presence },
    { &sijill__v1__list_attendance__descriptor, list_attendance },
    { &sijill__v1__explain_verdict__descriptor, explain_verdict },
    { &sijill__v1__list_unmatched__descriptor, list_unmatched },
    { &sijill__v1__verdict_changed__descriptor, verdict_changed },
    { &sijill__v1__issue_certificate__descriptor, issue_certificate },
    { &sijill__v1__revoke_certificate__descriptor, revoke_certificate },
    { &sijill__v1__reissue_certificate__descriptor, reissue_certificate },
    { &sijill__v1__attach_signatures__descriptor, attach_signatures },
    { &sijill__v1__signature__descriptor, signature },
    { &sijill__v1__adopt_keys__descriptor, adopt_keys },
    { &sijill__v1__issuer_key__descriptor, issuer_key },
    { &sijill__v1__refresh_status_list__descriptor, refresh_status_list },
    { &sijill__v1__get_certificate__descriptor, get_certificate },
    { &sijill__v1__list_certificates__descriptor, list_certificates },
    { &sijill__v1__get_status_list__descriptor, get_status_list },
    { &sijill__v1__get_did_document__descriptor, nothing },
    { &sijill__v1__list_eligible__descriptor, list_eligible },
};

const sj_limit *
sj_limits_of(const ProtobufCMessageDescriptor *type)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].type == type)
            return table[i].limits;
    return NULL;
}
