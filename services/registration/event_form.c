/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/event_form.h"

#include "services/registration/form.h"
#include "services/registration/rules.h"

#include <string.h>

static bool
refuse(sj_txn *txn, sj_reply *reply, const char *field, const char *words)
{
    (void) sj_refuse_field(txn, reply, field, words);
    return false;
}

bool
text_clean(sj_txn *txn, char **text, const char *field, sj_reply *reply)
{
    bool marks_dropped = false;
    const char *words;

    return form_text(txn, text, FORM_TEXT_POINTS, &marks_dropped, &words) ||
           refuse(txn, reply, field, words);
}

bool
texts_clean(sj_txn *txn, Sijill__V1__Text **texts, size_t count, const char *field, sj_reply *reply)
{
    for (size_t n = 0; n < count; n++) {
        if (texts[n]->lang == NULL || !form_lang(texts[n]->lang))
            return refuse(txn, reply, field, "a text needs its language, such as ar or en");
        if (!text_clean(txn, &texts[n]->text, field, reply))
            return false;
        if (texts[n]->text == NULL)
            return refuse(txn, reply, field, "a text is empty; leave it out");
        for (size_t earlier = 0; earlier < n; earlier++)
            if (strcmp(texts[earlier]->lang, texts[n]->lang) == 0)
                return refuse(txn, reply, field, "one text a language");
    }
    return true;
}

static bool
word_clean(sj_txn *txn, char **word, const char *field, sj_reply *reply)
{
    if (*word != NULL && (*word)[0] == '\0')
        *word = NULL;
    return *word == NULL || form_word(*word) ||
           refuse(txn, reply, field, "is made of a-z, 0-9, - and _");
}

/* Both dates in the form that the precision asks for, the end after the start. */
static bool
range_clean(sj_txn *txn, Sijill__V1__Event *event, sj_reply *reply)
{
    bool month = event->date_precision == SIJILL__V1__DATE_PRECISION__DATE_MONTH;
    uint32_t start, end;

    if (event->start_date == NULL)
        return refuse(txn, reply, "event.start_date", "a date is missing; or say DATE_NONE");
    if (event->end_date == NULL)
        event->end_date = event->start_date;
    if (!form_date(event->start_date, &start) &&
        !(month && strlen(event->start_date) == 7 && form_month(event->start_date, &start)))
        return refuse(txn, reply, "event.start_date", "is no date of the calendar, YYYY-MM-DD");
    if (!form_date(event->end_date, &end) &&
        !(month && strlen(event->end_date) == 7 && form_month(event->end_date, &end)))
        return refuse(txn, reply, "event.end_date", "is no date of the calendar, YYYY-MM-DD");
    return start <= end || refuse(txn, reply, "event.end_date", "is before the start");
}

static bool
dates_clean(sj_txn *txn, Sijill__V1__Event *event, sj_reply *reply)
{
    if (event->start_date != NULL && event->start_date[0] == '\0')
        event->start_date = NULL;
    if (event->end_date != NULL && event->end_date[0] == '\0')
        event->end_date = NULL;
    if (!event->has_date_precision) {
        event->has_date_precision = true;
        event->date_precision = event->start_date == NULL && event->end_date == NULL
                                    ? SIJILL__V1__DATE_PRECISION__DATE_NONE
                                    : SIJILL__V1__DATE_PRECISION__DATE_DAY;
    }
    if (event->date_precision != SIJILL__V1__DATE_PRECISION__DATE_DAY && event->assumed_hours &&
        event->n_sessions > 0)
        return refuse(txn, reply, "event.sessions",
                      "hours cannot be assumed while the days are not known");
    if (event->date_precision != SIJILL__V1__DATE_PRECISION__DATE_NONE)
        return range_clean(txn, event, reply);
    return (event->start_date == NULL && event->end_date == NULL) ||
           refuse(txn, reply, "event.date_precision",
                  "there are dates: say DATE_DAY or DATE_MONTH");
}

