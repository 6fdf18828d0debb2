/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event create, event rules: an event from the command line, and the rules of its registration.
 */
#include <stdio.h>

#include "clients/cli/args.h"
#include "clients/cli/catalogue_dates.h"
#include "clients/cli/commands.h"
#include "clients/cli/json_of.h"
#include "clients/cli/org.h"
#include "clients/cli/output.h"
#include "clients/upload/countries.h"
#include "clients/upload/times.h"

#include <string.h>

enum { SEATS_MAX = 10000000, COUNTRIES_MAX = 250 };

/* --NAME N: seats; "none" takes the limit away. */
static bool
seats_read(cli *c, const char *name, protobuf_c_boolean *has, uint32_t *seats)
{
    const char *text = arg_text(c, name);
    uint64_t number;

    if (text == NULL)
        return true;
    *has = strcmp(text, "none") != 0;
    if (!*has)
        return true;
    if (!arg_number(c, name, 0, SEATS_MAX, 0, &number))
        return false;
    *seats = (uint32_t) number;
    return true;
}

static bool
instant_arg(cli *c, const char *name, const char *zone, protobuf_c_boolean *has, uint64_t *ms)
{
    const char *text = arg_text(c, name);
    const char *words;

    if (text == NULL)
        return true;
    *has = strcmp(text, "none") != 0;
    words = *has ? instant_read(text, zone, ms) : NULL;
    if (words != NULL)
        (void) fail(c, EXIT_USAGE, "--%s is '%s': %s", name, text, words);
    return words == NULL;
}

static bool
switch_read(cli *c, const char *name, protobuf_c_boolean *has, protobuf_c_boolean *value)
{
    const char *text = arg_text(c, name);

    if (text == NULL)
        return true;
    *has = true;
    *value = strcmp(text, "yes") == 0;
    if (*value || strcmp(text, "no") == 0)
        return true;
    (void) fail(c, EXIT_USAGE, "--%s is '%s': give yes or no", name, text);
    return false;
}

/* --country-seats TR=20, once for each country; the first takes the stored list's place. */
static bool
countries_read(cli *c, pool *memory, Sijill__V1__EventRules *rules)
{
    size_t at = 0;
    const char *text;
    Sijill__V1__CountrySeats **list = pool_take(memory, COUNTRIES_MAX * sizeof *list);
    size_t count = 0;

    while ((text = arg_next(c, "country-seats", &at)) != NULL && count < COUNTRIES_MAX) {
        Sijill__V1__CountrySeats *row = pool_take(memory, sizeof *row);
        char code[3];
        uint64_t seats;
        char name[64];

        (void) snprintf(name, sizeof name, "%.*s", (int) strcspn(text, "="), text);
        if (strchr(text, '=') == NULL || !country_read(name, code) ||
            !number_read(strchr(text, '=') + 1, SEATS_MAX, &seats)) {
            (void) fail(c, EXIT_USAGE,
                        "--country-seats is '%s': give a country and its seats, such as TR=20",
                        text);
            return false;
        }
        sijill__v1__country_seats__init(row);
        row->country = pool_text(memory, code, 2);
        row->has_seats = true;
        row->seats = (uint32_t) seats;
        list[count++] = row;
    }
    if (count > 0) {
        rules->country_seats = list;
        rules->n_country_seats = count;
    }
    return true;
}

static bool
rules_read(cli *c, pool *memory, const char *zone, Sijill__V1__EventRules *rules)
{
    uint64_t threshold;
    int release;

    if (!seats_read(c, "capacity", &rules->has_capacity, &rules->capacity) ||
        !seats_read(c, "capacity-in-person", &rules->has_capacity_in_person,
                    &rules->capacity_in_person) ||
        !seats_read(c, "capacity-online", &rules->has_capacity_online, &rules->capacity_online) ||
        !countries_read(c, memory, rules) ||
        !switch_read(c, "approval", &rules->has_needs_approval, &rules->needs_approval) ||
        !switch_read(c, "waiting-list", &rules->has_waiting_list, &rules->waiting_list) ||
        !instant_arg(c, "opens", zone, &rules->has_opens_ms, &rules->opens_ms) ||
        !instant_arg(c, "closes", zone, &rules->has_closes_ms, &rules->closes_ms) ||
        !arg_number(c, "threshold", 0, 100, 0, &threshold) ||
        !arg_enum(c, "release", &sijill__v1__certificate_release__descriptor, (int) rules->release,
                  &release))
        return false;
    if (arg_text(c, "threshold") != NULL) {
        rules->has_threshold = true;
        rules->threshold = (uint32_t) threshold * 100;
    }
    rules->has_release = rules->has_release || arg_text(c, "release") != NULL;
    rules->release = (Sijill__V1__CertificateRelease) release;
    if (arg_text(c, "certificate-lang") != NULL)
        rules->certificate_lang = (char *) (uintptr_t) arg_text(c, "certificate-lang");
    return true;
}

