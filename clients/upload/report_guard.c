/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/report_own.h"

#include "clients/upload/suspect.h"
#include "proto/wire/check.h"

#include <string.h>

enum {
    SUSPECT_COLUMNS = 2,  /* of times that nobody knows */
    SUSPECT_PERCENT = 90, /* of a column's cells that are times: nearly all */
};

/* As words of a message: cut between characters. */
static void
suspect_set(report *r, size_t column)
{
    const char *name = r->in.names[column];
    size_t size = sj_utf8_cut(name, sizeof r->suspect - 1);

    if (name[0] == '\0' || !sj_utf8_valid(name, strlen(name))) {
        (void) snprintf(r->suspect, sizeof r->suspect, "?");
        return;
    }
    memcpy(r->suspect, name, size);
    r->suspect[size] = '\0';
}

/* Whether people or facts are read from this column. */
static bool
column_read(const heads *h, report_part part, int column)
{
    for (head i = HEAD_EMAIL; i <= HEAD_APPROVAL; i++)
        if (h->at[i] == column)
            return true;
    for (head i = HEAD_REGISTRATION_ID; part == PART_FACTS && i < HEADS; i++)
        if (h->at[i] == column)
            return true;
    return false;
}

/* Whether it is a platform's heading of a report of presence, in all its words. */
static bool
column_of_presence(const heads *h, int column)
{
    static const head heads_of[] = { HEAD_JOIN_TIME,    HEAD_LEAVE_TIME,
                                     HEAD_WAITING_ROOM, HEAD_TOTAL_DURATION,
                                     HEAD_FIRST_JOIN,   HEAD_LAST_LEAVE,
                                     HEAD_UPN };

    for (size_t i = 0; i < sizeof heads_of / sizeof heads_of[0]; i++)
        if (h->at[heads_of[i]] == column)
            return true;
    return false;
}

static bool
is_form(const report *r)
{
    return r->kind == REPORT_GOOGLE_FORMS || r->kind == REPORT_LIMESURVEY;
}

/* People, or facts, of which a column smells of presence: a report whose headings are not known.
 * Questions of a form may be of anything; there only a platform's own heading counts. */
bool
report_smells(report *r, const heads *h, report_part part)
{
    bool form = is_form(r);

    if (r->map != NULL)
        return false;
    for (size_t i = 0; i < r->in.column_count && r->suspect[0] == '\0'; i++) {
        bool coming = part == PART_FACTS && h->at[HEAD_OCCURRED_AT] == (int) i &&
                      h->at[HEAD_JOIN_TIME] == (int) i && !heads_have(h, HEAD_ENDED_AT) &&
                      !heads_have(h, HEAD_KIND);

        if (coming ||
            (!column_read(h, part, (int) i) &&
             (column_of_presence(h, (int) i) || (!form && suspect_heading(r->in.names[i])))))
            suspect_set(r, i);
    }
    if (r->suspect[0] == '\0' && r->numbered && !form)
        suspect_set(r, 0);
    return r->suspect[0] != '\0';
}

static bool
is_sampled(const report *r)
{
    return (r->part == PART_PEOPLE || r->part == PART_FACTS) && r->map == NULL && !is_form(r);
}

void
report_sample(report *r)
{
    if (!is_sampled(r) || r->sampled++ >= REPORT_SAMPLE_ROWS)
        return;
    for (size_t i = 0; i < r->in.column_count; i++) {
        const char *text = csv_field(&r->in, (int) i);

        if (text[0] == '\0' || column_read(&r->columns, r->part, (int) i))
            continue;
        r->samples[i].filled++;
        r->samples[i].timed += suspect_value(text);
    }
}

/* When somebody came and when he left are two columns of times, whatever they are called. */
void
report_judge(report *r)
{
    size_t count = 0;

    if (!is_sampled(r))
        return;
    for (size_t i = 0; i < r->in.column_count && count < SUSPECT_COLUMNS; i++) {
        const sample *s = &r->samples[i];

        if (s->filled == 0 || s->timed * 100 < s->filled * SUSPECT_PERCENT)
            continue;
        if (count++ == 0)
            suspect_set(r, i);
    }
    if (count < SUSPECT_COLUMNS)
        r->suspect[0] = '\0';
    else
        r->kind = REPORT_UNKNOWN;
}
