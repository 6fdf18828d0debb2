/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook held, hook release, event link, event links: what platforms said and nobody can act on yet,
 * and the links that most of it waits for.
 */
#include <stdio.h>

#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"
#include "clients/upload/times.h"

#include <string.h>

enum { RELEASE_PUSH = 121, LINK_EVENT = 146, LIST_LINKS = 165, LIST_HELD = 175 };

/* One level: the push's own members, then why it waits. */
static json_t *
held_row(const Sijill__V1__HoldPush *held)
{
    json_t *row = json_of(&held->base), *push = json_incref(json_object_get(row, "push"));
    char at[INSTANT_SIZE];

    (void) json_object_del(row, "push");
    if (held->push != NULL)
        (void) json_object_update_missing(row, push);
    json_decref(push);
    (void) json_object_del(row, "nonce");
    instant_write(held->received_ms, "UTC", at);
    (void) json_object_set_new(row, "received_at", json_string(at));
    if (held->push != NULL) {
        instant_write(held->push->occurred_ms, "UTC", at);
        (void) json_object_set_new(row, "occurred_at", json_string(at));
    }
    return row;
}

static const column held_columns[] = {
    { "received_at", "RECEIVED", 0, false }, { "platform", "PLATFORM", 0, false },
    { "external_id", "WEBINAR", 24, false }, { "kind", "SAYS", 0, false },
    { "email", "E-MAIL", 32, false },        { "why", "WHY", 0, false },
    { "words", "WORDS", 60, false },         { "id", "PUSH", 0, false },
};

static int
held_run(cli *c)
{
    uint8_t after[SIJILL_ID_SIZE];
    Sijill__V1__ListHeld list;
    output *out = NULL;
    bool more = true;
    int outcome = EXIT_DONE;

    sijill__v1__list_held__init(&list);
    list.platform = (char *) (uintptr_t) arg_text(c, "platform");
    list.external_id = (char *) (uintptr_t) arg_text(c, "external-id");
    while (more && outcome == EXIT_DONE) {
        Sijill__V1__HeldList *page = NULL;

        outcome = ask(c, LIST_HELD, &list.base, &sijill__v1__held_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, held_columns, sizeof held_columns / sizeof held_columns[0],
                              "nothing waits");
        for (size_t i = 0; i < page->n_held; i++)
            output_row(out, held_row(page->held[i]));
        more = page->has_next && page->next.len == sizeof after;
        if (more)
            memcpy(after, page->next.data, sizeof after);
        list.has_after = more;
        list.after = id_data(after);
        sijill_free(page);
    }
    if (out != NULL)
        output_close(&out);
    return outcome;
}

static int
release_run(cli *c)
{
    uint8_t id[SIJILL_ID_SIZE];
    Sijill__V1__ReleasePush in;
    Sijill__V1__PushHeld *out = NULL;
    int outcome;

    if (arg_operand(c, 0) == NULL)
        return fail(c, EXIT_USAGE, "which push? Give its id; `sijill hook held` has them");
    if (!id_read(c, "the push's id", arg_operand(c, 0), id))
        return EXIT_USAGE;
    sijill__v1__release_push__init(&in);
    in.has_id = true;
    in.id = id_data(id);
    outcome = ask(c, RELEASE_PUSH, &in.base, &sijill__v1__push_held__descriptor, &out);
    if (outcome == EXIT_DONE)
        output_object(c, json_of(&out->base));
    sijill_free(out);
    return outcome;
}

