/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/platform/reading.h"

#include "proto/wire/check.h"
#include "proto/wire/limits.h"
#include "services/core/text.h"
#include "services/gateway/platform/instant.h"
#include "services/gateway/platform/mend.h"
#include "services/gateway/platform/signature.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    ITEMS_FIRST = 4,
    NONCE_SIZE = 16,
    ID_MAX = 128, /* octets; every id of a push */
    EMAIL_MAX = 254,
    LANGUAGE_MAX = 16, /* of a person */
    NUMBER_SIZE = 24,
};

static void
set_source(reading *r, sj_bytes octets)
{
    (void) crypto_generichash(r->source, sizeof r->source, octets.at, octets.size, NULL, 0);
}

void
reading_begin(reading *r, sj_arena *arena, const platform_delivery *in, const char *of,
              platform_items *out)
{
    *r = (reading){ .arena = arena, .in = in, .out = out, .platform = of };
    *out = (platform_items){ .item = NULL };
    set_source(r, in->body);
}

static bool
items_grow(reading *r)
{
    size_t room = r->room == 0 ? ITEMS_FIRST : 2 * r->room;
    platform_item *grown = sj_arena_take(r->arena, room * sizeof *grown);

    if (grown == NULL)
        return false;
    if (r->out->count > 0)
        memcpy(grown, r->out->item, r->out->count * sizeof *grown);
    r->out->item = grown;
    r->room = room;
    return true;
}

static void
hash_part(crypto_generichash_state *state, const void *at, size_t size)
{
    uint8_t length[8];

    sj_write_u64(length, size);
    (void) crypto_generichash_update(state, length, sizeof length);
    (void) crypto_generichash_update(state, at, size);
}

static void
set_nonce(reading *r, Sijill__V1__Push *push, const uint8_t nonce[NONCE_SIZE])
{
    sj_bytes kept = sj_arena_copy(r->arena, (sj_bytes){ nonce, NONCE_SIZE });

    push->has_nonce = kept.at != NULL;
    push->nonce.data = (uint8_t *) (uintptr_t) kept.at;
    push->nonce.len = kept.size;
}

/* Until something better is said: this item of these octets. */
static void
set_first_nonce(reading *r, Sijill__V1__Push *push, size_t at)
{
    crypto_generichash_state state;
    uint8_t nonce[NONCE_SIZE], place[8];

    sj_write_u64(place, at);
    (void) crypto_generichash_init(&state, NULL, 0, sizeof nonce);
    hash_part(&state, "item", 4);
    hash_part(&state, r->platform, strlen(r->platform));
    hash_part(&state, r->source, sizeof r->source);
    hash_part(&state, place, sizeof place);
    (void) crypto_generichash_final(&state, nonce, sizeof nonce);
    set_nonce(r, push, nonce);
}

static platform_item *
item_new(reading *r)
{
    platform_item *item = &r->sink;
    size_t place = r->seen++;

    if (place < r->in->skip)
        ;
    else if (r->out->count == PLATFORM_PUSHES_MAX)
        r->out->more = true;
    else if (r->out->count < r->room || items_grow(r))
        item = &r->out->item[r->out->count];
    *item = (platform_item){ .words = NULL };
    sijill__v1__push__init(&item->push);
    item->push.platform = (char *) (uintptr_t) r->platform;
    set_first_nonce(r, &item->push, place);
    if (item != &r->sink)
        r->out->count++;
    r->last = item;
    return item;
}

Sijill__V1__Push *
reading_push(reading *r, Sijill__V1__Push__Kind kind)
{
    Sijill__V1__Push *push = &item_new(r)->push;

    push->has_kind = true;
    push->kind = kind;
    return push;
}

void
reading_words(reading *r, const char *words)
{
    item_new(r)->words = words;
}

void
reading_spoil(reading *r, const char *words)
{
    r->last->words = words;
}

void
reading_fetch(reading *r, const char *path)
{
    item_new(r)->fetch = path;
}

json_t *
reading_json(reading *r, sj_bytes body)
{
    json_error_t error;
    json_t *json = mend_json(r->arena, body, &error);

    set_source(r, body);
    if (json != NULL)
        return json;
    reading_words(r, json_error_code(&error) == json_error_duplicate_key
                         ? "what came names a member of an object twice"
                         : "what came is no JSON that can be read");
    return NULL;
}

