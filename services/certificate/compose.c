/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/compose.h"

#include <assert.h>
#include <string.h>

#include "services/certificate/eligible.h"
#include "services/certificate/programmes.h"
#include "services/certificate/sentences.h"
#include "services/core/identity.h"

enum {
    GOALS = 17,
    PROGRAMMES_MAX = SJ_BADGE_TAGS_MAX,
    TAG_MAX = 160, /* octets of a programme's name; one that is longer stands under its slug */
};

/* What a command's entropy gives for one certificate. */
typedef struct chance {
    uint8_t id[SJ_ID_SIZE];
    uint8_t salt[SJ_SALT_BYTES];
    uint8_t draws[4 * STATUS_DRAWS];
} chance;

/* Texts that the badge borrows until it is written. */
typedef struct words {
    sj_badge_title titles[SJ_BADGE_TITLES_MAX];
    size_t titles_count;
    const char *tags[SJ_BADGE_TAGS_MAX];
    size_t tags_count;
    char criteria[SENTENCE_MAX];
    char narrative[SENTENCE_MAX];
    char description[DESCRIPTION_MAX];
    char list_url[SJ_DID_URL_SIZE];
} words;

static void
words_titles(words *out, const event_row *event)
{
    for (size_t i = 0; i < event->n_title && i < SJ_BADGE_TITLES_MAX; i++)
        out->titles[out->titles_count++] =
            (sj_badge_title){ .language = event->title[i]->lang, .title = event->title[i]->text };
}

/* Programmes by name, then the Sustainable Development Goals. */
static void
words_tags(sj_txn *txn, words *out, const certificate_facts *facts, const char *lang)
{
    const event_row *event = facts->event;

    for (size_t i = 0; i < event->n_programme && i < PROGRAMMES_MAX; i++) {
        const char *name = programme_name(txn, facts->org, event->programme[i], lang);

        out->tags[out->tags_count++] = strlen(name) <= TAG_MAX ? name : event->programme[i];
    }
    for (size_t i = 0; i < event->n_sdg_tag && out->tags_count < SJ_BADGE_TAGS_MAX; i++)
        if (event->sdg_tag[i] >= 1 && event->sdg_tag[i] <= GOALS)
            out->tags[out->tags_count++] = sj_words(txn, "SDG %u", event->sdg_tag[i]);
}

static void
words_make(sj_txn *txn, words *out, const certificate_facts *facts, certificate_kind kind,
           const certificate_draft *draft)
{
    size_t programmes = facts->event->n_programme;

    out->titles_count = out->tags_count = 0;
    words_titles(out, facts->event);
    words_tags(txn, out, facts, draft->lang);
    if (programmes > PROGRAMMES_MAX)
        programmes = PROGRAMMES_MAX;
    (void) sentences_criteria(facts, kind, draft->lang, out->criteria);
    (void) sentences_narrative(facts, kind, draft->lang, out->narrative);
    (void) sentences_description(facts, kind, draft->lang, out->tags, programmes, out->description);
    (void) sj_badge_status_list_url(facts->issuer->did, draft->place.list, out->list_url);
}

static sj_badge
badge_of(const certificate_facts *facts, certificate_kind kind, const certificate_draft *draft,
         const chance *drawn, const words *texts, uint64_t now_ms)
{
    const holder_row *holder = facts->holder;
    const organisation_row *organisation = facts->organisation;
    sj_badge badge = {
        .kind = (sj_badge_kind) (kind + 1), /* the badge's kinds begin at 1 */
        .issuer_did = facts->issuer->did,
        .issuer_name = sentences_text(organisation->name, organisation->n_name, draft->lang),
        .issuer_url = organisation->url,
        .holder_name = holder->name,
        .holder_name_other = holder->name_latin,
        .holder_email = holder->email,
        .language = draft->lang,
        .titles = texts->titles,
        .title_count = texts->titles_count,
        .description = texts->description,
        .criteria_narrative = texts->criteria,
        .narrative = texts->narrative,
        .tags = texts->tags,
        .tag_count = texts->tags_count,
        .valid_from_ms = (int64_t) now_ms,
        .awarded_ms = (int64_t) now_ms,
        .activity_start_ms = (int64_t) facts->event->starts_ms,
        .activity_end_ms = (int64_t) facts->event->ends_ms,
        .status_list_url = texts->list_url,
        .status_index = draft->place.index,
    };

    memcpy(badge.certificate_id, drawn->id, sizeof badge.certificate_id);
    memcpy(badge.registration_id, facts->registration_id, sizeof badge.registration_id);
    memcpy(badge.event_id, facts->event_id, sizeof badge.event_id);
    memcpy(badge.email_salt, drawn->salt, sizeof badge.email_salt);
    return badge;
}

const char *
certificate_compose(sj_txn *txn, const sj_command *cmd, uint32_t n, const certificate_facts *facts,
                    certificate_kind kind, const char *lang, certificate_draft *draft)
{
    const char *problem;
    chance drawn;
    sj_span document;
    words texts;

    assert(cmd->now_ms >= certificate_due_ms(facts->event)); /* never dated before the end */
    sj_random(cmd, n, &drawn, sizeof drawn);
    memcpy(draft->intent.id, drawn.id, SJ_ID_SIZE);
    draft->intent.purpose = PURPOSE_CERTIFICATE;
    draft->intent.key = certificate_current_key(facts->issuer, PURPOSE_CERTIFICATE);
    draft->lang = sentences_language(facts->event, lang);
    draft->place = status_place_choose(txn, facts->org, drawn.draws);
    words_make(txn, &texts, facts, kind, draft);

    sj_badge badge = badge_of(facts, kind, draft, &drawn, &texts, cmd->now_ms);

    problem = sj_badge_write(&badge, draft->intent.document, SJ_BADGE_MAX, &document);
    if (problem != NULL)
        return problem;
    draft->intent.document_size = document.length;
    return intent_seal(&draft->intent, facts->issuer->did, cmd->now_ms);
}
