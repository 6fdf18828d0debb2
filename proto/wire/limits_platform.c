/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire/limits_platform.h"

#include "sijill/v1/access.pb-c.h"
#include "sijill/v1/platform.pb-c.h"

static const sj_limit nothing[] = { { .name = NULL } };

/* access.proto */
static const sj_limit add_key[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "hash", .max = 32, .exact = true },
    { .name = "role" },
    { .name = "label", .max = 256 },
    { .name = "event_id", .count = 64, .max = 16, .exact = true },
    { .name = "from_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "until_ms", .max = SJ_INSTANT_MAX_MS },
};
static const sj_limit revoke_key[] = {
    { .name = "id", .max = 16, .exact = true },
};
static const sj_limit list_keys[] = {
    { .name = "after", .max = 16, .exact = true },
    { .name = "limit", .max = 200 },
};
static const sj_limit key_changed[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "hash", .max = 32, .exact = true },
    { .name = "role" },
    { .name = "event_id", .count = 64, .max = 16, .exact = true },
    { .name = "from_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "until_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "revoked_ms", .max = SJ_INSTANT_MAX_MS },
};

/* platform.proto */
static const sj_limit push[] = {
    { .name = "kind" },
    { .name = "platform", .max = 128 },
    { .name = "external_id", .max = 128 },
    { .name = "instance", .max = 128 },
    { .name = "title", .max = 1024 },
    { .name = "occurred_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "registrant_id", .max = 128 },
    { .name = "email", .max = 254 },
    { .name = "name", .max = 800 },
    { .name = "country", .max = 2 },
    { .name = "institution", .max = 1024 },
    { .name = "position", .max = 1024 },
    { .name = "language", .max = 35 },
    { .name = "pending" },
    { .name = "connection", .max = 128 },
    { .name = "bound_to", .max = 128 },
    { .name = "ended_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "nonce", .max = 16, .exact = true },
    { .name = "undated" },
};
static const sj_limit follow_registration[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "source", .max = 128 },
    { .name = "external_id", .max = 128 },
    { .name = "person" },
    { .name = "kind" },
    { .name = "pending" },
    { .name = "occurred_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "nonce", .max = 16, .exact = true },
};
static const sj_limit note_upload[] = {
    { .name = "event_id", .max = 16, .exact = true },      { .name = "slug", .max = 96 },
    { .name = "file_hash", .max = 32, .exact = true },     { .name = "file_size" },
    { .name = "settings_hash", .max = 32, .exact = true },
};
static const sj_limit hook_setting[] = {
    { .name = "name", .max = 64 },
    { .name = "value", .max = 1024 },
};
static const sj_limit hook[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "platform", .max = 128 },
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "sealed_secret", .count = 2, .max = 4096 },
    { .name = "label", .max = 256 },
    { .name = "setting", .count = 8 },
    { .name = "created_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "removed" },
};
static const sj_limit add_hook[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "platform", .max = 128 },
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "sealed_secret", .max = 4096 },
    { .name = "label", .max = 256 },
    { .name = "setting", .count = 8 },
};
static const sj_limit rotate_hook[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "sealed_secret", .max = 4096 },
    { .name = "retire" },
};
static const sj_limit remove_hook[] = {
    { .name = "id", .max = 16, .exact = true },
};
static const sj_limit list_hooks[] = {
    { .name = "after", .max = 16, .exact = true },
    { .name = "limit", .max = 50 },
};
static const sj_limit get_hook[] = {
    { .name = "id", .max = 16, .exact = true },
};
static const sj_limit adopt_seal_key[] = {
    { .name = "public_key", .max = 32, .exact = true },
    { .name = "replace" },
};
static const sj_limit link_event[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "platform", .max = 128 },
    { .name = "external_id", .max = 128 },
    { .name = "remove" },
};
static const sj_limit list_links[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "after", .max = 16, .exact = true },
    { .name = "limit", .max = 200 },
};
static const sj_limit link_[] = {
    { .name = "event_id", .max = 16, .exact = true },
    { .name = "platform", .max = 128 },
    { .name = "external_id", .max = 128 },
    { .name = "removed" },
};
static const sj_limit get_link[] = {
    { .name = "platform", .max = 128 },
    { .name = "external_id", .max = 128 },
};
static const sj_limit hold_push[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "push" },
    { .name = "hook_id", .max = 16, .exact = true },
    { .name = "received_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "why" },
    { .name = "words", .max = 1024 },
    { .name = "raw", .max = 4096 },
};
static const sj_limit release_push[] = {
    { .name = "id", .max = 16, .exact = true },
};
static const sj_limit list_held[] = {
    { .name = "platform", .max = 128 },
    { .name = "external_id", .max = 128 },
    { .name = "after", .max = 16, .exact = true },
    { .name = "limit", .max = 100 },
};
static const sj_limit endpoint[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "url", .max = 1024 },
    { .name = "type", .count = 64 },
    { .name = "sealed_secret", .max = 512 },
    { .name = "public_key", .max = 32, .exact = true },
    { .name = "label", .max = 256 },
    { .name = "state" },
    { .name = "reason", .max = 1024 },
    { .name = "created_ms", .max = SJ_INSTANT_MAX_MS },
    { .name = "removed" },
    { .name = "replay" },
};
static const sj_limit define_endpoint[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "url", .max = 1024 },
    { .name = "type", .count = 64 },
    { .name = "sealed_secret", .max = 512 },
    { .name = "public_key", .max = 32, .exact = true },
    { .name = "label", .max = 256 },
};
static const sj_limit set_endpoint_state[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "state" },
    { .name = "reason", .max = 1024 },
    { .name = "remove" },
};
static const sj_limit replay_endpoint[] = {
    { .name = "id", .max = 16, .exact = true },
    { .name = "after" },
};
static const sj_limit list_endpoints[] = {
    { .name = "after", .max = 16, .exact = true },
    { .name = "limit", .max = 50 },
};
static const sj_limit get_endpoint[] = {
    { .name = "id", .max = 16, .exact = true },
};

