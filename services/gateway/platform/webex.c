/* SPDX-License-Identifier: Apache-2.0 */
/*
 * webex: meetings and webinars of Cisco Webex.
 *
 * Its notices are thin: who joined is asked of its API.  Nothing it signs holds a time, so what was
 * sent once may be sent again by anybody who saw it: it is the same push then, and what counts is
 * what the API says.
 */
#include "services/gateway/platform/form.h"
#include "services/gateway/platform/platforms.h"
#include "services/gateway/platform/reading.h"
#include "services/gateway/platform/signature.h"

#include <stdio.h>
#include <string.h>

#define SPARK "x-spark-signature"
#define NEWER "x-webex-signature"
#define PARTICIPANTS "meetingParticipants/"
#define EPOCH UINT64_C(24 * 3600 * 1000) /* an instant in 1970 is none */

static const char *const headers[] = { SPARK, NEWER, "content-type", NULL };

/* ---- check -------------------------------------------------------------------------------------
 */

static bool
is_signed(const platform_delivery *in, digest_kind kind, const char *signature, size_t size)
{
    char expected[SIGNATURE_TEXT_MAX];
    bool good = false;

    for (size_t i = 0; i < in->secret_count; i++)
        if (signature_hex(kind, in->secret[i], &in->body, 1, expected) &&
            signature_same_text(signature, size, expected))
            good = true;
    return good;
}

/* "SHA-256=<hex>, SHA-512=<hex>": each one that we know must be good, and there must be one. */
static bool
is_newer_good(const platform_delivery *in, const char *at)
{
    bool known = false;

    while (*at != '\0') {
        size_t size = strcspn(at, ",");
        digest_kind kind = strncmp(at, "SHA-256=", 8) == 0   ? DIGEST_SHA256
                           : strncmp(at, "SHA-512=", 8) == 0 ? DIGEST_SHA512
                                                             : DIGEST_NONE;

        if (kind != DIGEST_NONE && !is_signed(in, kind, at + 8, size - 8))
            return false;
        known = known || kind != DIGEST_NONE;
        at += size;
        at += strspn(at, ", ");
    }
    return known;
}

static void
check(sj_arena *arena, const platform_delivery *in, platform_answer *out)
{
    const char *spark = delivery_header(in, SPARK);
    const char *newer = delivery_header(in, NEWER);
    bool good;

    (void) arena;
    if (delivery_has_header(in, NEWER))
        good = newer != NULL && is_newer_good(in, newer);
    else
        good = spark != NULL && is_signed(in, DIGEST_SHA1, spark, strlen(spark));
    if (good)
        answer_accept(out, 200);
    else
        answer_refuse(out, 401, "bad_signature");
}

/* ---- read --------------------------------------------------------------------------------------
 */

/* A meeting's id is "<series>_I_<instance>": links are made with the series. */
static void
describe_meeting(reading *r, Sijill__V1__Push *push, const json_t *id)
{
    const char *text = reading_raw(r, id), *instance = strstr(text, "_I_");
    json_t *series =
        json_stringn(text, instance == NULL ? strlen(text) : (size_t) (instance - text));

    push->external_id = reading_id(r, series);
    push->instance = reading_id(r, id);
    json_decref(series);
}

static void
read_ended(reading *r, const json_t *data)
{
    Sijill__V1__Push *push = reading_push(r, SIJILL__V1__PUSH__KIND__ENDED);
    const json_t *id = json_object_get(data, "id");

    describe_meeting(r, push, id);
    reading_run(r, push);
    push->title = reading_text(r, json_object_get(data, "title"), READING_TITLE_MAX);
    reading_occurred(r, push, reading_instant(json_object_get(data, "end")), 0);
    reading_same(r, push, (const char *const[]){ "meetings", "ended", reading_raw(r, id), NULL });
}

static void
read_notice(reading *r, const json_t *data)
{
    const char *id = form_escape(r->arena, reading_string(data, "id"));
    const char *host = form_escape(r->arena, reading_string(data, "hostEmail"));
    size_t size;
    char *path;

    if (id == NULL || host == NULL)
        return;
    if (id[0] == '\0') {
        reading_words(r, "Webex names no participant");
        return;
    }
    size = sizeof PARTICIPANTS "?hostEmail=" + strlen(id) + strlen(host);
    path = sj_arena_take(r->arena, size);
    if (path == NULL)
        return;
    (void) snprintf(path, size, PARTICIPANTS "%s%s%s", id,
                    host[0] == '\0' ? "" : "?hostEmail=", host);
    reading_fetch(r, path);
}

