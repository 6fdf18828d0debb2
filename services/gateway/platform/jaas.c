/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jaas: Jitsi as a Service.
 *
 * X-Jaas-Signature is "t=<time>,v1=<base64>[,v1=...]"; base64 pads with the sign that parts a name
 * from its value, so a part is split at its first.  The key is the secret as it is printed, with
 * "whsec_".
 */
#include "services/gateway/platform/platforms.h"
#include "services/gateway/platform/reading.h"
#include "services/gateway/platform/signature.h"

#include <string.h>

#define SIGNATURE "x-jaas-signature"

enum { PARTS_MAX = 16, SECONDS_DIGITS_MAX = 11 };

static const char *const headers[] = { SIGNATURE, "content-type", NULL };

/* ---- check -------------------------------------------------------------------------------------
 */

typedef struct parts {
    sj_bytes time;
    sj_bytes signature[PARTS_MAX];
    size_t count;
} parts;

/* False: no time or two, no signature of version 1 or too many. */
static bool
split(const char *header, parts *to)
{
    *to = (parts){ .count = 0 };
    for (const char *at = header;; at++) {
        size_t size = strcspn(at, ",");

        if (strncmp(at, "t=", 2) == 0) {
            if (to->time.at != NULL)
                return false;
            to->time = (sj_bytes){ at + 2, size - 2 };
        } else if (strncmp(at, "v1=", 3) == 0) {
            if (to->count == PARTS_MAX)
                return false;
            to->signature[to->count++] = (sj_bytes){ at + 3, size - 3 };
        }
        at += size;
        if (*at == '\0')
            return to->time.at != NULL && to->count > 0;
    }
}

static bool
is_signed(const platform_delivery *in, const parts *p)
{
    const sj_bytes part[] = { p->time, { ".", 1 }, in->body };
    char expected[SIGNATURE_TEXT_MAX];
    bool good = false;

    for (size_t i = 0; i < in->secret_count; i++) {
        if (!signature_base64(DIGEST_SHA256, in->secret[i], part, sizeof part / sizeof part[0],
                              expected))
            return false;
        for (size_t n = 0; n < p->count; n++)
            good = signature_same_text(p->signature[n].at, p->signature[n].size, expected) || good;
    }
    return good;
}

static void
check(sj_arena *arena, const platform_delivery *in, platform_answer *out)
{
    const char *header = delivery_header(in, SIGNATURE);
    uint64_t time;
    parts p;

    (void) arena;
    answer_refuse(out, 401, "bad_signature");
    if (header == NULL || !split(header, &p) || !signature_number(p.time.at, p.time.size, &time) ||
        !is_signed(in, &p))
        return;
    if (p.time.size > SECONDS_DIGITS_MAX)
        time /= 1000; /* who signs milliseconds has more digits */
    if (signature_fresh(in, time))
        answer_accept(out, 200);
    else
        answer_refuse(out, 401, "stale");
}

/* ---- read --------------------------------------------------------------------------------------
 */

static Sijill__V1__Push__Kind
kind_of(const char *type)
{
    if (strcmp(type, "PARTICIPANT_JOINED") == 0)
        return SIJILL__V1__PUSH__KIND__JOINED;
    if (strcmp(type, "PARTICIPANT_LEFT") == 0)
        return SIJILL__V1__PUSH__KIND__LEFT;
    if (strcmp(type, "ROOM_DESTROYED") == 0)
        return SIJILL__V1__PUSH__KIND__ENDED;
    return SIJILL__V1__PUSH__KIND__NONE;
}

static void
read_person(reading *r, const json_t *data, Sijill__V1__Push *push)
{
    push->registrant_id = reading_id(r, json_object_get(data, "id"));
    push->email = reading_email(r, json_object_get(data, "email"));
    push->name = reading_text(r, json_object_get(data, "name"), READING_NAME_MAX);
    push->connection = reading_connection(
        r, push,
        (const char *const[]){ reading_raw(r, json_object_get(data, "participantJid")),
                               reading_raw(r, json_object_get(data, "breakoutRoomId")), NULL });
}

/* A breakout room that is closed ends no webinar. */
static void
read_event(reading *r, const json_t *root)
{
    const char *type = reading_string(root, "eventType");
    const json_t *data = json_object_get(root, "data");
    const json_t *time = json_object_get(root, "timestamp");
    const char *once = reading_string(root, "idempotencyKey");
    Sijill__V1__Push__Kind kind = kind_of(type);
    Sijill__V1__Push *push;

    if (type[0] == '\0')
        reading_words(r, "what came is no event of JaaS");
    if (kind == SIJILL__V1__PUSH__KIND__NONE)
        return;
    if (kind == SIJILL__V1__PUSH__KIND__ENDED && json_is_true(json_object_get(data, "isBreakout")))
        return;
    push = reading_push(r, kind);
    push->external_id = reading_id(r, json_object_get(root, "fqn"));
    push->instance = reading_id(r, json_object_get(root, "sessionId"));
    if (kind != SIJILL__V1__PUSH__KIND__ENDED)
        read_person(r, data, push);
    else
        reading_run(r, push);
    reading_occurred(r, push, reading_instant(time), 0);
    if (once[0] != '\0')
        reading_same(r, push, (const char *const[]){ once, NULL });
}

static void
read_delivery(sj_arena *arena, const platform_delivery *in, platform_items *out)
{
    reading r;
    json_t *root;

    reading_begin(&r, arena, in, platform_jaas.name, out);
    root = reading_json(&r, in->body);
    if (root != NULL)
        read_event(&r, root);
    json_decref(root);
}

const platform platform_jaas = {
    .name = "jaas", .headers = headers, .check = check, .read = read_delivery
};
