/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/sentences.h"

#include <string.h>

#include "proto/credential/badge.h"
#include "proto/credential/badge_words.h"
#include "services/certificate/sentence_table.h"

enum { NUMBER_MAX = 24 };

bool
sentences_know(const char *lang)
{
    return strcmp(sentence_table_of(lang)->lang, lang) == 0;
}

static bool
has_title(const event_row *event, const char *lang)
{
    for (size_t i = 0; i < event->n_title; i++)
        if (event->title[i]->lang != NULL && strcmp(event->title[i]->lang, lang) == 0)
            return true;
    return false;
}

const char *
sentences_language(const event_row *event, const char *asked)
{
    const char *lang = asked != NULL ? asked : event->certificate_lang;

    if (lang == NULL && !has_title(event, "en") && event->n_title > 0)
        lang = event->title[0]->lang;
    return lang == NULL ? "en" : sentence_table_of(lang)->lang;
}

const char *
sentences_text(Sijill__V1__Text *const *texts, size_t count, const char *lang)
{
    const char *english = NULL;

    for (size_t i = 0; i < count; i++) {
        if (texts[i]->lang == NULL)
            continue;
        if (strcmp(texts[i]->lang, lang) == 0)
            return texts[i]->text;
        if (english == NULL && strcmp(texts[i]->lang, "en") == 0)
            english = texts[i]->text;
    }
    return english != NULL || count == 0 ? english : texts[0]->text;
}

/* Text that grows by whole parts; a part that does not fit is dropped. */
typedef struct writer {
    char *at;
    size_t size;
    size_t used;
} writer;

static writer
writer_open(char *at, size_t size)
{
    at[0] = '\0';
    return (writer){ .at = at, .size = size };
}

static bool
put(writer *out, const char *part)
{
    size_t length = strlen(part);

    if (length >= out->size - out->used)
        return false;
    memcpy(out->at + out->used, part, length + 1);
    out->used += length;
    return true;
}

/* A whole number, and a tenth if there is a mark. */
static void
number(char out[NUMBER_MAX], uint64_t whole, const char *mark, unsigned tenth)
{
    char reversed[NUMBER_MAX];
    size_t count = 0, at = 0;

    do {
        reversed[count++] = (char) ('0' + whole % 10);
        whole /= 10;
    } while (whole > 0);
    while (count > 0)
        out[at++] = reversed[--count];
    if (mark != NULL) {
        out[at++] = mark[0];
        out[at++] = (char) ('0' + tenth);
    }
    out[at] = '\0';
}

/* Hours, cut off after the tenth: nobody is said to have attended more than was seen. */
static void
hours(char out[NUMBER_MAX], uint64_t seconds, const char *mark)
{
    number(out, seconds / 3600, mark, (unsigned) (seconds % 3600 / 360));
}

/* Write a pattern with its numbers. */
static void
put_pattern(writer *out, const char *pattern, const char *a, const char *b, const char *p)
{
    char part[2] = "";

    for (const char *at = pattern; *at != '\0'; at++) {
        const char *value = NULL;

        if (at[0] == '%')
            value = at[1] == 'a' ? a : at[1] == 'b' ? b : at[1] == 'p' ? p : NULL;
        part[0] = *at;
        (void) put(out, value != NULL ? value : part);
        at += value != NULL;
    }
}

const char *
sentences_criteria(const certificate_facts *facts, certificate_kind kind, const char *lang,
                   char out[SENTENCE_MAX])
{
    const sentence_table *table = sentence_table_of(lang);
    writer text = writer_open(out, SENTENCE_MAX);
    char percent[NUMBER_MAX];

    if (kind != SIJILL__V1__CERTIFICATE_KIND__ATTENDANCE || facts->verdict == NULL)
        return sj_badge_words(lang, (sj_badge_kind) (kind + 1))->criteria;
    /* 1/10000; a fraction of a per cent is told to the tenth */
    number(percent, facts->verdict->threshold / 100,
           facts->verdict->threshold % 100 == 0 ? NULL : table->decimal,
           facts->verdict->threshold % 100 / 10);
    put_pattern(&text, table->attended_criteria, NULL, NULL, percent);
    return out;
}

