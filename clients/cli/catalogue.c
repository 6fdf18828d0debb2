/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/catalogue.h"

#include "clients/cli/catalogue_dates.h"
#include "clients/cli/draft.h"
#include "clients/cli/json_of.h"

#include <stdlib.h>
#include <string.h>

enum { SOURCE_MAX = 16384, SLUG_MAX = 96 };

static const char *const kinds[] = {
    "training_course",
    "statistical_training_course",
    "workshop",
    "regional_workshop",
    "technical_workshop",
    "webinar",
    "seminar",
    "panel",
    "side_event",
    "study_visit",
    "meeting",
    "network_meeting",
    "consultation_meeting",
    "task_force_meeting",
    "expert_meeting",
    "talk",
    "committee_session",
    "conference",
    "forum",
    "summit",
    "symposium",
    "round_table",
    "course",
    "event",
};

catalogue_shape
catalogue_look(const json_t *document, const json_t **rows)
{
    static const char *const members[] = { "activities", "events", "programmes", "countries" };

    *rows = document;
    for (size_t i = 0; json_is_object(document) && i < sizeof members / sizeof members[0]; i++)
        if (json_is_array(json_object_get(document, members[i])))
            *rows = json_object_get(document, members[i]);
    if (!json_is_array(*rows))
        return SHAPE_UNKNOWN;
    for (size_t i = 0; i < json_array_size(*rows); i++) {
        const json_t *row = json_array_get(*rows, i);

        if (json_object_get(row, "iso2") != NULL)
            return SHAPE_COUNTRIES;
        if (json_object_get(row, "slug") != NULL && json_object_get(row, "id") == NULL)
            return SHAPE_PROGRAMMES;
        if (json_object_get(row, "id") != NULL)
            return SHAPE_ACTIVITIES;
    }
    return json_array_size(*rows) == 0 ? SHAPE_ACTIVITIES : SHAPE_UNKNOWN;
}

/* The names of an organisation: name_xx, else "names" or "name" by language, else languages as
 * members. */
static void
names_read(draft *d, json_t *object, Sijill__V1__Text ***texts, size_t *count)
{
    const json_t *names = json_object_get(object, "names");

    draft_texts(d, object, "name", false, texts, count);
    if (*count == 0 && names != NULL)
        value_texts(d, names, texts, count);
    if (*count == 0 && json_object_get(object, "name") != NULL)
        value_texts(d, json_object_get(object, "name"), texts, count);
    if (*count == 0)
        value_texts(d, object, texts, count);
}

static Sijill__V1__Partner *
partner_read(draft *d, json_t *value, const char *role)
{
    Sijill__V1__Partner *partner = pool_take(d->memory, sizeof *partner);
    char *said = draft_member(d, value, "role");

    sijill__v1__partner__init(partner);
    names_read(d, value, &partner->name, &partner->n_name);
    partner->acronym = draft_member(d, value, "acronym");
    partner->role =
        said == NULL ? pool_text(d->memory, role, strlen(role)) : draft_word(d, "role", said);
    partner->country = draft_country(d, "country of a partner", draft_member(d, value, "country"));
    partner->mechanism = draft_member(d, value, "mechanism");
    partner->channel = draft_member(d, value, "channel");
    partner->project_id = draft_member(d, value, "project_id");
    return partner;
}

/* One object, or an array of them. */
static void
partners_add(draft *d, Sijill__V1__Event *event, const char *key, const char *role)
{
    json_t *value = json_object_get(d->left, key);
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    Sijill__V1__Partner **grown;

    if (value == NULL || json_is_null(value))
        return;
    grown = pool_take(d->memory, (event->n_partners + count + 1) * sizeof *grown);
    if (event->n_partners > 0)
        memcpy((void *) grown, (void *) event->partners, event->n_partners * sizeof *grown);
    event->partners = grown;
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_is_array(value) ? json_array_get(value, i) : value;

        if (json_is_object(item) || json_is_string(item))
            grown[event->n_partners++] = partner_read(d, item, role);
        else if (!json_is_null(item))
            draft_note(d, "%s holds what names nobody: left out", key);
    }
    (void) json_object_del(d->left, key);
}

