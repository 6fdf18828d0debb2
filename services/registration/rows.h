/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * rows: tables, keys and row types of registration.  proto/sijill/v1/registration_store.proto says
 * what each holds. All rows of one event begin with (organisation, event), so what happens at one
 * event touches neighbouring pages.
 */
#include "services/core/message.h"
#include "sijill/v1/platform.pb-c.h"
#include "sijill/v1/registration.pb-c.h"
#include "sijill/v1/registration_store.pb-c.h"

enum {
    TABLE_ORGANISATION = SJ_TABLE_OWN,
    TABLE_PROGRAMME,
    TABLE_EVENT,
    TABLE_RULES,
    TABLE_EVENT_SLUG,
    TABLE_SEATS,
    TABLE_COUNTRY,
    TABLE_REGISTRATION,
    TABLE_PERSON,
    TABLE_EXTERNAL,
    TABLE_LINE,
    TABLE_DUE,
    TABLE_HOOK,
    TABLE_SEAL_KEY,
    TABLE_LINK,
    TABLE_HELD,
    TABLE_HELD_ID,
    TABLE_HELD_OF,
    TABLE_ENDPOINT,
    TABLE_SAID,
};

enum {
    COUNTRY_SIZE = 2,
    HASH_SIZE = 16,
    LINE_VALUE_SIZE = SJ_ID_SIZE + 1 + COUNTRY_SIZE,
    KEY_EVENT_AT = 8,                        /* where the event stands in a key */
    KEY_REST_AT = KEY_EVENT_AT + SJ_ID_SIZE, /* what comes after the event */
    KEY_ID_SIZE = KEY_REST_AT + SJ_ID_SIZE,  /* of (org, event, id) */
    KEY_NUMBER_SIZE = KEY_REST_AT + 8,       /* of (org, event, number) */
    KEY_ORG_ID_SIZE = KEY_REST_AT,           /* of (org, id), whatever the id is of */
};

typedef Sijill__V1__SeatsRow seats_row;
typedef Sijill__V1__CountryRow country_row;
typedef Sijill__V1__RegistrationRow registration_row;
typedef Sijill__V1__SaidRow said_row;
typedef Sijill__V1__SlugRow slug_row;

static inline sj_key
key_event(uint64_t org, const uint8_t event[SJ_ID_SIZE])
{
    sj_key key = sj_key_org(org);

    sj_key_add_id(&key, event);
    return key;
}

/* Of a registration; of a person or external id, by its hash. */
static inline sj_key
key_in_event(uint64_t org, const uint8_t event[SJ_ID_SIZE], const uint8_t id[SJ_ID_SIZE])
{
    sj_key key = key_event(org, event);

    sj_key_add_id(&key, id);
    return key;
}

static inline sj_key
key_line(uint64_t org, const uint8_t event[SJ_ID_SIZE], uint64_t number)
{
    sj_key key = key_event(org, event);

    sj_key_add_u64(&key, number);
    return key;
}

/* `country`: two letters, or "" for none. */
static inline sj_key
key_country(uint64_t org, const uint8_t event[SJ_ID_SIZE], const char *country)
{
    sj_key key = key_event(org, event);

    sj_key_add_text(&key, country);
    return key;
}

static inline sj_key
key_slug(uint64_t org, const char *slug)
{
    sj_key key = sj_key_org(org);

    sj_key_add_text(&key, slug);
    return key;
}

/* Of what belongs to no event: a hook, an endpoint, a hash. */
static inline sj_key
key_in_org(uint64_t org, const uint8_t id[SJ_ID_SIZE])
{
    return key_event(org, id);
}

static inline sj_key
key_held(uint64_t org, uint64_t number)
{
    sj_key key = sj_key_org(org);

    sj_key_add_u64(&key, number);
    return key;
}
