/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zoom: meetings and webinars of Zoom.
 *
 * The answer to endpoint.url_validation is made with the key and algorithm that sign events, so it
 * is given only to who has signed, and only for what looks like a token: else whoever asks could
 * have any event signed.
 */
#include "services/gateway/platform/platforms.h"
#include "services/gateway/platform/reading.h"
#include "services/gateway/platform/signature.h"

#include <stdio.h>
#include <string.h>

#define SIGNATURE "x-zm-signature"
#define TIMESTAMP "x-zm-request-timestamp"
#define CHALLENGE "endpoint.url_validation"

enum {
    TOKEN_MIN = 8,
    TOKEN_MAX = 64,
    ANSWER_SIZE = 256,
};

static const char *const headers[] = { SIGNATURE, TIMESTAMP, "x-zm-trackingid", "content-type",
                                       NULL };

/* ---- check -------------------------------------------------------------------------------------
 */

/* Which of the hook's secrets has signed; secret_count: none. */
static size_t
find_signer(const platform_delivery *in, const char *signature, const char *timestamp)
{
    const sj_bytes part[] = { { "v0:", 3 }, signature_text(timestamp), { ":", 1 }, in->body };
    char expected[3 + SIGNATURE_TEXT_MAX] = "v0=";
    size_t signer = in->secret_count;

    for (size_t i = 0; i < in->secret_count; i++)
        if (signature_hex(DIGEST_SHA256, in->secret[i], part, sizeof part / sizeof part[0],
                          expected + 3) &&
            signature_same_text(signature, strlen(signature), expected))
            signer = i;
    return signer;
}

static bool
is_token(const char *token)
{
    size_t size = strlen(token);

    return size >= TOKEN_MIN && size <= TOKEN_MAX &&
           strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
               size;
}

static void
answer_challenge(sj_arena *arena, sj_bytes secret, const json_t *json, platform_answer *out)
{
    const char *token = reading_string(json_object_get(json, "payload"), "plainToken");
    const sj_bytes part = signature_text(token);
    char hex[SIGNATURE_TEXT_MAX];
    char *body = sj_arena_take(arena, ANSWER_SIZE);

    if (!is_token(token) || body == NULL || !signature_hex(DIGEST_SHA256, secret, &part, 1, hex)) {
        answer_refuse(out, 400, "bad_challenge");
        return;
    }
    (void) snprintf(body, ANSWER_SIZE, "{\"plainToken\":\"%s\",\"encryptedToken\":\"%s\"}", token,
                    hex);
    *out = (platform_answer){
        .status = 200, .type = "application/json", .body = body, .outcome = "challenge"
    };
}

static bool
names_challenge(const json_t *json)
{
    return strcmp(reading_string(json, "event"), CHALLENGE) == 0;
}

static void
check(sj_arena *arena, const platform_delivery *in, platform_answer *out)
{
    const char *signature = delivery_header(in, SIGNATURE);
    const char *timestamp = delivery_header(in, TIMESTAMP);
    json_t *json = NULL;
    uint64_t seconds;
    size_t signer;

    answer_refuse(out, 401, "bad_signature");
    if (signature == NULL || timestamp == NULL ||
        !signature_number(timestamp, strlen(timestamp), &seconds))
        return;
    signer = find_signer(in, signature, timestamp);
    if (signer == in->secret_count)
        return;
    if (!signature_fresh(in, seconds)) {
        answer_refuse(out, 401, "stale");
        return;
    }
    answer_accept(out, 200);
    /* most deliveries are no challenge: they are unpacked later, when they are stored */
    if (in->body.size > 0 && memmem(in->body.at, in->body.size, CHALLENGE, strlen(CHALLENGE)))
        json = json_loadb(in->body.at, in->body.size, JSON_REJECT_DUPLICATES, NULL);
    if (names_challenge(json))
        answer_challenge(arena, in->secret[signer], json, out);
    json_decref(json);
}

/* ---- read --------------------------------------------------------------------------------------
 */

/* What an event's handler is given. */
typedef struct said {
    reading *r;
    const char *event;    /* "webinar.participant_joined" */
    const json_t *root;   /* event_ts is here */
    const json_t *object; /* the webinar */
    Sijill__V1__Push__Kind kind;
    const char *time; /* the member that says when; NULL: event_ts */
    bool breakout;
} said;

static void
describe_webinar(const said *s, Sijill__V1__Push *push)
{
    push->external_id = reading_id(s->r, json_object_get(s->object, "id"));
    push->instance = reading_id(s->r, json_object_get(s->object, "uuid"));
    push->title = reading_text(s->r, json_object_get(s->object, "topic"), READING_TITLE_MAX);
}

