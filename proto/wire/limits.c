/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits of every field that a peer may send, one array a message, in the order of its
 * descriptor.  A test proves that each field of each message that a route takes has its row here.
 */
#include "proto/wire/limits_platform.h"

#include "sijill/v1/attendance.pb-c.h"
#include "sijill/v1/certificate.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "sijill/v1/wire.pb-c.h"

static const sj_limit nothing[] = { { .name = NULL } };

/* wire.proto */
static const sj_limit envelope[] = {
    { .name = "kind" },
    { .name = "id" },
    { .name = "type" },
    { .name = "schema" },
    { .name = "org" },
    { .name = "key", .max = 16, .exact = true },
    { .name = "expires_at_ms" },
    { .name = "min_pos" },
    { .name = "trace", .max = 25, .exact = true },
    { .name = "attempt" },
    { .name = "status" },
    { .name = "pos" },
    { .name = "window" },
    { .name = "flags" },
    { .name = "priority" },
    { .name = "actor", .max = 16, .exact = true },
    { .name = "credential", .max = 32, .exact = true },
    { .name = "origin", .max = 64 },
    { .name = "outside", .max = 16, .exact = true },
    { .name = "if_revision" },
};
static const sj_limit log_pos[] = {
    { .name = "shard" },
    { .name = "epoch" },
    { .name = "seq" },
};
static const sj_limit status[] = {
    { .name = "code" },
    { .name = "retry" },
    { .name = "retry_after_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "detail", .max = 256 },
    { .name = "field", .max = 1024 },
    { .name = "replayed" },
    { .name = "endpoints", .count = 64, .max = 1024 },
};
static const sj_limit hello[] = {
    { .name = "min_major" },
    { .name = "max_major" },
    { .name = "instance", .max = 16, .exact = true },
    { .name = "agent", .max = 128 },
    { .name = "features" },
};
static const sj_limit subscribe[] = {
    { .name = "shard" },
    { .name = "after" },
    { .name = "types", .count = 64 },
    { .name = "org" },
    { .name = "credit_bytes" },
    { .name = "snapshot_ok" },
    { .name = "name", .max = 64 },
};
static const sj_limit credit[] = {
    { .name = "bytes" },
    { .name = "durable" },
};
static const sj_limit note_consumer[] = {
    { .name = "name", .max = 64 },
    { .name = "at" },
};

/* registration.proto */
static const sj_limit text[] = {
    { .name = "lang", .max = 16 },
    { .name = "text", .max = 800 },
};
static const sj_limit session[] = {
    { .name = "number", .max = 1000 },
    { .name = "title", .max = 800 },
    { .name = "starts_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "ends_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "breaks", .count = 16 },
    { .name = "mandatory" },
    { .name = "date", .max = 10 },
};
static const sj_limit break_[] = {
    { .name = "starts_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "ends_ms", .max = SJ_INSTANT_MAX_MS },
};
static const sj_limit partner[] = {
    { .name = "name", .count = 16 },      { .name = "acronym", .max = 128 },
    { .name = "role", .max = 128 },       { .name = "country", .max = 2 },
    { .name = "mechanism", .max = 128 },  { .name = "channel", .max = 128 },
    { .name = "project_id", .max = 128 },
};
static const sj_limit parent[] = {
    { .name = "kind", .max = 128 },
    { .name = "slug", .max = 128 },
    { .name = "title", .count = 16 },
    { .name = "components", .count = 64, .max = 1024 },
};
static const sj_limit country_seats[] = {
    { .name = "country", .max = 2 },
    { .name = "seats", .max = 10000000 },
};
static const sj_limit event_rules[] = {
    { .name = "capacity", .max = 10000000 },
    { .name = "capacity_in_person", .max = 10000000 },
    { .name = "capacity_online", .max = 10000000 },
    { .name = "country_seats", .count = 250 },
    { .name = "needs_approval" },
    { .name = "waiting_list" },
    { .name = "opens_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "closes_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "threshold", .max = 10000 },
    { .name = "release" },
    { .name = "certificate_lang", .max = 16 },
};
static const sj_limit event[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "slug", .max = 96 },
    { .name = "kind", .max = 128 },
    { .name = "kind_label", .max = 1024 },
    { .name = "title", .count = 16 },
    { .name = "start_date", .max = 10 },
    { .name = "end_date", .max = 10 },
    { .name = "date_precision" },
    { .name = "date_uncertain" },
    { .name = "date_source", .max = 1024 },
    { .name = "time_zone", .max = 64 },
    { .name = "mode" },
    { .name = "venue", .max = 1024 },
    { .name = "city", .max = 1024 },
    { .name = "country", .max = 2 },
    { .name = "languages", .count = 16, .max = 16 },
    { .name = "partners", .count = 64 },
    { .name = "agenda_items", .count = 64, .max = 100000 },
    { .name = "sdg_tags", .count = 64, .max = 100000 },
    { .name = "programmes", .count = 64, .max = 96 },
    { .name = "parents", .count = 64 },
    { .name = "sessions", .count = 64 },
    { .name = "assumed_hours" },
    { .name = "rules" },
    { .name = "theme", .count = 16 },
    { .name = "source_json", .max = 16384 },
    { .name = "starts_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "ends_ms", .max = SJ_INSTANT_MAX_MS },
};
static const sj_limit person[] = {
    { .name = "name", .max = 800 },        { .name = "name_latin", .max = 800 },
    { .name = "email", .max = 254 },       { .name = "country", .max = 2 },
    { .name = "institution", .max = 800 }, { .name = "position", .max = 800 },
    { .name = "language", .max = 16 },
};
static const sj_limit define_organisation[] = {
    { .name = "name", .count = 16 },
    { .name = "languages", .count = 16, .max = 16 },
    { .name = "url", .max = 256 },
};
static const sj_limit define_programme[] = {
    { .name = "slug", .max = 96 },           { .name = "code", .max = 128 },
    { .name = "kind", .max = 128 },          { .name = "name", .count = 16 },
    { .name = "source_json", .max = 16384 },
};
static const sj_limit define_event[] = {
    { .name = "event" },
};
static const sj_limit change_event_state[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "state" },
};
static const sj_limit set_event_rules[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "rules" },
};
static const sj_limit register_[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "person" },
    { .name = "role" },
    { .name = "mode" },
    { .name = "on_duplicate" },
    { .name = "source", .max = 128 },
    { .name = "external_id", .max = 128 },
    { .name = "override" },
};
static const sj_limit decide_registration[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "registration_id", .max = 16, .exact = true },
    { .name = "decision" },
    { .name = "reason", .max = 1024 },
};
static const sj_limit get_event[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "slug", .max = 96 },
};
static const sj_limit list_events[] = {
    { .name = "after", .max = 96 },
    { .name = "limit", .max = 200 },
};
static const sj_limit get_registration[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "registration_id", .max = 16, .exact = true },
    { .name = "email", .max = 254 },
};
static const sj_limit list_registrations[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "state" },
    { .name = "after", .max = 16, .exact = true },
    { .name = "limit", .max = 200 },
};
static const sj_limit list_programmes[] = {
    { .name = "after", .max = 96 },
    { .name = "limit", .max = 200 },
};
static const sj_limit event_changed[] = {
    { .name = "event" },
    { .name = "state" },
};
static const sj_limit registration_changed[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "registration_id", .max = 16, .exact = true },
    { .name = "state" },
    { .name = "was" },
    { .name = "role" },
    { .name = "mode" },
    { .name = "country", .max = 2 },
    { .name = "override" },
};
static const sj_limit registration_personal[] = {
    { .name = "person" },
    { .name = "source", .max = 128 },
    { .name = "external_id", .max = 128 },
};