const char *
sentences_narrative(const certificate_facts *facts, certificate_kind kind, const char *lang,
                    char out[SENTENCE_MAX])
{
    const sentence_table *table = sentence_table_of(lang);
    Sijill__V1__Mode mode = facts->holder->mode;
    writer text = writer_open(out, SENTENCE_MAX);
    char attended[NUMBER_MAX] = "", scheduled[NUMBER_MAX] = "";

    if (facts->verdict != NULL) {
        hours(attended, facts->verdict->seconds, table->decimal);
        hours(scheduled, facts->verdict->scheduled, table->decimal);
    }
    put_pattern(&text, table->awarded[kind], attended, scheduled, NULL);
    if (mode == SIJILL__V1__MODE__MODE_UNKNOWN)
        mode = facts->event->mode;
    if (table->modes[mode] != NULL && put(&text, " ") && put(&text, table->mode) &&
        put(&text, table->colon) && put(&text, table->modes[mode]))
        (void) put(&text, ".");
    return out;
}

/* A line that begins with its label, once it has something to say. */
static bool
begin_item(writer *out, const sentence_table *table, const char *label, bool *begun)
{
    bool first = !*begun;

    *begun = true;
    return first ? put(out, "\n") && put(out, label) && put(out, table->colon)
                 : put(out, table->comma);
}

static void
put_dates(writer *out, const sentence_table *table, const event_row *event)
{
    bool begun = false;

    if (event->start_date == NULL || !begin_item(out, table, table->dates, &begun))
        return;
    (void) put(out, event->start_date);
    if (event->end_date != NULL && strcmp(event->start_date, event->end_date) != 0) {
        (void) put(out, " – ");
        (void) put(out, event->end_date);
    }
}

/* Those who hold the role of organiser, or all others. */
static bool
put_partners(writer *out, const sentence_table *table, const event_row *event, bool organisers)
{
    bool begun = false;

    for (size_t i = 0; i < event->n_partner; i++) {
        const Sijill__Certificate__PartnerName *partner = event->partner[i];
        const char *name = sentences_text(partner->name, partner->n_name, table->lang);
        bool organiser = partner->role != NULL && strcmp(partner->role, "organiser") == 0;

        if (name == NULL)
            name = partner->acronym;
        if (name != NULL && organiser == organisers &&
            begin_item(out, table, organisers ? table->organiser : table->partners, &begun))
            (void) put(out, name);
    }
    return begun;
}

const char *
sentences_description(const certificate_facts *facts, certificate_kind kind, const char *lang,
                      const char *const *programmes, size_t programme_count,
                      char out[DESCRIPTION_MAX])
{
    const sentence_table *table = sentence_table_of(lang);
    const event_row *event = facts->event;
    writer text = writer_open(out, DESCRIPTION_MAX);
    bool begun = false;

    (void) put(&text, sj_badge_words(lang, (sj_badge_kind) (kind + 1))->label);
    (void) put(&text, table->colon);
    (void) put(&text, sentences_text(event->title, event->n_title, lang));
    put_dates(&text, table, event);
    if (event->city != NULL && begin_item(&text, table, table->place, &begun))
        (void) put(&text, event->city);
    begun = false;
    if (!put_partners(&text, table, event, true) &&
        begin_item(&text, table, table->organiser, &begun))
        (void) put(&text,
                   sentences_text(facts->organisation->name, facts->organisation->n_name, lang));
    (void) put_partners(&text, table, event, false);
    begun = false;
    for (size_t i = 0; i < programme_count; i++)
        if (begin_item(&text, table, table->programme, &begun))
            (void) put(&text, programmes[i]);
    return out;
}
