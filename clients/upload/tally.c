/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/tally.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 * 1024, KEY_MAX = 1024, TABLE_FIRST = 1024, SECOND_MS = 1000 };

typedef struct block {
    struct block *before;
    size_t used;
    char octets[BLOCK];
} block;

typedef struct entry {
    const char *key;
    uint32_t who;
} entry;

typedef struct counted {
    span at;
    uint32_t next;
    bool lacking;
} counted;

struct tally {
    unsigned char secret[crypto_shorthash_KEYBYTES]; /* a file cannot choose where its names fall */
    block *texts;
    entry *table;
    size_t table_size; /* a power of two */
    size_t table_used;
    tally_person *people;
    uint32_t people_count, people_room;
    counted *spans; /* from 1 */
    uint32_t span_count, span_room;
    span windows[TALLY_WINDOWS_MAX]; /* of all sessions, one after the other, each in order */
    size_t window_count;
    size_t session_ends[TALLY_WINDOWS_MAX]; /* the window after the session's last */
    size_t session_count;
    span *all; /* the windows of all sessions, in order */
    size_t all_count;
    span *work[4]; /* room for one person's lists */
    size_t work_room;
};

static void *
grown(void *at, size_t count, size_t size)
{
    void *more = reallocarray(at, count, size);

    if (more == NULL)
        abort();
    return more;
}

static const char *
text_keep(tally *t, const char *text)
{
    size_t size = text == NULL ? 1 : strlen(text) + 1;
    char *copy;

    if (text == NULL || text[0] == '\0')
        return "";
    if (size > BLOCK)
        size = BLOCK;
    if (t->texts == NULL || t->texts->used + size > BLOCK) {
        block *next = malloc(sizeof *next);

        if (next == NULL)
            abort();
        next->before = t->texts;
        next->used = 0;
        t->texts = next;
    }
    copy = t->texts->octets + t->texts->used;
    t->texts->used += size;
    memcpy(copy, text, size - 1);
    copy[size - 1] = '\0';
    return copy;
}

/* A session less its breaks. */
static void
windows_add(tally *t, const Sijill__V1__Session *session)
{
    uint64_t from = session->starts_ms;

    if (t->session_count == TALLY_WINDOWS_MAX)
        return;
    for (size_t i = 0; i <= session->n_breaks && t->window_count < TALLY_WINDOWS_MAX; i++) {
        uint64_t to = i == session->n_breaks ? session->ends_ms : session->breaks[i]->starts_ms;

        if (from < to)
            t->windows[t->window_count++] = (span){ from, to };
        if (i < session->n_breaks)
            from = session->breaks[i]->ends_ms;
    }
    t->session_ends[t->session_count++] = t->window_count;
}

tally *
tally_open(const Sijill__V1__Event *event)
{
    tally *t = calloc(1, sizeof *t);

    if (t == NULL)
        abort();
    randombytes_buf(t->secret, sizeof t->secret);
    for (size_t i = 0; i < event->n_sessions; i++)
        windows_add(t, event->sessions[i]);
    t->all = grown(NULL, t->window_count + 1, sizeof *t->all);
    memcpy(t->all, t->windows, t->window_count * sizeof *t->all);
    t->all_count = spans_union(t->all, t->window_count);
    t->table_size = TABLE_FIRST;
    t->table = calloc(t->table_size, sizeof *t->table);
    if (t->table == NULL)
        abort();
    return t;
}

void
tally_close(tally **t)
{
    while ((*t)->texts != NULL) {
        block *before = (*t)->texts->before;

        free((*t)->texts);
        (*t)->texts = before;
    }
    for (size_t i = 0; i < sizeof(*t)->work / sizeof(*t)->work[0]; i++)
        free((*t)->work[i]);
    free((*t)->all);
    free((*t)->table);
    free((*t)->people);
    free((*t)->spans);
    free(*t);
    *t = NULL;
}

static entry *
table_at(const tally *t, const char *key)
{
    uint64_t hash;
    size_t at;

    (void) crypto_shorthash((unsigned char *) &hash, (const unsigned char *) key, strlen(key),
                            t->secret);
    at = (size_t) hash & (t->table_size - 1);
    while (t->table[at].key != NULL && strcmp(t->table[at].key, key) != 0)
        at = (at + 1) & (t->table_size - 1);
    return &t->table[at];
}

