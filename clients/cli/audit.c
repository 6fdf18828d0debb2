/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit: who wrote what, when and from where, from the trail that each service keeps.
 *
 * Each service has a sequence of its own; without --service the three are merged by time.
 */
#include <stdio.h>

#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"
#include "clients/upload/times.h"

#include <string.h>

enum { LIST_AUDIT = 952, PAGE = 200 };

/* One service's entries, a page at a time. */
typedef struct trail {
    int service;
    Sijill__V1__ListAudit in;
    Sijill__V1__AuditList *page;
    size_t next; /* in the page */
    bool ended;
} trail;

static int
page_ask(cli *c, trail *t)
{
    sijill_request request = { .type = LIST_AUDIT, .body = &t->in.base };
    sijill_reply reply;

    sijill_free(t->page);
    t->page = NULL;
    t->next = 0;
    if (!sijill_call(service_of(c, t->service), &request, &reply))
        return fail_reply(c, t->service, &reply);
    t->page = sijill_unpack(&reply, &sijill__v1__audit_list__descriptor);
    if (t->page == NULL)
        return fail(c, EXIT_REFUSED,
                    "%s answered with something that is not an AuditList: are the versions the "
                    "same?",
                    service_name(t->service));
    t->ended = !t->page->has_next;
    t->in.has_after = true;
    t->in.after = t->page->next;
    return EXIT_DONE;
}

/* The entry that is next, NULL at the end.  A page may be empty and not the last. */
static int
trail_look(cli *c, trail *t, Sijill__V1__AuditEntry **entry)
{
    int outcome = EXIT_DONE;

    while (outcome == EXIT_DONE && (t->page == NULL || t->next == t->page->n_entry) && !t->ended)
        outcome = page_ask(c, t);
    *entry = outcome == EXIT_DONE && t->page != NULL && t->next < t->page->n_entry
                 ? t->page->entry[t->next]
                 : NULL;
    return outcome;
}

/* The oldest of what the trails have next; NULL: all are at their end. */
static int
oldest(cli *c, trail *trails, size_t count, trail **from)
{
    uint64_t at_ms = 0;
    int outcome = EXIT_DONE;

    *from = NULL;
    for (size_t i = 0; i < count && outcome == EXIT_DONE; i++) {
        Sijill__V1__AuditEntry *entry;

        outcome = trail_look(c, &trails[i], &entry);
        if (entry != NULL && (*from == NULL || entry->at_ms < at_ms)) {
            *from = &trails[i];
            at_ms = entry->at_ms;
        }
    }
    return outcome;
}

static const column columns[] = {
    { "at", "AT", 0, false },           { "service", "SERVICE", 0, false },
    { "seq", "SEQ", 0, true },          { "command", "COMMAND", 0, false },
    { "actor", "ACTOR", 0, false },     { "origin", "FROM", 40, false },
    { "event_id", "EVENT", 0, false },  { "request_id", NULL, 0, false },
    { "delegated", NULL, 0, false },    { "trace", NULL, 0, false },
    { "before", NULL, 0, false },       { "after", NULL, 0, false },
    { "file_hash", "FILE", 16, false }, { "file_size", NULL, 0, false },
};

static json_t *
row_of(const trail *t)
{
    const Sijill__V1__AuditEntry *entry = t->page->entry[t->next];
    json_t *row = json_of(&entry->base);
    char at[INSTANT_SIZE];

    instant_write(entry->at_ms, NULL, at);
    (void) json_object_set_new(row, "at", json_string(at));
    (void) json_object_set_new(row, "service", json_string(service_name(t->service)));
    return row;
}

static int
print(cli *c, trail *trails, size_t count, uint64_t limit)
{
    output *out = output_open(c, columns, sizeof columns / sizeof columns[0],
                              "no entries: nobody wrote anything that fits");
    int outcome = EXIT_DONE;
    trail *from;

    while (outcome == EXIT_DONE && limit > 0) {
        outcome = oldest(c, trails, count, &from);
        if (from == NULL)
            break;
        output_row(out, row_of(from));
        from->next++;
        limit--;
    }
    output_close(&out);
    return outcome;
}

/* --actor: an id, or the name that somebody acts under. */
static void
actor_read(const char *text, uint8_t actor[SIJILL_ID_SIZE])
{
    if (!sijill_unhex(text, actor))
        sijill_actor(text, actor);
}

/* What all trails are asked for; an exit code. */
static int
filter_read(cli *c, Sijill__V1__ListAudit *in, uint8_t actor[SIJILL_ID_SIZE],
            uint8_t event[SIJILL_ID_SIZE])
{
    int outcome = EXIT_DONE;

    sijill__v1__list_audit__init(in);
    in->has_limit = true;
    in->limit = PAGE;
    if (arg_text(c, "actor") != NULL) {
        actor_read(arg_text(c, "actor"), actor);
        in->has_actor = true;
        in->actor = id_data(actor);
    }
    if (arg_text(c, "event") != NULL) {
        outcome = event_id_find(c, event);
        in->has_event_id = true;
        in->event_id = id_data(event);
    }
    return outcome;
}

/* The service that --service names; 0: all; -1: words were said. */
static int
service_read(cli *c)
{
    const char *name = arg_text(c, "service");

    if (name == NULL && arg_text(c, "after") != NULL) {
        (void) fail(c, EXIT_USAGE,
                    "--after is a position in one service's sequence: say which with --service");
        return -1;
    }
    if (name == NULL)
        return 0;
    for (int service = REGISTRATION; service <= SERVICES; service++)
        if (strcmp(name, service_name(service)) == 0)
            return service;
    (void) fail(c, EXIT_USAGE, "there is no service '%s': registration, attendance or certificate",
                name);
    return -1;
}

static int
audit_run(cli *c)
{
    uint8_t actor[SIJILL_ID_SIZE], event[SIJILL_ID_SIZE];
    trail trails[SERVICES] = { { .service = 0 } };
    Sijill__V1__ListAudit in;
    int only = service_read(c), outcome;
    uint64_t after, limit;
    size_t count = 0;

    if (only < 0 || !arg_number(c, "after", 0, INT64_MAX, 0, &after) ||
        !arg_number(c, "limit", 1, INT64_MAX, UINT64_MAX, &limit))
        return EXIT_USAGE;
    outcome = filter_read(c, &in, actor, event);
    if (outcome != EXIT_DONE)
        return outcome;
    in.has_after = true;
    in.after = after;
    for (int service = REGISTRATION; service <= SERVICES; service++)
        if (only == 0 || service == only)
            trails[count++] = (trail){ .service = service, .in = in };
    outcome = print(c, trails, count, limit);
    for (size_t i = 0; i < count; i++)
        sijill_free(trails[i].page);
    return outcome;
}

static const option audit_options[] = {
    { "service", "NAME", "registration, attendance or certificate (default: all, by time)", false },
    { "event", "SLUG", "only what was about this event", false },
    { "actor", "ID", "here a filter: only what this key id, or this name, did", false },
    { "after", "SEQ", "only what came after this position; with --service", false },
    { "limit", "N", "stop after so many", false },
    { NULL, NULL, NULL, false },
};

const command audit_commands[] = {
    { "audit", NULL, "who wrote what, when and from where", audit_options, audit_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