/* attendance.proto */
static const sj_limit evidence[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "kind" },
    { .name = "registration_id", .max = 16, .exact = true },
    { .name = "identity" },
    { .name = "session", .max = 1000 },
    { .name = "occurred_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "ended_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "source" },
    { .name = "mark" },
    { .name = "remark", .max = 1024 },
    { .name = "device", .max = 128 },
    { .name = "device_seq" },
    { .name = "device_now_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "connection", .max = 128 },
    { .name = "nonce", .max = 16, .exact = true },
    { .name = "voids", .max = 16, .exact = true },
    { .name = "bound_to", .max = 128 },
};
static const sj_limit identity[] = {
    { .name = "registrant_id", .max = 128 },
    { .name = "email", .max = 254 },
    { .name = "display_name", .max = 800 },
    { .name = "platform", .max = 128 },
};
static const sj_limit record_evidence[] = {
    { .name = "evidence", .count = 16 },
};
static const sj_limit match_presence[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "identity" },
    { .name = "registration_id", .max = 16, .exact = true },
};
static const sj_limit list_attendance[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "after", .max = 16, .exact = true },
    { .name = "limit", .max = 200 },
};
static const sj_limit explain_verdict[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "registration_id", .max = 16, .exact = true },
};
static const sj_limit list_unmatched[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "after", .max = 16, .exact = true },
    { .name = "limit", .max = 200 },
};
static const sj_limit verdict_changed[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "registration_id", .max = 16, .exact = true },
    { .name = "value" },
    { .name = "seconds" },
    { .name = "scheduled" },
    { .name = "share" },
    { .name = "threshold", .max = 10000 },
    { .name = "rule_version" },
    { .name = "evidence_hash", .max = 16, .exact = true },
};