static void
table_grow(tally *t)
{
    entry *old = t->table;
    size_t size = t->table_size;

    t->table_size *= 2;
    t->table = calloc(t->table_size, sizeof *t->table);
    if (t->table == NULL)
        abort();
    for (size_t i = 0; i < size; i++)
        if (old[i].key != NULL)
            *table_at(t, old[i].key) = old[i];
    free(old);
}

/* "e:amal@example.org": which kind of name, and the name; e-mails in lower case. */
static const char *
key_of(char kind, const char *text, char out[KEY_MAX])
{
    size_t used = 2;

    out[0] = kind;
    out[1] = ':';
    while (*text == ' ')
        text++;
    for (; *text != '\0' && used + 1 < KEY_MAX; text++)
        out[used++] = (char) (kind == 'e' ? tolower((unsigned char) *text) : *text);
    while (used > 2 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
    return out;
}

/* Of two with one name it is the live one's, else the later one's. */
static void
key_set(tally *t, char kind, const char *text, uint32_t who)
{
    char key[KEY_MAX];
    entry *at;

    if (text == NULL || text[0] == '\0')
        return;
    at = table_at(t, key_of(kind, text, key));
    if (at->key != NULL) {
        if (t->people[who].live || !t->people[at->who].live)
            at->who = who;
        return;
    }
    *at = (entry){ text_keep(t, key), who };
    if (++t->table_used * 2 > t->table_size)
        table_grow(t);
}

static uint32_t
key_get(const tally *t, char kind, const char *text)
{
    char key[KEY_MAX];
    const entry *at;

    if (text == NULL || text[0] == '\0')
        return TALLY_NOBODY;
    at = table_at(t, key_of(kind, text, key));
    return at->key == NULL ? TALLY_NOBODY : at->who;
}

static tally_person *
person_add(tally *t)
{
    if (t->people_count == t->people_room) {
        t->people_room = t->people_room == 0 ? 256 : 2 * t->people_room;
        t->people = grown(t->people, t->people_room, sizeof *t->people);
    }
    memset(&t->people[t->people_count], 0, sizeof t->people[0]);
    return &t->people[t->people_count++];
}

void
tally_registration(tally *t, const Sijill__V1__AttendanceRow *row)
{
    tally_person *p = person_add(t);
    uint32_t who = t->people_count - 1;
    char hex[2 * SIJILL_ID_SIZE + 1];

    if (row->registration_id.len == SIJILL_ID_SIZE)
        memcpy(p->id, row->registration_id.data, SIJILL_ID_SIZE);
    p->registered = true;
    p->live = row->state != SIJILL__V1__REGISTRATION_STATE__REJECTED &&
              row->state != SIJILL__V1__REGISTRATION_STATE__CANCELLED;
    p->name = text_keep(t, row->name);
    p->email = text_keep(t, row->email);
    p->external_id = text_keep(t, row->external_id);
    p->ledger_seconds = row->verdict == NULL ? 0 : row->verdict->seconds;
    sijill_hex(p->id, hex);
    key_set(t, 'r', hex, who);
    key_set(t, 'r', p->external_id, who);
    key_set(t, 'e', p->email, who);
}

uint32_t
tally_find(const tally *t, const char *registrant, const char *email)
{
    uint32_t who = key_get(t, 'r', registrant);

    return who == TALLY_NOBODY ? key_get(t, 'e', email) : who;
}

uint32_t
tally_stranger(tally *t, const char *registrant, const char *email, const char *name)
{
    char kind = registrant != NULL ? 'R' : email != NULL ? 'E' : 'n';
    const char *text = registrant != NULL ? registrant : email != NULL ? email : name;
    char lower[KEY_MAX];
    uint32_t who;
    tally_person *p;

    if (text == NULL)
        text = "-";
    if (kind == 'E') { /* beside the registered, who have 'e' */
        (void) key_of('e', text, lower);
        text = lower + 2;
    }
    who = key_get(t, kind, text);
    if (who != TALLY_NOBODY)
        return who;
    p = person_add(t);
    who = t->people_count - 1;
    p->name = text_keep(t, name);
    p->email = text_keep(t, email);
    p->external_id = text_keep(t, registrant);
    key_set(t, kind, text, who);
    return who;
}

uint32_t
tally_add(tally *t, uint32_t who, uint64_t from_ms, uint64_t to_ms)
{
    tally_person *p = &t->people[who];

    if (t->span_count == TALLY_SPANS_MAX)
        return 0;
    if (t->span_count + 1 >= t->span_room) {
        t->span_room = t->span_room == 0 ? 1024 : 2 * t->span_room;
        t->spans = grown(t->spans, t->span_room, sizeof *t->spans);
    }
    t->spans[++t->span_count] = (counted){ .at = { from_ms, to_ms } };
    if (p->first == 0)
        p->first = t->span_count;
    else
        t->spans[p->last].next = t->span_count;
    p->last = t->span_count;
    p->rows++;
    return t->span_count;
}

uint32_t
tally_count(const tally *t)
{
    return t->people_count;
}

tally_person *
tally_at(const tally *t, uint32_t who)
{
    return &t->people[who];
}

static void
work_take(tally *t, size_t room)
{
    if (room <= t->work_room)
        return;
    t->work_room = 2 * room;
    for (size_t i = 0; i < sizeof t->work / sizeof t->work[0]; i++)
        t->work[i] = grown(t->work[i], t->work_room, sizeof *t->work[i]);
}

/* All of one person's report, in order, in work[0]. */
static size_t
person_spans(tally *t, uint32_t who, size_t more)
{
    const tally_person *p = &t->people[who];
    size_t count = 0;

    work_take(t, p->rows + t->window_count + more + 1);
    for (uint32_t at = p->first; at != 0; at = t->spans[at].next)
        t->work[0][count++] = t->spans[at].at;
    return spans_union(t->work[0], count);
}

uint64_t
tally_seconds(tally *t, uint32_t who)
{
    size_t count = person_spans(t, who, 0);
    uint64_t ms = 0;
    size_t first = 0;

    for (size_t i = 0; i < t->session_count; i++) { /* what runs beside another counts in both */
        size_t both = spans_both(t->work[0], count, t->windows + first, t->session_ends[i] - first,
                                 t->work[1]);

        ms += spans_length(t->work[1], both) / SECOND_MS * SECOND_MS;
        first = t->session_ends[i];
    }
    return ms / SECOND_MS;
}

/* Of one span inside the sessions, less what the ledger has. */
static bool
outside(const tally *t, span at, const span *ledger, size_t count)
{
    for (size_t i = 0; i < t->all_count; i++) {
        span in = { at.from > t->all[i].from ? at.from : t->all[i].from,
                    at.to < t->all[i].to ? at.to : t->all[i].to };

        for (size_t k = 0; k < count && in.from < in.to; k++) {
            if (ledger[k].to <= in.from)
                continue;
            if (ledger[k].from > in.from)
                return true;
            in.from = ledger[k].to;
        }
        if (in.from < in.to)
            return true;
    }
    return false;
}

bool
tally_inside(const tally *t, uint32_t number)
{
    return outside(t, t->spans[number].at, NULL, 0);
}

tally_gaps
tally_compare(tally *t, uint32_t who, const span *ledger, size_t count)
{
    size_t own = person_spans(t, who, count);
    size_t said;
    size_t had;
    tally_gaps gaps;

    for (size_t i = 0; i < count; i++)
        t->work[1][i] = ledger[i];
    had = spans_union(t->work[1], count);
    for (uint32_t at = t->people[who].first; at != 0; at = t->spans[at].next) {
        t->spans[at].lacking = outside(t, t->spans[at].at, t->work[1], had);
        t->people[who].missing = t->people[who].missing || t->spans[at].lacking;
    }
    said = spans_both(t->work[0], own, t->all, t->all_count, t->work[2]);
    gaps.missing_count = spans_less(t->work[2], said, t->work[1], had, t->work[0]);
    gaps.missing = t->work[0];
    gaps.extra_count = spans_less(t->work[1], had, t->work[2], said, t->work[3]);
    gaps.extra = t->work[3];
    return gaps;
}

bool
tally_lacks(const tally *t, uint32_t number)
{
    return t->spans[number].lacking;
}
