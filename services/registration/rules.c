/* SPDX-License-Identifier: Apache-2.0 */
#include "services/registration/rules.h"

#include "services/core/identity.h"
#include "services/registration/form.h"

#include <assert.h>
#include <string.h>

enum { THRESHOLD_MAX = 10000, LETTERS = 26, PAIRS = LETTERS * LETTERS, NO_COUNTRY = PAIRS };

static bool
refuse(sj_txn *txn, sj_reply *reply, const char *field, const char *words)
{
    (void) sj_refuse_field(txn, reply, field, words);
    return false;
}

/* Two letters as a number; none: NO_COUNTRY. */
static unsigned
country_number(const char *country)
{
    if (country == NULL || country[0] == '\0')
        return NO_COUNTRY;
    return (unsigned) (country[0] - 'A') * LETTERS + (unsigned) (country[1] - 'A');
}

static bool
clean_countries(sj_txn *txn, Sijill__V1__EventRules *rules, sj_reply *reply)
{
    bool seen[PAIRS + 1] = { false }; /* NO_COUNTRY has a place of its own */

    for (size_t n = 0; n < rules->n_country_seats; n++) {
        Sijill__V1__CountrySeats *quota = rules->country_seats[n];

        if (!form_country(&quota->country) || quota->country == NULL)
            return refuse(txn, reply, "rules.country_seats.country",
                          "is no country of ISO 3166-1 in two letters");
        if (!quota->has_seats)
            return refuse(txn, reply, "rules.country_seats.seats", "say how many seats");
        if (seen[country_number(quota->country)])
            return refuse(txn, reply, "rules.country_seats.country", "one quota a country");
        seen[country_number(quota->country)] = true;
    }
    return true;
}

bool
rules_clean(sj_txn *txn, Sijill__V1__EventRules *rules, sj_reply *reply)
{
    if (rules->has_opens_ms && rules->has_closes_ms && rules->opens_ms >= rules->closes_ms)
        return refuse(txn, reply, "rules.closes_ms", "registration closes before it opens");
    if (rules->has_threshold && (rules->threshold < 1 || rules->threshold > THRESHOLD_MAX))
        return refuse(txn, reply, "rules.threshold", "is a share in 1/10000, from 1 to 10000");
    if (rules->certificate_lang != NULL && rules->certificate_lang[0] == '\0')
        rules->certificate_lang = NULL;
    if (rules->certificate_lang != NULL && !form_lang(rules->certificate_lang))
        return refuse(txn, reply, "rules.certificate_lang", "is no language tag such as ar or en");
    return clean_countries(txn, rules, reply);
}

typedef struct country_counts {
    uint32_t confirmed[PAIRS + 1];
} country_counts;

/* From the rows of the country table; with none there yet, from the registrations themselves. */
static void
count_kept(event_seats *seats, country_counts *counts)
{
    sj_arena *arena = sj_txn_arena(seats->txn);
    size_t mark = sj_arena_mark(arena);
    sj_key prefix = key_event(seats->org, seats->event);
    sj_scan scan;

    for (sj_scan_begin(&scan, seats->txn, TABLE_COUNTRY, &prefix, NULL); sj_scan_next(&scan);) {
        char country[COUNTRY_SIZE + 1] = "";
        country_row *row = sj_unpack(seats->txn, &sijill__v1__country_row__descriptor, scan.value);

        memcpy(country, (const char *) scan.key.at + KEY_REST_AT, scan.key.size - KEY_REST_AT);
        if (row != NULL)
            counts->confirmed[country_number(country)] = row->confirmed;
        sj_arena_release(arena, mark);
    }
}