/* What tells one run from all others, whichever hook hears of it; a push that names no run is told
 * apart by its webinar's number. */
static const char *
run_of(const said *s)
{
    const char *uuid = reading_string(s->object, "uuid");

    return uuid[0] != '\0' ? uuid : reading_raw(s->r, json_object_get(s->object, "id"));
}

static void
read_registration(const said *s)
{
    const json_t *registrant = json_object_get(s->object, "registrant");
    const json_t *event_ts = json_object_get(s->root, "event_ts");
    const char *status = reading_string(registrant, "status");
    Sijill__V1__Push *push;

    if (!json_is_object(registrant)) {
        reading_words(s->r, "Zoom's registration has no registrant");
        return;
    }
    push = reading_push(s->r, s->kind);
    describe_webinar(s, push);
    push->registrant_id = reading_id(s->r, json_object_get(registrant, "id"));
    push->email = reading_email(s->r, json_object_get(registrant, "email"));
    push->name = reading_name(s->r, json_object_get(registrant, "first_name"),
                              json_object_get(registrant, "last_name"));
    push->country = reading_country(s->r, json_object_get(registrant, "country"));
    push->institution = reading_text(s->r, json_object_get(registrant, "org"), READING_WORK_MAX);
    push->position = reading_text(s->r, json_object_get(registrant, "job_title"), READING_WORK_MAX);
    push->language = reading_language(s->r, json_object_get(registrant, "language"));
    push->has_pending = s->kind == SIJILL__V1__PUSH__KIND__REGISTERED;
    push->pending = push->has_pending && status[0] != '\0' && strcmp(status, "approved") != 0;
    reading_occurred(s->r, push, reading_instant(event_ts), 0);
    reading_same(s->r, push,
                 (const char *const[]){
                     s->event, reading_raw(s->r, json_object_get(s->object, "id")),
                     reading_raw(s->r, json_object_get(registrant, "id")),
                     reading_string(registrant, "email"), reading_raw(s->r, event_ts), NULL });
}

/* The connection behind a user id: it is new at every rejoin, and in every breakout room, so it
 * pairs a join with its leave.  Which room is no part of it: the leave need not say. */
static char *
connection_of(const said *s, const Sijill__V1__Push *push, const char *user, bool breakout)
{
    if (user[0] == '\0')
        return NULL;
    return reading_connection(s->r, push,
                              (const char *const[]){ user, breakout ? "breakout" : "", NULL });
}

/* A breakout room is a connection of its own, which may know its person only by the main one. */
static void
read_parent(const said *s, const json_t *participant, const Sijill__V1__Push *joined)
{
    const char *parent = reading_raw(s->r, json_object_get(participant, "parent_user_id"));
    Sijill__V1__Push *push;

    if (parent[0] == '\0' || joined->connection == NULL || joined->registrant_id != NULL ||
        joined->email != NULL)
        return;
    push = reading_push(s->r, SIJILL__V1__PUSH__KIND__BOUND);
    describe_webinar(s, push);
    push->connection = joined->connection;
    push->bound_to = connection_of(s, push, parent, false);
    reading_occurred(s->r, push, joined->occurred_ms, 0);
    reading_same(
        s->r, push,
        (const char *const[]){ s->event, "parent", run_of(s), joined->connection, parent, NULL });
}

/* Hosts' own comings and goings concern no registrant. */
static bool
is_host(const said *s, const json_t *participant)
{
    const char *host = reading_string(s->object, "host_id");

    return host[0] != '\0' && strcmp(host, reading_string(participant, "id")) == 0;
}

static void
read_participant(const said *s)
{
    const json_t *participant = json_object_get(s->object, "participant");
    const json_t *event_ts = json_object_get(s->root, "event_ts");
    const json_t *time = json_object_get(participant, s->time);
    const char *user;
    Sijill__V1__Push *push;

    if (!json_is_object(participant)) {
        reading_words(s->r, "Zoom's event names no participant");
        return;
    }
    if (is_host(s, participant))
        return;
    if (reading_instant(time) == 0)
        time = json_object_get(participant, "date_time");
    if (reading_instant(time) == 0)
        time = event_ts;
    user = reading_raw(s->r, json_object_get(participant, "user_id"));
    if (user[0] == '\0')
        user = reading_raw(s->r, json_object_get(participant, "participant_uuid"));

    push = reading_push(s->r, s->kind);
    describe_webinar(s, push);
    push->registrant_id = reading_id(s->r, json_object_get(participant, "registrant_id"));
    push->email = reading_email(s->r, json_object_get(participant, "email"));
    push->name = reading_text(s->r, json_object_get(participant, "user_name"), READING_NAME_MAX);
    push->connection = connection_of(s, push, user, s->breakout);
    if (s->kind == SIJILL__V1__PUSH__KIND__BOUND)
        push->bound_to = connection_of(
            s, push, reading_raw(s->r, json_object_get(participant, "bind_user_id")), false);
    reading_occurred(s->r, push, reading_instant(time), 0);
    reading_same(s->r, push,
                 (const char *const[]){ s->event, run_of(s), user, reading_raw(s->r, time), NULL });
    if (s->breakout && s->kind == SIJILL__V1__PUSH__KIND__JOINED)
        read_parent(s, participant, push);
}