static void
set_same(reading *r, Sijill__V1__Push *push, const uint8_t *hook_id, const char *const parts[])
{
    crypto_generichash_state state;
    uint8_t nonce[NONCE_SIZE];

    (void) crypto_generichash_init(&state, NULL, 0, sizeof nonce);
    hash_part(&state, "push", 4);
    hash_part(&state, r->platform, strlen(r->platform));
    if (hook_id != NULL)
        hash_part(&state, hook_id, SJ_ID_SIZE);
    for (size_t i = 0; parts[i] != NULL; i++)
        hash_part(&state, parts[i], strlen(parts[i]));
    (void) crypto_generichash_final(&state, nonce, sizeof nonce);
    set_nonce(r, push, nonce);
}

void
reading_same(reading *r, Sijill__V1__Push *push, const char *const parts[])
{
    set_same(r, push, NULL, parts);
}

void
reading_same_here(reading *r, Sijill__V1__Push *push, const char *const parts[])
{
    set_same(r, push, r->in->hook_id, parts);
}

const char *
reading_raw(reading *r, const json_t *value)
{
    char *text;

    if (json_is_string(value))
        return json_string_value(value);
    if (!json_is_integer(value))
        return "";
    text = sj_arena_take(r->arena, NUMBER_SIZE);
    if (text == NULL)
        return "";
    (void) snprintf(text, NUMBER_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return text;
}

const char *
reading_string(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

static char *
mend(reading *r, sj_bytes text, size_t octets)
{
    return (char *) (uintptr_t) sj_text_mend(r->arena, text, SJ_TEXT_POINTS_MAX, octets);
}

char *
reading_text(reading *r, const json_t *value, size_t octets)
{
    if (!json_is_string(value))
        return NULL;
    return mend(r, (sj_bytes){ json_string_value(value), json_string_length(value) }, octets);
}

/* "~" and 32 digits: what stands for an id that cannot be kept as it is. */
static char *
hashed_id(reading *r, const char *at, size_t size)
{
    uint8_t hash[NONCE_SIZE];
    char *text = sj_arena_take(r->arena, 2 * sizeof hash + 2);

    if (text == NULL)
        return NULL;
    (void) crypto_generichash(hash, sizeof hash, (const unsigned char *) at, size, NULL, 0);
    text[0] = '~';
    (void) sodium_bin2hex(text + 1, 2 * sizeof hash + 1, hash, sizeof hash);
    return text;
}

static char *
clean_id(reading *r, const char *at, size_t size)
{
    char *clean;

    while (size > 0 && (at[0] == ' ' || at[0] == '\t')) {
        at++;
        size--;
    }
    while (size > 0 && (at[size - 1] == ' ' || at[size - 1] == '\t'))
        size--;
    if (size == 0)
        return NULL;
    clean = size > ID_MAX ? NULL : mend(r, (sj_bytes){ at, size }, ID_MAX);
    if (clean != NULL && strlen(clean) == size && memcmp(clean, at, size) == 0)
        return clean;
    return hashed_id(r, at, size);
}

char *
reading_id(reading *r, const json_t *value)
{
    const char *text;

    if (json_is_string(value))
        return clean_id(r, json_string_value(value), json_string_length(value));
    text = reading_raw(r, value);
    return text[0] == '\0' ? NULL : (char *) (uintptr_t) text;
}

char *
reading_id_of(reading *r, const char *const parts[])
{
    size_t used = 0, room = 1;
    char *text;

    for (size_t i = 0; parts[i] != NULL; i++)
        room += strlen(parts[i]) + 1;
    text = sj_arena_take(r->arena, room);
    if (text == NULL)
        return NULL;
    for (size_t i = 0; parts[i] != NULL; i++) {
        size_t size = strlen(parts[i]);

        if (size == 0)
            continue;
        if (used > 0)
            text[used++] = '/';
        memcpy(text + used, parts[i], size);
        used += size;
    }
    return clean_id(r, text, used);
}

static char *
run_and_who(reading *r, const char *run, const char *who)
{
    size_t size = strlen(run) + 1 + strlen(who) + 1;
    char *text = sj_arena_take(r->arena, size);

    if (text != NULL)
        (void) snprintf(text, size, "%s#%s", run, who);
    return text;
}

char *
reading_connection(reading *r, const Sijill__V1__Push *push, const char *const who[])
{
    char *text = reading_id_of(r, who), *both;

    if (text != NULL && strchr(text, '#') != NULL)
        text = hashed_id(r, text, strlen(text));
    if (text == NULL || push->instance == NULL)
        return text;
    both = run_and_who(r, push->instance, text);
    if (both == NULL || strlen(both) <= ID_MAX)
        return both;
    text = hashed_id(r, text, strlen(text));
    if (text != NULL && strlen(push->instance) + 1 + strlen(text) <= ID_MAX)
        return run_and_who(r, push->instance, text);
    return hashed_id(r, both, strlen(both)); /* of no run: any end is its end */
}

void
reading_run(reading *r, Sijill__V1__Push *push)
{
    if (push->instance != NULL && strlen(push->instance) < ID_MAX)
        push->connection = run_and_who(r, push->instance, "");
}

char *
reading_email(reading *r, const json_t *value)
{
    char typed[EMAIL_MAX + 1];
    const char *at = json_string_value(value), *normal;
    size_t size = json_string_length(value);

    while (size > 0 && strchr(" \t\r\n", at[0]) != NULL && at[0] != '\0') {
        at++;
        size--;
    }
    while (size > 0 && strchr(" \t\r\n", at[size - 1]) != NULL && at[size - 1] != '\0')
        size--;
    if (size == 0 || size > EMAIL_MAX || memchr(at, '\0', size) != NULL)
        return NULL;
    memcpy(typed, at, size);
    typed[size] = '\0';
    normal = sj_email_normal_in(r->arena, typed);
    return normal == NULL || strlen(normal) > EMAIL_MAX ? NULL : (char *) (uintptr_t) normal;
}

char *
reading_name(reading *r, const json_t *first, const json_t *last)
{
    const char *given = reading_text(r, first, READING_NAME_MAX);
    const char *family = reading_text(r, last, READING_NAME_MAX);
    size_t size;
    char *both;

    if (given == NULL || family == NULL)
        return (char *) (uintptr_t) (given == NULL ? family : given);
    size = strlen(given) + 1 + strlen(family);
    both = sj_arena_take(r->arena, size + 1);
    if (both == NULL)
        return NULL;
    (void) snprintf(both, size + 1, "%s %s", given, family);
    return mend(r, (sj_bytes){ both, size }, READING_NAME_MAX);
}

char *
reading_country(reading *r, const json_t *value)
{
    const char *text = reading_text(r, value, READING_NAME_MAX);
    char *code = sj_arena_take(r->arena, 3);

    if (text == NULL || code == NULL)
        return NULL;
    if (strlen(text) == 2) {
        for (size_t i = 0; i < 2; i++)
            code[i] = (char) (text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
        code[2] = '\0';
        if (sj_country_known(code))
            return code;
    }
    return sj_country_of_name(text, code) ? code : NULL;
}

/* As registration takes it: a primary part of 2 or 3 small letters or more, then parts of letters
 * and digits, none longer than 8. */
static bool
is_language(const char *text)
{
    size_t part = 0, parts = 1;

    for (; *text != '\0'; text++) {
        bool lower = *text >= 'a' && *text <= 'z';
        bool other = (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9');

        if (*text == '-') {
            if (part == 0 || (parts == 1 && part < 2))
                return false;
            part = 0;
            parts++;
        } else if (!(lower || (parts > 1 && other)) || ++part > 8) {
            return false;
        }
    }
    return parts == 1 ? part >= 2 : part > 0;
}

char *
reading_language(reading *r, const json_t *value)
{
    char *text = reading_text(r, value, LANGUAGE_MAX + 1);

    return text != NULL && strlen(text) <= LANGUAGE_MAX && is_language(text) ? text : NULL;
}

uint64_t
reading_instant(const json_t *value)
{
    uint64_t ms = 0;

    if (json_is_string(value)) {
        const char *text = json_string_value(value);

        if (instant_read(text, &ms))
            return ms;
        /* a number may come as its digits */
        return signature_number(text, strlen(text), &ms) && ms <= SJ_INSTANT_MAX_MS ? ms : 0;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > SJ_INSTANT_MAX_MS)
        return 0;
    return (uint64_t) json_integer_value(value);
}

void
reading_occurred(reading *r, Sijill__V1__Push *push, uint64_t first, uint64_t second)
{
    push->has_occurred_ms = true;
    push->has_undated = push->undated = first == 0 && second == 0;
    push->occurred_ms = first != 0 ? first : second != 0 ? second : r->in->now_ms;
}