static void
count_rows(event_seats *seats, country_counts *counts)
{
    sj_arena *arena = sj_txn_arena(seats->txn);
    size_t mark = sj_arena_mark(arena);
    sj_key prefix = key_event(seats->org, seats->event);
    sj_scan scan;

    if (seats->row->confirmed == 0)
        return;
    for (sj_scan_begin(&scan, seats->txn, TABLE_REGISTRATION, &prefix, NULL);
         sj_scan_next(&scan);) {
        registration_row *row =
            sj_unpack(seats->txn, &sijill__v1__registration_row__descriptor, scan.value);

        if (row != NULL && row->state == SIJILL__V1__REGISTRATION_STATE__CONFIRMED &&
            role_takes_seat(row->role))
            counts->confirmed[country_number(row->person->country)]++;
        sj_arena_release(arena, mark);
    }
}

static void
count_countries(event_seats *seats, country_counts *counts)
{
    *counts = (country_counts){ .confirmed = { 0 } };
    if (seats->row->by_country)
        count_kept(seats, counts);
    else
        count_rows(seats, counts);
}

static bool
refuse_below(event_seats *seats, sj_reply *reply, const char *field, const char *what,
             uint32_t confirmed)
{
    (void) sj_refuse(seats->txn, reply, SJ_CONFLICT,
                     sj_words(seats->txn,
                              "%u registrations are confirmed %s; withdraw some first, or give at "
                              "least as many seats",
                              confirmed, what));
    reply->field = field;
    return false;
}

static bool
countries_fit(event_seats *seats, const Sijill__V1__EventRules *rules, sj_reply *reply)
{
    country_counts counts;

    if (rules->n_country_seats == 0)
        return true;
    if (!seats->row->by_country && seats->row->confirmed > RULES_COUNT_MAX) {
        (void) sj_refuse(seats->txn, reply, SJ_PRECONDITION,
                         "too many are confirmed to begin with seats by country; set them before "
                         "registration opens");
        return false;
    }
    count_countries(seats, &counts);
    for (size_t n = 0; n < rules->n_country_seats; n++) {
        const Sijill__V1__CountrySeats *quota = rules->country_seats[n];
        uint32_t confirmed = counts.confirmed[country_number(quota->country)];

        if (quota->seats < confirmed)
            return refuse_below(seats, reply, "rules.country_seats",
                                sj_words(seats->txn, "from %s", quota->country), confirmed);
    }
    return true;
}

bool
rules_fit(event_seats *seats, const Sijill__V1__EventRules *rules, sj_reply *reply)
{
    const seats_row *row = seats->row;

    if (rules->has_capacity && rules->capacity < row->confirmed)
        return refuse_below(seats, reply, "rules.capacity", "with a seat", row->confirmed);
    if (rules->has_capacity_in_person && rules->capacity_in_person < row->confirmed_in_person)
        return refuse_below(seats, reply, "rules.capacity_in_person", "in person",
                            row->confirmed_in_person);
    if (rules->has_capacity_online && rules->capacity_online < row->confirmed_online)
        return refuse_below(seats, reply, "rules.capacity_online", "online", row->confirmed_online);
    return countries_fit(seats, rules, reply);
}

static void
country_put(event_seats *seats, const char *country, const Sijill__V1__CountrySeats *quota,
            uint32_t confirmed)
{
    sj_key key = key_country(seats->org, seats->event, country);
    country_row row;

    sijill__v1__country_row__init(&row);
    if (quota != NULL) {
        row.has_seats = true;
        row.seats = quota->seats;
    }
    row.has_confirmed = true;
    row.confirmed = confirmed;
    sj_row_put(seats->txn, TABLE_COUNTRY, &key, &row.base);
}

