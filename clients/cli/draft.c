/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/draft.h"

#include "clients/upload/countries.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_SIZE = 300 };

void
draft_begin(draft *d, pool *memory, const json_t *row)
{
    *d = (draft){ .memory = memory,
                  .left = json_copy((json_t *) (uintptr_t) row),
                  .notes = json_array() };
}

void
draft_end(draft *d)
{
    json_decref(d->left);
    json_decref(d->notes);
    d->left = d->notes = NULL;
}

void
draft_note(draft *d, const char *format, ...)
{
    char words[WORDS_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);

    json_t *note = json_string(words);

    (void) json_array_append_new(
        d->notes, note == NULL ? json_string("a text was cut inside a character") : note);
}

void
draft_refuse(draft *d, const char *column, const char *format, ...)
{
    char words[WORDS_SIZE];
    va_list arguments;

    if (d->refusal != NULL)
        return;
    va_start(arguments, format);
    (void) vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    d->refusal = pool_text(d->memory, words, strlen(words));
    d->column =
        pool_text(d->memory, column, strlen(column)); /* it may be the key of a member that goes */
}

static char *
text_of(draft *d, const char *key, const json_t *value)
{
    const char *text = json_string_value(value);
    size_t size = json_string_length(value);

    while (size > 0 && isspace((unsigned char) text[size - 1]))
        size--;
    while (size > 0 && isspace((unsigned char) *text)) {
        text++;
        size--;
    }
    if (size == 0)
        return NULL;
    if (memchr(text, '\0', size) != NULL) {
        draft_refuse(d, key, "holds a NUL character");
        return NULL;
    }

    char *copy = pool_text(d->memory, text, size);

    for (char *at = copy; *at != '\0'; at++) /* line breaks of the source's layout */
        if (*at == '\n' || *at == '\r' || *at == '\t')
            *at = ' ';
    return copy;
}

char *
draft_member(draft *d, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (json_is_integer(value))
        return pool_print(d->memory, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return json_is_string(value) ? text_of(d, key, value) : NULL;
}

char *
draft_text(draft *d, const char *key)
{
    const json_t *value = json_object_get(d->left, key);
    char *text = NULL;

    if (value == NULL)
        return NULL;
    if (json_is_string(value))
        text = text_of(d, key, value);
    else if (!json_is_null(value)) {
        draft_note(d, "%s is no text: kept as it is", key);
        return NULL;
    }
    (void) json_object_del(d->left, key);
    return text;
}

bool
draft_flag(draft *d, const char *key, bool *has)
{
    const json_t *value = json_object_get(d->left, key);
    bool flag = json_is_true(value);

    *has = json_is_boolean(value);
    if (*has)
        (void) json_object_del(d->left, key);
    else if (value != NULL && !json_is_null(value))
        draft_note(d, "%s is neither true nor false: kept as it is", key);
    return flag;
}

bool
lang_plausible(const char *text)
{
    size_t size = strlen(text);

    for (const char *at = text; *at != '\0'; at++)
        if (!islower((unsigned char) *at))
            return false;
    return size == 2 || size == 3;
}

static void
texts_add(draft *d, Sijill__V1__Text **texts, size_t *count, const char *lang, char *words)
{
    Sijill__V1__Text *text = pool_take(d->memory, sizeof *text);

    sijill__v1__text__init(text);
    text->lang = pool_text(d->memory, lang, strlen(lang));
    text->text = words;
    texts[(*count)++] = text;
}

void
draft_texts(draft *d, json_t *object, const char *prefix, bool take, Sijill__V1__Text ***texts,
            size_t *count)
{
    size_t length = strlen(prefix);
    const char *key;
    json_t *value;
    void *next;

    *count = 0;
    *texts = pool_take(d->memory, (json_object_size(object) + 1) * sizeof **texts);
    json_object_foreach_safe(object, next, key, value)
    {
        if (strncmp(key, prefix, length) != 0 || key[length] != '_' ||
            !lang_plausible(key + length + 1))
            continue;

        char *words = json_is_string(value) ? text_of(d, key, value) : NULL;

        if (words != NULL)
            texts_add(d, *texts, count, key + length + 1, words);
        if (take && (words != NULL || json_is_null(value) || json_is_string(value)))
            (void) json_object_del(object, key);
    }
}

/* Which language a bare text most likely is: the scripts of the six tell Arabic and Russian apart
 * from the rest. */
static const char *
script_lang(const char *text)
{
    for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++) {
        if (*at >= 0xd8 && *at <= 0xdb)
            return "ar";
        if (*at >= 0xd0 && *at <= 0xd3)
            return "ru";
    }
    return "en";
}

