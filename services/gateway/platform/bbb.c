/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bbb: BigBlueButton, by bbb-webhooks.
 *
 * Its checksum is a plain hash over the callback address as it was registered, what is sent, and
 * the secret; what of the message is hashed depends on the version, so the setting bbb.rule says
 * which.  3.0.0 to 3.3.1 hash a constant: their checksum is good for every body, and is taken only
 * where it is set.
 * It counts 401 as delivered: what is refused is refused with 403.
 */
#include "services/gateway/platform/form.h"
#include "services/gateway/platform/platforms.h"
#include "services/gateway/platform/reading.h"
#include "services/gateway/platform/signature.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { COVERED_MAX = 7 };

static const char *const headers[] = { "content-type", NULL };
static const char *const secret_headers[] = { "authorization", NULL };

/* ---- check -------------------------------------------------------------------------------------
 */

static bool
is_bearer_good(const platform_delivery *in)
{
    static const char scheme[] = "Bearer ";
    const char *header = delivery_header(in, "authorization");
    bool good = false;

    if (header == NULL || strncmp(header, scheme, sizeof scheme - 1) != 0)
        return false;
    header += sizeof scheme - 1;
    for (size_t i = 0; i < in->secret_count; i++)
        good = signature_same((sj_bytes){ header, strlen(header) }, in->secret[i]) || good;
    return good;
}

/* As JSON.stringify writes a string. */
static sj_bytes
quote(sj_arena *arena, sj_bytes text)
{
    static const char letters[] = "btn\0fr"; /* of 0x08 to 0x0d; 0x0b has none */
    const unsigned char *at = text.at;
    char *to = sj_arena_take(arena, 6 * text.size + 3);
    size_t used = 0;

    if (to == NULL)
        return (sj_bytes){ NULL, 0 };
    to[used++] = '"';
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = at[i];

        if (c >= 0x20) {
            if (c == '"' || c == '\\')
                to[used++] = '\\';
            to[used++] = (char) c;
        } else if (c >= 0x08 && c <= 0x0d && c != 0x0b) {
            to[used++] = '\\';
            to[used++] = letters[c - 0x08];
        } else {
            used += (size_t) snprintf(to + used, 7, "\\u%04x", c);
        }
    }
    to[used++] = '"';
    return (sj_bytes){ to, used };
}

/* What 2.x hashes of a message: JSON.stringify({event, timestamp, domain}), of its form's fields.
 * How many parts; 0: it is no such form. */
static size_t
cover_2x(sj_arena *arena, sj_bytes body, sj_bytes part[COVERED_MAX])
{
    sj_bytes event, timestamp, domain;
    uint64_t number;

    if (form_field(arena, body, "event", &event) != FORM_ONE ||
        form_field(arena, body, "timestamp", &timestamp) != FORM_ONE ||
        form_field(arena, body, "domain", &domain) != FORM_ONE ||
        !signature_number(timestamp.at, timestamp.size, &number))
        return 0;
    event = quote(arena, event);
    domain = quote(arena, domain);
    if (event.at == NULL || domain.at == NULL)
        return 0;
    part[0] = signature_text("{\"event\":");
    part[1] = event;
    part[2] = signature_text(",\"timestamp\":");
    part[3] = timestamp;
    part[4] = signature_text(",\"domain\":");
    part[5] = domain;
    part[6] = signature_text("}");
    return COVERED_MAX;
}

/* The parts of the message that the hook's rule hashes; 0: none. */
static size_t
cover(sj_arena *arena, const platform_delivery *in, sj_bytes part[COVERED_MAX])
{
    const char *rule = delivery_setting(in, "bbb.rule");

    if (rule == NULL || strcmp(rule, "3.4.0") == 0) {
        part[0] = in->body;
        return 1;
    }
    if (strcmp(rule, "3.0.0") == 0) {
        part[0] = signature_text("{}");
        return 1;
    }
    return strcmp(rule, "2.x") == 0 ? cover_2x(arena, in->body, part) : 0;
}

/* The checksum's length tells the algorithm, unless the hook pins one. */
static digest_kind
algorithm_of(const platform_delivery *in, size_t digits)
{
    const char *pinned = delivery_setting(in, "bbb.algorithm");
    digest_kind kind = digest_of_digits(digits);

    return pinned == NULL || digest_of_name(pinned) == kind ? kind : DIGEST_NONE;
}

static bool
is_checksum_good(sj_arena *arena, const platform_delivery *in, const char *url)
{
    sj_bytes part[COVERED_MAX + 2] = { signature_text(url) }, checksum;
    size_t covered = cover(arena, in, part + 1);
    uint8_t hash[DIGEST_MAX];
    char expected[SIGNATURE_TEXT_MAX];
    digest_kind kind;
    bool good = false;

    if (covered == 0 ||
        form_field(arena, signature_text(in->query), "checksum", &checksum) != FORM_ONE)
        return false;
    kind = algorithm_of(in, checksum.size);
    for (size_t i = 0; i < in->secret_count; i++) {
        part[1 + covered] = in->secret[i];
        if (!digest_hash(kind, part, covered + 2, hash))
            return false;
        (void) sodium_bin2hex(expected, sizeof expected, hash, digest_size(kind));
        good = signature_same_text(checksum.at, checksum.size, expected) || good;
    }
    return good;
}