/* Rows for every country that has a quota or a confirmed registration; none for others. */
static void
countries_apply(event_seats *seats, const Sijill__V1__EventRules *rules)
{
    const Sijill__V1__CountrySeats *quotas[PAIRS + 1] = { NULL };
    country_counts counts;

    if (!seats->row->by_country && rules->n_country_seats == 0)
        return;
    count_countries(seats, &counts);
    for (size_t n = 0; n < rules->n_country_seats; n++)
        quotas[country_number(rules->country_seats[n]->country)] = rules->country_seats[n];
    for (unsigned n = 0; n <= PAIRS; n++) {
        char country[COUNTRY_SIZE + 1] = "";
        sj_key key;

        if (n != NO_COUNTRY) {
            country[0] = (char) ('A' + n / LETTERS);
            country[1] = (char) ('A' + n % LETTERS);
        }
        key = key_country(seats->org, seats->event, country);
        if (quotas[n] != NULL || counts.confirmed[n] > 0)
            country_put(seats, country, quotas[n], counts.confirmed[n]);
        else if (seats->row->by_country && sj_exists(seats->txn, TABLE_COUNTRY, &key))
            sj_delete(seats->txn, TABLE_COUNTRY, &key);
    }
    seats->row->has_by_country = seats->row->by_country = true;
}

void
rules_apply(event_seats *seats, const Sijill__V1__EventRules *rules)
{
    seats_row *row = seats->row;

    row->has_capacity = rules->has_capacity;
    row->capacity = rules->capacity;
    row->has_capacity_in_person = rules->has_capacity_in_person;
    row->capacity_in_person = rules->capacity_in_person;
    row->has_capacity_online = rules->has_capacity_online;
    row->capacity_online = rules->capacity_online;
    row->has_needs_approval = row->needs_approval = rules->needs_approval;
    row->has_waiting_list = row->waiting_list = rules->waiting_list;
    row->has_opens_ms = rules->has_opens_ms;
    row->opens_ms = rules->opens_ms;
    row->has_closes_ms = rules->has_closes_ms;
    row->closes_ms = rules->closes_ms;
    countries_apply(seats, rules);
}

Sijill__V1__EventRules *
rules_read(event_seats *seats)
{
    sj_key key = key_event(seats->org, seats->event);

    return sj_row_get(seats->txn, TABLE_RULES, &key, &sijill__v1__event_rules__descriptor);
}

bool
rules_equal(sj_txn *txn, const Sijill__V1__EventRules *a, const Sijill__V1__EventRules *b)
{
    return sj_bytes_equal(sj_pack(txn, &a->base), sj_pack(txn, &b->base));
}

void
rules_write(event_seats *seats, const Sijill__V1__EventRules *rules)
{
    sj_key key = key_event(seats->org, seats->event);

    sj_row_put(seats->txn, TABLE_RULES, &key, &rules->base);
}

static const Sijill__V1__CountrySeats *
quota_of(const Sijill__V1__EventRules *rules, unsigned country)
{
    for (size_t n = 0; n < rules->n_country_seats; n++)
        if (country_number(rules->country_seats[n]->country) == country)
            return rules->country_seats[n];
    return NULL;
}

void
rules_scrub(event_seats *seats, sj_scrub_found *found, void *context)
{
    const Sijill__V1__EventRules *rules = rules_read(seats);
    country_counts kept = { .confirmed = { 0 } }, counted = kept;

    if (rules == NULL)
        return;
    if (!seats->row->by_country) {
        if (rules->n_country_seats > 0)
            found(context, "an event has quotas by country and does not count by country");
        return;
    }
    count_kept(seats, &kept);
    count_rows(seats, &counted);
    for (unsigned n = 0; n <= PAIRS; n++) {
        const Sijill__V1__CountrySeats *quota = quota_of(rules, n);

        if (kept.confirmed[n] != counted.confirmed[n])
            found(context,
                  sj_words(seats->txn, "event %s: country %u has %u confirmed, the rows say %u",
                           sj_hex(seats->txn, seats->event), n, kept.confirmed[n],
                           counted.confirmed[n]));
        if (quota != NULL && counted.confirmed[n] > quota->seats)
            found(context, sj_words(seats->txn, "event %s: %s is oversold",
                                    sj_hex(seats->txn, seats->event), quota->country));
    }
}
