/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/said.h"

#include "services/core/identity.h"
#include "services/registration/applicant.h"
#include "services/registration/who.h"

#include <assert.h>
#include <string.h>

static void *
take(event_seats *seats, size_t size)
{
    void *at = sj_arena_take(sj_txn_arena(seats->txn), size);

    if (at == NULL)
        sj_txn_fail(seats->txn, SJ_FAULT_ARENA, "no memory for what a platform said");
    return at;
}

void
said_hash(event_seats *seats, const char *source, const char *external_id, uint8_t hash[HASH_SIZE])
{
    who_place place;

    who_external(seats, source, external_id, &place);
    memcpy(hash, place.key.at + KEY_REST_AT, HASH_SIZE);
}

said_row *
said_read(event_seats *seats, const uint8_t hash[HASH_SIZE])
{
    sj_key key = key_in_event(seats->org, seats->event, hash);
    said_row *row = sj_row_get(seats->txn, TABLE_SAID, &key, &sijill__v1__said_row__descriptor);

    assert(row == NULL ||
           (row->word != NULL && row->person != NULL && row->n_person_ms == APPLICANT_TEXTS));
    return row;
}

void
said_write(event_seats *seats, const uint8_t hash[HASH_SIZE], const said_row *row)
{
    sj_key key = key_in_event(seats->org, seats->event, hash);

    sj_row_put(seats->txn, TABLE_SAID, &key, &row->base);
}

said_row *
said_new(event_seats *seats, char *source, char *external_id)
{
    said_row *row = take(seats, sizeof *row);
    Sijill__V1__Person *person = take(seats, sizeof *person);
    Sijill__V1__SaidWord *word = take(seats, sizeof *word);
    uint64_t *person_ms = take(seats, APPLICANT_TEXTS * sizeof *person_ms);

    if (row == NULL || person == NULL || word == NULL || person_ms == NULL)
        return NULL;
    sijill__v1__said_row__init(row);
    sijill__v1__person__init(person);
    sijill__v1__said_word__init(word);
    memset(person_ms, 0, APPLICANT_TEXTS * sizeof *person_ms);
    row->source = source;
    row->external_id = external_id;
    row->word = word;
    row->person = person;
    row->n_person_ms = APPLICANT_TEXTS;
    row->person_ms = person_ms;
    return row;
}

/* Of words of the same instant the one that ends most is taken. */
static unsigned
rank(const Sijill__V1__SaidWord *word)
{
    switch (word->kind) {
    case SIJILL__V1__PUSH__KIND__WITHDRAWN:
        return 5;
    case SIJILL__V1__PUSH__KIND__DENIED:
        return 4;
    case SIJILL__V1__PUSH__KIND__APPROVED:
        return 3;
    case SIJILL__V1__PUSH__KIND__REGISTERED:
        return word->pending ? 1 : 2;
    case SIJILL__V1__PUSH__KIND__NONE:
    case SIJILL__V1__PUSH__KIND__JOINED:
    case SIJILL__V1__PUSH__KIND__LEFT:
    case SIJILL__V1__PUSH__KIND__BOUND:
    case SIJILL__V1__PUSH__KIND__ROLE_CHANGED:
    case SIJILL__V1__PUSH__KIND__ENDED:
    case SIJILL__V1__PUSH__KIND__PRESENT:
    case _SIJILL__V1__PUSH__KIND_IS_INT_SIZE:
        break;
    }
    return 0;
}

static bool
ends(const Sijill__V1__SaidWord *word)
{
    return word->kind == SIJILL__V1__PUSH__KIND__WITHDRAWN ||
           word->kind == SIJILL__V1__PUSH__KIND__DENIED;
}

static bool
later(const Sijill__V1__SaidWord *a, const Sijill__V1__SaidWord *b)
{
    if (a->occurred_ms != b->occurred_ms)
        return a->occurred_ms > b->occurred_ms;
    return rank(a) > rank(b);
}

/* Whether a text said at one instant is known rather than another; NULL: not said. */
static bool
text_later(const char *said, uint64_t ms, const char *known, uint64_t known_ms)
{
    if (said == NULL || known == NULL)
        return said != NULL;
    return ms != known_ms ? ms > known_ms : strcmp(said, known) > 0;
}