/* certificate.proto */
static const sj_limit issue_certificate[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "registration_id", .max = 16, .exact = true },
    { .name = "kind" },
    { .name = "lang", .max = 16 },
};
static const sj_limit revoke_certificate[] = {
    { .name = "certificate_id", .max = 16, .exact = true },
    { .name = "reason", .max = 1024 },
};
static const sj_limit reissue_certificate[] = {
    { .name = "certificate_id", .max = 16, .exact = true },
    { .name = "reason", .max = 1024 },
    { .name = "lang", .max = 16 },
};
static const sj_limit attach_signatures[] = {
    { .name = "signature", .count = 512 },
};
static const sj_limit signature[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "signature", .max = 64, .exact = true },
    { .name = "refusal", .max = 256 },
};
static const sj_limit adopt_keys[] = {
    { .name = "issuer", .max = 256 },
    { .name = "key", .count = 64 },
};
static const sj_limit issuer_key[] = {
    { .name = "purpose" },
    { .name = "public_key", .max = 32, .exact = true },
    { .name = "adopted_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "current" },
};
static const sj_limit refresh_status_list[] = {
    { .name = "validity_days", .max = 366 },
    { .name = "list", .max = 10000 },
};
static const sj_limit get_certificate[] = {
    { .name = "certificate_id", .max = 16, .exact = true },
};
static const sj_limit list_certificates[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "after", .max = 64 },
    { .name = "limit", .max = 200 },
};
static const sj_limit get_status_list[] = {
    { .name = "list", .max = 10000 },
    { .name = "list_id", .max = 16, .exact = true },
};
static const sj_limit list_eligible[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "after", .max = 16, .exact = true },
    { .name = "limit", .max = 200 },
};

static const sj_limit list_audit[] = {
    { .name = "after" },
    { .name = "limit", .max = 200 },
    { .name = "actor", .max = 16, .exact = true },
    { .name = "event_id", .max = 16, .exact = true },
};

/* What comes most often stands first. */
static const sj_limits_row table[] = {
    { &sijill__v1__envelope__descriptor, envelope },
    { &sijill__v1__log_pos__descriptor, log_pos },
    { &sijill__v1__person__descriptor, person },
    { &sijill__v1__register__descriptor, register_ },
    { &sijill__v1__registration_changed__descriptor, registration_changed },
    { &sijill__v1__registration_personal__descriptor, registration_personal },
    { &sijill__v1__evidence__descriptor, evidence },
    { &sijill__v1__identity__descriptor, identity },
    { &sijill__v1__record_evidence__descriptor, record_evidence },
    { &sijill__v1__status__descriptor, status },
    { &sijill__v1__hello__descriptor, hello },
    { &sijill__v1__subscribe__descriptor, subscribe },
    { &sijill__v1__credit__descriptor, credit },
    { &sijill__v1__note_consumer__descriptor, note_consumer },
    { &sijill__v1__pulse__descriptor, nothing },
    { &sijill__v1__get_status__descriptor, nothing },
    { &sijill__v1__get_metrics__descriptor, nothing },
    { &sijill__v1__list_audit__descriptor, list_audit },
    { &sijill__v1__text__descriptor, text },
    { &sijill__v1__session__descriptor, session },
    { &sijill__v1__break__descriptor, break_ },
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
    for (const sj_limits_row *row = sj_limits_platform; row->type != NULL; row++)
        if (row->type == type)
            return row->limits;
    return NULL;
}