/* A rehearsal that ends ends nothing. */
static void
read_ended(const said *s)
{
    const json_t *event_ts = json_object_get(s->root, "event_ts");
    const json_t *time = json_object_get(s->object, "end_time");
    Sijill__V1__Push *push;

    if (json_is_true(json_object_get(s->object, "practice_session")))
        return;
    if (reading_instant(time) == 0)
        time = event_ts;
    push = reading_push(s->r, s->kind);
    describe_webinar(s, push);
    reading_run(s->r, push);
    reading_occurred(s->r, push, reading_instant(time), 0);
    reading_same(s->r, push,
                 (const char *const[]){ s->event, run_of(s), reading_raw(s->r, time), NULL });
}

typedef struct known_event {
    const char *name; /* behind "meeting." or "webinar." */
    void (*read)(const said *s);
    Sijill__V1__Push__Kind kind;
    const char *time;
    bool breakout;
} known_event;

/* All others are of no concern: started (never a precondition), waiting rooms (no attendance)... */
static const known_event known_events[] = {
    { "registration_created", read_registration, SIJILL__V1__PUSH__KIND__REGISTERED, NULL, false },
    { "registration_approved", read_registration, SIJILL__V1__PUSH__KIND__APPROVED, NULL, false },
    { "registration_denied", read_registration, SIJILL__V1__PUSH__KIND__DENIED, NULL, false },
    { "registration_cancelled", read_registration, SIJILL__V1__PUSH__KIND__WITHDRAWN, NULL, false },
    { "participant_joined", read_participant, SIJILL__V1__PUSH__KIND__JOINED, "join_time", false },
    { "participant_left", read_participant, SIJILL__V1__PUSH__KIND__LEFT, "leave_time", false },
    { "participant_joined_breakout_room", read_participant, SIJILL__V1__PUSH__KIND__JOINED,
      "join_time", true },
    { "participant_left_breakout_room", read_participant, SIJILL__V1__PUSH__KIND__LEFT,
      "leave_time", true },
    { "participant_bind", read_participant, SIJILL__V1__PUSH__KIND__BOUND, "join_time", false },
    { "participant_role_changed", read_participant, SIJILL__V1__PUSH__KIND__ROLE_CHANGED,
      "date_time", false },
    { "ended", read_ended, SIJILL__V1__PUSH__KIND__ENDED, "end_time", false },
};

static const known_event *
event_find(const char *event)
{
    static const char *const of[] = { "webinar.", "meeting." };

    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        if (strncmp(event, of[i], strlen(of[i])) != 0)
            continue;
        for (size_t n = 0; n < sizeof known_events / sizeof known_events[0]; n++)
            if (strcmp(event + strlen(of[i]), known_events[n].name) == 0)
                return &known_events[n];
    }
    return NULL;
}

static void
read_event(reading *r, const json_t *root)
{
    const char *event = reading_string(root, "event");
    const known_event *known = event_find(event);
    said s = { .r = r, .event = event, .root = root };

    if (event[0] == '\0')
        reading_words(r, "what came is no event of Zoom");
    if (known == NULL)
        return;
    s.object = json_object_get(json_object_get(root, "payload"), "object");
    if (!json_is_object(s.object)) {
        reading_words(r, "Zoom's event names no webinar");
        return;
    }
    s.kind = known->kind;
    s.time = known->time;
    s.breakout = known->breakout;
    known->read(&s);
}

static void
read_delivery(sj_arena *arena, const platform_delivery *in, platform_items *out)
{
    reading r;
    json_t *root;

    reading_begin(&r, arena, in, platform_zoom.name, out);
    root = reading_json(&r, in->body);
    if (root != NULL)
        read_event(&r, root);
    json_decref(root);
}

const platform platform_zoom = {
    .name = "zoom", .headers = headers, .check = check, .read = read_delivery
};
