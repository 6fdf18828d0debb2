/* SPDX-License-Identifier: Apache-2.0 */
/*
 * register, registration list, show and decisions.
 */
#include <stdio.h>

#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/output.h"
#include "clients/upload/countries.h"

#include <string.h>

static const column list_columns[] = {
    { "id", "ID", 0, false },
    { "name", "NAME", 36, false },
    { "email", "E-MAIL", 40, false },
    { "country", "COUNTRY", 0, false },
    { "role", "ROLE", 0, false },
    { "mode", "MODE", 0, false },
    { "state", "STATE", 0, false },
    { "place", "PLACE", 0, true },
    { "external_id", NULL, 0, false },
    { "source", NULL, 0, false },
    { "name_latin", NULL, 0, false },
    { "institution", NULL, 0, false },
    { "position", NULL, 0, false },
    { "language", NULL, 0, false },
    { "registered_ms", NULL, 0, false },
};

/* The person's members stand in the row itself. */
static json_t *
registration_row(const Sijill__V1__RegistrationView *view)
{
    json_t *row = json_of(&view->base);
    json_t *person = json_incref(json_object_get(row, "person"));

    (void) json_object_del(row, "person");
    if (json_is_object(person))
        (void) json_object_update(row, person);
    (void) json_object_set(row, "registration_id", json_object_get(row, "id"));
    json_decref(person);
    return row;
}

/* One page of the list, and where the next begins; false: it was the last. */
static bool
next_take(Sijill__V1__ListRegistrations *list, uint8_t after[SIJILL_ID_SIZE],
          const Sijill__V1__RegistrationList *page)
{
    list->has_after = page->has_next && page->next.len == SIJILL_ID_SIZE;
    if (list->has_after)
        memcpy(after, page->next.data, SIJILL_ID_SIZE);
    list->after = id_data(after);
    return list->has_after;
}

/* Ranks in the waiting list by id: a list in order of id does not have them. */
static int
places_read(cli *c, const uint8_t event_id[SIJILL_ID_SIZE], json_t **places)
{
    uint8_t after[SIJILL_ID_SIZE];
    char id[2 * SIJILL_ID_SIZE + 1];
    Sijill__V1__ListRegistrations list;
    bool more = true;

    *places = json_object();
    sijill__v1__list_registrations__init(&list);
    list.has_event_id = list.has_limit = list.has_state = true;
    list.event_id = id_data(event_id);
    list.limit = 200;
    list.state = SIJILL__V1__REGISTRATION_STATE__WAITLISTED;
    while (more) {
        Sijill__V1__RegistrationList *page = NULL;
        int outcome = ask(c, 153, &list.base, &sijill__v1__registration_list__descriptor, &page);

        if (outcome != EXIT_DONE)
            return outcome;
        for (size_t i = 0; i < page->n_registration; i++) {
            if (page->registration[i]->id.len != SIJILL_ID_SIZE)
                continue;
            sijill_hex(page->registration[i]->id.data, id);
            (void) json_object_set_new(*places, id, json_integer(page->registration[i]->place));
        }
        more = next_take(&list, after, page);
        sijill_free(page);
    }
    return EXIT_DONE;
}

/* The rows of one page; the line is read when the first who waits in it is met. */
static int
page_print(cli *c, const uint8_t event_id[SIJILL_ID_SIZE], const Sijill__V1__RegistrationList *page,
           output *out, json_t **places)
{
    for (size_t i = 0; i < page->n_registration; i++) {
        const Sijill__V1__RegistrationView *view = page->registration[i];
        json_t *row = registration_row(view);
        bool waits = view->state == SIJILL__V1__REGISTRATION_STATE__WAITLISTED && !view->has_place;

        if (waits && *places == NULL) {
            int outcome = places_read(c, event_id, places);

            if (outcome != EXIT_DONE) {
                json_decref(row);
                return outcome;
            }
        }
        if (waits)
            (void) json_object_set(
                row, "place",
                json_object_get(*places, json_string_value(json_object_get(row, "id"))));
        output_row(out, row);
    }
    return EXIT_DONE;
}