const sj_limits_row sj_limits_platform[] = {
    { &sijill__v1__add_key__descriptor, add_key },
    { &sijill__v1__revoke_key__descriptor, revoke_key },
    { &sijill__v1__list_keys__descriptor, list_keys },
    { &sijill__v1__who_am_i__descriptor, nothing },
    { &sijill__v1__key_changed__descriptor, key_changed },
    { &sijill__v1__push__descriptor, push },
    { &sijill__v1__follow_registration__descriptor, follow_registration },
    { &sijill__v1__note_upload__descriptor, note_upload },
    { &sijill__v1__hook_setting__descriptor, hook_setting },
    { &sijill__v1__hook__descriptor, hook },
    { &sijill__v1__add_hook__descriptor, add_hook },
    { &sijill__v1__rotate_hook__descriptor, rotate_hook },
    { &sijill__v1__remove_hook__descriptor, remove_hook },
    { &sijill__v1__list_hooks__descriptor, list_hooks },
    { &sijill__v1__get_hook__descriptor, get_hook },
    { &sijill__v1__adopt_seal_key__descriptor, adopt_seal_key },
    { &sijill__v1__get_seal_key__descriptor, nothing },
    { &sijill__v1__link_event__descriptor, link_event },
    { &sijill__v1__list_links__descriptor, list_links },
    { &sijill__v1__link__descriptor, link_ },
    { &sijill__v1__get_link__descriptor, get_link },
    { &sijill__v1__hold_push__descriptor, hold_push },
    { &sijill__v1__release_push__descriptor, release_push },
    { &sijill__v1__list_held__descriptor, list_held },
    { &sijill__v1__endpoint__descriptor, endpoint },
    { &sijill__v1__define_endpoint__descriptor, define_endpoint },
    { &sijill__v1__set_endpoint_state__descriptor, set_endpoint_state },
    { &sijill__v1__replay_endpoint__descriptor, replay_endpoint },
    { &sijill__v1__list_endpoints__descriptor, list_endpoints },
    { &sijill__v1__get_endpoint__descriptor, get_endpoint },
    { NULL, NULL },
};