static bool
partner_clean(sj_txn *txn, Sijill__V1__Partner *partner, sj_reply *reply)
{
    return texts_clean(txn, partner->name, partner->n_name, "event.partners.name", reply) &&
           text_clean(txn, &partner->acronym, "event.partners.acronym", reply) &&
           word_clean(txn, &partner->role, "event.partners.role", reply) &&
           text_clean(txn, &partner->mechanism, "event.partners.mechanism", reply) &&
           text_clean(txn, &partner->channel, "event.partners.channel", reply) &&
           text_clean(txn, &partner->project_id, "event.partners.project_id", reply) &&
           (form_country(&partner->country) ||
            refuse(txn, reply, "event.partners.country",
                   "is no country of ISO 3166-1 in two letters"));
}

static bool
parent_clean(sj_txn *txn, const Sijill__V1__Event *event, Sijill__V1__Parent *parent,
             sj_reply *reply)
{
    if (parent->kind == NULL ||
        (strcmp(parent->kind, "project") != 0 && strcmp(parent->kind, "event") != 0))
        return refuse(txn, reply, "event.parents.kind", "is project or event");
    if (parent->slug == NULL || !form_slug(parent->slug))
        return refuse(txn, reply, "event.parents.slug", "is made of a-z, 0-9 and inner hyphens");
    if (strcmp(parent->kind, "event") == 0 && strcmp(parent->slug, event->slug) == 0)
        return refuse(txn, reply, "event.parents.slug", "an event is not its own parent");
    for (size_t n = 0; n < parent->n_components; n++) {
        if (!text_clean(txn, &parent->components[n], "event.parents.components", reply))
            return false;
        if (parent->components[n] == NULL)
            return refuse(txn, reply, "event.parents.components", "a component is empty");
    }
    return texts_clean(txn, parent->title, parent->n_title, "event.parents.title", reply);
}

static bool
relations_clean(sj_txn *txn, Sijill__V1__Event *event, sj_reply *reply)
{
    for (size_t n = 0; n < event->n_partners; n++)
        if (!partner_clean(txn, event->partners[n], reply))
            return false;
    for (size_t n = 0; n < event->n_parents; n++)
        if (!parent_clean(txn, event, event->parents[n], reply))
            return false;
    for (size_t n = 0; n < event->n_programmes; n++)
        if (!form_slug(event->programmes[n]))
            return refuse(txn, reply, "event.programmes", "is made of a-z, 0-9 and inner hyphens");
    for (size_t n = 0; n < event->n_languages; n++)
        if (!form_lang(event->languages[n]))
            return refuse(txn, reply, "event.languages", "is no language tag such as ar or en");
    return true;
}

static bool
place_clean(sj_txn *txn, Sijill__V1__Event *event, sj_reply *reply)
{
    if (event->time_zone != NULL && event->time_zone[0] == '\0')
        event->time_zone = NULL;
    if (event->time_zone != NULL && !form_zone(event->time_zone))
        return refuse(txn, reply, "event.time_zone", "is no IANA name such as Europe/Istanbul");
    return text_clean(txn, &event->venue, "event.venue", reply) &&
           text_clean(txn, &event->city, "event.city", reply) &&
           (form_country(&event->country) ||
            refuse(txn, reply, "event.country", "is no country of ISO 3166-1 in two letters"));
}

bool
event_clean(sj_txn *txn, Sijill__V1__Event *event, sj_reply *reply)
{
    if (event->slug == NULL || !form_slug(event->slug))
        return refuse(txn, reply, "event.slug", "is made of a-z, 0-9 and inner hyphens");
    if (event->has_id)
        return refuse(txn, reply, "event.id", "is given by the store; the slug names the event");
    if (event->n_title == 0)
        return refuse(txn, reply, "event.title", "an event needs a title");
    return texts_clean(txn, event->title, event->n_title, "event.title", reply) &&
           texts_clean(txn, event->theme, event->n_theme, "event.theme", reply) &&
           word_clean(txn, &event->kind, "event.kind", reply) &&
           text_clean(txn, &event->kind_label, "event.kind_label", reply) &&
           text_clean(txn, &event->date_source, "event.date_source", reply) &&
           dates_clean(txn, event, reply) && place_clean(txn, event, reply) &&
           relations_clean(txn, event, reply) && sessions_clean(txn, event, reply) &&
           (event->rules == NULL || rules_clean(txn, event->rules, reply));
}
