/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BigBlueButton's JSON: the data of its learning dashboard (users, each with internal ids, each
 * with sessions), and what it posts to an analytics callback (attendees with joins and leaves). Its
 * extId is the userID of the join link: our registration's id where we made the link.
 */
#include "clients/upload/report_own.h"

#include "clients/upload/times.h"

#include <ctype.h>
#include <string.h>

enum { DOCUMENT_MAX = 16 * 1024 * 1024 };

typedef struct session {
    const char *id;
    const char *name;
    bool moderator;
    json_int_t from_ms, to_ms;
} session;

static void
session_add(json_t *rows, const session *s)
{
    json_t *row = json_pack("{s:s*, s:s*, s:b, s:I, s:I}", "id", s->id, "name", s->name,
                            "moderator", s->moderator, "from", s->from_ms, "to", s->to_ms);

    if (row != NULL)
        (void) json_array_append_new(rows, row);
}

static json_int_t
number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

/* Of a user, or of one of the internal ids it had: before 2.5 that one had the times itself. */
static void
sessions_add(json_t *rows, session *s, const json_t *of, json_int_t ended_ms)
{
    const json_t *list = json_object_get(of, "sessions");
    size_t count = json_is_array(list) ? json_array_size(list) : 1;

    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_is_array(list) ? json_array_get(list, i) : of;

        s->from_ms = number(one, "registeredOn");
        s->to_ms = number(one, "leftOn");
        if (s->to_ms <= 0)
            s->to_ms = ended_ms;
        if (s->from_ms > 0)
            session_add(rows, s);
    }
}

static void
users_add(json_t *rows, json_t *users, json_int_t ended_ms)
{
    const char *key;
    json_t *user;

    json_object_foreach(users, key, user)
    {
        json_t *ids = json_object_get(user, "intIds");
        const char *id = json_string_value(json_object_get(user, "extId"));
        session s = { .id = id,
                      .name = json_string_value(json_object_get(user, "name")),
                      .moderator = json_is_true(json_object_get(user, "isModerator")) };
        const char *inner;
        json_t *of;

        if (!json_is_object(user))
            continue;
        if (id != NULL && json_object_get(ids, id) != NULL)
            s.id = NULL; /* without a userID in the link it is one connection's own id */
        json_object_foreach(ids, inner, of) sessions_add(rows, &s, of, ended_ms);
        if (ids == NULL)
            sessions_add(rows, &s, user, ended_ms);
    }
}

static json_int_t
instant(const json_t *text)
{
    uint64_t ms;

    return json_is_string(text) && instant_read(json_string_value(text), NULL, &ms) == NULL
               ? (json_int_t) ms
               : 0;
}

/* Joins and leaves rise: the n-th of each bound the same time as the connections do together. */
static void
attendees_add(json_t *rows, const json_t *attendees)
{
    size_t i;
    json_t *one;

    json_array_foreach(attendees, i, one)
    {
        const json_t *joins = json_object_get(one, "joins");
        const json_t *leaves = json_object_get(one, "leaves");
        session s = { .id = json_string_value(json_object_get(one, "ext_user_id")),
                      .name = json_string_value(json_object_get(one, "name")),
                      .moderator = json_is_true(json_object_get(one, "moderator")) };

        if (s.id != NULL && strncmp(s.id, "w_", 2) == 0)
            s.id = NULL;
        for (size_t n = 0; n < json_array_size(joins); n++) {
            s.from_ms = instant(json_array_get(joins, n));
            s.to_ms = instant(json_array_get(leaves, n));
            if (s.from_ms > 0)
                session_add(rows, &s);
        }
    }
}

static bool
begins_as_json(FILE *file)
{
    int octet;

    rewind(file);
    do
        octet = getc(file);
    while (octet != EOF && isspace(octet));
    return octet == '{';
}

bool
report_bbb_open(report *r, const char **why)
{
    json_error_t error;
    json_t *document;
    json_t *users;
    json_t *attendees;

    if (!begins_as_json(r->file))
        return false;
    *why = "it is JSON of more than 16 MiB: no learning dashboard is";
    if (fseek(r->file, 0, SEEK_END) != 0 || ftell(r->file) > DOCUMENT_MAX)
        return false;
    rewind(r->file);
    document = json_loadf(r->file, 0, &error);
    *why = "it begins as JSON, and is none";
    if (document == NULL)
        return false;
    users = json_object_get(document, "users");
    attendees = json_object_get(json_object_get(document, "data"), "attendees");
    *why = NULL;
    if (json_is_object(users) || json_is_array(attendees)) {
        r->data = json_array();
        r->kind = REPORT_BBB_DATA;
        r->presence = true;
        users_add(r->data, users, number(document, "endedOn"));
        attendees_add(r->data, attendees);
    } else {
        *why = "it is JSON, but not of BigBlueButton's learning dashboard (it has no users)";
    }
    json_decref(document);
    return r->data != NULL;
}

bool
report_bbb_next(report *r, report_row *row)
{
    const json_t *one = json_array_get(r->data, r->data_at);
    json_int_t from;
    json_int_t to;

    if (one == NULL)
        return false;
    from = number(one, "from");
    to = number(one, "to");
    row->row = ++r->data_at;
    row->registrant = json_string_value(json_object_get(one, "id"));
    row->name = json_string_value(json_object_get(one, "name"));
    row->id = row->registrant != NULL ? row->registrant : row->name != NULL ? row->name : "-";
    row->part = json_is_true(json_object_get(one, "moderator")) ? PART_STAFF : PART_CONNECTIONS;
    row->from_ms = (uint64_t) from;
    if (to <= 0) {
        report_open_end(r, row);
    } else if (to < from) {
        row->column = "leftOn";
        row->why = "is before the join";
    } else {
        row->to_ms = (uint64_t) to;
        row->timed = true;
    }
    return true;
}