static Sijill__V1__Parent *
parent_read(draft *d, const char *slug, const json_t *value)
{
    const char *kind = json_string_value(json_object_get(value, "kind"));
    char *id = draft_member(d, value, "id");
    Sijill__V1__Parent *parent = pool_take(d->memory, sizeof *parent);

    if (id == NULL)
        id = draft_member(d, value, "slug");
    if (id == NULL || kind == NULL ||
        (strcmp(kind, "project") != 0 && strcmp(kind, "event") != 0)) {
        draft_note(d, "a parent is neither a project nor an event with an id: left out");
        return NULL;
    }
    sijill__v1__parent__init(parent);
    parent->kind = pool_text(d->memory, kind, strlen(kind));
    parent->slug = draft_slug(d, "id of a parent", id);
    if (parent->slug == NULL || (strcmp(kind, "event") == 0 && strcmp(parent->slug, slug) == 0)) {
        draft_note(d, "an event cannot be its own parent: left out");
        return NULL;
    }
    value_texts(d, json_object_get(value, "titles"), &parent->title, &parent->n_title);
    if (parent->n_title == 0)
        draft_texts(d, (json_t *) (uintptr_t) value, "title", false, &parent->title,
                    &parent->n_title);
    if (json_object_get(value, "components") != NULL &&
        !json_is_null(json_object_get(value, "components")))
        value_list(d, json_object_get(value, "components"), &parent->components,
                   &parent->n_components);
    return parent;
}

static void
parents_read(draft *d, Sijill__V1__Event *event)
{
    json_t *value = json_object_get(d->left, "parent");
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    bool all = true;

    if (value == NULL || json_is_null(value))
        return;
    event->parents = pool_take(d->memory, (count + 1) * sizeof *event->parents);
    for (size_t i = 0; i < count; i++) {
        Sijill__V1__Parent *parent =
            parent_read(d, event->slug, json_is_array(value) ? json_array_get(value, i) : value);

        all = all && parent != NULL;
        if (parent != NULL)
            event->parents[event->n_parents++] = parent;
    }
    if (all)
        (void) json_object_del(d->left, "parent");
}

