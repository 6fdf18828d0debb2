/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standard: any platform that signs by Standard Webhooks 1.0, with HMAC-SHA256 (v1, a secret
 * whsec_...) or Ed25519 (v1a, a public key whpk_...), and says what docs/webhooks.md asks for.
 */
#include "services/gateway/platform/cloudevents.h"
#include "services/gateway/platform/platforms.h"
#include "services/gateway/platform/reading.h"
#include "services/gateway/platform/signature.h"

#include "proto/wire/check.h"

#include <sodium.h>
#include <string.h>

#define ID "webhook-id"
#define TIMESTAMP "webhook-timestamp"
#define SIGNATURE "webhook-signature"

enum { ID_MAX = 256, SIGNATURES_MAX = 8, KEY_MIN = 24, KEY_MAX = 64, PLATFORM_NAME_MAX = 64 };

static const char *const headers[] = { ID,        TIMESTAMP, SIGNATURE,   "content-type",
                                       "ce-type", "ce-id",   "ce-source", "ce-specversion",
                                       "ce-time", NULL };

/* ---- check -------------------------------------------------------------------------------------
 */

/* What is signed, in one piece, as Ed25519 needs it. */
typedef struct envelope {
    const char *id, *timestamp;
    sj_bytes content;
} envelope;

static bool
envelope_open(sj_arena *arena, const platform_delivery *in, envelope *e, uint64_t *seconds)
{
    size_t id, time;
    char *at;

    e->id = delivery_header(in, ID);
    e->timestamp = delivery_header(in, TIMESTAMP);
    if (e->id == NULL || e->timestamp == NULL)
        return false;
    id = strlen(e->id);
    time = strlen(e->timestamp);
    if (id > ID_MAX || strpbrk(e->id, ". ") != NULL || !sj_text_plain(e->id, id) ||
        !signature_number(e->timestamp, time, seconds))
        return false;
    at = sj_arena_take(arena, id + time + 2 + in->body.size);
    if (at == NULL)
        return false;
    e->content = (sj_bytes){ at, id + time + 2 + in->body.size };
    memcpy(at, e->id, id);
    at[id] = '.';
    memcpy(at + id + 1, e->timestamp, time);
    at[id + 1 + time] = '.';
    if (in->body.size > 0)
        memcpy(at + id + time + 2, in->body.at, in->body.size);
    return true;
}