static int
list_run(cli *c)
{
    uint8_t event_id[SIJILL_ID_SIZE];
    uint8_t after[SIJILL_ID_SIZE];
    Sijill__V1__ListRegistrations list;
    output *out = NULL;
    json_t *places = NULL;
    int state;
    int outcome;
    bool more = true;

    if (!arg_enum(c, "state", &sijill__v1__registration_state__descriptor, 0, &state))
        return EXIT_USAGE;
    outcome = event_id_find(c, event_id);
    sijill__v1__list_registrations__init(&list);
    list.has_event_id = list.has_limit = true;
    list.event_id = id_data(event_id);
    list.limit = 200;
    list.has_state = arg_text(c, "state") != NULL;
    list.state = (Sijill__V1__RegistrationState) state;
    while (more && outcome == EXIT_DONE) {
        Sijill__V1__RegistrationList *page = NULL;

        outcome = ask(c, 153, &list.base, &sijill__v1__registration_list__descriptor, &page);
        if (outcome != EXIT_DONE)
            break;
        if (out == NULL)
            out = output_open(c, list_columns, sizeof list_columns / sizeof list_columns[0],
                              "no registrations");
        outcome = page_print(c, event_id, page, out, &places);
        more = next_take(&list, after, page);
        sijill_free(page);
    }
    if (out != NULL)
        output_close(&out);
    json_decref(places);
    return outcome;
}

static int
show_run(cli *c)
{
    uint8_t event_id[SIJILL_ID_SIZE];
    Sijill__V1__RegistrationView *view = NULL;
    int outcome = event_id_find(c, event_id);

    if (outcome == EXIT_DONE)
        outcome = registration_find(c, event_id, &view);
    if (outcome == EXIT_DONE)
        output_object(c, registration_row(view));
    sijill_free(view);
    return outcome;
}

static void
registered_print(const cli *c, const Sijill__V1__Registered *out, const sijill_reply *reply)
{
    char id[2 * SIJILL_ID_SIZE + 1];
    json_t *row = json_of(&out->base);

    sijill_hex(reply->request_id, id);
    (void) json_object_set(row, "id", json_object_get(row, "registration_id"));
    (void) json_object_set_new(row, "request_id", json_string(id));
    (void) json_object_set_new(row, "replayed", json_boolean(reply->replayed));
    output_object(c, row);
}

static bool
person_read(cli *c, Sijill__V1__Person *person, char country[3])
{
    const char *text = arg_text(c, "country");

    sijill__v1__person__init(person);
    if (text != NULL && !country_read(text, country)) {
        (void) fail(c, EXIT_USAGE, "--country is '%s': give a code of ISO 3166-1, such as TR",
                    text);
        return false;
    }
    person->name = (char *) (uintptr_t) arg_text(c, "name");
    person->name_latin = (char *) (uintptr_t) arg_text(c, "name-latin");
    person->email = (char *) (uintptr_t) arg_text(c, "email");
    person->country = text == NULL ? NULL : country;
    person->institution = (char *) (uintptr_t) arg_text(c, "institution");
    person->position = (char *) (uintptr_t) arg_text(c, "position");
    person->language = (char *) (uintptr_t) arg_text(c, "language");
    return true;
}

static int
register_run(cli *c)
{
    uint8_t event_id[SIJILL_ID_SIZE];
    Sijill__V1__Register in;
    Sijill__V1__Person person;
    Sijill__V1__Registered *out = NULL;
    sijill_reply reply;
    char country[3];
    int role;
    int mode;
    int on_duplicate;
    int outcome;

    if (!arg_enum(c, "role", &sijill__v1__role__descriptor, 0, &role) ||
        !arg_enum(c, "mode", &sijill__v1__mode__descriptor, 0, &mode) ||
        !arg_enum(c, "on-duplicate", &sijill__v1__on_duplicate__descriptor, 0, &on_duplicate) ||
        !person_read(c, &person, country))
        return EXIT_USAGE;
    outcome = event_id_find(c, event_id);
    if (outcome != EXIT_DONE)
        return outcome;
    sijill__v1__register__init(&in);
    in.has_event_id = in.has_role = in.has_on_duplicate = true;
    in.event_id = id_data(event_id);
    in.person = &person;
    in.role = (Sijill__V1__Role) role;
    in.has_mode = arg_text(c, "mode") != NULL;
    in.mode = (Sijill__V1__Mode) mode;
    in.on_duplicate = (Sijill__V1__OnDuplicate) on_duplicate;
    in.source = (char *) (uintptr_t) arg_text(c, "source");
    in.external_id = (char *) (uintptr_t) arg_text(c, "external-id");
    in.has_override = in.override = arg_flag(c, "override");
    outcome = ask_once(c, 110, &in.base, &sijill__v1__registered__descriptor, &out, &reply);
    if (outcome == EXIT_DONE)
        registered_print(c, out, &reply);
    sijill_free(out);
    return outcome;
}