static void
kind_read(draft *d, Sijill__V1__Event *event)
{
    char *type = draft_text(d, "type");
    bool known = false;

    event->kind_label = draft_text(d, "type_original");
    if (type == NULL)
        return;
    event->kind = draft_word(d, "type", type);
    if (event->kind == NULL && event->kind_label == NULL)
        event->kind_label = type;
    for (size_t i = 0; event->kind != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        known = known || strcmp(kinds[i], event->kind) == 0;
    if (event->kind != NULL && !known)
        draft_note(d, "type '%s' is a new one: kept", event->kind);
}

static void
mode_read(draft *d, Sijill__V1__Event *event)
{
    char *mode = draft_text(d, "mode");
    int value = SIJILL__V1__MODE__MODE_UNKNOWN;

    event->has_mode = true;
    if (mode != NULL && !enum_read(&sijill__v1__mode__descriptor, mode, &value))
        draft_note(d, "mode '%s' is not one of in_person, online, hybrid: unknown", mode);
    event->mode = (Sijill__V1__Mode) value;
}

static void
venue_read(draft *d, Sijill__V1__Event *event)
{
    Sijill__V1__Text **venues;
    size_t count;

    event->venue = draft_text(d, "venue");
    if (event->venue != NULL)
        return;
    draft_texts(d, d->left, "venue", false, &venues, &count);
    if (count == 0)
        return;

    size_t chosen = 0;

    for (size_t i = 0; i < count; i++)
        if (strcmp(venues[i]->lang, "en") == 0)
            chosen = i;
    event->venue = venues[chosen]->text;
    (void) json_object_del(d->left, pool_print(d->memory, "venue_%s", venues[chosen]->lang));
}

static void
languages_read(draft *d, Sijill__V1__Event *event)
{
    char **items;
    size_t count;

    draft_list(d, "languages", &items, &count);
    event->languages = items;
    for (size_t i = 0; i < count; i++)
        if (lang_plausible(items[i]))
            event->languages[event->n_languages++] = items[i];
        else
            draft_note(d, "language '%s' is no language tag: left out", items[i]);
}

static void
programmes_read(draft *d, Sijill__V1__Event *event)
{
    char **items;
    size_t count;

    draft_list(d, "programme_refs", &items, &count);
    event->programmes = items;
    for (size_t i = 0; i < count; i++) {
        char *slug = draft_slug(d, "programme", items[i]);

        if (slug != NULL)
            event->programmes[event->n_programmes++] = slug;
    }
}

static char *
source_read(draft *d)
{
    char *rest = draft_rest(d);

    if (rest != NULL && strlen(rest) > SOURCE_MAX) {
        draft_note(d, "more than 16 KiB of members have no field: left out");
        return NULL;
    }
    return rest;
}

Sijill__V1__Event *
catalogue_event(draft *d, pool *memory, const json_t *row, const char *zone)
{
    Sijill__V1__Event *event = pool_take(memory, sizeof *event);
    char *id;

    draft_begin(d, memory, row);
    sijill__v1__event__init(event);
    if (!json_is_object(row)) {
        draft_refuse(d, "", "the row is no object");
        return event;
    }
    id = draft_member(d, d->left, "id");
    event->slug = id == NULL ? NULL : draft_slug(d, "id", id);
    if (event->slug == NULL || strlen(event->slug) > SLUG_MAX) {
        draft_refuse(d, "id",
                     event->slug == NULL ? "is missing, or has nothing to make a slug of"
                                         : "is longer than 96 characters");
        return event;
    }
    if (strcmp(event->slug, id) == 0)
        (void) json_object_del(d->left, "id");
    draft_texts(d, d->left, "title", true, &event->title, &event->n_title);
    if (event->n_title == 0)
        draft_refuse(d, "title", "there is no title in any language (title_en, title_ar, ...)");
    draft_texts(d, d->left, "theme", true, &event->theme, &event->n_theme);
    kind_read(d, event);
    mode_read(d, event);
    venue_read(d, event);
    event->city = draft_text(d, "city");
    event->country = draft_country(d, "country", draft_text(d, "country"));
    languages_read(d, event);
    programmes_read(d, event);
    draft_numbers(d, "agenda_item", &event->agenda_items, &event->n_agenda_items);
    draft_numbers(d, "sdg_tags", &event->sdg_tags, &event->n_sdg_tags);
    partners_add(d, event, "organiser", "organiser");
    partners_add(d, event, "partners", "partner");
    partners_add(d, event, "donors", "donor");
    parents_read(d, event);
    catalogue_dates(d, event, zone);
    event->source_json = source_read(d);
    return event;
}

Sijill__V1__DefineProgramme *
catalogue_programme(draft *d, pool *memory, const json_t *row)
{
    Sijill__V1__DefineProgramme *programme = pool_take(memory, sizeof *programme);
    char *slug;
    char *kind;

    draft_begin(d, memory, row);
    sijill__v1__define_programme__init(programme);
    if (!json_is_object(row)) {
        draft_refuse(d, "", "the row is no object");
        return programme;
    }
    slug = draft_text(d, "slug");
    kind = draft_text(d, "kind");
    programme->slug = slug == NULL ? NULL : draft_slug(d, "slug", slug);
    if (programme->slug == NULL)
        draft_refuse(d, "slug", "is missing");
    programme->code = draft_text(d, "code");
    programme->kind = kind == NULL ? NULL : draft_word(d, "kind", kind);
    draft_texts(d, d->left, "name", true, &programme->name, &programme->n_name);
    programme->source_json = source_read(d);
    return programme;
}
