/* SPDX-License-Identifier: Apache-2.0 */
#include "services/gateway/api/upload_words.h"

#include "services/gateway/api/base64.h"
#include "services/gateway/api/child.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FOLLOW "--request-id="

enum { FOLLOW_SIZE = sizeof FOLLOW + 2 * SIJILL_ID_SIZE };

const upload_option upload_options[] = {
    { "dry_run", "dry-run", true, false, "Decide every row, write nothing" },
    { "apply", "apply", true, false, "Append to the ledger what only the report has" },
    { "registrations", "registrations", true, false,
      "Register a webinar report's approved attendees first" },
    { "override", "override", true, false, "As an organiser: outside the time of registration" },
    { "quiet", "quiet", true, false, "Refused rows and the summary only" },
    { "day_first", "day-first", true, false, "03/01 is the third of January" },
    { "month_first", "month-first", true, false, "03/01 is the first of March" },
    { "zone", "zone", false, false, "IANA time zone of the file's times; absent: the event's" },
    { "source", "source", false, false, "Whose external ids these are; absent: the platform" },
    { "map", "map", false, true, "NAME=COLUMN: what a column means that is not known" },
    { NULL, NULL, false, false, NULL },
};

bool
upload_path(const char *path, char event[API_WORD_SIZE])
{
    static const char before[] = "/v1/events/", behind[] = "/uploads";
    size_t size;

    if (strncmp(path, before, strlen(before)) != 0)
        return false;
    path += strlen(before);
    size = strcspn(path, "/");
    if (size == 0 || strcmp(path + size, behind) != 0)
        return false;
    if (!api_unescape(path, size, false, event, API_WORD_SIZE))
        event[0] = '\0';
    return true;
}

__attribute__((format(printf, 2, 3))) static void
add(upload_words *w, const char *format, ...)
{
    char *at = w->room + w->used;
    va_list values;
    int size;

    va_start(values, format);
    size = vsnprintf(at, sizeof w->room - w->used, format, values);
    va_end(values);
    if (size < 0 || (size_t) size >= sizeof w->room - w->used || w->count == UPLOAD_ARGUMENTS_MAX) {
        w->full = true;
        return;
    }
    w->argument[w->count++] = at;
    w->argument[w->count] = NULL;
    w->used += (size_t) size + 1;
}

/* A slug, or 32 hexadecimal digits of an id: what the program takes. */
static bool
add_event(upload_words *w, const char *event)
{
    static const char slug[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    char hex[2 * SIJILL_ID_SIZE + 1];
    uint8_t id[SIJILL_ID_SIZE];
    size_t size = strlen(event);

    if (size == 0 || size >= API_SLUG_SIZE || strspn(event, slug) != size) {
        if (!octets_read(event, size, id, sizeof id))
            return false;
        sijill_hex(id, hex);
        event = hex;
    }
    w->event = w->room + w->used + strlen("--event=");
    add(w, "--event=%s", event);
    return true;
}

static const upload_option *
option_of(const char *name)
{
    for (const upload_option *o = upload_options; o->name != NULL; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

static bool
add_option(upload_words *w, const char *name, const char *value, uint32_t *seen, api_problem *wrong)
{
    const upload_option *o = option_of(name);
    uint32_t bit = o == NULL ? 0 : UINT32_C(1) << (o - upload_options);

    if (o == NULL)
        api_wrong_parameter(wrong, name,
                            "no such parameter here; leave it out or correct its name");
    else if ((*seen & bit) != 0 && !o->many)
        api_wrong_parameter(wrong, name, "the parameter comes twice");
    else if (o->flag && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        api_wrong_parameter(wrong, name, "true or false is wanted");
    else if (value[0] == '\0')
        api_wrong_parameter(wrong, name, "the parameter is empty");
    else {
        *seen |= bit;
        w->dry_run = w->dry_run || (value[0] == 't' && strcmp(name, "dry_run") == 0);
        if (!o->flag)
            add(w, "--%s=%s", o->option, value);
        else if (value[0] == 't')
            add(w, "--%s", o->option);
        return true;
    }
    return false;
}

static void
add_given(upload_words *w, const upload_given *given)
{
    add(w, "sijill");
    add(w, "upload");
    add(w, "-");
    add(w, "--json");
    add(w, "--home=%s", given->home);
    add(w, "--key-file=/dev/fd/%d", CHILD_KEY_FD);
    if (given->peers[0] != '\0')
        add(w, "--peers=%s", given->peers);
    if (given->curve_key[0] != '\0')
        add(w, "--curve-key=%s", given->curve_key);
}

bool
upload_words_read(upload_words *w, const char *event, const char *query, const upload_given *given,
                  api_problem *wrong)
{
    char name[API_WORD_SIZE], value[API_WORD_SIZE];
    uint32_t seen = 0;

    w->count = w->used = 0;
    w->full = w->dry_run = false;
    add_given(w, given);
    if (!add_event(w, event)) {
        api_wrong(wrong, SIJILL__V1__CODE__NOT_FOUND, "", "no event has this slug or id");
        return false;
    }
    while (*query != '\0') {
        if (!api_query_next(&query, name, value)) {
            api_wrong(wrong, SIJILL__V1__CODE__INVALID, "",
                      "the query is too long, or its percent-escapes are broken");
            return false;
        }
        if (name[0] != '\0' && !add_option(w, name, value, &seen, wrong))
            return false;
    }
    api_wrong(wrong, SIJILL__V1__CODE__TOO_LARGE, "", "too many parameters");
    return !w->full && w->count < UPLOAD_ARGUMENTS_MAX && w->used + FOLLOW_SIZE <= sizeof w->room;
}

void
upload_words_follow(upload_words *w, const uint8_t request_id[SIJILL_ID_SIZE])
{
    char hex[2 * SIJILL_ID_SIZE + 1];

    sijill_hex(request_id, hex);
    add(w, FOLLOW "%s", hex);
}

/* Whether an argument is this option, with a value or without. */
static bool
is_of(const char *argument, const upload_option *o)
{
    size_t size = strlen(o->option);

    return strncmp(argument, "--", 2) == 0 && strncmp(argument + 2, o->option, size) == 0 &&
           (argument[2 + size] == '\0' || argument[2 + size] == '=');
}

void
upload_words_hash(const upload_words *w, uint8_t hash[UPLOAD_HASH_SIZE])
{
    crypto_generichash_state state;

    (void) crypto_generichash_init(&state, NULL, 0, UPLOAD_HASH_SIZE);
    for (const upload_option *o = upload_options; o->name != NULL; o++)
        for (size_t i = 0; i < w->count; i++)
            if (is_of(w->argument[i], o))
                (void) crypto_generichash_update(&state, (const unsigned char *) w->argument[i],
                                                 strlen(w->argument[i]) + 1);
    (void) crypto_generichash_final(&state, hash, UPLOAD_HASH_SIZE);
}