/* Strict base64 behind a prefix: its octets' count; 0: it is none, or too long. */
static size_t
key_of(sj_bytes secret, const char *prefix, uint8_t key[KEY_MAX])
{
    size_t skip = strlen(prefix), size;

    if (secret.size <= skip || memcmp(secret.at, prefix, skip) != 0 ||
        sodium_base642bin(key, KEY_MAX, (const char *) secret.at + skip, secret.size - skip, NULL,
                          &size, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return 0;
    return size;
}

static bool
is_v1_good(const envelope *e, sj_bytes secret, const char *signature, size_t size)
{
    uint8_t key[KEY_MAX];
    size_t key_size = key_of(secret, "whsec_", key);
    char expected[SIGNATURE_TEXT_MAX];
    bool good =
        key_size >= KEY_MIN &&
        signature_base64(DIGEST_SHA256, (sj_bytes){ key, key_size }, &e->content, 1, expected) &&
        signature_same_text(signature, size, expected);

    sodium_memzero(key, sizeof key);
    return good;
}

static bool
is_v1a_good(const envelope *e, sj_bytes secret, const char *signature, size_t size)
{
    uint8_t key[KEY_MAX], octets[crypto_sign_BYTES];
    size_t octet_count;

    return key_of(secret, "whpk_", key) == crypto_sign_PUBLICKEYBYTES &&
           sodium_base642bin(octets, sizeof octets, signature, size, NULL, &octet_count, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           octet_count == sizeof octets &&
           crypto_sign_verify_detached(octets, e->content.at, e->content.size, key) == 0;
}

/* Any good one is enough; those of versions that we do not know are passed over. */
static bool
is_signed(const platform_delivery *in, const envelope *e, const char *at)
{
    unsigned count = 0;
    bool good = false;

    for (at += strspn(at, " "); *at != '\0'; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");

        if (++count > SIGNATURES_MAX)
            return false;
        for (size_t i = 0; i < in->secret_count; i++) {
            if (strncmp(at, "v1,", 3) == 0)
                good = is_v1_good(e, in->secret[i], at + 3, size - 3) || good;
            else if (strncmp(at, "v1a,", 4) == 0)
                good = is_v1a_good(e, in->secret[i], at + 4, size - 4) || good;
        }
        at += size;
    }
    return good;
}

/* Signed and fresh: is it an event in a form that can be believed? */
static void
check_form(sj_arena *arena, const platform_delivery *in, platform_answer *out)
{
    cloudevents_form form = cloudevents_form_of(in);

    if (form == CLOUDEVENTS_OTHER) {
        answer_refuse(out, 415, "unsupported_format");
        return;
    }
    answer_accept(out, 200);
    if (form != CLOUDEVENTS_BINARY)
        return;
    switch (cloudevents_repeats(arena, in)) {
    case CLOUDEVENTS_REPEATED:
        break;
    case CLOUDEVENTS_ABSENT:
        answer_refuse(out, 415, "unsupported_format");
        break;
    case CLOUDEVENTS_DIFFERENT:
        answer_refuse(out, 401, "bad_signature");
        break;
    }
}

static void
check(sj_arena *arena, const platform_delivery *in, platform_answer *out)
{
    const char *signature = delivery_header(in, SIGNATURE);
    uint64_t seconds;
    envelope e;

    answer_refuse(out, 401, "bad_signature");
    if (signature == NULL || !envelope_open(arena, in, &e, &seconds) ||
        !is_signed(in, &e, signature))
        return;
    if (signature_fresh(in, seconds))
        check_form(arena, in, out);
    else
        answer_refuse(out, 401, "stale");
}

/* ---- read --------------------------------------------------------------------------------------
 */

typedef struct known_type {
    const char *name;
    Sijill__V1__Push__Kind kind;
} known_type;

static const known_type known_types[] = {
    { "registration.created", SIJILL__V1__PUSH__KIND__REGISTERED },
    { "registration.approved", SIJILL__V1__PUSH__KIND__APPROVED },
    { "registration.denied", SIJILL__V1__PUSH__KIND__DENIED },
    { "registration.cancelled", SIJILL__V1__PUSH__KIND__WITHDRAWN },
    { "participant.joined", SIJILL__V1__PUSH__KIND__JOINED },
    { "participant.left", SIJILL__V1__PUSH__KIND__LEFT },
    { "participant.bind", SIJILL__V1__PUSH__KIND__BOUND },
    { "participant.role_changed", SIJILL__V1__PUSH__KIND__ROLE_CHANGED },
    { "participant.present", SIJILL__V1__PUSH__KIND__PRESENT },
    { "webinar.ended", SIJILL__V1__PUSH__KIND__ENDED },
    { "meeting.ended", SIJILL__V1__PUSH__KIND__ENDED },
    { "session.ended", SIJILL__V1__PUSH__KIND__ENDED },
    { "event.ended", SIJILL__V1__PUSH__KIND__ENDED },
};

/* By the last two words of the type: "org.example.participant.joined" is one as well. */
static Sijill__V1__Push__Kind
kind_of(const char *type)
{
    size_t size = strlen(type);

    for (size_t i = 0; i < sizeof known_types / sizeof known_types[0]; i++) {
        size_t known = strlen(known_types[i].name);

        if (size >= known && strcmp(type + size - known, known_types[i].name) == 0 &&
            (size == known || type[size - known - 1] == '.'))
            return known_types[i].kind;
    }
    return SIJILL__V1__PUSH__KIND__NONE;
}

static const json_t *
first_of(const json_t *data, const char *one, const char *other)
{
    const json_t *value = json_object_get(data, one);

    return value != NULL && !json_is_null(value) ? value : json_object_get(data, other);
}

/* The name of a platform is one that links can be made with. */
static char *
platform_of(reading *r, const json_t *data)
{
    char *name = reading_id(r, json_object_get(data, "platform"));

    if (name == NULL || strlen(name) > PLATFORM_NAME_MAX ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] != '\0')
        return (char *) (uintptr_t) r->platform;
    return name;
}

static void
read_person(reading *r, const json_t *data, Sijill__V1__Push *push)
{
    push->registrant_id = reading_id(r, json_object_get(data, "registrant_id"));
    push->email = reading_email(r, json_object_get(data, "email"));
    push->name = reading_text(r, json_object_get(data, "name"), READING_NAME_MAX);
    if (push->name == NULL)
        push->name = reading_name(r, json_object_get(data, "first_name"),
                                  json_object_get(data, "last_name"));
}

static void
read_registration(reading *r, const json_t *data, Sijill__V1__Push *push)
{
    const json_t *pending = json_object_get(data, "pending");

    push->country = reading_country(r, json_object_get(data, "country"));
    push->institution = reading_text(r, json_object_get(data, "institution"), READING_WORK_MAX);
    push->position = reading_text(r, json_object_get(data, "position"), READING_WORK_MAX);
    push->language = reading_language(r, json_object_get(data, "language"));
    push->has_pending = push->kind == SIJILL__V1__PUSH__KIND__REGISTERED;
    push->pending = push->has_pending && json_is_true(pending);
}

/* Who says nothing of connections has one a person and run, whichever of the person's names is
 * said: the ledger pairs what has no connection by person.  Of a person without registrant id and
 * e-mail the name must do. */
static void
read_connection(reading *r, const json_t *data, Sijill__V1__Push *push)
{
    push->connection = reading_connection(
        r, push,
        (const char *const[]){ reading_raw(r, json_object_get(data, "connection")), NULL });
    push->bound_to = reading_connection(
        r, push, (const char *const[]){ reading_raw(r, json_object_get(data, "bound_to")), NULL });
    if (push->connection != NULL || push->kind == SIJILL__V1__PUSH__KIND__BOUND)
        return;
    if (push->registrant_id == NULL && push->email == NULL)
        push->connection = reading_connection(r, push, (const char *const[]){ push->name, NULL });
    else
        reading_run(r, push);
}

/* NULL, or what is missing. */
static const char *
words_of(const Sijill__V1__Push *push)
{
    if (push->kind == SIJILL__V1__PUSH__KIND__PRESENT &&
        (!push->has_ended_ms || push->ended_ms < push->occurred_ms))
        return "participant.present needs occurred_at, and ended_at at or after it";
    if (push->kind == SIJILL__V1__PUSH__KIND__BOUND &&
        (push->connection == NULL || push->bound_to == NULL))
        return "participant.bind needs connection and bound_to";
    return NULL;
}

static bool
is_registration(Sijill__V1__Push__Kind kind)
{
    return kind == SIJILL__V1__PUSH__KIND__REGISTERED || kind == SIJILL__V1__PUSH__KIND__APPROVED ||
           kind == SIJILL__V1__PUSH__KIND__DENIED || kind == SIJILL__V1__PUSH__KIND__WITHDRAWN;
}

static uint64_t
sent_ms(const platform_delivery *in)
{
    const char *timestamp = delivery_header(in, TIMESTAMP);
    uint64_t seconds;

    if (timestamp == NULL || !signature_number(timestamp, strlen(timestamp), &seconds))
        return 0;
    return seconds * 1000;
}

/* A CloudEvent is one by source and id, anything else by the id of its delivery, which redelivery
 * keeps.  Each sender makes these as it likes: they say nothing about another hook's. */
static void
read_same(reading *r, const cloudevent *event, Sijill__V1__Push *push)
{
    const char *once = delivery_header(r->in, ID);

    if (event->source[0] != '\0' && event->id[0] != '\0')
        reading_same_here(r, push,
                          (const char *const[]){ "event", event->source, event->id, NULL });
    else if (once != NULL)
        reading_same_here(r, push, (const char *const[]){ "delivery", once, NULL });
}

static void
read_push(reading *r, const cloudevent *event, Sijill__V1__Push__Kind kind)
{
    const json_t *data = event->data;
    Sijill__V1__Push *push = reading_push(r, kind);

    push->platform = platform_of(r, data);
    push->external_id = reading_id(r, first_of(data, "external_id", "webinar_id"));
    push->instance = reading_id(r, json_object_get(data, "instance"));
    push->title = reading_text(r, json_object_get(data, "title"), READING_TITLE_MAX);
    if (kind != SIJILL__V1__PUSH__KIND__ENDED)
        read_person(r, data, push);
    if (is_registration(kind))
        read_registration(r, data, push);
    else if (kind == SIJILL__V1__PUSH__KIND__ENDED)
        reading_run(r, push);
    else
        read_connection(r, data, push);
    reading_occurred(r, push, reading_instant(json_object_get(data, "occurred_at")),
                     reading_instant(event->time));
    if (push->undated && sent_ms(r->in) != 0) /* a retry is sent at another time */
        push->occurred_ms = sent_ms(r->in);
    if (kind == SIJILL__V1__PUSH__KIND__PRESENT) {
        push->ended_ms = reading_instant(json_object_get(data, "ended_at"));
        push->has_ended_ms = push->ended_ms != 0;
    }
    read_same(r, event, push);
    if (words_of(push) != NULL)
        reading_spoil(r, words_of(push));
}

static void
read_event(reading *r, const json_t *root)
{
    const cloudevent event = cloudevents_open(root, cloudevents_form_of(r->in));
    Sijill__V1__Push__Kind kind = kind_of(event.type);

    if (event.words != NULL && (event.type[0] == '\0' || kind != SIJILL__V1__PUSH__KIND__NONE))
        reading_words(r, event.words);
    else if (kind != SIJILL__V1__PUSH__KIND__NONE)
        read_push(r, &event, kind);
}

static void
read_delivery(sj_arena *arena, const platform_delivery *in, platform_items *out)
{
    reading r;
    json_t *root;

    reading_begin(&r, arena, in, platform_standard.name, out);
    root = reading_json(&r, in->body);
    if (root != NULL)
        read_event(&r, root);
    json_decref(root);
}

const platform platform_standard = { .name = "standard",
                                     .headers = headers,
                                     .check = check,
                                     .read = read_delivery,
                                     .greet_headers = cloudevents_greet_headers,
                                     .greet = cloudevents_greet };