static int
link_run(cli *c)
{
    Sijill__V1__EventView *view = NULL;
    Sijill__V1__LinkEvent in;
    Sijill__V1__Linked *out = NULL;
    int outcome = event_named(c, &view);

    if (outcome == EXIT_DONE) {
        sijill__v1__link_event__init(&in);
        in.has_event_id = true;
        in.event_id = view->event->id;
        in.platform = (char *) (uintptr_t) arg_text(c, "platform");
        in.external_id = (char *) (uintptr_t) arg_text(c, "external-id");
        in.has_remove = in.remove = arg_flag(c, "remove");
        outcome = ask(c, LINK_EVENT, &in.base, &sijill__v1__linked__descriptor, &out);
    }
    if (outcome == EXIT_DONE) {
        json_t *row = json_of(&out->base);

        (void) json_object_set_new(row, "event",
                                   json_text(view->event->slug == NULL ? "" : view->event->slug));
        (void) json_object_set_new(row, "platform", json_text(in.platform));
        (void) json_object_set_new(row, "external_id", json_text(in.external_id));
        output_object(c, row);
    }
    sijill_free(out);
    sijill_free(view);
    return outcome;
}

/* The event's name, as far as it has one. */
static json_t *
link_row(cli *c, const Sijill__V1__Link *link)
{
    json_t *row = json_of(&link->base);
    char id[2 * SIJILL_ID_SIZE + 1];
    Sijill__V1__EventView *view = NULL;

    (void) json_object_del(row, "removed");
    if (link->event_id.len != SIJILL_ID_SIZE)
        return row;
    sijill_hex(link->event_id.data, id);
    if (event_find(c, id, &view) == EXIT_DONE)
        (void) json_object_set_new(row, "event",
                                   json_text(view->event->slug == NULL ? "" : view->event->slug));
    sijill_free(view);
    return row;
}

static const column link_columns[] = {
    { "platform", "PLATFORM", 0, false },
    { "external_id", "WEBINAR", 0, false },
    { "event", "EVENT", 48, false },
    { "event_id", NULL, 0, false },
};

static int
links_run(cli *c)
{
    uint8_t after[SIJILL_ID_SIZE];
    Sijill__V1__EventView *view = NULL;
    Sijill__V1__ListLinks list;
    output *out = NULL;
    bool more = true;
    int outcome = EXIT_DONE;

    sijill__v1__list_links__init(&list);
    if (arg_operand(c, 0) != NULL || arg_text(c, "event") != NULL) {
        outcome = event_named(c, &view);
        list.has_event_id = outcome == EXIT_DONE;
        if (list.has_event_id)
            list.event_id = view->event->id;
    }
    while (more && outcome == EXIT_DONE) {
        Sijill__V1__LinkList *page = NULL;

        outcome = ask(c, LIST_LINKS, &list.base, &sijill__v1__link_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, link_columns, sizeof link_columns / sizeof link_columns[0],
                              "no links yet: `sijill event link EVENT --platform zoom "
                              "--external-id ID`");
        for (size_t i = 0; i < page->n_link; i++)
            output_row(out, link_row(c, page->link[i]));
        more = page->has_next && page->next.len == sizeof after;
        if (more)
            memcpy(after, page->next.data, sizeof after);
        list.has_after = more;
        list.after = id_data(after);
        sijill_free(page);
    }
    if (out != NULL)
        output_close(&out);
    sijill_free(view);
    return outcome;
}

static const option held_options[] = {
    { "platform", "NAME", "of this platform only", false },
    { "external-id", "ID", "of this webinar only", false },
    { NULL, NULL, NULL, false },
};

static const option link_options[] = {
    { "platform", "NAME", "zoom webex bbb teams jaas, or the name of another", true },
    { "external-id", "ID", "the platform's id of the webinar", true },
    { "event", "EVENT", "the same as the word", false },
    { "remove", NULL, "take the link away", false },
    { NULL, NULL, NULL, false },
};

static const option links_options[] = {
    { "event", "EVENT", "the same as the word", false },
    { NULL, NULL, NULL, false },
};

const command held_commands[] = {
    { "event link", "[EVENT]", "a platform's webinar is this event", link_options, link_run,
      "What the platform said of it before was kept, and is applied now." },
    { "event links", "[EVENT]", "which webinars are which events", links_options, links_run, NULL },
    { "hook held", NULL, "what platforms said and nobody can act on yet", held_options, held_run,
      NULL },
    { "hook release", "ID", "this push need not be kept any more", NULL, release_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