static void
read_event(reading *r, const json_t *root)
{
    const char *resource = reading_string(root, "resource");
    const char *event = reading_string(root, "event");
    const json_t *data = json_object_get(root, "data");

    if (resource[0] == '\0' || event[0] == '\0')
        reading_words(r, "what came is no event of Webex");
    else if (strcmp(resource, "meetings") == 0 && strcmp(event, "ended") == 0)
        read_ended(r, data);
    else if (strcmp(resource, "meetingParticipants") == 0 &&
             (strcmp(event, "joined") == 0 || strcmp(event, "left") == 0))
        read_notice(r, data);
}

static void
read_delivery(sj_arena *arena, const platform_delivery *in, platform_items *out)
{
    reading r;
    json_t *root;

    reading_begin(&r, arena, in, platform_webex.name, out);
    root = reading_json(&r, in->body);
    if (root != NULL)
        read_event(&r, root);
    json_decref(root);
}

/* ---- read_fetched ------------------------------------------------------------------------------
 */

static void
read_moment(reading *r, const json_t *participant, const char *device, const json_t *time,
            Sijill__V1__Push__Kind kind)
{
    const char *meeting = reading_raw(r, json_object_get(participant, "meetingId"));
    const char *id = reading_raw(r, json_object_get(participant, "id"));
    const char *last = strrchr(id, '_'), *who = last == NULL ? id : last + 1;
    Sijill__V1__Push *push = reading_push(r, kind);

    describe_meeting(r, push, json_object_get(participant, "meetingId"));
    push->email = reading_email(r, json_object_get(participant, "email"));
    push->name = reading_text(r, json_object_get(participant, "displayName"), READING_NAME_MAX);
    push->connection = reading_connection(r, push, (const char *const[]){ who, device, NULL });
    reading_occurred(r, push, reading_instant(time), 0);
    reading_same(r, push,
                 (const char *const[]){ kind == SIJILL__V1__PUSH__KIND__LEFT ? "left" : "joined",
                                        meeting, id, device, reading_raw(r, time), NULL });
}

/* What is or has a joinedTime and a leftTime; the latter is missing or in 1970 while it lasts. A
 * join is told with its leave each time: it is the same push as before. */
static void
read_interval(reading *r, const json_t *participant, const char *device, const json_t *of)
{
    const json_t *joined = json_object_get(of, "joinedTime");
    const json_t *left = json_object_get(of, "leftTime");

    if (reading_instant(joined) < EPOCH)
        return;
    read_moment(r, participant, device, joined, SIJILL__V1__PUSH__KIND__JOINED);
    if (reading_instant(left) >= EPOCH)
        read_moment(r, participant, device, left, SIJILL__V1__PUSH__KIND__LEFT);
}

static void
read_participant(reading *r, const json_t *participant)
{
    const json_t *devices = json_object_get(participant, "devices");
    const json_t *device;
    size_t i;

    if (json_is_true(json_object_get(participant, "host")) ||
        strcmp(reading_string(participant, "state"), "lobby") == 0)
        return;
    if (json_array_size(devices) == 0)
        read_interval(r, participant, "", participant);
    json_array_foreach(devices, i, device)
    {
        const char *name = reading_raw(r, json_object_get(device, "correlationId"));

        read_interval(r, participant, name[0] == '\0' ? reading_string(device, "deviceType") : name,
                      device);
    }
}

/* The participant's id begins with the meeting's, which the answer does not say by itself. */
static void
add_meeting(json_t *participant)
{
    const char *id = reading_string(participant, "id"), *last = strrchr(id, '_');

    if (last != NULL && json_object_get(participant, "meetingId") == NULL)
        (void) json_object_set_new(participant, "meetingId",
                                   json_stringn(id, (size_t) (last - id)));
}

static void
read_fetched(sj_arena *arena, const platform_delivery *in, const char *fetch, sj_bytes json,
             platform_items *out)
{
    reading r;
    json_t *participant;

    (void) fetch;
    reading_begin(&r, arena, in, platform_webex.name, out);
    participant = reading_json(&r, json);
    if (participant != NULL && reading_string(participant, "id")[0] == '\0')
        reading_words(&r, "what Webex answered is no participant");
    else if (participant != NULL) {
        add_meeting(participant);
        read_participant(&r, participant);
    }
    json_decref(participant);
}

const platform platform_webex = { .name = "webex",
                                  .headers = headers,
                                  .check = check,
                                  .read = read_delivery,
                                  .read_fetched = read_fetched };