void
value_texts(draft *d, const json_t *value, Sijill__V1__Text ***texts, size_t *count)
{
    const char *key;
    json_t *words;

    *count = 0;
    *texts = pool_take(d->memory, (json_object_size(value) + 1) * sizeof **texts);
    if (json_is_string(value)) {
        char *text = text_of(d, "name", value);

        if (text != NULL)
            texts_add(d, *texts, count, script_lang(text), text);
        return;
    }
    json_object_foreach((json_t *) (uintptr_t) value, key, words)
    {
        char *text = json_is_string(words) && lang_plausible(key) ? text_of(d, key, words) : NULL;

        if (text != NULL)
            texts_add(d, *texts, count, key, text);
    }
}

void
draft_numbers(draft *d, const char *key, uint32_t **numbers, size_t *count)
{
    json_t *value = json_object_get(d->left, key);
    size_t size = json_is_array(value) ? json_array_size(value) : 1;
    bool all = true;

    *count = 0;
    *numbers = pool_take(d->memory, (size + 1) * sizeof **numbers);
    if (value == NULL || json_is_null(value))
        return;
    for (size_t i = 0; i < size; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
        json_int_t number = json_integer_value(item);

        if (json_is_integer(item) && number >= 0 && number <= 100000)
            (*numbers)[(*count)++] = (uint32_t) number;
        else
            all = false;
    }
    if (all)
        (void) json_object_del(d->left, key);
    else
        draft_note(d, "%s holds what is no small whole number: kept as it is", key);
}

void
value_list(draft *d, const json_t *value, char ***items, size_t *count)
{
    size_t size = json_is_array(value) ? json_array_size(value) : 1;

    *count = 0;
    *items = pool_take(d->memory, (size + 1) * sizeof **items);
    for (size_t i = 0; i < size; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
        char *text = json_is_string(item) ? text_of(d, "", item) : NULL;

        if (text == NULL &&
            json_is_object(item)) { /* a component may be described: keep its words */
            char *dump = json_dumps(item, JSON_COMPACT | JSON_SORT_KEYS);

            text = pool_text(d->memory, dump, strlen(dump));
            free(dump);
        }
        if (text != NULL)
            (*items)[(*count)++] = text;
    }
}

void
draft_list(draft *d, const char *key, char ***items, size_t *count)
{
    json_t *value = json_object_get(d->left, key);
    size_t size = json_is_array(value) ? json_array_size(value) : 1;

    *count = 0;
    *items = NULL;
    if (value == NULL || json_is_null(value))
        return;
    value_list(d, value, items, count);
    if (*count == size)
        (void) json_object_del(d->left, key);
    else
        draft_note(d, "%s holds what is no text: kept as it is", key);
}

char *
draft_slug(draft *d, const char *what, const char *text)
{
    char *slug = pool_text(d->memory, text, strlen(text));
    size_t used = 0;

    for (const char *at = text; *at != '\0'; at++)
        if (isalnum((unsigned char) *at))
            slug[used++] = (char) tolower((unsigned char) *at);
        else if (used > 0 && slug[used - 1] != '-')
            slug[used++] = '-';
    while (used > 0 && slug[used - 1] == '-')
        used--;
    slug[used] = '\0';
    if (used == 0) {
        draft_note(d, "%s '%s' has no letter of a-z and no digit", what, text);
        return NULL;
    }
    if (strcmp(slug, text) != 0)
        draft_note(d, "%s '%s' is written '%s'", what, text, slug);
    return slug;
}

char *
draft_word(draft *d, const char *what, const char *text)
{
    char *word = pool_text(d->memory, text, strlen(text));

    for (char *at = word; *at != '\0'; at++) {
        *at = *at == ' ' ? '_' : (char) tolower((unsigned char) *at);
        if (!isalnum((unsigned char) *at) && *at != '-' && *at != '_') {
            draft_note(d, "%s '%s' is no word of a-z, 0-9, - and _: left out", what, text);
            return NULL;
        }
    }
    return word;
}

char *
draft_country(draft *d, const char *what, const char *text)
{
    char code[3];

    if (text == NULL)
        return NULL;
    if (country_read(text, code))
        return pool_text(d->memory, code, 2);
    draft_note(d, "%s '%s' is no country of ISO 3166-1: left out", what, text);
    return NULL;
}

char *
draft_rest(draft *d)
{
    const char *key;
    json_t *value;
    void *next;

    json_object_foreach_safe(d->left, next, key, value)
    {
        bool empty = json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0) ||
                     (json_is_object(value) && json_object_size(value) == 0);

        if (empty)
            (void) json_object_del(d->left, key);
    }
    if (json_object_size(d->left) == 0)
        return NULL;

    char *dump = json_dumps(d->left, JSON_COMPACT | JSON_SORT_KEYS);

    if (dump == NULL)
        return NULL;

    char *text = pool_text(d->memory, dump, strlen(dump));

    free(dump);
    return text;
}
