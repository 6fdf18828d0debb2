/* SPDX-License-Identifier: Apache-2.0 */
#include "services/certificate/fit.h"

#include <string.h>

static bool
blank(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static size_t
text_size(const Sijill__V1__Text *text)
{
    return strlen(text->lang) + strlen(text->text);
}

size_t
fit_texts(Sijill__V1__Text **texts, size_t count, size_t octets)
{
    size_t kept = 0, used = 0;

    for (size_t i = 0; i < count && kept < TITLES_KEPT; i++) {
        if (blank(texts[i]->lang) || blank(texts[i]->text))
            continue;
        used += text_size(texts[i]);
        if (used > octets)
            break;
        texts[kept++] = texts[i];
    }
    return kept;
}

static size_t
length_of(const char *text)
{
    return text == NULL ? 0 : strlen(text);
}

Sijill__Certificate__PartnerName **
fit_partners(sj_txn *txn, const Sijill__V1__Event *event, size_t *count)
{
    sj_arena *arena = sj_txn_arena(txn);
    Sijill__Certificate__PartnerName *rows = sj_arena_take(arena, PARTNERS_KEPT * sizeof *rows);
    Sijill__Certificate__PartnerName **list = sj_arena_take(arena, PARTNERS_KEPT * sizeof *list);
    size_t left = PARTNERS_FIT;

    *count = 0;
    if (rows == NULL || list == NULL) {
        sj_txn_fail(txn, SJ_FAULT_ARENA, "an event's partners do not fit the arena");
        return NULL;
    }
    for (size_t i = 0; i < event->n_partners && *count < PARTNERS_KEPT; i++) {
        Sijill__V1__Partner *partner = event->partners[i];
        Sijill__Certificate__PartnerName *row = &rows[*count];
        size_t size = length_of(partner->acronym) + length_of(partner->role);

        sijill__certificate__partner_name__init(row);
        row->name = partner->name;
        row->n_name = fit_texts(partner->name, partner->n_name, NAMES_FIT);
        row->acronym = partner->acronym;
        row->role = partner->role;
        for (size_t k = 0; k < row->n_name; k++)
            size += text_size(row->name[k]);
        if (size > left)
            break;
        left -= size;
        list[(*count)++] = row;
    }
    return list;
}
