/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/upload/people.h"

#include "clients/upload/countries.h"
#include "clients/upload/enums.h"
#include "proto/wire/check.h"

#include <string.h>

enum { LANGUAGE_MAX = 16 };

const char *
person_key(const csv *in, const heads *h)
{
    const char *key = heads_value(in, h, HEAD_EMAIL);

    return key == NULL ? heads_value(in, h, HEAD_EXTERNAL_ID) : key;
}

const char *
people_lack(const heads *h, const char *source)
{
    if (!heads_have(h, HEAD_NAME) && !heads_have(h, HEAD_FIRST_NAME))
        return "has no column `name`: its first row must name the columns";
    if (!heads_have(h, HEAD_EMAIL) && !heads_have(h, HEAD_EXTERNAL_ID))
        return "has neither a column `email` nor `external_id`: a person needs a key";
    if (!heads_have(h, HEAD_EMAIL) && source == NULL)
        return "has no column `email`; say whose ids its external ids are: --source NAME";
    return NULL;
}

static char *
value(const csv *in, const heads *h, head which)
{
    return (char *) (uintptr_t) heads_value(in, h, which);
}

static void
name_read(const csv *in, const heads *h, person_row *out)
{
    const char *first = heads_text(in, h, HEAD_FIRST_NAME);
    const char *last = heads_text(in, h, HEAD_LAST_NAME);
    bool both = heads_have(h, HEAD_FIRST_NAME) && heads_have(h, HEAD_LAST_NAME) &&
                (first[0] != '\0' || last[0] != '\0');

    out->person.name = value(in, h, HEAD_NAME);
    /* A display name is what one calls oneself in a meeting; first and last name are the person's.
     */
    if (both || (out->person.name == NULL && (first[0] != '\0' || last[0] != '\0'))) {
        (void) snprintf(out->name, sizeof out->name, "%s%s%s", first,
                        first[0] == '\0' || last[0] == '\0' ? "" : " ", last);
        out->person.name = out->name;
    }
}

/* "ar", "pt-br": a language's code, not what people call it. */
static bool
language_is(const char *text)
{
    size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz");

    return (letters == 2 || letters == 3) && (text[letters] == '\0' || text[letters] == '-') &&
           strlen(text) <= LANGUAGE_MAX;
}

/* NULL: good; else the column. */
static const char *
enums_read(const csv *in, const heads *h, const people_rules *rules, person_row *out,
           const char **why)
{
    const char *text = heads_value(in, h, HEAD_COUNTRY);
    int number = 0;

    *why = "is no country of ISO 3166-1: give two letters, such as TR";
    if (text != NULL && country_read(text, out->country))
        out->person.country = out->country;
    else if (text != NULL && !rules->words_are_free)
        return "country";
    text = heads_value(in, h, HEAD_ROLE);
    *why = "is none of participant, trainer, speaker, observer, focal_point, organiser";
    if (text != NULL && !enum_read(&sijill__v1__role__descriptor, text, &number))
        return "role";
    out->in.has_role = text != NULL;
    out->in.role = (Sijill__V1__Role) (text == NULL ? 0 : number);
    text = heads_value(in, h, HEAD_MODE);
    *why = "is neither in_person nor online";
    out->in.has_mode = text != NULL && enum_read(&sijill__v1__mode__descriptor, text, &number);
    if (text != NULL && !out->in.has_mode && !rules->words_are_free)
        return "mode";
    out->in.mode = (Sijill__V1__Mode) (out->in.has_mode ? number : 0);
    return NULL;
}

/* The field that is not UTF-8, such as what a spreadsheet saved in a code page. */
static const char *
not_utf8(const person_row *out)
{
    const struct {
        const char *text;
        const char *column;
    } all[] = {
        { out->person.name, "name" },
        { out->person.email, "email" },
        { out->person.name_latin, "name_latin" },
        { out->person.institution, "institution" },
        { out->person.position, "position" },
        { out->person.language, "language" },
        { out->in.external_id, "external_id" },
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].text != NULL && !sj_utf8_valid(all[i].text, strlen(all[i].text)))
            return all[i].column;
    return NULL;
}

const char *
person_read(const csv *in, const heads *h, const people_rules *rules, person_row *out,
            const char **why)
{
    const char *wrong;

    sijill__v1__register__init(&out->in);
    sijill__v1__person__init(&out->person);
    out->in.has_event_id = out->in.has_on_duplicate = true;
    out->in.event_id =
        (ProtobufCBinaryData){ sizeof rules->event_id, (uint8_t *) (uintptr_t) rules->event_id };
    out->in.person = &out->person;
    out->in.on_duplicate = SIJILL__V1__ON_DUPLICATE__UPDATE;
    out->in.source = (char *) (uintptr_t) rules->source;
    out->in.has_override = out->in.override = rules->override;
    name_read(in, h, out);
    out->person.email = value(in, h, HEAD_EMAIL);
    out->person.name_latin = value(in, h, HEAD_NAME_LATIN);
    out->person.institution = value(in, h, HEAD_INSTITUTION);
    out->person.position = value(in, h, HEAD_POSITION);
    out->person.language = value(in, h, HEAD_LANGUAGE);
    if (rules->words_are_free && out->person.language != NULL && !language_is(out->person.language))
        out->person.language = NULL;
    out->in.external_id = value(in, h, HEAD_EXTERNAL_ID);
    wrong = enums_read(in, h, rules, out, why);
    if (wrong != NULL)
        return wrong;
    *why = "is not UTF-8: save the file as \"CSV UTF-8\"";
    wrong = not_utf8(out);
    if (wrong != NULL)
        return wrong;
    *why = "is missing: a person needs an e-mail, or an external id";
    return person_key(in, h) == NULL ? "email" : NULL;
}
