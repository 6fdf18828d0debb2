/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event: list, show and change the state of events.
 */
#include <stdio.h>

#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"

#include <stdlib.h>
#include <string.h>

static const column list_columns[] = {
    { "slug", "EVENT", 48, false },
    { "title", "TITLE", 60, false },
    { "kind", "KIND", 20, false },
    { "dates", "DATES", 0, false },
    { "mode", "MODE", 0, false },
    { "state", "STATE", 0, false },
    { "confirmed", "CONFIRMED", 0, true },
    { "capacity", "OF", 0, true },
    { "waitlisted", "WAITING", 0, true },
    { "pending", "PENDING", 0, true },
    { "id", NULL, 0, false },
    { "start_date", NULL, 0, false },
    { "end_date", NULL, 0, false },
    { "date_precision", NULL, 0, false },
    { "date_uncertain", NULL, 0, false },
};

static char *
dates_text(const Sijill__V1__EventSummary *e)
{
    char *out = NULL;
    const char *start = e->start_date == NULL ? "" : e->start_date;
    const char *end = e->end_date == NULL ? start : e->end_date;
    const char *doubt = e->date_uncertain ? "?" : "";
    int size;

    if (e->date_precision == SIJILL__V1__DATE_PRECISION__DATE_NONE || start[0] == '\0')
        size = asprintf(&out, "none");
    else if (e->date_precision == SIJILL__V1__DATE_PRECISION__DATE_MONTH)
        size = asprintf(&out, "%.7s%s", start, doubt);
    else if (strcmp(start, end) == 0)
        size = asprintf(&out, "%s%s", start, doubt);
    else
        size = asprintf(&out, "%s..%s%s", start, end, doubt);
    if (size < 0)
        abort();
    return out;
}

static json_t *
summary_row(const cli *c, const Sijill__V1__EventSummary *e)
{
    json_t *row = json_of(&e->base);
    const char *title = text_choose(e->title, e->n_title, arg_text(c, "lang"));
    char *dates = dates_text(e);

    if (c->json) {
        (void) json_object_set_new(row, "dates", json_string(dates));
    } else {
        (void) json_object_set_new(row, "title", json_text(title == NULL ? "" : title));
        (void) json_object_set_new(row, "dates", json_string(dates));
    }
    free(dates);
    return row;
}

static int
list_run(cli *c)
{
    output *out = NULL;
    char after[128] = "";
    int outcome = EXIT_DONE;
    bool more = true;

    while (more && outcome == EXIT_DONE) {
        Sijill__V1__ListEvents list;
        Sijill__V1__EventList *page = NULL;

        sijill__v1__list_events__init(&list);
        list.after = after[0] == '\0' ? NULL : after;
        list.has_limit = true;
        list.limit = 50;
        outcome = ask(c, 151, &list.base, &sijill__v1__event_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, list_columns, sizeof list_columns / sizeof list_columns[0],
                              "no events yet: `sijill event import FILE` or `sijill event create`");
        for (size_t i = 0; i < page->n_event; i++)
            output_row(out, summary_row(c, page->event[i]));
        more = page->next != NULL && strlen(page->next) < sizeof after;
        (void) snprintf(after, sizeof after, "%s", more ? page->next : "");
        sijill_free(page);
    }
    if (out != NULL)
        output_close(&out);
    return outcome;
}

static int
show_run(cli *c)
{
    Sijill__V1__EventView *view = NULL;
    int outcome = event_named(c, &view);

    if (outcome == EXIT_DONE) {
        json_t *whole = json_of(&view->base);
        json_t *event = json_incref(json_object_get(whole, "event"));

        /* One level: the event's own members, then its state and counts. */
        (void) json_object_del(whole, "event");
        (void) json_object_update(event, whole);
        json_decref(whole);
        output_object(c, event);
    }
    sijill_free(view);
    return outcome;
}

static int
state_change(cli *c, Sijill__V1__EventState state)
{
    Sijill__V1__EventView *view = NULL;
    Sijill__V1__ChangeEventState change;
    Sijill__V1__EventStateReply *out = NULL;
    int outcome = event_named(c, &view);

    if (outcome == EXIT_DONE) {
        sijill__v1__change_event_state__init(&change);
        change.has_event_id = change.has_state = true;
        change.event_id = view->event->id;
        change.state = state;
        outcome =
            ask_once(c, 103, &change.base, &sijill__v1__event_state_reply__descriptor, &out, NULL);
    }
    if (outcome == EXIT_DONE) {
        json_t *row = json_of(&out->base);

        (void) json_object_set_new(row, "slug",
                                   json_text(view->event->slug == NULL ? "" : view->event->slug));
        output_object(c, row);
    }
    sijill_free(out);
    sijill_free(view);
    return outcome;
}

static int
open_run(cli *c)
{
    return state_change(c, SIJILL__V1__EVENT_STATE__EVENT_OPEN);
}

static int
close_run(cli *c)
{
    return state_change(c, SIJILL__V1__EVENT_STATE__EVENT_CLOSED);
}

static int
cancel_run(cli *c)
{
    return state_change(c, SIJILL__V1__EVENT_STATE__EVENT_CANCELLED);
}

static const option list_options[] = {
    { "lang", "LANG", "language of the titles, where there is one (default en)", false },
    { NULL, NULL, NULL, false },
};

static const option state_options[] = {
    { "event", "EVENT", "the same as the word", false },
    { "request-id", "ID", "a UUIDv7: the same one again has one effect", false },
    { "dry-run", NULL, "decide, write nothing", false },
    { NULL, NULL, NULL, false },
};

static const option show_options[] = {
    { "event", "EVENT", "the same as the word", false },
    { NULL, NULL, NULL, false },
};

const command event_commands[] = {
    { "event list", NULL, "all events, by name", list_options, list_run, NULL },
    { "event show", "[EVENT]", "one event: description, sessions, rules, counts", show_options,
      show_run, NULL },
    { "event open", "[EVENT]", "open registration again", state_options, open_run, NULL },
    { "event close", "[EVENT]", "end registration; certificates may be released", state_options,
      close_run, NULL },
    { "event cancel", "[EVENT]", "cancel an event, for good", state_options, cancel_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