static void
check(sj_arena *arena, const platform_delivery *in, platform_answer *out)
{
    const char *rule = delivery_setting(in, "bbb.rule");
    const char *url = delivery_setting(in, "bbb.callback_url");
    bool good;

    if (url == NULL)
        url = in->url;
    if (rule != NULL && strcmp(rule, "bearer") == 0)
        good = is_bearer_good(in);
    else if (url == NULL) {
        answer_refuse(out, 403, "no_callback_url");
        return;
    } else
        good = is_checksum_good(arena, in, url);
    if (good)
        answer_accept(out, 200);
    else
        answer_refuse(out, 403, "bad_signature");
}

/* ---- read --------------------------------------------------------------------------------------
 */

typedef struct said {
    reading *r;
    const char *id; /* "user-joined" */
    const json_t *meeting, *user, *ts;
    Sijill__V1__Push__Kind kind;
} said;

/* Who had no userID in his link has his connection's id for one: no identity. */
static char *
registrant_of(const said *s)
{
    const char *external = reading_raw(s->r, json_object_get(s->user, "external-user-id"));
    const char *internal = reading_raw(s->r, json_object_get(s->user, "internal-user-id"));

    if (strcmp(external, internal) == 0)
        return NULL;
    return reading_id(s->r, json_object_get(s->user, "external-user-id"));
}

static void
read_said(const said *s)
{
    const char *meeting = reading_raw(s->r, json_object_get(s->meeting, "internal-meeting-id"));
    const char *user = reading_raw(s->r, json_object_get(s->user, "internal-user-id"));
    Sijill__V1__Push *push = reading_push(s->r, s->kind);

    if (meeting[0] == '\0') /* else two meetings that name no run would be one */
        meeting = reading_raw(s->r, json_object_get(s->meeting, "external-meeting-id"));
    push->external_id = reading_id(s->r, json_object_get(s->meeting, "external-meeting-id"));
    push->instance = reading_id(s->r, json_object_get(s->meeting, "internal-meeting-id"));
    push->title = reading_text(s->r, json_object_get(s->meeting, "name"), READING_TITLE_MAX);
    if (s->kind != SIJILL__V1__PUSH__KIND__ENDED) {
        /* a leave may name somebody else (2.4.2): who it was, the join on its connection says */
        if (s->kind == SIJILL__V1__PUSH__KIND__JOINED)
            push->registrant_id = registrant_of(s);
        push->name = reading_text(s->r, json_object_get(s->user, "name"), READING_NAME_MAX);
        push->connection = reading_connection(s->r, push, (const char *const[]){ user, NULL });
    } else {
        reading_run(s->r, push);
    }
    reading_occurred(s->r, push, reading_instant(s->ts), 0);
    reading_same(s->r, push,
                 (const char *const[]){ s->id, meeting, user, reading_raw(s->r, s->ts), NULL });
}

static void
read_event(reading *r, const json_t *event)
{
    const json_t *data = json_object_get(event, "data");
    const json_t *attributes = json_object_get(data, "attributes");
    said s = { .r = r, .id = reading_string(data, "id") };

    if (s.id[0] == '\0')
        reading_words(r, "what came is no event of BigBlueButton");
    if (strcmp(s.id, "user-joined") == 0)
        s.kind = SIJILL__V1__PUSH__KIND__JOINED;
    else if (strcmp(s.id, "user-left") == 0)
        s.kind = SIJILL__V1__PUSH__KIND__LEFT;
    else if (strcmp(s.id, "meeting-ended") == 0)
        s.kind = SIJILL__V1__PUSH__KIND__ENDED;
    else
        return;
    s.meeting = json_object_get(attributes, "meeting");
    s.user = json_object_get(attributes, "user");
    s.ts = json_object_get(json_object_get(data, "event"), "ts");
    if (!json_is_object(s.meeting))
        reading_words(r, "BigBlueButton's event names no meeting");
    else if (s.kind != SIJILL__V1__PUSH__KIND__ENDED && !json_is_object(s.user))
        reading_words(r, "BigBlueButton's event names no user");
    else
        read_said(&s);
}

static void
read_delivery(sj_arena *arena, const platform_delivery *in, platform_items *out)
{
    reading r;
    json_t *root;
    const json_t *event;
    sj_bytes value;
    size_t i;

    reading_begin(&r, arena, in, platform_bbb.name, out);
    if (form_field(arena, in->body, "event", &value) != FORM_ONE) {
        reading_words(&r, "what came is no form with one event field");
        return;
    }
    root = reading_json(&r, value);
    if (json_is_object(root))
        read_event(&r, root);
    json_array_foreach(root, i, event) read_event(&r, event);
    json_decref(root);
}

const platform platform_bbb = { .name = "bbb",
                                .headers = headers,
                                .secret_headers = secret_headers,
                                .signs_url = true,
                                .check = check,
                                .read = read_delivery };