static int
decide(cli *c, Sijill__V1__Decision decision)
{
    uint8_t event_id[SIJILL_ID_SIZE];
    Sijill__V1__RegistrationView *view = NULL;
    Sijill__V1__DecideRegistration in;
    Sijill__V1__Registered *out = NULL;
    sijill_reply reply;
    int outcome = event_id_find(c, event_id);

    if (outcome == EXIT_DONE)
        outcome = registration_find(c, event_id, &view);
    if (outcome == EXIT_DONE) {
        sijill__v1__decide_registration__init(&in);
        in.has_event_id = in.has_registration_id = in.has_decision = true;
        in.event_id = id_data(event_id);
        in.registration_id = view->id;
        in.decision = decision;
        in.reason = (char *) (uintptr_t) arg_text(c, "reason");
        outcome = ask_once(c, 112, &in.base, &sijill__v1__registered__descriptor, &out, &reply);
    }
    if (outcome == EXIT_DONE)
        registered_print(c, out, &reply);
    sijill_free(out);
    sijill_free(view);
    return outcome;
}

static int
approve_run(cli *c)
{
    return decide(c, SIJILL__V1__DECISION__APPROVE);
}

static int
reject_run(cli *c)
{
    return decide(c, SIJILL__V1__DECISION__REJECT);
}

static int
cancel_run(cli *c)
{
    return decide(c, SIJILL__V1__DECISION__WITHDRAW);
}

static int
reinstate_run(cli *c)
{
    return decide(c, SIJILL__V1__DECISION__REINSTATE);
}

static const option register_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "email", "E", "the person's key at an event", false },
    { "name", "N", "as the person writes it", true },
    { "country", "CC", "ISO 3166-1", false },
    { "name-latin", "N", "in Latin letters, if it is not", false },
    { "role", "ROLE", "participant (default), trainer, speaker, observer, focal_point, organiser",
      false },
    { "mode", "MODE", "in_person or online", false },
    { "institution", "TEXT", "", false },
    { "position", "TEXT", "", false },
    { "language", "LANG", "", false },
    { "source", "NAME", "platform that this comes from", false },
    { "external-id", "ID", "its id there", false },
    { "on-duplicate", "refuse|update",
      "when this person is registered with other words (default refuse)", false },
    { "override", NULL, "as an organiser: outside the time of registration", false },
    { "request-id", "ID", "a UUIDv7: the same one again has one effect", false },
    { "dry-run", NULL, "decide, write nothing", false },
    { NULL, NULL, NULL, false },
};

static const option list_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "state", "STATE",
      "pending, waitlisted (in order of the line), confirmed, rejected, cancelled", false },
    { NULL, NULL, NULL, false },
};

static const option who_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "email", "E", "whose registration, or", false },
    { "id", "ID", "which", false },
    { "reason", "TEXT", "why, kept with the registration", false },
    { "request-id", "ID", "a UUIDv7: the same one again has one effect", false },
    { "dry-run", NULL, "decide, write nothing", false },
    { NULL, NULL, NULL, false },
};

static const option show_options[] = {
    { "event", "EVENT", "name (slug) or id of the event", true },
    { "email", "E", "whose registration, or", false },
    { "id", "ID", "which", false },
    { NULL, NULL, NULL, false },
};

const command registration_commands[] = {
    { "register", NULL, "register one person for an event", register_options, register_run,
      "Exit 3 when refused: the event is full (FULL), closed (CLOSED), or the person is registered "
      "with other\n"
      "words (CONFLICT)." },
    { "registration list", NULL, "registrations of an event", list_options, list_run, NULL },
    { "registration show", NULL, "one registration", show_options, show_run, NULL },
    { "registration approve", NULL, "pending becomes confirmed, or waits for a seat", who_options,
      approve_run, NULL },
    { "registration reject", NULL, "an organiser says no", who_options, reject_run, NULL },
    { "registration cancel", NULL, "the seat goes to the head of the line", who_options, cancel_run,
      NULL },
    { "registration reinstate", NULL, "rejected or cancelled: in again, if there is a seat",
      who_options, reinstate_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