static bool
learn_texts(said_row *row, Sijill__V1__Person *person, uint64_t ms, unsigned *texts)
{
    for (unsigned n = 0; n < APPLICANT_TEXTS; n++) {
        char *said = *applicant_text(person, n), **known = applicant_text(row->person, n);

        if (!text_later(said, ms, *known, row->person_ms[n]))
            continue;
        *known = said;
        row->person_ms[n] = ms;
        *texts |= 1U << n;
    }
    return *texts != 0;
}

bool
said_heard(event_seats *seats, said_row *row, const Sijill__V1__FollowRegistration *in)
{
    size_t known = row->n_undated, drop = known < SAID_UNDATED_MAX ? 0 : 1;
    ProtobufCBinaryData *list;

    for (size_t n = 0; n < known; n++) {
        assert(row->undated[n].len == SJ_ID_SIZE);
        if (memcmp(row->undated[n].data, in->nonce.data, SJ_ID_SIZE) == 0)
            return true;
    }
    list = take(seats, (known + 1) * sizeof *list);
    if (list == NULL)
        return true; /* a fault */
    for (size_t n = drop; n < known; n++)
        list[n - drop] = row->undated[n];
    list[known - drop] = in->nonce;
    row->undated = list;
    row->n_undated = known - drop + 1;
    return false;
}

bool
said_learn(said_row *row, const Sijill__V1__FollowRegistration *in, unsigned *texts)
{
    Sijill__V1__SaidWord word;
    bool news = false;

    *texts = 0;
    sijill__v1__said_word__init(&word);
    word.has_kind = word.has_occurred_ms = true;
    word.kind = in->kind;
    word.occurred_ms = in->occurred_ms;
    word.has_pending = word.pending = in->kind == SIJILL__V1__PUSH__KIND__REGISTERED && in->pending;
    if (later(&word, row->word)) {
        *row->word = word;
        news = true;
    }
    if (!ends(&word) && !row->began) {
        row->has_began = row->began = true;
        news = true;
    }
    if (in->person != NULL && learn_texts(row, in->person, in->occurred_ms, texts))
        news = true;
    return news;
}

bool
said_gather(event_seats *seats, const registration_row *registration, said_row *row,
            const uint8_t hash[HASH_SIZE], said_set *set)
{
    set->count = 1;
    set->row[0] = row;
    memcpy(set->hash[0], hash, HASH_SIZE);
    for (size_t n = 0; registration != NULL && n < registration->n_said; n++) {
        const uint8_t *other = registration->said[n].data;

        assert(registration->said[n].len == HASH_SIZE);
        if (memcmp(other, hash, HASH_SIZE) == 0)
            continue;
        if (set->count == SAID_MAX)
            return false;
        set->row[set->count] = said_read(seats, other);
        memcpy(set->hash[set->count], other, HASH_SIZE);
        if (set->row[set->count] == NULL)
            sj_txn_fail(seats->txn, SJ_FAULT_DAMAGE,
                        "a registration names what a platform said, and it is not there");
        else
            set->count++;
    }
    return true;
}

size_t
said_decisive(const said_set *set)
{
    size_t best = 0;

    for (size_t n = 1; n < set->count; n++) {
        const Sijill__V1__SaidWord *word = set->row[n]->word, *found = set->row[best]->word;

        if (ends(word) != ends(found) ? ends(found)
            : later(word, found)
                ? true
                : !later(found, word) && memcmp(set->hash[n], set->hash[best], HASH_SIZE) > 0)
            best = n;
    }
    return best;
}

bool
said_word_equal(const Sijill__V1__SaidWord *a, const Sijill__V1__SaidWord *b)
{
    return a->occurred_ms == b->occurred_ms && a->kind == b->kind && a->pending == b->pending;
}

bool
said_outdated(const said_set *set, const said_row *row, unsigned n)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->row[i] != row &&
            text_later(*applicant_text(set->row[i]->person, n), set->row[i]->person_ms[n],
                       *applicant_text(row->person, n), row->person_ms[n]))
            return true;
    return false;
}

void
said_keep(registration_row *to, const registration_row *from)
{
    to->n_said = from->n_said;
    to->said = from->said;
    to->word = from->word;
    to->has_word_by = from->has_word_by;
    to->word_by = from->word_by;
    to->has_accepted_here = to->accepted_here = from->n_said > 0;
}