static bool
rules_given(const cli *c)
{
    static const char *const names[] = { "capacity",        "capacity-in-person",
                                         "capacity-online", "country-seats",
                                         "approval",        "waiting-list",
                                         "opens",           "closes",
                                         "threshold",       "release",
                                         "certificate-lang" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (arg_text(c, names[i]) != NULL)
            return true;
    return false;
}

static int
rules_run(cli *c)
{
    pool memory = { NULL };
    Sijill__V1__EventView *view = NULL;
    Sijill__V1__SetEventRules set;
    Sijill__V1__EventRules fresh;
    int outcome = rules_given(c) ? event_named(c, &view)
                                 : fail(c, EXIT_USAGE,
                                        "which rule? Give --capacity N, --waiting-list yes, ...");

    if (outcome != EXIT_DONE)
        return outcome;
    sijill__v1__event_rules__init(&fresh);

    /* What is not named stays: the service replaces all rules, so the stored ones are sent back
     * with the changes. */
    Sijill__V1__EventRules rules = view->event->rules == NULL ? fresh : *view->event->rules;

    sijill__v1__set_event_rules__init(&set);
    set.has_event_id = true;
    set.event_id = view->event->id;
    set.rules = &rules;
    if (!rules_read(c, &memory, view->event->time_zone, &rules))
        outcome = EXIT_USAGE;
    else
        outcome = ask_once(c, 104, &set.base, NULL, NULL, NULL);
    if (outcome == EXIT_DONE)
        output_object(c, json_of(&rules.base));
    pool_empty(&memory);
    sijill_free(view);
    return outcome;
}

static bool
create_sessions(cli *c, pool *memory, Sijill__V1__Event *event)
{
    size_t at = 0;
    const char *text;
    const char *words = NULL;
    draft d;

    while ((text = arg_next(c, "session", &at)) != NULL)
        if ((words = session_add(memory, event, text)) != NULL) {
            (void) fail(c, EXIT_USAGE, "--session is '%s': %s", text, words);
            return false;
        }
    if (event->n_sessions > 0) {
        event->start_date =
            event->start_date == NULL ? event->sessions[0]->date : event->start_date;
        event->end_date = event->end_date == NULL ? event->sessions[event->n_sessions - 1]->date
                                                  : event->end_date;
        return true;
    }
    if (event->start_date == NULL)
        return true;
    draft_begin(&d, memory, NULL);
    sessions_assume(&d, event, event->start_date, event->end_date);
    draft_end(&d);
    if (event->n_sessions == 0)
        (void) fail(c, EXIT_USAGE,
                    "from %s to %s is no time for one session a day: give --session for each, or "
                    "other dates",
                    event->start_date, event->end_date);
    return event->n_sessions > 0;
}

static bool
create_dates(cli *c, Sijill__V1__Event *event)
{
    static const char *const names[] = { "start-date", "end-date" };
    date parsed;

    for (size_t i = 0; i < 2; i++)
        if (arg_text(c, names[i]) != NULL && !date_read(arg_text(c, names[i]), &parsed)) {
            (void) fail(c, EXIT_USAGE,
                        "--%s is '%s': give a date of the calendar, such as 2025-01-21", names[i],
                        arg_text(c, names[i]));
            return false;
        }
    event->start_date = (char *) (uintptr_t) arg_text(c, "start-date");
    event->end_date = (char *) (uintptr_t) arg_text(c, "end-date");
    if (event->end_date == NULL)
        event->end_date = event->start_date;
    return true;
}

static bool
create_place(cli *c, pool *memory, Sijill__V1__Event *event)
{
    const char *country = arg_text(c, "country");
    const char *zone = arg_text(c, "time-zone");
    char code[3];
    char found[ZONE_SIZE];
    int mode;

    if (!arg_enum(c, "mode", &sijill__v1__mode__descriptor, SIJILL__V1__MODE__MODE_UNKNOWN, &mode))
        return false;
    event->has_mode = true;
    event->mode = (Sijill__V1__Mode) mode;
    event->venue = (char *) (uintptr_t) arg_text(c, "venue");
    event->city = (char *) (uintptr_t) arg_text(c, "city");
    if (country != NULL && !country_read(country, code)) {
        (void) fail(c, EXIT_USAGE, "--country is '%s': give a code of ISO 3166-1, such as TR",
                    country);
        return false;
    }
    event->country = country == NULL ? NULL : pool_text(memory, code, 2);
    if (zone != NULL && !zone_known(zone)) {
        (void) fail(c, EXIT_USAGE, "--time-zone is '%s': give a name such as Europe/Istanbul",
                    zone);
        return false;
    }
    if (zone == NULL && zone_of_place(event->country, event->city, found))
        zone = found;
    if (zone == NULL)
        zone = ZONE_FALLBACK;
    event->time_zone = pool_text(memory, zone, strlen(zone));
    return true;
}

static int
create_send(cli *c, Sijill__V1__Event *event)
{
    Sijill__V1__DefineEvent define;
    Sijill__V1__Defined *out = NULL;
    int outcome;

    sijill__v1__define_event__init(&define);
    define.event = event;
    outcome = ask_once(c, 102, &define.base, &sijill__v1__defined__descriptor, &out, NULL);
    if (outcome == EXIT_DONE) {
        json_t *row = json_of(&out->base);

        (void) json_object_set_new(row, "slug", json_text(event->slug));
        (void) json_object_set_new(row, "sessions", json_integer((json_int_t) event->n_sessions));
        output_object(c, row);
    }
    sijill_free(out);
    return outcome;
}

static int
create_run(cli *c)
{
    pool memory = { NULL };
    Sijill__V1__Event event;
    Sijill__V1__EventRules rules;
    int outcome = EXIT_USAGE;

    sijill__v1__event__init(&event);
    sijill__v1__event_rules__init(&rules);
    event.slug = (char *) (uintptr_t) arg_operand(c, 0);
    event.kind = (char *) (uintptr_t) (arg_text(c, "kind") == NULL ? "event" : arg_text(c, "kind"));
    event.n_title = args_texts(c, &memory, "title", &event.title);
    if (event.n_title == 0)
        (void) fail(c, EXIT_USAGE, "an event needs a title: --title-en TEXT, --title-ar TEXT, ...");
    else if (create_dates(c, &event) && create_place(c, &memory, &event) &&
             create_sessions(c, &memory, &event) &&
             rules_read(c, &memory, event.time_zone, &rules)) {
        event.rules = rules_given(c) ? &rules : NULL;
        outcome = create_send(c, &event);
    }
    pool_empty(&memory);
    return outcome;
}

#define RULE_OPTIONS                                                                               \
    { "capacity", "N", "seats of participants; none: unlimited", false },                          \
        { "capacity-in-person", "N", "of them in the room", false },                               \
        { "capacity-online", "N", "of them online", false },                                       \
        { "country-seats", "CC=N", "quota of a country; once for each", false },                   \
        { "approval", "yes|no", "each registration awaits approval", false },                      \
        { "waiting-list", "yes|no", "who finds no seat waits for one", false },                    \
        { "opens", "TIME", "registration opens then; none: at once", false },                      \
        { "closes", "TIME", "from then it is closed; none: with the event", false },               \
        { "threshold", "PERCENT", "share of the time for `attended` (default 75)", false },        \
        { "release", "released|automatic",                                                         \
          "who issues certificates: an organiser, or the event's closing", false },                \
        { "certificate-lang", "LANG", "language of certificates", false },                         \
        { "request-id", "ID", "a UUIDv7: the same one again has one effect", false },              \
    {                                                                                              \
        "dry-run", NULL, "decide, write nothing", false                                            \
    }

static const option rules_options[] = { { "event", "EVENT", "the same as the word", false },
                                        RULE_OPTIONS,
                                        { NULL, NULL, NULL, false } };

static const option create_options[] = {
    { "title-en", "TEXT", "title in English (also -ar -fr -tr -ru -kk); at least one", false },
    { "title-ar", "TEXT", "", false },
    { "title-fr", "TEXT", "", false },
    { "title-tr", "TEXT", "", false },
    { "title-ru", "TEXT", "", false },
    { "title-kk", "TEXT", "", false },
    { "kind", "WORD", "training_course, webinar, workshop, ... (default event)", false },
    { "start-date", "DATE", "2025-01-21", false },
    { "end-date", "DATE", "default: the first day", false },
    { "session", "WHEN",
      "'2025-01-21 09:00-12:30' local; once for each (default: each day 09:00-17:00)", false },
    { "time-zone", "ZONE", "default: of the country, where it has one only; else " ZONE_FALLBACK,
      false },
    { "mode", "MODE", "in_person, online, hybrid", false },
    { "venue", "TEXT", "", false },
    { "city", "TEXT", "", false },
    { "country", "CC", "", false },
    RULE_OPTIONS,
    { NULL, NULL, NULL, false },
};

const command event_edit_commands[] = {
    { "event create", "SLUG", "define an event; again with other words changes it", create_options,
      create_run, NULL },
    { "event rules", "[EVENT]", "change rules of registration and certificates; others stay",
      rules_options, rules_run, NULL },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};
